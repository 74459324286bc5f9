"""What can be chosen when threads are started: sources, places, programs, models, modes, a worktree or why not. Pure.

It proposes; whether it can be done is decided when it is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.core.find import HERE, startable, startable_on
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, Offer, SourceState
from cockpit.model.immutable import immutable
from cockpit.model.work import ModelChoice, Project, Thread
from cockpit.ui.present.modes import own_modes, runtime_modes

DEFAULT = "default"
Options = list[tuple[str, str]]
"""(value, label), the one to begin with first where nothing else says so."""
_SOCKET = "socket"
_INSTANCE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@immutable
class Picked:
    """Where a form begins: `place` is a project's ref as text, or a directory."""

    source: str
    place: str


@dataclass(slots=True)
class Remembered:
    """What was chosen last: the source, and on each source every field's value."""

    source: str = ""
    fields: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, source: str) -> Mapping[str, str]:
        return self.fields.get(source, {})


def begin(fleet: Fleet, thread: Thread | None, last: Remembered, here: str = "") -> Picked:
    """The selected thread's project; else the last choice; else the first of the first source that can start threads.
    `here` is the directory that the cockpit runs in."""
    able = [name for name, _ in source_options(fleet)]
    project = fleet.projects.get(thread.project) if thread and thread.project else None
    if project and (found := startable_on(fleet, project)):
        return Picked(found[0], place_of(fleet, found[0], project))
    if thread and thread.ref.source in able:
        source = thread.ref.source
    else:
        source = last.source if last.source in able else next(iter(able), "")
    places = [place for place, _ in place_options(fleet, source, last, here)]
    kept = last.of(source).get("project", "")
    return Picked(source, kept if kept in places else next(iter(places), ""))


def source_options(fleet: Fleet) -> Options:
    """Those that can start threads, also when they cannot be reached now: then their word says so."""
    return [(s.name, _source_label(s)) for s in fleet.sources.values() if s.can_dispatch]


def _source_label(state: SourceState) -> str:
    if state.health is Health.UP:
        return state.name
    return (
        f"{state.name} (starts with the first)" if state.health is Health.ABSENT else f"{state.name} ({state.health})"
    )


def place_options(fleet: Fleet, source: str, last: Remembered, here: str = "") -> Options:
    """The projects in which the source can start threads; the directories `here`, if that is on its machine, and the
    one that was typed last. Where a directory is enough and none is known, how to name one."""
    projects = startable(fleet, source)
    titles, paths = [project.title for project in projects], [project.path for project in projects]
    options = [
        (str(p.ref), _project(p, titles.count(p.title) > 1)) for p in sorted(projects, key=lambda p: p.title.lower())
    ]
    state, kept = fleet.sources.get(source), last.of(source).get("project", "")
    if here and here not in paths and state and state.machine == HERE:
        options.append((here, f"this directory  {here}"))
    if is_directory(kept) and kept not in (here, *paths):
        options.append((kept, kept))
    return options or ([("", "Enter names a directory")] if has_harnesses(state) else [])


def place_of(fleet: Fleet, source: str, project: Project) -> str:
    """The value by which `project`, or the same place under another source's name, stands in `place_options`."""
    here = startable(fleet, source)
    same = (each for each in here if each.ref == project.ref or (each.key and each.key == project.key))
    return next((str(each.ref) for each in same), "")


def is_directory(place: str) -> bool:
    """Whether a place is a directory that somebody typed, and no project's ref."""
    return place.startswith(("/", "~"))


def _project(project: Project, always: bool) -> str:
    name = project.path.rstrip("/").rpartition("/")[2]
    return project.title if name == project.title and not always else f"{project.title}  {project.path}"


def has_harnesses(state: SourceState | None) -> bool:
    """Whether the program is chosen first, because each has models, modes and settings of its own: so it is where
    programs are started on a machine. Elsewhere a model says it all."""
    return bool(state and state.machine)


def harness_options(state: SourceState | None) -> Options:
    """Those that are ready first."""
    offers = sorted(state.offers, key=lambda offer: not offer.ready) if state else []
    return [(offer.instance, f"{offer.title}{_doubt(offer)}") for offer in offers]


def offer_of(state: SourceState | None, instance: str) -> Offer | None:
    return next((offer for offer in state.offers if offer.instance == instance), None) if state else None


def not_ready(offer: Offer | None) -> str | None:
    """Why nothing can be started on it; None when it can."""
    if offer is None:
        return "choose a harness first"
    return None if offer.ready else f"{offer.title} is not ready{': ' + offer.note if offer.note else ''}"


def _doubt(offer: Offer) -> str:
    return "" if offer.ready else f", not ready{': ' + offer.note if offer.note else ''}"


def mode_options(state: SourceState | None, offer: Offer | None) -> Options:
    """The program's own modes, in its order but for the one that the person configured, which is first; else the
    source's. Empty where a program knows none."""
    known = (offer.runtime_modes if offer else ()) or (state.runtime_modes if state else ())
    own = offer.defaults.get("mode") if offer else None
    first = sorted(known, key=lambda mode: mode != own)
    return own_modes(first) if has_harnesses(state) else runtime_modes(known)


def model_options(state: SourceState | None, project: Project | None, offer: Offer | None = None) -> Options:
    """The default first, named where it is known; then every offer's models, those that are not ready last. Of one
    program (`offer`) only its own, and nothing where it takes none."""
    if offer is not None and not offer.modelled:
        return []
    if offer is not None:
        own = offer.defaults.get("model", "")
        return [(DEFAULT, f"Default: {own}" if own else "Default"), *((model, model) for model in offer.models)]
    default = (project.model if project else None) or (state.default_model if state else None)
    named = f"Default: {default.model}" if default else "Default"
    options: Options = [(DEFAULT, named)]
    for each in sorted(state.offers, key=lambda offer: not offer.ready) if state else []:
        options += [(f"{each.instance}:{model}", f"{model}  {each.title}{_doubt(each)}") for model in each.models]
    return options


def model_of(value: str, state: SourceState | None, project: Project | None) -> ModelChoice | None:
    """What an option, or what a person typed, means: `instance:model`, or a model of the instance that is the default.
    None leaves it to the project."""
    if value in ("", DEFAULT):
        return None
    default = (project.model if project else None) or (state.default_model if state else None)
    known = {offer.instance for offer in state.offers} if state else set()
    instance, colon, model = value.partition(":")
    if colon and model and (instance in known or default is None) and _INSTANCE.fullmatch(instance):
        return ModelChoice(instance, model.strip())
    if default is not None:
        return ModelChoice(default.instance, value.strip())
    return ModelChoice(next(iter(sorted(known)), value.strip()), value.strip())


def harness_choice(offer: Offer, model: str, settings: Mapping[str, str]) -> ModelChoice:
    """The program, its model (empty: its own default) and what else was said for it."""
    options = tuple({"id": key, "value": value} for key, value in settings.items())
    return ModelChoice(offer.instance, "" if model == DEFAULT else model.strip(), options)


def no_worktree(state: SourceState | None) -> str | None:
    """Why this source cannot make a worktree now; None when it can."""
    if state is None:
        return "there is no source"
    if state.worktrees or state.link == _SOCKET:
        return None
    return f"a new worktree is made over {state.name}'s socket, and that is not up" + (
        f" ({state.link})" if state.link else ""
    )
