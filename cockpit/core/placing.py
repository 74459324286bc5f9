"""Which source starts threads, and where, from what a person wrote. Pure: paths are whole when they come here.

It picks no project of several; of sources that could all work in one place it takes one by an order, and says so."""

from collections.abc import Sequence
from dataclasses import replace

from cockpit.core import find
from cockpit.core.find import HERE, startable
from cockpit.model.errors import Refused
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, Offer, SourceState
from cockpit.model.immutable import immutable
from cockpit.model.work import ModelChoice, Project


@immutable
class Placed:
    """`path` is set where the place is no project. `said` tells what was chosen, empty where nothing was to choose."""

    source: SourceState
    project: Project | None
    path: str = ""
    said: str = ""


def place(
    fleet: Fleet, text: str, path: str, *, here: str, source: str = "", harness: str = "", many: bool = False
) -> Placed:
    """`text` names a project; `path` is the same as a whole path where it can be one; both empty: where the person is,
    which is `here`. A server that has the place as a project goes before a terminal on this machine; what is on a far
    one is meant only by its name, or where `source` says so. Raises Refused, NotFound."""
    able = _able(fleet, source, harness, many)
    if source and _is_far(able[0]) and text.startswith(("/", "~")):
        found = _far_path(fleet, able[0], text)
    elif text:
        found = (_by_path(fleet, able, path) if path else None) or _by_name(fleet, able, text)
    else:
        found = _anywhere(fleet, able, here)
    if sum(state.can_dispatch for state in fleet.sources.values()) == 1:
        return found
    where = found.project.title if found.project else found.path
    return replace(found, said=f"It is on {found.source.name}, in {where}.")


def harness_of(state: SourceState, name: str) -> Offer | None:
    """The program that is meant: by its name, else the first that is ready. Raises Refused for one that is not."""
    if not state.offers:
        raise Refused(f"{state.name} has not said yet what it can start.", fix="Try again in a moment.")
    if name:
        offer = next((offer for offer in state.offers if offer.instance == name), None)
        if offer is None:
            raise Refused(f"{state.name} has no harness {name}.", fix=f"It has: {_named(state)}.")
        if not offer.ready:
            raise Refused(f"{offer.title} is not ready{': ' + offer.note if offer.note else ''}.")
        return offer
    return next((offer for offer in state.offers if offer.ready), None)


def checked(offer: Offer, settings: Sequence[tuple[str, str]]) -> tuple[dict[str, object], ...]:
    """What was said for a program, as options of its model. Raises Refused for what it does not know."""
    known = {setting.id: [value for value, _ in setting.choices] for setting in offer.settings}
    for key, value in settings:
        if key not in known:
            has = f"It has: {', '.join(known)}." if known else "It has none."
            raise Refused(f"{offer.title} has no setting {key}.", fix=has)
        if value not in known[key]:
            raise Refused(f"{key} cannot be {value}.", fix=f"It can be: {', '.join(known[key])}.")
    return tuple({"id": key, "value": value} for key, value in settings)


def program(
    state: SourceState, harness: str, model: str, settings: Sequence[tuple[str, str]], runtime: str | None
) -> ModelChoice | None:
    """What runs where programs are started; None leaves it to the source. Raises Refused."""
    if not (harness or model or settings or runtime):
        return None
    offer = harness_of(state, harness)
    if offer is None:
        raise Refused(f"{state.name} has no harness that is ready.", fix="Install one, or add one.")
    if runtime and runtime not in offer.runtime_modes:
        modes = ", ".join(offer.runtime_modes)
        raise Refused(f"{offer.title} has no mode {runtime}.", fix=f"It has: {modes}." if modes else "It has none.")
    return ModelChoice(offer.instance, model, checked(offer, settings))


def _able(fleet: Fleet, source: str, harness: str, many: bool) -> list[SourceState]:
    """The sources that may be meant, servers first."""
    if source and source not in fleet.sources:
        raise Refused(f"Not done: there is no source {source}.", fix=f"There are: {', '.join(fleet.sources)}.")
    named = fleet.sources.get(source)
    if named is not None and not named.answers and named.health is not Health.LATE:
        why = (named.reason or "it was not read").removesuffix(".")
        raise Refused(f"Not done: {source} is {named.health}: {why}.", fix=named.fix)
    able = [state for state in fleet.sources.values() if state.name == source or (not source and state.can_dispatch)]
    if harness:
        able = [state for state in able if state.machine]
        if source and not able:
            raise Refused(f"{source} has no harnesses.", fix="Name its model with --model.")
    if many:
        able = [state for state in able if state.bulk]
    if not able:
        what = "a harness" if harness else "several at once" if many else "threads"
        raise Refused(f"Not done: {source or 'no source'} can start {what} now.{find.unread(fleet)}")
    return sorted(able, key=lambda state: bool(state.machine))


def _anywhere(fleet: Fleet, able: Sequence[SourceState], here: str) -> Placed:
    """The only project of all servers; else the directory where the person is, in a terminal."""
    own = [(state, project) for state in able if not state.machine for project in startable(fleet, state.name)]
    if len(own) == 1:
        return Placed(*own[0])
    if any(state.machine == HERE for state in able) and (found := _by_path(fleet, able, here)):
        return found
    project = find.project_among([project for _, project in own], "", find.unread(fleet))
    return Placed(able[0], project)


def _by_path(fleet: Fleet, able: Sequence[SourceState], path: str) -> Placed | None:
    key = HERE + path
    for state in able:
        if _is_far(state):
            continue
        for project in startable(fleet, state.name):
            if project.path.rstrip("/") == path or project.key == key:
                return Placed(state, project)
    there = next((state for state in able if state.machine == HERE), None)
    return Placed(there, None, path) if there else None


def _far_path(fleet: Fleet, state: SourceState, path: str) -> Placed:
    """`path` as it was written, since what ~ means there is known there."""
    known = (each for each in startable(fleet, state.name) if each.path.rstrip("/") == path.rstrip("/"))
    project = next(known, None)
    return Placed(state, project) if project else Placed(state, None, path)


def _is_far(state: SourceState) -> bool:
    return state.machine not in ("", HERE)


def _by_name(fleet: Fleet, able: Sequence[SourceState], text: str) -> Placed:
    pool = {fleet.same_places.get(each.ref, each.ref): each for state in able for each in startable(fleet, state.name)}
    project = find.project_among(list(pool.values()), text, find.unread(fleet))
    for state in able:
        for each in startable(fleet, state.name):
            if each.ref == project.ref or (each.key and each.key == project.key):
                return Placed(state, each)
    raise AssertionError(f"{project.ref} came from none of {able}")


def _named(state: SourceState) -> str:
    return ", ".join(offer.instance if offer.ready else f"{offer.instance} (not ready)" for offer in state.offers)
