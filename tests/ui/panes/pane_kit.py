"""Terminals without tmux, for tests of the screen: they show what they are told, and note what they get."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scenes import NOW, before, fleet_of, ledger, source, thread

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError, Refused, SourceError
from cockpit.model.facts import SourceChanged, SourceRead
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.terminal import BLANK, Lane, Line, Mouse, Screen, Style
from cockpit.model.work import Status, Thread


def lines(*rows: str) -> tuple[Line, ...]:
    return tuple(((row, Style()),) if row else () for row in rows)


def screen(*rows: str, size: tuple[int, int] = (80, 24), **fields: Any) -> Screen:
    return Screen(*size, lines(*rows, *[""] * (size[1] - len(rows))), **({"cursor": (0, 0)} | fields))


class FakeTerminal:
    """`show` gives it a new frame. Everything that reaches it stands in `got`."""

    def __init__(self, shown: Screen = BLANK) -> None:
        self.screen = shown
        self.trouble = ""
        self.lane = Lane.HIDDEN
        self.got: list[Any] = []
        self.sizes: list[tuple[int, int] | None] = []
        self.past: tuple[Line, ...] = ()
        self.failure: CockpitError | None = None
        self.closed = False
        self._changed: Callable[[], None] = lambda: None

    def show(self, shown: Screen, trouble: str = "") -> None:
        self.screen, self.trouble = shown, trouble
        if self.lane is not Lane.HIDDEN:
            self._changed()

    def watch(self, lane: Lane, changed: Callable[[], None]) -> None:
        self.lane, self._changed = lane, changed

    def press(self, key: str, character: str | None = None) -> bool:
        if self.failure:
            raise self.failure
        self.got.append(key)
        return key != "ctrl+1"

    def point(self, mouse: Mouse) -> bool:
        if self.screen.mouse:
            self.got.append(mouse)
        return self.screen.mouse

    async def paste(self, text: str) -> None:
        if self.failure:
            raise self.failure
        self.got.append(("paste", text))

    async def history(self, rows: int, skip: int = 0) -> tuple[Line, ...]:
        end = len(self.past) - skip
        return self.past[max(end - rows, 0) : max(end, 0)]

    async def fit(self, width: int, height: int) -> str:
        self.sizes.append((width, height))
        return ""

    async def unfit(self) -> None:
        self.sizes.append(None)

    async def close(self) -> None:
        self.closed = True


TERMINAL: type[Terminal] = FakeTerminal


class Terminals:
    """One fake for each ref that is attached to; `refused` are those that have none."""

    def __init__(self) -> None:
        self.made: dict[Ref, list[FakeTerminal]] = {}
        self.refused: set[Ref] = set()

    def attach(self, ref: Ref) -> FakeTerminal:
        if ref in self.refused:
            raise Refused("There is no such pane any more.")
        terminal = FakeTerminal(screen(f"terminal of {ref.native}"))
        self.made.setdefault(ref, []).append(terminal)
        return terminal

    def __getitem__(self, number: int) -> FakeTerminal:
        return self.made[agent(number)][-1]

    @property
    def watched(self) -> dict[str, Lane]:
        return {
            ref.native: each[-1].lane for ref, each in sorted(self.made.items()) if not each[-1].closed
        }  # fmt: skip


def agent(number: int) -> Ref:
    return Ref("local", f"%{number}")


def worker(number: int, status: Status = Status.WORKING, **fields: Any) -> Thread:
    made = thread(agent(number), f"agent-{number}", status, before(NOW, m=5), detail=f"task {number}")
    return replace(made, terminal=str(agent(number)), created_at=before(NOW, h=1, m=-number), **fields)


def fleet(*threads: Thread) -> Fleet:
    state = source(NOW, "local", "tmux")
    return fleet_of(NOW, ledger(NOW), SourceChanged(state), SourceRead("local", (), threads))


def workers(count: int) -> Fleet:
    return fleet(*(worker(number) for number in range(1, count + 1)))


LOST = SourceError("The link broke.", fix="It is tried again.")
