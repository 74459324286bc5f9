"""Keys as an ordinary terminal sends them, read by the parser that the program runs."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from cockpit.ui.legacy_keys import mend


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\x1b1", "alt+1"),
        ("\x1b0", "alt+0"),
        ("\x1b.", "alt+full_stop"),
        ("\x1b-", "alt+minus"),
        ("\x1b/", "alt+slash"),
        ("\x1b\r", "alt+enter"),
        ("\x1bA", "alt+shift+a"),
        ("\x1bb", "alt+b"),
        ("\x1b]", "alt+right_square_bracket"),
        ("\x1b\x07", "alt+ctrl+g"),
        ("\x1b\t", "alt+tab"),
        ("\x1b\x7f", "alt+backspace"),
        ("\x1b[1;5A", "ctrl+up"),
        ("\x1b[1;2R", "shift+f3"),
        ("\x1b[1;7R", "alt+ctrl+f3"),
        ("\x08", "ctrl+h"),
        ("\x7f", "backspace"),
        ("\x1bOP", "f1"),
        ("\xa3", "pound_sign"),
    ],
)
def test_alt_is_not_lost(sent: str, key: str) -> None:
    mend()
    found = [event.key for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert found == [key]


def test_quick_alt_letters_are_no_circumflex() -> None:
    mend()
    found = [event.key for event in XTermParser().feed("\x1ba\x1bahi") if isinstance(event, events.Key)]
    assert found == ["alt+a", "alt+a", "h", "i"]
