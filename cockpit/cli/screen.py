"""`cockpit` without a command: the screen. It needs a terminal and says so where there is none."""

import sys
from datetime import datetime

from cockpit.cli.start import Misused, Start
from cockpit.config import check_actions, config_error


def screen(start: Start, time: datetime | None = None) -> int:
    """Run the screen until the person leaves; its exit code. With `time` the clock stands still there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Misused("The screen needs a terminal.", fix="Run it in one, or use `cockpit ls` or `cockpit snapshot`.")
    loaded = start.loaded
    from cockpit import wiring
    from cockpit.ui.actions import BY_ID

    if problems := check_actions(loaded, BY_ID):
        raise config_error(problems)

    return wiring.run(loaded) if time is None else wiring.run(loaded, lambda: time)
