"""What the core asks of the rooms around it: sources, their capabilities, the ledger, the clock.

A source implements `Source` and those `Can…` protocols that it has; nobody asks for its kind."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from cockpit.core.commands import (
    Answer,
    CreateProject,
    Decide,
    Dispatch,
    ImplementPlan,
    Outcome,
    Send,
    StopTeam,
    ThreadCommand,
)
from cockpit.model.asks import HeldAsk, SettledAsk
from cockpit.model.facts import Fact, LedgerRead
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.talk import Talk
from cockpit.model.teams import Posted
from cockpit.model.terminal import Lane, Line, Mouse, Screen
from cockpit.model.work import Freeze, Hold, Thread
from cockpit.model.workers import Worker

Emit = Callable[[Fact], None]
Clock = Callable[[], datetime]
"""Aware UTC time."""


class Source(Protocol):
    """One configured runtime instance. `run` reports facts until it is cancelled; a failure to read is a fact as well
    (`SourceChanged`), so `run` raises only on a defect. `read` reads once and returns when that is done."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    async def run(self, emit: Emit) -> None: ...
    async def read(self, emit: Emit) -> None: ...
    def nudge(self) -> None:
        """Read again soon: a person did something or came back."""

    def quiet(self, away: bool) -> None:
        """Nobody looks (`away`): read less often."""

    async def close(self) -> None: ...


@runtime_checkable
class CanConverse(Protocol):
    """`thread` may be a team's ref as well: that is the timeline of all its members, with what they write to each other
    once, each entry with its `author`. `Talk.thread` is the team's ref then."""

    def follow(self, thread: Ref | None, emit: Emit) -> None:
        """Report that thread's conversation as `TalkRead` from now on, whole at first; None stops."""

    async def talk(self, thread: Ref, *, older: str | None = None) -> Talk:
        """Read one page now: the newest, or the one before the cursor `older`."""

    async def more(self, thread: Ref, emit: Emit) -> None:
        """Read one older page of the followed conversation and report it joined."""


@runtime_checkable
class CanDiff(Protocol):
    async def diff(self, thread: Ref, count: int | None) -> str:
        """The unified diff of checkpoint `count`, or of the whole thread (None)."""


@runtime_checkable
class CanSearch(Protocol):
    async def search(self, text: str) -> Sequence[tuple[Ref, str]]:
        """Threads whose conversation has `text`, each with an excerpt."""


@runtime_checkable
class CanArchive(Protocol):
    async def archived(self) -> Sequence[Thread]:
        """Threads that were put away; they are not in the fleet."""


@runtime_checkable
class CanApprove(Protocol):
    async def decide(self, command: Decide, intent: str) -> Outcome:
        """Send it and return when the source confirms it. Raises Stale, Rejected, Unconfirmed, SourceError."""


@runtime_checkable
class CanAnswer(Protocol):
    async def answer(self, command: Answer, intent: str) -> Outcome:
        """As `CanApprove.decide`, for questions."""


@runtime_checkable
class CanPlan(Protocol):
    async def implement(self, command: ImplementPlan, intent: str) -> Outcome: ...


@runtime_checkable
class CanSend(Protocol):
    async def send(self, command: Send, intent: str) -> Outcome: ...


@runtime_checkable
class CanDispatch(Protocol):
    async def dispatch(self, command: Dispatch, intent: str) -> Outcome:
        """Raises HalfDone when something was made and a later step failed. `path` of the command is filled in."""

    async def create_project(self, command: CreateProject, intent: str) -> Outcome: ...


@runtime_checkable
class CanManage(Protocol):
    async def manage(self, command: ThreadCommand, intent: str) -> Outcome:
        """Interrupt, stop, resume, close, modes, rename, archive, settle, snooze, delete: one order each."""


class Terminal(Protocol):
    """A live terminal that somebody looks at. Looking changes nothing there; `press`, `point`, `paste` and `fit` do,
    and belong to driving. `close` when it is no longer shown."""

    @property
    def screen(self) -> Screen:
        """The newest frame. The same object while nothing changed, and so are its unchanged lines."""

    @property
    def trouble(self) -> str:
        """Why `screen` is not what the terminal shows now, and what to do; empty while it is."""

    def watch(self, lane: Lane, changed: Callable[[], None]) -> None:
        """Keep `screen` fresh from now on, at that pace, and call `changed` after each new frame or trouble."""

    def press(self, key: str, character: str | None = None) -> bool:
        """Send a key by its neutral name (`up`, `ctrl+c`) and the character it types; False if it has no bytes there.
        Raises SourceError when it cannot be reached."""

    def point(self, mouse: Mouse) -> bool:
        """Send a mouse event; False when the program did not ask for it. Raises as `press`."""

    def paste(self, text: str) -> Awaitable[None]:
        """Put text in as one paste, bracketed if the program asked for that, without control characters. Its place is
        taken at the call: what is pressed after that follows it, or is dropped when it fails."""

    async def history(self, rows: int, skip: int = 0) -> tuple[Line, ...]:
        """At most `rows` lines of the scrollback, oldest first, that end `skip` lines above the screen."""

    async def fit(self, width: int, height: int) -> str:
        """Make the terminal that big while it is driven; returns why it stays as it is, empty when it did."""

    async def unfit(self) -> None:
        """Give the terminal the size back that it had before `fit`."""

    async def close(self) -> None: ...


@immutable
class Attachment:
    """A command that shows a terminal in full on the terminal that it is run in, until the person detaches there.
    `detach` says how they do that; `environment` is what it needs beside ours, where None takes a variable away."""

    argv: tuple[str, ...]
    detach: str
    environment: Mapping[str, str | None] = field(default_factory=dict)


@runtime_checkable
class CanAttach(Protocol):
    def terminal(self, thread: Ref) -> Terminal:
        """The thread's terminal, one for each caller. Raises Refused when it has none now."""


@runtime_checkable
class CanHandOver(Protocol):
    def attach(self, thread: Ref) -> AbstractAsyncContextManager[Attachment]:
        """What to run to see and drive it in full. What that needs is made on entry, and gone after it. Raises Refused
        when there is no terminal now, SourceError when it cannot be reached."""


@runtime_checkable
class CanPause(Protocol):
    async def pause(self, thread: Ref) -> Outcome:
        """Let the thread's processes stand still, losing nothing. Raises Rejected, Stale, SourceError."""

    async def unpause(self, thread: Ref) -> Outcome:
        """Let them go on."""


@runtime_checkable
class ReadsLedger(Protocol):
    def ledger_moved(self) -> None:
        """Somebody wrote to the ledger: what the source has on it may be another now."""


@runtime_checkable
class TakesDefaults(Protocol):
    def take_defaults(self, defaults: Mapping[str, Mapping[str, str]]) -> None:
        """What each harness is started with from now on, where nothing else is said: settings by the harness's name."""


@runtime_checkable
class CanStopTeam(Protocol):
    async def stop_team(self, command: StopTeam, intent: str) -> Outcome:
        """Ask every member to shut down. Raises HalfDone with the names of those who did not."""


class Hands(Protocol):
    """Typing into a pane by its join key (`pane:<socket>/%1`), for a source that knows what runs there and can tell
    what came of it. Nothing is typed by itself; each call is one person's order."""

    def reaches(self, pane: str) -> bool:
        """Whether that pane is in sight and can be typed into now."""

    async def type(self, pane: str, text: str) -> None:
        """Put text in as one paste and see it appear, without Enter. Raises Rejected, Unconfirmed, SourceError."""

    async def press(self, pane: str, key: str) -> None:
        """One key by its neutral name (`enter`, `escape`, `ctrl+c`)."""

    async def screen(self, pane: str) -> Screen:
        """What the pane shows now."""


class HeldAsks(Protocol):
    """Asks that hooks hold open on the ledger. Calls may raise LedgerError and block briefly."""

    def waiting(self, now: datetime) -> tuple[HeldAsk, ...]: ...
    def get(self, ask_id: str) -> HeldAsk | None: ...
    def answer(self, ask_id: str, answer: Mapping[str, Any], by: str, at: datetime) -> bool:
        """The first answer wins: False when it was answered, withdrawn or had expired before, or is not held."""


class WorkerLog(Protocol):
    """The workers that were started from here. Calls may raise LedgerError and block briefly."""

    def version(self) -> int:
        """Changes when any process wrote; cheap."""

    def workers(self, source: str) -> tuple[Worker, ...]:
        """Those of that source that were not closed, oldest first."""

    def begin(self, workers: Sequence[Worker], gone: Collection[str]) -> Worker | None:
        """Record workers that are about to be started, all or none: if one that did not end and is not among `gone`
        does the same already, nothing is recorded and that one is returned."""

    def change(self, worker: Worker, life: int) -> bool:
        """Record that the worker is now so; False, and nothing changes, when it no longer is in that life."""

    def forget(self, worker: Worker) -> None:
        """Its start failed, and nothing is left of it."""


class Post(Protocol):
    """Messages between members of teams, kept where nobody else keeps them. Calls may raise LedgerError and block
    briefly."""

    def kept(self, source: str, team: str) -> Sequence[Posted]:
        """The newest of a team, oldest first."""

    def keep(self, source: str, team: str, messages: Sequence[Posted]) -> None:
        """Remember them; one that is known already is not remembered twice."""


@runtime_checkable
class CanDiagnose(Protocol):
    async def diagnose(self) -> Sequence[tuple[str, str]]:
        """What `doctor` tells besides health, in pairs of a word and what was found; never a secret. Never raises."""


class Ledger(Protocol):
    """What the cockpit itself remembers. Calls may raise LedgerError and block briefly: they belong off the loop."""

    def read(self) -> LedgerRead: ...
    def version(self) -> int:
        """Changes when any process wrote; cheap, and waits for no other call once the ledger is open."""

    def stirs(self) -> AsyncGenerator[None, None]:
        """An item when any process may have written; goes on until it is closed."""

    def freeze(self, thread: Ref, freeze: Freeze) -> None: ...
    def thaw(self, thread: Ref) -> None: ...
    def hold(self, hold: Hold | None) -> None: ...
    def look(self, thread: Ref, at: datetime) -> None: ...
    def settle(self, settled: SettledAsk) -> None: ...
    def pins(self) -> tuple[Ref, ...]:
        """The threads that the panes show, in their order, as they were left."""

    def pin(self, threads: Sequence[Ref]) -> None:
        """Exactly these from now on."""

    def begin(self, intent: str, command: str, target: str, detail: Mapping[str, object], at: datetime) -> None:
        """Audit: the command is about to be sent."""

    def end(self, intent: str, outcome: str, at: datetime) -> None:
        """Audit: what became of it."""

    def forget(self, keep: timedelta, now: datetime) -> None:
        """Let go of what was over that long ago, and is neither frozen nor can be brought back. At most once a day."""

    def close(self) -> None: ...
