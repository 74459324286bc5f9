"""What starts workers in terminals, and brings them back, looks as it did, over a fleet made by hand."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))
sys.path.insert(0, str(Path(__file__).parents[1] / "ui" / "panes"))

from asking import AskHost, typed
from hosts import ScreenHost, settle
from pane_kit import Terminals, fleet, screen, worker
from poses import SIZES
from scenes import SHELL_WORKERS, workers_fleet
from textual.pilot import Pilot

from cockpit.config import Config
from cockpit.core.commands import Command, Outcome
from cockpit.core.find import restorable
from cockpit.ui.screens.dispatch import DispatchScreen
from cockpit.ui.screens.fleet import FOLLOW_SECONDS, FleetScreen
from cockpit.ui.screens.restore import RestoreScreen
from cockpit.ui.screens.settings import SettingsScreen
from cockpit.ui.widgets.fields import Choice
from cockpit.ui.widgets.row_list import RowList


async def _send(command: Command) -> Outcome:
    raise AssertionError(f"{command} was sent from a picture")


@pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for w, h in SIZES])
def test_the_form_for_workers(size: tuple[int, int], snap_compare: Any) -> None:
    fleet = workers_fleet()
    thread = fleet.threads[SHELL_WORKERS[0]]

    async def fill(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await typed(pilot, "Make the checkout page fast\nand prove it with a profile")
        pilot.app.screen.query_one("#where", Choice).value = "worktree"
        await settle(pilot)

    app = AskHost(lambda: DispatchScreen(lambda: fleet, thread, send=_send, here="/home/dev/web"))
    assert snap_compare(app, terminal_size=size, run_before=fill)


def test_the_list_of_those_that_can_be_brought_back(snap_compare: Any) -> None:
    fleet = workers_fleet()
    app = AskHost(lambda: RestoreScreen(restorable(fleet, everyone=True), fleet))
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for w, h in SIZES])
def test_what_workers_are_started_with(size: tuple[int, int], snap_compare: Any) -> None:
    config = Config(harness={"claude": {"team": "tmux", "mode": "plan"}})

    def same(*_: object) -> Config:
        return config

    async def go(pilot: Pilot[None]) -> None:
        await settle(pilot)
        pilot.app.screen.query_one(RowList).select(("harness.claude.team", None))
        await settle(pilot)

    app = ScreenHost(lambda: SettingsScreen(config, Path("config.toml"), same, same, same), workers_fleet())
    assert snap_compare(app, terminal_size=size, run_before=go)


@pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for w, h in SIZES])
def test_the_terminal_of_a_worker_without_a_conversation(size: tuple[int, int], snap_compare: Any) -> None:
    terminals = Terminals()

    async def go(pilot: Pilot[None]) -> None:
        if size[0] < 80:
            await pilot.press("right")
        await pilot.pause(FOLLOW_SECONDS)
        await settle(pilot, 4)
        rows = (f"test {number:2}  ok  checkout is fast" for number in range(40))
        terminals[1].show(screen(*rows, "", "40 passed", "$ ", size=(100, 50)))
        await settle(pilot, 3)

    app = ScreenHost(lambda: FleetScreen(terminals.attach), fleet(worker(1), worker(2)))
    assert snap_compare(app, terminal_size=size, run_before=go)
