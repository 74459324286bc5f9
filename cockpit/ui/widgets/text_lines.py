"""A few lines of words and roles, as high as they are many. It cannot be scrolled or focused; lists are for that."""

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.present.lines import Line
from cockpit.ui.widgets.ink import pen_of

Make = Callable[[int], Sequence[Line]]
"""The lines for a width in cells."""


class TextLines(Widget):
    """Shows what `make` gives for its width."""

    DEFAULT_CSS = """
    TextLines { width: 1fr; height: auto; }
    """

    def __init__(self, make: Make = lambda width: (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make = make
        self._drawn: list[Strip] = []
        self._drawn_for: object = None

    def show(self, make: Make) -> None:
        self._make = make
        self._drawn_for = None
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._make(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        key = (width, self._make, self.app.theme)
        if key != self._drawn_for:
            pen = pen_of(self)
            self._drawn = [pen.line(line, width) for line in self._make(width)]
            self._drawn_for = key
        return self._drawn[y] if y < len(self._drawn) else Strip.blank(width)
