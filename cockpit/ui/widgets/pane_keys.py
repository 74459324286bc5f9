"""The bottom line of the terminals: what the keys do here, or that they go elsewhere while one is driven."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.reactive import reactive
from textual.strip import Strip

from cockpit.ui.present.pane_words import hints
from cockpit.ui.widgets.line_bar import LineBar


class Hands(NamedTuple):
    """Where the keys go: to the pane called `name` while `driving`. `panes` are there, one may be `zoomed`."""

    name: str = ""
    driving: bool = False
    zoomed: bool = False
    panes: int = 0


class PaneKeys(LineBar):
    DEFAULT_CSS = """
    PaneKeys { height: 1; dock: bottom; }
    """

    hands: reactive[Hands] = reactive(Hands(), repaint=False)

    def strips(self, width: int) -> Sequence[Strip]:
        return [self.pen.line(hints(*self.hands), width)]

    def watch_hands(self) -> None:
        self.redraw()
