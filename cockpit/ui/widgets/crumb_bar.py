"""One line above a single panel on a narrow screen: the panels in a row, the one that is shown bright."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from cockpit.ui.present.cells import cells
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.widgets.line_bar import LineBar

_BETWEEN = " › "


class CrumbBar(LineBar):
    """`names` are the panels from left to right, `shown` is the index of the one on the screen."""

    DEFAULT_CSS = """
    CrumbBar { height: 1; padding: 0 1; }
    """

    names: reactive[tuple[str, ...]] = reactive((), repaint=False)
    shown: reactive[int] = reactive(0, repaint=False)

    class Chosen(Message):
        """The person clicked on the name of a panel."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def strips(self, width: int) -> Sequence[Strip]:
        spans: list[Span] = []
        for index, name in enumerate(self.names):
            if spans:
                spans.append(Span(_BETWEEN, "faint"))
            here = index == self.shown
            spans.append(Span(name, "text" if here else "dim", bold=here))
        return [self.pen.line(Line(tuple(spans), (Span("← →", "dim"),)), width)]

    def watch_names(self) -> None:
        self.redraw()

    def watch_shown(self) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        x = -1 if offset is None else offset.x
        for index, name in enumerate(self.names):
            if 0 <= x < cells(name):
                self.post_message(self.Chosen(index))
                return
            x -= cells(name) + len(_BETWEEN)
