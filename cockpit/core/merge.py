"""How sightings become rows: several sources' words on one worker, and the ledger's, folded into one thread.

Pure: no clock, no store. What wins here is what `explain` prints, in the same order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from cockpit.model.facts import LedgerRead
from cockpit.model.fleet import GROUP_OF, Group
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import NEEDS_YOU, Capability, Project, Status, Thread

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GROUP_RANK = {group: rank for rank, group in enumerate(Group)}
_STATUS_RANK = {
    status: rank
    for rank, status in enumerate(
        (
            Status.APPROVAL,
            Status.QUESTION,
            Status.PLAN,
            Status.FAILED,
            Status.UNKNOWN,
            Status.WORKING,
            Status.STARTING,
            Status.DONE,
            Status.FROZEN,
            Status.IDLE,
            Status.ENDED,
        )
    )
}
_AGAIN = "runs again all the same"
_GONE = "what was paused is gone: killed or continued from outside; thaw it"
_GAPS = (
    "project",
    "detail",
    "branch",
    "worktree",
    "model",
    "backend",
    "runtime_mode",
    "interaction_mode",
    "context",
    "usage",
    "terminal",
    "team",
    "created_at",
    "finished_at",
    "harness",
    "wall",
    "lost",
    "dialog",
)


def join(sightings: Sequence[Thread]) -> Thread:
    """One row from all that is known of one worker. The best evidence comes first: an open ask beats everything,
    then the source with the highest authority, then the newest change. Gaps are filled from the others."""
    if len(sightings) == 1:
        only = sightings[0]
        return only if only.sources else replace(only, sources=(only.ref.source,))
    ranked = sorted(
        sightings,
        key=lambda t: (not t.asks, t.status not in NEEDS_YOU, -t.authority, -(t.since or _EPOCH).timestamp(), t.ref),
    )
    gaps: dict[str, Any] = {name: _first(ranked, name) for name in _GAPS}
    able = {word: sighting for word, sighting in _deciders(sightings).items() if sighting.can(word)}
    ref = primary(sightings).ref
    return replace(
        ranked[0],
        ref=ref,
        asks=tuple(replace(ask, thread=ref) for thread in ranked for ask in thread.asks),
        evidence=tuple(fact for thread in ranked for fact in thread.evidence),
        capabilities=frozenset(able),
        cannot=tuple((word, thread.reason(word)) for word, thread in _deciders(sightings).items() if word not in able),
        sources=tuple(dict.fromkeys(thread.ref.source for thread in ranked)),
        joins=frozenset(key for thread in ranked for key in thread.joins),
        sightings=tuple(thread.ref for thread in ranked),
        paused=next((thread.paused for thread in ranked if thread.paused is not None), None),
        **gaps,
    )


def _deciders(sightings: Sequence[Thread]) -> dict[Capability, Thread]:
    """Who decides on each capability: of those who mention it, the one with the most authority."""
    found: dict[Capability, Thread] = {}
    for thread in sorted(sightings, key=lambda t: (-t.authority, t.ref)):
        for word in (*(word for word in Capability if thread.can(word)), *(word for word, _ in thread.cannot)):
            found.setdefault(word, thread)
    return found


def doer(sightings: Sequence[Thread], capability: Capability) -> Thread | None:
    """The sighting whose source carries out what needs that capability."""
    found = _deciders(sightings).get(capability)
    return found if found is not None and found.can(capability) else None


def primary(sightings: Sequence[Thread]) -> Thread:
    """The sighting whose ref names the row. It does not depend on status, so that the row keeps its name."""
    return min(sightings, key=lambda t: (-t.authority, t.ref))


def _first(ranked: Sequence[Thread], name: str) -> object:
    return next((value for thread in ranked if (value := getattr(thread, name))), getattr(ranked[0], name))


def same_places(projects: Iterable[Project]) -> dict[Ref, Ref]:
    """Projects of several sources that are one place, each with the one that stands for it: one that was given a title
    of its own before one that is called after its directory."""
    places: dict[str, list[Project]] = {}
    for project in projects:
        if project.key:
            places.setdefault(project.key, []).append(project)
    found: dict[Ref, Ref] = {}
    for same in places.values():
        first = min(same, key=lambda p: (p.title == PurePosixPath(p.path).name, p.ref))
        found.update({project.ref: first.ref for project in same if project is not first})
    return found


def overlay(thread: Thread, ledger: LedgerRead, sources: Mapping[str, SourceState]) -> Thread:
    """What the ledger and the sources' health add: frozen, done, stale.

    Frozen comes after everything that needs a person and after failed. Done replaces idle, and ended as well: a server
    that tidies up quiet sessions must not hide what finished."""
    changes: dict[str, Any] = {}
    freeze = next((found for ref in thread.refs if (found := ledger.freezes.get(ref))), None)
    if freeze is not None:
        changes["frozen"] = freeze
        if not _outweighs(thread):
            again = thread.status.busy and thread.since is not None and thread.since > freeze.at
            gone = freeze.hard and thread.paused is False
            detail = _GONE if gone else _AGAIN if again else freeze.reason or thread.detail
            changes |= {"status": Status.FROZEN, "since": freeze.at, "detail": detail}
    elif thread.status in (Status.IDLE, Status.ENDED) and thread.finished_at is not None:
        looks = [at for ref in thread.refs if (at := ledger.looked.get(ref))]
        looked = max(looks, default=ledger.opened_at)
        if looked is not None and thread.finished_at > looked:
            changes |= {"status": Status.DONE, "since": thread.finished_at}
    if not any(_is_up(sources.get(name)) for name in thread.sources):
        changes["stale"] = True
    return replace(thread, **changes) if changes else thread


def _outweighs(thread: Thread) -> bool:
    """Whether its status must be seen although it is frozen: it needs somebody, it broke, or it is over: it can be
    brought back, or nothing can be told it any more."""
    over = thread.can(Capability.RESUME) or not thread.can(Capability.SEND)
    gone = thread.status is Status.ENDED and over
    return thread.status in NEEDS_YOU or thread.status is Status.FAILED or gone


def _is_up(state: SourceState | None) -> bool:
    return state is not None and state.answers


def attention(thread: Thread) -> tuple[int, int, float, str, str]:
    """The sort key of the list: group, status, then who waits longest; quiet rows newest first."""
    group = GROUP_OF[thread.status]
    at = (thread.since or thread.created_at or _EPOCH).timestamp()
    return (
        _GROUP_RANK[group],
        _STATUS_RANK[thread.status],
        -at if group is Group.QUIET else at,
        thread.ref.source,
        thread.ref.native,
    )
