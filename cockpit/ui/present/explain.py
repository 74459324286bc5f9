"""Why a thread has the status that it has: the evidence, newest first, and what wins.

It tells what was seen and by whom; it draws no conclusion that `merge` did not draw."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.work import Evidence, Status, Thread
from cockpit.ui.present.ages import age, until
from cockpit.ui.present.filter import snoozed
from cockpit.ui.present.glyphs import HEALTH, mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def explain(thread: Thread, fleet: Fleet, now: datetime) -> list[Line]:
    """The page that `e` shows."""
    sections = (
        _verdict(thread, now),
        _why(thread),
        _evidence(thread, now),
        _ledger(thread, now),
        _sources(thread, fleet, now),
        _names(thread),
        _cannot(thread),
        _rules(thread),
    )
    lines: list[Line] = []
    for section in sections:
        found = list(section)
        if found:
            lines += [BLANK, *found] if lines else found
    return lines


def _verdict(thread: Thread, now: datetime) -> Iterator[Line]:
    glyph, word, role = mark(thread)
    since = f" for {age(thread.since, now)}" if thread.since else ""
    raw = f" (the source says “{thread.raw_status}”)" if thread.raw_status and thread.raw_status != word else ""
    yield line(Span(f"{glyph} {word}", role, bold=True), f"{since}{raw}")
    if thread.detail:
        yield dim(f"  {thread.detail}")


def _why(thread: Thread) -> Iterator[Line]:
    """The rule that gave the status, in the order in which the rules are tried."""
    why = {
        Status.APPROVAL: "an approval request is open",
        Status.QUESTION: "a question is open",
        Status.PLAN: "a proposed plan waits to be implemented",
        Status.FAILED: "the source reports a failure",
        Status.FROZEN: "a person froze it, and nothing waits for one",
        Status.STARTING: "its session is starting",
        Status.WORKING: "a turn is running",
        Status.DONE: "its turn ended since you last looked",
        Status.IDLE: "no turn is running, and you have seen the last one",
        Status.ENDED: "its session has ended, and nobody ended it" if thread.lost else "its session has ended",
        Status.UNKNOWN: "the source used a word that this cockpit does not know; it is shown as it came",
    }[thread.status]
    yield line(Span("WHY", "dim", bold=True))
    yield line(f"  {why}")
    for ask in thread.asks:
        yield Line((Span(f"  {ask.kind} ", "text", bold=True), Span(ask.summary)), (Span(ask.id, "dim"),))


def _evidence(thread: Thread, now: datetime) -> Iterator[Line]:
    """By source, whose word counts most first; of one source the newest first."""
    names = dict.fromkeys((*thread.sources, *(fact.source for fact in thread.evidence)))
    told = [name for name in names if any(fact.source == name for fact in thread.evidence)]
    order = " whose word counts most first" if len(told) > 1 else " newest first"
    yield line(Span("EVIDENCE", "dim", bold=True), Span(order, "dim"))
    if not thread.evidence:
        yield dim("  none was given: the status rests on the source's own word")
    wide = max(map(len, told), default=0)
    for name in told:
        own = [fact for fact in thread.evidence if fact.source == name]
        for fact in sorted(own, key=lambda each: each.at or _EPOCH, reverse=True):
            yield _seen(fact, wide, now)


def _seen(fact: Evidence, wide: int, now: datetime) -> Line:
    when = f"{fact.at.astimezone(now.tzinfo):%H:%M:%S}  {age(fact.at, now):>4}" if fact.at else "no time given"
    return Line((Span(f"  {fact.source:<{wide}}  ", "blue"), Span(fact.fact)), (Span(when, "dim"),))


def _ledger(thread: Thread, now: datetime) -> Iterator[Line]:
    parts = []
    if frozen := thread.frozen:
        still = "was killed or continued from outside" if thread.paused is False else "is paused"
        hard = f", and what ran {still}" if frozen.hard else ""
        reason = f": {frozen.reason}" if frozen.reason else ""
        parts.append(f"frozen{' hard' if frozen.hard else ''} by {frozen.by} {age(frozen.at, now)} ago{hard}{reason}")
    if thread.settled:
        parts.append("settled: out of the list until something happens")
    if thread.snoozed_until and snoozed(thread, now):
        parts.append(f"snoozed for another {until(thread.snoozed_until, now)}")
    if parts:
        yield line(Span("BY A PERSON", "dim", bold=True))
        yield from (line(f"  {part}") for part in parts)


def _sources(thread: Thread, fleet: Fleet, now: datetime) -> Iterator[Line]:
    names = thread.sources or (thread.ref.source,)
    yield line(Span("SEEN BY", "dim", bold=True))
    for name in names:
        state = fleet.sources.get(name)
        if state is None:
            yield dim(f"  {name} has not reported its health")
            continue
        glyph, word, role = HEALTH[state.health]
        read = f"read {age(state.read_at, now)} ago" if state.read_at else "never read"
        extra = " · ".join(part for part in (state.link, state.version, state.reason) if part)
        yield Line((Span(f"  {glyph} ", role), Span(f"{name} {word}"), Span(f"  {extra}", "dim")), (Span(read, "dim"),))
        yield from (dim(f"    {note}") for note in state.notes)
    if thread.stale:
        yield line(Span("  ~ stale: ", bold=True), _stale(thread, fleet))
    if len(names) > 1 and thread.joins:
        yield dim(f"  one worker, because these have it in common: {', '.join(sorted(thread.joins))}")


def _stale(thread: Thread, fleet: Fleet) -> str:
    states = [fleet.sources.get(name) for name in thread.sources]
    if not any(state is not None and state.health is Health.UP for state in states):
        return "no source that sees it is up, so this is what was last known"
    return "the evidence is older than the source's own rhythm allows"


def _names(thread: Thread) -> Iterator[Line]:
    """Every name works on the command line; the first stands in the list."""
    if len(thread.refs) > 1:
        yield line(Span("NAMES", "dim", bold=True))
        yield from (line(f"  {ref}") for ref in (thread.ref, *(ref for ref in thread.refs if ref != thread.ref)))


def _cannot(thread: Thread) -> Iterator[Line]:
    """What others can and this thread cannot, in its source's words."""
    if thread.cannot:
        yield line(Span("CANNOT", "dim", bold=True))
        yield from (Line((Span(f"  {word}: ", bold=True), Span(why))) for word, why in thread.cannot)


def _rules(thread: Thread) -> Iterator[Line]:
    yield line(Span("WHAT WINS", "dim", bold=True))
    yield dim(
        "  the first that applies: approval, question, plan, failed, frozen, starting, working, done, idle, ended"
    )
    if len(thread.sources) > 1:
        yield dim("  between sources: an open ask, then the higher authority, then the newest change")
