"""Select Graphic Rendition: what `\\x1b[1;38;5;208m` makes of a style. Unknown parameters change nothing.

It sees parameters only, no text. Facts: ECMA-48, and tmux 3.3a's own spelling of overline (`5:3`)."""

from functools import lru_cache

from cockpit.model.terminal import Attribute, Colour, Style

DEFAULT = Style()
_RESET, _INK, _GROUND, _LINE, _ON, _OFF = range(6)
_LINES = Attribute.UNDERLINE | Attribute.DOUBLE | Attribute.CURLY | Attribute.DOTTED | Attribute.DASHED
_SIMPLE: dict[int, tuple[int, int]] = {
    1: (_ON, Attribute.BOLD),
    2: (_ON, Attribute.DIM),
    3: (_ON, Attribute.ITALIC),
    5: (_ON, Attribute.BLINK),
    6: (_ON, Attribute.BLINK),
    7: (_ON, Attribute.REVERSE),
    8: (_ON, Attribute.CONCEAL),
    9: (_ON, Attribute.STRIKE),
    22: (_OFF, Attribute.BOLD | Attribute.DIM),
    23: (_OFF, Attribute.ITALIC),
    24: (_OFF, _LINES),
    25: (_OFF, Attribute.BLINK),
    27: (_OFF, Attribute.REVERSE),
    28: (_OFF, Attribute.CONCEAL),
    29: (_OFF, Attribute.STRIKE),
    53: (_ON, Attribute.OVERLINE),
    55: (_OFF, Attribute.OVERLINE),
}
_UNDERLINES = (0, Attribute.UNDERLINE, Attribute.DOUBLE, Attribute.CURLY, Attribute.DOTTED, Attribute.DASHED)
_SLOTS = {38: _INK, 48: _GROUND, 58: _LINE}
_BACK = {39: _INK, 49: _GROUND, 59: _LINE}

_Order = tuple[int, int | tuple[int, int, int] | None]
"""What one parameter does: which part of a style, and its new value."""


def restyled(style: Style, parameters: str) -> Style:
    """`style` after `CSI parameters m`; the parameters are digits, `;` and `:` (anything else is ignored)."""
    ink, ground, line, attributes = style
    for part, value in _orders(parameters):
        if part == _INK:
            ink = value
        elif part == _GROUND:
            ground = value
        elif part == _LINE:
            line = value
        elif part == _RESET:
            ink, ground, line, attributes = DEFAULT
        elif isinstance(value, int):
            attributes = attributes | value if part == _ON else attributes & ~value
    return Style(ink, ground, line, attributes)


@lru_cache(4096)
def _orders(parameters: str) -> tuple[_Order, ...]:
    fields = parameters.split(";")
    orders: list[_Order] = []
    at = 0
    while at < len(fields):
        field = fields[at]
        at += 1
        if ":" in field:
            orders += _colon([_number(part) for part in field.split(":")])
            continue
        code = _number(field) if field else 0
        if code in _SLOTS:
            colour, used = _colour([_number(part) for part in fields[at : at + 4]])
            at += used
            if colour is not None:
                orders.append((_SLOTS[code], colour))
        elif code is not None:
            orders += _plain(code)
    return tuple(orders)


def _plain(code: int) -> list[_Order]:
    if code == 0:
        return [(_RESET, None)]
    if code in (4, 21):
        return [(_OFF, _LINES), (_ON, Attribute.UNDERLINE if code == 4 else Attribute.DOUBLE)]
    if code in _BACK:
        return [(_BACK[code], None)]
    if code in _SIMPLE:
        return [_SIMPLE[code]]
    if 30 <= code <= 37 or 90 <= code <= 97:
        return [(_INK, code - 30 if code < 90 else code - 82)]
    if 40 <= code <= 47 or 100 <= code <= 107:
        return [(_GROUND, code - 40 if code < 100 else code - 92)]
    return []


def _colon(parts: list[int | None]) -> list[_Order]:
    """`4:3`, `38:2::1:2:3`, `38:5:7`."""
    first, rest = parts[0], parts[1:]
    if first == 4:
        kind = rest[0] or 0
        return [(_OFF, _LINES), (_ON, _UNDERLINES[kind])] if kind < len(_UNDERLINES) else []
    if first == 5 and rest[0] == 3:
        return [(_ON, Attribute.OVERLINE)]
    if first in _SLOTS:
        if rest[0] == 2 and len(rest) > 4:
            rest = [2, *rest[2:5]]  # without the colour space, which is mostly empty
        colour, _ = _colour(rest)
        return [] if colour is None else [(_SLOTS[first], colour)]
    return []


def _colour(parts: list[int | None]) -> tuple[Colour, int]:
    """A colour from `5;n` or `2;r;g;b`, and how many parameters it took."""
    match parts:
        case [5, int(number), *_]:
            return (number if number < 256 else None), 2
        case [2, int(red), int(green), int(blue), *_]:
            return ((red, green, blue) if max(red, green, blue) < 256 else None), 4
        case [5, *_]:
            return None, min(len(parts), 2)
        case [2, *_]:
            return None, len(parts)
    return None, min(len(parts), 1)


def _number(text: str) -> int | None:
    """At most five digits: a longer number is nobody's parameter."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
