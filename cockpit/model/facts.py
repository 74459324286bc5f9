"""What sources and the ledger report, in the past tense. Facts never raise and never ask for anything."""

from collections.abc import Mapping
from datetime import datetime

from cockpit.model.asks import SettledAsk
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.talk import Talk
from cockpit.model.teams import Team
from cockpit.model.work import Freeze, Hold, Project, Thread


@immutable
class SourceChanged:
    """A source's health, version or offers are now so."""

    state: SourceState


@immutable
class SourceRead:
    """A source was read whole: these are all its projects, threads and teams; what is missing is gone."""

    source: str
    projects: tuple[Project, ...]
    threads: tuple[Thread, ...]
    teams: tuple[Team, ...] = ()


@immutable
class ThreadSeen:
    thread: Thread


@immutable
class ThreadGone:
    ref: Ref


@immutable
class ProjectSeen:
    project: Project


@immutable
class ProjectGone:
    ref: Ref


@immutable
class TeamSeen:
    team: Team


@immutable
class TeamGone:
    ref: Ref


@immutable
class TalkRead:
    """The conversation of a thread that somebody follows is now so."""

    talk: Talk


@immutable
class TalkDropped:
    """Nobody follows that conversation any more."""

    thread: Ref


@immutable
class LedgerRead:
    """What the ledger says now. `looked` is when a person last looked at a thread; threads that finished after
    `opened_at` (the ledger's birth, or since when it remembers) and were not looked at since are done, not idle."""

    freezes: Mapping[Ref, Freeze]
    hold: Hold | None
    looked: Mapping[Ref, datetime]
    opened_at: datetime | None
    settled: tuple[SettledAsk, ...] = ()


@immutable
class LedgerFailed:
    """The ledger cannot be used now; what it last said still stands."""

    why: str


@immutable
class SendStarted:
    """A command about `key` (an ask's or a thread's id) is on its way; `label` says which."""

    key: str
    label: str


@immutable
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
