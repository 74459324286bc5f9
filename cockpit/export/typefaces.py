"""Which font has a character: ours first, then those of the system. It opens font files, and nothing else."""

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from PIL import ImageFont

SHIPPED = Path(str(files("cockpit") / "export" / "fonts"))
SYSTEM = (
    Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(), Path("/System/Library/Fonts"), Path("/Library/Fonts"),
)  # fmt: skip
# Fonts that are known to have what ours lack, the better ones first.
_HELPFUL = (
    "notosansmonocjk", "notosanscjk", "notosansjp", "notosanssc", "sourcehan", "wqy", "droidsansfallback", "ipag",
    "takao", "hiragino", "pingfang", "applesdgothic", "nanumgothic", "notoemoji", "notocoloremoji", "symbola",
    "dejavusans.", "notosanssymbols", "freemono", "unifont",
)  # fmt: skip
_MOST_FILES = 20_000
_BITMAP_SIZE = 109  # the only size that Noto Color Emoji has


class Typeface:
    """One font file. It may be unreadable, and then it covers nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def is_colour(self) -> bool:
        return "color" in self._path.name.lower()

    def covers(self, text: str) -> bool:
        """True when there is a glyph for every character of `text`."""
        return all(self._glyph(ord(char)) for char in text)

    @lru_cache(32)  # noqa: B019 - typefaces live as long as the program
    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """The font in that size (pixels of an em); a colour font in the one that it has."""
        return ImageFont.truetype(str(self._path), _BITMAP_SIZE if self.is_colour else size)

    def _glyph(self, code: int) -> int:
        ends, segments = self._map
        at = bisect_left(ends, code)
        if at >= len(segments) or code < segments[at][0]:
            return 0
        start, delta, table = segments[at]
        if table is None:
            return code + delta
        glyph = table[code - start] if code - start < len(table) else 0
        return (glyph + delta) & 0xFFFF if glyph else 0

    @cached_property
    def _map(self) -> tuple[list[int], list[tuple[int, int, Sequence[int] | None]]]:
        """Ends of segments, and of each its start, what turns a code into a glyph, and its table where it has one."""
        try:
            return _read_map(self._path.read_bytes())
        except (OSError, struct.error, ValueError):
            return [], []


def _read_map(data: bytes) -> tuple[list[int], list[tuple[int, int, Sequence[int] | None]]]:
    """The `cmap` of a TrueType or OpenType file (of the first font of a collection), formats 4 and 12."""
    font = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, font + 4)[0]
    records = (struct.unpack_from(">4sIII", data, font + 12 + 16 * at) for at in range(tables))
    base = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
    if base is None:
        return [], []
    count = struct.unpack_from(">H", data, base + 2)[0]
    offsets = (base + struct.unpack_from(">HHI", data, base + 4 + 8 * at)[2] for at in range(count))
    by_format = {struct.unpack_from(">H", data, offset)[0]: offset for offset in offsets}
    if 12 in by_format:
        return _format_12(data, by_format[12])
    return _format_4(data, by_format[4]) if 4 in by_format else ([], [])


def _format_12(data: bytes, at: int) -> tuple[list[int], list[tuple[int, int, Sequence[int] | None]]]:
    count = struct.unpack_from(">I", data, at + 12)[0]
    groups = list(struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count]))
    return [end for _, end, _ in groups], [(start, glyph - start, None) for start, _, glyph in groups]


def _format_4(data: bytes, at: int) -> tuple[list[int], list[tuple[int, int, Sequence[int] | None]]]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    columns = [struct.unpack_from(f">{count}H", data, at + 14 + 2 * count * column) for column in range(4)]
    ends, starts, deltas, ranges = columns[0], *(
        struct.unpack_from(f">{count}H", data, at + 16 + 2 * count * column) for column in (1, 2, 3)
    )  # fmt: skip
    segments: list[tuple[int, int, Sequence[int] | None]] = []
    for n, (end, start, delta, offset) in enumerate(zip(ends, starts, deltas, ranges, strict=True)):
        table = None
        if offset:
            place = at + 16 + 6 * count + 2 * n + offset
            table = struct.unpack_from(f">{min(end - start + 1, (len(data) - place) // 2)}H", data, place)
        segments.append((start, delta if offset or start + delta < 0x10000 else delta - 0x10000, table))
    return list(ends), segments


class Typefaces:
    """The fonts to draw with: `shipped` (regular and bold), and when those lack a character, fonts in `system`."""

    def __init__(self, shipped: Path = SHIPPED, system: Sequence[Path] = SYSTEM) -> None:
        self._regular = Typeface(shipped / "DejaVuSansMono.ttf")
        self._bold = Typeface(shipped / "DejaVuSansMono-Bold.ttf")
        self._system = system

    @lru_cache(4096)  # noqa: B019 - typefaces live as long as the program
    def of(self, text: str, bold: bool) -> Typeface | None:
        """The first typeface that has every character of `text`; None when no font here has."""
        own = (self._bold, self._regular) if bold else (self._regular, self._bold)
        return next((face for face in (*own, *self._fallbacks) if face.covers(text)), None)

    @property
    def regular(self) -> Typeface:
        return self._regular

    @cached_property
    def _fallbacks(self) -> tuple[Typeface, ...]:
        found: dict[str, Path] = {}
        for path in islice(_font_files(self._system), _MOST_FILES):
            for want in _HELPFUL:
                if want in path.name.lower() and "bold" not in path.name.lower():
                    found.setdefault(want, path)
        return tuple(Typeface(found[want]) for want in _HELPFUL if want in found)


def _font_files(directories: Sequence[Path]) -> Iterator[Path]:
    for directory in directories:
        yield from (path for path in directory.rglob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc"))
