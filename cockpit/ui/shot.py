"""A screen as lines of segments, for pictures: the app is run without a terminal until nothing moves any more.

It draws what a person would see, and nothing else is drawn for pictures."""

from collections.abc import Callable

from rich.segment import Segment
from textual.pilot import Pilot

from cockpit.model.ids import Ref
from cockpit.ui.actions import At
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.cockpit_screen import CockpitScreen

_TRIES = 200


def screen_lines(app: CockpitApp) -> list[list[Segment]]:
    """What is on the screen now, line by line."""
    # Textual exports only SVG; the compositor is its one place that has the cells. Textual is pinned exactly.
    return [list(strip) for strip in app.screen._compositor.render_strips()]


async def shoot(
    app: CockpitApp, screen: str, size: tuple[int, int], select: Ref | None, ready: Callable[[At], bool]
) -> list[list[Segment]]:
    """Show that screen at that size with that thread selected, and take it once `ready` and all is drawn."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        app.goto(screen, select)
        for _ in range(_TRIES):
            await _drawn(pilot)
            if ready(app.at()) and isinstance(app.screen, CockpitScreen) and app.screen.drawn():
                break
        await _drawn(pilot)
        return screen_lines(app)


async def _drawn(pilot: Pilot[None]) -> None:
    await pilot.pause(0.02)
