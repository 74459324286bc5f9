"""The board of tasks: three columns, or one below the other, of one team or of all."""

import pytest
from asking import SIZES
from hosts import ScreenHost, settle
from teaming import API, SCHEMA, TEAM, crew_fleet, hostile_team, no_team, taskless_fleet, two_teams

from cockpit.model.fleet import Fleet
from cockpit.ui import messages as m
from cockpit.ui.screens.reader import ReaderScreen
from cockpit.ui.screens.tasks import TasksScreen


def host(fleet: Fleet | None = None) -> ScreenHost:
    return ScreenHost(TasksScreen, fleet or crew_fleet())


def tasks(app: ScreenHost) -> TasksScreen:
    assert isinstance(app.screen, TasksScreen)
    return app.screen


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


@pytest.mark.parametrize("size", SIZES)
async def test_all_three_columns_are_there_at_every_size(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        columns = list(app.screen.query(".column"))
        assert all(app.screen.region.contains_region(column.region) for column in columns)
        tops, lefts = {column.region.y for column in columns}, {column.region.x for column in columns}
        assert (len(tops), len(lefts)) == ((1, 3) if size[0] >= 80 else (3, 1))
        for said in ("Pending", "In progress", "Done", "[ ] #4", "[~] #2", "[x] #1", "blocked by #2, #3"):
            assert said in words(app)


async def test_left_and_right_move_between_columns_and_the_owners_thread_goes_with_them() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        await pilot.press("right")
        await settle(pilot)
        at = tasks(app).at()
        assert (at.thread and at.thread.ref, at.team and at.team.ref) == (SCHEMA, TEAM)
        await pilot.press("down")
        await settle(pilot)
        thread = tasks(app).at().thread
        assert thread is not None
        assert thread.ref == API
        await pilot.press("right", "right", "left", "left", "left", "down")
        await settle(pilot)
        assert tasks(app).at().thread is None


async def test_enter_reads_the_task() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        await pilot.press("right", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ReaderScreen)
        for said in ("Tables for invoices and lines", "owner schema", "blocks #3 Write the API", "written 14m ago"):
            assert said in words(app)


async def test_all_teams_first_then_each_of_them() -> None:
    app = host(two_teams())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        assert "Pending · all teams" in words(app)
        assert "Proofread" in words(app)
        tasks(app).action_pick()
        await settle(pilot)
        assert "Pending · release" in words(app)
        assert "Proofread" not in words(app)
        tasks(app).arrive(two_teams().teams[next(iter(two_teams().teams))].members[0].thread)
        await settle(pilot)
        assert "Pending · release" in words(app)


@pytest.mark.parametrize(("fleet", "said"), [(no_team(), "No team, and so no tasks"), (taskless_fleet(), "normal")])
async def test_no_tasks_are_told_in_words(fleet: Fleet, said: str) -> None:
    app = host(fleet)
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot, 4)
        assert said in words(app)


async def test_an_unknown_state_and_hostile_names_are_shown_as_text() -> None:
    app = host(hostile_team())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        assert "[?] #0 [bold red]x[/]" in words(app)


async def test_escape_goes_to_the_fleet() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        await pilot.press("escape")
        await settle(pilot)
        assert [go.screen for go in app.of(m.GoTo)] == ["fleet"]
