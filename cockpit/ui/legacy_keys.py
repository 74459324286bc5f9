"""Keys that Textual misreads from an ordinary terminal, which sends Alt+key as ESC and the key.

Its table takes Alt+digits for a Mac's Option characters, and its parser drops Alt from Enter and punctuation (measured:
8.2.8). The table is private; Textual is pinned exactly."""

import string
import unicodedata
from types import SimpleNamespace

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import KEY_NAME_REPLACEMENTS

_BEGINNINGS = "[OP]_^X"
"""ESC and one of these begins something longer than a key."""


def mend() -> None:
    table: dict[str, object] = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]
    for char in (*string.digits, *(each for each in string.punctuation if each not in _BEGINNINGS)):
        name = char if char.isdigit() else unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")
        table[f"\x1b{char}"] = (SimpleNamespace(value=f"alt+{KEY_NAME_REPLACEMENTS.get(name, name)}"),)
    table["\x1b\r"] = (SimpleNamespace(value="alt+enter"),)
