"""One live terminal in a frame: watched by default, driven on a person's word. Only rows that changed are drawn.

While it is watched no key and no size of ours reaches it; while it is driven every key does but the one that leaves."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.terminal import BLANK, Lane, Mouse, Screen, Wheel
from cockpit.model.work import Thread
from cockpit.ui.messages import Told
from cockpit.ui.present.pane_grid import Place
from cockpit.ui.present.pane_words import above, below
from cockpit.ui.present.terminal_view import Row, View, changed, farthest_back, past, view
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.ink import palette_of
from cockpit.ui.widgets.terminal_ink import TerminalInk

LEADER = "ctrl+g"
_FIT_SECONDS = 0.2
_WHEEL_ROWS = 3


class TerminalPane(Widget, can_focus=True):
    """`thread` is whose terminal it is, `number` its name among the others, `place` where it was put. `give` hands
    over the terminal, which stays the caller's to close."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup,shift+pageup", "scroll_page(1)", show=False),
        Binding("pagedown,shift+pagedown", "scroll_page(-1)", show=False),
        Binding("end", "scroll_end", show=False),
    ]
    DEFAULT_CSS = """
    TerminalPane {
        position: absolute; border: round $border-dim; border-title-color: $text-dim;
        border-subtitle-color: $text-dim; border-subtitle-align: right; background: $ground;
        &:focus { border: round $border-focus; border-title-color: $text; }
        &.-needs { border: round $needs; border-title-color: $needs; }
        &.-trouble { border-subtitle-color: $failed; }
        &.-driving { border: heavy $drive; border-title-color: $drive; border-subtitle-color: $drive; }
    }
    """

    class Left(Message):
        """The person pressed the leader while driving."""

    def __init__(self) -> None:
        super().__init__()
        self.thread: Thread | None = None
        self.number = 0
        self.place: Place | None = None
        self._terminal: Terminal | None = None
        self._lane = Lane.HIDDEN
        self._driving = False
        self._fitting = False
        self._fit_timer: Timer | None = None
        self._note = ""
        self._screen: Screen = BLANK
        self._ink: TerminalInk | None = None
        self._view = View()
        self._back = 0
        self._past: tuple[Row, ...] = ()

    # What it shows

    def give(self, terminal: Terminal | None) -> Terminal | None:
        """Show this terminal from now on; returns the one before, for the caller to close."""
        before, self._terminal = self._terminal, terminal
        self._screen = terminal.screen if terminal else BLANK
        self._back, self._past, self._note = 0, (), ""
        self._driving = self._fitting = False
        self.set_class(False, "-driving")
        if terminal is not None:
            terminal.watch(self._lane, self._changed)
        self._draw()
        return before

    @property
    def terminal(self) -> Terminal | None:
        return self._terminal

    def look(self, lane: Lane) -> None:
        """How closely somebody looks at it now."""
        if lane is not self._lane:
            self._lane = lane
            if self._terminal is not None:
                self._terminal.watch(lane, self._changed)

    def name_it(self, thread: Thread | None, number: int) -> None:
        self.thread, self.number = thread, number
        self.set_class(thread is not None and thread.status.needs_you, "-needs")
        self._words()

    def _changed(self) -> None:
        if self._terminal is None or not self.is_mounted:
            return
        screen = self._terminal.screen
        if self._back:
            # What is read stays in place while new rows push it up.
            self._back += max(screen.history - self._screen.history, 0)
        self._screen = screen
        self._draw()

    def _draw(self) -> None:
        """Draw the rows that are others now, and no more."""
        if not self.is_mounted:
            return
        size = self.size
        before = self._view
        if self._back:
            self._view = View(self._past[-size.height :])
        else:
            self._view = view(self._screen, size.width, size.height, cursor=self._driving)
        if before.left != self._view.left:
            self.refresh()
        else:
            for y in changed(before.rows, self._view.rows):
                self.refresh(Region(0, y, size.width, 1))
        self._words()

    def render_line(self, y: int) -> Strip:
        if self._ink is None:
            self._ink = TerminalInk(palette_of(self))
        row = self._view.rows[y] if y < len(self._view.rows) else Row(())
        return self._ink.row(row.line, self._view.left, self.size.width, row.cursor)

    def _words(self) -> None:
        width = max(self.size.width - 4, 0)
        trouble = self._terminal.trouble if self._terminal else ""
        self.set_class(bool(trouble), "-trouble")
        entitle(
            self,
            title=above(self.thread, self.number, width),
            below=below(
                self.thread, self._screen, trouble=trouble, driving=self._driving, back=self._back, note=self._note,
                width=width,
            ),
        )  # fmt: skip

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._other_theme)

    def _other_theme(self, theme: Theme) -> None:
        self._ink = None
        self.refresh()

    def on_resize(self) -> None:
        self._view = View()
        if self._back:
            self._scroll(0, anew=True)
        self._draw()
        self.refresh()
        if self._fitting:
            self._fit_soon()

    # Scrolling back

    def action_scroll_page(self, pages: int) -> None:
        self._scroll(pages * max(self.size.height - 1, 1))

    def action_scroll_end(self) -> None:
        self._scroll(-self._back)

    def _scroll(self, rows: int, *, anew: bool = False) -> None:
        back = min(max(self._back + rows, 0), farthest_back(self._screen, self.size.height))
        if anew or back != self._back:
            self.run_worker(self._look_back(back), exclusive=True, group="past")

    async def _look_back(self, back: int) -> None:
        """Stand `back` rows above the last one in sight."""
        if self._terminal is None:
            return
        wanted = past(self._screen, self.size.height, back)
        try:
            rows = await self._terminal.history(wanted.rows, wanted.skip) if back else ()
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))
            return
        self._back, self._past = back, tuple(map(Row, (*rows, *wanted.below)))
        self._draw()

    # Driving

    @property
    def driving(self) -> bool:
        return self._driving

    def why_not_drive(self) -> str | None:
        """Why no key may go to it now, as the rest of a sentence."""
        if self._terminal is None:
            return "it has no terminal now."
        if self._terminal.trouble:
            return self._terminal.trouble
        if self._screen.ended:
            return "its program has ended."
        if self.thread is not None and self.thread.frozen:
            return "it is frozen; thaw it first."
        return None

    def drive(self, on: bool) -> None:
        """Let every key through, or none. The caller has checked that it may."""
        if on == self._driving:
            return
        self._driving = on
        self._back = 0
        self.set_class(on, "-driving")
        self._draw()

    def fit(self, on: bool) -> None:
        """Make the terminal as big as this pane, a moment after its last change of size; or give its size back."""
        if on == self._fitting:
            return
        self._fitting = on
        self._fit_soon()

    def _fit_soon(self) -> None:
        if self._fit_timer is not None:
            self._fit_timer.stop()
            self._fit_timer = None
        if self._fitting:
            self._fit_timer = self.set_timer(_FIT_SECONDS, self._fit)
        elif self._terminal is not None:
            self._note = ""
            self.run_worker(self._unfit(self._terminal), group="fit")

    def _fit(self) -> None:
        self._fit_timer = None
        if self._terminal is not None and self.size.width and self.size.height:
            self.run_worker(self._fit_to(self._terminal, self.size.width, self.size.height), group="fit")

    async def _fit_to(self, terminal: Terminal, width: int, height: int) -> None:
        try:
            note = await terminal.fit(width, height)
        except CockpitError as error:
            note = error.message
        if self._terminal is terminal:
            self._note = note
            self._words()

    async def _unfit(self, terminal: Terminal) -> None:
        try:
            await terminal.unfit()
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))

    def send(self, key: str, character: str | None = None) -> None:
        """One key to the terminal."""
        if self._terminal is None:
            return
        try:
            known = self._terminal.press(key, character)
        except CockpitError as error:
            self.post_message(Told(str(error), "error"))
            return
        if not known:
            self.post_message(Told(f"A terminal has no bytes for {key}.", "warning"))

    def on_key(self, event: events.Key) -> None:
        if not self._driving:
            return
        event.stop()
        event.prevent_default()
        if event.key == LEADER:
            self.post_message(self.Left())
        else:
            self.send(event.key, event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if not self._driving:
            self.post_message(Told("Nothing was pasted: press Enter to drive the terminal first.", "warning"))
        elif self._terminal is not None:
            self.run_worker(self._paste(self._terminal, event.text), group="paste")

    async def _paste(self, terminal: Terminal, text: str) -> None:
        try:
            await terminal.paste(text)
        except CockpitError as error:
            self.post_message(Told(str(error), "error"))

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._point(event, button=event.button)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._point(event, button=event.button, released=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._point(event, button=event.button, moved=True)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, Wheel.UP, _WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, Wheel.DOWN, -_WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, wheel: Wheel, rows: int) -> None:
        event.stop()
        if not self._point(event, wheel=wheel):
            self._scroll(rows)

    def _point(
        self, event: events.MouseEvent, *, button: int = 0, released: bool = False, moved: bool = False,
        wheel: Wheel = Wheel.NONE,
    ) -> bool:  # fmt: skip
        """To the program that is driven and asked for it; returns whether it went there."""
        if not self._driving or self._terminal is None or self._back:
            return False
        where = event.get_content_offset(self)
        if where is None:
            return False
        mouse = Mouse(
            where.x + self._view.left, where.y + self._view.top, button, released, moved, wheel,
            shift=event.shift, alt=event.meta, ctrl=event.ctrl,
        )  # fmt: skip
        try:
            return self._terminal.point(mouse)
        except CockpitError as error:
            self.post_message(Told(str(error), "error"))
            return False
