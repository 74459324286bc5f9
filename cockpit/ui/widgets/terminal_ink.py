"""A terminal's lines as strips: its own colours where it has some, the theme's where it has none.

It never measures by hand what rich measures, and draws nothing that blinks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.filter import dim_color
from textual.strip import Strip

from cockpit.model.terminal import Attribute, Colour, Line, Style
from cockpit.ui.present.colours import Palette
from cockpit.ui.present.pane_reading import Mark

_SPARE_LINES = 2
_UNDERLINED = Attribute.UNDERLINE | Attribute.CURLY | Attribute.DOTTED | Attribute.DASHED
_SHAPES = {Attribute.CURLY: "4:3", Attribute.DOTTED: "4:4", Attribute.DASHED: "4:5"}


class TerminalInk:
    """Strips of one terminal in the colours of `palette`, for a screen that knows the colours of `system`. Of one that
    is `height` rows high the styled pieces of little more lines than those are kept, and not their strips, which are
    2 kB of caches before they have a cell."""

    def __init__(self, palette: Palette, height: int, system: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._kept = height + _SPARE_LINES
        self._palette = palette
        self._colours = sixteen(palette)
        self._system = system
        # By identity: a line that did not change is the same object, and the reference keeps it so.
        self._pieces: dict[int, tuple[Line, list[Segment]]] = {}

    def pieces(self, line: Line) -> list[Segment]:
        """The line's own cells, without anything behind them."""
        key = id(line)
        found = self._pieces.pop(key, None)
        if found is None:
            style, colours, system = rich_style, self._colours, self._system
            if len(self._pieces) >= self._kept:
                del self._pieces[next(iter(self._pieces))]
            found = (line, [Segment(text, style(look, colours, system)) for text, look in line])
        self._pieces[key] = found
        return found[1]

    def row(self, line: Line, left: int, width: int, cursor: int | None = None, marks: Sequence[Mark] = ()) -> Strip:
        """Exactly `width` cells of the line from the column `left` on; the cell at `cursor` is turned round, and what
        is marked stands on a ground of its own."""
        strip = Strip(self.pieces(line))
        if left or strip.cell_length > width:
            strip = strip.crop(left, left + width)
        strip = strip.extend_cell_length(width, self.blank)
        for mark in marks:
            strip = self._marked(strip, max(mark.start - left, 0), min(mark.end - left, width), mark.role)
        if cursor is None or not 0 <= cursor < width:
            return strip
        # Cut in half a wide character would be gone.
        size = 2 if cursor + 1 < width and cell_len(strip.crop(cursor, cursor + 2).text[:1]) == 2 else 1
        cell = strip.crop(cursor, cursor + size).apply_style(RichStyle(reverse=True))
        return Strip.join([strip.crop(0, cursor), cell, strip.crop(cursor + size, width)])

    def _marked(self, strip: Strip, start: int, end: int, role: str) -> Strip:
        if start >= end:
            return strip
        look = RichStyle(color=self._palette.ground, bgcolor=self._palette.colours[role], reverse=False, dim=False)
        inside = (Segment(piece.text, (piece.style or self.blank) + look) for piece in strip.crop(start, end))
        return Strip.join([strip.crop(0, start), Strip(inside), strip.crop(end, strip.cell_length)])

    @property
    def blank(self) -> RichStyle:
        return rich_style(Style(), self._colours)


class Sixteen(NamedTuple):
    """What a terminal's numbers 0-15 look like, and what has no number: plain text and its ground."""

    numbers: tuple[str, ...]
    text: str
    ground: str


@lru_cache(8)
def sixteen(palette: Palette) -> Sixteen:
    """The theme's colours by the names a terminal has for them: black, red, green, yellow, blue, magenta, cyan, white,
    each dark and bright. Bright white is text and black a shade of the ground, so that either reads on the other."""
    p = palette
    six = (p.failed, p.done, p.you, p.agent, p.question, p.frozen)
    return Sixteen((p.border, *six, p.selected_dim, p.dim, *six, p.text), p.text, p.ground)


@lru_cache(4096)
def rich_style(style: Style, colours: Sixteen, system: ColorSystem = ColorSystem.TRUECOLOR) -> RichStyle:
    bits = style.attributes
    ink = _colour(style.ink, colours) or Color.parse(colours.text)
    ground = _colour(style.ground, colours) or Color.parse(colours.ground)
    made = RichStyle(
        color=dim_color(ground, ink) if bits & Attribute.DIM else ink,
        bgcolor=ground,
        bold=bool(bits & Attribute.BOLD) or None,
        italic=bool(bits & Attribute.ITALIC) or None,
        underline=bool(bits & _UNDERLINED) or None,
        underline2=bool(bits & Attribute.DOUBLE) or None,
        reverse=bool(bits & Attribute.REVERSE) or None,
        conceal=bool(bits & Attribute.CONCEAL) or None,
        strike=bool(bits & Attribute.STRIKE) or None,
        overline=bool(bits & Attribute.OVERLINE) or None,
    )
    if own := _underline(style):
        # rich has straight ones in the colour of the text. In a sequence of its own, after rich's: a terminal that does
        # not know it passes over it, and shows a straight one.
        made._ansi = f"{Strip.render_ansi(made, system)}m\x1b[{own}"
    return made


def _underline(style: Style) -> str:
    """What of its underline takes more than rich has; empty if nothing."""
    shape = next((code for bit, code in _SHAPES.items() if style.attributes & bit), "")
    match style.line if style.attributes & (_UNDERLINED | Attribute.DOUBLE) else None:
        case None:
            colour = ""
        case int(number):
            colour = f"58:5:{number}"
        case red, green, blue:
            colour = f"58:2::{red}:{green}:{blue}"
    return "m\x1b[".join(part for part in (shape, colour) if part)


def _colour(colour: Colour, colours: Sixteen) -> Color | None:
    """In 24 bits, whatever it was told in."""
    match colour:
        case None:
            return None
        case int(number) if number < len(colours.numbers):
            return Color.parse(colours.numbers[number])
        case int(number):
            return Color.from_triplet(Color.from_ansi(number).get_truecolor())
        case red, green, blue:
            return Color.from_rgb(red, green, blue)
