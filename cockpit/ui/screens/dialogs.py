"""The small questions that are asked over a screen: yes or no, one line, one of several.

A key that was already down when one appeared never answers it, and nothing is answered by leaving."""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from cockpit.ui.held import GAP, SEEN, Held
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import Chip, LineField
from cockpit.ui.widgets.row_list import RowList

_Result = TypeVar("_Result")
TOO_SOON = "That was too soon to be meant: let go of the key, read, and press it again."
Clock = Callable[[], float]
"""Monotonic seconds."""


class Dialog(Modal[_Result], Generic[_Result]):
    """A box in the middle of what it covers. Esc leaves it with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $ground 60%; }
    Dialog > .box {
        width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $border-focus; background: $ground; color: $text;
        border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
    }
    Dialog .said { height: auto; color: $text; padding: 0 1; }
    Dialog .hint { height: auto; color: $text-dim; padding: 0 1; }
    Dialog .trouble { height: auto; color: $failed; padding: 0 1; display: none; }
    Dialog .trouble.-told { display: block; }
    """

    def __init__(self, clock: Clock = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._held = Held()
        self._shown_at: float | None = None

    def on_mount(self) -> None:
        # Textual calls this and that of a subclass, each once.
        self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        """Now it can be read. Whatever key brought it here may still be down, so each counts as pressed just now."""
        self._shown_at = self._clock()
        for key in ("enter", "y", "space"):
            self._held.press(key, self._shown_at)

    def is_fresh(self, key: str) -> bool:
        """Whether this press of `key` began after the dialog could be read."""
        return self._held.allows(key, self._clock(), self._shown_at)

    def click_is_fresh(self) -> bool:
        """A click has no run; the second half of a double click comes too soon."""
        return self._shown_at is not None and self._clock() - self._shown_at >= SEEN

    def trouble(self, text: str) -> None:
        told = self.query_one(".trouble", Static)
        told.update(text)
        told.set_class(bool(text), "-told")

    def action_leave(self) -> None:
        self.give(None)


class ConfirmScreen(Dialog[bool]):
    """Whether to go on; No unless the person says otherwise with a key that they pressed for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "confirm", show=False),
        Binding("n,N", "leave", show=False),
        Binding("left,up,shift+tab", "point('no')", show=False, priority=True),
        Binding("right,down,tab", "point('yes')", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ConfirmScreen .ways { height: 1; margin-top: 1; align-horizontal: right; }
    ConfirmScreen Chip { margin-left: 3; }
    """

    def __init__(self, question: str, verb: str, *, clock: Clock = monotonic) -> None:
        super().__init__(clock)
        self._question = question
        self._verb = verb

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._verb)
            yield Static(self._question, classes="said", markup=False)
            yield Static("", classes="trouble", markup=False)
            with Horizontal(classes="ways"):
                yield Chip("n", "no", id="no")
                yield Chip("y", self._verb.lower(), id="yes")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def action_point(self, which: str) -> None:
        self.query_one(f"#{which}").focus()

    def action_confirm(self) -> None:
        self._confirm(self.is_fresh("y"))

    @on(Chip.Pressed, "#no")
    def _no(self) -> None:
        self.give(False)

    @on(Chip.Pressed, "#yes")
    def _yes(self, event: Chip.Pressed) -> None:
        self._confirm(self.click_is_fresh() if event.by_mouse else self.is_fresh("enter"))

    def _confirm(self, fresh: bool) -> None:
        if fresh:
            self.give(True)
        else:
            self.trouble(TOO_SOON)

    def action_leave(self) -> None:
        self.give(False)


class PromptScreen(Dialog[str]):
    """One line of text. `check` may refuse it with a sentence; what was typed stays."""

    DEFAULT_CSS = """
    PromptScreen LineField { margin: 1 0; }
    """

    def __init__(
        self, title: str, hint: str = "", value: str = "", empty: bool = False, *, placeholder: str = "",
        check: Callable[[str], Awaitable[str]] | None = None, clock: Clock = monotonic,
    ) -> None:  # fmt: skip
        super().__init__(clock)
        self._title = title
        self._hint = hint
        self._value = value
        self._empty = empty
        self._placeholder = placeholder
        self._check = check
        self._checking = False
        self._touched = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "Enter goes on · Esc leaves"
            if self._hint:
                yield Static(self._hint, classes="hint", markup=False)
            yield LineField(self._value, placeholder=self._placeholder)
            yield Static("", classes="trouble", markup=False)

    def on_mount(self) -> None:
        self.query_one(LineField).focus()

    def on_input_changed(self, event: LineField.Changed) -> None:
        event.stop()
        self._touched = self._touched or event.value != self._value

    async def on_input_submitted(self, event: LineField.Submitted) -> None:
        event.stop()
        fresh, text = self.is_fresh("enter"), event.value.strip()
        if self._checking:
            return
        if not fresh and not self._touched:
            self.trouble(TOO_SOON)
            return
        if not text and not self._empty:
            self.trouble("Something must stand here; Esc leaves.")
        elif self._check is None:
            self.give(text)
        else:
            self._checking = True
            self.run_worker(self._checked(text, self._check))

    async def _checked(self, text: str, check: Callable[[str], Awaitable[str]]) -> None:
        try:
            problem = await check(text)
        finally:
            self._checking = False
        if problem:
            self.trouble(problem)
        else:
            self.give(text)


class ChooseScreen(Dialog[str]):
    """One of several. Digits take one at once; letters leave those that have them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("backspace,ctrl+h", "shorten", show=False)]
    DEFAULT_CSS = """
    ChooseScreen RowList { height: auto; max-height: 16; }
    """

    def __init__(
        self, title: str, options: Sequence[tuple[str, str]], current: str = "", *, clock: Clock = monotonic
    ) -> None:
        """`options` are (value, label)."""
        super().__init__(clock)
        self._title = title
        self._options = list(options)
        self._current = current
        self._typed = ""
        self._moved = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            yield RowList(id="options")

    def on_mount(self) -> None:
        options = self.query_one(RowList)
        options.focus()
        self._offer()
        options.select(self._current)

    def _kept(self) -> list[tuple[str, str]]:
        words = self._typed.casefold().split()
        return [each for each in self._options if all(word in each[1].casefold() for word in words)]

    def _offer(self) -> None:
        kept = self._kept()
        rows: list[Row] = [self._row(place, value, label) for place, (value, label) in enumerate(kept, 1)]
        if not rows:
            rows = [TextRow(("none", ""), (Line((Span("None has that; Backspace takes a letter back", "dim"),)),))]
        self.query_one(RowList).rows = rows
        box = self.query_one(".box")
        box.border_subtitle = Content(f"“{self._typed}”" if self._typed else "Enter takes it · Esc leaves")

    def _row(self, place: int, value: str, label: str) -> TextRow:
        digit = str(place) if place <= 9 and not self._typed else " "
        now = (Span("● now", "dim"),) if value == self._current else ()
        return TextRow(value, (Line((Span(f"{digit} ", "dim"), Span(label)), now),), True)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown", "home", "end"):
            self._moved = True
            return
        char = event.character or ""
        if not event.is_printable or not char:
            return
        event.stop()
        if char.isdigit() and not self._typed:
            kept = self._kept()
            if 0 < int(char) <= len(kept):
                self.give(kept[int(char) - 1][0])
        else:
            self._typed += char
            self._moved = True
            self._offer()

    def action_shorten(self) -> None:
        self._typed = self._typed[:-1]
        self._offer()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        if self.is_fresh("enter") or self._moved:
            self.give(str(event.id))


__all__ = ["GAP", "ChooseScreen", "Clock", "ConfirmScreen", "Dialog", "PromptScreen"]
