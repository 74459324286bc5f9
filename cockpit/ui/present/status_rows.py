"""The status screen as rows: totals, the sources and their health, and one line for each thread with its figures.

A figure that nobody reported is `n/a`, never zero."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.usage import Usage
from cockpit.model.work import Context, Status, Thread
from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.cells import fit, wrap
from cockpit.ui.present.glyphs import HEALTH, STATUS, mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim
from cockpit.ui.present.numbers import money, plural, tokens
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.present.walls import WALL, wall_changes_in, wall_words

BAR = 8
NOBODY, NONE = "n/a", "–"
OWN = "*"
_FULL = 90
_WORD, _MODEL, _TOKENS, _COST, _AGE, _REQUESTS, _PART, _BURN = 10, 20, 9, 11, 5, 6, 8, 10
_CONTEXT = BAR + 6
_LEAST = (("context", 66), ("tokens", 72), ("parts", 98), ("burn", 110), ("model", 132))
"""The columns beside the title, the status, the cost and the age, and the width from which on there is room for each.
`parts` are requests and tokens by kind, in place of their sum."""


def totals(fleet: Fleet, width: int) -> list[Line]:
    """Threads by status, then tokens and cost, packed into lines of at most `width` cells."""
    if not fleet.threads:
        counted: list[Span] = []
    else:
        by_status: dict[Status, int] = {}
        for thread in fleet.threads.values():
            by_status[thread.status] = by_status.get(thread.status, 0) + 1
        counted = [_count(status, by_status[status]) for status in Status if status in by_status]
    head = Span(plural(len(fleet.threads), "thread"), bold=True)
    return [*_packed([head, *counted], width), *_packed(list(_figures(fleet)), width)]


def _count(status: Status, count: int) -> Span:
    glyph, word, role = STATUS[status]
    return Span(f"{glyph} {count} {word}", role, status.needs_you)


def _figures(fleet: Fleet) -> Iterator[Span]:
    """What was used, as far as it was reported. The sums of tokens and cost are told even where there are none."""
    threads = fleet.threads.values()
    used = [thread.usage for thread in threads if thread.usage]
    yield Span(f"{tokens(fleet.counts.tokens) or NOBODY} tokens", "text" if fleet.counts.tokens is not None else "dim")
    for name, word in (("tokens_in", "in"), ("tokens_out", "out")):
        if (count := _sum(getattr(each, name) for each in used)) is not None:
            yield Span(f"{tokens(count)} {word}", "dim")
    if (cached := _sum(map(_cached, used))) is not None:
        yield Span(f"{tokens(cached)} cached", "dim")
    if (requests := _sum(each.requests for each in used)) is not None:
        yield Span(plural(requests, "request"), "dim")
    cost = fleet.counts.cost
    yield Span(f"{money(cost) or NOBODY} cost", "text" if cost is not None else "dim")
    if burn := sum(each.burn or 0.0 for each in used):
        yield Span(f"{money(burn)}/h now", "text")
    told = sum(each.cost is not None for each in used)
    if cost is None:
        yield Span("no source reported what its threads cost", "dim")
    elif told < len(threads):
        yield Span(f"as {told} of {plural(len(threads), 'thread')} report it", "dim")
    if fleet.counts.walls:
        yield Span(f"{WALL} {fleet.counts.walls} at a usage limit", "red")


def _sum(figures: Iterable[int | None]) -> int | None:
    """Of those that were reported; None when nobody did."""
    told = [each for each in figures if each is not None]
    return sum(told) if told else None


def _cached(usage: Usage) -> int | None:
    return _sum((usage.cache_read, usage.cache_write))


def _packed(spans: list[Span], width: int) -> list[Line]:
    lines: list[list[Span]] = [[]]
    used = 0
    for span in spans:
        gap = 3 if lines[-1] else 0
        if used + gap + len(span.text) > width and lines[-1]:
            lines.append([])
            used, gap = 0, 0
        if gap:
            lines[-1].append(Span(" " * gap))
        lines[-1].append(span)
        used += gap + len(span.text)
    return [Line(tuple(each)) for each in lines]


@dataclass(slots=True)
class SourceRow:
    """One source: its health and for how long, its version and link, the last reading, why and what to do."""

    state: SourceState
    threads: int
    below: tuple[Line, ...]
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> tuple[str, str]:
        return ("source", self.state.name)

    @property
    def height(self) -> int:
        return 2 + len(self.below)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        state = self.state
        glyph, word, role = HEALTH[state.health]
        bad = state.health in (Health.DOWN, Health.AUTH)
        what = " ".join(part for part in (state.kind, state.version) if part)
        first = Line(
            (Span(f"{glyph} ", role, bad), Span(state.name, bold=True), Span(f"  {what}", "dim")),
            (Span(word, role), Span(f" {age(state.since, now):>4}", "dim")),
        )
        read = f"read {age(state.read_at, now)} ago" if state.read_at else "never read"
        parts = (read, f"by {state.link}" if state.link else "", plural(self.threads, "thread"))
        return (first, dim("  " + " · ".join(part for part in parts if part)), *self.below)

    def changes_in(self, now: datetime) -> float | None:
        times = (changes_in(self.state.since, now), changes_in(self.state.read_at, now))
        return min((time for time in times if time is not None), default=None)


def _said(state: SourceState, width: int) -> Iterator[Line]:
    """What happened and what to do, in full: these lines are wrapped, never cut."""
    said = [(state.reason, "text"), (state.fix, "text"), *((note, "dim") for note in state.notes)]
    if state.health is not Health.UP:
        said += [(f"looked at {place}", "dim") for place in state.tried]
    lacking = [offer.title + (f" ({offer.note})" if offer.note else "") for offer in state.offers if not offer.ready]
    if lacking:
        said.append((f"not ready: {', '.join(lacking)}", "dim"))
    for text, role in said:
        if not text:
            continue
        yield from (Line((Span(f"  {part}", role),)) for part in wrap(text, max(width - 2, 20)))


def source_rows(fleet: Fleet, width: int) -> list[Row]:
    """One row for each source, the sick ones first, then the ledger. `width` is that of the list in cells."""
    order = [Health.DOWN, Health.AUTH, Health.LATE, Health.UP, Health.ABSENT]
    counts: dict[str, int] = {}
    for thread in fleet.threads.values():
        for name in thread.sources or (thread.ref.source,):
            counts[name] = counts.get(name, 0) + 1
    states = sorted(fleet.sources.values(), key=lambda state: order.index(state.health))
    rows: list[Row] = [SourceRow(state, counts.get(state.name, 0), tuple(_said(state, width))) for state in states]
    if not rows:
        rows.append(TextRow("none", (dim("No source has reported yet"),)))
    rows.append(TextRow("ledger", _ledger(fleet, width), True))
    return rows


def _ledger(fleet: Fleet, width: int) -> tuple[Line, ...]:
    trouble = fleet.ledger_trouble
    glyph, word, role = ("✗", "trouble", "red") if trouble else ("●", "fine", "teal")
    left = (Span(f"{glyph} ", role, bool(trouble)), Span("ledger", bold=True), Span("  freezes, holds, history", "dim"))
    below = (Line((Span(f"  {part}"),)) for part in wrap(trouble, max(width - 2, 20)) if part)
    return (Line(left, (Span(word, role), Span("     "))), *below)


@dataclass(slots=True)
class UsageRow:
    """One thread and its figures, and the usage limit that it stands before. `columns` is what there is room for."""

    thread: Thread
    columns: frozenset[str]
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> Ref:
        return self.thread.ref

    @property
    def height(self) -> int:
        return 1 + (self.thread.wall is not None)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        thread = self.thread
        glyph, word, role = mark(thread)
        right: list[Span] = [Span(f" {word:<{_WORD}}", role)]
        if "model" in self.columns:
            right.append(Span(_model(thread), "dim"))
        if "context" in self.columns:
            right += _bar(thread.context)
        right += self._used()
        right.append(Span(f"{age(thread.since, now):>{_AGE}}", "dim"))
        first = Line((Span(f"{glyph} ", role), Span(thread.title)), tuple(right))
        if thread.wall is None:
            return (first,)
        return first, Line((Span(f"  {WALL} ", "red"), Span(wall_words(thread.wall, now))))

    def _used(self) -> Iterator[Span]:
        usage = self.thread.usage or Usage()
        if "parts" in self.columns:
            yield _figure(str(usage.requests) if usage.requests is not None else "", _REQUESTS, NONE)
            for count in (usage.tokens_in, usage.tokens_out, _cached(usage)):
                yield _figure(tokens(count), _PART, NONE)
        elif "tokens" in self.columns:
            yield _figure(tokens(usage.total_tokens), _TOKENS)
        # The mark stands beside the column, so that the figures stay one below the other.
        yield _figure(money(usage.cost), _COST - 1)
        yield Span(OWN if usage.own_cost and usage.cost is not None else " ", "dim")
        if "burn" in self.columns:
            yield _figure(f"{money(usage.burn)}/h" if usage.burn else "", _BURN, NONE)

    def changes_in(self, now: datetime) -> float | None:
        times = (changes_in(self.thread.since, now), wall_changes_in(self.thread, now))
        return min((each for each in times if each is not None), default=None)


def usage_rows(fleet: Fleet, width: int) -> list[Row]:
    """One line for each thread in the order of attention, under the names of the columns that fit `width` cells."""
    if not fleet.threads:
        return [TextRow("none", (dim("No threads"),))]
    columns = frozenset(name for name, least in _LEAST if width >= least)
    heads = [f" {'status':<{_WORD}}"]
    heads += [f"{'model':<{_MODEL}}"] if "model" in columns else []
    heads += [f"{'context':<{_CONTEXT}}"] if "context" in columns else []
    if "parts" in columns:
        heads.append(f"{'req':>{_REQUESTS}}" + "".join(f"{word:>{_PART}}" for word in ("in", "out", "cached")))
    elif "tokens" in columns:
        heads.append(f"{'tokens':>{_TOKENS}}")
    heads.append(f"{'cost':>{_COST - 1}} ")
    heads += [f"{'burn':>{_BURN}}"] if "burn" in columns else []
    heads.append(f"{'for':>{_AGE}}")
    heading = Line((Span("  thread", "dim"),), (Span("".join(heads), "dim"),))
    rows: list[Row] = [TextRow("columns", (heading,))]
    rows += [UsageRow(fleet.threads[ref], columns) for ref in fleet.order]
    if any(thread.usage and thread.usage.own_cost for thread in fleet.threads.values()):
        rows.append(TextRow("own", (BLANK, dim(f"{OWN} as the program itself reckons; the rest by the price list"))))
    return rows


def _model(thread: Thread) -> str:
    name = thread.model.model if thread.model else ""
    return fit(name, _MODEL - 1) + " "


def _bar(context: Context | None) -> tuple[Span, ...]:
    percent = context.percent if context else None
    if percent is None:
        said = tokens(context.used) if context else NOBODY
        return (Span(f"{said:<{_CONTEXT}}", "dim"),)
    filled = min(BAR, max(1, round(percent * BAR / 100))) if percent else 0
    role = "red" if percent >= _FULL else "blue"
    return (
        Span("━" * filled, role),
        Span("─" * (BAR - filled), "faint"),
        Span(f"{percent:>3} %{' ' * (_CONTEXT - BAR - 5)}", "dim"),
    )


def _figure(text: str, width: int, missing: str = NOBODY) -> Span:
    return Span(f"{text or missing:>{width}}", "text" if text else "dim")
