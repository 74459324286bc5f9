"""Where each item of a conversation stands, in lines, when only those that were seen have been measured.

Pure: heights come from outside. It must never move what a person reads: every change is made around an anchor."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

from cockpit.ui.present.talk_items import Item, lead

Measure = Callable[[Item], int]
_ROUNDS = 64


class Anchor(NamedTuple):
    """An item and the screen row of its own first line (below its gap), which may be negative."""

    id: str
    row: int


class Space:
    """Items one below the other. `measure` gives an item's true height, `guess` one that costs little; `loose` is the
    id of an item that nothing is held by."""

    def __init__(self, measure: Measure, guess: Measure, loose: str = "") -> None:
        self._measure = measure
        self._guess = guess
        self._loose = loose
        self.items: Sequence[Item] = ()
        self._heights: list[int] = []
        self._true: list[bool] = []
        self._tops: list[int] = [0]
        self._place: dict[str, int] = {}

    @property
    def total(self) -> int:
        return self._tops[-1]

    def replace(self, items: Sequence[Item]) -> None:
        """Take new items. What stayed the same keeps its true height; what changed keeps its old one as a guess."""
        same = 0
        for old, new in zip(self.items, items, strict=False):
            if old is not new:
                break
            same += 1
        before = {item.id: index for index, item in enumerate(self.items[same:], same)}
        heights, true = self._heights[:same], self._true[:same]
        for item in items[same:]:
            index = before.get(item.id)
            if index is None:
                heights.append(self._guess(item))
                true.append(False)
            else:
                heights.append(self._heights[index])
                true.append(self._true[index] and item == self.items[index])
        for item in self.items[same:]:
            for known in (item.id, *(entry.id for entry in item.entries)):
                self._place.pop(known, None)
        for index, item in enumerate(items[same:], same):
            self._place.update((entry.id, index) for entry in item.entries)
        # An entry's own item wins over the run that it is part of as well.
        self._place.update((item.id, index) for index, item in enumerate(items[same:], same))
        self.items, self._heights, self._true = items, heights, true
        self._sum()

    def forget(self) -> None:
        """The width or the colours changed: all heights are guesses again."""
        self._heights = [self._guess(item) for item in self.items]
        self._true = [False] * len(self.items)
        self._sum()

    def turned(self, item_id: str) -> None:
        """That item was folded or unfolded."""
        if (index := self._place.get(item_id)) is not None:
            self._true[index] = False

    def index(self, item_id: str) -> int | None:
        """Where the item is; an entry inside a folded run is where the run is."""
        return self._place.get(item_id)

    def at(self, line: int) -> int:
        """The index of the item that has that line; the nearest one outside. -1 without items."""
        return min(max(bisect_right(self._tops, line) - 1, 0), len(self.items) - 1)

    def top(self, index: int) -> int:
        return self._tops[index]

    def height(self, index: int) -> int:
        return self._heights[index]

    def anchor(self, top: int, height: int) -> Anchor | None:
        """What must not move while lines `top` to `top + height` are on the screen: the first item there whose
        height is true, or else the first."""
        if not self.items:
            return None
        first, last = self.at(top), self.at(top + height - 1)
        seen = [index for index in range(first, last + 1) if self.items[index].id != self._loose]
        index = next((index for index in seen if self._true[index]), seen[0] if seen else first)
        return self.anchor_of(index, top)

    def anchor_of(self, index: int, top: int) -> Anchor:
        """That item where it stands while line `top` is the first on the screen."""
        item = self.items[index]
        return Anchor(item.id, self._tops[index] + lead(item) - top)

    def settle(self, anchor: Anchor, height: int) -> int:
        """Measure all that is on the screen with the anchor where it is; return the new top line (it may lie outside
        of what can be scrolled to)."""
        index = self._place.get(anchor.id)
        if index is None:
            return 0
        self._learn((index,))
        # The anchor may have shrunk: some line of it stays on the screen.
        above = lead(self.items[index])
        row = max(anchor.row, above + 1 - self._heights[index]) - above
        for _ in range(_ROUNDS):
            top = self._tops[index] - row
            if not self._learn(range(self.at(top), self.at(top + height - 1) + 1)):
                return top
        return self._tops[index] - row

    def settle_tail(self, height: int) -> int:
        """As `settle`, for the end: measure the last items until they fill the screen; return the top line."""
        index = len(self.items)
        filled = 0
        while index and filled < height:
            index -= 1
            self._learn((index,), total=False)
            filled += self._heights[index]
        self._sum()
        return max(self.total - height, 0)

    def _learn(self, indices: Sequence[int], *, total: bool = True) -> bool:
        """Measure those that are not; whether any height changed."""
        changed = False
        for index in indices:
            if not self._true[index]:
                height = self._measure(self.items[index])
                changed = changed or height != self._heights[index]
                self._heights[index], self._true[index] = height, True
        if changed and total:
            self._sum()
        return changed

    def _sum(self) -> None:
        self._tops = [0, *accumulate(self._heights)]
