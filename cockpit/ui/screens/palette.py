"""Every action by its name, and threads by their titles. What cannot be done now says why, and is not done.

It carries nothing out itself: it returns what the person chose."""

from collections.abc import Mapping

from cockpit.model.ids import Ref
from cockpit.ui.actions import BY_ID, At
from cockpit.ui.clock import now_of
from cockpit.ui.present.palette_rows import palette_rows
from cockpit.ui.screens.finder import Finder

Chosen = str | Ref
"""An action's id, or the thread to go to."""


class PaletteScreen(Finder[Chosen]):
    """`keys` is what the person remapped: action id → keys."""

    TITLE = "Do"
    PLACEHOLDER = "what to do, or the title of a thread to go to"
    ENTER = "does it"
    DEFAULT_CSS = "PaletteScreen #finder { width: 88; }"

    def __init__(self, at: At, keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._at = at
        self._keys = keys or {}

    def show(self) -> None:
        self.rows.rows = palette_rows(self._at, self.typed, self._keys, now_of(self))
        self.rows.action_edge(-1)

    def take(self, chosen: object) -> None:
        if isinstance(chosen, Ref):
            self.give(chosen)
        elif isinstance(chosen, str) and chosen in BY_ID:
            if reason := BY_ID[chosen].why_not(self._at):
                self.say(f"Not now: {reason}.")
            else:
                self.give(chosen)
