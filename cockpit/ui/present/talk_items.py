"""From a conversation's entries to the items that a person sees: who speaks, gaps, folded runs of calls.

Pure and without any width. It must never lose an entry: each one is an item or a member of a folded run."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from datetime import date, datetime, tzinfo

from cockpit.model.asks import SettledAsk
from cockpit.model.immutable import immutable
from cockpit.model.talk import CallState, Changes, Entry, Exchange, Message, Notice, Plan, Role, Steps, ToolCall

FOLD_FROM = 7
"""A run of this many calls or more is folded, all but its last few."""
STAY = 3
FILES = 6
"""So many changed files are named while they are folded."""
PLAN_LINES = 12
"""So many lines of a plan are shown while it is folded."""
RUN = "run:"


@immutable
class Item:
    """What is drawn as one. `entries` has one entry, or the calls that a run's line stands for (`run`).

    `gap`: a blank line above; `heading`: says who speaks, or whose it is in a team's timeline; `day`: the day that
    begins here; `inside`: a call of an unfolded run; `last`: the newest of its kind, which stays unfolded; `by`: who
    settled the exchange;
    `on_card`: the card shows it in full."""

    id: str
    entries: tuple[Entry, ...]
    gap: bool = False
    heading: bool = False
    day: date | None = None
    run: bool = False
    inside: bool = False
    last: bool = False
    by: str = ""
    on_card: bool = False

    @property
    def entry(self) -> Entry:
        return self.entries[0]


@immutable
class Items:
    """All items of a conversation, oldest first, and what they were made from."""

    entries: Sequence[Entry] = ()
    items: tuple[Item, ...] = ()
    flipped: frozenset[str] = frozenset()
    settled: Mapping[str, SettledAsk] = field(default_factory=dict)
    zone: tzinfo | None = None
    on_card: str = ""


def items_of(
    entries: Sequence[Entry], flipped: AbstractSet[str] = frozenset(),
    settled: Mapping[str, SettledAsk] | None = None, zone: tzinfo | None = None, on_card: str = "",
    before: Items | None = None,
) -> Items:  # fmt: skip
    """`flipped` holds the ids of items that a person folded or unfolded; `settled` what the ledger knows of how asks
    ended; `zone` is the person's, for the days (None: the machine's); `on_card` the ask on the card. What stayed as it
    was in `before` is taken over: a conversation that grows at its end costs what grew."""
    whole = Items(entries, (), frozenset(flipped), settled or {}, zone, on_card)
    newest = _newest_steps(entries)
    start, kept = 0, 0
    if before and whole == replace(before, entries=entries, items=()) and newest == _newest_steps(before.entries):
        start, kept = _restart(entries, before)
    items = [*(before.items[:kept] if before else ()), *_made(entries, start, newest, whole)]
    return replace(whole, items=tuple(items))


def _restart(entries: Sequence[Entry], before: Items) -> tuple[int, int]:
    """The last entry from which on items must be made anew, and how many items stay: a person's message, since what
    stands above it changes nothing about how it is shown but its day."""
    same = 0
    for old, new in zip(before.entries, entries, strict=False):
        if old is not new and old != new:
            break
        same += 1
    for start in range(min(same, len(entries) - 1), 0, -1):
        entry = entries[start]
        if start < same and isinstance(entry, Message) and entry.role is Role.USER:
            kept = next(index for index in reversed(range(len(before.items))) if before.items[index].id == entry.id)
            return start, kept
    return 0, 0


def _newest_steps(entries: Sequence[Entry]) -> str | None:
    return next((entry.id for entry in reversed(entries) if isinstance(entry, Steps)), None)


def _made(entries: Sequence[Entry], start: int, newest: str | None, whole: Items) -> Iterable[Item]:
    days = _Days(whole.zone)
    if start:
        days.begins(entries[start - 1].at)
    speaker, calm_before, gap = "", True, start > 0
    for run in _runs(entries[start:]):
        day = days.begins(run[0].at)
        for item in _of_run(run, whole.flipped):
            entry, heading, by = item.entry, False, ""
            calm = isinstance(entry, ToolCall | Notice)
            match entry:
                case Message(role=role, author=author):
                    heading = role is Role.USER or f"{role}{author}" != speaker
                    speaker = f"{role}{author}"
                case Exchange():
                    entry, by = _settled(entry, whole.settled)
                    calm = bool(entry.outcome)
                    speaker = "" if entry.author else speaker
                case Notice(author=author):
                    speaker = "" if author else speaker
                case _ if entry.author:
                    heading = f"{Role.ASSISTANT}{entry.author}" != speaker
                    speaker = f"{Role.ASSISTANT}{entry.author}"
            gap = gap and not (calm and calm_before and not heading) and day is None
            parts = item.entries if item.run else (entry,)
            shown, last = entry.id == whole.on_card, entry.id == newest
            yield Item(item.id, parts, gap, heading, day, item.run, item.inside, last, by, shown)
            calm_before, day, gap = calm, None, True


def lead(item: Item) -> int:
    """How many lines stand above the item's own first one."""
    return 2 if item.day else int(item.gap)


def unfolded(item: Item, flipped: AbstractSet[str]) -> bool:
    """Whether the item shows all of itself: as it is by default, unless the person turned it."""
    return (item.id in flipped) != item.last


def foldable(item: Item) -> bool:
    """Whether there may be more to it than is shown while it is folded."""
    match item.entry:
        case Message():
            return False
        case ToolCall(output=output, detail=detail):
            return item.run or bool(output or detail)
        case Notice(text=text) | Exchange(text=text):
            return "\n" in text or len(text) > 30
        case Steps() | Plan():
            return True
        case Changes(files=files):
            return len(files) > FILES


def estimate(item: Item, width: int, opened: bool) -> int:
    """About how many lines the item takes; a guess that costs little, for items that nobody has seen yet."""
    lines = lead(item) + item.heading
    match item.entry:
        case Message(text=text):
            return lines + 1 + text.count("\n") + len(text) // max(width, 1)
        case ToolCall(output=output, state=state):
            failed = state is CallState.FAILED
            return lines + 1 + (output.count("\n") + 2 if opened and not item.run else failed)
        case Notice(text=text) | Exchange(text=text):
            return lines + 1 + (text.count("\n") + len(text) // max(width, 1) if opened else 0)
        case Steps(steps=steps):
            return lines + 1 + (len(steps) if opened else 0)
        case Plan() as plan:
            return lines + 1 if (plan.implemented_at or item.on_card) and not opened else lines + PLAN_LINES + 3
        case Changes(files=files):
            return lines + 1 + (len(files) if opened else min(len(files), FILES))


def came_below(old: Sequence[Entry], new: Sequence[Entry]) -> int | None:
    """How many entries came after the old ones; None when the end stayed as it was. Older pages, above, are no news."""
    if old and new and old[-1] == new[-1]:
        return None
    known = {entry.id for entry in old}
    return next((count for count, entry in enumerate(reversed(new)) if entry.id in known), len(new))


def plain(item: Item) -> str:
    """The item's text as it came, for the clipboard."""
    return "\n".join(_plain(entry) for entry in item.entries)


def _plain(entry: Entry) -> str:
    match entry:
        case Message(text=text) | Notice(text=text):
            return text
        case ToolCall(tool=tool, detail=detail, output=output):
            return "\n".join(part for part in (f"{tool}: {detail}" if detail else tool, output) if part)
        case Exchange(text=text, outcome=outcome):
            return f"{text}\n{outcome}" if outcome else text
        case Steps(steps=steps):
            return "\n".join(f"[{step.state}] {step.text}" for step in steps)
        case Plan(markdown=markdown):
            return markdown
        case Changes(files=files):
            return "\n".join(f"{file.path} +{file.additions} -{file.deletions}" for file in files)


class _Days:
    """Tells when a new day begins; the first day of a conversation is told only when it is followed by another."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._day: date | None = None

    def begins(self, at: datetime) -> date | None:
        day = at.astimezone(self._zone).date()
        before, self._day = self._day, day
        return day if before is not None and day != before else None


def _runs(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    """Consecutive calls of one together, everything else alone."""
    run: list[Entry] = []
    for entry in entries:
        if isinstance(entry, ToolCall) and (not run or run[-1].author == entry.author):
            run.append(entry)
            continue
        if isinstance(entry, ToolCall):
            yield run
            run = [entry]
            continue
        if run:
            yield run
            run = []
        yield [entry]
    if run:
        yield run


def _folded(run: Sequence[Entry], flipped: AbstractSet[str]) -> int:
    """How many of the run's first calls go into one line. A call that is running or that a person opened stays seen."""
    if len(run) < FOLD_FROM:
        return 0
    count = 0
    for call in run[:-STAY]:
        if not isinstance(call, ToolCall) or call.state is CallState.RUNNING or call.id in flipped:
            break
        count += 1
    return count if count > 1 else 0


def _of_run(run: Sequence[Entry], flipped: AbstractSet[str]) -> Iterable[Item]:
    folded = _folded(run, flipped)
    if folded:
        head = Item(f"{RUN}{run[0].id}", tuple(run[:folded]), run=True)
        yield head
        if head.id in flipped:
            yield from (Item(entry.id, (entry,), inside=True) for entry in run[:folded])
    yield from (Item(entry.id, (entry,)) for entry in run[folded:])


def _settled(entry: Exchange, settled: Mapping[str, SettledAsk]) -> tuple[Exchange, str]:
    """The exchange with its ending as the ledger knows it, where the source has not told it yet, and who decided."""
    known = settled.get(entry.id)
    if known is None:
        return entry, ""
    return entry if entry.outcome else replace(entry, outcome=known.ending), known.by
