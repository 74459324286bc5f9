"""Finds a thread by its title or by what was said in it. Every source answers for itself, or says that it cannot.

It asks only when the person stops typing, and an answer to an older question is dropped."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from textual.timer import Timer

from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui.clock import now_of
from cockpit.ui.present.search_rows import LEAST, Answers, search_rows
from cockpit.ui.screens.finder import Finder

Search = Callable[[str], Awaitable[Sequence[tuple[Ref, str]]]]
"""Text in, threads with excerpts out. Raises CockpitError."""
PAUSE = 0.3


class SearchScreen(Finder[Ref]):
    """Returns the thread to go to. `searches` are the sources that can search; `cannot` names the others."""

    TITLE = "Search"
    PLACEHOLDER = "what was said, or a part of a title"
    ENTER = "opens it"

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

    def show(self) -> None:
        if self.typed != self._asked:
            self._ask_later()
        answers = Answers(self._found, self._failed, self._waiting)
        self.rows.rows = search_rows(self._fleet, self.typed, answers, self._cannot, now_of(self))

    def _ask_later(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._found, self._failed, self._asked = {}, {}, ""
        asks = len(self.typed) >= LEAST
        self._waiting = frozenset(self._searches) if asks else frozenset()
        self._timer = self.set_timer(self._pause, self._ask) if asks else None

    def _ask(self) -> None:
        self._asked = self.typed
        self.run_worker(self._all(self._asked), exclusive=True, group="search")

    async def _all(self, text: str) -> None:
        await asyncio.gather(*(self._one(name, search, text) for name, search in self._searches.items()))

    async def _one(self, name: str, search: Search, text: str) -> None:
        try:
            found = await search(text)
        except CockpitError as error:
            if text == self.typed:
                self._failed[name] = str(error)
        else:
            if text == self.typed:
                self._found[name] = found
        if text == self.typed:
            self._waiting -= {name}
            self.show()

    def take(self, chosen: object) -> None:
        """A row of what was said carries its place beside the ref, because a thread can be found twice."""
        ref = chosen[0] if isinstance(chosen, tuple) and not isinstance(chosen, Ref) else chosen
        if isinstance(ref, Ref) and ref in self._fleet.threads:
            self.give(ref)
