"""The top line of every screen, and the banners under it: health, who waits, what it cost, hold, ledger trouble."""

from collections.abc import Sequence

from textual import events
from textual.reactive import reactive
from textual.strip import Strip

from cockpit.model.fleet import Fleet
from cockpit.ui.clock import now_of
from cockpit.ui.messages import GoTo
from cockpit.ui.present.header import header, header_changes_in
from cockpit.ui.widgets.line_bar import LineBar


class HeaderBar(LineBar):
    """`word` is the screen's name; the first screen has none. A click on the sources goes to the status, one on who
    waits to the inbox."""

    DEFAULT_CSS = """
    HeaderBar { padding: 0 1; dock: top; }
    """

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)

    def __init__(self, word: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.word = word

    def strips(self, width: int) -> Sequence[Strip]:
        lines = header(self.fleet, self.word, now_of(self), width)
        return [self.pen.line(each, width) for each in lines]

    def changes_in(self) -> float | None:
        return header_changes_in(self.fleet, now_of(self))

    def watch_fleet(self) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        self.post_message(GoTo("inbox" if event.x > self.size.width // 2 else "status"))
