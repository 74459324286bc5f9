"""How an agent takes a person's message that no script was written for: by the words in it.

Deterministic for a seed, a thread and a message; nothing is random and nothing is read from a clock.
"""

import hashlib
import re
from collections.abc import Callable

from cockpit.demo.t3 import stories
from cockpit.demo.t3.state import Thread
from cockpit.demo.t3.steps import Script

_BY_WORD: tuple[tuple[str, Callable[[int, str], Script]], ...] = (
    ("api ?error", stories.api_error),
    ("crash|fail", stories.crash),
    ("implement this plan", stories.implement_plan),
    ("plan", stories.propose_plan),
    ("ask.*(many|several|all)", stories.ask_several),
    ("ask|question|which|choose", stories.ask),
    ("write|edit|change file", stories.approve_change),
    ("approve|run|delete|deploy|migrate", stories.approve_command),
    ("slow|explain|long", stories.long_answer),
)


def react(thread: Thread, text: str, seed: int) -> Script:
    """The script for a turn that begins with `text`; in plan mode every turn ends in a plan."""
    number = _number(f"{seed}/{thread.id}/{len(thread.turns)}/{text}")
    if thread.interaction_mode == "plan":
        return stories.propose_plan(number, text)
    for words, story in _BY_WORD:
        if re.search(rf"\b({words})", text, re.IGNORECASE):
            return story(number, text)
    return stories.work(number, text)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4])
