"""Text for people on a plain terminal: columns, colour where it is wanted, short ids. Agent text is only ever text."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence

import click

from cockpit.model.ids import Ref
from cockpit.model.text import one_line
from cockpit.ui.present.cells import cells as cell_len
from cockpit.ui.present.cells import cut, fit
from cockpit.ui.present.lines import Line

_COLOURS: dict[str, dict[str, object]] = {
    "amber": {"fg": "yellow", "bold": True},
    "violet": {"fg": "magenta", "bold": True},
    "blue": {"fg": "blue", "bold": True},
    "red": {"fg": "red"},
    "ice": {"fg": "cyan"},
    "teal": {"fg": "cyan"},
    "green": {"fg": "green"},
    "dim": {"dim": True},
    "bold": {"bold": True},
}


_SHORT_ENOUGH = 16


def coloured() -> bool:
    """Colour only for a terminal whose person has not asked for none."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def tint(text: str, role: str) -> str:
    """`text` in the colour of `role`, a name of the palette."""
    return click.style(text, **_COLOURS.get(role, {})) if coloured() else text  # type: ignore[arg-type]


def width() -> int | None:
    """The terminal's columns; None when lines need not be cut, because a program reads them."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def tinted(lines: Iterable[Line]) -> Iterator[str]:
    """Lines of the screen as lines of text; each piece keeps its colour."""
    for line in lines:
        groups = (
            "".join(tint(span.text, span.role) for span in spans) for spans in (line.left, line.extra, line.right)
        )
        yield "  ".join(group for group in groups if group).rstrip()


def columns(rows: Sequence[Sequence[str]], roles: Sequence[str] = (), *, indent: str = "") -> list[str]:
    """Rows as aligned columns, each line cut at the terminal's edge and tinted as a whole by its role; a cell is one
    line of clean text."""
    cells = [[one_line(cell, 1000) for cell in row] for row in rows]
    widths = [
        max((cell_len(row[place]) for row in cells), default=0) for place in range(max(map(len, cells), default=0))
    ]
    limit = width()
    lines = []
    for number, row in enumerate(cells):
        line = indent + "  ".join(fit(cell, widths[place]) for place, cell in enumerate(row)).rstrip()
        if limit and cell_len(line) > limit:
            line = cut(line, limit - 1) + "…"
        lines.append(tint(line, roles[number]) if number < len(roles) and roles[number] else line)
    return lines


def short_ids(refs: Sequence[Ref], *, least: int = 8) -> dict[Ref, str]:
    """Beginnings of ids that mean one thread each; with the source before a colon only where that is needed."""
    natives = sorted({ref.native for ref in refs})
    needed: dict[str, int] = {}
    for place, native in enumerate(natives):
        length = least if len(native) > _SHORT_ENOUGH else len(native)
        for other in natives[max(place - 1, 0) : place] + natives[place + 1 : place + 2]:
            length = max(length, _shared(native, other) + 1)
        needed[native] = length
    count: dict[str, int] = {}
    for ref in refs:
        count[ref.native] = count.get(ref.native, 0) + 1
    return {ref: ref.native[: needed[ref.native]] if count[ref.native] == 1 else str(ref) for ref in refs}


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
