"""The parts of the card of an ask: its head, its body, the line for own words, its keys.

They show and report; none of them knows what an answer is."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.ui.clock import now_of
from cockpit.ui.present.ages import changes_in
from cockpit.ui.present.ask_lines import Card, Chip, body_lines, foot_lines, head_lines
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.ink import pen_of
from cockpit.ui.widgets.line_bar import LineBar
from cockpit.ui.widgets.thin_bar import use_thin_bar

_CLOCK = 10.0
"""The time that is left is told in steps of so many seconds."""


class AskHead(LineBar):
    """Who wants what, and since when."""

    card: Card | None = None

    def strips(self, width: int) -> Sequence[Strip]:
        return head_lines(self.card, now_of(self), width, self.pen) if self.card else []

    def changes_in(self) -> float | None:
        if self.card is None:
            return None
        ask, now = self.card.ask, now_of(self)
        moments = (changes_in(ask.created_at, now), _CLOCK if ask.expires_at else None)
        return min((moment for moment in moments if moment is not None), default=None)


class AskFoot(LineBar):
    """The keys, to press or to click."""

    card: Card | None = None
    chips: Sequence[Chip] = ()

    class Pressed(Message):
        def __init__(self, chip: str) -> None:
            super().__init__()
            self.chip = chip

    def strips(self, width: int) -> Sequence[Strip]:
        return foot_lines(self.card, self.chips, width, self.pen) if self.card else []

    def on_click(self, event: events.Click) -> None:
        chip = event.style.meta.get("chip")
        if isinstance(chip, str):
            self.post_message(self.Pressed(chip))


class AskBody(ScrollView, can_focus=True, inherit_bindings=False):
    """What is asked, in full. It has the focus while the card is answered, and scrolls."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    AskBody { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size: 0 1; }
    """

    card: Card | None = None

    class Scrolled(Message):
        """Another part of it is in sight."""

    class Clicked(Message):
        """The person clicked on the option in that row."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        super().__init__()
        self._strips: list[Strip] = []

    def on_mount(self) -> None:
        use_thin_bar(self.vertical_scrollbar)

    def on_resize(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        width = self.size.width
        if not width:
            return
        before = self._strips
        self._strips, cursor = body_lines(self.card, width - 1, pen_of(self)) if self.card else ([], range(0))
        self.virtual_size = Size(width, len(self._strips))
        if cursor:
            self.scroll_to_region(Region(0, cursor.start, 1, len(cursor)), animate=False, force=True)
        if before != self._strips:
            self.refresh()
        self.post_message(self.Scrolled())

    @property
    def below(self) -> int:
        """How many lines are out of sight below."""
        return max(len(self._strips) - self.scroll_offset.y - self.size.height, 0)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def step(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.size.width
        strip = self._strips[line] if line < len(self._strips) else Strip.blank(width)
        return strip.crop_extend(0, width, None).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        row = event.style.meta.get("row")
        if isinstance(row, int):
            self.post_message(self.Clicked(row))


class OwnWords(LineField):
    """The person's own answer. Up and down go back to the options and on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "leave(-1)", show=False),
        Binding("down", "leave(1)", show=False),
    ]

    class Left(Message):
        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def action_leave(self, rows: int) -> None:
        self.post_message(self.Left(rows))
