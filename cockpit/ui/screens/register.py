"""The screens by name. Each is imported when it is first shown, so that starting costs only the first."""

from collections.abc import Callable, Mapping

from cockpit.config import Config, Loaded, paths
from cockpit.core.ports import Terminal
from cockpit.model.ids import Ref
from cockpit.ui.screens.cockpit_screen import CockpitScreen


def screens(loaded: Loaded, terminal: Callable[[Ref], Terminal]) -> Mapping[str, Callable[[], CockpitScreen]]:
    """What `GoTo`, the keys and `--screen` can name. `terminal` opens one by its ref (`Thread.terminal`)."""
    configs = [loaded.config]

    def fleet() -> CockpitScreen:
        from cockpit.ui.screens.fleet import FleetScreen

        return FleetScreen(terminal)

    def panes() -> CockpitScreen:
        from cockpit.ui.screens.panes import PanesScreen

        return PanesScreen(terminal)

    def inbox() -> CockpitScreen:
        from cockpit.ui.screens.inbox import InboxScreen

        return InboxScreen()

    def team() -> CockpitScreen:
        from cockpit.ui.screens.team import TeamScreen

        return TeamScreen()

    def tasks() -> CockpitScreen:
        from cockpit.ui.screens.tasks import TasksScreen

        return TasksScreen()

    def status() -> CockpitScreen:
        from cockpit.ui.screens.status import StatusScreen

        return StatusScreen()

    def settings() -> CockpitScreen:
        from cockpit.config.write import add_server, remove_server, write
        from cockpit.ui.screens.settings import SettingsScreen
        from cockpit.ui.theme import load_themes

        def keep(config: Config) -> Config:
            configs[0] = config
            return config

        path = loaded.path
        return SettingsScreen(
            configs[0],
            path,
            save=lambda changes: keep(write(path, changes)),
            add=lambda name, url: keep(add_server(path, name, url)),
            remove=lambda name: keep(remove_server(path, name)),
            offers={"ui.theme": sorted(load_themes(paths().themes_dir).palettes)},
        )

    def help_() -> CockpitScreen:
        from cockpit.ui.screens.help import HelpScreen

        return HelpScreen(lambda: configs[0].keys)

    return {
        "fleet": fleet,
        "panes": panes,
        "inbox": inbox,
        "team": team,
        "tasks": tasks,
        "status": status,
        "settings": settings,
        "help": help_,
    }
