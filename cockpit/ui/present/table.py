"""A table of styled cells drawn in box lines that stay straight, whatever stands in the cells."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from cockpit.ui.present.cells import cells
from cockpit.ui.present.runs import Line, Run, split_lines, wrap_runs

Cell = Sequence[Run]
_NARROWEST = 4


def table_lines(rows: Sequence[Sequence[Cell]], aligns: Sequence[str], width: int, border: Style) -> list[Line]:
    """Rows (the first is the head) as lines of at most `width` cells. `aligns` are "left", "center" or "right".

    Where the columns would become too narrow to read, each row becomes a list of `head: cell` lines.
    """
    count = len(aligns)
    room = width - 3 * count - 1
    natural = [max(max(sum(cells(text) for text, _ in line) for line in split_lines(row[at])) for row in rows)
               for at in range(count)]  # fmt: skip
    if room < sum(min(size, _NARROWEST) for size in natural) or room < count:
        return _stacked(rows, width, border)
    widths = share(natural, room)
    head, *body = [_row(row, widths, aligns, border) for row in rows]
    lines = [_rule("╭┬╮", widths, border), *head]
    if body:
        lines.append(_rule("├┼┤", widths, border))
    for row in body:
        lines.extend(row)
    return [*lines, _rule("╰┴╯", widths, border)]


def share(natural: Sequence[int], room: int) -> list[int]:
    """Widths of at least 1 that sum up to at most `room`: small columns keep theirs, large ones share what is left."""
    widths = [max(size, 1) for size in natural]
    left, open_columns = room, sorted(range(len(widths)), key=lambda at: widths[at])
    while open_columns:
        fair = left // len(open_columns)
        at = open_columns.pop(0)
        widths[at] = max(1, min(widths[at], fair))
        left -= widths[at]
    return widths


def _row(row: Sequence[Cell], widths: Sequence[int], aligns: Sequence[str], border: Style) -> list[Line]:
    wrapped = [wrap_runs(cell, size) for cell, size in zip(row, widths, strict=True)]
    lines: list[Line] = []
    for at in range(max(map(len, wrapped))):
        line: Line = [Segment("│ ", border)]
        for column, (cell, size) in enumerate(zip(wrapped, widths, strict=True)):
            line.extend(_padded(cell[at] if at < len(cell) else [], size, aligns[column]))
            line.append(Segment(" │" if column == len(widths) - 1 else " │ ", border))
        lines.append(line)
    return lines


def _padded(line: Line, width: int, align: str) -> Line:
    free = width - sum(cells(segment.text) for segment in line)
    before = {"right": free, "center": free // 2}.get(align, 0)
    return [Segment(" " * before), *line, Segment(" " * (free - before))]


def _rule(ends: str, widths: Sequence[int], border: Style) -> Line:
    return [Segment(ends[0] + ends[1].join("─" * (size + 2) for size in widths) + ends[2], border)]


def _stacked(rows: Sequence[Sequence[Cell]], width: int, border: Style) -> list[Line]:
    head, *body = rows
    lines: list[Line] = []
    for row in body or [head]:
        if lines:
            lines.append([Segment("─" * min(width, 12), border)])
        for name, cell in zip(head, row, strict=True):
            lines.extend(wrap_runs([*name, (": ", border), *cell] if body else [*cell], width))
    return lines
