"""A list that grows at its end: it shows the newest row until a person goes up, and again when they come back down."""

from collections.abc import Sequence

from cockpit.ui.present.rows import Row
from cockpit.ui.widgets.sized_list import QuietList


class TailList(QuietList):
    """`show` replaces `rows`, and follows the end where the person is there."""

    def show(self, rows: Sequence[Row]) -> None:
        last = next((row.id for row in reversed(self.rows) if row.selectable), None)
        follows = last is None or self.selected == last
        self.rows = rows
        newest = next((row.id for row in reversed(rows) if row.selectable), None)
        if follows and newest is not None and newest != self.selected:
            self.select(newest)
