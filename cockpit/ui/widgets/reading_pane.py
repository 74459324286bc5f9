"""A terminal that is looked at: drawn, scrolled back, searched and selected from. Only rows that changed are drawn.

Nothing of it reaches the program."""

from typing import ClassVar

from rich.console import COLOR_SYSTEMS
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from cockpit.core.ports import Terminal
from cockpit.model.errors import CockpitError
from cockpit.model.terminal import BLANK, Lane, Line, Screen
from cockpit.ui.messages import Told
from cockpit.ui.present.pane_reading import Reading, Spot, lines_with, shown, step
from cockpit.ui.present.terminal_view import (
    Row,
    View,
    back_to,
    changed,
    farthest_back,
    marked,
    past,
    top_line,
    view,
)
from cockpit.ui.widgets.ink import palette_of
from cockpit.ui.widgets.terminal_ink import TerminalInk

WHEEL_ROWS = 3
_SEARCHED = 20_000
_PAGE = 5_000


class ReadingPane(Widget, can_focus=True):
    """`give` hands over the terminal, which stays the caller's to close."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup,shift+pageup", "scroll_page(1)", show=False),
        Binding("pagedown,shift+pagedown", "scroll_page(-1)", show=False),
        Binding("home", "scroll_start", show=False),
        Binding("end", "scroll_end", show=False),
        Binding("n", "found(1)", show=False),
        Binding("N", "found(-1)", show=False),
    ]

    class Sought(Message):
        """Something is searched for, or nothing any more: its keys are others now."""

    def __init__(self) -> None:
        super().__init__()
        self._terminal: Terminal | None = None
        self._lane = Lane.HIDDEN
        self._screen: Screen = BLANK
        self._ink: TerminalInk | None = None
        self._view = View()
        self._back = 0
        self._past: tuple[Row, ...] = ()
        self.reading = Reading()

    # What it shows

    def give(self, terminal: Terminal | None) -> Terminal | None:
        """Show this terminal from now on; returns the one before, for the caller to close."""
        before, self._terminal = self._terminal, terminal
        self._screen = terminal.screen if terminal else BLANK
        self._back, self._past, self.reading = 0, (), Reading()
        if terminal is not None:
            terminal.watch(self._lane, self._changed)
        self._draw()
        return before

    @property
    def terminal(self) -> Terminal | None:
        return self._terminal

    @property
    def drawn(self) -> bool:
        """Whether there is a frame, or a reason why there is none."""
        return self._terminal is None or bool(self._terminal.trouble) or self._screen is not BLANK

    @property
    def back(self) -> int:
        """How many rows it is scrolled up."""
        return self._back

    def look(self, lane: Lane) -> None:
        """How closely somebody looks at it now."""
        if lane is not self._lane:
            self._lane = lane
            if self._terminal is not None:
                self._terminal.watch(lane, self._changed)

    def show_cursor(self) -> bool:
        return False

    def words(self) -> None:
        """Say in the border what changed."""

    def _changed(self) -> None:
        if self._terminal is None or not self.is_mounted:
            return
        screen = self._terminal.screen
        if self._back:
            # What is read stays in place while new rows push it up.
            self._back += max(screen.history - self._screen.history, 0)
        self._screen = screen
        self._draw()

    def _draw(self) -> None:
        """Draw the rows that are others now, and no more."""
        if not self.is_mounted:
            return
        size = self.size
        before = self._view
        if self._back:
            fresh = View(self._past[-size.height :])
        else:
            fresh = view(self._screen, size.width, size.height, cursor=self.show_cursor())
        self._view = marked(fresh, self.reading, self._top)
        if before.left != self._view.left:
            self.refresh()
        else:
            for y in changed(before.rows, self._view.rows):
                self.refresh(Region(0, y, size.width, 1))
        self.words()

    @property
    def _top(self) -> int:
        return top_line(self._screen, self.size.height, self._back)

    def render_line(self, y: int) -> Strip:
        if self._ink is None:
            system = COLOR_SYSTEMS[self.app.console.color_system or "truecolor"]
            self._ink = TerminalInk(palette_of(self), self.size.height, system)
        row = self._view.rows[y] if y < len(self._view.rows) else Row(())
        return self._ink.row(row.line, self._view.left, self.size.width, row.cursor, row.marks)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._other_theme)

    def _other_theme(self, theme: Theme) -> None:
        self._ink = None
        self.refresh()

    def on_resize(self) -> None:
        self._view = View()
        self._ink = None
        if self._back:
            self.scroll_rows(0, anew=True)
        self._draw()
        self.refresh()

    # Scrolling back

    def action_scroll_page(self, pages: int) -> None:
        self.scroll_rows(pages * max(self.size.height - 1, 1))

    def action_scroll_start(self) -> None:
        self.scroll_rows(farthest_back(self._screen, self.size.height))

    def action_scroll_end(self) -> None:
        self.scroll_rows(-self._back)

    def scroll_rows(self, rows: int, *, anew: bool = False) -> None:
        back = min(max(self._back + rows, 0), farthest_back(self._screen, self.size.height))
        if anew or back != self._back:
            self.run_worker(self._look_back(back), exclusive=True, group="past")

    async def _look_back(self, back: int) -> None:
        """Stand `back` rows above the last one in sight."""
        if self._terminal is None:
            return
        wanted = past(self._screen, self.size.height, back)
        try:
            rows = await self._terminal.history(wanted.rows, wanted.skip) if back else ()
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))
            return
        self._back, self._past = back, tuple(map(Row, (*rows, *wanted.below)))
        self._draw()

    # Searching

    def search(self, text: str) -> None:
        """Go to the newest line that has it; `n` and `N` go on from there. Empty: no longer search."""
        self.reading = Reading(text, anchor=self.reading.anchor, head=self.reading.head)
        self.post_message(self.Sought())
        if text:
            self.action_found(1)
        else:
            self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "found" or bool(self.reading.sought)

    def action_found(self, direction: int) -> None:
        self.run_worker(self._go_to(direction), exclusive=True, group="search")

    async def _go_to(self, direction: int) -> None:
        """Look through everything anew: it may have grown since."""
        if self._terminal is None:
            return
        screen, sought = self._screen, self.reading.sought
        first = max(screen.history - _SEARCHED, 0)
        try:
            lines = await self._lines(first, screen.history + len(screen.lines) - 1)
        except CockpitError as error:
            self.post_message(Told(str(error), "warning"))
            return
        found = [first + number for number in lines_with(lines, sought)]
        place = step(found, self.reading.found, direction)
        if place is None:
            there = f"No {'older' if direction > 0 else 'newer'} “{sought}” here." if found else ""
            self.post_message(Told(there or f"“{sought}” is nowhere in the last {len(lines):,} lines.", "warning"))
            if not found:
                self.search("")
            return
        self.reading = Reading(
            sought, found[place], place + 1, len(found), self.reading.anchor, self.reading.head
        )  # fmt: skip
        await self._look_back(back_to(screen, self.size.height, found[place]))

    async def _lines(self, first: int, last: int) -> tuple[Line, ...]:
        """Lines by their numbers, from the scrollback and the screen."""
        screen = self._screen
        found: list[Line] = []
        assert self._terminal is not None
        end = min(last, screen.history - 1)
        for start in range(first, end + 1, _PAGE):
            stop = min(start + _PAGE - 1, end)
            found += await self._terminal.history(stop - start + 1, screen.history - 1 - stop)
        return (*found, *screen.lines[max(first - screen.history, 0) : max(last - screen.history + 1, 0)])

    # Selecting

    def select(self, event: events.MouseEvent, *, begin: bool) -> None:
        """Select from where the mouse went down to where it is."""
        where = event.get_content_offset_capture(self)
        width, height = self.size
        x, y = min(max(where.x, 0), width - 1), min(max(where.y, 0), height - 1)
        spot = Spot(self._top + y, x + self._view.left)
        anchor = spot if begin else self.reading.anchor
        found = self.reading
        self.reading = Reading(found.sought, found.found, found.place, found.count, anchor, spot)
        self._draw()

    def unselect(self) -> None:
        found = self.reading
        self.reading = Reading(found.sought, found.found, found.place, found.count)
        self._draw()

    async def copied(self) -> str:
        """The text of the selection; without one, of what the terminal shows. Raises CockpitError."""
        span = self.reading.selection
        if span is None or self._terminal is None:
            return shown(self._screen)
        return self.reading.selected(await self._lines(span[0].line, span[1].line))
