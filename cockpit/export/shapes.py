"""Characters that are drawn, not written: box lines, blocks, braille and a few signs, so that they join cell to cell.

A shape is a polygon in the pixels of one cell. It knows neither image nor page.
"""

import math
import unicodedata
from functools import lru_cache

from cockpit.model.immutable import immutable

Point = tuple[float, float]
LIGHT, HEAVY, DOUBLE = 1, 2, 3
_WEIGHTS = {"LIGHT": LIGHT, "SINGLE": LIGHT, "HEAVY": HEAVY, "DOUBLE": DOUBLE}
_DIRECTIONS = {"LEFT": "L", "RIGHT": "R", "UP": "U", "DOWN": "D", "HORIZONTAL": "LR", "VERTICAL": "UD"}
_DASHES = {"DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}
# Bits of 2x2 quarters: upper left, upper right, lower left, lower right.
_QUARTERS = dict(zip("▖▗▘▙▚▛▜▝▞▟", (4, 8, 1, 13, 9, 7, 11, 2, 6, 14), strict=True))


@immutable
class Shape:
    points: tuple[Point, ...]
    opacity: float = 1.0


Shapes = tuple[Shape, ...]


@lru_cache(1024)
def shapes(char: str, width: int, height: int) -> Shapes | None:
    """The shapes of `char` in a cell of that many pixels; None for a character that a font should draw."""
    code = ord(char) if len(char) == 1 else 0
    if 0x2500 <= code <= 0x257F:
        return _box(unicodedata.name(char), width, height)
    if 0x2580 <= code <= 0x259F:
        return _block(char, code, width, height)
    if 0x2800 <= code <= 0x28FF:
        return _braille(code - 0x2800, width, height)
    return _sign(char, width, height)


def _rect(x0: float, y0: float, x1: float, y1: float, opacity: float = 1.0) -> Shape:
    return Shape(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), opacity)


def _disc(x: float, y: float, radius: float) -> Shape:
    return Shape(_arc(x, y, radius, 0, 360))


def _arc(x: float, y: float, radius: float, start: float, end: float) -> tuple[Point, ...]:
    steps = max(6, round(abs(end - start) / 10))
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return tuple((round(x + radius * math.cos(a), 3), round(y + radius * math.sin(a), 3)) for a in angles)


def _strokes(width: int) -> tuple[int, int]:
    """The thickness of light and heavy lines, of the parity of the cell so that they can stand in its middle."""
    light = max(1, round(width / 9))
    light += (width - light) % 2
    return light, light * 2 + (width - light * 2) % 2


def _box(name: str, w: int, h: int) -> Shapes:
    words = name.removeprefix("BOX DRAWINGS ").split()
    if "ARC" in words:
        return _corner(words, w, h)
    if "DIAGONAL" in words:
        return _diagonals(words, w, h)
    if "DASH" in words:
        return _dashed(words, w, h)
    arms: dict[str, int] = {}
    weight = 0
    for part in " ".join(words).split(" AND "):
        own = [_WEIGHTS[word] for word in part.split() if word in _WEIGHTS]
        weight = own[0] if own else weight
        arms |= {arm: weight for word in part.split() if word in _DIRECTIONS for arm in _DIRECTIONS[word]}
    if len(arms) == 2 and len(set(arms.values())) == 1 and set(arms) in ({"L", "R"}, {"U", "D"}):
        return _straight("L" in arms, weight, w, h)
    return tuple(shape for arm in arms for shape in _arm(arm, arms, w, h))


def _straight(level: bool, weight: int, w: int, h: int) -> Shapes:
    """A line from edge to edge, which can then be drawn for a whole row of cells at once."""
    light, heavy = _strokes(w)
    half = (heavy if weight == HEAVY else light) / 2
    middle = h / 2 if level else w / 2
    places = (middle - light, middle + light) if weight == DOUBLE else (middle,)
    return tuple(_rect(0, at - half, w, at + half) if level else _rect(at - half, 0, at + half, h) for at in places)


def _arm(arm: str, arms: dict[str, int], w: int, h: int) -> Shapes:
    """One arm from the middle to an edge, as if it went right in a cell that is turned for the others."""
    light, heavy = _strokes(w)
    turned = arm in "UD"
    length, across = (h / 2, w / 2) if turned else (w / 2, h / 2)
    before, after = ("L", "R") if turned else ("U", "D")
    sides = arms.get(before, 0), arms.get(after, 0)
    gap = light
    drawn: list[tuple[float, float, float]] = []  # start from the middle, and the two sides of the stroke
    if arms[arm] == DOUBLE:
        for sign, near, far in ((-1, sides[0], sides[1]), (1, sides[1], sides[0])):
            start = gap - light / 2 if near == DOUBLE else -gap - light / 2 if far == DOUBLE else -light / 2
            drawn.append((start, sign * gap - light / 2, sign * gap + light / 2))
    else:
        thick = heavy if arms[arm] == HEAVY else light
        if sides == (DOUBLE, DOUBLE):
            start = gap - light / 2
        elif DOUBLE in sides:
            start = -gap - light / 2
        else:
            start = -(heavy if HEAVY in sides else light) / 2
        if arms.get({"L": "R", "R": "L", "U": "D", "D": "U"}[arm]) and DOUBLE in sides:
            start = 0
        drawn.append((start, -thick / 2, thick / 2))
    made = []
    for start, low, high in drawn:
        # Along the arm from `start` to the edge; the far arms are the mirror of the near ones.
        a, b = (length + start, 2 * length) if arm in "RD" else (0, length - start)
        rect = (across + low, a, across + high, b) if turned else (a, across + low, b, across + high)
        made.append(_rect(*rect))
    return tuple(made)


def _corner(words: list[str], w: int, h: int) -> Shapes:
    light, _ = _strokes(w)
    radius = w / 2
    right, down = "RIGHT" in words, "DOWN" in words
    x, y = (w if right else 0), (h / 2 + radius if down else h / 2 - radius)
    start = {(True, True): 180, (False, True): 270, (False, False): 0, (True, False): 90}[(right, down)]
    outer, inner = _arc(x, y, radius + light / 2, start, start + 90), _arc(x, y, radius - light / 2, start, start + 90)
    ring = Shape((*outer, *reversed(inner)))
    left, edge = w / 2 - light / 2, w / 2 + light / 2
    return ring, (_rect(left, y, edge, h) if down else _rect(left, 0, edge, y))


def _diagonals(words: list[str], w: int, h: int) -> Shapes:
    light, _ = _strokes(w)
    half = light * math.hypot(w, h) / h / 2
    falling = Shape(((-half, 0), (half, 0), (w + half, h), (w - half, h)))
    rising = Shape(((w - half, 0), (w + half, 0), (half, h), (-half, h)))
    if "CROSS" in words:
        return falling, rising
    return (rising,) if words[words.index("UPPER") + 1] == "RIGHT" else (falling,)


def _dashed(words: list[str], w: int, h: int) -> Shapes:
    light, heavy = _strokes(w)
    thick = heavy if "HEAVY" in words else light
    count = next(number for word, number in _DASHES.items() if word in words)
    whole = w if "HORIZONTAL" in words else h
    made = []
    for at in range(count):
        start, end = whole * (at + 0.2) / count, whole * (at + 0.8) / count
        if "HORIZONTAL" in words:
            made.append(_rect(start, (h - thick) / 2, end, (h + thick) / 2))
        else:
            made.append(_rect((w - thick) / 2, start, (w + thick) / 2, end))
    return tuple(made)


def _block(char: str, code: int, w: int, h: int) -> Shapes:
    if char in _QUARTERS:
        bits = _QUARTERS[char]
        places = [(at % 2, at // 2) for at in range(4) if bits >> at & 1]
        return tuple(_rect(w / 2 * x, h / 2 * y, w / 2 * (x + 1), h / 2 * (y + 1)) for x, y in places)
    if char in "░▒▓":
        return (_rect(0, 0, w, h, 0.25 * (code - 0x2590)),)
    if char == "▀":
        return (_rect(0, 0, w, h / 2),)
    if char == "▐":
        return (_rect(w / 2, 0, w, h),)
    if char == "▔":
        return (_rect(0, 0, w, round(h / 8)),)
    if char == "▕":
        return (_rect(w - round(w / 8), 0, w, h),)
    if code <= 0x2588:
        return (_rect(0, h - round(h * (code - 0x2580) / 8), w, h),)
    return (_rect(0, 0, round(w * (0x2590 - code) / 8), h),)


def _braille(bits: int, w: int, h: int) -> Shapes:
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return tuple(
        _disc(w * (0.28 + 0.44 * x), h * (0.14 + 0.24 * y), w * 0.13)
        for at, (x, y) in enumerate(places) if bits >> at & 1
    )  # fmt: skip


def _sign(char: str, w: int, h: int) -> Shapes | None:
    """Signs that agents' programs like and common fonts lack."""
    light, _ = _strokes(w)
    x, y, r = w / 2, h * 0.54, w * 0.4
    match char:
        case "⏺":
            return (_disc(x, y, r),)
        case "⏹":
            return (_rect(x - r * 0.85, y - r * 0.85, x + r * 0.85, y + r * 0.85),)
        case "⏸":
            return _rect(x - r, y - r, x - r * 0.25, y + r), _rect(x + r * 0.25, y - r, x + r, y + r)
        case "⏵":
            return (Shape(((x - r * 0.8, y - r), (x + r, y), (x - r * 0.8, y + r))),)
        case "⏴":
            return (Shape(((x + r * 0.8, y - r), (x - r, y), (x + r * 0.8, y + r))),)
        case "⏶":
            return (Shape(((x - r, y + r * 0.8), (x, y - r), (x + r, y + r * 0.8))),)
        case "⏷":
            return (Shape(((x - r, y - r * 0.8), (x, y + r), (x + r, y - r * 0.8))),)
        case "⎿":
            left = x - light / 2
            return _rect(left, 0, left + light, h / 2 + light / 2), _rect(left, h / 2 - light / 2, w, h / 2 + light / 2)
        case "⚿":  # a key in a frame
            side, tip = 0.42 * w, 0.8 * w
            frame = _frame(x - side, y - side, x + side, y + side, light)
            shaft, bit = _rect(0.4 * w, y - light / 2, tip, y + light / 2), _rect(tip - light, y, tip, y + 0.16 * w)
            return (*frame, _disc(0.36 * w, y, 0.16 * w), shaft, bit)
        case _:
            return None


def _frame(x0: float, y0: float, x1: float, y1: float, thick: float) -> Shapes:
    return (
        _rect(x0, y0, x1, y0 + thick), _rect(x0, y1 - thick, x1, y1), _rect(x0, y0, x0 + thick, y1),
        _rect(x1 - thick, y0, x1, y1),
    )  # fmt: skip
