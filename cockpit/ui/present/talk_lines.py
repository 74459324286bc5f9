"""Draws one item of a conversation: who speaks and what they said. Calls, notices and cards have files of their own.

Pure. It must never parse what agents wrote as markup; Markdown goes through the pen alone."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from rich.segment import Segment
from textual.strip import Strip

from cockpit.model.immutable import immutable
from cockpit.model.talk import Changes, Entry, Exchange, Message, Notice, Plan, Role, Steps, ToolCall
from cockpit.ui.present.call_lines import call_lines, run_lines
from cockpit.ui.present.card_lines import changes_lines, plan_lines, steps_lines
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.note_lines import exchange_lines, notice_lines
from cockpit.ui.present.pen import Pen, blank
from cockpit.ui.present.talk_items import Item, lead

STREAMING = "▍"
STREAM_STEP = 2_000
"""Characters of a growing message after which more of it is kept as drawn."""


@immutable
class Look:
    """What all items of one conversation are drawn with. `today` and `zone` are the person's."""

    width: int
    pen: Pen
    today: date
    zone: tzinfo | None = None
    agent: str = "Agent"


def draw(item: Item, opened: bool, look: Look) -> list[Strip]:
    """All lines of the item, each at most `look.width` cells."""
    above = blank(lead(item))
    if item.day:
        above[-1] = look.pen.rule(day_words(item.day, look.today), look.width)
    if item.heading and not isinstance(item.entry, Message):
        above.append(_heading(item.entry, item.entry.author, "agent", look))
    return [*above, *_own(item, opened, look)]


def _heading(entry: Entry, name: str, role: str, look: Look) -> Strip:
    """Who, and when."""
    to = (Span(" → ", "dim"), Span(entry.to, role, True)) if isinstance(entry, Message) and entry.to else ()
    return look.pen.line(Line((Span(name, role, True), *to), (Span(clock(entry.at, look), "dim"),)), look.width)


def clock(at: datetime, look: Look) -> str:
    return time_of(at, look.today, look.zone)


def time_of(at: datetime, today: date, zone: tzinfo | None) -> str:
    """`14:02`, with the date before it when that is not today."""
    local = at.astimezone(zone)
    time = f"{local:%H:%M}"
    return time if local.date() == today else f"{_date(local.date(), today)} {time}"


def day_words(day: date, today: date) -> str:
    return "today" if day == today else f"{day:%A} {_date(day, today)}"


def _own(item: Item, opened: bool, look: Look) -> list[Strip]:
    match item.entry:
        case Message() as message:
            return _message(message, item.heading, look)
        case ToolCall() as call:
            if item.run:
                calls = [entry for entry in item.entries if isinstance(entry, ToolCall)]
                return run_lines(calls, opened, look.width, look.pen)
            return call_lines(call, opened, look.width, look.pen, indent=4 if item.inside else 2)
        case Notice() as notice:
            return notice_lines(notice, opened, look.width, look.pen)
        case Exchange() as exchange:
            return exchange_lines(exchange, item.by, opened, look.width, look.pen)
        case Steps() as steps:
            return steps_lines(steps, opened, look.width, look.pen)
        case Plan() as plan:
            when = clock(plan.implemented_at, look) if plan.implemented_at else ""
            return plan_lines(plan, when, opened, item.on_card, look.width, look.pen)
        case Changes() as changes:
            return changes_lines(changes, opened, look.width, look.pen)


def _message(message: Message, heading: bool, look: Look) -> list[Strip]:
    pen, width = look.pen, look.width
    strips: list[Strip] = []
    if heading:
        strips.append(_heading(message, *_speaker(message, look), look))
    body: list[Strip] = []
    if message.text.strip():
        body = (
            _prose(message, width, pen) if message.role is Role.ASSISTANT else pen.text(message.text.strip("\n"), width)
        )
    strips += _with_cursor(body, width, pen) if message.streaming else body
    strips += [
        pen.line(Line((Span("+ ", "faint"), Span(name, "dim"), Span("  attached", "dim"))), width)
        for name in message.attachments
    ]
    return strips or pen.text("(nothing was said)", width, "dim")


def _prose(message: Message, width: int, pen: Pen) -> list[Strip]:
    """The Markdown of a message. While it grows, what lies far enough behind is drawn once and kept, so that a long one
    does not cost more with every word; when it is complete, it is drawn as a whole."""
    settled = _settled(message.text) if message.streaming else 0
    if not settled:
        return pen.prose(message.text, width)
    rest = pen.prose(message.text[settled:], width)
    return [*_drawn_once(message.text[:settled], width, pen), *blank(bool(rest)), *rest]


def _settled(text: str) -> int:
    """Up to where a growing text will not change any more: a blank line outside of code, some way back. It moves on in
    steps, and stays where it is in between."""
    limit = (len(text) - STREAM_STEP // 2) // STREAM_STEP * STREAM_STEP
    while limit > 0:
        limit = text.rfind("\n\n", 0, limit)
        begins = text[limit + 2 : limit + 3]
        if limit > 0 and text.count("```", 0, limit) % 2 == 0 and begins.isalpha():
            return limit + 2
    return 0


@lru_cache(4)
def _drawn_once(text: str, width: int, pen: Pen) -> tuple[Strip, ...]:
    return tuple(pen.prose(text, width))


def _speaker(message: Message, look: Look) -> tuple[str, str]:
    match message.role:
        case Role.USER:
            return message.author or "You", "agent" if message.to else "you"
        case Role.ASSISTANT:
            return message.author or look.agent, "agent"
    return (message.author or "system").capitalize(), "dim"


def _with_cursor(body: list[Strip], width: int, pen: Pen) -> list[Strip]:
    """A still mark where the text goes on growing."""
    mark = Segment(STREAMING, pen.style("agent"))
    if body and (last := body[-1]).cell_length < width:
        return [*body[:-1], Strip([*last, mark])]
    return [*body, Strip([mark])]


def _date(day: date, today: date) -> str:
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
