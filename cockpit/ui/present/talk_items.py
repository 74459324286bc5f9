"""From a conversation's entries to the items that a person sees: who speaks, gaps, folded runs of calls.

Pure and without any width. It must never lose an entry: each one is an item or a member of a folded run."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from cockpit.model.asks import SettledAsk
from cockpit.model.talk import CallState, Changes, Entry, Exchange, Message, Notice, Plan, Role, Steps, ToolCall

FOLD_FROM = 7
"""A run of this many calls or more is folded, all but its last few."""
STAY = 3
FILES = 6
"""So many changed files are named while they are folded."""
PLAN_LINES = 12
"""So many lines of a plan are shown while it is folded."""
RUN = "run:"


@dataclass(frozen=True, slots=True)
class Item:
    """What is drawn as one. `entries` has one entry, or the calls that a run's line stands for (`run`).

    `gap`: a blank line above; `heading`: says who speaks; `day`: the day that begins here; `inside`: a call of an
    unfolded run; `last`: the newest of its kind, which stays unfolded; `by`: who settled the exchange."""

    id: str
    entries: tuple[Entry, ...]
    gap: bool = False
    heading: bool = False
    day: date | None = None
    run: bool = False
    inside: bool = False
    last: bool = False
    by: str = ""

    @property
    def entry(self) -> Entry:
        return self.entries[0]


def items_of(
    entries: Sequence[Entry], flipped: AbstractSet[str], settled: Mapping[str, SettledAsk], zone: tzinfo | None = None
) -> list[Item]:
    """All items, oldest first. `flipped` holds the ids of items that a person folded or unfolded; `settled` what the
    ledger knows of how asks ended; `zone` is the person's, for the days (None: the machine's)."""
    newest = next((entry.id for entry in reversed(entries) if isinstance(entry, Steps)), None)
    items: list[Item] = []
    days = _Days(zone)
    speaker = ""
    calm_before = True
    for run in _runs(entries):
        day = days.begins(run[0].at)
        for item in _of_run(run, flipped):
            entry, heading, by = item.entry, False, ""
            calm = isinstance(entry, ToolCall | Notice)
            match entry:
                case Message(role=role, author=author):
                    heading = role is Role.USER or f"{role}{author}" != speaker
                    speaker = f"{role}{author}"
                case Exchange():
                    entry, by = _settled(entry, settled)
                    calm = bool(entry.outcome)
            gap = bool(items) and not (calm and calm_before) and day is None
            entries_ = item.entries if item.run else (entry,)
            items.append(
                Item(item.id, entries_, gap, heading, day, item.run, item.inside, last=entry.id == newest, by=by)
            )
            calm_before, day = calm, None
    return items


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
    lines = item.gap + 2 * (item.day is not None)
    match item.entry:
        case Message(text=text):
            return lines + item.heading + 1 + text.count("\n") + len(text) // max(width, 1)
        case ToolCall(output=output, state=state):
            failed = state is CallState.FAILED
            return lines + 1 + (output.count("\n") + 2 if opened and not item.run else failed)
        case Notice(text=text) | Exchange(text=text):
            return lines + 1 + (text.count("\n") + len(text) // max(width, 1) if opened else 0)
        case Steps(steps=steps):
            return lines + 1 + (len(steps) if opened else 0)
        case Plan():
            return lines + PLAN_LINES + 3
        case Changes(files=files):
            return lines + 1 + (len(files) if opened else min(len(files), FILES))


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
    """Consecutive calls together, everything else alone."""
    run: list[Entry] = []
    for entry in entries:
        if isinstance(entry, ToolCall):
            run.append(entry)
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
