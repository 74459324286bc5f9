"""The rows of every list: what a row is, a thread's row, and fixed text. Each is drawn only when it is seen.

A row knows words and roles, never a width or a colour."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from cockpit.model.fleet import GROUP_OF, Fleet, Group
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Status, Thread
from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.doing import doing
from cockpit.ui.present.glyphs import FROZEN, mark
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import money, percent
from cockpit.ui.present.walls import WALL, beside_wall, wall_changes_in

_CALM = frozenset(status for status, group in GROUP_OF.items() if group is Group.QUIET)
_LOUD = frozenset({Group.NEEDS_YOU, Group.BROKEN, Group.UNCLEAR})


class Row(Protocol):
    """`id` is stable while the list changes; `height` is the number of lines, and does not depend on the width."""

    @property
    def id(self) -> Hashable: ...
    @property
    def height(self) -> int: ...
    @property
    def selectable(self) -> bool: ...
    def lines(self, now: datetime) -> tuple[Line, ...]: ...
    def changes_in(self, now: datetime) -> float | None:
        """Seconds until the time alone changes what the row says; None if it never does."""


@immutable
class TextRow:
    """Fixed lines: a heading, a note, an empty list's words; with `selectable` also a plain item."""

    id: Hashable
    content: tuple[Line, ...]
    selectable: bool = False

    @property
    def height(self) -> int:
        return len(self.content)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        return self.content

    def changes_in(self, now: datetime) -> float | None:
        return None


@dataclass(slots=True)
class ThreadRow:
    """One thread. `badge` names where it is: its project, its source, or both."""

    thread: Thread
    fleet: Fleet
    height: int
    badge: str = ""
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> Ref:
        return self.thread.ref

    def lines(self, now: datetime) -> tuple[Line, ...]:
        thread = self.thread
        glyph, word, role = mark(thread)
        loud = GROUP_OF[thread.status] in _LOUD
        left = (Span(f"{glyph} ", role, loud), Span(thread.title, bold=loud))
        # A badge never costs a word of what matters: it is the first to go where there is no room.
        aside = f"  ({thread.team} team)" if thread.team else f"  {self.badge}" if self.badge else ""
        extra = (Span(aside, "dim"),) if aside else ()
        right = (*beside_status(thread), Span(word, role), Span(f" {age(thread.since, now):>4}", "dim"))
        first = Line(left, right, extra)
        if self.height == 1:
            return (first,)
        return (first, Line((Span(f"  {beside_wall(thread, fact(thread, self.fleet), now)}", "dim"),)))

    def changes_in(self, now: datetime) -> float | None:
        times = (changes_in(self.thread.since, now), wall_changes_in(self.thread, now))
        return min((time for time in times if time is not None), default=None)


def thread_row(thread: Thread, fleet: Fleet, badge: str = "") -> ThreadRow:
    """Two lines for a thread that matters now and has something to say, one for a quiet one that nobody misses."""
    if thread.wall:
        return ThreadRow(thread, fleet, 2, badge)
    if thread.status in _CALM and not thread.lost:
        return ThreadRow(thread, fleet, 1, badge)
    # What it does is a fact already; only without it the words have to be put together to see whether there are any.
    says = (thread.detail and not thread.asks) or fact(thread, fleet)
    return ThreadRow(thread, fleet, 2 if says else 1, badge)


def beside_status(thread: Thread) -> tuple[Span, ...]:
    """The marks of what its status does not say: that it is frozen, that it stands before a usage limit."""
    halted = Span(f"{FROZEN} ", "ice") if thread.frozen and thread.status is not Status.FROZEN else None
    limit = (Span(f"{WALL} limit", "red"), Span(" · ", "faint")) if thread.wall else ()
    return (*((halted,) if halted else ()), *limit)


def fact(thread: Thread, fleet: Fleet) -> str:
    """The one thing that matters about a thread now: what is asked, what runs, what failed."""
    if fleet.sending and (label := fleet.sending.get(str(thread.ref))):
        return f"{label} is on its way…"
    if thread.asks:
        if any(ask.id in fleet.sending for ask in thread.asks):
            return "the answer is on its way…"
        more = len(thread.asks) - 1
        return thread.asks[0].summary + (f" · {more} more" if more else "")
    parts = [doing(thread, fleet)]
    if thread.status is Status.WORKING:
        filled = percent(thread.context.percent) if thread.context else ""
        parts += [f"{filled} context" if filled else "", money(thread.usage.cost) if thread.usage else ""]
    if thread.frozen and thread.status is not Status.FROZEN:
        parts.append(f"frozen {'hard ' if thread.frozen.hard else ''}by {thread.frozen.by}")
    return " · ".join(part for part in parts if part)
