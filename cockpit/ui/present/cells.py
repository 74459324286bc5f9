"""Text measured in terminal cells: how wide, cut to fit, wrapped. Never cuts a wide or combined character in half.

Everything takes cleaned text of plain characters; a tab or line feed inside one line counts as a space.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Where a line may break: at spaces, and on either side of a CJK character, which knows no spaces.
_CJK = "\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003fffd"
_PIECE = re.compile(f"( +)|[{_CJK}]|[^ {_CJK}]+")


def cells(text: str) -> int:
    """The width of one line of `text` in cells."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """The longest beginning of `text` that takes at most `width` cells."""
    if width <= 0:
        return ""
    # No more than a few code points share a cell, and a line of a megabyte is not worth splitting for 80 of them.
    text = _CONTROL.sub(" ", text[: width * 12 + 12])
    if text.isascii():
        return text[:width]
    used = 0
    for start, _, size in split_graphemes(text)[0]:
        if used + size > width:
            return text[:start]
        used += size
    return text


def fit(text: str, width: int, *, ellipsis: str = "…") -> str:
    """`text` in exactly `width` cells: padded with spaces, or cut and ended with `ellipsis`."""
    if width <= 0:
        return ""
    whole = cut(text, width)
    if len(whole) < len(text):
        room = width - cells(ellipsis)
        whole = cut(text, room) + ellipsis if room >= 0 else cut(text, width)
    return whole + " " * (width - cells(whole))


def wrap(text: str, width: int) -> list[str]:
    """`text` as lines of at most `width` cells, broken at spaces where there are any. Line feeds stay breaks."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = narrow(_CONTROL.sub(" ", line), width)
        lines.extend(line[start:end] for start, end in breaks(line, width))
    return lines


def narrow(text: str, width: int) -> str:
    """`text` as it can be shown in columns of `width` cells: in a single one a wide character becomes `…`."""
    if width > 1 or text.isascii():
        return text
    return "".join("…" if size > 1 else text[start:end] for start, end, size in split_graphemes(text)[0])


def breaks(line: str, width: int) -> list[tuple[int, int]]:
    """The parts (start, end) of one `line` that each take at most `width` cells, without the spaces they break at."""
    if cells(line) <= width:
        return [(0, len(line))]
    parts: list[tuple[int, int]] = []
    begin = end = used = 0
    for piece in _PIECE.finditer(line):
        size = cells(piece[0])
        if piece[1]:
            used += size
            continue
        if used + size > width:
            if end > begin:
                parts.append((begin, end))
            begin, used = piece.start(), 0
            if size > width:
                *full, (first, last) = chop(line, begin, piece.end(), width)
                parts.extend(full)
                begin, size = first, cells(line[first:last])
        used += size
        end = piece.end()
    parts.append((begin, max(begin, end)))
    return parts


def chop(line: str, begin: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """The parts (start, end) of `line[begin:end]` that fill `width` cells each, wherever that cuts words."""
    text = line[begin:end]
    if text.isascii():
        yield from ((at, min(at + width, end)) for at in range(begin, end, width))
        return
    first = used = 0
    for start, _, size in split_graphemes(text)[0]:
        if used + size > width and start > first:
            yield begin + first, begin + start
            first, used = start, 0
        used += size
    yield begin + first, end
