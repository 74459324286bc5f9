"""Orders about the chosen terminal, given where it is seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hosts import settle
from pane_kit import Terminals, agent, fleet, worker
from recording import Recorded, app_of, give
from textual.pilot import Pilot

from cockpit.core.commands import Freeze, Interrupt
from cockpit.model.work import Capability
from cockpit.ui.screens.dialogs import ConfirmScreen
from cockpit.ui.screens.panes import PanesScreen

CAN = frozenset({Capability.INTERRUPT, Capability.STOP})


@asynccontextmanager
async def panes() -> AsyncIterator[tuple[Pilot[Any], Recorded]]:
    """Two terminals, and what is ordered about them; the first is chosen."""
    actions = Recorded()
    app = app_of(actions, panes=lambda: PanesScreen(Terminals().attach))
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, fleet(worker(1, capabilities=CAN), worker(2, capabilities=CAN)))
        app.goto("panes")
        await settle(pilot, 6)
        yield pilot, actions


async def test_freeze_interrupt_and_stop_are_about_the_chosen_terminal() -> None:
    async with panes() as (pilot, actions):
        await pilot.press("tab", "s")
        await settle(pilot, 6)
        await pilot.press("f")
        await settle(pilot, 6)
        await pilot.press(*"why", "enter")
        await settle(pilot, 6)
        await pilot.press("S")
        await settle(pilot, 6)
        assert isinstance(pilot.app.screen, ConfirmScreen)
        assert "agent-2" in pilot.app.screen._question
    assert actions.sent == [Interrupt(agent(2)), Freeze(agent(2), "why")]


async def test_a_key_never_reaches_the_terminal_that_takes_the_place_of_one_that_went() -> None:
    async with panes() as (pilot, actions):
        await give(pilot, fleet(worker(2, capabilities=CAN)))
        await pilot.press("s")
        await pilot.pause()
    assert actions.sent == []
