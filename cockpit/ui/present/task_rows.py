"""A team's tasks as rows: its own list, the board of all of them, and one task as a page.

A state that nobody here knows is shown as it came, among those that are not begun."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import Task, Team
from cockpit.ui.present import pages
from cockpit.ui.present.ages import age
from cockpit.ui.present.cells import cells, wrap
from cockpit.ui.present.glyphs import Mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.pages import Draw
from cockpit.ui.present.rows import Row, TextRow

PENDING, RUNNING, DONE = "pending", "in_progress", "completed"
STATES = {
    PENDING: Mark("[ ]", "pending", "text"),
    RUNNING: Mark("[~]", "in progress", "teal"),
    DONE: Mark("[x]", "done", "green"),
}
_ONE_LINE = 50
"""From this many cells on the owner stands beside the subject."""
_NARROW = 30
"""Under this each word below the subject has a line of its own."""

TaskId = tuple[Ref, str]


def state_of(task: Task) -> Mark:
    return STATES.get(task.status) or Mark("[?]", task.status, "text")


def blockers(task: Task) -> str:
    """`blocked by #1, #2`; empty when nothing blocks it."""
    return f"blocked by {', '.join(f'#{each}' for each in task.blocked_by)}" if task.blocked_by else ""


def task_counts(tasks: Iterable[Task], width: int = 1_000) -> str:
    """`2 pending · 1 in progress · 1 done`, in that order, each only when there is one; marks for words where those
    are wider than `width` cells."""
    found = Counter(task.status for task in tasks)
    marks = [(found.pop(status, 0), mark) for status, mark in STATES.items()]
    marks += [(count, Mark("[?]", status, "")) for status, count in sorted(found.items())]
    words = " · ".join(f"{count:,} {mark.word}" for count, mark in marks if count)
    return words if cells(words) <= width else "  ".join(f"{mark.glyph} {count:,}" for count, mark in marks if count)


@dataclass(slots=True)
class TaskRow:
    """One task of a team. `beside`: its owner stands on the first line; `below` are the words under it."""

    team: Team
    task: Task
    beside: bool
    below: tuple[str, ...]
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> TaskId:
        return self.team.ref, self.task.id

    @property
    def height(self) -> int:
        return 1 + len(self.below)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        task, (glyph, _, role) = self.task, state_of(self.task)
        done = task.status == DONE
        left = (
            Span(f"{glyph} ", role),
            Span(f"#{task.id} ", "dim"),
            Span(task.subject, "dim" if done or task.blocked_by else "text"),
        )
        owner = task.owner or ("" if done else "nobody")
        first = Line(left, (Span(f" {owner}", "dim"),) if self.beside and owner else ())
        return first, *(dim(f"    {part}") for part in self.below)

    def changes_in(self, now: datetime) -> float | None:
        return None


def task_row(team: Team, task: Task, width: int, badge: str = "") -> TaskRow:
    """For a list of `width` cells; `badge` names the team. Who does it and what it waits for are never cut for what is
    only of interest beside them."""
    beside = width >= _ONE_LINE
    owner = "" if beside else task.owner or ""
    unknown = task.status if task.status not in STATES else ""
    doing = task.active_form if task.status == RUNNING and width >= _NARROW else ""
    parts = [part for part in (owner, badge, unknown, blockers(task), doing) if part]
    return TaskRow(team, task, beside, tuple(parts) if width < _NARROW else (" · ".join(parts),) if parts else ())


def task_rows(team: Team, width: int) -> list[Row]:
    """The team's tasks in the order of their numbers, for a list of `width` cells."""
    rows: list[Row] = [task_row(team, task, width) for task in team.tasks]
    return rows or [TextRow("none", tuple(_no_tasks(team, width)))]


def _no_tasks(team: Team, width: int) -> Iterator[Line]:
    if team.has_tasks:
        yield line("No tasks yet")
        return
    yield line("No task list")
    said = "That is normal: newer models keep none unless CLAUDE_CODE_ENABLE_TODO_TOOLS=1 is set. What the members do is told beside it."  # noqa: E501
    yield from (dim(part) for part in wrap(said, max(width, 10)))


def board(fleet: Fleet, team: Team | None, width: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Three columns of `width` cells: what is not begun, in progress and done; of that team, or of all of them."""
    teams = [team] if team else sorted(fleet.teams.values(), key=lambda each: (each.title.casefold(), each.ref))
    columns: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for each in teams:
        badge = each.title if team is None and len(teams) > 1 else ""
        for task in each.tasks:
            place = {RUNNING: 1, DONE: 2}.get(task.status, 0)
            columns[place].append(task_row(each, task, width, badge))
    return columns


def task_of(fleet: Fleet, id: object) -> tuple[Team, Task] | None:
    """What stands under the id of a row, if it is still there."""
    match id:
        case (Ref() as ref, str() as number) if team := fleet.teams.get(ref):
            return next(((team, task) for task in team.tasks if task.id == number), None)
    return None


def task_page(team: Team, task: Task, now: datetime) -> Draw:
    """The task with all that is known of it, for the reader."""
    glyph, word, role = state_of(task)
    subjects = {each.id: each.subject for each in team.tasks}
    lines = [
        line(Span(f"{glyph} {word}", role, bold=True), Span(f"  {task.active_form}", "dim")),
        line(Span("team     ", "dim"), team.title),
        line(Span("owner    ", "dim"), task.owner or "nobody"),
        *(line(Span("waits for ", "dim"), f"#{each} {subjects.get(each, '')}") for each in task.blocked_by),
        *(
            line(Span("blocks   ", "dim"), f"#{each.id} {each.subject}")
            for each in team.tasks
            if task.id in each.blocked_by
        ),
    ]
    if task.updated_at:
        lines.append(line(Span("written  ", "dim"), f"{age(task.updated_at, now)} ago"))
    if not task.description.strip():
        return pages.lines([*lines, BLANK, dim("It has no description.")])
    return pages.joined(pages.lines([*lines, BLANK]), pages.markdown(task.description))
