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
        ("\x1b[1;5A", "ctrl+up"),
        ("\x1bOP", "f1"),
        ("\xa3", "pound_sign"),
    ],
)
def test_alt_is_not_lost(sent: str, key: str) -> None:
    mend()
    found = [event.key for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert found == [key]
