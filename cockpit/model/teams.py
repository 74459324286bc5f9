"""Teams, their members, tasks and messages. Only what was read; nothing here watches a file."""

from datetime import datetime

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable


@immutable
class Member:
    """`status` is one of the words of `work.Status`; `pane` the terminal's id as its runtime says it, `backend` where
    the member runs (`tmux`, `in-process`); `plan_mode`: it must have a plan approved first; `mode` its permission
    mode where told; `task` the id of the task that it works on by its own word."""

    name: str
    role: str
    status: str
    model: str | None = None
    color: str | None = None
    pane: str | None = None
    thread: Ref | None = None
    agent_type: str = ""
    backend: str = ""
    cwd: str = ""
    plan_mode: bool = False
    mode: str = ""
    task: str | None = None
    detail: str = ""
    joined_at: datetime | None = None


@immutable
class Task:
    """`blocked_by` has only those blockers that are there and unfinished; `updated_at` is when it was last written."""

    id: str
    subject: str
    status: str
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()
    description: str = ""
    active_form: str = ""
    updated_at: datetime | None = None


@immutable
class TeamMessage:
    """`kind` is `message` for what one agent wrote to another, else the protocol's own word (`idle_notification`,
    `permission_request` …) with `text` saying the same for a person."""

    sender: str
    to: str
    text: str
    at: datetime
    kind: str = "message"
    id: str = ""
    summary: str = ""
    color: str | None = None


@immutable
class Posted:
    """A message as it lay in a member's inbox, word for word; `id` is its own where it has one."""

    sender: str
    to: str
    text: str
    at: datetime
    id: str = ""
    summary: str = ""
    color: str | None = None


@immutable
class Team:
    """`tasks` in the order of their numbers, `messages` oldest first, as many as were seen. `has_tasks`: there is a
    task list at all; without one that is normal and no failure."""

    ref: Ref
    title: str
    lead: str
    members: tuple[Member, ...] = ()
    tasks: tuple[Task, ...] = ()
    messages: tuple[TeamMessage, ...] = ()
    description: str = ""
    created_at: datetime | None = None
    has_tasks: bool = True
