"""The whole app over a session whose commands are noted and not carried out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from scenes import NOW
from textual.pilot import Pilot

from cockpit.config import Config
from cockpit.core.commands import Command, Outcome
from cockpit.core.session import Session
from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.model.fleet import Fleet
from cockpit.ui import messages
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.screens.fleet import FleetScreen
from cockpit.ui.theme import load_themes


class Recorded:
    """In place of `Actions`: notes each command and does nothing."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    async def act(self, command: Command) -> Outcome:
        self.sent.append(command)
        return Outcome("")


def clock() -> datetime:
    return NOW


def app_of(actions: Recorded, **screens: Callable[[], CockpitScreen]) -> CockpitApp:
    """With the first screen, and others by their names."""
    store = Store(clock)
    ledger: Any = None
    supervisor = Supervisor(store, {}, ledger, clock=clock)
    acting: Any = actions
    session = Session(store, {}, ledger, acting, supervisor, clock)
    return CockpitApp(session, Config(), load_themes(), {"fleet": FleetScreen, **screens}, supervised=False)


async def give(pilot: Pilot[Any], fleet: Fleet) -> None:
    pilot.app.post_message(messages.FleetChanged(fleet))
    await pilot.pause()
    await pilot.pause()
