"""Keys that a terminal hands over at once: each goes to what the ones before it opened, and none to what lies below."""

from typing import Any

import pytest
from recording import Recorded, app_of, give
from scenes import NOW, busy_fleet
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from cockpit.core.commands import Send
from cockpit.ui.screens.dispatch import DispatchScreen
from cockpit.ui.screens.palette import PaletteScreen


async def burst(pilot: Pilot[Any], *keys: str) -> None:
    """All of them before anything is done about the first."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    for _ in range(5):
        await pilot.pause()


def written(app: Any) -> str:
    field = app.focused
    return str(field.text if isinstance(field, TextArea) else field.value if isinstance(field, Input) else "")


@pytest.mark.parametrize(("key", "screen"), [("d", DispatchScreen), ("colon", PaletteScreen)])
async def test_what_follows_goes_into_the_screen_that_opens(key: str, screen: type[Any]) -> None:
    app = app_of(actions := Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        selected = app.at().thread
        await burst(pilot, key, *"hello")
        assert isinstance(app.screen, screen)
        assert written(app) == "hello"
        assert len(app.screen_stack) == 2
        assert app.screen_stack[0].at().thread == selected  # type: ignore[attr-defined]
        assert actions.sent == []


async def test_what_follows_goes_into_the_field_that_gets_the_focus() -> None:
    app = app_of(actions := Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        await burst(pilot, "slash", *"fix")
        assert written(app) == "fix"
        await burst(pilot, "escape")
        await burst(pilot, "escape")
        await burst(pilot, "r", *"so be it", "enter")
        assert [command.text for command in actions.sent if isinstance(command, Send)] == ["so be it"]


async def test_a_paste_follows_as_well() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        app.post_message(events.Key("d", "d"))
        app.post_message(events.Paste("two\nlines"))
        await burst(pilot, "x")
        assert written(app) == "two\nlinesx"


async def test_what_follows_a_refused_key_is_dropped() -> None:
    app = app_of(actions := Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await burst(pilot, "r", *"quit")
        assert app.is_running
        assert len(app.screen_stack) == 1
        assert actions.sent == []
