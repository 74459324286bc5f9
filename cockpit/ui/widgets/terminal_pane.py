"""One live terminal in a frame: watched by default, driven on a person's word.

While it is watched no key and no size of ours reaches it; while it is driven every key does but those that leave."""

from collections.abc import Awaitable, Callable, Collection

from textual import events
from textual.message import Message
from textual.timer import Timer

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.terminal import Mouse, Wheel
from cockpit.model.work import Thread
from cockpit.ui.messages import Told
from cockpit.ui.present.pane_grid import Place
from cockpit.ui.present.pane_reading import Reading
from cockpit.ui.present.pane_words import above, below
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.reading_pane import WHEEL_ROWS, ReadingPane

_FIT_SECONDS = 0.2


class TerminalPane(ReadingPane):
    """`thread` is whose terminal it is, `where` the terminal's ref, `number` its name among the others, `place` where
    it was put. `through` are the keys that are not for the program while it is driven; `leaders` leave it, which
    calls `left`, and `leader` is what people call the first."""

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

    class Lost(Message):
        """It was driven and cannot be any more."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self) -> None:
        super().__init__()
        self.thread: Thread | None = None
        self.number = 0
        self.place: Place | None = None
        self.where: str | None = None
        self.through: Collection[str] = ()
        self.leaders: Collection[str] = ()
        self.leader = "Ctrl+G"
        self.left: Callable[[], None] = lambda: None
        self._driving = False
        self._fitting = False
        self._fit_timer: Timer | None = None
        self._note = ""
        self._pressed = 0
        """The button that the program knows to be down."""

    # What it shows

    def give(self, terminal: Terminal | None) -> Terminal | None:
        self._driving = self._fitting = False
        self._note = ""
        self.set_class(False, "-driving")
        return super().give(terminal)

    def name_it(self, thread: Thread | None, number: int) -> None:
        self.thread, self.number = thread, number
        self.set_class(thread is not None and thread.status.needs_you, "-needs")
        self.words()

    def show_cursor(self) -> bool:
        return self._driving

    def words(self) -> None:
        width = max(self.size.width - 4, 0)
        trouble = self._terminal.trouble if self._terminal else ""
        self.set_class(bool(trouble), "-trouble")
        entitle(
            self,
            title=above(self.thread, self.number, width),
            below=below(
                self.thread, self._screen, trouble=trouble, driving=self._driving, back=self._back, note=self._note,
                reading=self.reading, leader=self.leader, width=width,
            ),
        )  # fmt: skip

    def _changed(self) -> None:
        super()._changed()
        if self._driving and (reason := self.why_not_drive()):
            self.drive(False)
            self.post_message(self.Lost(reason))

    def on_resize(self) -> None:
        super().on_resize()
        if self._fitting:
            self._fit_soon()

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
        if on:
            # Its keys go to the program now, and so it ends.
            self.reading = Reading()
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
            self.words()

    async def _unfit(self, terminal: Terminal) -> None:
        try:
            await terminal.unfit()
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))

    def send(self, key: str, character: str | None = None) -> None:
        """One key to the terminal."""
        if self._terminal is None:
            return
        if self._back:
            self.action_scroll_end()
        if self._screen.mode:
            self.post_message(Told(f"{self._screen.mode.replace('-', ' ').capitalize()} was in the way and was left."))
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
        if event.key in self.through:
            # At once, and not when the key's action runs: the next key may be here before that.
            self.drive(False)
            if event.key not in self.leaders:
                return
            self.left()
        else:
            self.send(event.key, event.character)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if not self._driving:
            self.post_message(Told("Nothing was pasted: press Enter to drive the terminal first.", "warning"))
        elif self._terminal is not None:
            # Begun here and not when the worker is: the next key may come before that, and must stay behind it.
            self.run_worker(self._pasted(self._terminal.paste(event.text)), group="paste")

    async def _pasted(self, paste: Awaitable[None]) -> None:
        try:
            await paste
        except CockpitError as error:
            self.post_message(Told(str(error), "error"))

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._point(event, button=event.button):
            # Wherever the button is let go, the program is told: or it would drag on.
            self._pressed = event.button
            self.capture_mouse()
        elif event.button == 1:
            self.capture_mouse()
            self.select(event, begin=True)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        held, self._pressed = self._pressed, 0
        captured = self.app.mouse_captured is self
        if captured:
            self.release_mouse()
        if held or not captured:
            self._point(event, button=event.button, released=True)
        elif self.reading.selection is None:
            self.unselect()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self and not self._pressed:
            self.select(event, begin=False)
        else:
            self._point(event, button=event.button, moved=True)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, Wheel.UP, WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, Wheel.DOWN, -WHEEL_ROWS)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self._point(event, wheel=Wheel.LEFT)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self._point(event, wheel=Wheel.RIGHT)

    def _wheel(self, event: events.MouseEvent, wheel: Wheel, rows: int) -> None:
        event.stop()
        if self._point(event, wheel=wheel):
            return
        if self._driving and self._screen.alternate:
            # As terminals do for a program that has the whole screen and no interest in the mouse.
            for _ in range(abs(rows)):
                self.send("up" if rows > 0 else "down")
        else:
            self.scroll_rows(rows)

    def _point(
        self, event: events.MouseEvent, *, button: int = 0, released: bool = False, moved: bool = False,
        wheel: Wheel = Wheel.NONE,
    ) -> bool:  # fmt: skip
        """To the program that is driven and asked for it; returns whether it went there."""
        if not self._driving or self._terminal is None or self._back:
            return False
        where = event.get_content_offset_capture(self)
        inside = self.content_region.contains_point(event.screen_offset)
        if not (inside or self._pressed or released):
            return False
        x, y = min(max(where.x, 0), self.size.width - 1), min(max(where.y, 0), self.size.height - 1)
        mouse = Mouse(
            x + self._view.left, y + self._view.top, button, released, moved, wheel,
            shift=event.shift, alt=event.meta, ctrl=event.ctrl,
        )  # fmt: skip
        try:
            return self._terminal.point(mouse)
        except CockpitError as error:
            self.post_message(Told(str(error), "error"))
            return False
