"""A palette for terminals of 256 or 16 colours, chosen so that facts stay legible and states stay apart.

Terminals reached over SSH often say no more than "256", and rounding each colour by itself makes a selection teal.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from rich.color import Color, ColorSystem

from cockpit.ui.present.colours import Palette

Rgb = tuple[int, int, int]

STATES = ("needs", "question", "plan", "failed", "frozen", "working", "done")
FACTS = (*STATES, "text", "dim", "selected_dim", "you", "agent", "code")
_LINES = ("border", "focus", "drive", "faint", "chip")


def in_256_colours(palette: Palette) -> Palette:
    """The palette in colours of the 256 that any terminal has: each the nearest that keeps 4.5:1 on both grounds,
    and no two states the same."""
    ground = _nearest(palette.ground, _xterm())
    # A selection that fell upon the ground would be none.
    least, most = (1.15, 1.8) if palette.dark else (1.1, 1.42)
    selection = _nearest(palette.selection, [rgb for rgb in _xterm() if least <= contrast(rgb, ground) < most])
    chosen = {"ground": ground, "selection": selection}
    chosen |= {role: _nearest(getattr(palette, role), _xterm()) for role in _LINES}
    taken: dict[str, Rgb] = {}
    for role in FACTS:
        wanted = getattr(palette, role)
        if wanted not in taken:
            on = (ground,) if role == "dim" else (ground, selection)
            legible = [rgb for rgb in _xterm() if all(contrast(rgb, under) >= 4.5 for under in on)]
            if role in STATES:  # never a grey, which would read as quiet
                legible = [rgb for rgb in legible if max(rgb) - min(rgb) > 60 and rgb not in taken.values()]
            taken[wanted] = _nearest(wanted, legible)
        chosen[role] = taken[wanted]
    reduced: dict[str, Any] = {role: _hex(rgb) for role, rgb in chosen.items()}
    return replace(palette, **reduced)


def in_16_colours(palette: Palette, sixteen: Palette) -> Palette:
    """The palette for the oldest terminals: dark ones take the colours of `sixteen`, made for them; light ones stay."""
    return replace(sixteen, name=palette.name) if palette.dark else palette


def contrast(one: Rgb | str, other: Rgb | str) -> float:
    """The contrast of two colours by WCAG 2, from 1 to 21."""
    low, high = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (high + 0.05) / (low + 0.05)


def _nearest(wanted: str, among: Iterable[Rgb]) -> Rgb:
    red, green, blue = _rgb(wanted)

    def distance(rgb: Rgb) -> float:
        # "Redmean": close to what eyes see, at the price of a few products.
        mean = (red + rgb[0]) / 2
        deltas = (red - rgb[0]) ** 2, (green - rgb[1]) ** 2, (blue - rgb[2]) ** 2
        return (2 + mean / 256) * deltas[0] + 4 * deltas[1] + (2 + (255 - mean) / 256) * deltas[2]

    return min(among, key=distance)


@cache
def _xterm() -> tuple[Rgb, ...]:
    """The colours 16 to 255 that rich sends as they are, and does not round to a neighbour."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in levels for green in levels for blue in levels]
    numbered = enumerate([*cube, *((grey, grey, grey) for grey in range(8, 248, 10))], start=16)
    return tuple(
        rgb for number, rgb in numbered if Color.from_rgb(*rgb).downgrade(ColorSystem.EIGHT_BIT).number == number
    )


@cache
def _luminance(rgb: Rgb) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: Rgb | str) -> Rgb:
    if isinstance(colour, tuple):
        return colour
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
