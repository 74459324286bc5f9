"""What waits for a person. An ask carries all that the person must see; it is never answered by guess."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cockpit.model.ids import Ref


class AskKind(StrEnum):
    APPROVAL = "approval"
    QUESTION = "question"
    PLAN = "plan"
    ALERT = "alert"


class Decision(StrEnum):
    """A person's word on an approval."""

    ACCEPT = "accept"
    ACCEPT_FOR_SESSION = "accept-for-session"
    DECLINE = "decline"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an ask; the answer is an option's label, several of them if `multi`, or free text."""

    id: str
    text: str
    header: str = ""
    options: tuple[Option, ...] = ()
    multi: bool = False


Answers = dict[str, str | tuple[str, ...]]
"""Question id → the chosen label or free text; a tuple of labels for a question with `multi`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that waits. `id` is the source's own request id; `title` says who wants what in a few words,
    `summary` is one line, `body` the exact text in full, `place` where it would run."""

    id: str
    thread: Ref
    kind: AskKind
    title: str
    summary: str
    body: str = ""
    place: str = ""
    created_at: datetime | None = None
    questions: tuple[Question, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledAsk:
    """An ask that no longer waits, and how it ended: `accept`, `answered`, `elsewhere`, `stale` …"""

    ask: Ask
    ending: str
    by: str
    at: datetime
