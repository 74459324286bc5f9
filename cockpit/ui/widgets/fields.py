"""The fields of forms and dialogs: a line, a text of many lines, a choice, a switch, a chip to press. One line each.

They keep what was typed and send nothing; none blinks, and what is pasted is cleaned."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from cockpit.model.text import clean
from cockpit.ui.present.cells import fit

_STEPS: list[BindingType] = [
    Binding("up", "app.focus_previous", show=False),
    Binding("down", "app.focus_next", show=False),
]


def _legacy(word_left: str, word_right: str) -> list[BindingType]:
    """What a shell does with the keys that an ordinary terminal sends for Backspace and for a word left or right."""
    return [
        Binding("ctrl+h", "delete_left", show=False),
        Binding("alt+b", word_left, show=False),
        Binding("alt+f", word_right, show=False),
    ]


class LineField(Input):
    """One line of text. Up and down leave it. With the class `-bare` it has no ground of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [*_STEPS, *_legacy("cursor_left_word", "cursor_right_word")]
    DEFAULT_CSS = """
    LineField, LineField.-textual-compact {
        height: 1; border: none; padding: 0 1; background: $ground; color: $text; background-tint: $ground 0%;
        &:focus { border: none; background: $selection; background-tint: $ground 0%; }
        &.-bare, &.-bare:focus { background: $ground; padding: 0; }
        &>.input--cursor { background: $text; color: $ground; text-style: none; }
        &>.input--selection { background: $agent; color: $ground; }
        &>.input--placeholder, &>.input--suggestion { color: $selected-dim; text-style: none; }
    }
    """

    def __init__(
        self, value: str = "", *, placeholder: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id, classes=classes, compact=True, select_on_focus=False)
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:  # type: ignore[override]
        """Of many lines all are taken, as one: what was copied with its line feed is no command to go on."""
        event.stop()
        event.prevent_default()
        text = " ".join(clean(event.text).split("\n")).strip()
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)


class TextField(TextArea):
    """Text of many lines. Tab leaves it; Enter and pasted line feeds are text."""

    BINDINGS: ClassVar[list[BindingType]] = _legacy("cursor_word_left", "cursor_word_right")
    DEFAULT_CSS = """
    TextField {
        border: round $border-dim; padding: 0 1; background: $ground; color: $text;
        border-title-color: $text-dim; border-subtitle-color: $text-dim;
        &:focus { border: round $focus; }
        & .text-area--cursor { background: $text; color: $ground; text-style: none; }
        & .text-area--cursor-line { background: $ground; }
        & .text-area--selection { background: $agent; color: $ground; }
        & .text-area--placeholder { color: $text-dim; }
    }
    """

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(text, placeholder=placeholder, id=id, soft_wrap=True, show_line_numbers=False)
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if result := self._replace_via_keyboard(clean(event.text), *self.selection):
            self.move_cursor(result.end_location)


class _Pressable(Widget, can_focus=True):
    """A line that shows where the focus is by its ground."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_STEPS,
        Binding("enter,space", "press", show=False),
    ]
    DEFAULT_CSS = """
    _Pressable {
        height: 1; padding: 0 1; background: $ground; color: $text;
        &:focus { background: $selection; }
        &:disabled { color: $text-dim; }
    }
    """

    def action_press(self) -> None:
        self.press(by_mouse=False)

    def on_click(self) -> None:
        self.press(by_mouse=True)

    def press(self, *, by_mouse: bool) -> None:
        raise NotImplementedError


class Choice(_Pressable):
    """One of several values. Left and right step through them; Enter, space or a click asks for the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
    ]

    value: reactive[str] = reactive("", init=False)

    class Changed(Message):
        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            return self.choice

    class Wanted(Message):
        """The person wants to see all that there is to choose from."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(
        self, title: str, options: Sequence[tuple[str, str]], value: str = "", *, id: str | None = None
    ) -> None:
        """`options` are (value, label)."""
        super().__init__(id=id)
        self.title = title
        self.options = list(options)
        self.set_reactive(Choice.value, value or (self.options[0][0] if self.options else ""))

    @property
    def label(self) -> str:
        return next((label for value, label in self.options if value == self.value), self.value)

    def offer(self, options: Sequence[tuple[str, str]], value: str) -> None:
        """Other options than before, with this one chosen."""
        self.options = list(options)
        self.value = value
        self.refresh()

    def render(self) -> RenderResult:
        width = max(self.content_size.width - 2, 1)
        mark = "▾" if len(self.options) > 1 and not self.disabled else " "
        return Text(f"{fit(self.label, width)} {mark}", no_wrap=True)

    def watch_value(self) -> None:
        self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        values = [value for value, _ in self.options]
        if values and not self.disabled:
            place = values.index(self.value) if self.value in values else 0
            self.value = values[min(max(place + by, 0), len(values) - 1)]

    def press(self, *, by_mouse: bool) -> None:
        if not self.disabled:
            self.post_message(self.Wanted(self))


class Switch(_Pressable):
    """On or off."""

    value: reactive[bool] = reactive(False, init=False)

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.set_reactive(Switch.value, value)

    def render(self) -> RenderResult:
        return Text(f"{'●' if self.value else '○'} {self.label}", no_wrap=True, overflow="ellipsis")

    def press(self, *, by_mouse: bool) -> None:
        self.value = not self.value


class FormRow(Horizontal):
    """A word and its field."""

    DEFAULT_CSS = """
    FormRow {
        height: 1;
        & .word { width: 10; color: $text-dim; padding-left: 1; }
        & Choice, & LineField, & Switch { width: 1fr; }
    }
    """

    def __init__(self, word: str, field: Choice | LineField | Switch, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._word = word
        self._field = field

    def compose(self) -> ComposeResult:
        yield Static(self._word, classes="word", markup=False)
        yield self._field


class Chip(_Pressable):
    """A key and its word, to press. The one with the focus, or with the class `-first`, is filled."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chip--key"}
    DEFAULT_CSS = """
    Chip {
        width: auto; padding: 0; color: $text;
        & .chip--key { background: $chip; color: $text; text-style: bold; }
        &.-first .chip--key, &:focus .chip--key { background: $agent; color: $ground; }
        &:focus { background: $ground; text-style: bold; }
    }
    """

    class Pressed(Message):
        def __init__(self, chip: "Chip", by_mouse: bool) -> None:
            super().__init__()
            self.chip = chip
            self.by_mouse = by_mouse

        @property
        def control(self) -> "Chip":
            return self.chip

    def __init__(self, key: str, label: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.key = key
        self.label = label

    def get_content_width(self, container: object, viewport: object) -> int:
        return len(self.key) + len(self.label) + 3

    def render(self) -> RenderResult:
        return Text.assemble(
            (f" {self.key} ", self.get_component_rich_style("chip--key")), f" {self.label}", no_wrap=True
        )

    def press(self, *, by_mouse: bool) -> None:
        self.post_message(self.Pressed(self, by_mouse))
