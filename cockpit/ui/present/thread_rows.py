"""The thread list: from a fleet, a filter and a scope to rows in order of attention.

It never hides a thread without saying so in the last line."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from cockpit.model.fleet import GROUP_OF, Fleet, Group
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Thread
from cockpit.ui.present.empty import nothing_kept, unread
from cockpit.ui.present.filter import Filter, on_shelf, snoozed
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim
from cockpit.ui.present.rows import Row, TextRow, ThreadRow, thread_row

_RANK = {group: rank for rank, group in enumerate(Group)}
Scope = Callable[[Thread], bool]


@immutable
class View:
    """What the person wants to see. `by_project`: projects are the headings under the threads that need a person.
    `badges`: a row names its project where no heading does. `keys` are key names by action, for the empty list;
    `width` in cells is what its words are wrapped to."""

    filter: Filter = field(default_factory=Filter)
    scope: Scope | None = None
    by_project: bool = False
    badges: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    width: int = 200


def thread_rows(fleet: Fleet, view: View, now: datetime) -> list[Row]:
    """The whole list. Cheap for what is not seen: 10,000 threads are 10,000 small objects and little text."""
    kept, snoozing, settled = _kept(fleet, view, now)
    several = sum(state.health is not Health.ABSENT for state in fleet.sources.values()) > 1
    first_calm = _end(kept, Group.NEEDS_YOU)
    waiting, rest = kept[:first_calm], kept[first_calm:]
    rows: list[Row] = []
    if waiting:
        rows.append(_heading("group", Group.NEEDS_YOU, Group.NEEDS_YOU.upper(), len(waiting), first=True))
        rows += _rows(waiting, fleet, several, view.badges or view.by_project)
    if notes := unread(fleet, now, view.width):
        rows.append(_heading("group", "unread", "CANNOT READ", len(notes), first=not rows))
        rows += [TextRow(("unread", str(place)), note) for place, note in enumerate(notes)]
    for kind, key, label, found in _by_project(rest, fleet) if view.by_project else _by_group(rest):
        marked = found[0] if kind == "project" else None
        rows.append(_heading(kind, key, label, len(found), first=not rows, most_urgent=marked))
        rows += _rows(found, fleet, several, view.badges and kind == "group")
    if not kept:
        words = nothing_kept(fleet, view.filter, view.scope is not None, now, view.keys, view.width)
        rows.append(TextRow(("empty", ""), (BLANK, *words) if rows else tuple(words)))
    if shelf := _shelf(snoozing, settled):
        rows.append(TextRow(("shelf", ""), (BLANK, dim(shelf))))
    return rows


@lru_cache(2)
def in_order(fleet: Fleet) -> tuple[Thread, ...]:
    """All threads by attention: looked up once for the panels that both want them."""
    return tuple(map(fleet.threads.__getitem__, fleet.order))


def _kept(fleet: Fleet, view: View, now: datetime) -> tuple[list[Thread], int, int]:
    """The threads to show, and how many of those that match are snoozed and settled."""
    chosen, scope = view.filter, view.scope
    kept: list[Thread] = []
    snoozing = settled = 0
    for thread in in_order(fleet):
        if scope is not None and not scope(thread):
            continue
        if chosen.tests and not chosen.keeps(thread, fleet, now):
            continue
        if not chosen.shelved and on_shelf(thread, now):
            if snoozed(thread, now):
                snoozing += 1
            else:
                settled += 1
            continue
        kept.append(thread)
    return kept, snoozing, settled


_Found = list[tuple[str, str, str, list[Thread]]]


def _by_group(threads: list[Thread]) -> _Found:
    cuts = pairwise([0, *(_end(threads, group) for group in Group)])
    parts = [(group, threads[begin:end]) for group, (begin, end) in zip(Group, cuts, strict=True)]
    return [("group", group, group.upper(), part) for group, part in parts if part]


def _end(threads: list[Thread], group: Group) -> int:
    """Where that group and all that are more urgent end among threads in order of attention."""
    return bisect_right(threads, _RANK[group], key=lambda thread: _RANK[GROUP_OF[thread.status]])


def _by_project(threads: list[Thread], fleet: Fleet) -> _Found:
    """Projects in the order of their most urgent thread; within one, threads in order of attention."""
    found: dict[Ref | None, list[Thread]] = {}
    for thread in threads:
        found.setdefault(fleet.home(thread), []).append(thread)
    return [("project", str(ref or ""), project_title(ref, fleet), members) for ref, members in found.items()]


def renamed(ref: Ref, before: Fleet, now: Fleet) -> Ref | None:
    """The name that the row of `ref` has now, if another: a source began or ceased to see the worker."""
    if ref in now.threads:
        return None
    old = before.threads.get(ref)
    names = (ref, *(old.refs if old else ()))
    return next((thread.ref for name in names if (thread := now.thread(name))), None)


def followed(refs: Iterable[Ref], before: Fleet, now: Fleet) -> tuple[Ref, ...]:
    """The same rows by the names that they have now, each once; who is gone keeps its name, and may come back."""
    return tuple(dict.fromkeys(renamed(ref, before, now) or ref for ref in refs))


def project_title(ref: Ref | None, fleet: Fleet) -> str:
    project = fleet.projects.get(ref) if ref else None
    if project:
        return project.title
    return ref.native if ref else "no project"


def _rows(threads: list[Thread], fleet: Fleet, several: bool, projects: bool) -> list[ThreadRow]:
    if not (several or projects):
        return [thread_row(thread, fleet) for thread in threads]
    return [thread_row(thread, fleet, _badge(thread, fleet, several, projects)) for thread in threads]


def _badge(thread: Thread, fleet: Fleet, several: bool, projects: bool) -> str:
    sources = thread.sources or (thread.ref.source,)
    source = ("+".join(sources) if len(sources) > 1 else sources[0]) if several else ""
    if not projects:
        return source
    project = project_title(fleet.home(thread), fleet) if thread.project else ""
    return " · ".join(part for part in (project, source) if part)


def _heading(kind: str, key: str, label: str, count: int, *, first: bool, most_urgent: Thread | None = None) -> TextRow:
    glyph, _, role = mark(most_urgent) if most_urgent else ("", "", "")
    words = Line((Span(label, "dim", bold=True), Span(f" {count}", "dim")), (Span(glyph, role),) if glyph else ())
    return TextRow((kind, key), (words,) if first else (BLANK, words))


def _shelf(snoozing: int, settled: int) -> str:
    parts = [f"{count:,} {word}" for count, word in ((snoozing, "snoozed"), (settled, "settled")) if count]
    return f"{', '.join(parts)} · / is:all" if parts else ""
