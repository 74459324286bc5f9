"""A list whose rows are made for its width: it says when it has another one. Otherwise it is like any list."""

from textual.message import Message
from textual.strip import Strip

from cockpit.ui.present.rows import Row
from cockpit.ui.widgets.row_list import RowList


class SizedList(RowList):
    """`room` is the width in cells that its rows are drawn in, beside the scrollbar."""

    class Resized(Message):
        """The rows may have to be made anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told = 0

    @property
    def room(self) -> int:
        return max(self.size.width - 1, 0)

    def on_resize(self) -> None:
        if self.room != self._told:
            self._told = self.room
            self.post_message(self.Resized())

    def on_hide(self) -> None:
        """Hidden it has no width: whoever makes rows meanwhile must be told once there is one again."""
        self._told = 0


class QuietList(SizedList):
    """A list to read: its selection shows only while it has the focus."""

    def draw(self, row: Row, width: int, selected: bool, focused: bool) -> list[Strip]:
        return super().draw(row, width, selected and focused, focused)
