"""Projects, threads and what they are doing. A thread here is one row of the fleet, whoever reported it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from cockpit.model.asks import Ask
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.usage import Usage


class Status(StrEnum):
    """The word a row carries; the first that applies, in this order."""

    APPROVAL = "approval"
    QUESTION = "question"
    PLAN = "plan"
    FAILED = "failed"
    FROZEN = "frozen"
    STARTING = "starting"
    WORKING = "working"
    DONE = "done"
    IDLE = "idle"
    ENDED = "ended"
    UNKNOWN = "unknown"

    @property
    def needs_you(self) -> bool:
        return self in NEEDS_YOU

    @property
    def busy(self) -> bool:
        return self in (Status.STARTING, Status.WORKING)


NEEDS_YOU = frozenset({Status.APPROVAL, Status.QUESTION, Status.PLAN})


class Capability(StrEnum):
    """What a source can do for a thread, by the word that scripts see."""

    SEND = "send"
    APPROVE = "approve"
    ANSWER = "answer"
    PLAN = "plan"
    INTERRUPT = "interrupt"
    STOP = "stop"
    CONVERSE = "converse"
    DIFF = "diff"
    MODES = "modes"
    RENAME = "rename"
    ARCHIVE = "archive"
    SETTLE = "settle"
    SNOOZE = "snooze"
    DELETE = "delete"
    ATTACH = "attach"
    HARD_FREEZE = "hard-freeze"
    RESUME = "resume"
    CLOSE = "close"


@immutable
class Evidence:
    """Why we believe a status: what was seen, by which source, when."""

    source: str
    fact: str
    at: datetime | None


@immutable
class Freeze:
    """A person's order to leave a thread as it is."""

    reason: str
    by: str
    at: datetime
    hard: bool = False


@immutable
class Hold:
    """A person's order to start nothing new anywhere; what is in flight goes on."""

    reason: str
    by: str
    at: datetime


@immutable
class Context:
    """How full the model's context window is, in tokens."""

    used: int
    limit: int | None = None

    @property
    def percent(self) -> int | None:
        return round(100 * self.used / self.limit) if self.limit else None


@immutable
class Wall:
    """A usage limit that a worker ran into: what it said of it, and when it ends, where that was told."""

    text: str
    resets_at: datetime | None = None


@immutable
class ModelChoice:
    """A provider instance (a harness, where workers run in terminals) and one of its models; `options` are the
    provider's own, passed back untouched."""

    instance: str
    model: str
    options: tuple[Mapping[str, object], ...] = ()


@immutable
class Project:
    """A place where threads work: a repository or a directory on the source's machine. `key` names the same place in
    every source that knows it (`here:/home/dev/demo`); empty where a source cannot tell."""

    ref: Ref
    title: str
    path: str
    model: ModelChoice | None = None
    key: str = ""


@immutable
class Thread:
    """One worker. A source fills what it knows; merge adds what the ledger and other sources know.

    `status` from a source is never FROZEN or DONE: those need the ledger. `joins` are keys such as
    `session:<id>` or `pane:<socket>/%1`; threads that share one are the same worker. `authority` says how much this
    source's word on the status is worth beside others that see the same worker: the highest wins.

    `cannot` has the reason for a capability that this thread lacks although others have it; where several sources see
    a worker, who has the most authority and mentions a capability decides on it. `sightings` are the refs of all who
    see it, where that is more than one. `paused` says whether its processes stand still; None where nobody can tell.
    `harness` is the program that runs in its terminal, `wall` the usage limit
    that it stands before. `lost`: it ended although nobody ended it. `dialog`: one is open in its terminal and would
    take a message that is typed there for its answer; who gets messages in another way never has one.
    """

    ref: Ref
    title: str
    status: Status
    raw_status: str = ""
    since: datetime | None = None
    detail: str = ""
    project: Ref | None = None
    asks: tuple[Ask, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    capabilities: frozenset[Capability] = frozenset()
    sources: tuple[str, ...] = ()
    stale: bool = False
    created_at: datetime | None = None
    finished_at: datetime | None = None
    branch: str | None = None
    worktree: str | None = None
    model: ModelChoice | None = None
    backend: str | None = None
    runtime_mode: str | None = None
    interaction_mode: str | None = None
    context: Context | None = None
    usage: Usage | None = None
    settled: bool = False
    snoozed_until: datetime | None = None
    pinned: bool = False
    archived: bool = False
    frozen: Freeze | None = None
    terminal: str | None = None
    team: str | None = None
    joins: frozenset[str] = frozenset()
    authority: int = 0
    cannot: tuple[tuple[Capability, str], ...] = ()
    sightings: tuple[Ref, ...] = ()
    harness: str | None = None
    paused: bool | None = None
    wall: Wall | None = None
    lost: bool = False
    dialog: bool = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        """All names of this row, its own among them."""
        return self.sightings or (self.ref,)

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def reason(self, capability: Capability) -> str:
        """Why it cannot, where its source says so; empty otherwise."""
        return next((why for word, why in self.cannot if word is capability), "")
