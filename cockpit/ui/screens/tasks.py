"""The board: the tasks of one team or of all in three columns: not begun, in progress, done. Enter reads one.

It changes no task: a task belongs to the team that works on it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Static

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import Task, Team
from cockpit.ui.actions import At
from cockpit.ui.clock import now_of
from cockpit.ui.messages import GoTo
from cockpit.ui.present.task_rows import STATES, board, task_of, task_page
from cockpit.ui.present.team_rows import team_of, teams_in_order, thread_of
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.row_list import RowList
from cockpit.ui.widgets.sized_list import QuietList

WIDE = 80
COLUMNS = ("pending", "running", "done")


class TasksScreen(CockpitScreen):
    """Columns from 80 cells on; under that one below the other."""

    NAME = "tasks"
    TITLE_WORD = "Tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "column(-1)", show=False, priority=True),
        Binding("right,tab", "column(1)", show=False, priority=True),
        Binding("escape", "back", show=False),
    ]
    DEFAULT_CSS = """
    TasksScreen #board { layout: vertical; height: 1fr; }
    TasksScreen .column {
        width: 1fr; height: 1fr; min-height: 4; border: round $border-dim; padding: 0 0 0 1;
        border-title-color: $text-dim; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; border-title-color: $text; height: 2fr; }
    }
    TasksScreen.-wide #board { layout: horizontal; }
    TasksScreen.-wide .column { height: 1fr; }
    TasksScreen #none { display: none; height: 1fr; padding: 1 2; color: $text-dim; }
    TasksScreen.-empty #board { display: none; }
    TasksScreen.-empty #none { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._only: Ref | None = None
        self._lists = [QuietList(id=f"{name}-rows") for name in COLUMNS]
        self._column = 0

    def middle(self) -> ComposeResult:
        with Container(id="board"):
            for name, rows, mark in zip(COLUMNS, self._lists, STATES.values(), strict=True):
                with Vertical(id=name, classes="column") as column:
                    column.border_title = mark.word.capitalize()
                    yield rows
        yield Static(id="none", markup=False)

    def on_mount(self) -> None:
        self._lists[self._column].focus()

    # Where the person is

    @property
    def team(self) -> Team | None:
        """The team whose tasks are shown; None for all of them."""
        teams = self.fleet.teams
        return teams.get(self._only) if self._only else next(iter(teams.values())) if len(teams) == 1 else None

    def _selected(self) -> tuple[Team, Task] | None:
        return task_of(self.fleet, self._lists[self._column].selected)

    def at(self) -> At:
        """The thread of who does the selected task, and its team."""
        found = self._selected() if self.is_mounted else None
        team = found[0] if found else self.team
        owner = next((m for m in team.members if found and m.name == found[1].owner), None) if team else None
        return At(self.NAME, self.fleet, thread_of(owner, self.fleet) if owner else None, team=team)

    def arrive(self, thread: Ref | None) -> None:
        if thread is not None and (team := team_of(thread, self.fleet)):
            self._only = team.ref
            self._show()

    # The fleet, downwards

    def watch_fleet(self, fleet: Fleet) -> None:
        self._show()
        super().watch_fleet(fleet)

    def on_screen_resume(self) -> None:
        self._show()
        self.update_keys()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    def on_sized_list_resized(self) -> None:
        self._show()

    def _show(self) -> None:
        if not self.is_mounted or not self.is_current:
            return
        team = self.team
        columns = board(self.fleet, team, self._lists[0].room)
        for name, rows, found in zip(COLUMNS, self._lists, columns, strict=True):
            rows.rows = found
            entitle(self.query_one(f"#{name}"), below=f"{len(found):,}" if found else "")
        several = team is None and len(self.fleet.teams) > 1
        named = f" · {team.title}" if team else " · all teams" if several else ""
        entitle(self.query_one("#pending"), title=STATES["pending"].word.capitalize() + named)
        self.set_class(not any(columns), "-empty")
        self.query_one("#none", Static).update(self._nothing(team))

    def _nothing(self, team: Team | None) -> str:
        if team is not None and not team.has_tasks:
            return (
                f"{team.title} keeps no task list. That is normal: newer models have none unless "
                "CLAUDE_CODE_ENABLE_TODO_TOOLS=1 is set. F5 shows what its members do."
            )
        return "No tasks yet." if self.fleet.teams else "No team, and so no tasks. F5 says how to start one."

    # What happens

    def on_descendant_focus(self) -> None:
        for place, rows in enumerate(self._lists):
            if rows.has_focus:
                self._column = place
        super().on_descendant_focus()

    @on(RowList.Highlighted)
    def _moved(self) -> None:
        self.update_keys()

    @on(RowList.Opened)
    def _opened(self) -> None:
        from cockpit.ui.screens.reader import ReaderScreen

        if found := self._selected():
            title = f"Task #{found[1].id} {found[1].subject}"
            self.app.push_screen(ReaderScreen(title, task_page(*found, now_of(self))))

    def action_column(self, step: int) -> None:
        """The next column that way, on the task that stands beside the selected one."""
        self._column = max(min(self._column + step, len(self._lists) - 1), 0)
        self._lists[self._column].focus()

    def action_pick(self) -> None:
        """All teams, then one after the other."""
        refs: list[Ref | None] = [None, *(team.ref for team in teams_in_order(self.fleet))]
        here = refs.index(self._only) if self._only in refs else 0
        self._only = refs[(here + 1) % len(refs)]
        self._show()
        self.update_keys()

    def action_back(self) -> None:
        self.post_message(GoTo("fleet"))
