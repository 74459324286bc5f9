"""A team's task list: one file per task, ordered by number, blocked only by what is there and unfinished.

`blockedBy` keeps finished and deleted tasks (facts: all versions), so it is never shown as it stands."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable
from cockpit.model.teams import Task
from cockpit.model.text import clean
from cockpit.runtimes.claude.wire import line, name, words
from cockpit.runtimes.foreign import mapping, text

_FILE = re.compile(r"[0-9]{1,12}\.json")


@immutable
class TaskFile:
    id: str
    subject: str
    status: str
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()
    description: str = ""
    active_form: str = ""
    internal: bool = False


def is_task(file_name: str) -> bool:
    """Locks, temporary files and the high-water mark lie beside the tasks."""
    return _FILE.fullmatch(file_name) is not None


def decode_task(value: Any, path: Path) -> TaskFile | None:
    source = mapping(value)
    status = line(source, "status", 40)
    if not status or not isinstance(source.get("subject"), str):
        return None
    return TaskFile(
        id=path.stem,
        subject=line(source, "subject"),
        status=status,
        owner=name(source, "owner"),
        blocked_by=words(source.get("blockedBy")),
        description=clean(text(source, "description") or "", limit=20_000),
        active_form=line(source, "activeForm"),
        internal=bool(mapping(source.get("metadata")).get("_internal")),
    )


def board(files: Iterable[tuple[TaskFile, datetime | None]]) -> tuple[Task, ...]:
    """The tasks as a person sees them, each with when its file was last written."""
    known = {task.id: task for task, _ in files_in_order(files)}
    return tuple(
        Task(
            id=task.id,
            subject=task.subject,
            status=task.status,
            owner=task.owner,
            blocked_by=tuple(
                other
                for other in dict.fromkeys(task.blocked_by)
                if other in known and known[other].status != "completed" and other != task.id
            )
            if task.status != "completed"
            else (),
            description=task.description,
            active_form=task.active_form,
            updated_at=at,
        )
        for task, at in files_in_order(files)
        if not task.internal and task.status != "deleted"
    )


def files_in_order(files: Iterable[tuple[TaskFile, datetime | None]]) -> list[tuple[TaskFile, datetime | None]]:
    return sorted(files, key=lambda pair: int(pair[0].id) if pair[0].id.isdecimal() else 0)


def current(tasks: Iterable[Task], owner: str) -> Task | None:
    """What that member works on now, by its own word."""
    return next((task for task in tasks if task.owner == owner and task.status == "in_progress"), None)
