"""Every action by its name, and threads by their titles. What cannot be done now says why, and is not done.

It carries nothing out itself: it returns what the person chose."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from cockpit.model.ids import Ref
from cockpit.ui.actions import BY_ID, At
from cockpit.ui.clock import now_of
from cockpit.ui.present.palette_rows import palette_rows
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.row_list import RowList

Chosen = str | Ref
"""An action's id, or the thread to go to."""


class PaletteScreen(Modal[Chosen]):
    """`keys` is what the person remapped: action id → keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    PaletteScreen {
        align: center top; background: $ground 60%;
        #palette {
            width: 88; max-width: 100%; height: auto; max-height: 100%; margin-top: 2; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        RowList { height: 18; margin-top: 1; }
        #why { color: $failed; display: none; }
        #why.-told { display: block; }
    }
    PaletteScreen.-low #palette { margin-top: 0; }
    PaletteScreen.-low RowList { height: 1fr; margin-top: 0; }
    PaletteScreen.-low #palette { height: 100%; }
    """

    def __init__(self, at: At, keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._at = at
        self._keys = keys or {}

    def compose(self) -> ComposeResult:
        with Vertical(id="palette") as box:
            box.border_title = "Do"
            box.border_subtitle = "Enter does it · Esc leaves"
            yield LineField(placeholder="what to do, or the title of a thread to go to", classes="-bare")
            yield RowList()
            yield Static("", id="why", markup=False)

    def on_mount(self) -> None:
        self.query_one(RowList).can_focus = False
        self.query_one(LineField).focus()
        self._show()

    def on_resize(self) -> None:
        self.set_class(self.size.height < 26, "-low")

    def _show(self) -> None:
        rows = self.query_one(RowList)
        rows.rows = palette_rows(self._at, self.query_one(LineField).value, self._keys, now_of(self))
        rows.action_edge(-1)
        self._say("")

    @on(LineField.Changed)
    def _typed(self) -> None:
        self._show()

    def action_move(self, step: int) -> None:
        self.query_one(RowList).action_move(step)
        self._say("")

    def action_page(self, step: int) -> None:
        self.query_one(RowList).action_page(step)
        self._say("")

    @on(LineField.Submitted)
    def _entered(self) -> None:
        self._take(self.query_one(RowList).selected)

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self._take(event.id)

    def _take(self, chosen: object) -> None:
        if isinstance(chosen, Ref):
            self.give(chosen)
        elif isinstance(chosen, str) and chosen in BY_ID:
            if reason := BY_ID[chosen].why_not(self._at):
                self._say(f"Not now: {reason}.")
            else:
                self.give(chosen)

    def _say(self, text: str) -> None:
        why = self.query_one("#why", Static)
        why.update(text)
        why.set_class(bool(text), "-told")

    def action_leave(self) -> None:
        self.give(None)
