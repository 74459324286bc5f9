"""Finds what a person means by a few letters: a thread, a project, an ask. It never picks one of several.

An exact id or title wins; otherwise all that begin with the text (ids) or have it in them (titles) are candidates."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cockpit.core.merge import attention
from cockpit.model.asks import Ask, AskKind
from cockpit.model.errors import NotFound
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.teams import Team
from cockpit.model.work import Capability, Project, Thread

_T = TypeVar("_T", Thread, Project, Team)
_CANDIDATES_SHOWN = 12
HERE = "here:"
"""How the keys of projects on this machine begin."""


def thread(fleet: Fleet, text: str) -> Thread:
    """Raises NotFound, with the candidates if there are several."""
    return thread_among((fleet.threads[ref] for ref in fleet.order), text, unread=unread(fleet))


def thread_among(threads: Iterable[Thread], text: str, *, unread: str = "") -> Thread:
    """As `thread`, from any threads (the archive, say); `unread` tells what else could have had it."""
    return _one("thread", list(threads), text, _shown_thread, unread)


def project_among(projects: Sequence[Project], text: str, unread: str = "") -> Project:
    """By id, title or path. Without text: the only project there is. Raises NotFound."""
    if not text:
        if len(projects) == 1:
            return projects[0]
        shown = tuple(_shown_project(each) for each in projects[:_CANDIDATES_SHOWN])
        what = "There are several projects" if projects else "There is no project"
        raise NotFound(f"{what}.{unread}", fix="Name one with --project.", candidates=shown)
    by_path = [each for each in projects if each.path.rstrip("/") == text.rstrip("/")]
    if len(by_path) == 1:
        return by_path[0]
    return _one("project", list(projects), text, _shown_project, unread)


def startable(fleet: Fleet, source: str) -> list[Project]:
    """The projects in which that source can start threads: its own, and those of others that are places on its
    machine, each place once."""
    state = fleet.sources.get(source)
    machine = state.machine if state else ""
    found = (
        project
        for ref, project in fleet.projects.items()
        if ref.source == source or (machine and project.key.startswith(machine))
    )
    if not machine:
        return list(found)
    return [fleet.projects[ref] for ref in dict.fromkeys(fleet.same_places.get(each.ref, each.ref) for each in found)]


def startable_on(fleet: Fleet, project: Project) -> list[str]:
    """The sources that can start threads in that project, its own first."""
    able = [state for state in fleet.sources.values() if state.can_dispatch]
    own = [state.name for state in able if state.name == project.ref.source]
    return own + [
        state.name
        for state in able
        if state.name != project.ref.source and state.machine and project.key.startswith(state.machine)
    ]


def team(fleet: Fleet, text: str = "") -> Team:
    """By id or title. Without text: the only team there is. Raises NotFound."""
    teams = list(fleet.teams.values())
    if text:
        return _one("team", teams, text, _shown_team, unread(fleet))
    if len(teams) == 1:
        return teams[0]
    shown = tuple(_shown_team(each) for each in teams[:_CANDIDATES_SHOWN])
    what = "There are several teams" if teams else "There is no team"
    raise NotFound(f"{what}.{unread(fleet)}", fix="Name one." if teams else "", candidates=shown)


def restorable(fleet: Fleet, *, everyone: bool = False) -> list[Thread]:
    """The workers that can be brought back and ended although nobody ended them; with `everyone` the others too."""
    found = [each for each in fleet.threads.values() if (each.lost or everyone) and each.can(Capability.RESUME)]
    return sorted(found, key=attention)


def ask(fleet: Fleet, text: str, kind: AskKind, *others: AskKind) -> Ask:
    """The open ask of one of those kinds which `text` means: its own id, the beginning of it, or its thread. Raises
    NotFound."""
    asks = [each for each in fleet.asks if each.kind in (kind, *others)]
    exact = [each for each in asks if each.id == text]
    found = exact or [each for each in asks if text and each.id.startswith(text)]
    if not found:
        owner = thread(fleet, text)
        found = [each for each in asks if each.thread == owner.ref]
        if not found:
            raise NotFound(f"“{owner.title}” waits for no {kind}; it is {owner.status}.")
    elif not exact:
        owners = {each.ref for each in _matches(list(fleet.threads.values()), text)}
        found += [each for each in asks if each.thread in owners and each not in found]
    if len(found) == 1:
        return found[0]
    raise NotFound(
        f"{text!r} could mean {len(found)} open {kind}s.",
        fix="Give the id of one.",
        candidates=tuple(_shown_ask(each, fleet) for each in found[:_CANDIDATES_SHOWN]),
    )


def unread(fleet: Fleet) -> str:
    """A sentence about sources that could not be read, since what is sought may be there; empty without any."""
    dark = [state for state in fleet.sources.values() if state.health in (Health.DOWN, Health.AUTH)]
    if not dark:
        return ""
    said = "; ".join(f"{state.name} ({state.reason or state.health})" for state in dark)
    return f" Not read: {said}."


def _one(what: str, things: list[_T], text: str, shown: Callable[[_T], str], unread: str) -> _T:
    found = _matches(things, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            f"No {what} matches {text!r}.{unread}", fix="" if unread else f"`cockpit {_LIST[what]}` lists them."
        )
    raise NotFound(
        f"{text!r} matches {len(found)} {what}s.",
        fix="Give the id of one, or more of its title.",
        candidates=tuple(shown(each) for each in found[:_CANDIDATES_SHOWN]),
    )


_LIST = {"thread": "ls", "project": "projects", "team": "teams"}


def _matches(things: list[_T], text: str) -> list[_T]:
    if not text:
        return []
    word = text.casefold()
    found = [each for each in things if text in _names(each)]
    found = found or [each for each in things if each.title.casefold() == word]
    return found or [
        each for each in things if any(name.startswith(text) for name in _names(each)) or word in each.title.casefold()
    ]


def _names(each: Thread | Project | Team) -> list[str]:
    refs = each.refs if isinstance(each, Thread) else (each.ref,)
    return [name for ref in refs for name in (str(ref), ref.native)]


def _shown_thread(each: Thread) -> str:
    return f"{each.ref}  {each.title}"


def _shown_project(each: Project) -> str:
    return f"{each.ref}  {each.title}  {each.path}"


def _shown_team(each: Team) -> str:
    return f"{each.ref}  {each.title}"


def _shown_ask(each: Ask, fleet: Fleet) -> str:
    thread = fleet.thread(each.thread)
    return f"{each.id}  {thread.title if thread else each.thread}: {each.summary}"
