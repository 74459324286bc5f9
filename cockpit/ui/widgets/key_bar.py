"""The bottom line: the keys that work here and now. A click on one does the same as the key."""

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual import events
from textual.reactive import reactive
from textual.strip import Strip

from cockpit.ui.actions import BY_ID, At
from cockpit.ui.messages import Do
from cockpit.ui.present.key_hints import Hint, key_hints, keys_shown
from cockpit.ui.present.keys_table import key_name
from cockpit.ui.widgets.line_bar import LineBar


class KeyBar(LineBar):
    """`keys` maps each action to the key that is shown for it; unset, it is read from the bindings that are in force,
    so that remapped keys show by themselves."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; }
    """

    at: reactive[At | None] = reactive(None, repaint=False, always_update=True)
    keys: reactive[Mapping[str, str]] = reactive(dict, repaint=False)

    def __init__(self, keys: Mapping[str, str] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.hints: list[Hint] = []
        self._given = keys is not None
        self.set_reactive(KeyBar.keys, keys or {})

    def on_mount(self) -> None:
        self.read_keys()

    def read_keys(self) -> None:
        """Take the keys that are in force now; they may have been remapped since."""
        if not self._given:
            self.keys = {**keys_shown({}), **self._bound()}

    def _bound(self) -> dict[str, str]:
        """The first key of each action that the app has bound."""
        found: dict[str, str] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.id in BY_ID:
                found.setdefault(active.binding.id, key_name(key))
        return found

    def strips(self, width: int) -> Sequence[Strip]:
        self.hints = key_hints(self.at, self.keys, width) if self.at else []
        segments: list[Segment] = []
        x = 0
        for hint in self.hints:
            segments.append(Segment(" " * (hint.start - x)))
            segments += [self.pen.segment(span) for span in hint.spans]
            x = hint.end
        return [Strip(segments).adjust_cell_length(width)]

    def watch_at(self) -> None:
        self.redraw()

    def watch_keys(self) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        for hint in self.hints:
            if hint.action and hint.start <= event.x < hint.end:
                self.post_message(Do(hint.action))
