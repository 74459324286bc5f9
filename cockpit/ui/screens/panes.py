"""Live terminals side by side: watched gently, the focused one at once, and one of them driven when the person says so.

It opens a terminal only for a pane that is in sight, and types nothing by itself."""

import re
from collections.abc import Callable, Sequence
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane
from cockpit.model.work import Thread
from cockpit.ui.actions import At
from cockpit.ui.messages import GoTo, Told
from cockpit.ui.present.pane_grid import Place, beside, grid
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.pane_keys import Hands, PaneKeys
from cockpit.ui.widgets.terminal_pane import LEADER, TerminalPane

_TWICE_SECONDS = 1.0
_NOTHING = "No thread here has a terminal."

Attach = Callable[[Ref], Terminal]
"""The terminal of that ref (`Thread.terminal`). Raises Refused or SourceError."""


class PanesScreen(CockpitScreen):
    """Shows the threads that were pinned, or all that have a terminal; each keeps its place while it is there."""

    NAME = "panes"
    TITLE_WORD = "Panes"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"focus_number({n})", show=False, id=f"panes.focus-{n}") for n in range(1, 10)),
        Binding("tab", "focus_step(1)", show=False),
        Binding("shift+tab", "focus_step(-1)", show=False),
        Binding("left", "focus_beside(-1, 0)", show=False),
        Binding("right", "focus_beside(1, 0)", show=False),
        Binding("up", "focus_beside(0, -1)", show=False),
        Binding("down", "focus_beside(0, 1)", show=False),
        Binding("enter", "drive", "drive", show=False, id="panes.drive"),
        Binding(LEADER, "leader", show=False, id="panes.leader"),
        Binding("z", "zoom", "zoom", show=False, id="panes.zoom"),
        Binding("n", "next_need", "next that needs me", show=False, id="panes.next"),
        Binding("p", "toggle_pin", "pin", show=False, id="panes.pin"),
        Binding("escape", "back", show=False, id="panes.back"),
    ]
    DEFAULT_CSS = """
    PanesScreen #grid { width: 1fr; height: 1fr; }
    PanesScreen #none { width: 1fr; height: 1fr; content-align: center middle; color: $text-dim; }
    """

    def __init__(self, attach: Attach, *, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives monotonic seconds."""
        super().__init__()
        self._open = attach
        self._clock = clock
        self._pins: list[Ref] = []
        self._order: list[Ref] = []
        self._places: dict[int, Place] = {}
        self._panes: dict[Ref, TerminalPane] = {}
        self._chosen: Ref | None = None
        self._zoomed = False
        self._left_at = float("-inf")

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.TITLE_WORD).data_bind(CockpitScreen.fleet)
        with Container(id="grid"):
            yield Static(_NOTHING, id="none", markup=False)
        yield PaneKeys()

    def at(self) -> At:
        thread = self.fleet.threads.get(self._chosen) if self._chosen else None
        return At(self.NAME, self.fleet, thread, typing=self._driven is not None)

    @property
    def chosen(self) -> TerminalPane | None:
        """The pane that the keys are about."""
        return self._panes.get(self._chosen) if self._chosen else None

    @property
    def _driven(self) -> TerminalPane | None:
        return next((pane for pane in self._panes.values() if pane.driving), None)

    # Which panes, in which order

    @property
    def pins(self) -> tuple[Ref, ...]:
        """The threads that a person chose; empty: every thread with a terminal is shown."""
        return tuple(self._pins)

    def pin(self, thread: Ref) -> None:
        """Show this one, and from now on only those that were pinned."""
        if thread not in self._pins:
            self._pins.append(thread)
            self._arrange()

    def pin_only(self, threads: Sequence[Ref]) -> None:
        self._pins = list(threads)
        self._arrange()

    def unpin(self, thread: Ref) -> None:
        if thread in self._pins:
            self._pins.remove(thread)
            self._arrange()

    def arrive(self, thread: Ref | None) -> None:
        if thread is not None:
            if self._pins and thread not in self._pins:
                self._pins.append(thread)
            self._choose(thread)

    def watch_fleet(self, fleet: Fleet) -> None:
        self._arrange()

    def _able(self) -> list[Ref]:
        """Who is shown keeps the place; who comes goes to the end, the oldest first."""
        threads = self.fleet.threads
        found = [ref for ref in self._pins or self.fleet.order if ref in threads and threads[ref].terminal is not None]
        kept = [ref for ref in self._order if ref in found]
        new = [ref for ref in found if ref not in kept]
        return kept + (new if self._pins else sorted(new, key=lambda ref: _age(threads[ref])))

    def _arrange(self) -> None:
        """Give every pane in sight its place, its words and its pace, and let go of the others."""
        if not self.is_mounted or not self.is_current:
            return
        self._order = self._able()
        if self._chosen not in self._order:
            if self._driven is not None:
                self.post_message(Told("The terminal that you drove is gone.", "warning"))
            self._chosen = self._order[0] if self._order else None
        area = self.query_one("#grid").size
        focus = self._order.index(self._chosen) if self._chosen else 0
        self._places = grid(len(self._order), area.width, area.height, focus=focus, zoomed=self._zoomed)
        shown = {self._order[number]: number for number in self._places}
        for ref in self._panes.keys() - shown.keys():
            self._drop(self._panes.pop(ref))
        for ref, number in shown.items():
            self._show(ref, number)
        self.query_one("#none").display = not shown
        self._settle()

    def _show(self, ref: Ref, number: int) -> None:
        thread, place = self.fleet.threads[ref], self._places[number]
        pane = self._panes.get(ref) or self._add(ref, thread)
        if pane.place != place:
            pane.place = place
            pane.styles.offset = (place.x, place.y)
            pane.styles.width, pane.styles.height = place.width, place.height
        pane.name_it(thread, number + 1)

    def _add(self, ref: Ref, thread: Thread) -> TerminalPane:
        pane = self._panes[ref] = TerminalPane()
        self.query_one("#grid").mount(pane)
        try:
            pane.give(self._open(Ref.parse(thread.terminal or "")))
        except (CockpitError, ValueError) as error:
            self.post_message(Told(f"{thread.title}: {error}", "warning"))
        return pane

    def _drop(self, pane: TerminalPane) -> None:
        self._close(pane)
        # Or the focus goes from one pane that leaves to the next one that does, and stays on nobody's.
        pane.can_focus = False
        if self.focused is pane:
            self.set_focus(None)
        pane.remove()

    def _close(self, pane: TerminalPane) -> None:
        terminal = pane.give(None)
        if terminal is not None:
            # Not a worker of this screen, which may end before it.
            self.app.run_worker(terminal.close(), group="close terminals")

    # Focus, zoom, drive

    def _choose(self, ref: Ref) -> None:
        if ref != self._chosen:
            self._chosen = ref
        self._arrange()

    def _settle(self) -> None:
        """The chosen pane has the focus, the quick lane and, zoomed or driven, its own size; the others have not."""
        for ref, pane in self._panes.items():
            chosen = ref == self._chosen
            if pane.driving and not chosen:
                pane.drive(False)
            pane.look(Lane.PROMPT if chosen else Lane.GENTLE)
            pane.fit(chosen and (self._zoomed or pane.driving))
            if chosen and self.app.app_focus and self.focused is not pane:
                pane.focus(scroll_visible=False)
        self._show_keys()

    def _show_keys(self) -> None:
        thread = self.fleet.threads.get(self._chosen) if self._chosen else None
        driving = self._driven is not None
        hands = Hands(thread.title if thread else "", driving, self._zoomed, len(self._order))
        self.query_one(PaneKeys).hands = hands

    def action_focus_number(self, number: int) -> None:
        if 0 < number <= len(self._order):
            self._choose(self._order[number - 1])

    def action_focus_step(self, step: int) -> None:
        if self._order and self._chosen:
            self._choose(self._order[(self._order.index(self._chosen) + step) % len(self._order)])

    def action_focus_beside(self, dx: int, dy: int) -> None:
        if self._order and self._chosen:
            self._choose(self._order[beside(self._places, self._order.index(self._chosen), dx, dy)])

    def action_next_need(self) -> None:
        at = self._order.index(self._chosen) if self._chosen else 0
        around = [*self._order[at + 1 :], *self._order[: at + 1]]
        waiting = [ref for ref in around if self.fleet.threads[ref].status.needs_you]
        if waiting:
            self._choose(waiting[0])
        else:
            self.post_message(Told("No terminal here waits for you."))

    def action_zoom(self) -> None:
        self._zoomed = not self._zoomed and len(self._order) > 1
        self._arrange()

    def action_toggle_pin(self) -> None:
        if self._chosen is None:
            return
        if self._chosen in self._pins:
            self.unpin(self._chosen)
        else:
            self.pin(self._chosen)

    def action_drive(self) -> None:
        pane = self.chosen
        if pane is None:
            return
        if reason := pane.why_not_drive():
            self.post_message(Told(f"Not driven: {reason}", "warning"))
            return
        pane.drive(True)
        self._settle()

    def action_leader(self) -> None:
        """Twice in a row it is meant for the terminal."""
        pane = self.chosen
        if pane is not None and self._clock() - self._left_at < _TWICE_SECONDS:
            self.action_drive()
            if pane.driving:
                pane.send(LEADER)

    def action_back(self) -> None:
        if self._zoomed:
            self.action_zoom()
        else:
            self.post_message(GoTo("fleet", self._chosen))

    @on(TerminalPane.Left)
    def _leave(self) -> None:
        self._left_at = self._clock()
        if (pane := self._driven) is not None:
            pane.drive(False)
            self._settle()

    def on_descendant_focus(self, event: events.DescendantFocus | None = None) -> None:
        """Also by the mouse."""
        for ref, pane in self._panes.items():
            if pane.has_focus and ref != self._chosen:
                self._choose(ref)
                return

    # Coming and going

    def on_resize(self) -> None:
        self.call_after_refresh(self._arrange)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._arrange)

    def on_screen_suspend(self) -> None:
        """Nobody looks: nothing is driven, nothing is asked, and the sizes go back."""
        for pane in self._panes.values():
            pane.drive(False)
            pane.fit(False)
            pane.look(Lane.HIDDEN)

    def on_unmount(self) -> None:
        for pane in self._panes.values():
            self._close(pane)
        self._panes.clear()


def _age(thread: Thread) -> tuple[int, list[str | int]]:
    """By the second; those of one second by their names, where 10 comes after 9."""
    at = thread.created_at or thread.since
    parts = re.split(r"(\d+)", str(thread.ref))
    return int(at.timestamp()) if at else 0, [int(part) if part.isdecimal() else part for part in parts]
