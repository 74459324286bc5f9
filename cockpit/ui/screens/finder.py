"""A line to type into over a list that follows it. The letters go into the line, the arrows move in the list, Enter
takes what is chosen.

What the rows are, and what taking one means, says the screen that builds on it."""

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.row_list import RowList

_LOW = 26
"""Screen lines below which the box takes all of them."""

_Result = TypeVar("_Result")


class Finder(Modal[_Result]):
    """`TITLE` stands on the frame, `PLACEHOLDER` in the empty line, `ENTER` says what Enter does."""

    TITLE: ClassVar[str]
    PLACEHOLDER: ClassVar[str]
    ENTER: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Finder {
        align: center top; background: $ground 60%;
        #finder {
            width: 100; max-width: 100%; height: auto; max-height: 100%; margin-top: 2; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        RowList { height: 18; margin-top: 1; }
        #why { color: $failed; display: none; }
        #why.-told { display: block; }
    }
    Finder.-low #finder { margin-top: 0; height: 100%; }
    Finder.-low RowList { height: 1fr; margin-top: 0; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="finder") as box:
            box.border_title = self.TITLE
            box.border_subtitle = f"Enter {self.ENTER} · Esc leaves"
            yield LineField(placeholder=self.PLACEHOLDER, classes="-bare")
            yield RowList()
            yield Static("", id="why", markup=False)

    @abstractmethod
    def show(self) -> None:
        """Draw the rows for what is `typed`."""

    @abstractmethod
    def take(self, chosen: object) -> None:
        """The row with this id was entered or clicked."""

    @property
    def typed(self) -> str:
        """What was typed, without the blanks around it."""
        return self.query_one(LineField).value.strip()

    @property
    def rows(self) -> RowList:
        return self.query_one(RowList)

    def on_mount(self) -> None:
        self.rows.can_focus = False
        self.query_one(LineField).focus()
        self.show()

    def on_resize(self) -> None:
        self.set_class(self.size.height < _LOW, "-low")

    def say(self, text: str) -> None:
        """One sentence under the list; empty takes it away."""
        why = self.query_one("#why", Static)
        why.update(text)
        why.set_class(bool(text), "-told")

    @on(LineField.Changed)
    def _changed(self) -> None:
        self.say("")
        self.show()

    @on(LineField.Submitted)
    def _entered(self) -> None:
        self.take(self.rows.selected)

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.take(event.id)

    def action_move(self, step: int) -> None:
        self.rows.action_move(step)
        self.say("")

    def action_page(self, step: int) -> None:
        self.rows.action_page(step)
        self.say("")

    def action_leave(self) -> None:
        self.give(None)
