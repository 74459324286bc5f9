"""The last lines of a worker's terminal beside the list, where there is no conversation to read. They come gently.

It sizes nothing and types nothing."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane
from cockpit.ui.widgets.reading_pane import WHEEL_ROWS, ReadingPane


class Glimpse(Widget):
    """`open_` opens a terminal by its ref (`Thread.terminal`), and raises CockpitError."""

    DEFAULT_CSS = """
    Glimpse { layout: vertical; height: 1fr; }
    Glimpse > Static { height: auto; margin: 1 0 0 0; padding: 0 1; color: $text-dim; }
    Glimpse > Static.-trouble { color: $failed; }
    Glimpse > ReadingPane { height: 1fr; margin: 0 1; }
    """

    def __init__(self, open_: Callable[[Ref], Terminal]) -> None:
        super().__init__()
        self._open = open_
        self._where = ""
        self._refused = ""
        self._hint = Content()
        self._words = Static(markup=False)
        self._pane = _Lines(self._say)

    def compose(self) -> ComposeResult:
        yield self._pane
        yield self._words

    def show(self, where: str, keys: Sequence[tuple[str, str]]) -> None:
        """The terminal of that ref, none if it is empty, and below it what keys do with it."""
        self._hint = Content("   ").join(
            Content.assemble((key, "bold $you"), f" {words}") for key, words in keys
        )  # fmt: skip
        if where != self._where:
            self._where, self._refused = where, ""
            self._let_go()
            try:
                if where:
                    self._pane.give(self._open(Ref.parse(where)))
            except (CockpitError, ValueError) as error:
                self._refused = str(error)
        self._say()

    def watch_it(self, on: bool) -> None:
        """Whether somebody can see it now."""
        self._pane.look(Lane.GENTLE if on and self._where else Lane.HIDDEN)

    @property
    def drawn(self) -> bool:
        return self._pane.drawn

    def _say(self) -> None:
        terminal = self._pane.terminal
        trouble = terminal.trouble if terminal else self._refused
        self._words.set_class(bool(trouble), "-trouble")
        words = Content(trouble) if trouble else self._hint
        if words != self._words.content:
            self._words.update(words)

    def _let_go(self) -> None:
        terminal = self._pane.give(None)
        if terminal is not None:
            self.app.run_worker(terminal.close(), group="close terminals")

    def on_unmount(self) -> None:
        self._let_go()


class _Lines(ReadingPane):
    def __init__(self, said: Callable[[], None]) -> None:
        super().__init__()
        self._said = said

    def words(self) -> None:
        self._said()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)
