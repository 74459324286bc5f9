"""A list of any length: rows are drawn when they are seen, and only lines that changed are sent to the terminal.

It holds the selection by id and keeps it where it is on the screen while rows come, go and change places around it. It
knows nothing of what its rows are about."""

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget

from cockpit.ui.clock import now_of
from cockpit.ui.present.lines import BLANK
from cockpit.ui.present.pen import Pen
from cockpit.ui.present.row_space import RowSpace
from cockpit.ui.present.rows import Row
from cockpit.ui.widgets.ink import pen_of
from cockpit.ui.widgets.line_strip import draw_line
from cockpit.ui.widgets.thin_bar import use_thin_bar

_LEAST_SECONDS = 10.0
"""Ages are brought up to date no more often than this."""


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """Posts `Highlighted` when another row is selected, `Opened` when a person opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home", "edge(-1)", "first", show=False),
        Binding("end", "edge(1)", "last", show=False),
        Binding("enter", "open", "open", show=False),
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RowList {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size: 0 1;
    }
    """

    follows_top: reactive[bool] = reactive(False, repaint=False)
    """The first row is selected, whichever it becomes; a choice of the person ends that."""
    keeps_top: bool = False
    """Where the first rows are in sight they stay so, if the selected one can be too, instead of it keeping its line:
    for a list in which those come first that matter."""

    class Highlighted(Message):
        """Another row is selected; not `by_person` when the old one went away or the program chose."""

        def __init__(self, row_list: "RowList", id: Hashable | None, by_person: bool) -> None:
            super().__init__()
            self.row_list = row_list
            self.id = id
            self.by_person = by_person

        @property
        def control(self) -> Widget:
            return self.row_list

    class Opened(Message):
        """A person opened the row: by Enter, or by a click on the row that was selected already."""

        def __init__(self, row_list: "RowList", id: Hashable) -> None:
            super().__init__()
            self.row_list = row_list
            self.id = id

        @property
        def control(self) -> Widget:
            return self.row_list

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._space = RowSpace()
        self._selected: Hashable | None = None
        self._at = -1
        self._wanted: Hashable | None = None
        self._lines: list[Strip] = []
        self._lines_for: object = None
        self._held = False
        self._timer: Timer | None = None
        self.rows = rows

    # What is in it

    @property
    def rows(self) -> Sequence[Row]:
        return self._space.rows

    @rows.setter
    def rows(self, rows: Sequence[Row]) -> None:
        """Replace all rows. The selected row, or else the first visible one, stays on the line where it is."""
        anchor, line, near = self._anchor()
        old, self._space = self._space, RowSpace(rows)
        before = self._selected
        self._reselect(old)
        # What takes the place of a selected row that is gone takes its line on the screen as well.
        place = None if anchor is None else self._space.place(self._selected if anchor == before else anchor, near)
        top = 0 if self.follows_top or place is None else self._space.top(place) - line
        if self.keeps_top and self._at >= 0 and not self.scroll_offset.y:
            top = self._space.in_sight(self._at, 0, self.size.height)
        self._held = True
        self._fit()
        self._scroll(top)
        self._held = False
        if self._selected != before:
            self.post_message(self.Highlighted(self, self._selected, False))
        self.redraw()

    @property
    def selected(self) -> Hashable | None:
        return self._selected

    @property
    def selected_row(self) -> Row | None:
        return self.rows[self._at] if self._at >= 0 else None

    def select(self, id: Hashable, *, by_person: bool = False, later: bool = False) -> bool:
        """Select that row and bring it into sight; False if there is none. With `later` it is selected as soon as it
        comes, unless the person chooses another one before."""
        place = self._space.selectable(id)
        if place is None:
            self._wanted = id if later else None
            return False
        self._choose(place, by_person)
        return True

    def rename(self, old: Hashable, new: Hashable) -> None:
        """The selected row stands under another id in the rows that come next."""
        if self._selected == old:
            self._selected = new
            self.post_message(self.Highlighted(self, new, False))

    def redraw(self) -> None:
        """Draw what is visible again and send the lines that changed; ages and marks follow the time."""
        if not self.is_mounted or not self.size:
            return
        old, fresh = self._lines, self._draw()
        drawn_before, self._lines, self._lines_for = self._lines_for is not None, fresh, self._drawn_for()
        if not drawn_before or len(old) != len(fresh):
            self.refresh()
        else:
            changed = [y for y, (was, now) in enumerate(zip(old, fresh, strict=True)) if was != now]
            for first, count in _runs(changed):
                self.refresh(Region(0, first, self.size.width, count))
        self._wait_for_time()

    # Drawing

    def draw(self, row: Row, width: int, selected: bool, focused: bool) -> list[Strip]:
        """The row as `row.height` strips of `width` cells. A list with another hand overrides this."""
        lines = row.lines(now_of(self))
        # The blank line above a row is no part of what is selected.
        return [draw_line(self.pen, each, width, selected=selected and each != BLANK) for each in lines]

    @cached_property
    def pen(self) -> Pen:
        return pen_of(self)

    def render_line(self, y: int) -> Strip:
        if self._lines_for != self._drawn_for():
            self._lines, self._lines_for = self._draw(), self._drawn_for()
        line = self._lines[y] if y < len(self._lines) else Strip.blank(self.size.width)
        # Textual gives lines no ground of their own: without it the terminal's would show.
        return line.apply_style(self.rich_style)

    def _draw(self) -> list[Strip]:
        # The last column is kept for the scrollbar, so that nothing moves when it comes.
        width, height = max(self.size.width - 1, 0), self.size.height
        top, focused = self.scroll_offset.y, self.has_focus
        lines: list[Strip] = []
        for place in range(self._space.at(top), len(self._space)):
            begins = self._space.top(place)
            if begins >= top + height:
                break
            lines += self.draw(self.rows[place], width, place == self._at, focused)[max(top - begins, 0) :]
        lines = lines[:height]
        lines = [strip.extend_cell_length(width + 1) for strip in lines]
        return lines + [Strip.blank(width + 1)] * (height - len(lines))

    def _drawn_for(self) -> object:
        """What the visible lines depend on, but for the time."""
        room = self.scrollable_content_region.size
        return (room, self.scroll_offset.y, self._space, self._at, self.has_focus, self.pen)

    def _wait_for_time(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        now, top = now_of(self), self.scroll_offset.y
        seen = self.rows[self._space.at(top) : self._space.at(top + max(self.size.height, 1) - 1) + 1]
        waits = [seconds for row in seen if (seconds := row.changes_in(now)) is not None]
        if waits:
            self._timer = self.set_timer(max(min(waits), _LEAST_SECONDS), self._time_passed)

    def _time_passed(self) -> None:
        if self.screen.is_current:
            self.redraw()
        else:
            self._wait_for_time()

    # Selecting and scrolling

    def _anchor(self) -> tuple[Hashable | None, int, int]:
        """The row that must not move, the line of the screen that it is on, and its place in the list."""
        if not self.rows or not self.size:
            return None, 0, -1
        top = self.scroll_offset.y
        if self._at >= 0 and top <= self._space.top(self._at) < top + self.size.height:
            return self._selected, self._space.top(self._at) - top, self._at
        place = self._space.at(top)
        return self.rows[place].id, self._space.top(place) - top, place

    def _reselect(self, old: RowSpace) -> None:
        """Find the selected row among new ones, or its nearest old neighbour that is still there."""
        place: int | None = None
        if self._wanted is not None and (place := self._space.selectable(self._wanted)) is not None:
            self._wanted, self.follows_top = None, False
        elif self._selected is not None and not self.follows_top:
            place = self._space.selectable(self._selected, self._at)
            place = old.heir(self._at, self._space) if place is None else place
        if place is None:
            place = self._space.next(-1, 1)
        self._at = -1 if place is None else place
        self._selected = None if place is None else self.rows[place].id

    def _choose(self, place: int, by_person: bool) -> None:
        self._wanted, self.follows_top = None, False
        changed = place != self._at
        self._at, self._selected = place, self.rows[place].id
        if self.size:
            self._held = True
            self._scroll(self._space.in_sight(place, self.scroll_offset.y, self.size.height))
            self._held = False
        if changed:
            self.post_message(self.Highlighted(self, self._selected, by_person))
        self.redraw()

    def _scroll(self, top: int) -> None:
        self.scroll_target_y = self.scroll_y = top

    def _fit(self) -> None:
        """Take the height of all rows as that of the list. The screen is laid out again only when the scrollbar comes
        or goes, or when the list is as high as its rows."""
        size = Size(self.size.width, self._space.total)
        if size == self.virtual_size:
            return
        if not self.is_mounted or self.styles.auto_dimensions:
            self.virtual_size = size
            return
        self.set_reactive(ScrollView.virtual_size, size)
        self.show_vertical_scrollbar = 0 < self.container_size.height < size.height
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height

    # Events

    def on_mount(self) -> None:
        use_thin_bar(self.vertical_scrollbar)
        self.app.theme_changed_signal.subscribe(self, self._other_theme)
        self._fit()

    def _other_theme(self, theme: Theme) -> None:
        self.pen = pen_of(self)
        self.redraw()

    def on_resize(self) -> None:
        self._held = True
        self._fit()
        if self._at >= 0:
            top = 0 if self.keeps_top else self.scroll_offset.y
            self._scroll(self._space.in_sight(self._at, top, self.size.height))
        self._held = False
        self.redraw()

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if not self._held and round(old_value) != round(new_value):
            self.redraw()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = offset.y + self.scroll_offset.y
        place = self._space.at(line)
        if line >= self._space.total or not self.rows[place].selectable:
            return
        event.stop()
        if place == self._at:
            self.post_message(self.Opened(self, self.rows[place].id))
        else:
            self._choose(place, True)

    def action_move(self, step: int) -> None:
        place = self._space.next(self._at, step)
        if place is None:
            place = self._at
        if place >= 0:
            self._choose(place, True)

    def action_page(self, step: int) -> None:
        if self._at < 0:
            return
        line = self._space.top(self._at) + step * max(self.size.height - 1, 1)
        place = self._space.at(max(line, 0))
        if not self.rows[place].selectable:
            found = self._space.next(place, step)
            place = self._at if found is None and (found := self._space.next(place, -step)) is None else found
        self._choose(place, True)

    def action_edge(self, step: int) -> None:
        place = self._space.next(len(self._space) if step > 0 else -1, -step)
        if place is not None:
            self._choose(place, True)

    def action_open(self) -> None:
        if self._selected is not None:
            self.post_message(self.Opened(self, self._selected))


def _runs(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Line numbers in order as runs of neighbours: (first, count)."""
    runs: list[tuple[int, int]] = []
    for line in lines:
        if runs and sum(runs[-1]) == line:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    return runs
