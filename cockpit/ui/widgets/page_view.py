"""A long page: scrolled, searched, and stepped through part by part. Only what is in sight is drawn.

It shows what it is given; it reads nothing and knows no kind of text."""

from bisect import bisect_left, bisect_right
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.ui.present.cells import cells
from cockpit.ui.present.pages import Draw, Page
from cockpit.ui.present.pen import marked_strip
from cockpit.ui.widgets.ink import palette_of, pen_of
from cockpit.ui.widgets.thin_bar import use_thin_bar


class PageView(ScrollView, can_focus=True, inherit_bindings=False):
    """`show` gives it a page; `find` marks words in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "lines(-1)", show=False),
        Binding("down,j", "lines(1)", show=False),
        Binding("pageup,b", "pages(-1)", show=False),
        Binding("pagedown,space", "pages(1)", show=False),
        Binding("home,g", "top", show=False),
        Binding("end,G", "bottom", show=False),
    ]
    DEFAULT_CSS = """
    PageView {
        width: 100%; height: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size: 0 1; scrollbar-gutter: stable;
    }
    """

    class Scrolled(Message):
        """Another part is in sight, or another match is the one."""

    def __init__(self) -> None:
        super().__init__()
        self._draw: Draw | None = None
        self._page = Page([])
        self._drawn_width = 0
        self._words = ""
        self._matches: list[tuple[int, int, int]] = []
        self._match = -1

    def show(self, draw: Draw) -> None:
        self._draw = draw
        self._drawn_width = 0
        self._redraw()

    @property
    def marks(self) -> tuple[int, ...]:
        return self._page.marks

    @property
    def part(self) -> int:
        """The number of the part at the top of the screen, from 1; 0 before the first."""
        return bisect_right(self._page.marks, self.scroll_offset.y)

    @property
    def words(self) -> str:
        return self._words

    @property
    def found(self) -> tuple[int, int]:
        """Which match is the one, from 1, and how many there are."""
        return self._match + 1, len(self._matches)

    @property
    def share(self) -> int:
        """How much of the page has been passed, in percent."""
        return 100 if self.max_scroll_y == 0 else round(100 * self.scroll_offset.y / self.max_scroll_y)

    def find(self, words: str) -> int:
        """Mark those words, in capitals or not, and go to the first from here on; how many there are."""
        self._words = words
        self._search()
        if self._matches:
            place = bisect_left(self._matches, (self.scroll_offset.y, 0, 0))
            self._go_to_match(place % len(self._matches))
        self.refresh()
        return len(self._matches)

    def step_match(self, step: int) -> None:
        if self._matches:
            self._go_to_match((self._match + step) % len(self._matches))

    def step_part(self, step: int) -> None:
        """To the next part, or to the one before."""
        marks, top = self._page.marks, self.scroll_offset.y
        place = bisect_right(marks, top) if step > 0 else bisect_left(marks, top) - 1
        if 0 <= place < len(marks):
            self.scroll_to(y=marks[place], animate=False)

    def on_mount(self) -> None:
        use_thin_bar(self.vertical_scrollbar)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())

    def on_resize(self) -> None:
        self._redraw()

    def _repaint(self) -> None:
        self._drawn_width = 0
        self._redraw()

    def _redraw(self) -> None:
        width = self.scrollable_content_region.width
        if self._draw is None or width <= 0 or width == self._drawn_width:
            return
        share = self.scroll_offset.y / max(len(self._page.strips), 1)
        self._page, self._drawn_width = self._draw(width, pen_of(self)), width
        self.virtual_size = Size(width, len(self._page.strips))
        self._search()
        self.scroll_to(y=round(share * len(self._page.strips)), animate=False)
        self.refresh()
        self.post_message(self.Scrolled())

    def _search(self) -> None:
        wanted = self._words.casefold()
        self._match = -1
        self._matches = []
        if not wanted:
            return
        for line, strip in enumerate(self._page.strips):
            text = strip.text
            folded = text.casefold()
            # Where folding changes lengths, places in the folded line are not those of the line.
            folded = folded if len(folded) == len(text) else text.lower() if len(text.lower()) == len(text) else text
            start = folded.find(wanted)
            while start >= 0:
                end = start + len(wanted)
                self._matches.append((line, cells(text[:start]), cells(text[:end])))
                start = folded.find(wanted, end)

    def _go_to_match(self, place: int) -> None:
        self._match = place
        line, top, height = self._matches[place][0], self.scroll_offset.y, self.size.height
        if not top <= line < top + height:
            self.scroll_to(y=line - height // 3, animate=False)
        self.refresh()
        self.post_message(self.Scrolled())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.size.width
        strip = self._page.strips[line] if line < len(self._page.strips) else Strip([], 0)
        first = bisect_left(self._matches, (line, 0, 0))
        for place in range(first, len(self._matches)):
            at, start, end = self._matches[place]
            if at != line:
                break
            on = "needs" if place == self._match else "selection"
            role = "ground" if place == self._match else "text"
            strip = marked_strip(strip, start, end, palette_of(self).style(role, on=on))
        return strip.crop_extend(0, width, None).apply_style(self.rich_style).apply_offsets(0, line)

    def action_lines(self, count: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + count, animate=False)

    def action_pages(self, count: int) -> None:
        self.action_lines(count * max(self.size.height - 2, 1))

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)
