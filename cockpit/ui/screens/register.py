"""The screens by name. Each is imported when it is first shown, so that starting costs only the first."""

from collections.abc import Callable, Mapping

from cockpit.config import Loaded
from cockpit.ui.screens.cockpit_screen import CockpitScreen


def screens(loaded: Loaded) -> Mapping[str, Callable[[], CockpitScreen]]:
    """What `GoTo`, the keys and `--screen` can name."""

    def fleet() -> CockpitScreen:
        from cockpit.ui.screens.fleet import FleetScreen

        return FleetScreen()

    def inbox() -> CockpitScreen:
        from cockpit.ui.screens.inbox import InboxScreen

        return InboxScreen()

    def status() -> CockpitScreen:
        from cockpit.ui.screens.status import StatusScreen

        return StatusScreen()

    def settings() -> CockpitScreen:
        from cockpit.ui.screens.settings import SettingsScreen

        return SettingsScreen(loaded)

    def help_() -> CockpitScreen:
        from cockpit.ui.screens.help import HelpScreen

        return HelpScreen(dict(loaded.config.keys))

    return {"fleet": fleet, "inbox": inbox, "status": status, "settings": settings, "help": help_}
