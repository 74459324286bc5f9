"""A few lines across the screen of which only those that changed are sent to the terminal.

It has no selection, no scrolling and no opinion on what the lines say."""

from collections.abc import Sequence
from functools import cached_property

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget

from cockpit.ui.present.pen import Pen
from cockpit.ui.widgets.ink import pen_of

_LEAST_SECONDS = 10.0


class LineBar(Widget):
    """Subclasses say what is shown (`strips`) and when time alone changes it (`changes_in`)."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineBar { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Strip] = ()
        self._lines_for: object = None
        self._timer: Timer | None = None

    def strips(self, width: int) -> Sequence[Strip]:
        raise NotImplementedError

    def changes_in(self) -> float | None:
        """Seconds until the time alone changes what is shown."""
        return None

    def redraw(self) -> None:
        """Draw again and send what changed; another number of lines lays the screen out anew."""
        if not self.is_mounted or not self.size.width:
            return
        old, width = self._lines, self.size.width
        self._lines, self._lines_for = self.strips(width), (width, self.pen)
        if len(old) != len(self._lines):
            self.refresh(layout=True)
        else:
            for y, (was, now) in enumerate(zip(old, self._lines, strict=True)):
                if was != now:
                    self.refresh(Region(0, y, width, 1))
        self._wait_for_time()

    @cached_property
    def pen(self) -> Pen:
        return pen_of(self)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(len(self.strips(width)), 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._lines_for != (width, self.pen):
            self._lines, self._lines_for = self.strips(width), (width, self.pen)
        line = self._lines[y] if y < len(self._lines) else Strip.blank(width)
        # Textual gives lines no ground of their own: without it the terminal's would show.
        return line.apply_style(self.rich_style)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._other_theme)
        self._wait_for_time()

    def on_resize(self) -> None:
        self.redraw()

    def _other_theme(self, theme: Theme) -> None:
        self.pen = pen_of(self)
        self.redraw()

    def _wait_for_time(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        seconds = self.changes_in()
        if seconds is not None:
            self._timer = self.set_timer(max(seconds, _LEAST_SECONDS), self._time_passed)

    def _time_passed(self) -> None:
        if self.screen.is_current:
            self.redraw()
        else:
            self._wait_for_time()
