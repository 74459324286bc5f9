"""All keys by group, what a status says and how to move. Drawn from the register; `/` searches in it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from cockpit.ui.messages import GoTo
from cockpit.ui.present.help_rows import help_rows
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.sized_list import SizedList


class HelpScreen(CockpitScreen):
    """`keys` gives what the person remapped: action id → keys."""

    NAME = "help"
    TITLE_WORD = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", show=False),
        Binding("escape", "back", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen #help {
        border: round $border-dim; padding: 0 1; border-title-color: $text; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; }
    }
    HelpScreen #find { display: none; margin-bottom: 1; }
    HelpScreen #find.-open { display: block; }
    """

    def __init__(self, keys: Callable[[], Mapping[str, str]]) -> None:
        super().__init__()
        self._keys = keys

    def middle(self) -> ComposeResult:
        with Vertical(id="help") as panel:
            panel.border_title = "Help"
            panel.border_subtitle = "/ searches · Esc goes back"
            yield LineField(placeholder="a key, a word or an action", id="find")
            yield SizedList(id="rows")

    def on_mount(self) -> None:
        self.query_one("#rows").focus()

    def on_screen_resume(self) -> None:
        self._show()

    def on_sized_list_resized(self) -> None:
        self._show()

    def _show(self) -> None:
        rows = self.query_one(SizedList)
        rows.rows = help_rows(self._keys(), self.query_one("#find", LineField).value, rows.room)

    @on(LineField.Changed, "#find")
    def _typed(self) -> None:
        self._show()

    @on(LineField.Submitted, "#find")
    def _entered(self) -> None:
        self.query_one("#rows").focus()

    def action_search(self) -> None:
        find = self.query_one("#find", LineField)
        find.add_class("-open")
        find.focus()

    def action_back(self) -> None:
        find = self.query_one("#find", LineField)
        if find.has_class("-open"):
            find.remove_class("-open")
            find.value = ""
            self.query_one("#rows").focus()
        else:
            self.post_message(GoTo("fleet"))
