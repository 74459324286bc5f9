"""What the members of a team wrote to each other as rows: words in full up to some lines, the protocol dim and short.

Wrapping is remembered, so that a thousand messages cost little when one comes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import ClassVar

from cockpit.model.immutable import immutable
from cockpit.model.teams import Team, TeamMessage
from cockpit.ui.present import pages
from cockpit.ui.present.cells import cells, wrap
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.pages import Draw
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.present.talk_lines import time_of

MOST, MOST_QUIET = 8, 3
"""Lines that the list shows of a message, and of what is protocol."""
_MORE = "… Enter reads all of it"
_BESIDE = 12
"""Cells of a mark, a time and the gaps beside them."""
_UNVERIFIED = " (unverified)"


@immutable
class Narrowed:
    """Whose words are shown: those between two, those of one, or of all. `plain` leaves out the protocol."""

    names: frozenset[str] = frozenset()
    plain: bool = False

    def keeps(self, message: TeamMessage) -> bool:
        return self.names <= between(message) and (spoken(message) or not self.plain)

    @property
    def words(self) -> str:
        """`alice ↔ bob`, `alice`, and what is left out; empty when nothing is."""
        parts = [" ↔ ".join(sorted(self.names)), "words only" if self.plain else ""]
        return " · ".join(part for part in parts if part)


def spoken(message: TeamMessage) -> bool:
    """Whether one agent wrote it to another, in words of its own."""
    return message.kind == "message"


def between(message: TeamMessage) -> frozenset[str]:
    return frozenset(name.removesuffix(_UNVERIFIED) for name in (message.sender, message.to))


def ways(team: Team) -> list[tuple[str, str]]:
    """The ways to narrow the messages, as (value, label): all, each pair that talked, most first, and each member."""
    pairs = Counter(between(message) for message in team.messages)
    alone = Counter(name for message in team.messages for name in between(message))
    names = dict.fromkeys([*(member.name for member in team.members), *sorted(alone)])
    return [
        ("", f"everyone  {len(team.messages):,}"),
        *((value(pair), f"{' ↔ '.join(sorted(pair))}  {count:,}") for pair, count in pairs.most_common()),
        *((value([name]), f"{name}  {alone[name]:,}") for name in names),
    ]


def value(names: Iterable[str]) -> str:
    """Names as one word; no name has a line feed in it."""
    return "\n".join(sorted(names))


@dataclass(slots=True)
class MessageRow:
    """`body` are the wrapped lines of what was said; `gap`: a blank line above."""

    id: tuple[object, ...]
    message: TeamMessage
    body: tuple[str, ...]
    gap: bool
    zone: tzinfo | None
    selectable: ClassVar[bool] = True

    @property
    def height(self) -> int:
        return 1 + len(self.body) + self.gap

    def lines(self, now: datetime) -> tuple[Line, ...]:
        message, words = self.message, spoken(self.message)
        when = Span(f" {time_of(message.at, now.astimezone(self.zone).date(), self.zone)}", "dim")
        left = [*_who(message, words)] if words else [Span("· ", "dim"), *_who(message, words)]
        if not self.body:
            left.append(Span(f"  {_first(message.text)}", "dim"))
        role = "text" if words else "dim"
        body = (line(Span(f"  {part}", "dim" if part is _MORE else role)) for part in self.body)
        return (*((BLANK,) if self.gap else ()), Line(tuple(left), (when,)), *body)

    def changes_in(self, now: datetime) -> float | None:
        return None


def _who(message: TeamMessage, loud: bool) -> Iterator[Span]:
    role = "text" if loud else "dim"
    yield Span(message.sender, role, loud)
    yield Span(" → ", "dim")
    yield Span(message.to, role, loud)


def message_rows(team: Team, narrowed: Narrowed, width: int, zone: tzinfo | None = None) -> list[Row]:
    """The messages for a list of `width` cells, oldest first. `zone` is the person's; None is the machine's."""
    rows: list[Row] = []
    before: TeamMessage | None = None
    seen: Counter[tuple[object, ...]] = Counter()
    for message in team.messages:
        id = (message.id or message.text[:80], message.at, message.sender, message.to)
        seen[id] += 1
        if not narrowed.keeps(message):
            continue
        gap = before is not None and (spoken(message) or spoken(before))
        rows.append(MessageRow((*id, seen[id]), message, _body(message, max(width - 2, 10)), gap, zone))
        before = message
    if not rows:
        words = "Nothing of that was said" if team.messages else "Nothing was said yet"
        return [TextRow("none", (dim(words),))]
    return rows


def _body(message: TeamMessage, width: int) -> tuple[str, ...]:
    if spoken(message):
        return _wrapped(message.text, width, MOST)
    said = _first(message.text)
    if cells(message.sender) + cells(message.to) + cells(said) + _BESIDE + 5 <= width:
        return ()
    return _wrapped(said, width, MOST_QUIET)


@lru_cache(4096)
def _wrapped(text: str, width: int, most: int) -> tuple[str, ...]:
    """The first lines; the last of them says when there are more."""
    text = text.strip()
    beginning = text[: width * (most + 1)]
    found = wrap(beginning.expandtabs(4), width)
    return tuple(found) if len(found) <= most and beginning == text else (*found[: most - 1], _MORE)


def _first(text: str) -> str:
    return text.strip().partition("\n")[0]


def message_page(message: TeamMessage, zone: tzinfo | None = None) -> Draw:
    """One message in full, for the reader."""
    when = f"{message.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    about = " · ".join(part for part in (when, "" if spoken(message) else message.kind, message.summary) if part)
    head = line(*_who(message, True))
    return pages.joined(pages.lines([head, dim(about), BLANK]), pages.markdown(message.text))
