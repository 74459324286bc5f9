"""Which part of a terminal stands in a pane that is smaller than it: the last used rows, and the cursor when driven.

Pure: rows and numbers in, rows and numbers out."""

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.model.terminal import Line, Screen
from cockpit.ui.present.pane_reading import Mark, Reading


class Row(NamedTuple):
    """A line in sight, the column of the cursor in it, if it stands there and is shown, and what stands out in it."""

    line: Line
    cursor: int | None = None
    marks: tuple[Mark, ...] = ()


class View(NamedTuple):
    """`top` and `left` are the terminal's row and column in the pane's upper left corner."""

    rows: tuple[Row, ...] = ()
    top: int = 0
    left: int = 0


def view(screen: Screen, width: int, height: int, *, cursor: bool) -> View:
    """What of the screen stands in `width` × `height` cells; `cursor`: it is shown, and never out of sight."""
    top = first_row(screen, height)
    at = screen.cursor if cursor else None
    left = max(at[0] - width + 1, 0) if at else 0
    rows = tuple(
        Row(line, at[0] - left if at and at[1] == y else None)
        for y, line in enumerate(screen.lines[top : top + height], top)
    )
    return View(rows, top, left)


def marked(shown: View, reading: Reading, top: int) -> View:
    """The same with what stands out; `top` is the number of its first line, counted from the oldest."""
    if not reading.sought and reading.selection is None:
        return shown
    rows = (row._replace(marks=reading.marks(number, row.line)) for number, row in enumerate(shown.rows, top))
    return shown._replace(rows=tuple(rows))


def top_line(screen: Screen, height: int, back: int) -> int:
    """The number of the first line in sight, `back` rows above the last."""
    return screen.history + first_row(screen, height) - back


def back_to(screen: Screen, height: int, number: int) -> int:
    """How far up to stand so that the line of that number is in the middle, or as near as there are lines."""
    back = top_line(screen, height, 0) + height // 2 - number
    return min(max(back, 0), farthest_back(screen, height))


def first_row(screen: Screen, height: int) -> int:
    used = next((y for y in range(len(screen.lines) - 1, -1, -1) if _inked(screen.lines[y])), 0)
    if screen.cursor is not None:
        used = max(used, screen.cursor[1])
    return max(min(used, len(screen.lines) - 1) + 1 - height, 0)


def farthest_back(screen: Screen, height: int) -> int:
    """How many rows there are to scroll up; none where a program has the whole screen for itself."""
    return 0 if screen.alternate else screen.history + first_row(screen, height)


class Past(NamedTuple):
    """What to fetch to stand `back` rows up: `rows` of history that end `skip` above the screen, then `below`."""

    rows: int
    skip: int
    below: tuple[Line, ...]


def past(screen: Screen, height: int, back: int) -> Past:
    end = first_row(screen, height) + height - back
    below = screen.lines[max(end - height, 0) : max(end, 0)]
    return Past(height - len(below), max(-end, 0), below)


def changed(before: Sequence[Row], now: Sequence[Row]) -> list[int]:
    """The rows that must be drawn anew. An unchanged line is the same object (see model.terminal.Screen)."""
    shared = min(len(before), len(now))
    return [
        *(y for y in range(shared) if now[y].line is not before[y].line or now[y][1:] != before[y][1:]),
        *range(shared, max(len(before), len(now))),
    ]


def _inked(line: Line) -> bool:
    return any(not text.isspace() for text, _ in line)
