"""What can be chosen when a thread is started: sources, projects, models, modes, a worktree or why not. Pure.

It proposes; whether it can be done is decided when it is sent."""

import re
from dataclasses import dataclass

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Project, Thread

DEFAULT = "default"
Options = list[tuple[str, str]]
_SOCKET = "socket"
_INSTANCE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Picked:
    """The project that a form begins with."""

    source: str
    project: Ref | None


def begin(fleet: Fleet, thread: Thread | None) -> Picked:
    """The selected thread's project; else the first of the first source that can start threads."""
    able = [name for name, _ in source_options(fleet)]
    if thread and thread.project and thread.project.source in able and thread.project in fleet.projects:
        return Picked(thread.project.source, thread.project)
    source = thread.ref.source if thread and thread.ref.source in able else able[0] if able else ""
    projects = project_options(fleet, source)
    return Picked(source, Ref.parse(projects[0][0]) if projects else None)


def source_options(fleet: Fleet) -> Options:
    """Those that can start threads, also when they cannot be reached now: then their word says so."""
    states = [state for state in fleet.sources.values() if state.can_dispatch]
    return [(s.name, s.name if s.health is Health.UP else f"{s.name} ({s.health})") for s in states]


def project_options(fleet: Fleet, source: str) -> Options:
    projects = [project for ref, project in fleet.projects.items() if ref.source == source]
    titles = [project.title for project in projects]
    return [
        (str(p.ref), _project(p, titles.count(p.title) > 1)) for p in sorted(projects, key=lambda p: p.title.lower())
    ]


def _project(project: Project, always: bool) -> str:
    name = project.path.rstrip("/").rpartition("/")[2]
    return project.title if name == project.title and not always else f"{project.title}  {project.path}"


def model_options(state: SourceState | None, project: Project | None) -> Options:
    """The default first, named where it is known; then every offer, those that are not ready last."""
    default = (project.model if project else None) or (state.default_model if state else None)
    named = f"Default: {default.model}" if default else "Default"
    options: Options = [(DEFAULT, named)]
    offers = sorted(state.offers, key=lambda offer: not offer.ready) if state else []
    for offer in offers:
        doubt = "" if offer.ready else f", not ready{': ' + offer.note if offer.note else ''}"
        options += [(f"{offer.instance}:{model}", f"{model}  {offer.title}{doubt}") for model in offer.models]
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


def no_worktree(state: SourceState | None) -> str | None:
    """Why this source cannot make a worktree now; None when it can."""
    if state is None:
        return "there is no source"
    if state.link == _SOCKET:
        return None
    return f"a new worktree is made over {state.name}'s socket, and that is not up" + (
        f" ({state.link})" if state.link else ""
    )
