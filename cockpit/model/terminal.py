"""What a terminal shows, as values that no source and no toolkit owns. Text in it is clean; nothing here draws it."""

from enum import Enum
from typing import NamedTuple

from cockpit.model.immutable import immutable

Colour = int | tuple[int, int, int] | None
"""A palette number 0-255, red/green/blue 0-255 each, or None for the terminal's own."""


class Attribute:
    """Bits of `Style.attributes`. Plain numbers: a screen's worth of flag objects costs more than the screen."""

    BOLD = 1
    DIM = 2
    ITALIC = 4
    UNDERLINE = 8
    DOUBLE = 16
    CURLY = 32
    DOTTED = 64
    DASHED = 128
    BLINK = 256
    REVERSE = 512
    CONCEAL = 1024
    STRIKE = 2048
    OVERLINE = 4096


class Style(NamedTuple):
    """`line` is the colour of the underline; `attributes` are bits of `Attribute`."""

    ink: Colour = None
    ground: Colour = None
    line: Colour = None
    attributes: int = 0


Run = tuple[str, Style]
"""Text of one style. A pair and no class: a busy screen has a thousand of them, thirty times a second."""

Line = tuple[Run, ...]
"""One row from its left edge; what lies beyond its runs is blank. The same row of two frames is the same object."""


@immutable(eq=False)
class Screen:
    """One moment of a terminal: `lines` from the top, at most `height`; `cursor` is (column, row) from 0, None while
    hidden.

    `arrows` says that the program wants application cursor keys; `mouse` that it wants clicks and the wheel, `drags`
    also movement with a button held, `hovers` any; `sgr` that it reads these as SGR (mode 1006) has them.
    `mode` is the name of tmux's own mode (copy mode …) that lies over the program, empty if none; `history` counts the
    rows above the screen. `ended` is set when the program is gone, with its exit code if that is known."""

    width: int
    height: int
    lines: tuple[Line, ...]
    cursor: tuple[int, int] | None = None
    alternate: bool = False
    arrows: bool = False
    mouse: bool = False
    drags: bool = False
    hovers: bool = False
    sgr: bool = False
    mode: str = ""
    history: int = 0
    title: str = ""
    ended: bool = False
    exit_code: int | None = None


BLANK = Screen(0, 0, ())


class Lane(Enum):
    """How soon a terminal that is watched shows what it prints: at once, gently (some frames a second), not at all."""

    PROMPT = "prompt"
    GENTLE = "gentle"
    HIDDEN = "hidden"


class Wheel(Enum):
    NONE = "none"
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


@immutable
class Mouse:
    """One mouse event in cells from the upper left. `button` is 1 left, 2 middle, 3 right, 0 none."""

    x: int
    y: int
    button: int = 0
    released: bool = False
    moved: bool = False
    wheel: Wheel = Wheel.NONE
    shift: bool = False
    alt: bool = False
    ctrl: bool = False
