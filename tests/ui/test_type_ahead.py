"""Keys that a terminal hands over at once: each goes to what the ones before it opened, and none to what lies below."""

import time
from typing import Any

import pytest
from recording import Recorded, app_of, give
from scenes import NOW, busy_fleet
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.core.commands import Send
from cockpit.ui.screens.dispatch import DispatchScreen
from cockpit.ui.screens.palette import PaletteScreen
from cockpit.ui.type_ahead import TypeAhead, Typed


async def burst(pilot: Pilot[Any], *keys: str) -> None:
    """All of them before anything is done about the first; then until nothing waits any more."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await pilot.pause()
    ahead: TypeAhead = pilot.app._ahead
    while ahead._waiting or ahead._under_way or ahead._opening:
        await pilot.pause()
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


@pytest.mark.parametrize("key", ["colon", "d", "slash"])
async def test_a_terminal_that_sends_ctrl_h_for_backspace_takes_back_the_letter_before(key: str) -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        await burst(pilot, key)
        await burst(pilot, "a", "b", "ctrl+h", "c", "alt+b", "d")
        assert written(app) == "dac"


class Taker(Widget, can_focus=True):
    """`s` holds everything up for a moment, `f` gives the focus to the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.got = ""

    def on_key(self, event: events.Key) -> None:
        self.got += event.key
        if event.key == "s":
            time.sleep(0.02)
        if event.key == "f":
            self.app.action_focus_next()


class Typing(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self._ahead = TypeAhead(self, super().on_event, lambda _: False)

    def compose(self) -> ComposeResult:
        yield Taker()
        yield Taker()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, Typed) and not event.is_forwarded:
            await self._ahead.take(event)
        else:
            await super().on_event(event)


async def test_a_key_that_came_late_lets_only_one_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.ui.type_ahead._ARRIVES_SECONDS", 0.01)
    async with Typing().run_test() as pilot:
        await burst(pilot, *"sfffx")
        assert [taker.got for taker in pilot.app.query(Taker)] == ["sff", "fx"]
