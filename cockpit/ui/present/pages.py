"""Long texts as pages for the reader: Markdown, lines with roles, a diff, plain text. Each is drawn for a width.

Pure. It must never cut a line: what is too wide is wrapped."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from textual.strip import Strip

from cockpit.model.immutable import immutable
from cockpit.ui.present.lines import Line
from cockpit.ui.present.pen import Pen, blank

_FILE = re.compile(r"^diff --git ", re.MULTILINE)


@immutable
class Page:
    """`marks` are the lines where its parts begin (the files of a diff)."""

    strips: list[Strip]
    marks: tuple[int, ...] = ()


Draw = Callable[[int, Pen], Page]
"""A page for a width in cells."""


def markdown(source: str) -> Draw:
    return lambda width, pen: Page(pen.prose(source, width))


def text(source: str, role: str = "text") -> Draw:
    return lambda width, pen: Page(pen.text(source, width, role))


def lines(content: Sequence[Line]) -> Draw:
    """Lines that fit as they are; the others lose their columns and are wrapped."""

    def draw(width: int, pen: Pen) -> Page:
        return Page([strip for line in content for strip in pen.wrapped(line, width)])

    return draw


def joined(*parts: Draw) -> Draw:
    """Pages one below the other."""
    return lambda width, pen: Page([strip for part in parts for strip in part(width, pen).strips])


def diff(source: str) -> Draw:
    """A unified diff, with a mark at each file."""
    starts = [found.start() for found in _FILE.finditer(source)]
    edges = [*([0] if not starts or starts[0] > 0 else []), *starts, len(source)]
    files = [part for begin, end in pairwise(edges) if (part := source[begin:end]).strip()]

    def draw(width: int, pen: Pen) -> Page:
        from cockpit.ui.present.diff import MOST_LINES, render_diff
        from cockpit.ui.present.markdown_styles import markdown_styles

        styles = markdown_styles(pen.palette)
        strips: list[Strip] = []
        marks: list[int] = []
        left = MOST_LINES
        for place, part in enumerate(files):
            if left <= 0:
                strips += pen.text(f"… {len(files) - place} more files are not shown", width, "dim")
                break
            strips += blank() if strips else []
            marks.append(len(strips))
            strips += render_diff(part, width, styles, numbers=True, limit=left)
            left -= part.count("\n")
        return Page(strips or pen.text("No file changed.", width, "dim"), tuple(marks))

    return draw
