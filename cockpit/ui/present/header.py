"""The top of every screen: what each source is worth now, who waits, what runs, what it cost, and what is on hold.

It leaves out words until the rest fits, never a source that is not well and never who waits."""

from collections.abc import Iterator
from datetime import datetime

from cockpit.model.fleet import Counts, Fleet
from cockpit.model.health import Health, SourceState
from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.glyphs import HEALTH
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import money, tokens
from cockpit.ui.present.walls import clock

NAME = "cockpit"
_WELL = (Health.UP, Health.ABSENT)
_LEVELS = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3))


def header(fleet: Fleet, word: str, now: datetime, width: int) -> list[Line]:
    """The lines of the header for a screen of that width; the first has sources and totals."""
    for sources, totals in _LEVELS:
        first = Line(tuple(_left(fleet, word, now, sources)), tuple(_right(fleet.counts, totals, now)))
        if _length(first) <= width:
            break
    return [first, *_banners(fleet, now)]


def header_changes_in(fleet: Fleet, now: datetime) -> float | None:
    """Seconds until an age in the header changes."""
    times = [state.read_at or state.since for state in fleet.sources.values() if state.health not in _WELL]
    times += [fleet.hold.at] if fleet.hold else []
    return min((seconds for at in times if (seconds := changes_in(at, now)) is not None), default=None)


def _left(fleet: Fleet, word: str, now: datetime, level: int) -> Iterator[Span]:
    """Level 0: all names; 1: names of those that are not well; 2: their marks and words; 3: marks."""
    yield Span(NAME if level < 3 or not word else "", bold=True)
    if word:
        yield Span(f"  {word}" if level < 3 else word, "blue", bold=True)
    yield Span("   " if level < 1 else " ")
    for state in fleet.sources.values():
        yield from _source(state, now, level)


def _source(state: SourceState, now: datetime, level: int) -> Iterator[Span]:
    glyph, word, role = HEALTH[state.health]
    yield Span(f" {glyph}", role)
    if state.health in _WELL:
        if level == 0:
            yield Span(f" {state.name}", "dim")
        return
    if level < 2:
        yield Span(f" {state.name}", role)
    if level < 3:
        yield Span(f" {word} {age(state.read_at or state.since, now)}".rstrip(), role)


def _right(counts: Counts, level: int, now: datetime) -> Iterator[Span]:
    """Level 0: everything; 1: without tokens; 2: without money and the end of a limit; 3: figures with their glyphs."""
    if level == 3:
        yield Span(f"{counts.needs_you}!", "amber" if counts.needs_you else "dim", bold=bool(counts.needs_you))
        yield Span(f" {counts.working}●", "dim")
        if counts.walls:
            yield Span(f" {counts.walls}⊘", "red")
        return
    yield Span(f"{counts.needs_you} need you", "amber" if counts.needs_you else "dim", bold=bool(counts.needs_you))
    parts = [f"{counts.working} working"]
    if level < 1 and counts.tokens is not None:
        parts.append(f"{tokens(counts.tokens)} tokens")
    if level < 2 and counts.cost is not None:
        parts.append(money(counts.cost))
    if counts.walls:
        yield Span(" · ", "faint")
        ends = counts.wall_ends
        until = f" until {clock(ends, now)}" if level < 2 and ends is not None and ends > now else ""
        yield Span(f"{counts.walls} at a limit{until}", "red")
    for part in parts:
        yield Span(" · ", "faint")
        yield Span(part, "dim")


def _banners(fleet: Fleet, now: datetime) -> Iterator[Line]:
    if hold := fleet.hold:
        words = [f"by {hold.by}", f"for {age(hold.at, now)}", hold.reason]
        yield Line(
            (
                Span(" HOLD ", "ice", bold=True, fill=True),
                Span(f" {' · '.join(part for part in words if part)}"),
                Span(" · nothing new starts; what runs goes on", "dim"),
            )
        )
    if fleet.ledger_trouble:
        yield Line((Span(" LEDGER ", "red", bold=True, fill=True), Span(f" {fleet.ledger_trouble}")))


def _length(line: Line) -> int:
    """Cells that the line takes with one gap; all of it is ASCII or one cell wide but for names of sources, which are
    ASCII by their rule."""
    return sum(len(span.text) for span in (*line.left, *line.right)) + 1
