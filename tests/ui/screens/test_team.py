"""The team screen: what is in sight at each size, where the keys go, and what it asks for."""

from dataclasses import replace
from typing import Any

import pytest
from asking import SIZES
from hosts import ScreenHost, settle
from scenes import NOW
from teaming import (
    API,
    SCHEMA,
    TEAM,
    big_team,
    crew_fleet,
    hostile_team,
    no_team,
    release,
    taskless_fleet,
    two_teams,
)
from textual.pilot import Pilot

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import TeamMessage
from cockpit.model.work import Status
from cockpit.ui import messages as m
from cockpit.ui.screens.reader import ReaderScreen
from cockpit.ui.screens.team import TeamScreen
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.conversation import Conversation
from cockpit.ui.widgets.row_list import RowList


def host(fleet: Fleet | None = None) -> ScreenHost:
    return ScreenHost(TeamScreen, fleet or crew_fleet())


def team(app: ScreenHost) -> TeamScreen:
    assert isinstance(app.screen, TeamScreen)
    return app.screen


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


def focused(app: ScreenHost) -> str:
    return app.focused.id or type(app.focused).__name__ if app.focused else ""


def rows(app: ScreenHost, id: str) -> RowList:
    return team(app).query_one(f"#{id}", RowList)


async def carded(pilot: Pilot[Any], app: ScreenHost) -> None:
    while team(app).card_since() is None:
        await pilot.pause(0.01)
    await settle(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_members_come_first_with_the_card_of_who_needs_a_person(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        await carded(pilot, app)
        assert focused(app) == "member-rows"
        at = team(app).at()
        assert (at.thread and at.thread.ref, at.ask and at.ask.id, at.team and at.team.ref) == (SCHEMA, "perm-1", TEAM)
        assert "alembic upgrade head && pytest -q tests/db" in words(app)
        assert app.screen.region.contains_region(team(app).query_one(AskCard).region)


@pytest.mark.parametrize(
    ("size", "shown"), [((120, 40), 3), ((200, 60), 3), ((80, 24), 3), ((79, 24), 1), ((60, 20), 1)]
)
async def test_there_are_as_many_panels_as_there_is_room_for(size: tuple[int, int], shown: int) -> None:
    app = host(no_asks())
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        panels = [panel for panel in app.screen.query(".panel") if panel.is_on_screen]
        assert len(panels) == shown
        assert all(app.screen.region.contains_region(panel.region) for panel in panels)


def no_asks() -> Fleet:
    fleet = crew_fleet()
    calm = {ref: replace(each, asks=()) for ref, each in fleet.threads.items()}
    return replace(fleet, threads=calm, asks=())


@pytest.mark.parametrize("size", SIZES)
async def test_left_and_right_go_through_the_panels_and_escape_back_to_the_members_and_the_fleet(
    size: tuple[int, int],
) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        seen = []
        for key in ("right", "tab", "right", "left"):
            await pilot.press(key)
            await settle(pilot)
            seen.append(focused(app))
        assert seen == ["task-rows", "message-rows", "message-rows", "task-rows"]
        await pilot.press("escape")
        await settle(pilot)
        assert focused(app) == "member-rows"
        assert app.of(m.GoTo) == []
        await pilot.press("escape")
        await settle(pilot)
        assert [go.screen for go in app.of(m.GoTo)] == ["fleet"]


async def test_enter_opens_the_members_conversation_a_task_and_a_message() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        await pilot.press("enter")
        await settle(pilot)
        assert [(go.screen, go.thread) for go in app.of(m.GoTo)] == [("fleet", SCHEMA)]
        await pilot.press("right", "down", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ReaderScreen)
        assert "keep the old ids" in words(app)
        assert "#3 Write the API" in words(app)
        await pilot.press("escape")
        await pilot.press("right", "up", "up", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ReaderScreen)
        assert "schema → api" in words(app)


async def test_the_newest_message_is_in_sight_and_stays_so_until_the_person_goes_up() -> None:
    fleet = big_team(5, 200)
    app = host(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        assert "Word 199" in words(app)
        app.give(said(fleet, "one more"))
        await settle(pilot)
        assert "one more" in words(app)
        await pilot.press("right", "right", "up", "up")
        await settle(pilot)
        kept = rows(app, "message-rows").selected
        app.give(said(fleet, "one more", "and another"))
        await settle(pilot)
        assert rows(app, "message-rows").selected == kept


def said(fleet: Fleet, *texts: str) -> Fleet:
    crowd = fleet.teams[TEAM]
    more = tuple(TeamMessage("m1", "m2", text, NOW) for text in texts)
    return replace(fleet, teams={TEAM: replace(crowd, messages=(*crowd.messages, *more))})


async def test_the_selection_stays_with_its_member_and_a_slide_is_noted() -> None:
    fleet = crew_fleet()
    app = host(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        await pilot.press("end")
        await settle(pilot)
        assert rows(app, "member-rows").selected == "reviewer"
        app.give(no_asks())
        assert rows(app, "member-rows").selected == "reviewer"
        assert team(app).thread_since() == float("-inf")
        left = tuple(each for each in release().members if each.name != "reviewer")
        app.give(replace(fleet, teams={TEAM: replace(release(), members=left)}))
        assert rows(app, "member-rows").selected == "api"
        assert team(app).thread_since() > 0


async def test_who_comes_to_need_a_person_is_in_sight_above_the_selected_member() -> None:
    asks = crew_fleet()
    calm = {**asks.threads, SCHEMA: replace(asks.threads[SCHEMA], status=Status.WORKING, asks=())}
    app = host(replace(asks, threads=calm))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        members = rows(app, "member-rows")
        members.select("team-lead", by_person=True)
        await settle(pilot)
        app.give(asks)
        await settle(pilot, 4)
        assert members.selected == "team-lead"
        assert members.scroll_offset.y == 0
        assert "! schema" in words(app)


async def test_the_card_goes_with_the_ask_and_the_keys_stay_with_the_members() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        await carded(pilot, app)
        app.give(no_asks())
        await settle(pilot)
        assert team(app).at().ask is None
        assert team(app).card_since() is None
        assert focused(app) == "member-rows"


async def test_several_teams_are_a_list_first_and_escape_comes_back_to_it() -> None:
    app = host(two_teams())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        assert focused(app) == "teams"
        assert team(app).at().team is None
        await pilot.press("down", "enter")
        await settle(pilot)
        shown = team(app).at().team
        assert shown is not None
        assert shown.title == "docs-crew"
        assert "Team docs-crew" in words(app)
        await pilot.press("escape")
        await settle(pilot)
        assert focused(app) == "teams"
        await pilot.press("escape")
        await settle(pilot)
        assert [go.screen for go in app.of(m.GoTo)] == ["fleet"]


async def test_another_team_that_comes_does_not_take_the_screen_from_the_one_that_is_read() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        before = rows(app, "member-rows").selected
        app.give(two_teams())
        await settle(pilot)
        assert "Team release" in words(app)
        assert rows(app, "member-rows").selected == before
        team(app).action_pick()
        await settle(pilot)
        assert "Team release" not in words(app)


async def test_the_only_team_that_is_left_is_looked_at_anew() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        team(app).action_timeline()
        await settle(pilot)
        left = two_teams()
        app.give(replace(left, teams={ref: each for ref, each in left.teams.items() if ref != TEAM}))
        await settle(pilot)
        assert "Timeline" not in words(app)
        assert app.of(m.Followed)[-1].thread is None
        assert "Messages" in words(app)


async def test_coming_for_a_thread_shows_its_team_and_selects_it() -> None:
    app = host(two_teams())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        team(app).arrive(API)
        await settle(pilot)
        at = team(app).at()
        assert (at.team and at.team.ref, at.thread and at.thread.ref) == (TEAM, API)


async def test_next_goes_to_who_needs_a_person_also_in_another_team() -> None:
    app = host(two_teams())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        await pilot.press("down", "enter")
        await settle(pilot)
        team(app).action_next_needing()
        await settle(pilot)
        at = team(app).at()
        assert at.team is not None
        assert at.team.ref == TEAM
        assert at.thread is not None
        assert at.thread.ref == SCHEMA


async def test_the_timeline_takes_the_screen_follows_the_team_and_gives_both_back() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        team(app).action_timeline()
        await settle(pilot)
        assert team(app).query_one(Conversation).has_focus
        assert not team(app).query_one("#members").is_on_screen
        assert "schema waits for you" in words(app)
        assert [each.thread for each in app.of(m.Followed)] == [TEAM]
        await pilot.press("escape")
        await settle(pilot)
        assert team(app).query_one("#members").is_on_screen
        assert [each.thread for each in app.of(m.Followed)] == [TEAM, None]


async def test_messages_have_their_whole_width_again_after_the_timeline() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        messages = rows(app, "message-rows")
        before = [row.height for row in messages.rows]
        for _ in range(2):
            team(app).action_timeline()
            await settle(pilot, 4)
        assert [row.height for row in messages.rows] == before


async def test_messages_are_narrowed_to_two_who_talked() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        team(app).action_narrow()
        await settle(pilot, 4)
        await pilot.press(*"api schema", "down", "up", "enter")
        await settle(pilot, 4)
        assert "api ↔ schema · 3 of 8" in words(app)
        assert "nothing to review yet" not in words(app)


async def test_no_team_and_no_tasks_are_told_in_words() -> None:
    for fleet, said in ((no_team(), "CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS=1"), (taskless_fleet(), "That is normal")):
        app = host(fleet)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot, 4)
            assert said in words(app)


async def test_a_team_that_goes_away_leaves_words_and_one_that_comes_is_shown() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, 4)
        app.give(no_team())
        await settle(pilot)
        assert "No agent team here" in words(app)
        assert team(app).at().thread is None
        app.give(crew_fleet())
        await settle(pilot)
        assert focused(app) == "member-rows"


@pytest.mark.parametrize("size", SIZES)
async def test_a_team_that_is_being_stopped_says_so_for_as_long_as_it_is(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        assert "Stopping" not in words(app)
        app.give(replace(crew_fleet(), sending={str(TEAM): "stopteam"}))
        await settle(pilot)
        assert "Stopping release…" in words(app)
        team(app).action_timeline()
        await settle(pilot, 4)
        assert "release · being stopped…" in words(app)
        team(app).action_timeline()
        app.give(crew_fleet())
        await settle(pilot, 4)
        assert "topp" not in words(app)


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_names_are_text(size: tuple[int, int]) -> None:
    app = host(hostile_team())
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 4)
        assert "[bold red]x[/]" in words(app)
        assert "[red]team[/]" in words(app)
        await pilot.press("right", "right", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ReaderScreen)


async def test_a_crowd_that_talks_much_draws_only_what_changed() -> None:
    fleet = big_team()
    app = host(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        assert len(rows(app, "member-rows").rows) == 200
        assert len(rows(app, "message-rows").rows) == 1_000
        app.give(replace(fleet, revision=fleet.revision + 1))
        await settle(pilot)
        assert rows(app, "message-rows").selected == rows(app, "message-rows").rows[-1].id


async def test_what_is_typed_for_a_ref_that_is_no_member_changes_nothing() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, 4)
        team(app).arrive(Ref("home", "nobody"))
        await settle(pilot)
        assert rows(app, "member-rows").selected == "schema"
