"""The questions that end in a new project on a server, or in a directory that is worked in without being one.

It makes nothing before the person has said where, and loses no path that was refused."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App

from cockpit.core.commands import Command, CreateProject, Outcome
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Project
from cockpit.ui.screens.dialogs import PromptScreen

Send = Callable[[Command], Awaitable[Outcome]]
_SEEN_TRIES, _SEEN_WAIT = 50, 0.1


async def ask_directory(app: App[None], source: str) -> str | None:
    """A directory on the machine of `source`; None when the person left."""

    async def check(path: str) -> str:
        return "" if path.startswith(("/", "~/")) or path == "~" else "Write the whole path; it begins with / or ~/."

    return await app.push_screen_wait(
        PromptScreen("Another directory", f"On the machine of {source}.", placeholder="/home/…", check=check)
    )


async def ask_project(app: App[None], source: str, send: Send, *, create: bool) -> tuple[str, Outcome] | None:
    """Ask for a path and make it a project; its path and what came of it, None when the person left."""

    async def check(path: str) -> str:
        try:
            found.append(await send(CreateProject(source, "", path, create)))
        except CockpitError as error:
            return str(error)
        return ""

    found: list[Outcome] = []
    hint = f"A directory on the machine of {source}" + (", which is made." if create else ".")
    path = await app.push_screen_wait(PromptScreen("New project", hint, placeholder="/home/…", check=check))
    return (path, found[0]) if path and found else None


async def seen(fleet: Callable[[], Fleet], source: str, path: str, made: Outcome) -> Project | None:
    """The new project as soon as its source reports it; None if it does not for a while."""
    for _ in range(_SEEN_TRIES):
        for ref, project in fleet().projects.items():
            if ref.source == source and _is(ref, project, path, made):
                return project
        await asyncio.sleep(_SEEN_WAIT)
    return None


def _is(ref: Ref, project: Project, path: str, made: Outcome) -> bool:
    return project.path == path.rstrip("/") or str(ref) in made.notes
