"""A key as the bytes that a terminal sends for it. Names are the toolkit's neutral ones: `up`, `shift+f5`, `alt+x`.

Bytes, not tmux's key names: tmux types a name that it does not know as text (facts: 3.3a)."""

import contextlib
import unicodedata

from cockpit.model.terminal import Mouse, Wheel

_FIXED = {
    "enter": b"\r",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "escape": b"\x1b",
    "backspace": b"\x7f",
    "ctrl+backspace": b"\x08",
    "alt+backspace": b"\x1b\x7f",
    "space": b" ",
    # A line's end that sends nothing: agents take LF for it, and a shell takes it for Enter.
    "shift+enter": b"\n",
    "ctrl+enter": b"\n",
    "alt+enter": b"\x1b\r",
    "ctrl+at": b"\x00",
    "ctrl+@": b"\x00",
    "ctrl+space": b"\x00",
    "ctrl+backslash": b"\x1c",
    "ctrl+right_square_bracket": b"\x1d",
    "ctrl+left_square_bracket": b"\x1b",
    "ctrl+circumflex_accent": b"\x1e",
    "ctrl+underscore": b"\x1f",
    "ctrl+slash": b"\x1f",
}
_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_TILDE = {
    "insert": 2, "delete": 3, "pageup": 5, "pagedown": 6, "f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21,
    "f11": 23, "f12": 24, "f13": 25, "f14": 26, "f15": 28, "f16": 29, "f17": 31, "f18": 32, "f19": 33, "f20": 34,
}  # fmt: skip
_PF = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NAMED = {
    "slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_",
    "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip
"""Keys whose names are shorter than Unicode's."""
_WHEEL = {Wheel.UP: 64, Wheel.DOWN: 65, Wheel.LEFT: 66, Wheel.RIGHT: 67}
_FARTHEST = 223
_WEIGHT = {"shift": 1, "alt": 2, "ctrl": 4, "meta": 2, "super": 8}


def encoded(key: str, character: str | None, *, arrows: bool) -> bytes | None:
    """The bytes of `key`; None for one that no terminal of this kind can send. `arrows`: the program asked for
    application cursor keys (DECCKM)."""
    # As xterm's modifyOtherKeys is read, which tmux sends for extended keys.
    key = key.replace("\r", "enter").replace("\t", "tab") if key.isascii() else key
    if key in _FIXED:
        return _FIXED[key]
    *modifiers, name = key.split("+") if key != "+" else ["+"]
    if not all(modifier in _WEIGHT for modifier in modifiers):
        return _typed(character)
    weight = 1 + sum({_WEIGHT[modifier] for modifier in modifiers})
    if name in _CURSOR:
        if weight > 1:
            return f"\x1b[1;{weight}{_CURSOR[name]}".encode()
        return f"\x1b{'O' if arrows else '['}{_CURSOR[name]}".encode()
    if name in _PF:
        return f"\x1b[1;{weight}{_PF[name]}".encode() if weight > 1 else f"\x1bO{_PF[name]}".encode()
    if name in _TILDE:
        return f"\x1b[{_TILDE[name]}{f';{weight}' if weight > 1 else ''}~".encode()
    if "ctrl" in modifiers and len(name) == 1 and "a" <= name.lower() <= "z":
        control = bytes((ord(name.lower()) & 0x1F,))
        return b"\x1b" + control if "alt" in modifiers else control
    char = _character(name)
    if "alt" in modifiers and set(modifiers) <= {"alt", "shift"}:
        char = char.upper() if char and "shift" in modifiers else char
        inner = encoded(name, None, arrows=arrows) if char is None else char.encode()
        return b"\x1b" + inner if inner else None
    if modifiers in ([], ["shift"]):
        return _typed(character or char)
    return None


def _character(name: str) -> str | None:
    """What a key of that name types: `a`, `full_stop`."""
    if len(name) == 1 or name in _NAMED:
        return _NAMED.get(name, name)
    with contextlib.suppress(KeyError):
        return unicodedata.lookup(name.replace("_", " "))
    return None


def _typed(character: str | None) -> bytes | None:
    """Joiners are typed as well, or an emoji family would fall apart; controls are keys of their own."""
    seen = character and not any(unicodedata.category(char) in ("Cc", "Cs") for char in character)
    return character.encode("utf-8", "ignore") or None if character and seen else None


def pointed(mouse: Mouse, *, sgr: bool) -> bytes | None:
    """A mouse event as SGR (mode 1006) has it, or as xterm had it first; columns and rows count from 1 there. None
    where the old way cannot say it: it counts to 223."""
    code = _WHEEL.get(mouse.wheel, mouse.button - 1 if mouse.button else 3)
    more = 32 * mouse.moved + 4 * mouse.shift + 8 * mouse.alt + 16 * mouse.ctrl
    if sgr:
        return f"\x1b[<{code + more};{mouse.x + 1};{mouse.y + 1}{'m' if mouse.released else 'M'}".encode()
    if max(mouse.x, mouse.y) >= _FARTHEST:
        return None
    return b"\x1b[M" + bytes(32 + part for part in ((3 if mouse.released else code) + more, mouse.x + 1, mouse.y + 1))
