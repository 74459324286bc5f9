"""Where each row of a list stands, in lines: pure arithmetic that ten thousand rows can afford on every change.

It never asks a row for its words."""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from functools import cached_property
from itertools import accumulate

from cockpit.ui.present.rows import Row

_NEAR = 4


class RowSpace:
    """Rows one below the other. A *place* is an index, a *line* is counted from the top of the whole list."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.rows = rows
        self._tops = [0, *accumulate([row.height for row in rows])]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def total(self) -> int:
        return self._tops[-1]

    def top(self, place: int) -> int:
        return self._tops[place]

    def bottom(self, place: int) -> int:
        return self._tops[place + 1]

    def at(self, line: int) -> int:
        """The row on that line; the first or the last one for lines outside."""
        return max(min(bisect_right(self._tops, line) - 1, len(self.rows) - 1), 0)

    def place(self, id: Hashable, near: int = -1) -> int | None:
        """Where that row is; a guess of its place saves looking through all of them."""
        for guess in range(max(near - _NEAR, 0), min(near + _NEAR + 1, len(self.rows))) if near >= 0 else ():
            if self.rows[guess].id == id:
                return guess
        return self._places.get(id)

    def selectable(self, id: Hashable, near: int = -1) -> int | None:
        """The place of that row, if it is there and can be selected."""
        place = self.place(id, near)
        return place if place is not None and self.rows[place].selectable else None

    def next(self, place: int, step: int) -> int | None:
        """The nearest row after `place` that can be selected (`step` > 0), or before it."""
        places = range(place + 1, len(self.rows)) if step > 0 else range(min(place, len(self.rows)) - 1, -1, -1)
        return next((each for each in places if self.rows[each].selectable), None)

    def heir(self, place: int, new: "RowSpace") -> int | None:
        """Where in `new` the nearest of this one's rows is that is still there: below `place` first, then above."""
        for each in (*range(place + 1, len(self.rows)), *range(min(place, len(self.rows)) - 1, -1, -1)):
            if (found := new.selectable(self.rows[each].id)) is not None:
                return found
        return None

    def in_sight(self, place: int, top: int, height: int) -> int:
        """The scroll position nearest to `top` that shows the row in `height` lines: with the heading above it and the
        words below the last row where they fit."""
        first, last = place, place
        while first > 0 and not self.rows[first - 1].selectable:
            first -= 1
        if self.next(place, 1) is None:
            last = len(self.rows) - 1
        above, below = self._tops[first], self._tops[last + 1]
        if below - above > height:
            above, below = self._tops[place], min(self._tops[place + 1], self._tops[place] + height)
        return above if above < top else max(top, below - height)

    @cached_property
    def _places(self) -> dict[Hashable, int]:
        return {row.id: place for place, row in enumerate(self.rows)}
