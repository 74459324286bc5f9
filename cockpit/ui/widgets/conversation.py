"""The conversation of one thread: drawn line by line, measured only where it was seen, held still while it grows.

It must never move what the person reads, nor draw an item that is not on the screen."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from cockpit.model.asks import SettledAsk
from cockpit.model.ids import Ref
from cockpit.model.talk import Changes, Entry, Notice, Plan, Talk
from cockpit.ui.messages import DiffWanted, Do, OlderWanted, Told
from cockpit.ui.present.lines import Span
from cockpit.ui.present.pen import Pen
from cockpit.ui.present.talk_items import Item, Items, estimate, foldable, items_of, plain, unfolded
from cockpit.ui.present.talk_lines import Look, draw, lead
from cockpit.ui.present.talk_space import Anchor, Space
from cockpit.ui.widgets.ink import pen_of
from cockpit.ui.widgets.thin_bar import use_thin_bar

_KEPT_STRIPS = 400
_KEPT_PLACES = 200
_GUTTER = 1
_OLDER = "older…"
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_ABOVE = Item(_OLDER, (Notice(_OLDER, "info", "earlier messages above", _DAWN),))
_READING = Item(_OLDER, (Notice(_OLDER, "info", "reading earlier messages…", _DAWN),))


@dataclass(slots=True)
class _Place:
    """Where a person is in one conversation. `anchor` is None while the tail is followed."""

    anchor: Anchor | None = None
    cursor: str | None = None
    flipped: set[str] = field(default_factory=set)
    fresh: int = 0
    grew: bool = False


class Conversation(ScrollView, can_focus=True, inherit_bindings=False):
    """`talk` is what was read; `settled` how asks ended by the ledger; `agent` the name that speaks; `on_card` is
    the ask that the card shows in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "lines(-1)", "up", show=False),
        Binding("down", "lines(1)", "down", show=False),
        Binding("pageup", "pages(-1)", "page up", show=False),
        Binding("pagedown", "pages(1)", "page down", show=False),
        Binding("home", "first", "first", show=False),
        Binding("end", "tail", "newest", show=False),
        Binding("left_square_bracket", "step(-1)", "step up", show=False),
        Binding("right_square_bracket", "step(1)", "step down", show=False),
        Binding("enter", "enter", "unfold", show=False),
        Binding("space", "fold", "unfold", show=False),
        Binding("c,ctrl+c", "copy", "copy", show=False),
    ]
    DEFAULT_CSS = """
    Conversation {
        width: 100%;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
    }
    """

    talk: reactive[Talk | None] = reactive(None, layout=False)
    settled: reactive[Mapping[str, SettledAsk]] = reactive(dict, layout=False)
    agent: reactive[str] = reactive("Agent", layout=False)
    on_card: reactive[str] = reactive("", layout=False)

    class Moved(Message):
        """The person scrolled or the tail grew: `following` says whether the newest is shown."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, zone: tzinfo | None = None, id: str | None = None
    ) -> None:
        """`now` gives aware time for the words of dates; `zone` is the person's (None: the machine's)."""
        super().__init__(id=id)
        self._now = now or (lambda: datetime.now(UTC))
        self._zone = zone
        self._pen: Pen | None = None
        self._width = 0
        self._place = _Place()
        self._places: OrderedDict[Ref, _Place] = OrderedDict()
        self._strips: OrderedDict[str, tuple[Item, bool, list[Strip]]] = OrderedDict()
        self._space = Space(lambda item: len(self._drawn(item)), self._guess)
        self._ids: frozenset[str] = frozenset()
        self._items = Items()
        self._settling = False
        self._asked: str | None = None

    # What is shown

    @property
    def following(self) -> bool:
        return self._place.anchor is None

    @property
    def fresh(self) -> int:
        """How many entries came while the person was reading further up."""
        return self._place.fresh

    @property
    def cursor(self) -> Item | None:
        """The item that enter, space and copy are about."""
        index = self._space.index(self._place.cursor) if self._place.cursor else None
        return None if index is None else self._space.items[index]

    def on_mount(self) -> None:
        use_thin_bar(self.vertical_scrollbar)
        self.watch(self.app, "theme", self._repaint, init=False)

    def watch_talk(self, old: Talk | None, new: Talk | None) -> None:
        if new is not None and (old is None or old.thread != new.thread):
            self._arrive(new.thread)
        elif new is not None and old is not None and not self.following:
            self._count(new.entries)
        self._ids = frozenset(entry.id for entry in new.entries) if new else frozenset()
        self._rebuild()

    def watch_settled(self) -> None:
        self._rebuild()

    def watch_on_card(self) -> None:
        self._rebuild()

    def watch_agent(self) -> None:
        self._repaint()

    def on_resize(self, event: events.Resize) -> None:
        width = self.scrollable_content_region.width - _GUTTER
        if width != self._width:
            self._width = width
            self._repaint()
        else:
            self._settle()

    def _arrive(self, thread: Ref) -> None:
        """Back to where the person was in that conversation, or to its tail."""
        self._place = self._places.setdefault(thread, _Place())
        self._places.move_to_end(thread)
        self._asked = None
        self._strips.clear()
        self._space.replace([])
        while len(self._places) > _KEPT_PLACES:
            self._places.popitem(last=False)

    def _count(self, entries: tuple[Entry, ...]) -> None:
        """What came below what the person reads. Older pages, above, are not news."""
        news = 0
        for entry in reversed(entries):
            if entry.id in self._ids:
                break
            news += 1
        self._place.fresh += news
        self._place.grew = True

    def _repaint(self) -> None:
        """The width, the colours or a name changed: nothing that was drawn holds."""
        self._pen = None
        self._strips.clear()
        self._space.forget()
        self._rebuild()

    def _rebuild(self) -> None:
        entries = self.talk.entries if self.talk else ()
        self._items = items_of(entries, self._place.flipped, self.settled, self._zone, self.on_card, self._items)
        items = self._items.items
        if self.talk and self.talk.older:
            items = (_READING if self._asked == self.talk.older else _ABOVE, *items)
        self._space.replace(items)
        self._settle()

    # Where it stands

    def _settle(self, anchor: Anchor | None = None) -> None:
        """Measure what is on the screen around the anchor and scroll so that the anchor does not move."""
        height = self._viewport
        if self._width <= 0 or height <= 0:
            return
        anchor = anchor or self._place.anchor
        if anchor is None or self._space.index(anchor.id) is None:
            top = self._space.settle_tail(height)
        else:
            top = self._space.settle(anchor, height)
            end = max(self._space.total - height, 0)
            if not 0 <= top <= end:
                kept = self._space.anchor(min(max(top, 0), end), height)
                top = self._space.settle(kept, height) if kept else 0
        self._show(top)

    def _show(self, top: int) -> None:
        self._settling = True
        try:
            self._fit()
            self.scroll_target_y = self.scroll_y = top
        finally:
            self._settling = False
        self.refresh()

    def _fit(self) -> None:
        """Take the height of all items. The screen is laid out again only when the scrollbar comes or goes."""
        size = Size(self.size.width, self._space.total)
        self.set_reactive(ScrollView.virtual_size, size)
        self.show_vertical_scrollbar = size.height > self._viewport
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and self._width > 0 and round(old_value) != round(new_value):
            self._scrolled(round(new_value))

    def _scrolled(self, top: int) -> None:
        """The person moved: what comes into view gets its true height, what was in view stays where it is."""
        height = self._viewport
        anchor = self._space.anchor(top, height)
        if anchor is None:
            return
        at_end = top >= self.max_scroll_y
        if at_end:
            self._place.anchor = None
            self._settle()
        else:
            self._settle(anchor)
            self._remember()
        if self.scroll_offset.y == 0:
            self._want_older()
        elif self._asked is not None and self.scroll_offset.y > height:
            self._asked = None

    def _remember(self) -> None:
        """Keep the place, or follow the tail when the end is on the screen."""
        top, place = self.scroll_offset.y, self._place
        before = self.following
        place.anchor = None if top >= self.max_scroll_y else self._space.anchor(top, self._viewport)
        if self.following:
            place.fresh, place.grew = 0, False
        if before != self.following:
            self.post_message(self.Moved(self.following))

    def _want_older(self) -> None:
        talk = self.talk
        if talk and talk.older and self._asked != talk.older:
            self._asked = talk.older
            self._rebuild()
            self.post_message(OlderWanted(talk.thread))

    @property
    def _viewport(self) -> int:
        return self.scrollable_content_region.height

    # Drawing

    def render_line(self, y: int) -> Strip:
        line, width = self.scroll_offset.y + y, self.size.width
        strip, item = self._line(line)
        pen = self._ink
        if item is not None:
            marked = self.has_focus and item.id == self._place.cursor
            strip = Strip([Segment("▎" if marked else " ", pen.style("focus")), *strip])
        if y == self._viewport - 1 and not self.following and self._place.grew:
            strip = self._with_mark(strip)
        if (selection := self.text_selection) and (span := selection.get_span(line)):
            strip = self._selected(strip, *span)
        strip = strip.crop_extend(0, width, None).apply_style(self.rich_style)
        return strip.apply_offsets(0, line)

    def _line(self, line: int) -> tuple[Strip, Item | None]:
        if not 0 <= line < self._space.total:
            return Strip([], 0), None
        index = self._space.at(line)
        item = self._space.items[index]
        strips, place = self._drawn(item), line - self._space.top(index)
        return (strips[place] if place < len(strips) else Strip([], 0)), item if place >= lead(item) else None

    def _drawn(self, item: Item) -> list[Strip]:
        opened = unfolded(item, self._place.flipped)
        known = self._strips.get(item.id)
        if known is not None and known[1] is opened and (known[0] is item or known[0] == item):
            self._strips.move_to_end(item.id)
            return known[2]
        look = Look(self._width, self._ink, self._now().astimezone(self._zone).date(), self._zone, self.agent)
        strips = draw(item, opened, look)
        self._strips[item.id] = (item, opened, strips)
        self._strips.move_to_end(item.id)
        if len(self._strips) > _KEPT_STRIPS:
            self._strips.popitem(last=False)
        return strips

    def _guess(self, item: Item) -> int:
        return estimate(item, self._width, unfolded(item, self._place.flipped))

    def _with_mark(self, strip: Strip) -> Strip:
        words = f" ↓ {self.fresh} new " if self.fresh else " ↓ more "
        start = max(self.size.width - len(words) - 1, 0)
        mark = self._ink.segment(Span(words, "focus", True, True))
        return Strip([*strip.crop_extend(0, start, None), mark])

    def _selected(self, strip: Strip, start: int, end: int) -> Strip:
        size = strip.cell_length
        end = size if end < 0 else min(end, size)
        if start >= end:
            return strip
        before, middle, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
        style = self.screen.get_component_rich_style("screen--selection")
        return Strip.join([before, middle.apply_style(style), after])

    @property
    def _ink(self) -> Pen:
        if self._pen is None:
            self._pen = pen_of(self)
        return self._pen

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse selected, as it stands on the screen."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self._space.total - 1
        lines = []
        for line in range(first, min(last, self._space.total - 1) + 1):
            text, span = self._line(line)[0].text, selection.get_span(line)
            if span is not None:
                start, end = max(span[0] - _GUTTER, 0), span[1] - _GUTTER if span[1] >= 0 else None
                lines.append(text[start:end].rstrip())
        return "\n".join(lines), "\n"

    # Keys and mouse

    def action_lines(self, count: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + count, animate=False)

    def action_pages(self, count: int) -> None:
        self.action_lines(count * max(self._viewport - 2, 1))

    def action_first(self) -> None:
        self.scroll_to(y=0, animate=False)
        if self.scroll_offset.y == 0:
            self._want_older()

    def action_tail(self) -> None:
        self._place.anchor = None
        self._settle()
        self._remember()

    def action_step(self, count: int) -> None:
        """Move the cursor an item up or down; the first time to the one at that edge of the screen."""
        if not self._space.items:
            return
        index = self._space.index(self._place.cursor) if self._place.cursor else None
        top, height = self.scroll_offset.y, self._viewport
        if index is None or not self._seen(index):
            index = self._space.at(top + height - 1) if count < 0 else self._space.at(top)
        else:
            index = min(max(index + count, 0), len(self._space.items) - 1)
        self._place.cursor = self._space.items[index].id
        self._reveal(index)

    def _seen(self, index: int) -> bool:
        top = self.scroll_offset.y
        begin = self._space.top(index)
        return begin < top + self._viewport and begin + self._space.height(index) > top

    def _reveal(self, index: int) -> None:
        height = self._viewport
        item = self._space.items[index]
        row = self._space.top(index) - self.scroll_offset.y
        size = len(self._drawn(item))
        row = max(min(row, height - size), 0)
        self._settle(Anchor(item.id, row))
        self._remember()

    def action_enter(self) -> None:
        """What the item is there for: a diff for changed files, otherwise all of it."""
        item = self.cursor
        if item is None:
            self.post_message(Told("Step to an entry with [ and ] first."))
        elif isinstance(item.entry, Changes) and self.talk:
            self.post_message(DiffWanted(self.talk.thread, item.entry.count))
        elif isinstance(item.entry, Plan) and not item.entry.implemented_at:
            self.post_message(Do("thread.plan"))
        else:
            self.action_fold()

    def action_fold(self) -> None:
        if (item := self.cursor) is not None and foldable(item):
            self._turn(item)

    def _turn(self, item: Item) -> None:
        index = self._space.index(item.id)
        if index is None:
            return
        anchor = Anchor(item.id, max(self._space.top(index) - self.scroll_offset.y, 0))
        self._place.flipped ^= {item.id}
        self._space.turned(item.id)
        self._place.anchor = anchor
        self._rebuild()
        self._remember()

    def action_copy(self) -> None:
        """To the terminal's clipboard: what the mouse selected, or else the entry under the cursor."""
        text = self.screen.get_selected_text() or (plain(self.cursor) if self.cursor else "")
        if not text:
            self.post_message(Told("Nothing to copy: select with the mouse, or step to an entry with [ and ]."))
            return
        self.app.copy_to_clipboard(text)
        self.post_message(
            Told(f"Sent {len(text):,} characters to the terminal for its clipboard (OSC 52); it may ignore that.")
        )

    def on_click(self, event: events.Click) -> None:
        if self.screen.get_selected_text():
            return
        if event.y == self._viewport - 1 and not self.following and self._place.grew and event.x > self.size.width // 2:
            self.action_tail()
            return
        line = self.scroll_offset.y + event.y
        item = self._line(line)[1]
        if item is None:
            return
        self._place.cursor = item.id
        head = line - self._space.top(self._space.at(line)) == lead(item)
        if head and (foldable(item) or isinstance(item.entry, Changes)):
            self.action_enter()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
