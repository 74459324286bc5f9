"""What waits for a person. An ask carries all that the person must see; it is never answered by guess."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable


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


@immutable
class Option:
    label: str
    description: str = ""


@immutable
class Question:
    """One question of an ask; the answer is an option's label, several of them if `multi`, or free text."""

    id: str
    text: str
    header: str = ""
    options: tuple[Option, ...] = ()
    multi: bool = False


Answers = dict[str, str | tuple[str, ...]]
"""Question id → the chosen label or free text; a tuple of labels for a question with `multi`."""


@immutable
class Ask:
    """One thing that waits. `id` is the source's own request id; `title` says who wants what in a few words,
    `summary` is one line, `body` the exact text in full, `place` where it would run. `rules` are what the agent
    suggests to let through from now on, each as an option whose label is its id; `expires_at` is when it can no longer
    be answered from here. `takes_message`: a decline may say why. `note` is what else must be known to answer it."""

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
    rules: tuple[Option, ...] = ()
    expires_at: datetime | None = None
    takes_message: bool = False
    note: str = ""


@immutable
class SettledAsk:
    """An ask that no longer waits, and how it ended: `accept`, `answered`, `elsewhere`, `stale` …"""

    ask: Ask
    ending: str
    by: str
    at: datetime


@immutable
class HeldAsk:
    """An ask that a hook brought and holds open on the ledger. `payload` is the hook's own JSON; `answer` is None until
    a person answered, `taken_at` until the hook has passed the answer on; `withdrawn`: the hook no longer waits."""

    id: str
    source: str
    thread: str
    payload: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    answer: Mapping[str, Any] | None = None
    answered_by: str = ""
    answered_at: datetime | None = None
    taken_at: datetime | None = None
    withdrawn: bool = False
