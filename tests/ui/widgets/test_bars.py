"""The frame around every screen: header, footer, breadcrumb, as widgets."""

from dataclasses import replace
from datetime import timedelta

from hosts import ScreenHost, WidgetHost, settle
from scenes import FLAKY, NOW, SCENES, busy_fleet
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from cockpit.ui.actions import ACTIONS, At
from cockpit.ui.messages import GoTo
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.screens.fleet import FleetScreen
from cockpit.ui.widgets.crumb_bar import CrumbBar
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.key_bar import KeyBar


class BoundHost(WidgetHost):
    """Binds the actions as the program does."""

    BINDINGS = [Binding(each.keys, "noop", each.label, id=each.id) for each in ACTIONS if each.keys]


class NamedScreen(CockpitScreen):
    NAME, TITLE_WORD = "named", "Named"

    def middle(self) -> ComposeResult:
        yield CrumbBar()


def at() -> At:
    fleet = busy_fleet()
    return At("fleet", fleet, fleet.threads[FLAKY])


async def test_remapped_keys_show_by_themselves() -> None:
    bar = KeyBar()
    app = BoundHost(bar)
    app.set_keymap({"thread.next": "ctrl+j", "thread.reply": "w"})
    async with app.run_test(size=(120, 5)) as pilot:
        bar.at = at()
        await settle(pilot)
        assert "Ctrl+J next" in app.text[-1]
        assert "w reply" in app.text[-1]
        assert "d dispatch" in app.text[-1]


async def test_the_header_names_the_screen_and_tells_the_fleet() -> None:
    app = ScreenHost(NamedScreen, busy_fleet())
    async with app.run_test(size=(120, 10)) as pilot:
        await settle(pilot)
        assert app.text[0].startswith(" cockpit  Named")
        assert app.text[0].rstrip().endswith("$4.12")


async def test_a_click_on_who_waits_goes_to_the_inbox_and_one_on_a_source_to_the_status() -> None:
    app = ScreenHost(NamedScreen, busy_fleet())
    async with app.run_test(size=(120, 10)) as pilot:
        await settle(pilot)
        await pilot.click(HeaderBar, (app.text[0].index("need you"), 0))
        await pilot.click(HeaderBar, (app.text[0].index("devvm"), 0))
        assert [message.screen for message in app.of(GoTo)] == ["inbox", "status"]


async def test_the_age_of_a_late_source_follows_the_time() -> None:
    app = ScreenHost(NamedScreen, busy_fleet())
    async with app.run_test(size=(120, 10)) as pilot:
        await settle(pilot)
        assert "devvm late 6s" in app.text[0]
        app.now = NOW + timedelta(minutes=2)
        bar = app.screen.query_one(HeaderBar)
        assert bar._timer is not None
        bar._time_passed()
        await settle(pilot)
        assert "devvm late 2m" in app.text[0]


async def test_a_healthy_header_needs_no_timer() -> None:
    app = ScreenHost(NamedScreen, SCENES["empty"](NOW))
    async with app.run_test(size=(120, 10)) as pilot:
        await settle(pilot)
        assert app.screen.query_one(HeaderBar)._timer is None


async def test_a_covered_screen_is_not_drawn_by_the_clock() -> None:
    app = ScreenHost(FleetScreen, busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        bar = app.screen.query_one(HeaderBar)
        app.add_mode("other", NamedScreen)
        await app.switch_mode("other")
        await settle(pilot)
        app.now = NOW + timedelta(minutes=2)
        bar._time_passed()
        assert "late 6s" in "".join(strip.text for strip in bar._lines)
        assert bar._timer is not None


async def test_the_breadcrumb_is_cut_and_can_be_clicked() -> None:
    class CrumbHost(WidgetHost):
        @on(CrumbBar.Chosen)
        def _chosen(self, message: CrumbBar.Chosen) -> None:
            self.posted.append(message)

    bar = CrumbBar()
    app = CrumbHost(bar)
    async with app.run_test(size=(40, 3)) as pilot:
        bar.names = ("Projects", "Threads", "[b]A title[/b] that is much too long for this")
        bar.shown = 1
        await settle(pilot)
        assert app.text[0].startswith(" Projects › Threads › [b]A title[/…")
        assert "← →" in app.text[0]
        await pilot.click(bar, (13, 0))
        await pilot.click(bar, (1, 0))
        await pilot.click(bar, (10, 0))
        assert [message.index for message in app.of(CrumbBar.Chosen)] == [1, 0]


async def test_a_change_that_is_not_shown_sends_nothing() -> None:
    app = ScreenHost(NamedScreen, busy_fleet())
    async with app.run_test(size=(120, 10)) as pilot:
        await settle(pilot)
        bar = app.screen.query_one(HeaderBar)
        before = bar._lines
        app.give(replace(busy_fleet(), revision=7))
        assert bar._lines == before
        assert not bar._repaint_required
