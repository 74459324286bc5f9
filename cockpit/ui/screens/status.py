"""What the fleet costs and how its sources are: totals, a line for each thread, the health of each source.

It only reads the fleet; Enter on a thread goes to it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.reactive import reactive
from textual.strip import Strip

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui.actions import At
from cockpit.ui.messages import GoTo
from cockpit.ui.present.status_rows import source_rows, totals, usage_rows
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.line_bar import LineBar
from cockpit.ui.widgets.row_list import RowList
from cockpit.ui.widgets.sized_list import QuietList, SizedList

WIDE = 150


class Totals(LineBar):
    """Threads by status, tokens, cost, who stands before a limit."""

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)

    def strips(self, width: int) -> list[Strip]:
        return [self.pen.line(line, width) for line in totals(self.fleet, width)]

    def watch_fleet(self) -> None:
        self.redraw()


class StatusScreen(CockpitScreen):
    NAME = "status"
    TITLE_WORD = "Status"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    DEFAULT_CSS = """
    StatusScreen #panels { layout: vertical; height: 1fr; }
    StatusScreen .panel {
        border: round $border-dim; padding: 0 1; border-title-color: $text; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; }
    }
    StatusScreen #totals { padding: 0 2; }
    StatusScreen #sources { height: auto; max-height: 45%; }
    StatusScreen #sources RowList { height: auto; max-height: 100%; }
    StatusScreen #threads { height: 1fr; min-height: 5; }
    StatusScreen.-wide #panels { layout: horizontal; }
    StatusScreen.-wide #totals { padding: 1 2; }
    StatusScreen.-wide #sources { width: 42; height: 1fr; max-height: 100%; }
    StatusScreen.-wide #sources RowList { height: 1fr; }
    StatusScreen.-wide #threads { width: 1fr; height: 1fr; }
    """

    def middle(self) -> ComposeResult:
        yield Totals(id="totals")
        with Container(id="panels"):
            with Vertical(id="sources", classes="panel") as sources:
                sources.border_title = "Sources"
                yield QuietList(id="source-rows")
            with Vertical(id="threads", classes="panel") as threads:
                threads.border_title = "Threads"
                yield SizedList(id="thread-rows")

    def on_mount(self) -> None:
        for rows in self.query(SizedList):
            rows.follows_top = True
        self.query_one("#thread-rows").focus()

    def on_screen_resume(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")
        self._show()

    def on_sized_list_resized(self) -> None:
        self._show()

    def watch_fleet(self, fleet: Fleet) -> None:
        super().watch_fleet(fleet)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted or not self.is_current:
            return
        fleet = self.fleet
        self.query_one(Totals).fleet = fleet
        sources, threads = self.query_one("#source-rows", SizedList), self.query_one("#thread-rows", SizedList)
        sources.rows = source_rows(fleet, sources.room)
        if self.has_class("-wide"):
            sources.styles.clear_rule("height")
        else:
            # Told and not `auto`: while it is laid out, a list does not say that its rows became fewer.
            sources.styles.height = sum(row.height for row in sources.rows)
        threads.rows = usage_rows(fleet, threads.room)

    def at(self) -> At:
        chosen = self.query_one("#thread-rows", RowList).selected if self.is_mounted else None
        thread = self.fleet.threads.get(chosen) if isinstance(chosen, Ref) else None
        return At(self.NAME, self.fleet, thread)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        self.update_keys()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        if isinstance(event.id, Ref):
            self.post_message(GoTo("fleet", event.id))

    def action_back(self) -> None:
        self.post_message(GoTo("fleet"))
