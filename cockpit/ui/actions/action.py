"""What an action is: an id, its keys, its words, and what it does. Keys, footer, palette and help are drawn from these.

It holds no state; `At` says where the person is, `Desk` is what an action may use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from textual.screen import Screen

from cockpit.core.commands import Command, Outcome
from cockpit.core.why_not import why_not
from cockpit.model.asks import Ask
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.teams import Team
from cockpit.model.work import Thread

_Port = TypeVar("_Port")


@immutable
class At:
    """Where the person is: the screen's name, the selected thread, the team that is shown, and the ask whose card is
    on the screen.

    `ask` is set only while its card can be seen. `typing` is true while a text field has the focus."""

    screen: str
    fleet: Fleet
    thread: Thread | None = None
    ask: Ask | None = None
    typing: bool = False
    team: Team | None = None


class Desk(Protocol):
    """What an action may use: the app, seen from the outside."""

    @property
    def fleet(self) -> Fleet:
        """The newest one; `At` keeps the one that the person saw when they pressed the key."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that the person remapped: action id → keys."""

    @property
    def kept(self) -> dict[str, Any]:
        """What actions keep from one press to the next, by their id; gone with the program."""

    async def act(self, command: Command) -> Outcome | None:
        """Carry it out and tell the person; None when it failed (which was told as well)."""

    async def send(self, command: Command) -> Outcome:
        """Carry it out and tell nobody; raises CockpitError."""

    async def confirm(self, question: str, verb: str) -> bool: ...
    async def prompt(self, title: str, *, hint: str = "", value: str = "", empty: bool = False) -> str | None:
        """One line from the person; None when they left. `empty` allows an empty line."""

    async def choose(self, title: str, options: Sequence[tuple[str, str]], current: str = "") -> str | None:
        """One of (value, label); None when they left."""

    async def show(self, screen: Screen[Any]) -> Any:
        """Push a screen over this one and wait for what it returns."""

    def goto(self, screen: str, thread: Ref | None = None) -> None: ...
    def tell(self, text: str, severity: str = "information", kind: str = "") -> None:
        """In a toast. One of the same `kind` that is still there gives way, or one that says the same."""

    async def on_screen(self, action: str) -> None:
        """Run `action_<action>` of the screen that is shown."""

    async def perform(self, action: str) -> None:
        """Carry out another action by its id, with all its checks."""

    @property
    def pins(self) -> tuple[Ref, ...]:
        """The threads that the panes show; empty: every one that has a terminal."""

    def pin(self, threads: tuple[Ref, ...]) -> None:
        """Let the panes show exactly these."""

    async def attach(self, thread: Ref) -> None:
        """Give our terminal to the thread's own until the person comes back; what went wrong is told."""

    def clock(self) -> datetime: ...
    def leave(self) -> None:
        """End the program."""

    def port(self, source: str, wanted: type[_Port]) -> _Port:
        """The source as that capability; raises Refused when it has not got it."""

    def able(self, wanted: type[_Port]) -> dict[str, _Port]:
        """All sources that have that capability, by name."""


Run = Callable[[Desk, At], Awaitable[None]]
Reason = Callable[[At], str | None]


def always(at: At) -> str | None:
    return None


def a_thread(at: At) -> str | None:
    return None if at.thread else "no thread is selected"


def unless(make: Callable[[Thread], Command]) -> Reason:
    """The reason why the command that `make` gives for the selected thread cannot be carried out."""
    return lambda at: why_not(make(at.thread), at.fleet) if at.thread else "no thread is selected"


@immutable
class Action:
    """One row. `screens` is where it works (empty: everywhere); `footer` is its place there (0: not shown).

    `guarded` actions must not follow from a key that was already down when the card appeared. `once` actions act once
    while a key is held, and never at a thread that has just taken the place of the selected one. `local` is what the
    one screen that has this action binds its keys to; elsewhere they mean something else, or nothing."""

    id: str
    keys: str
    label: str
    tooltip: str
    group: str
    run: Run
    reason: Reason = always
    screens: frozenset[str] = frozenset()
    footer: int = 0
    guarded: bool = False
    once: bool = False
    local: str = ""

    def why_not(self, at: At) -> str | None:
        if self.screens and at.screen not in self.screens:
            return f"only on: {', '.join(sorted(self.screens))}"
        return self.reason(at)


def on_screen(name: str) -> Run:
    """An action that the shown screen itself carries out."""

    async def run(desk: Desk, at: At) -> None:
        await desk.on_screen(name)

    return run


def goto(screen: str) -> Run:
    async def run(desk: Desk, at: At) -> None:
        desk.goto(screen)

    return run
