"""The workers that can be brought back: those that nobody ended are chosen, those that were stopped on purpose are not.

It starts none; it returns who was chosen, by a key that was pressed for it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.clock import now_of
from cockpit.ui.present.worker_words import restore_rows
from cockpit.ui.screens.dialogs import TOO_SOON, Dialog
from cockpit.ui.widgets.row_list import RowList


class RestoreScreen(Dialog[tuple[Ref, ...]]):
    """Returns the chosen ones in the order of the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", show=False),
        Binding("a", "all", show=False),
        Binding("enter", "bring", show=False, priority=True),
        Binding("q", "leave", show=False),
    ]
    DEFAULT_CSS = """
    RestoreScreen > .box { width: 88; }
    RestoreScreen RowList { height: auto; max-height: 16; margin-top: 1; }
    """

    def __init__(self, threads: Sequence[Thread], fleet: Fleet) -> None:
        super().__init__()
        self._threads = tuple(threads)
        self._fleet = fleet
        self._chosen = {thread.ref for thread in threads if thread.lost}

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Bring back"
            yield Static("Each goes on in its own conversation, where it worked.", classes="hint", markup=False)
            yield RowList()
            yield Static("", classes="trouble", markup=False)

    def on_mount(self) -> None:
        self.query_one(RowList).focus()
        self._show()

    def _show(self) -> None:
        self.query_one(RowList).rows = restore_rows(self._threads, self._chosen, self._fleet, now_of(self))
        count = len(self._chosen)
        goes = f"Enter brings back {count}" if count else "Nobody is chosen"
        self.query_one(".box").border_subtitle = Content(f"Space chooses · a all · {goes} · Esc leaves")

    def action_pick(self) -> None:
        ref = self.query_one(RowList).selected
        if isinstance(ref, Ref):
            self._chosen ^= {ref}
            self._show()

    def action_all(self) -> None:
        everyone = {thread.ref for thread in self._threads}
        self._chosen = set() if self._chosen == everyone else everyone
        self._show()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A click on the selected row; the key is taken before it comes to the list."""
        event.stop()
        self.action_pick()

    def action_bring(self) -> None:
        if not self.is_fresh("enter"):
            self.trouble(TOO_SOON)
        elif self._chosen:
            self.give(tuple(thread.ref for thread in self._threads if thread.ref in self._chosen))
        else:
            self.trouble("Nobody is chosen; Space chooses, Esc leaves.")
