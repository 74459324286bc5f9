"""Teams, their members, tasks and messages. Only what was read; nothing here watches a file."""

from dataclasses import dataclass
from datetime import datetime

from cockpit.model.ids import Ref


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    role: str
    status: str
    model: str | None = None
    color: str | None = None
    pane: str | None = None
    thread: Ref | None = None


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    subject: str
    status: str
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamMessage:
    sender: str
    to: str
    text: str
    at: datetime
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Team:
    ref: Ref
    title: str
    lead: str
    members: tuple[Member, ...] = ()
    tasks: tuple[Task, ...] = ()
    messages: tuple[TeamMessage, ...] = ()
