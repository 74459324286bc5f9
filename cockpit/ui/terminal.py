"""What the cockpit says to the terminal besides drawing: its title, and bytes for notifications.

Nothing here reads, and nothing from an agent passes through uncleaned."""

from typing import Any

from textual.app import App

from cockpit.ui.hand_over import FullScreen


class Terminal:
    """The title is pushed once and popped at the end, so that the person's own comes back."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._title = ""
        self._pushed = False
        self.full = FullScreen(app)

    def write(self, text: str) -> None:
        if self.full.away:
            return
        # Textual has no public way to write beside its own drawing; its driver keeps sequences whole.
        if (driver := self._app._driver) is not None:
            driver.write(text)
            driver.flush()

    def push_title(self) -> None:
        self._pushed = True
        self.write("\x1b[22;2t")

    def pop_title(self) -> None:
        if self._pushed:
            self._pushed = False
            self.write("\x1b[23;2t")

    def title(self, text: str) -> None:
        if self._pushed and text != self._title and not self.full.away:
            self._title = text
            self.write(f"\x1b]2;{text}\x07")
