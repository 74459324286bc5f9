"""One character as a picture of its cells. What no font has becomes a box with its number, never nothing."""

from functools import lru_cache

from PIL import Image, ImageDraw

from cockpit.export.shapes import Shapes, shapes
from cockpit.export.typefaces import Typeface, Typefaces

_SMOOTH = 4  # drawn that many times larger, and reduced
_ADVANCE = 0.60205  # of DejaVu Sans Mono, in ems
# Emoji that agents use as words, and the plain sign that says the same where no font has the emoji.
_PLAINER = {"✅": "✔", "❌": "✘", "⭐": "★"}
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f"))


class Glyphs:
    """Draws characters for cells of `width` × `height` pixels: masks (mode L), or pictures (RGBA) where a font has
    colours of its own."""

    def __init__(self, width: int, height: int, typefaces: Typefaces) -> None:
        self._width, self._height = width, height
        self._typefaces = typefaces
        self.size = width / _ADVANCE  # of an em, so that a character is exactly a cell wide
        ascent, descent = typefaces.regular.at(self.size).getmetrics()
        self.baseline = (height - ascent - descent) // 2 + ascent

    @lru_cache(8192)  # noqa: B019 - one of these lives as long as a picture is drawn
    def of(self, text: str, cells: int, bold: bool, italic: bool) -> Image.Image:
        drawn = shapes(text, self._width, self._height) if cells == 1 else None
        if drawn is not None:
            return self._shaped(drawn)
        plain = text.translate(_JOINERS)
        face = self._typefaces.of(plain, bold) or self._typefaces.of(plain[:1], bold)
        if face is None and plain in _PLAINER:
            return self.of(_PLAINER[plain], cells, bold, italic)
        if face is None:
            return self._missing(text, cells)
        if face.is_colour:
            return self._coloured(face, text, cells)
        glyph = self._written(face, plain if face.covers(plain) else plain[:1], cells)
        return _slanted(glyph, self._height - self.baseline) if italic else glyph

    def _shaped(self, drawn: Shapes) -> Image.Image:
        width, height = self._width, self._height
        mask = Image.new("L", (width * _SMOOTH, height * _SMOOTH))
        pen = ImageDraw.Draw(mask)
        for shape in drawn:
            points = [(x * _SMOOTH, y * _SMOOTH) for x, y in shape.points]
            _fill(pen, points, round(255 * shape.opacity))
        return mask.reduce(_SMOOTH)

    def _written(self, face: Typeface, text: str, cells: int) -> Image.Image:
        room = cells * self._width
        mask = Image.new("L", (room, self._height))
        font = face.at(self.size)
        length = font.getlength(text)
        if length > room + 0.5:
            font = face.at(self.size * room / length)
            length = font.getlength(text)
        ImageDraw.Draw(mask).text(((room - length) / 2, self.baseline), text, fill=255, font=font, anchor="ls")
        return mask

    def _coloured(self, face: Typeface, text: str, cells: int) -> Image.Image:
        room, font = cells * self._width, face.at(self.size)
        left, top, right, bottom = (round(side) for side in font.getbbox(text))
        big = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(big).text((-left, -top), text, font=font, embedded_color=True)
        side = min(room / big.width, self._height / big.height)
        small = big.resize(
            (max(1, round(big.width * side)), max(1, round(big.height * side))), Image.Resampling.LANCZOS
        )
        picture = Image.new("RGBA", (room, self._height))
        picture.paste(small, ((room - small.width) // 2, (self._height - small.height) // 2))
        return picture

    def _missing(self, text: str, cells: int) -> Image.Image:
        """A box with the hexadecimal number of the character in two rows."""
        room, height = cells * self._width, self._height
        digits = f"{ord(text[0]):04X}"
        half = (len(digits) + 1) // 2
        mask = Image.new("L", (room, height))
        pen = ImageDraw.Draw(mask)
        pen.rectangle((1, height // 8, room - 2, height - height // 8), outline=150)
        font = self._typefaces.regular.at((room - 4) / half / _ADVANCE if half * 10 > room else height / 3)
        for row, part in enumerate((digits[:half], digits[half:])):
            pen.text((room / 2, height * (0.34 + 0.32 * row)), part, fill=230, font=font, anchor="mm")
        return mask


def _fill(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], value: int) -> None:
    """Fill a polygon. Pillow counts the far edges in, which would make a rectangle a pixel too large."""
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    if len(points) == 4 and len(xs) == 2 and len(ys) == 2:
        left, right, top, bottom = round(min(xs)), round(max(xs)) - 1, round(min(ys)), round(max(ys)) - 1
        if right >= left and bottom >= top:
            pen.rectangle((left, top, right, bottom), fill=value)
    else:
        pen.polygon(points, fill=value)


def _slanted(glyph: Image.Image, below: int) -> Image.Image:
    lean = 0.18
    origin = -lean * (glyph.height - below)
    return glyph.transform(glyph.size, Image.Transform.AFFINE, (1, lean, origin, 0, 1, 0), Image.Resampling.BICUBIC)
