"""What a search found, and threads that were put away, as rows. They say what is still searched and what cannot be.

Nothing found is told only of sources that answered."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.work import Thread
from cockpit.ui.present.ages import age
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.rows import Row, TextRow

TITLES = 200
LEAST = 2


@immutable
class Answers:
    """What sources answered to one question so far, by their names."""

    found: Mapping[str, Sequence[tuple[Ref, str]]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()


def search_rows(fleet: Fleet, query: str, answers: Answers, cannot: Sequence[str], now: datetime) -> list[Row]:
    """Threads whose title has all words, then those in whose conversation a source found the text. `cannot` names the
    sources that have no search of their own."""
    text = query.strip()
    if len(text) < LEAST:
        hint = line("Type what was said, or a part of a title")
        return [TextRow("hint", (hint, *([dim(f"{_named(cannot)} by title only")] if cannot else [])))]
    titled = _titled(fleet, text)
    said = [(ref, words) for hits in answers.found.values() for ref, words in hits]
    rows: list[Row] = []
    if titled:
        rows.append(_heading("TITLE", len(titled), rows))
        rows += [_thread(thread, "", now) for thread in titled]
    if said:
        rows.append(_heading("SAID", len(said), rows))
        seen: set[Ref] = {thread.ref for thread in titled}
        for place, (ref, words) in enumerate(said):
            rows.append(_said(fleet, ref, words, text, now, again=place if ref in seen else None))
            seen.add(ref)
    notes = _notes(answers, cannot)
    if not rows and not answers.waiting:
        notes.insert(0, line(f"Nothing found for “{one_line(text, 40)}”"))
    if notes:
        rows.append(TextRow("notes", (BLANK, *notes) if rows else tuple(notes)))
    return rows


def archived_rows(fleet: Fleet, answers: Mapping[str, Sequence[Thread]], failed: Mapping[str, str],
                  waiting: frozenset[str], cannot: Sequence[str], now: datetime) -> list[Row]:  # fmt: skip
    """Threads that were put away, newest first, by source."""
    rows: list[Row] = []
    for source, threads in answers.items():
        if not threads:
            continue
        rows.append(_heading(source.upper(), len(threads), rows))
        rows += [
            _thread(thread, _project(fleet, thread), now) for thread in sorted(threads, key=_age_key, reverse=True)
        ]
    notes = _notes(Answers({}, failed, waiting), cannot, doing="reading", lacks="has no archive")
    if not rows and not waiting and not failed:
        notes.insert(0, line("Nothing was put away"))
    if notes:
        rows.append(TextRow("notes", (BLANK, *notes) if rows else tuple(notes)))
    return rows


def _age_key(thread: Thread) -> tuple[bool, float, str]:
    at = thread.finished_at or thread.since or thread.created_at
    return (at is not None, at.timestamp() if at else 0.0, thread.title)


def _titled(fleet: Fleet, text: str) -> list[Thread]:
    words = text.casefold().split()
    found: list[Thread] = []
    for ref in fleet.order:
        thread = fleet.threads[ref]
        if all(word in thread.title.casefold() for word in words):
            found.append(thread)
            if len(found) == TITLES:
                break
    return found


def _thread(thread: Thread, below: str, now: datetime) -> TextRow:
    glyph, word, role = mark(thread)
    right = (Span(word, role), Span(f" {age(thread.since, now):>4}", "dim"))
    first = Line((Span(f"{glyph} ", role), Span(thread.title)), right)
    return TextRow(thread.ref, (first, dim(f"  {below}")) if below else (first,), True)


def _said(fleet: Fleet, ref: Ref, words: str, text: str, now: datetime, *, again: int | None) -> TextRow:
    thread = fleet.threads.get(ref)
    excerpt = Line((Span("  "), *_marked(one_line(words, 300), text)))
    if thread is None:
        first = Line((Span("· ", "dim"), Span(str(ref), "dim")), (Span("not in the fleet", "dim"),))
    else:
        first = _thread(thread, "", now).content[0]
    return TextRow((ref, again) if again is not None else ref, (first, excerpt), True)


def _marked(words: str, text: str) -> list[Span]:
    at = words.casefold().find(text.casefold())
    if at < 0 or len(words.casefold()) != len(words):
        return [Span(words, "dim")]
    return [
        Span(words[:at], "dim"),
        Span(words[at : at + len(text)], "blue", True),
        Span(words[at + len(text) :], "dim"),
    ]


def _notes(
    answers: Answers, cannot: Sequence[str], *, doing: str = "searching", lacks: str = "cannot search in what was said"
) -> list[Line]:
    notes = [dim(f"◌ {doing} {_named(sorted(answers.waiting))}…")] if answers.waiting else []
    notes += [line(Span("✗ ", "red"), Span(f"{name}: "), Span(why, "dim")) for name, why in answers.failed.items()]
    if cannot:
        notes.append(dim(f"{_named(cannot)} {lacks}"))
    return notes


def _project(fleet: Fleet, thread: Thread) -> str:
    project = fleet.projects.get(thread.project) if thread.project else None
    return project.title if project else ""


def _heading(word: str, count: int, rows: Sequence[Row]) -> TextRow:
    heading = line(Span(word, "dim", True), Span(f" {count}", "dim"))
    return TextRow(("heading", word), (BLANK, heading) if rows else (heading,))


def _named(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
