"""Keys that Textual misreads from an ordinary terminal, which sends Alt+key as ESC and the key.

Its table takes Alt+digits for a Mac's Option characters, Alt+B and Alt+F for Ctrl and an arrow, Ctrl+H for Backspace;
its parser drops Alt from Enter, control keys and punctuation, types a `^` for the second of two quick Alt+letters, and
takes F3 with Shift, Alt or Ctrl for a report of the cursor's place (measured: 8.2.8). Table and parser are private;
Textual is pinned exactly."""

import re
import string
import unicodedata
from types import SimpleNamespace

from textual import _xterm_parser
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import KEY_NAME_REPLACEMENTS

_BEGINNINGS = "[O"
"""ESC and one of these begins something longer than a key."""
_CONTROLS = {"\r": "enter", "\t": "tab", "\x7f": "backspace"}
_PLACE = re.compile(r"\x1b\[(?!1;[2-8]R)(?P<row>\d+);(?P<col>\d+)R")


def mend() -> None:
    table: dict[str, object] = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]

    def is_key(sequence: str, name: str) -> None:
        table[sequence] = (SimpleNamespace(value=name),)

    for char in (*string.digits, *string.ascii_letters, *string.punctuation):
        if char not in _BEGINNINGS:
            is_key(f"\x1b{char}", f"alt+{_name(char)}")
    for letter in string.ascii_lowercase:
        control = chr(ord(letter) & 0x1F)
        is_key(f"\x1b{control}", f"alt+{_CONTROLS.get(control, f'ctrl+{letter}')}")
    is_key("\x1b\x7f", "alt+backspace")
    is_key("\x1b ", "alt+space")
    is_key("\x08", "ctrl+h")
    _xterm_parser._re_cursor_position = _PLACE


def _name(char: str) -> str:
    """As Textual calls the key."""
    if char.isalpha():
        return f"shift+{char.lower()}" if char.isupper() else char
    if char.isdigit():
        return char
    name = unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)
