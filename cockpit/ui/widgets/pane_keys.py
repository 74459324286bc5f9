"""The bottom line of the terminals: what the keys do here, or that they go elsewhere while one is driven."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.reactive import reactive
from textual.strip import Strip

from cockpit.ui.present.pane_words import driving_hints, search_hints
from cockpit.ui.widgets.key_bar import KeyBar


class Hands(NamedTuple):
    """Where the keys go: to the pane called `driven`, if any, or through what was searched for (`reading`)."""

    driven: str = ""
    reading: bool = False


class PaneKeys(KeyBar):
    DEFAULT_CSS = """
    PaneKeys { height: 1; dock: bottom; }
    """

    hands: reactive[Hands] = reactive(Hands(), repaint=False)

    def strips(self, width: int) -> Sequence[Strip]:
        if not (self.hands.driven or self.hands.reading):
            return super().strips(width)
        self.hints = []
        if self.hands.reading:
            return [self.pen.line(search_hints(), width)]
        leader = self.keys.get("panes.leader", "Ctrl+G")
        return [self.pen.line(driving_hints(self.hands.driven, leader, self.keys, width), width)]

    def watch_hands(self) -> None:
        self.redraw()
