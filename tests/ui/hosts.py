"""Small apps that host one widget or one screen under our themes, with a clock that stands still.

They keep what was posted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from scenes import NOW
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from cockpit.model.fleet import Fleet
from cockpit.ui import messages as m
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.theme import load_themes


class Host(App[None]):
    """Under the default theme; `now` can be moved."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: $ground; color: $text; }"

    def __init__(self, theme: str = "night") -> None:
        super().__init__()
        self.now = NOW
        self.posted: list[Message] = []
        themes = load_themes()
        for each in themes.themes:
            self.register_theme(each)
        self.theme = themes.choose(theme)

    def clock(self) -> datetime:
        return self.now

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.posted if isinstance(message, kind)]

    @property
    def text(self) -> list[str]:
        """The lines of the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips()]


class WidgetHost(Host):
    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._given = widgets

    def compose(self) -> ComposeResult:
        yield from self._given


class ScreenHost(Host):
    """Shows one screen in a mode of its own, as the program does, and notes what it wants."""

    def __init__(self, make: Callable[[], CockpitScreen], fleet: Fleet, theme: str = "night") -> None:
        super().__init__(theme)
        self.add_mode("only", make)
        self.fleet = fleet

    async def on_mount(self) -> None:
        await self.switch_mode("only")
        self.give(self.fleet)

    def give(self, fleet: Fleet) -> None:
        self.fleet = fleet
        shown: Screen[Any] = self.screen
        assert isinstance(shown, CockpitScreen)
        shown.fleet = fleet

    def on_followed(self, message: m.Followed) -> None:
        self.posted.append(message)

    def on_act(self, message: m.Act) -> None:
        self.posted.append(message)

    def on_do(self, message: m.Do) -> None:
        self.posted.append(message)

    def on_told(self, message: m.Told) -> None:
        self.posted.append(message)

    def on_go_to(self, message: m.GoTo) -> None:
        self.posted.append(message)

    def on_diff_wanted(self, message: m.DiffWanted) -> None:
        self.posted.append(message)


async def settle(pilot: Pilot[Any], times: int = 2) -> None:
    for _ in range(times):
        await pilot.pause()
