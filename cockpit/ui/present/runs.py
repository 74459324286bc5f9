"""Styled text wrapped into lines: runs of (text, style) in, rich segments out. Knows no Markdown and no widget."""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from rich.segment import Segment
from rich.style import Style

from cockpit.ui.present.cells import breaks, cells, chop, narrow

Run = tuple[str, Style]
Line = list[Segment]


def wrap_runs(runs: Sequence[Run], width: int) -> list[Line]:
    """Runs as lines of at most `width` cells, broken at spaces; a line feed in a run is a break."""
    lines: list[Line] = []
    for source in split_lines(runs):
        text, line = _joined(source, width)
        lines.extend(_parts(line, breaks(text, width)))
    return lines


def chop_runs(runs: Sequence[Run], width: int, mark: Segment) -> list[Line]:
    """One line of code as lines of at most `width` cells, broken anywhere; those after the first begin with `mark`."""
    text, runs = _joined(runs, width)
    if cells(text) <= width:
        return [[Segment(*run) for run in runs]]
    room = width - cells(mark.text)
    if room < 2:
        return _parts(runs, chop(text, 0, len(text), width))
    _, end = next(chop(text, 0, len(text), width))
    rest = _parts(runs, [(0, end), *chop(text, end, len(text), room)])
    return [rest[0], *([mark, *line] for line in rest[1:])]


def split_lines(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs cut at their line feeds, which go."""
    lines: list[list[Run]] = [[]]
    for text, style in runs:
        first, *rest = text.split("\n")
        if first:
            lines[-1].append((first, style))
        lines.extend([(part, style)] if part else [] for part in rest)
    return lines


def indent(lines: Iterable[Line], first: Segment, rest: Segment) -> list[Line]:
    """Lines with `first` before the first of them and `rest` before the others; no blanks before nothing."""
    prefixes = chain((first,), repeat(rest))
    return [[prefix, *line] if line or prefix.text.strip() else [] for prefix, line in zip(prefixes, lines)]  # noqa: B905


def _joined(runs: Sequence[Run], width: int) -> tuple[str, Sequence[Run]]:
    if width < 2:
        runs = [(narrow(text, width), style) for text, style in runs]
    return "".join([text for text, _ in runs]), runs


def _parts(runs: Sequence[Run], parts: Iterable[tuple[int, int]]) -> list[Line]:
    lines: list[Line] = []
    at = offset = 0
    for start, end in parts:
        line: Line = []
        while start < end:
            text, style = runs[at]
            stop = offset + len(text)
            if stop <= start:
                at, offset = at + 1, stop
                continue
            line.append(Segment(text[start - offset : end - offset], style))
            start = min(end, stop)
        lines.append(line)
    return lines
