"""A message while an agent writes it: seen at its end, or word by word where token streaming is on
(facts: T3 0.0.33 §7). Cut short, it keeps what was written so far.

It says when it is done and decides nothing about what comes next.
"""

from collections.abc import Callable

from cockpit.demo.t3 import record
from cockpit.demo.t3.state import Thread
from cockpit.demo.t3.steps import Say
from cockpit.demo.t3.timeline import Job
from cockpit.demo.t3.world import World

_WORD_SECONDS = 0.15


class Speech:
    """One message in one turn, from its first word; `done` is called after the last."""

    def __init__(self, world: World, thread: Thread, turn_id: str, say: Say, done: Callable[[], None]) -> None:
        self._world = world
        self._thread = thread
        self._turn_id = turn_id
        self._done = done
        self._id = f"assistant:{world.ids.uuid(f'message/{thread.id}')}"
        self._words = say.text.split(" ")
        self._began = world.clock.now()
        self._written = 0
        streams = bool(world.settings["enableLegacyTokenStreaming"])
        pieces = min(len(self._words), max(1, round(say.seconds / _WORD_SECONDS))) if streams else 1
        self._piece = -(-len(self._words) // pieces)
        self._pause = say.seconds * self._piece / len(self._words)
        self._job: Job = world.later(self._pause, self._write)

    def _write(self) -> None:
        self._utter(self._written + self._piece)
        if self._written < len(self._words):
            self._job = self._world.later(self._pause, self._write)
        else:
            self._say("", streaming=False)
            self._done()

    def cut(self) -> None:
        """Stop here and keep the words that were written by now, at least one."""
        self._job.cancel()
        seconds = (self._world.clock.now() - self._began).total_seconds() * self._world.speed
        if self._written == 0:
            self._utter(max(1, int(seconds / _WORD_SECONDS)))
        self._say("", streaming=False)

    def drop(self) -> None:
        """Stop here without a trace."""
        self._job.cancel()

    def _utter(self, upto: int) -> None:
        words = self._words[self._written : upto]
        self._written = min(upto, len(self._words))
        self._say(" ".join(words) + (" " if self._written < len(self._words) else ""), streaming=True)

    def _say(self, text: str, *, streaming: bool) -> None:
        record.say(
            self._world,
            self._thread,
            message_id=self._id,
            role="assistant",
            text=text,
            turn_id=self._turn_id,
            streaming=streaming,
        )
