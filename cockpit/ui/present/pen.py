"""Draws plain text with colour roles as strips of cells. The one place where words of a conversation meet colours.

It takes text as it is: nothing is ever parsed as markup, and nothing is wider than it was told."""

import re
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.model.immutable import immutable
from cockpit.ui.present.cells import cells, cut, fit, wrap
from cockpit.ui.present.colours import Palette
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.runs import wrap_runs

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Prose = Callable[[str, int], list[Strip]]
"""Markdown and a width in, strips of at most that width out."""


@immutable(slots=False)
class Pen:
    """`prose` draws Markdown in the colours of the palette."""

    palette: Palette
    prose: Prose

    def style(self, role: str, bold: bool = False) -> Style:
        return self.palette.style(role, bold=bold)

    def segment(self, span: Span) -> Segment:
        role, on = ("ground", span.role) if span.fill else (span.role, None)
        return Segment(span.text, self.palette.style(role, bold=span.bold, on=on))

    def line(self, line: Line, width: int) -> Strip:
        """`left` cut with an ellipsis where it must be, `right` at the right edge; exactly `width` cells."""
        line = Line(_plain(line.left), _plain(line.right), _plain(line.extra))
        right, right_size = list(line.right), _size(line.right)
        if right and right_size + 6 > width:
            right, right_size = [], 0
        room = width - right_size - bool(right)
        left = [*line.left, *line.extra] if _size(line.left) + _size(line.extra) <= room else list(line.left)
        left = _fitted(left, room)
        between = Segment(" " * (width - right_size - _size(left)))
        return Strip([*map(self.segment, left), between, *map(self.segment, right)], width)

    def wrapped(self, line: Line, width: int) -> list[Strip]:
        """The line as it is if all of it fits, else all of its words wrapped."""
        line = Line(_plain(line.left), _plain(line.right), _plain(line.extra))
        spans = [*line.left, *line.extra, *line.right]
        if _size(spans) + bool(line.right) <= width:
            return [self.line(line, width)]
        after = [*line.left, *line.extra, *([Span("  "), *line.right] if line.right else [])]
        runs = [(span.text, self.segment(span).style or Style()) for span in after]
        indent = len(runs[0][0]) - len(runs[0][0].lstrip()) if runs else 0
        indent = min(indent, width // 4)
        runs[:1] = [(runs[0][0].lstrip(), runs[0][1])] if runs else []
        before = Segment(" " * indent)
        return [Strip([before, *segments]) for segments in wrap_runs(runs, max(width - indent, 1))]

    def text(self, text: str, width: int, role: str = "text", *, indent: int = 0, bold: bool = False) -> list[Strip]:
        """Plain text wrapped, each line after `indent` blanks."""
        style, room = self.style(role, bold), max(width - indent, 1)
        before = [Segment(" " * indent)] if indent else []
        return [Strip([*before, Segment(line, style)]) for line in wrap(text.expandtabs(4), room)]

    def rule(self, words: str, width: int, role: str = "dim") -> Strip:
        """`── words ─────`, as wide as told."""
        middle = cut(f" {words} ", max(width - 4, 0))
        after = max(width - 2 - cells(middle), 0)
        faint = self.style("faint")
        return Strip([Segment("──"[:width], faint), Segment(middle, self.style(role)), Segment("─" * after, faint)])

    def frame(self, title: Sequence[Span], body: Sequence[Strip], foot: str, width: int, role: str) -> list[Strip]:
        """Strips of `width - 4` cells in a round frame with a title above and words below."""
        edge = self.style(role)
        room = max(width - 5, 0)
        name = _fitted(_plain(title), room)
        below = cut(f" {foot} ", room) if foot else ""
        top = [Segment("╭─ ", edge), *map(self.segment, name), Segment(f" {'─' * max(room - _size(name), 0)}╮", edge)]
        bottom = [
            Segment(f"╰{'─' * max(width - 3 - cells(below), 0)}", edge),
            Segment(below, self.style("dim")),
            Segment("─╯", edge),
        ]
        inside = [
            Strip([Segment("│ ", edge), *strip.adjust_cell_length(max(width - 4, 1)), Segment(" │", edge)])
            for strip in body
        ]
        return [Strip(top), *inside, Strip(bottom)]


def marked_strip(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` laid on the cells from `start` to `end` (negative: to its end)."""
    size = strip.cell_length
    end = size if end < 0 else min(end, size)
    if start >= end:
        return strip
    return Strip.join([strip.crop(0, start), strip.crop(start, end).apply_style(style), strip.crop(end)])


def blank(count: int = 1) -> list[Strip]:
    return [Strip([], 0)] * int(count)


def _plain(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans without control characters, which have no width and might do something."""
    return tuple(span._replace(text=_CONTROL.sub(" ", span.text)) for span in spans)


def _size(spans: Sequence[Span]) -> int:
    return sum(cells(span.text) for span in spans)


def _fitted(spans: Sequence[Span], room: int) -> list[Span]:
    """The spans in at most `room` cells, the last of them cut with an ellipsis where it must be."""
    kept: list[Span] = []
    for place, span in enumerate(spans):
        if _size(spans[place:]) <= room:
            return [*kept, *spans[place:]]
        size = cells(span.text)
        if size >= room:
            return [*kept, span._replace(text=fit(span.text + " ", room))] if room > 0 else kept
        kept.append(span)
        room -= size
    return kept
