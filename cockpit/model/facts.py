"""What sources and the ledger report, in the past tense. Facts never raise and never ask for anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cockpit.model.asks import SettledAsk
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.teams import Team
from cockpit.model.work import Freeze, Hold, Project, Thread


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """A source's health, version or offers are now so."""

    state: SourceState


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source was read whole: these are all its projects, threads and teams; what is missing is gone."""

    source: str
    projects: tuple[Project, ...]
    threads: tuple[Thread, ...]
    teams: tuple[Team, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadSeen:
    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadGone:
    ref: Ref


@dataclass(frozen=True, slots=True)
class ProjectSeen:
    project: Project


@dataclass(frozen=True, slots=True)
class ProjectGone:
    ref: Ref


@dataclass(frozen=True, slots=True)
class TeamSeen:
    team: Team


@dataclass(frozen=True, slots=True)
class TeamGone:
    ref: Ref


@dataclass(frozen=True, slots=True)
class TalkRead:
    """The conversation of a thread that somebody follows is now so."""

    talk: Talk


@dataclass(frozen=True, slots=True)
class TalkDropped:
    """Nobody follows that conversation any more."""

    thread: Ref


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """What the ledger says now. `looked` is when a person last looked at a thread; threads that finished after
    `opened_at` (the ledger's birth) and were not looked at since are done rather than idle."""

    freezes: Mapping[Ref, Freeze]
    hold: Hold | None
    looked: Mapping[Ref, datetime]
    opened_at: datetime | None
    settled: tuple[SettledAsk, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerFailed:
    """The ledger cannot be used now; what it last said still stands."""

    why: str


@dataclass(frozen=True, slots=True)
class SendStarted:
    """A command about `key` (an ask's or a thread's id) is on its way; `label` says which."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class SendEnded:
    key: str


Fact = (
    SourceChanged
    | SourceRead
    | ThreadSeen
    | ThreadGone
    | ProjectSeen
    | ProjectGone
    | TeamSeen
    | TeamGone
    | TalkRead
    | TalkDropped
    | LedgerRead
    | LedgerFailed
    | SendStarted
    | SendEnded
)
