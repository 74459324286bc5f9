"""What a list says when it has no threads: what was looked for, what was found, and the keys to go on.

A source that could not be read is never an empty list: it says so, and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.ui.present.ages import age
from cockpit.ui.present.filter import Filter
from cockpit.ui.present.glyphs import HEALTH
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.numbers import plural

UNREAD = (Health.DOWN, Health.AUTH)
_KEYS = (
    ("fleet.dispatch", "starts a thread"),
    ("go.settings", "adds a source"),
    ("go.status", "shows the sources"),
    ("go.help", "all keys"),
)


def unread(fleet: Fleet, now: datetime) -> list[tuple[Line, Line]]:
    """Two lines for every source that cannot be read now: their threads may wait for a person, and nobody knows."""
    return [_unread(state, now) for state in fleet.sources.values() if state.health in UNREAD]


def _unread(state: SourceState, now: datetime) -> tuple[Line, Line]:
    glyph, word, role = HEALTH[state.health]
    first = Line(
        (Span(f"{glyph} ", role, bold=True), Span(f"cannot read {state.name}", bold=True)),
        (Span(word, role), Span(f" {age(state.since or state.checked_at, now):>4}", "dim")),
    )
    return first, dim("  " + " · ".join(part for part in (state.reason, state.fix) if part))


def nothing_kept(fleet: Fleet, chosen: Filter, scoped: bool, now: datetime, keys: Mapping[str, str]) -> list[Line]:
    """Why the list is empty. `scoped`: only one project or team is shown."""
    if fleet.threads and chosen:
        there = plural(len(fleet.threads), "thread is", "threads are")
        return [line(f"No thread matches {chosen.text}"), dim(f"{there} there · Esc clears the filter")]
    if fleet.threads and scoped:
        return [line("No threads here"), dim("Left goes to the projects; All shows every thread")]
    if fleet.threads:
        return [line("Nothing needs you"), dim("All threads are snoozed or settled")]
    if not fleet.sources:
        return [line("Looking for your agents…"), dim("Sources appear here as they answer")]
    return [*_nothing_there(fleet, now), BLANK, *_ways_on(keys)]


def _nothing_there(fleet: Fleet, now: datetime) -> Iterator[Line]:
    states = fleet.sources.values()
    if any(state.health in UNREAD for state in states):
        yield line("No threads to show: not every source could be read")
    elif any(state.health in (Health.UP, Health.LATE) for state in states):
        yield line("No threads yet")
    else:
        yield line("No agents found")
    for state in states:
        if state.health not in UNREAD:
            yield BLANK
            yield from _looked(state, now)


def _looked(state: SourceState, now: datetime) -> Iterator[Line]:
    glyph, word, role = HEALTH[state.health]
    if state.health is Health.ABSENT:
        yield line(Span(f"{glyph} ", role), f"{state.name} is not there", Span(f"  {state.reason}".rstrip(), "dim"))
    else:
        read = f"read {age(state.read_at, now)} ago: no threads" if state.read_at else "not read yet"
        yield line(Span(f"{glyph} ", role), f"{state.name} {word}", Span(f"  {read}", "dim"))
    for place in state.tried:
        yield dim(f"    looked at {place}")
    if state.fix:
        yield dim(f"    {state.fix}")


def _ways_on(keys: Mapping[str, str]) -> Iterator[Line]:
    for action, words in _KEYS:
        if key := keys.get(action):
            yield line(Span(f"{key:>4}", bold=True), Span(f"  {words}", "dim"))
    yield line(Span("      cockpit doctor says what was tried; cockpit demo shows a fleet", "dim"))
