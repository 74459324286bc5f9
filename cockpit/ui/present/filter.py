"""What a person types to see only some threads: `needs:me status:working project:web is:stale some words`.

Pure: it decides about one thread at a time, and says which of its words it did not understand."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import NamedTuple

from cockpit.model.fleet import Fleet
from cockpit.model.immutable import immutable
from cockpit.model.work import Status, Thread

KEYS = ("needs", "status", "project", "source", "team", "branch", "model", "is")
STATES = ("stale", "frozen", "snoozed", "settled", "pinned", "all")
_WORD = re.compile(r'(?P<no>-)?(?:(?P<key>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))')

Test = Callable[[Thread, Fleet, datetime], bool]


class _Word(NamedTuple):
    key: str
    value: str
    negated: bool


@immutable
class Filter:
    """`problems` are sentences for the person; a word that is not understood hides nothing.

    `shelved` says that snoozed and settled threads are wanted as well."""

    text: str = ""
    tests: tuple[Test, ...] = ()
    problems: tuple[str, ...] = ()
    shelved: bool = False
    keys: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.tests) or self.shelved

    def keeps(self, thread: Thread, fleet: Fleet, now: datetime) -> bool:
        return all(test(thread, fleet, now) for test in self.tests)


def parse(text: str) -> Filter:
    """Never raises: a filter is parsed with every key that is pressed, so halves of words are normal."""
    tests: list[Test] = []
    problems: list[str] = []
    keys: set[str] = set()
    shelved = False
    for word in _words(text):
        made = _test(word)
        if isinstance(made, str):
            problems.append(made)
            continue
        keys.add(word.key)
        shelved = shelved or (word.key == "is" and word.value in ("snoozed", "settled", "all"))
        if made is not None:
            tests.append(_not(made) if word.negated else made)
    return Filter(text.strip(), tuple(tests), tuple(problems), shelved, frozenset(keys))


def snoozed(thread: Thread, now: datetime) -> bool:
    return thread.snoozed_until is not None and thread.snoozed_until > now


def on_shelf(thread: Thread, now: datetime) -> bool:
    """Whether the thread is out of sight: settled, or snoozed for now, and neither busy nor waiting for a person."""
    if not (thread.settled or thread.snoozed_until or thread.archived) or thread.pinned:
        return False
    if thread.status.needs_you or thread.status.busy:
        return False
    return thread.settled or thread.archived or snoozed(thread, now)


def _words(text: str) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        key, quoted, plain = found["key"], found["quoted"], found["plain"]
        value = plain if quoted is None else quoted
        if value:
            yield _Word((key or "").lower(), value.casefold(), bool(found["no"]))


def _test(word: _Word) -> Test | str | None:
    """What the word asks of a thread; None if it asks nothing; a sentence if it is not understood."""
    value = word.value
    match word.key:
        case "":
            return lambda thread, fleet, now: value in _text(thread, fleet)
        case "needs":
            wanted = value in ("me", "you")
            return _needs if wanted else f"needs:{value} is not known; it is needs:me"
        case "status":
            return _status(value)
        case "is":
            return _is(value)
        case key if key in _FIELDS:
            read = _FIELDS[key]
            return lambda thread, fleet, now: value in read(thread, fleet).casefold()
    return f"{word.key}: is not a filter; there are {', '.join(f'{key}:' for key in KEYS)} (quote it to search for it)"


def _needs(thread: Thread, fleet: Fleet, now: datetime) -> bool:
    return thread.status.needs_you


def _status(value: str) -> Test | str:
    wanted = frozenset(
        status for part in value.split(",") if part for status in Status if status.value.startswith(part)
    )
    if not wanted:
        return f"status:{value} is not known; there are {', '.join(Status)}"
    return lambda thread, fleet, now: thread.status in wanted


def _is(value: str) -> Test | str | None:
    match value:
        case "all":
            return None
        case "stale":
            return lambda thread, fleet, now: thread.stale
        case "frozen":
            return lambda thread, fleet, now: thread.frozen is not None
        case "snoozed":
            return lambda thread, fleet, now: snoozed(thread, now)
        case "settled":
            return lambda thread, fleet, now: thread.settled
        case "pinned":
            return lambda thread, fleet, now: thread.pinned
    return f"is:{value} is not known; there are {', '.join(f'is:{state}' for state in STATES)}"


def _not(test: Test) -> Test:
    return lambda thread, fleet, now: not test(thread, fleet, now)


def _project(thread: Thread, fleet: Fleet) -> str:
    home = fleet.home(thread)
    project = fleet.projects.get(home) if home else None
    return f"{project.title} {project.path}" if project else ""


_FIELDS: Mapping[str, Callable[[Thread, Fleet], str]] = {
    "project": _project,
    "source": lambda thread, fleet: " ".join(thread.sources) or thread.ref.source,
    "team": lambda thread, fleet: thread.team or "",
    "branch": lambda thread, fleet: thread.branch or "",
    "model": lambda thread, fleet: f"{thread.model.instance} {thread.model.model}" if thread.model else "",
}


def _text(thread: Thread, fleet: Fleet) -> str:
    """What plain words are looked for in: all that a row or its first ask says."""
    asked = thread.asks[0].summary if thread.asks else ""
    parts = (thread.title, thread.detail, asked, thread.branch or "", thread.team or "", _project(thread, fleet))
    return "\n".join(parts).casefold()
