"""Keys that come at once while a terminal is driven: those behind the leader are for what it and they open."""

from pane_kit import Terminals, workers
from recording import Recorded, app_of, give
from textual import events

from cockpit.ui.screens.panes import PanesScreen


async def test_behind_the_leader_each_key_waits_for_the_one_before() -> None:
    terminals = Terminals()
    app = app_of(Recorded(), panes=lambda: PanesScreen(terminals.attach))
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, workers(2))
        app.goto("panes")
        for _ in range(5):
            await pilot.pause()
        for key in ("enter", "l", "s", "ctrl+g", "2", "enter", "o", "q"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(8):
            await pilot.pause()
        assert terminals[1].got == ["l", "s"]
        assert terminals[2].got == ["o", "q"]
        assert app.is_running
