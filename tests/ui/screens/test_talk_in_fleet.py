"""The panel within the fleet screen: what was typed comes back, and what is read is on the right thread."""

from hosts import ScreenHost, settle
from scenes import FLAKY, INVOICES, busy_fleet

from cockpit.core.commands import Send
from cockpit.ui.messages import NotDone
from cockpit.ui.screens.fleet import FleetScreen
from cockpit.ui.widgets.composer import Composer
from cockpit.ui.widgets.talk_panel import TalkPanel


async def test_a_message_that_was_not_sent_returns_to_its_thread() -> None:
    host = ScreenHost(FleetScreen, busy_fleet())
    async with host.run_test(size=(132, 40)) as pilot:
        await settle(pilot, 3)
        host.screen.post_message(NotDone(Send(FLAKY, "try again"), "try again"))
        host.screen.post_message(NotDone(Send(INVOICES, "and you"), "and you"))
        await settle(pilot)
        assert host.screen.query_one(Composer).text == "try again"
        assert host.screen.query_one(TalkPanel).drafts == {FLAKY: "try again", INVOICES: "and you"}


async def test_the_card_follows_the_selection() -> None:
    host = ScreenHost(FleetScreen, busy_fleet())
    async with host.run_test(size=(132, 40)) as pilot:
        await settle(pilot, 3)
        panel, screen = host.screen.query_one(TalkPanel), host.screen
        assert isinstance(screen, FleetScreen)
        seen = set()
        for _ in range(2):
            await pilot.press("down")
            await settle(pilot, 4)
            at = screen.at()
            assert at.thread is not None
            assert at.ask == at.thread.asks[0] == panel.card_ask
            seen.add(at.thread.ref)
        assert len(seen) == 2
