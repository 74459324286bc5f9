"""The whole fleet at one moment: immutable, complete, and the only thing that a screen or an export draws from."""

from collections.abc import Mapping
from dataclasses import field, fields, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from cockpit.model.asks import Ask, SettledAsk
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.talk import Talk
from cockpit.model.teams import Team
from cockpit.model.work import Hold, Project, Status, Thread

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


class Group(StrEnum):
    """The list's headings, in the order of attention."""

    NEEDS_YOU = "needs you"
    BROKEN = "broken"
    UNCLEAR = "unclear"
    WORKING = "working"
    QUIET = "quiet"


GROUP_OF: Mapping[Status, Group] = {
    Status.APPROVAL: Group.NEEDS_YOU,
    Status.QUESTION: Group.NEEDS_YOU,
    Status.PLAN: Group.NEEDS_YOU,
    Status.FAILED: Group.BROKEN,
    Status.UNKNOWN: Group.UNCLEAR,
    Status.WORKING: Group.WORKING,
    Status.STARTING: Group.WORKING,
    Status.DONE: Group.QUIET,
    Status.FROZEN: Group.QUIET,
    Status.IDLE: Group.QUIET,
    Status.ENDED: Group.QUIET,
}


@immutable
class Counts:
    """`walls` counts the threads that stand before a usage limit, of which the first ends at `wall_ends`."""

    threads: int = 0
    needs_you: int = 0
    working: int = 0
    tokens: int | None = None
    cost: float | None = None
    walls: int = 0
    wall_ends: datetime | None = None


@immutable(eq=False)
class Fleet:
    """`order` is all threads by attention; `asks` all asks, most urgent first; `sending` maps the id of an ask,
    thread or team to what is on its way to it; `revision` grows by one with every change. `aliases` are the further
    names of rows that several sources see; `same_places` maps a project to the one that stands for that place in the
    list."""

    revision: int = 0
    sources: Mapping[str, SourceState] = field(default_factory=lambda: _EMPTY)
    projects: Mapping[Ref, Project] = field(default_factory=lambda: _EMPTY)
    threads: Mapping[Ref, Thread] = field(default_factory=lambda: _EMPTY)
    order: tuple[Ref, ...] = ()
    asks: tuple[Ask, ...] = ()
    settled: tuple[SettledAsk, ...] = ()
    teams: Mapping[Ref, Team] = field(default_factory=lambda: _EMPTY)
    talks: Mapping[Ref, Talk] = field(default_factory=lambda: _EMPTY)
    sending: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    hold: Hold | None = None
    counts: Counts = field(default_factory=Counts)
    ledger_trouble: str = ""
    aliases: Mapping[Ref, Ref] = field(default_factory=lambda: _EMPTY)
    same_places: Mapping[Ref, Ref] = field(default_factory=lambda: _EMPTY)

    def differs(self, other: "Fleet") -> bool:
        """Whether anything but the times at which sources were looked at is another."""
        names = (each.name for each in fields(self) if each.name not in ("revision", "sources"))
        if any(getattr(self, name) != getattr(other, name) for name in names):
            return True
        return _timeless(self) != _timeless(other)

    def thread(self, ref: Ref) -> Thread | None:
        """The row of that name, by whichever of its names."""
        return self.threads.get(ref) or self.threads.get(self.aliases.get(ref, ref))

    def home(self, thread: Thread) -> Ref | None:
        """The project that the thread stands under in the list."""
        return self.same_places.get(thread.project, thread.project) if thread.project else None

    def shown_at(self, thread: Thread) -> Thread:
        """The row in whose terminal the thread is answered: its lead's, while that one shows the dialog."""
        if not thread.status.needs_you or thread.dialog:
            return thread
        for team in self.teams.values():
            if any(member.thread in thread.refs for member in team.members):
                leads = (
                    self.thread(member.thread) for member in team.members if member.role == "lead" and member.thread
                )
                return next((lead for lead in leads if lead is not None and lead.dialog), thread)
        return thread

    def ask(self, ask_id: str) -> Ask | None:
        return next((ask for ask in self.asks if ask.id == ask_id), None)


def _timeless(fleet: Fleet) -> list[SourceState]:
    return [replace(state, read_at=None, checked_at=None) for state in fleet.sources.values()]
