"""A grid as a PNG, drawn cell by cell, so that it is straight with any font and right on a machine without fonts."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from cockpit.export.frame import BUTTONS, Frame, bar_colours
from cockpit.export.glyphs import Glyphs
from cockpit.export.grid import Grid, Piece, pieces, rgb, visible
from cockpit.export.typefaces import Typefaces

_SMOOTH = 4


def to_png(grid: Grid, *, scale: int = 2, typefaces: Typefaces | None = None) -> bytes:
    """The bytes of the file; a cell is 9×19 pixels times `scale`."""
    frame = Frame(grid, scale)
    glyphs = Glyphs(frame.cell_width, frame.cell_height, typefaces or _typefaces())
    picture = Image.new("RGB", (frame.width, frame.height), grid.bg)
    _draw_bar(picture, frame, grid, glyphs)
    for row, line in enumerate(visible(grid)):
        for piece in pieces(grid, line):
            _draw(
                picture,
                piece,
                frame.left + piece.x * frame.cell_width,
                frame.top + row * frame.cell_height,
                glyphs,
                frame,
            )
    picture.putalpha(_corners(frame))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@lru_cache(1)
def _typefaces() -> Typefaces:
    return Typefaces()


def _draw(picture: Image.Image, piece: Piece, x: int, y: int, glyphs: Glyphs, frame: Frame) -> None:
    width, height = frame.cell_width, frame.cell_height
    end = x + piece.cells * width
    ink = rgb(piece.fg)
    if piece.bg != frame.ground:
        picture.paste(rgb(piece.bg), (x, y, end, y + height))
    if piece.blank:
        return
    size = piece.cells if piece.whole else 1
    for at, part in enumerate(piece.parts):
        if part != " ":
            glyph = glyphs.of(part, size, piece.run.bold, piece.run.italic)
            place = (x + at * size * width, y)
            if glyph.mode == "RGBA":
                picture.paste(glyph, place, glyph)
            else:
                picture.paste(ink, (*place, place[0] + glyph.width, place[1] + glyph.height), glyph)
    thick = max(1, frame.scale // 2 + frame.scale % 2)
    if piece.run.underline:
        low = y + glyphs.baseline + 2 * frame.scale
        picture.paste(ink, (x, low, end, low + thick))
    if piece.run.strike:
        middle = y + glyphs.baseline - round(glyphs.size * 0.26)
        picture.paste(ink, (x, middle, end, middle + thick))


def _draw_bar(picture: Image.Image, frame: Frame, grid: Grid, glyphs: Glyphs) -> None:
    bar, ink = bar_colours(grid)
    picture.paste(rgb(bar), (0, 0, frame.width, frame.bar))
    radius = frame.button
    disc = Image.new("L", (2 * radius * _SMOOTH,) * 2)
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=255)
    disc = disc.reduce(_SMOOTH)
    for at, colour in enumerate(BUTTONS):
        x = frame.button_x(at)
        picture.paste(rgb(colour), (x - radius, frame.bar // 2 - radius, x + radius, frame.bar // 2 + radius), disc)
    x, title = frame.title(grid)
    top = (frame.bar - frame.cell_height) // 2
    named = Grid(grid.width, 1, (title,), fg=ink, bg=bar)
    for piece in pieces(named, title):
        _draw(picture, piece, x + piece.x * frame.cell_width, top, glyphs, Frame(named, frame.scale))


def _corners(frame: Frame) -> Image.Image:
    mask = Image.new("L", (frame.width * 2, frame.height * 2))
    size = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(size, frame.radius * 2, fill=255)
    return mask.reduce(2)
