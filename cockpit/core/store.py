"""The one place where facts become the fleet. Applying a fact is cheap; the fleet is built when somebody asks for it.

It never reads a source, never sends a command and never waits."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from cockpit.core import merge
from cockpit.core.ports import Clock
from cockpit.core.rows import Rows
from cockpit.core.sightings import Sightings
from cockpit.model.asks import Ask, SettledAsk
from cockpit.model.facts import (
    Fact,
    LedgerFailed,
    LedgerRead,
    ProjectGone,
    ProjectSeen,
    SendEnded,
    SendStarted,
    SourceChanged,
    SourceRead,
    TalkDropped,
    TalkRead,
    TeamGone,
    TeamSeen,
    ThreadGone,
    ThreadSeen,
)
from cockpit.model.fleet import Counts, Fleet
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.teams import Team
from cockpit.model.work import Capability, Project, Thread

_KEPT_SETTLED = 200
_K = TypeVar("_K")
_V = TypeVar("_V")


class Store:
    """Folds facts into one immutable `Fleet`. `listen` is told after each change that a screen could show."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ledger = LedgerRead(freezes={}, hold=None, looked={}, opened_at=None)
        self._ledger_trouble = ""
        self._sources: dict[str, SourceState] = {}
        self._projects: dict[Ref, Project] = {}
        self._teams: dict[Ref, Team] = {}
        self._talks: dict[Ref, Talk] = {}
        self._sending: dict[str, str] = {}
        self._gone_asks: dict[str, SettledAsk] = {}
        self._sightings = Sightings()
        self._rows = Rows()
        self._row_of: dict[Ref, Ref] = {}
        self._members: dict[Ref, tuple[Ref, ...]] = {}
        self._aliases: dict[Ref, Ref] = {}
        self._listeners: list[Callable[[], None]] = []
        self._revision = 0
        self._fleet: Fleet | None = Fleet()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def fleet(self) -> Fleet:
        if self._fleet is None:
            self._fleet = self._build()
        return self._fleet

    def doer(self, ref: Ref, capability: Capability) -> Ref | None:
        """By which name, and so by which source, what needs that capability is done to the row."""
        row = self._row_of.get(ref, ref)
        found = merge.doer([self._sightings[member] for member in self._members.get(row, ())], capability)
        return found.ref if found else None

    def asker(self, ask: Ask) -> Ref:
        """The name by which the source that brought the ask knows its thread."""
        members = self._members.get(self._row_of.get(ask.thread, ask.thread), ())
        asking = (ref for ref in members if any(own.id == ask.id for own in self._sightings[ref].asks))
        return next(asking, ask.thread)

    def sighting(self, ref: Ref) -> Thread | None:
        """What the source itself last said of the thread, without the ledger's overlay."""
        return self._sightings.get(ref)

    def apply(self, fact: Fact) -> None:
        if not self._fold(fact):
            return
        self._revision += 1
        self._fleet = None
        for listener in tuple(self._listeners):
            listener()

    def _fold(self, fact: Fact) -> bool:
        match fact:
            case ThreadSeen(thread):
                return self._regroup(self._sightings.see((thread,)))
            case ThreadGone(ref):
                return self._regroup(self._sightings.forget((ref,)))
            case SourceRead():
                return self._read(fact)
            case SourceChanged(state):
                return self._source(state)
            case LedgerRead():
                return self._overlay(fact)
            case LedgerFailed(why):
                changed, self._ledger_trouble = self._ledger_trouble != why, why
                return changed
            case ProjectSeen(project):
                return _put(self._projects, project.ref, project)
            case ProjectGone(ref):
                return self._projects.pop(ref, None) is not None
            case TeamSeen(team):
                return _put(self._teams, team.ref, team)
            case TeamGone(ref):
                return self._teams.pop(ref, None) is not None
            case TalkRead(talk):
                return _put(self._talks, talk.thread, talk)
            case TalkDropped(thread=ref):
                return self._talks.pop(ref, None) is not None
            case SendStarted(key, label):
                return _put(self._sending, key, label)
            case SendEnded(key):
                return self._sending.pop(key, None) is not None

    def _read(self, fact: SourceRead) -> bool:
        projects = _replace(self._projects, fact.source, {project.ref: project for project in fact.projects})
        teams = _replace(self._teams, fact.source, {team.ref: team for team in fact.teams})
        present = {thread.ref for thread in fact.threads}
        gone = [ref for ref in self._sightings.of(fact.source) if ref not in present]
        threads = self._regroup(self._sightings.forget(gone) | self._sightings.see(fact.threads))
        return projects or teams or threads

    def _regroup(self, dirty: set[Ref]) -> bool:
        """Make the rows of these sightings anew. A row that comes back under another name (its sightings regrouped)
        does not count as gone."""
        if not dirty:
            return False
        old_rows = {self._row_of[ref] for ref in dirty if ref in self._row_of}
        dirty.update(member for row in old_rows for member in self._members[row])
        before = {ask.id: ask for row in old_rows for ask in self._rows.asking.get(row, ())}
        for row in old_rows:
            for member in self._members.pop(row):
                self._aliases.pop(member, None)
        fresh: set[Ref] = set()
        for ref in dirty:
            self._row_of.pop(ref, None)
        for ref in dirty:
            if ref in self._row_of or ref not in self._sightings:
                continue
            members = tuple(sorted(self._sightings.group(ref)))
            row = merge.primary([self._sightings[member] for member in members]).ref
            self._members[row] = members
            self._row_of.update(dict.fromkeys(members, row))
            self._aliases.update({member: row for member in members if member != row})
            fresh.add(row)
        self._rows.drop(old_rows - fresh)
        self._draw(fresh)
        self._note_gone(before)
        return True

    def _draw(self, rows: Iterable[Ref]) -> None:
        sightings = self._sightings
        self._rows.put(
            merge.overlay(merge.join([sightings[member] for member in self._members[row]]), self._ledger, self._sources)
            for row in rows
        )

    def _note_gone(self, before: Mapping[str, Ask]) -> None:
        """Asks that stopped waiting without a word from us were settled somewhere else."""
        open_now = {ask.id for asks in self._rows.asking.values() for ask in asks}
        for ask_id, ask in before.items():
            if ask_id not in open_now:
                self._gone_asks[ask_id] = SettledAsk(ask, "elsewhere", "", self._clock())
        for ask_id in self._gone_asks.keys() & open_now:
            del self._gone_asks[ask_id]
        while len(self._gone_asks) > _KEPT_SETTLED:
            del self._gone_asks[next(iter(self._gone_asks))]

    def _source(self, state: SourceState) -> bool:
        old = self._sources.get(state.name)
        if old == state:
            return False
        self._sources[state.name] = state
        if old is None or old.health is not state.health:
            self._draw([row for row, thread in self._rows.threads.items() if state.name in thread.sources])
        return True

    def _overlay(self, ledger: LedgerRead) -> bool:
        old, self._ledger = self._ledger, ledger
        trouble, self._ledger_trouble = self._ledger_trouble, ""
        if old == ledger:
            return bool(trouble)
        touched = {ref for ref, _ in old.freezes.items() ^ ledger.freezes.items()}
        touched |= {ref for ref, _ in old.looked.items() ^ ledger.looked.items()}
        if old.opened_at != ledger.opened_at:
            touched = set(self._rows.threads)
        self._draw({self._row_of[ref] for ref in touched if ref in self._row_of})
        return True

    def _build(self) -> Fleet:
        recorded = {settled.ask.id for settled in self._ledger.settled}
        settled = [*self._ledger.settled, *(s for i, s in self._gone_asks.items() if i not in recorded)]
        return Fleet(
            revision=self._revision,
            sources=MappingProxyType(dict(self._sources)),
            projects=MappingProxyType(dict(self._projects)),
            same_places=MappingProxyType(merge.same_places(self._projects.values())),
            threads=MappingProxyType(dict(self._rows.threads)),
            order=self._rows.order,
            asks=self._rows.asks,
            settled=tuple(sorted(settled, key=lambda s: s.at, reverse=True)),
            teams=MappingProxyType(dict(self._teams)),
            talks=MappingProxyType(dict(self._talks)),
            sending=MappingProxyType(dict(self._sending)),
            hold=self._ledger.hold,
            counts=self._counts(),
            ledger_trouble=self._ledger_trouble,
            aliases=MappingProxyType(dict(self._aliases)),
        )

    def _counts(self) -> Counts:
        usages = [thread.usage for thread in self._rows.threads.values() if thread.usage is not None]
        tokens = [usage.total_tokens for usage in usages if usage.total_tokens is not None]
        costs = [usage.cost for usage in usages if usage.cost is not None]
        walls = [thread.wall for thread in self._rows.threads.values() if thread.wall is not None]
        return Counts(
            threads=len(self._rows.threads),
            needs_you=sum(count for status, count in self._rows.statuses.items() if status.needs_you),
            working=sum(count for status, count in self._rows.statuses.items() if status.busy),
            tokens=sum(tokens) if tokens else None,
            cost=sum(costs) if costs else None,
            walls=len(walls),
            wall_ends=min((wall.resets_at for wall in walls if wall.resets_at is not None), default=None),
        )


def _put(known: dict[_K, _V], key: _K, value: _V) -> bool:
    if known.get(key) == value:
        return False
    known[key] = value
    return True


def _replace(known: dict[Ref, _V], source: str, fresh: Mapping[Ref, _V]) -> bool:
    old = {ref: value for ref, value in known.items() if ref.source == source}
    for ref in old.keys() - fresh.keys():
        del known[ref]
    known.update(fresh)
    return old != fresh
