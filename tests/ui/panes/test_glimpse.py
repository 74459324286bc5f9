"""A worker without a conversation, beside the list: its terminal is looked into, gently, and only while it is seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from hosts import ScreenHost, settle
from pane_kit import Terminals, agent, fleet, screen, worker
from textual.pilot import Pilot

from cockpit.model.fleet import Fleet
from cockpit.model.terminal import Lane
from cockpit.model.work import Capability
from cockpit.ui.screens.fleet import FOLLOW_SECONDS, FleetScreen
from cockpit.ui.screens.help import HelpScreen


class Host(ScreenHost):
    def __init__(self, shown: Fleet) -> None:
        self.terminals = Terminals()
        super().__init__(lambda: FleetScreen(self.terminals.attach), shown)
        self.add_mode("help", lambda: HelpScreen(dict))


@asynccontextmanager
async def at(shown: Fleet) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(shown)
    async with app.run_test(size=(120, 40)) as pilot:
        await rest(pilot)
        yield app, pilot


async def rest(pilot: Pilot[None]) -> None:
    await pilot.pause(FOLLOW_SECONDS)
    await settle(pilot, 4)


async def test_the_last_lines_of_the_selected_one_are_shown_and_follow() -> None:
    async with at(fleet(worker(1), worker(2))) as (app, pilot):
        assert "terminal of %1" in "".join(app.text)
        assert "p pins it to the panes   o in full" in "".join(app.text)
        assert app.terminals.watched == {"%1": Lane.GENTLE}
        app.terminals[1].show(screen(*(f"row {number}" for number in range(60)), size=(80, 60)))
        await settle(pilot, 3)
        assert "row 59" in "".join(app.text)
        await pilot.press("down")
        await rest(pilot)
        assert "terminal of %2" in "".join(app.text)
        assert app.terminals.watched == {"%2": Lane.GENTLE}
        assert app.terminals[1].sizes == []


async def test_nobody_looks_at_it_from_another_screen() -> None:
    async with at(fleet(worker(1))) as (app, pilot):
        await app.switch_mode("help")
        await settle(pilot, 3)
        assert app.terminals.watched == {"%1": Lane.HIDDEN}
        await app.switch_mode("only")
        await settle(pilot, 3)
        assert app.terminals.watched == {"%1": Lane.GENTLE}


async def test_a_panel_that_is_not_shown_looks_at_nothing() -> None:
    async with at(fleet(worker(1))) as (app, pilot):
        await pilot.resize_terminal(60, 20)
        await settle(pilot, 4)
        assert app.terminals.watched == {"%1": Lane.HIDDEN}
        await pilot.press("right")
        await settle(pilot, 4)
        assert app.terminals.watched == {"%1": Lane.GENTLE}


async def test_who_has_a_conversation_or_no_terminal_is_not_looked_into() -> None:
    talking = replace(worker(1), capabilities=frozenset({Capability.CONVERSE}))
    without = replace(worker(2), terminal=None)
    async with at(fleet(talking, without)) as (app, pilot):
        assert "reading…" in "".join(app.text)
        await pilot.press("down")
        await rest(pilot)
        assert "shows no conversations" in "".join(app.text)
        assert app.terminals.made == {}


async def test_why_it_cannot_be_seen_is_said() -> None:
    async with at(fleet(worker(1))) as (app, pilot):
        app.terminals[1].show(screen("old"), "The pane is closed.")
        await settle(pilot, 3)
        assert "The pane is closed." in "".join(app.text)
        app.terminals.refused.add(agent(2))
        app.give(fleet(worker(2)))
        await rest(pilot)
        assert "There is no such pane any more." in "".join(app.text)
        assert app.terminals[1].closed
        app.give(fleet(replace(worker(2), detail="still there")))
        await rest(pilot)
        assert "There is no such pane any more." in "".join(app.text)
