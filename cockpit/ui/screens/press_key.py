"""Asks for a key by letting the person press it, and says at once whom it would collide with.

It knows keys by the names that the terminal's own presses have, so that nobody has to spell them."""

from collections.abc import Callable, Sequence
from time import monotonic

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from cockpit.ui.present.keys_table import key_name
from cockpit.ui.screens.dialogs import Clock, Dialog

DEFAULT = ""
"""The answer of who wants the key that the action comes with."""


class PressKeyScreen(Dialog[str]):
    """Returns the key's name, `DEFAULT`, or None. `conflicts` says what else that key does at the same place."""

    def __init__(
        self, label: str, now: str, conflicts: Callable[[str], Sequence[str]], *, clock: Clock = monotonic
    ) -> None:
        super().__init__(clock)
        self._label = label
        self._now = now
        self._conflicts = conflicts
        self._key: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"Key for {self._label}")
            box.border_subtitle = "Backspace: as it came · Esc leaves"
            yield Static(self._said(), classes="said", markup=False)
            yield Static("", classes="trouble", markup=False)

    def _said(self) -> str:
        if self._key is None:
            return f"Press the key. Now it is {self._now or 'none'}."
        return f"{key_name(self._key)}   Enter takes it, another key changes it."

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        match event.key:
            case "escape":
                self.give(None)
            case "backspace" | "ctrl+h" if self._key is None:
                self.give(DEFAULT)
            case "enter" if self._key is not None:
                self.give(self._key)
            case "enter" if not self.is_fresh("enter"):
                pass
            case key:
                self._key = key
                self.query_one(".said", Static).update(self._said())
                others = self._conflicts(key)
                self.trouble(f"It is the key for {' and '.join(others)} as well." if others else "")
