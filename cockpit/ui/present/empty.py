"""What a list says when it has no threads: what was looked for, what was found, and the keys to go on.

A source that could not be read is never an empty list: it says so, and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.ui.present.ages import age
from cockpit.ui.present.cells import wrap
from cockpit.ui.present.filter import Filter
from cockpit.ui.present.glyphs import HEALTH
from cockpit.ui.present.lines import BLANK, Line, Span, line
from cockpit.ui.present.numbers import plural

WIDE = 200
UNREAD = (Health.DOWN, Health.AUTH)
_KEYS = (
    ("fleet.dispatch", "starts a thread"),
    ("go.settings", "adds a source"),
    ("go.status", "shows the sources"),
    ("go.help", "all keys"),
)


def unread(fleet: Fleet, now: datetime, width: int = WIDE) -> list[tuple[Line, ...]]:
    """Some lines for every source that cannot be read now: their threads may wait for a person, and nobody knows."""
    return [_unread(state, now, width) for state in fleet.sources.values() if state.health in UNREAD]


def _unread(state: SourceState, now: datetime, width: int) -> tuple[Line, ...]:
    glyph, word, role = HEALTH[state.health]
    first = Line(
        (Span(f"{glyph} ", role, bold=True), Span(f"cannot read {state.name}", bold=True)),
        (Span(word, role), Span(f" {age(state.since or state.checked_at, now):>4}", "dim")),
    )
    return (first, *_wrapped(" · ".join(part for part in (state.reason, state.fix) if part), width, 2))


def nothing_kept(
    fleet: Fleet, chosen: Filter, scoped: bool, now: datetime, keys: Mapping[str, str], width: int = WIDE
) -> list[Line]:
    """Why the list is empty. `scoped`: only one project or team is shown."""
    if fleet.threads and chosen:
        there = plural(len(fleet.threads), "thread is", "threads are")
        return _said(f"No thread matches {chosen.text}", f"{there} there · Esc clears the filter", width)
    if fleet.threads and scoped:
        return _said("No threads here", "Left goes to the projects; All shows every thread", width)
    if fleet.threads:
        return _said("Nothing needs you", "All threads are snoozed or settled", width)
    if not fleet.sources:
        return _said("Looking for your agents…", "Sources appear here as they answer", width)
    return [*_nothing_there(fleet, now, width), BLANK, *_ways_on(fleet, keys, width)]


def _said(words: str, below: str, width: int) -> list[Line]:
    return [*_wrapped(words, width, role="text"), *_wrapped(below, width)]


def _wrapped(text: str, width: int, indent: int = 0, role: str = "dim") -> list[Line]:
    lines = wrap(text, max(width - indent, 10))
    return [line(Span(" " * indent + each, role)) for each in lines]


def _nothing_there(fleet: Fleet, now: datetime, width: int) -> Iterator[Line]:
    states = fleet.sources.values()
    if any(state.health in UNREAD for state in states):
        yield from _wrapped("No threads to show: not every source could be read", width, role="text")
    elif any(state.health in (Health.UP, Health.LATE) for state in states):
        yield line("No threads yet")
    else:
        yield line("No agents found")
    for state in states:
        if state.health not in UNREAD:
            yield BLANK
            yield from _looked(state, now, width)


def _looked(state: SourceState, now: datetime, width: int) -> Iterator[Line]:
    glyph, word, role = HEALTH[state.health]
    if state.health is Health.ABSENT:
        yield line(Span(f"{glyph} ", role), f"{state.name} is not there")
        said = [state.reason]
    else:
        yield line(Span(f"{glyph} ", role), f"{state.name} {word}")
        said = [f"read {age(state.read_at, now)} ago: no threads" if state.read_at else "not read yet"]
    for words in (*said, *(f"looked at {place}" for place in state.tried), state.fix):
        if words:
            yield from _wrapped(words, width, 2)


def _ways_on(fleet: Fleet, keys: Mapping[str, str], width: int) -> Iterator[Line]:
    able = any(state.can_dispatch and state.health in (Health.UP, Health.LATE) for state in fleet.sources.values())
    for action, words in _KEYS:
        key = keys.get(action)
        if key and (able or action != "fleet.dispatch"):
            yield line(Span(f"{key:>4}", bold=True), Span(f"  {words}", "dim"))
    yield from _wrapped("cockpit doctor says what was tried; cockpit demo shows a fleet", width, 6)
