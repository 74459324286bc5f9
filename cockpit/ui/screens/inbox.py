"""Everything that waits for a person, of all sources, with the card of the selected one beside it; settled ones below.

It answers nothing itself: the card and the keys do, and only while the card can be seen."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.strip import Strip

from cockpit.model.asks import Ask, AskKind, SettledAsk
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.actions import At
from cockpit.ui.clock import now_of
from cockpit.ui.messages import GoTo
from cockpit.ui.present.ask_lines import Card
from cockpit.ui.present.explain import explain
from cockpit.ui.present.inbox_rows import inbox_rows, settled_id, settled_words, thread_title
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.ask_parts import OwnWords
from cockpit.ui.widgets.line_bar import LineBar
from cockpit.ui.widgets.row_list import RowList

WIDE = 100


class Beside(LineBar):
    """What stands under the card: why the thread has its status; or, instead of a card, how an ask was settled."""

    thread: Thread | None = None
    settled: SettledAsk | None = None
    fleet: Fleet = Fleet()

    def strips(self, width: int) -> Sequence[Strip]:
        now = now_of(self)
        if self.settled is not None:
            words = settled_words(self.settled, now)
            return [strip for text, role in words for strip in self.pen.text(text, width, role)]
        if self.thread is not None:
            return [self.pen.line(line, width) for line in explain(self.thread, self.fleet, now)]
        return ()


class InboxScreen(CockpitScreen):
    NAME = "inbox"
    TITLE_WORD = "Inbox"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "point('#asks')", show=False),
        Binding("right", "reply", show=False),
        Binding("escape", "back", show=False),
    ]
    DEFAULT_CSS = """
    InboxScreen #panels { layout: vertical; height: 1fr; }
    InboxScreen #list {
        height: 1fr; min-height: 5; border: round $border-dim; padding: 0 1;
        border-title-color: $text; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; }
    }
    InboxScreen #side { height: auto; max-height: 65%; border-title-color: $text; }
    InboxScreen #side AskCard { margin: 0; max-height: 100%; }
    InboxScreen Beside { padding: 0 1; color: $text; }
    InboxScreen #side.-settled { border: round $border-dim; }
    InboxScreen #side.-none { display: none; }
    InboxScreen Beside { display: none; }
    InboxScreen .-settled Beside { display: block; }
    InboxScreen.-wide #panels { layout: horizontal; }
    InboxScreen.-wide #list { width: 5fr; height: 1fr; margin-right: 1; }
    InboxScreen.-wide #side { width: 6fr; height: 1fr; max-height: 100%; border: round $border-dim; }
    InboxScreen.-wide #side:focus-within { border: round $border-focus; }
    InboxScreen.-wide #side AskCard { margin: 0 1; max-height: 80%; }
    InboxScreen.-wide Beside { display: block; padding: 1 2; }
    """

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives monotonic seconds."""
        super().__init__()
        self._asks = RowList(id="asks")
        self._card = AskCard(clock=clock)
        self._beside = Beside()

    def middle(self) -> ComposeResult:
        with Container(id="panels"):
            with Vertical(id="list") as panel:
                panel.border_title = "Waits for you"
                yield self._asks
            with Vertical(id="side"):
                yield self._card
                yield self._beside

    def on_mount(self) -> None:
        self._asks.focus()

    # Where the person is

    def _selected(self) -> Ask | SettledAsk | None:
        chosen = self._asks.selected
        if isinstance(chosen, str):
            return self.fleet.ask(chosen)
        return next((each for each in self.fleet.settled if settled_id(each) == chosen), None)

    def at(self) -> At:
        """The card's own ask, and only while it can be seen."""
        found = self._selected()
        ref = found.thread if isinstance(found, Ask) else found.ask.thread if found else None
        seen = self._card.ask if self._card.since is not None else None
        typing = isinstance(self.focused, OwnWords)
        ask = seen if isinstance(found, Ask) and seen is not None and seen.id == found.id else None
        return At(self.NAME, self.fleet, self.fleet.thread(ref) if ref else None, ask, typing)

    def card_since(self) -> float | None:
        return self._card.since

    def arrive(self, thread: Ref | None) -> None:
        ask = next((ask for ask in self.fleet.asks if ask.thread == thread), None)
        if ask is not None:
            self._asks.select(ask.id)

    # The fleet, downwards

    def watch_fleet(self, fleet: Fleet) -> None:
        if self.is_mounted and self.is_current:
            self._show()
        super().watch_fleet(fleet)

    def on_screen_resume(self) -> None:
        self._show()
        self.update_keys()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    def _show(self) -> None:
        self._asks.rows = inbox_rows(self.fleet, now_of(self))
        self._show_card()

    def _show_card(self) -> None:
        found = self._selected()
        side = self.query_one("#side")
        side.set_class(found is None, "-none")
        side.set_class(isinstance(found, SettledAsk), "-settled")
        self._beside.fleet = self.fleet
        if isinstance(found, Ask):
            thread = self.fleet.thread(found.thread)
            others = [ask.id for ask in thread.asks] if thread else [found.id]
            place = others.index(found.id) if found.id in others else 0
            self._card.look(Card(found, thread, self.fleet, place, len(others)))
            self._beside.thread, self._beside.settled = thread, None
        else:
            self._card.look(None)
            self._beside.thread, self._beside.settled = None, found
        ask = found.ask if isinstance(found, SettledAsk) else found
        side.border_title = Content(thread_title(ask, self.fleet)) if ask else None
        self._beside.redraw()

    @on(RowList.Highlighted)
    def _moved(self) -> None:
        self._show_card()
        self.update_keys()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.action_open()

    # What actions ask of it

    def action_open(self) -> None:
        """The thread that asks, with its conversation."""
        if thread := self.at().thread:
            self.post_message(GoTo("fleet", thread.ref))

    def action_open_card(self) -> None:
        self._card.rearm()

    def action_reply(self) -> None:
        """The form of a question; for the rest, the thread, where there is a line to write to it."""
        found = self._selected()
        if isinstance(found, Ask) and found.kind is AskKind.QUESTION and self._card.form is not None:
            self._card.focus_form()
        elif isinstance(found, Ask):
            self.action_open()

    def action_point(self, where: str) -> None:
        self.query_one(where).focus()

    def action_back(self) -> None:
        if self._asks.has_focus:
            self.post_message(GoTo("fleet"))
        else:
            self._asks.focus()
