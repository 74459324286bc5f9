"""The inbox as rows: every ask of every source, then those that are settled, with how they ended and by whom.

It never says that nothing waits while a source could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cockpit.model.asks import Ask, AskKind, SettledAsk
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.work import Status
from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.empty import unread
from cockpit.ui.present.glyphs import HEALTH, STATUS, Mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.rows import Row, TextRow

KINDS: dict[AskKind, Mark] = {
    AskKind.APPROVAL: STATUS[Status.APPROVAL],
    AskKind.QUESTION: STATUS[Status.QUESTION],
    AskKind.PLAN: STATUS[Status.PLAN],
    AskKind.ALERT: Mark("!", "alert", "red"),
}
_ENDINGS = {
    "accept": ("✓", "approved"),
    "accept-for-session": ("✓", "approved for the session"),
    "decline": ("✗", "declined"),
    "cancel": ("✗", "cancelled"),
    "answered": ("✓", "answered"),
    "implement": ("✓", "plan accepted"),
    "elsewhere": ("·", "settled elsewhere"),
    "stale": ("·", "was no longer open"),
}


@dataclass(slots=True)
class AskRow:
    """One ask that waits: whose it is, and what is asked."""

    ask: Ask
    fleet: Fleet
    badge: str = ""
    selectable: ClassVar[bool] = True
    height: ClassVar[int] = 2

    @property
    def id(self) -> str:
        return self.ask.id

    def lines(self, now: datetime) -> tuple[Line, ...]:
        glyph, word, role = KINDS[self.ask.kind]
        right = (Span(word, role), Span(f" {age(self.ask.created_at, now):>4}", "dim"))
        first = Line((Span(f"{glyph} ", role, True), Span(thread_title(self.ask, self.fleet), bold=True)), right)
        sending = self.ask.id in self.fleet.sending
        asked = "the answer is on its way…" if sending else self.ask.summary or self.ask.title
        # Where it is never costs a word of what is asked.
        where = (Span(f"  {self.badge}", "dim"),) if self.badge else ()
        return first, Line((Span(f"  {asked}", "dim"),), (), where)

    def changes_in(self, now: datetime) -> float | None:
        return changes_in(self.ask.created_at, now)


@dataclass(slots=True)
class SettledRow:
    """One ask that waits no longer."""

    settled: SettledAsk
    fleet: Fleet
    selectable: ClassVar[bool] = True
    height: ClassVar[int] = 1

    @property
    def id(self) -> tuple[str, str, str]:
        return settled_id(self.settled)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        glyph, word = ending(self.settled)
        ask = self.settled.ask
        left = (Span(f"{glyph} ", "dim"), Span(thread_title(ask, self.fleet), "dim"))
        asked = (Span(f"  {ask.summary or ask.title}", "dim"),)
        said = " by ".join(part for part in (word, self.settled.by) if part)
        return (Line(left, (Span(said, "dim"), Span(f" {age(self.settled.at, now):>4}", "dim")), asked),)

    def changes_in(self, now: datetime) -> float | None:
        return changes_in(self.settled.at, now)


def inbox_rows(fleet: Fleet, now: datetime) -> list[Row]:
    """The whole list, in the order of the fleet's asks; the settled ones newest first."""
    rows: list[Row] = []
    several = len(fleet.sources) > 1
    if fleet.asks:
        rows.append(_heading("WAITING", len(fleet.asks), first=True))
        rows += [AskRow(ask, fleet, _badge(ask, fleet, several)) for ask in fleet.asks]
    else:
        rows.append(TextRow(("empty", ""), tuple(_nothing(fleet, now))))
    for place, lines in enumerate(unread(fleet, now)):
        rows.append(TextRow(("unread", place), (BLANK, *lines)))
    if fleet.settled:
        rows.append(_heading("SETTLED", len(fleet.settled), first=False))
        newest = sorted(fleet.settled, key=lambda settled: settled.at, reverse=True)
        rows += [SettledRow(settled, fleet) for settled in newest]
    return rows


def settled_id(settled: SettledAsk) -> tuple[str, str, str]:
    """What tells a settled row from every other; an ask that came back may have been settled more than once."""
    return ("settled", settled.ask.id, settled.at.isoformat())


def ending(settled: SettledAsk) -> tuple[str, str]:
    """The mark and the words of how it ended; an ending that nobody has words for is shown as it is."""
    return _ENDINGS.get(settled.ending, ("·", settled.ending))


def thread_title(ask: Ask, fleet: Fleet) -> str:
    """The title of the thread that asks; of one that is gone, what it asked."""
    thread = fleet.thread(ask.thread)
    return thread.title if thread else ask.title or str(ask.thread)


def _nothing(fleet: Fleet, now: datetime) -> Iterator[Line]:
    states = [state for state in fleet.sources.values() if state.health is not Health.ABSENT]
    waiting = [state for state in states if state.read_at is None and state.health in (Health.UP, Health.LATE)]
    unreadable = [state for state in states if state.health in (Health.DOWN, Health.AUTH)]
    if not fleet.sources or waiting:
        names = ", ".join(state.name for state in waiting)
        yield line("Reading…")
        yield dim(f"{names or 'The sources'} did not answer yet")
    elif unreadable:
        yield line("Nothing waits in what could be read")
        yield dim("These could not be read, so something may wait there:")
    elif not states:
        yield line("No agents found")
        yield dim("None of the sources is there; F7 says what was looked for")
    else:
        yield line("Nothing waits for you")
        yield dim(f"Every source was read: {', '.join(state.name for state in states)}")
        for state in states:
            if state.health is Health.LATE:
                glyph, word, role = HEALTH[state.health]
                yield line(Span(f"{glyph} ", role), Span(f"{state.name} is {word}", "dim"))


def _heading(word: str, count: int, *, first: bool) -> TextRow:
    heading = line(Span(word, "dim", True), Span(f" {count}", "dim"))
    return TextRow(("heading", word), (heading,) if first else (BLANK, heading))


def _badge(ask: Ask, fleet: Fleet, several: bool) -> str:
    thread = fleet.thread(ask.thread)
    project = fleet.projects.get(thread.project) if thread and thread.project else None
    parts = [project.title if project else "", ask.thread.source if several else ""]
    return " · ".join(part for part in parts if part)


def settled_words(settled: SettledAsk, now: datetime) -> list[tuple[str, str]]:
    """All there is to know of an ask that waits no longer, as paragraphs of text and role."""
    ask = settled.ask
    glyph, word = ending(settled)
    by = f" by {settled.by}" if settled.by else ""
    paragraphs = [
        (f"{glyph} {ask.title or ask.summary}", "text"),
        (f"{word}{by} {age(settled.at, now)} ago", "dim"),
        ("", "text"),
        (ask.body or ask.summary, "code" if ask.kind is AskKind.APPROVAL else "text"),
        (f"in {ask.place}" if ask.place else "", "dim"),
    ]
    return [each for place, each in enumerate(paragraphs) if each[0] or place == 2]
