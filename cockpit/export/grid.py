"""A screen as a neutral grid of coloured text, for every picture that is made of it. It knows no widget and no app."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.cells import cell_len, split_graphemes

from cockpit.model.immutable import immutable

# What no XML may hold, and what would move other text about: shown as a replacement, never dropped.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# A character before an unsure one goes with it: that one may be its accent.
_SURE = re.compile("[\x20-\x7e\xa0-\xac\xae-\xff]+(?![^\x20-\x7e\xa0-\xac\xae-\xff])")
_DIM = 0.6


@immutable
class Run:
    """Text of one look. Colours are `#rrggbb`, None is the grid's own."""

    text: str
    fg: str | None = None
    bg: str | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


Line = tuple[Run, ...]


@immutable
class Grid:
    """`width` × `height` cells. A line may be shorter than the width; what is beyond it is not shown."""

    width: int
    height: int
    lines: tuple[Line, ...]
    fg: str = "#cfd8e6"
    bg: str = "#12151c"
    title: str = ""


@immutable
class Piece:
    """Text that stands in `cells` cells from column `x` on, with its colours worked out.

    Either plain narrow characters that every font has, or a row of equal narrow ones, or one `whole` character with
    its marks.
    """

    x: int
    cells: int
    text: str
    fg: str
    bg: str
    run: Run
    whole: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands in one cell each; or, of a `whole` character, itself."""
        return (self.text,) if self.whole else tuple(self.text)

    @property
    def blank(self) -> bool:
        return not self.text.strip(" \xa0") and not self.run.underline and not self.run.strike


def pieces(grid: Grid, line: Line) -> Iterator[Piece]:
    """The pieces of one line from left to right, cut at the grid's width."""
    x = 0
    for run in line:
        fg, bg = colours(grid, run)
        for text, size, whole in _split(_UNFIT.sub("\ufffd", run.text)):
            room = grid.width - x
            if room <= 0:
                return
            if size > room:  # only narrow characters can be cut; half of a wide one is blank
                text, size, whole = (" " * room if whole else text[:room]), room, False
            if size:
                yield Piece(x, size, text, fg, bg, run, whole)
            x += size


def colours(grid: Grid, run: Run) -> tuple[str, str]:
    """Foreground and background as they are to be drawn: reversed and dimmed where the run says so."""
    fg, bg = run.fg or grid.fg, run.bg or grid.bg
    if run.reverse:
        fg, bg = bg, fg
    return (blend(bg, fg, _DIM) if run.dim else fg), bg


def blend(under: str, over: str, share: float) -> str:
    """The colour of `share` parts of `over` upon `under`."""
    mixed = (round(a + (b - a) * share) for a, b in zip(rgb(under), rgb(over), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def visible(grid: Grid) -> tuple[Line, ...]:
    """Exactly `height` lines."""
    return (grid.lines + ((),) * grid.height)[: grid.height]


def grid_from_segments(
    lines: Iterable[Iterable[Any]], size: tuple[int, int], *, fg: str, bg: str, title: str = ""
) -> Grid:
    """A grid of lines of segments: anything with `.text`, `.style` and `.control` as rich's `Segment` has them."""
    made = tuple(tuple(_run(segment) for segment in line if not segment.control) for line in lines)
    return Grid(*size, made, fg=fg, bg=bg, title=title)


def _run(segment: Any) -> Run:
    style = segment.style
    if style is None:
        return Run(segment.text)
    return Run(
        segment.text, _hex(style.color), _hex(style.bgcolor), bold=bool(style.bold), dim=bool(style.dim),
        italic=bool(style.italic), underline=bool(style.underline or style.underline2), reverse=bool(style.reverse),
        strike=bool(style.strike),
    )  # fmt: skip


def _hex(colour: Any) -> str | None:
    if colour is None or colour.is_default:
        return None
    return str(colour.get_truecolor().hex)


def _split(text: str) -> Iterator[tuple[str, int, bool]]:
    at = 0
    for sure in _SURE.finditer(text):
        yield from _unsure(text[at : sure.start()])
        yield sure[0], len(sure[0]), False
        at = sure.end()
    yield from _unsure(text[at:])


def _unsure(text: str) -> Iterator[tuple[str, int, bool]]:
    parts = [text[start:end] for start, end, _ in split_graphemes(text)[0]] if text else []
    for part, same in groupby(parts):
        count, size = len(list(same)), cell_len(part)
        if size == 1 and len(part) == 1:
            yield part * count, count, False
        else:
            yield from ((part, size, True) for _ in range(count))
