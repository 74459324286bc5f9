"""Keys in, commands out: what a person does on the team screen reaches the core as one command, and only when meant."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
import recording
from asking import until
from recording import Recorded
from teaming import API, LEAD, SCHEMA, TEAM, crew_fleet, two_teams
from textual.pilot import Pilot

from cockpit.core.commands import Decide, Freeze, Interrupt, Send, StopTeam
from cockpit.model.asks import Decision
from cockpit.model.fleet import Fleet
from cockpit.ui import messages
from cockpit.ui.actions import BY_ID
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, Dialog, PromptScreen
from cockpit.ui.screens.status import StatusScreen
from cockpit.ui.screens.tasks import TasksScreen
from cockpit.ui.screens.team import TeamScreen


class Panes(CockpitScreen):
    NAME = "panes"


def long_ago() -> float:
    """A card that has been read for a while."""
    return monotonic() - 10


def app_of(actions: Recorded, clock: Callable[[], float] = long_ago) -> CockpitApp:
    return recording.app_of(
        actions, team=lambda: TeamScreen(clock=clock), tasks=TasksScreen, status=StatusScreen, panes=Panes
    )


async def come(pilot: Pilot[Any], fleet: Fleet, *keys: str) -> CockpitApp:
    app = pilot.app
    assert isinstance(app, CockpitApp)
    app.post_message(messages.FleetChanged(fleet))
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    await pilot.pause()
    return app


def aged(dialog: Any) -> None:
    """As if the dialog had been read for a while."""
    assert isinstance(dialog, Dialog)
    dialog._clock = lambda: monotonic() + 10


async def test_approve_from_the_members() -> None:
    actions = Recorded()
    async with app_of(actions).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, crew_fleet(), "f5")
        await until(pilot, lambda: app.at().ask is not None)
        await pilot.press("a")
        await until(pilot, lambda: bool(actions.sent))
    assert actions.sent == [Decide(SCHEMA, "perm-1", Decision.ACCEPT)]


@pytest.mark.parametrize("screen", ["f5", "f2"])
async def test_each_of_several_requests_of_one_worker_has_its_card(screen: str) -> None:
    fleet = crew_fleet()
    row = fleet.threads[SCHEMA]
    second = replace(row.asks[0], id="perm-2", body="make seed")
    fleet = replace(fleet, threads={**fleet.threads, SCHEMA: replace(row, asks=(*row.asks, second))})
    async with app_of(Recorded()).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, fleet, screen)
        await until(pilot, lambda: app.at().ask == row.asks[0])
        await pilot.press("full_stop")
        await until(pilot, lambda: app.at().ask == second)
        await pilot.press("full_stop")
        await until(pilot, lambda: app.at().ask == row.asks[0])
        await pilot.press("comma")
        await until(pilot, lambda: app.at().ask == second)


async def test_a_card_that_has_only_just_come_is_not_approved() -> None:
    actions = Recorded()
    async with app_of(actions, monotonic).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, crew_fleet(), "f5")
        await until(pilot, lambda: app.at().ask is not None)
        await pilot.press("a")
        await pilot.pause()
        assert [told.message for told in app._notifications if "press it once more" in told.message]
    assert actions.sent == []


async def test_decline_works_on_the_card_and_nothing_on_a_member_that_asks_nothing() -> None:
    actions = Recorded()
    async with app_of(actions).run_test(size=(80, 24)) as pilot:
        app = await come(pilot, crew_fleet(), "f5")
        await until(pilot, lambda: app.at().ask is not None)
        await pilot.press("end", "x", "a")
        await pilot.pause()
        assert actions.sent == []
        await pilot.press("home")
        await until(pilot, lambda: app.at().ask is not None)
        await pilot.press("x")
        await until(pilot, lambda: bool(actions.sent))
    assert actions.sent == [Decide(SCHEMA, "perm-1", Decision.DECLINE)]


async def test_stopping_asks_with_everybodys_name_and_no_is_the_answer_to_a_reflex() -> None:
    actions = Recorded()
    async with app_of(actions).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, crew_fleet(), "f5", "K")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        said = " ".join(str(each.render()) for each in app.screen.query(".said"))
        assert "schema (approval), api (working), reviewer (idle), writer (failed)" in said
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert actions.sent == []
        await pilot.pause(0.8)
        await pilot.press("K")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.pause()
        await pilot.press("y")
        assert actions.sent == []
        aged(app.screen)
        await pilot.press("y")
        await until(pilot, lambda: bool(actions.sent))
    assert actions.sent == [StopTeam(TEAM, confirmed=True)]


async def test_reply_writes_to_the_selected_member() -> None:
    actions = Recorded()
    async with app_of(actions).run_test(size=(60, 20)) as pilot:
        app = await come(pilot, crew_fleet(), "f5", "end", "up", "r")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"index it", "enter")
        await until(pilot, lambda: bool(actions.sent))
    assert actions.sent == [Send(API, "index it")]


async def test_interrupt_and_freeze_are_about_the_selected_member() -> None:
    actions = Recorded()
    async with app_of(actions).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, crew_fleet(), "f5", "end", "up", "s")
        await until(pilot, lambda: bool(actions.sent))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("w", "enter")
        await until(pilot, lambda: len(actions.sent) == 2)
    assert actions.sent == [Interrupt(API), Freeze(API, "w")]


async def test_the_panes_screen_gets_the_teams_panes_and_no_others() -> None:
    async with app_of(Recorded()).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, crew_fleet(), "f5", "V")
        await until(pilot, lambda: isinstance(app.screen, Panes))
        assert isinstance(app.screen, Panes)
        assert set(app.screen.pins) >= {LEAD, SCHEMA, API}


async def test_without_a_terminal_in_sight_view_panes_says_why() -> None:
    fleet = crew_fleet()
    blind = replace(fleet, threads={ref: replace(each, terminal=None) for ref, each in fleet.threads.items()})
    async with app_of(Recorded()).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, blind, "f5", "V")
        assert isinstance(app.screen, TeamScreen)
        assert "terminal" in (BY_ID["team.panes"].why_not(app.at()) or "")


async def test_ctrl_t_comes_for_the_selected_member_and_leaves_again_to_it() -> None:
    async with app_of(Recorded()).run_test(size=(120, 40)) as pilot:
        app = await come(pilot, two_teams())
        app.goto("fleet", API)
        await pilot.pause()
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.at().screen == "team")
        at = app.at()
        assert (at.team and at.team.ref, at.thread and at.thread.ref) == (TEAM, API)
        await pilot.press("f6")
        await until(pilot, lambda: app.at().screen == "tasks")
        assert isinstance(app.screen, TasksScreen)
        assert app.screen.team is not None
        await pilot.press("f5")
        await until(pilot, lambda: app.at().screen == "team")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.at().screen == "fleet")


async def test_every_way_to_a_team_has_a_key_that_a_plain_terminal_sends() -> None:
    for id in ("go.team", "go.tasks", "go.status"):
        assert any(key.startswith("f") and key[1:].isdigit() for key in BY_ID[id].keys.split(","))


def test_no_key_is_given_to_two_actions_of_one_screen() -> None:
    for screen in ("fleet", "inbox", "team", "tasks", "status"):
        here = [action for action in BY_ID.values() if not action.screens or screen in action.screens]
        given = [key for action in here for key in action.keys.split(",") if key]
        assert len(given) == len(set(given))
