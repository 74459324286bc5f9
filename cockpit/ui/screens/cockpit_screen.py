"""What every full screen of the cockpit is: a header, its own middle, a footer of keys, and the fleet flowing in.

It fetches nothing and sends nothing; it posts what the person wants."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui.actions import At
from cockpit.ui.clock import now_of
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.key_bar import KeyBar


class CockpitScreen(Screen[None]):
    """`fleet` is set by the app while this screen is shown. `NAME` is the word that keys, GoTo and `--screen` use."""

    NAME: ClassVar[str] = ""
    TITLE_WORD: ClassVar[str] = ""

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)
    pins: reactive[tuple[Ref, ...]] = reactive((), repaint=False)
    """The threads that the panes show; empty: every one that has a terminal."""

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.TITLE_WORD).data_bind(CockpitScreen.fleet)
        yield from self.middle()
        yield KeyBar()

    def middle(self) -> ComposeResult:
        yield Widget()

    def at(self) -> At:
        """Where the person is now; screens with a selection or a card say more."""
        return At(self.NAME, self.fleet, typing=isinstance(self.focused, Input | TextArea))

    def card_since(self) -> float | None:
        """Monotonic time since when the card of `at().ask` has been on the screen unchanged; None when it is not."""
        return None

    def thread_since(self) -> float:
        """Monotonic time when `at().thread` took the place of another without the person's doing; long ago if never."""
        return float("-inf")

    def takes(self, key: str) -> bool:
        """Whether one widget takes that key, or a paste (empty), and whatever follows it."""
        return False

    def drawn(self) -> bool:
        """Whether all that it reads by itself has come, for pictures."""
        return True

    def arrive(self, thread: Ref | None) -> None:
        """The person was sent here, to this thread if one is given."""

    def watch_fleet(self, fleet: Fleet) -> None:
        self.update_keys()

    def on_screen_resume(self) -> None:
        for bar in self.query(KeyBar):
            bar.read_keys()

    def on_screen_suspend(self) -> None:
        """Once another screen has all of the terminal, the lines that were drawn here are megabytes for nothing."""
        if not any(screen.is_modal for screen in self.app.screen_stack):
            for widget in self.walk_children():
                widget.refresh()

    def on_descendant_focus(self) -> None:
        self.update_keys()

    @on(AskCard.Seen)
    def _card_seen(self) -> None:
        """The keys of a card work once it can be seen."""
        self.update_keys()

    def update_keys(self) -> None:
        """Show the keys that work here and now; call it when the selection or the focus moves."""
        for bar in self.query(KeyBar):
            bar.at = self.at()

    def action_explain(self) -> None:
        """Why the selected thread has its status."""
        from cockpit.ui.present.explain import explain
        from cockpit.ui.screens.reader import ReaderScreen

        if thread := self.at().thread:
            self.app.push_screen(ReaderScreen(f"Why {thread.title}", explain(thread, self.fleet, now_of(self))))
