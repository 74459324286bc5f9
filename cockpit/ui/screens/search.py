"""Finds a thread by its title or by what was said in it. Every source answers for itself, or says that it cannot.

It asks only when the person stops typing, and an answer to an older question is dropped."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer

from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui.clock import now_of
from cockpit.ui.present.search_rows import LEAST, Answers, search_rows
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.row_list import RowList

Search = Callable[[str], Awaitable[Sequence[tuple[Ref, str]]]]
"""Text in, threads with excerpts out. Raises CockpitError."""
PAUSE = 0.3


class SearchScreen(Modal[Ref]):
    """Returns the thread to go to. `searches` are the sources that can search; `cannot` names the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    SearchScreen {
        align: center top; background: $ground 60%;
        #search {
            width: 100; max-width: 100%; height: auto; max-height: 100%; margin-top: 2; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        RowList { height: 20; margin-top: 1; }
    }
    SearchScreen.-low #search { margin-top: 0; height: 100%; }
    SearchScreen.-low RowList { height: 1fr; margin-top: 0; }
    """

    def __init__(
        self, fleet: Fleet, searches: Mapping[str, Search], cannot: Sequence[str] = (), *, pause: float = PAUSE
    ) -> None:
        super().__init__()
        self._fleet = fleet
        self._searches = dict(searches)
        self._cannot = tuple(cannot)
        self._pause = pause
        self._timer: Timer | None = None
        self._found: dict[str, Sequence[tuple[Ref, str]]] = {}
        self._failed: dict[str, str] = {}
        self._waiting: frozenset[str] = frozenset()
        self._asked = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="search") as box:
            box.border_title = "Search"
            box.border_subtitle = "Enter opens it · Esc leaves"
            yield LineField(placeholder="what was said, or a part of a title", classes="-bare")
            yield RowList()

    def on_mount(self) -> None:
        self.query_one(RowList).can_focus = False
        self.query_one(LineField).focus()
        self._show()

    def on_resize(self) -> None:
        self.set_class(self.size.height < 28, "-low")

    @property
    def _query(self) -> str:
        return self.query_one(LineField).value.strip()

    def _show(self) -> None:
        answers = Answers(self._found, self._failed, self._waiting)
        self.query_one(RowList).rows = search_rows(self._fleet, self._query, answers, self._cannot, now_of(self))

    @on(LineField.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self._query != self._asked:
            self._found, self._failed, self._asked = {}, {}, ""
            asks = len(self._query) >= LEAST
            self._waiting = frozenset(self._searches) if asks else frozenset()
            self._timer = self.set_timer(self._pause, self._ask) if asks else None
        self._show()

    def _ask(self) -> None:
        self._asked = self._query
        self.run_worker(self._all(self._asked), exclusive=True, group="search")

    async def _all(self, text: str) -> None:
        await asyncio.gather(*(self._one(name, search, text) for name, search in self._searches.items()))

    async def _one(self, name: str, search: Search, text: str) -> None:
        try:
            found = await search(text)
        except CockpitError as error:
            if text == self._query:
                self._failed[name] = str(error)
        else:
            if text == self._query:
                self._found[name] = found
        if text == self._query:
            self._waiting -= {name}
            self._show()

    def action_move(self, step: int) -> None:
        self.query_one(RowList).action_move(step)

    def action_page(self, step: int) -> None:
        self.query_one(RowList).action_page(step)

    @on(LineField.Submitted)
    def _entered(self) -> None:
        self._take(self.query_one(RowList).selected)

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self._take(event.id)

    def _take(self, chosen: object) -> None:
        """A row of what was said carries its place beside the ref, because a thread can be found twice."""
        ref = chosen[0] if isinstance(chosen, tuple) and not isinstance(chosen, Ref) else chosen
        if isinstance(ref, Ref) and ref in self._fleet.threads:
            self.give(ref)

    def action_leave(self) -> None:
        self.give(None)
