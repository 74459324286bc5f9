"""Live terminals side by side: watched gently, the focused one at once, and one of them driven when the person says so.

It opens a terminal only for a pane that is in sight, and types nothing by itself."""

from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane
from cockpit.model.work import Thread
from cockpit.ui.actions import ACTIONS, At
from cockpit.ui.messages import Copied, GoTo, Pinned, Told
from cockpit.ui.present.keys_table import key_name
from cockpit.ui.present.pane_grid import Place, beside, grid, in_sight
from cockpit.ui.present.pane_words import counted, no_panes
from cockpit.ui.present.thread_rows import followed, renamed
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.pane_keys import Hands, PaneKeys
from cockpit.ui.widgets.reading_pane import ReadingPane
from cockpit.ui.widgets.terminal_pane import TerminalPane

_DEAF_SECONDS = 1.0

Attach = Callable[[Ref], Terminal]
"""The terminal of that ref (`Thread.terminal`). Raises Refused or SourceError."""


class PanesScreen(CockpitScreen):
    """Shows the threads that were pinned, or all that have a terminal; each keeps its place while it is there."""

    NAME = "panes"
    TITLE_WORD = "Panes"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(a.keys, a.local, a.label, show=False, id=a.id) for a in ACTIONS if a.local),
        Binding("left", "focus_beside(-1, 0)", show=False),
        Binding("right", "focus_beside(1, 0)", show=False),
        Binding("up", "focus_beside(0, -1)", show=False),
        Binding("down", "focus_beside(0, 1)", show=False),
        Binding("escape", "back", show=False),
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
        self._before = Fleet()
        self._order: list[Ref] = []
        self._places: dict[int, Place] = {}
        self._panes: dict[Ref, TerminalPane] = {}
        self._chosen: Ref | None = None
        self._slid_at = float("-inf")
        self._zoomed = False
        self._deaf_until = float("-inf")
        self._leader = "ctrl+g"
        self._leaders: frozenset[str] = frozenset()
        self._through: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.TITLE_WORD).data_bind(CockpitScreen.fleet)
        with Container(id="grid"):
            yield Static("", id="none", markup=False)
        yield PaneKeys()

    def on_mount(self) -> None:
        self.app.app_resume_signal.subscribe(self, self._back_from_full)

    def at(self) -> At:
        thread = self.fleet.threads.get(self._chosen) if self._chosen else None
        return At(self.NAME, self.fleet, thread, typing=self._driven is not None)

    def thread_since(self) -> float:
        return self._slid_at

    @property
    def chosen(self) -> TerminalPane | None:
        """The pane that the keys are about."""
        return self._panes.get(self._chosen) if self._chosen else None

    @property
    def _driven(self) -> TerminalPane | None:
        return next((pane for pane in self._panes.values() if pane.driving), None)

    def takes(self, key: str) -> bool:
        return self._driven is not None and key not in self._through

    # Which panes, in which order

    def arrive(self, thread: Ref | None) -> None:
        known = self.fleet.thread(thread) if thread is not None else None
        if known is None:
            return
        if self._pinned and known.ref not in self._pinned:
            self.post_message(Pinned((*self._pinned, known.ref)))
        self._choose(known.ref)

    @property
    def _pinned(self) -> tuple[Ref, ...]:
        """Of those that the fleet has."""
        return tuple(ref for ref in self.pins if ref in self.fleet.threads)

    def watch_pins(self, pins: tuple[Ref, ...]) -> None:
        self._arrange()

    def watch_fleet(self, fleet: Fleet) -> None:
        before, self._before = self._before, fleet
        self._follow(before, fleet)
        self._arrange()

    def _follow(self, before: Fleet, fleet: Fleet) -> None:
        """Rows change names when a source begins or ceases to see a worker; the panes stay whose they are."""
        self.set_reactive(CockpitScreen.pins, followed(self.pins, before, fleet))
        self._order = list(followed(self._order, before, fleet))
        if self._chosen is not None:
            self._chosen = renamed(self._chosen, before, fleet) or self._chosen
        for ref in tuple(self._panes):
            name = renamed(ref, before, fleet)
            if name is not None:
                pane = self._panes.pop(ref)
                # Two rows that became one keep the terminal that is driven.
                if name in self._panes and not pane.driving:
                    self._drop(pane)
                else:
                    if name in self._panes:
                        self._drop(self._panes[name])
                    self._panes[name] = pane

    def _arrange(self) -> None:
        """Give every pane in sight its place, its words and its pace, and let go of the others."""
        if not self.is_mounted or not self.is_current:
            return
        self._order = in_sight(self.fleet, self.pins, self._order)
        if self._chosen not in self._order:
            if self._driven is not None:
                self._lose("The terminal that you drove is gone.")
            if self._chosen is not None:
                self._slid_at = monotonic()
            self._chosen = self._order[0] if self._order else None
        area = self.query_one("#grid").size
        focus = self._order.index(self._chosen) if self._chosen else 0
        self._places = grid(len(self._order), area.width, area.height, focus=focus, zoomed=self._zoomed)
        shown = {self._order[number]: number for number in self._places}
        for ref in self._panes.keys() - shown.keys():
            self._drop(self._panes.pop(ref))
        for ref, number in shown.items():
            self._show(ref, number)
        self._say_nothing(not shown)
        self._say_how_many(len(shown))
        self._settle()

    def _say_nothing(self, nothing: bool) -> None:
        """Why there is no terminal, where there is none."""
        words = self.query_one("#none", Static)
        words.display = nothing
        if nothing:
            words.update(Content("\n".join(no_panes(self.fleet, bool(self._pinned)))))

    def _say_how_many(self, shown: int) -> None:
        header = self.query_one(HeaderBar)
        word = counted(shown, len(self._order), len(self._pinned))
        if header.word != word:
            header.word = word
            header.redraw()

    def _show(self, ref: Ref, number: int) -> None:
        thread, place = self.fleet.threads[ref], self._places[number]
        pane = self._panes.get(ref) or self._add(ref)
        if pane.where != thread.terminal:
            self._open_in(pane, thread)
        if pane.place != place:
            pane.place = place
            pane.styles.offset = (place.x, place.y)
            pane.styles.width, pane.styles.height = place.width, place.height
        pane.name_it(thread, number + 1)

    def _add(self, ref: Ref) -> TerminalPane:
        pane = self._panes[ref] = TerminalPane()
        self.query_one("#grid").mount(pane)
        return pane

    def _open_in(self, pane: TerminalPane, thread: Thread) -> None:
        """Also another one than before: a worker that was brought back has a new terminal."""
        if pane.driving:
            self._lose("The terminal that you drove is gone; its worker has another one now.")
        self._close(pane)
        pane.where = thread.terminal
        try:
            pane.give(self._open(Ref.parse(thread.terminal or "")))
        except (CockpitError, ValueError) as error:
            self.post_message(Told(f"{thread.title}: {error}", "warning"))

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
        self._chosen = ref
        self._arrange()

    def _settle(self) -> None:
        """The chosen pane has the focus, the quick lane and, zoomed or driven, its own size; the others have not."""
        for ref, pane in self._panes.items():
            chosen = ref == self._chosen
            if pane.driving and not chosen:
                pane.drive(False)
            pane.through, pane.leaders = self._through, self._leaders
            pane.leader, pane.left = key_name(self._leader), self._settle
            pane.look(Lane.PROMPT if chosen else Lane.GENTLE)
            pane.fit(chosen and (self._zoomed or pane.driving))
            if chosen and self.app.app_focus and self.focused is not pane:
                pane.focus(scroll_visible=False)
        self._show_keys()

    def _show_keys(self) -> None:
        driven, chosen = self._driven, self.chosen
        name = driven.thread.title if driven and driven.thread else ""
        self.query_one(PaneKeys).hands = Hands(name, chosen is not None and bool(chosen.reading.sought))
        self.update_keys()

    def _read_keys(self) -> None:
        """Which keys are not for a program that is driven: the leader, and digits that come with Alt or Ctrl."""
        bound = {key: active.binding.id or "" for key, active in self.active_bindings.items()}
        leaders = [key for key, name in bound.items() if name == "panes.leader"]
        numbers = [key for key, name in bound.items() if name.startswith("panes.focus-") and "+" in key]
        self._leaders = frozenset(leaders)
        self._leader = next(iter(leaders), "ctrl+g")
        self._through = frozenset((*leaders, *numbers))

    def action_focus_number(self, number: int) -> None:
        if 0 < number <= len(self._order):
            self._choose(self._order[number - 1])

    def action_focus_step(self, step: int) -> None:
        if self._order and self._chosen:
            self._choose(self._order[(self._order.index(self._chosen) + step) % len(self._order)])

    def action_focus_beside(self, dx: int, dy: int) -> None:
        if self._order and self._chosen:
            self._choose(self._order[beside(self._places, self._order.index(self._chosen), dx, dy)])

    def action_next_needing(self) -> None:
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
        """It only ever leaves. (A driven pane that has the focus takes the key itself.)"""
        if (driven := self._driven) is not None:
            driven.drive(False)
            self._settle()

    def action_literal(self) -> None:
        """The one key that a driven terminal never gets."""
        self.action_drive()
        if (driven := self._driven) is not None:
            driven.send(self._leader)

    def action_back(self) -> None:
        """Out of a search, of a selection, of the scrollback, of the zoom, and then to the fleet."""
        pane = self.chosen
        if pane is not None and pane.reading.sought:
            pane.search("")
        elif pane is not None and pane.reading.selection:
            pane.unselect()
        elif pane is not None and pane.back:
            pane.action_scroll_end()
        elif self._zoomed:
            self.action_zoom()
        else:
            self.post_message(GoTo("fleet", self._chosen))

    # Losing what was driven

    def _lose(self, why: str) -> None:
        """Somebody was typing: what comes in the same flow was for the program, and is for nobody now."""
        self.post_message(Told(why, "warning"))
        self._deaf_until = self._clock() + _DEAF_SECONDS

    @on(TerminalPane.Lost)
    def _lost(self, message: TerminalPane.Lost) -> None:
        self._lose(f"No longer driven: {message.reason}")
        self._settle()

    def on_key(self, event: events.Key) -> None:
        if self._clock() < self._deaf_until:
            event.stop()
            event.prevent_default()
            self._deaf_until = self._clock() + _DEAF_SECONDS

    # Reading

    def action_search(self) -> None:
        from cockpit.ui.screens.dialogs import PromptScreen

        pane = self.chosen
        if pane is None or pane.thread is None:
            return

        def search(text: str | None) -> None:
            if text:
                pane.search(text)

        self.app.push_screen(
            PromptScreen(f"Search “{pane.thread.title}”", "small letters match capitals", pane.reading.sought), search
        )

    @on(ReadingPane.Sought)
    def _sought(self) -> None:
        self._show_keys()

    async def action_copy(self) -> None:
        pane = self.chosen
        if pane is None:
            return
        try:
            text = await pane.copied()
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))
            return
        self.post_message(Copied(text) if text.strip() else Told("There is nothing to copy.", "warning"))

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
        super().on_screen_resume()
        self._read_keys()
        self.call_after_refresh(self._arrange)

    def _back_from_full(self, _: object) -> None:
        """A terminal that was shown in full has had another size."""
        for pane in self._panes.values():
            pane.fit(False)
        if self.is_current:
            self._arrange()

    def drawn(self) -> bool:
        return self.is_mounted and all(pane.drawn for pane in self._panes.values())

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
