"""Bringing workers back, freezing hard, stopping and closing: keys in, commands out, and nothing by a held key."""

from dataclasses import replace
from typing import Any

import pytest
from asking import SIZES, AskHost
from hosts import settle
from recording import Recorded, app_of, give
from scenes import SHELL_WORKERS, workers_fleet
from textual.pilot import Pilot
from textual.widgets import Static

from cockpit.core.commands import Close, Freeze, Resume, StopSession, Thaw
from cockpit.core.find import restorable
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Status
from cockpit.ui.held import GAP
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.screens.restore import RestoreScreen

RUNNING, WAITING, PAUSED, LOST = SHELL_WORKERS
OTHER = Ref("tmux", "w8")
STOPPED = Ref("tmux", "w9")


def three_ended() -> Fleet:
    fleet = workers_fleet()
    lost = fleet.threads[LOST]
    more = (replace(lost, ref=OTHER, title="fonts"), replace(lost, ref=STOPPED, title="typos", lost=False))
    threads = {**fleet.threads, **{each.ref: each for each in more}}
    return replace(fleet, threads=threads, order=(*fleet.order, OTHER, STOPPED))


def host() -> AskHost:
    fleet = three_ended()
    return AskHost(lambda: RestoreScreen(restorable(fleet, everyone=True), fleet))


async def later(pilot: Pilot[Any]) -> None:
    """Until the key that opened the dialog has been let go of."""
    await settle(pilot)
    await pilot.pause(GAP + 0.05)


async def test_those_that_nobody_ended_are_chosen_and_enter_brings_them() -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        await later(pilot)
        assert "[x] docs-links" in app.words
        assert "[ ] typos" in app.words
        assert "Enter brings back 2" in app.words
        await pilot.press("enter")
        await settle(pilot)
    assert app.answers == [(LOST, OTHER)]


async def test_each_can_be_chosen_or_left() -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        await later(pilot)
        await pilot.press("space", "down", "space")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "Nobody is chosen" in app.words
        assert app.answers == []
        await pilot.press("end", "space", "enter")
        await settle(pilot)
    assert app.answers == [(STOPPED,)]


async def test_a_held_enter_brings_nobody_back() -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter", "enter")
        await settle(pilot)
        assert app.answers == []
        assert "too soon" in app.words


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert app.screen.region.contains_region(app.screen.query_one(".box").region)
        assert "docs-links" in app.words


async def test_the_key_brings_back_all_that_nobody_ended() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await give(pilot, three_ended())
        await settle(pilot)
        assert [note.message for note in app._notifications] == [
            "2 workers have ended although nobody ended them; B brings them back."
        ]
        await pilot.press("B")
        await later(pilot)
        assert isinstance(app.screen, RestoreScreen)
        await pilot.press("enter")
        await settle(pilot)
        await give(pilot, replace(three_ended(), revision=99))
        assert sum("although nobody" in note.message for note in app._notifications) == 1
    assert [each for each in actions.sent if isinstance(each, Resume)] == [Resume(LOST), Resume(OTHER)]


async def test_one_is_brought_back_afresh() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, workers_fleet())
        app.goto("fleet", LOST)
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("2")
        await settle(pilot)
    assert Resume(LOST, fresh=True) in actions.sent


@pytest.mark.parametrize(("choice", "hard"), [("1", False), ("2", True)])
async def test_a_worker_is_frozen_by_interrupt_or_hard(choice: str, hard: bool) -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, workers_fleet())
        app.goto("fleet", RUNNING)
        await pilot.press("f")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press(choice)
        await settle(pilot)
        assert isinstance(app.screen, PromptScreen)
        await pilot.press(*"odd", "enter")
        await settle(pilot)
    assert Freeze(RUNNING, "odd", hard) in actions.sent


async def test_what_is_frozen_hard_says_so_and_thaws() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, workers_fleet())
        assert app.fleet.threads[PAUSED].status is Status.FROZEN
        assert any("codemod" in line and "frozen, paused" in line for line in text(app))
        app.goto("fleet", PAUSED)
        await pilot.press("f")
        await settle(pilot)
    assert Thaw(PAUSED) in actions.sent


@pytest.mark.parametrize(
    ("key", "target", "words", "command"),
    [
        ("S", RUNNING, "ends what runs there: Claude Code · reading the profiler's output", StopSession(RUNNING)),
        ("C", RUNNING, "its worktree /home/dev/web-checkout-speed is removed", Close(RUNNING, confirmed=True)),
        ("C", LOST, "It cannot be brought back then", Close(LOST, confirmed=True)),
    ],
)
async def test_stop_and_close_name_what_goes_and_a_held_key_confirms_nothing(
    key: str, target: Ref, words: str, command: object
) -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, workers_fleet())
        app.goto("fleet", target)
        await pilot.press(key, key, key)
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        assert words in str(app.screen.query_one(".said", Static).render())
        assert command not in actions.sent
        await later(pilot)
        await pilot.press("y")
        await settle(pilot)
    assert command in actions.sent


async def test_a_worker_says_its_program_its_branch_and_what_it_does() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(200, 60)) as pilot:
        await give(pilot, workers_fleet())
        await settle(pilot)
        page = " ".join(" ".join(text(app)).split())
    assert "Claude Code · reading the profiler's output" in page
    assert "Not submitted. The text stands in the terminal" in page


def text(app: Any) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]
