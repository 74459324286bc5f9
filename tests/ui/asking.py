"""Hosts a screen that is pushed over another one and returns something; time only passes when a test says so."""

import asyncio
from collections.abc import Callable
from typing import Any

from hosts import Host, settle
from textual.pilot import Pilot
from textual.screen import Screen

from cockpit.ui import messages as m

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]


class Clock:
    """Monotonic seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


class AskHost(Host):
    """`answers` holds what the screen returned, once it did."""

    def __init__(self, make: Callable[[], Screen[Any]]) -> None:
        super().__init__()
        self._make = make
        self.answers: list[Any] = []

    def on_mount(self) -> None:
        self.push_screen(self._make(), self.answers.append)

    def on_told(self, message: m.Told) -> None:
        self.posted.append(message)

    @property
    def page(self) -> str:
        return "\n".join(self.text)

    @property
    def words(self) -> str:
        """All that can be read, without frames and line breaks."""
        return " ".join(self.page.translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


async def typed(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(
        *(
            {" ": "space", "\n": "enter", "/": "slash", ":": "colon", ".": "full_stop", "-": "minus"}.get(char, char)
            for char in text
        )
    )
    await settle(pilot)


async def until(pilot: Pilot[Any], test: Callable[[], bool]) -> None:
    """Wait for what happens off the loop; what never happens fails here and not as a hanging test."""
    for _ in range(500):
        await pilot.pause()
        if test():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within five seconds")
