"""Threads that were put away, by source, and the key that brings one back.

It reads them when it is opened; they are no part of the fleet."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from cockpit.core.commands import Command, Outcome, Unarchive
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.clock import now_of
from cockpit.ui.present.search_rows import archived_rows
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.row_list import RowList

Read = Callable[[], Awaitable[Sequence[Thread]]]
"""All threads that a source has put away. Raises CockpitError."""
Do = Callable[[Command], Awaitable[Outcome | None]]
"""Carries a command out and tells the person; None when it failed."""


class ArchivedScreen(Modal[Ref]):
    """Returns the thread that was brought back last, if one was. `reads` are the sources that have an archive."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("u", "unarchive", show=False),
    ]
    DEFAULT_CSS = """
    ArchivedScreen {
        align: center middle; background: $ground 60%;
        #archived {
            width: 88; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        RowList { height: auto; min-height: 3; max-height: 20; }
    }
    ArchivedScreen.-low #archived { height: 100%; }
    ArchivedScreen.-low RowList { height: 1fr; }
    """

    def __init__(self, fleet: Fleet, reads: Mapping[str, Read], cannot: Sequence[str] = (), *, act: Do) -> None:
        super().__init__()
        self._fleet = fleet
        self._reads = dict(reads)
        self._cannot = tuple(cannot)
        self._act = act
        self._threads: dict[str, list[Thread]] = {}
        self._failed: dict[str, str] = {}
        self._waiting = frozenset(reads)
        self._bringing: set[Ref] = set()
        self._brought: Ref | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="archived") as box:
            box.border_title = "Archived"
            box.border_subtitle = "u brings it back · Esc leaves"
            yield RowList()

    def on_mount(self) -> None:
        self.query_one(RowList).focus()
        self._show()
        self.run_worker(self._all())

    def on_resize(self) -> None:
        self.set_class(self.size.height < 26, "-low")

    def _show(self) -> None:
        rows = archived_rows(self._fleet, self._threads, self._failed, self._waiting, self._cannot, now_of(self))
        self.query_one(RowList).rows = rows

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(name, read) for name, read in self._reads.items()))

    async def _one(self, name: str, read: Read) -> None:
        try:
            self._threads[name] = list(await read())
        except CockpitError as error:
            self._failed[name] = str(error)
        self._waiting -= {name}
        self._show()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()

    def action_unarchive(self) -> None:
        ref = self.query_one(RowList).selected
        if isinstance(ref, Ref) and ref not in self._bringing:
            self._bringing.add(ref)
            self.run_worker(self._bring(ref))

    async def _bring(self, ref: Ref) -> None:
        try:
            if await self._act(Unarchive(ref)) is not None:
                self._brought = ref
                kept = [thread for thread in self._threads.get(ref.source, []) if thread.ref != ref]
                self._threads[ref.source] = kept
                self._show()
        finally:
            self._bringing.discard(ref)

    def action_leave(self) -> None:
        self.give(self._brought)
