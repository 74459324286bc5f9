"""The conversation of one thread: drawn line by line, measured only where it was seen, held still while it grows.

It must never move what the person reads, nor draw an item that is not on the screen."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from cockpit.model.asks import SettledAsk
from cockpit.model.ids import Ref
from cockpit.model.talk import Changes, Notice, Plan, Talk
from cockpit.ui.messages import DiffWanted, Do, OlderWanted, Told
from cockpit.ui.present.lines import Span
from cockpit.ui.present.pen import Pen, marked_strip
from cockpit.ui.present.talk_items import Item, Items, came_below, foldable, items_of, lead, plain
from cockpit.ui.present.talk_lines import Look
from cockpit.ui.present.talk_space import Anchor, Space
from cockpit.ui.present.talk_strips import Place, Places, TalkStrips
from cockpit.ui.widgets.ink import pen_of
from cockpit.ui.widgets.thin_bar import use_thin_bar

_GUTTER = 1
_OLDER = "older…"
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_ABOVE = Item(_OLDER, (Notice(_OLDER, "info", "earlier messages above", _DAWN),))
_READING = Item(_OLDER, (Notice(_OLDER, "info", "reading earlier messages…", _DAWN),))


class Conversation(ScrollView, can_focus=True, inherit_bindings=False):
    """`talk` is what was read; `show` says besides how its asks ended, who speaks, and which ask the card shows."""

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

    talk: reactive[Talk | None] = reactive(None, layout=False, repaint=False)

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, zone: tzinfo | None = None, id: str | None = None
    ) -> None:
        """`now` gives aware time for the words of dates; `zone` is the person's (None: the machine's)."""
        super().__init__(id=id)
        self._now = now or (lambda: datetime.now(UTC))
        self._zone = zone
        self._places = Places()
        self._place = Place()
        self._strips = TalkStrips()
        self._space = Space(self._strips.height, self._strips.guess, loose=_OLDER)
        self._settled: Mapping[str, SettledAsk] = {}
        self._agent = "Agent"
        self._on_card = ""
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

    def show(
        self, talk: Talk | None, *, settled: Mapping[str, SettledAsk], agent: str = "Agent", on_card: str = ""
    ) -> None:
        """`settled` is how asks ended by the ledger, `agent` the name that speaks, `on_card` the ask that is shown in
        full below."""
        same = (settled, on_card) == (self._settled, self._on_card)
        self._settled, self._on_card = settled, on_card
        if agent != self._agent:
            self._agent = agent
            self._repaint()
        if talk != self.talk:
            self.talk = talk
        elif not same:
            self._rebuild()

    def on_mount(self) -> None:
        use_thin_bar(self.vertical_scrollbar)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()

    def watch_talk(self, old: Talk | None, new: Talk | None) -> None:
        if new is not None and (old is None or old.thread != new.thread):
            self._arrive(new.thread)
        elif new is not None and old is not None and not self.following:
            news = came_below(old.entries, new.entries)
            self._place.fresh += news or 0
            self._place.grew = self._place.grew or news is not None
        self._rebuild()

    def on_show(self) -> None:
        self._settle()

    def on_resize(self, event: events.Resize) -> None:
        look = self._strips.look
        if look is None or look.width != self._room:
            self._repaint()
        else:
            self._settle()

    def _arrive(self, thread: Ref) -> None:
        """Back to where the person was in that conversation, or to its tail."""
        self._place = self._places.of(thread)
        self._strips.flipped = self._place.flipped
        self._strips.clear()
        self._asked = None
        self._space.replace([])

    def _repaint(self) -> None:
        """The width, the colours or a name changed: nothing that was drawn holds."""
        if self._room <= 0:
            # Hidden: else it would come back as wide as before, and with the old colours and name.
            self._strips.look = None
            return
        today = self._now().astimezone(self._zone).date()
        self._strips.look = Look(self._room, pen_of(self), today, self._zone, self._agent)
        self._strips.clear()
        self._space.forget()
        self._rebuild()

    def _rebuild(self) -> None:
        entries = self.talk.entries if self.talk else ()
        self._items = items_of(entries, self._place.flipped, self._settled, self._zone, self._on_card, self._items)
        items = self._items.items
        if self.talk and self.talk.older:
            items = (_READING if self._asked == self.talk.older else _ABOVE, *items)
        self._space.replace(items)
        self._settle()

    # Where it stands

    def _settle(self, anchor: Anchor | None = None) -> None:
        """Measure what is on the screen around the anchor and scroll so that the anchor does not move."""
        height = self._viewport
        if self._strips.look is None or height <= 0:
            return
        anchor = anchor or self._place.anchor
        if not self._space.items:
            self._place.anchor, self._place.fresh, self._place.grew = None, 0, False
        if anchor is not None and self._space.index(anchor.id) is None:
            anchor = self._space.anchor(self.scroll_offset.y, height)
        if anchor is None:
            top = self._space.settle_tail(height)
        else:
            top = self._space.settle(anchor, height)
            end = max(self._space.total - height, 0)
            if not 0 <= top <= end:
                kept = self._space.anchor(min(max(top, 0), end), height)
                top = self._space.settle(kept, height) if kept else 0
        self._put(top)
        if self._space.total <= height:
            self._want_older()

    def _put(self, top: int) -> None:
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
        if not self._settling and self._strips.look and round(old_value) != round(new_value):
            self._scrolled(round(new_value))

    def _scrolled(self, top: int) -> None:
        """The person moved: what comes into view gets its true height, what was in view stays where it is."""
        height = self._viewport
        anchor = self._space.anchor(top, height)
        if anchor is None:
            return
        if top >= self.max_scroll_y:
            self.action_tail()
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
        place.anchor = None if top >= self.max_scroll_y else self._space.anchor(top, self._viewport)
        if place.anchor is None:
            place.fresh, place.grew = 0, False

    def _want_older(self) -> None:
        talk = self.talk
        if talk and talk.older and self._asked != talk.older:
            self._asked = talk.older
            self._rebuild()
            self.post_message(OlderWanted(talk.thread))

    @property
    def _viewport(self) -> int:
        return self.scrollable_content_region.height

    @property
    def _room(self) -> int:
        """The width of the text."""
        return self.scrollable_content_region.width - _GUTTER

    # Drawing

    def render_line(self, y: int) -> Strip:
        line, width, look = self.scroll_offset.y + y, self.size.width, self._strips.look
        strip, item = self._line(line)
        if look and item is not None:
            marked = self.has_focus and item.id == self._place.cursor
            strip = Strip([Segment("▎" if marked else " ", look.pen.style("focus")), *strip])
        if look and y == self._viewport - 1 and not self.following and self._place.grew:
            strip = self._with_mark(strip, look.pen)
        if (selection := self.text_selection) and (span := selection.get_span(line)):
            strip = marked_strip(strip, *span, self.screen.get_component_rich_style("screen--selection"))
        return strip.crop_extend(0, width, None).apply_style(self.rich_style).apply_offsets(0, line)

    def _line(self, line: int) -> tuple[Strip, Item | None]:
        if not 0 <= line < self._space.total:
            return Strip([], 0), None
        index = self._space.at(line)
        item = self._space.items[index]
        strips, place = self._strips.of(item), line - self._space.top(index)
        return (strips[place] if place < len(strips) else Strip([], 0)), item if place >= lead(item) else None

    def _with_mark(self, strip: Strip, pen: Pen) -> Strip:
        words = f" ↓ {self.fresh} new " if self.fresh else " ↓ more "
        start = max(self.size.width - len(words) - 1, 0)
        mark = pen.segment(Span(words, "focus", True, True))
        return Strip([*strip.crop_extend(0, start, None), mark])

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
        row = max(min(row, height - len(self._strips.of(item))), 0)
        self._settle(Anchor(item.id, row + lead(item)))
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
        _, row = self._space.anchor_of(index, self.scroll_offset.y)
        anchor = Anchor(item.id, max(row, 0))
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
