"""The steps that scripted agents take, one small record each.

A script is a generator of steps; where a step asks a person, the answer is what the `yield` returns.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass, field

from cockpit.demo.t3.state import Edit, Row

_LONGEST_DETAIL = 180


@dataclass(frozen=True)
class Think:
    """Be silent for `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Say:
    """Write a message that takes `seconds`; it is seen when it is finished, or word by word where that is on."""

    text: str
    seconds: float = 2.0


@dataclass(frozen=True)
class Use:
    """Call a tool for `seconds`. `asks` makes it wait for an approval where the thread's runtime mode demands one.

    Returns the decision: `accept`, `acceptForSession`, `decline` or `cancel`; `accept` where nobody was asked.
    """

    tool: str
    input: Row
    seconds: float = 0.6
    output: str = ""
    fails: bool = False
    asks: bool = False
    edits: tuple[Edit, ...] = ()

    @property
    def item(self) -> str:
        """The item type that the server sorts it under (facts: T3 0.0.33)."""
        name = self.tool.casefold()
        if "bash" in name:
            return "command_execution"
        if any(word in name for word in ("edit", "write", "patch")):
            return "file_change"
        return "dynamic_tool_call"

    @property
    def title(self) -> str:
        """What the server calls such a call."""
        return {"command_execution": "Command run", "file_change": "File change"}.get(self.item, "Tool call")

    @property
    def detail(self) -> str:
        """The call in one line: the command, or the input as JSON, cut at 180 characters."""
        if self.item == "command_execution":
            return f"{self.tool}: {self.input['command']}"
        text = f"{self.tool}: {json.dumps(self.input, ensure_ascii=False, separators=(',', ':'))}"
        return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 3] + "..."


@dataclass(frozen=True)
class Question:
    """One question with its options, each a label and a description."""

    header: str
    text: str
    options: tuple[tuple[str, str], ...]
    many: bool = False

    @property
    def row(self) -> Row:
        """The question on the wire; Claude's question ids are the questions themselves."""
        return {
            "id": self.text,
            "header": self.header,
            "question": self.text,
            "options": [{"label": label, "description": description} for label, description in self.options],
            "multiSelect": self.many,
        }


@dataclass(frozen=True)
class Ask:
    """Ask a person some questions at once. Returns the answers by question, `{}` if they were withdrawn."""

    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Propose:
    """Put up a plan in Markdown."""

    markdown: str


@dataclass(frozen=True)
class Todo:
    """Show the agent's own steps: `done` of them are finished, the next one is under way."""

    steps: tuple[str, ...]
    done: int = 0

    @property
    def rows(self) -> list[Row]:
        """The steps on the wire."""
        words = ["completed"] * self.done + ["inProgress"] + ["pending"] * len(self.steps)
        return [{"step": step, "status": word} for step, word in zip(self.steps, words, strict=False)]


@dataclass(frozen=True)
class Context:
    """Show that `percent` of the context window is used."""

    percent: float


@dataclass(frozen=True)
class Liveness:
    """Leave something running in the background: `working`, `monitoring` or nothing."""

    word: str | None


@dataclass(frozen=True)
class Crash:
    """Lose the provider's process: the session ends in `error` with this text, which may have many lines."""

    error: str


Step = Think | Say | Use | Ask | Propose | Todo | Context | Liveness | Crash
Reply = str | Row | None
Steps = Generator[Step, Reply, None]


@dataclass
class Script:
    """What an agent will do in one turn."""

    steps: Steps
    edits: list[Edit] = field(default_factory=list)
    """What it has changed so far, for the checkpoint."""
