"""A thread's conversation as entries in the order they happened. Entries are told apart by type and keyed by id.

In a team's timeline `author` is the member whose entry it is; elsewhere it is set only on what somebody else wrote."""

from datetime import datetime
from enum import StrEnum

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Context


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class CallState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"


@immutable
class Message:
    """`to` is the member it was written to, in a team's timeline."""

    id: str
    role: Role
    text: str
    at: datetime
    turn: str | None = None
    streaming: bool = False
    attachments: tuple[str, ...] = ()
    author: str = ""
    to: str = ""


@immutable
class ToolCall:
    """One tool use, start and result in one entry. `tool` is its short name, `detail` what it was given,
    `output` what came back where the source tells."""

    id: str
    tool: str
    detail: str
    state: CallState
    at: datetime
    ended_at: datetime | None = None
    output: str = ""
    turn: str | None = None
    author: str = ""


@immutable
class Notice:
    """Something the runtime reported: an error, a compaction, a kind that we do not know. `text` may be long."""

    id: str
    tone: str
    text: str
    at: datetime
    turn: str | None = None
    author: str = ""


@immutable
class Exchange:
    """An approval or a question and how it ended; `outcome` is empty while it is open."""

    id: str
    kind: str
    text: str
    at: datetime
    outcome: str = ""
    turn: str | None = None
    author: str = ""


@immutable
class Step:
    text: str
    state: StepState


@immutable
class Steps:
    """The agent's own to-do list, latest state."""

    id: str
    steps: tuple[Step, ...]
    at: datetime
    turn: str | None = None
    author: str = ""


@immutable
class Plan:
    """A proposed plan; actionable until `implemented_at` is set."""

    id: str
    markdown: str
    at: datetime
    implemented_at: datetime | None = None
    turn: str | None = None
    author: str = ""


@immutable
class FileChange:
    path: str
    kind: str
    additions: int
    deletions: int


@immutable
class Changes:
    """The files that one turn changed. `count` is the checkpoint number that a diff is asked by."""

    id: str
    files: tuple[FileChange, ...]
    count: int
    at: datetime
    turn: str | None = None
    author: str = ""


Entry = Message | ToolCall | Notice | Exchange | Steps | Plan | Changes


@immutable
class Talk:
    """What was read of one thread's conversation, or of a team's timeline, oldest first. `older` is a cursor for the
    page before, if any."""

    thread: Ref
    entries: tuple[Entry, ...]
    older: str | None = None
    context: Context | None = None
    read_at: datetime | None = None
    failed: str = ""
