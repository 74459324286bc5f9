"""The line to write on: what is sent, what is a line feed, and that no draft is ever lost."""

from typing import Any

import pytest
from hosts import settle
from scenes import NOW, ledger
from talking import AT, ONE, TWO, PanelHost, approval, fleet, thread
from textual import events
from textual.pilot import Pilot

from cockpit.core.commands import Interrupt, Send
from cockpit.model import facts as f
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.work import Freeze, Hold, Status
from cockpit.ui import messages as m
from cockpit.ui.widgets.composer import Composer

SIZE = (60, 36)
PAIR = fleet(thread(), thread(ref=TWO))


async def writing(host: PanelHost, pilot: Pilot[Any], made: Fleet = PAIR) -> Composer:
    host.give(made)
    await settle(pilot, 3)
    host.panel.focus_reply()
    await settle(pilot)
    return host.query_one(Composer)


async def test_enter_sends_and_empties() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        assert "Message Claude…" in host.page
        await pilot.press(*"hello", "enter")
        (act,) = host.of(m.Act)
        assert (act.command, act.keep) == (Send(ONE, "hello"), "hello")
        assert composer.text == ""


async def test_a_held_enter_sends_once() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot)
        await pilot.press(*"hello", "enter", "enter", "enter", "enter")
        assert host.commands == [Send(ONE, "hello")]


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_line_feed_by_any_key_that_arrives(key: str) -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot)
        await pilot.press("a", key, "b", "enter")
        assert host.commands == [Send(ONE, "a\nb")]


async def test_keys_that_come_at_once_keep_their_order() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        for key, character in (("a", "a"), ("ctrl+j", None), ("b", "b"), ("ctrl+j", None), ("c", "c"), ("enter", "\r")):
            composer.post_message(events.Key(key, character))
        await settle(pilot)
        assert host.commands == [Send(ONE, "a\nb\nc")]


async def test_the_key_that_always_works_is_told() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot)
        assert "Enter sends · Ctrl+J new line" in host.page


async def test_nothing_is_not_sent() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot)
        await pilot.press("enter", "space", "ctrl+j", "enter")
        assert host.commands == []


async def test_a_paste_of_many_lines_is_one_message() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        composer.post_message(events.Paste("one\ntwo\n\x1b[31mthree\x1b[0m\n"))
        await settle(pilot)
        assert host.commands == []
        await pilot.press("enter")
        assert host.commands == [Send(ONE, "one\ntwo\nthree")]


async def test_it_grows_to_six_lines() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        heights = []
        for _ in range(9):
            await pilot.press("x", "ctrl+j")
            await settle(pilot)
            heights.append(composer.size.height)
        assert heights == [2, 3, 4, 5, 6, 6, 6, 6, 6]


async def test_each_thread_has_its_draft() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        await pilot.press(*"for", "space", *"one")
        host.give(PAIR, TWO)
        await settle(pilot)
        assert composer.text == ""
        await pilot.press(*"two")
        host.give(PAIR, ONE)
        await settle(pilot)
        assert composer.text == "for one"
        assert host.panel.drafts == {ONE: "for one", TWO: "two"}


async def test_a_newer_fleet_leaves_the_draft_and_the_cursor() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        await pilot.press(*"abcd", "left", "left")
        host.give(fleet(thread(title="Renamed")))
        await settle(pilot)
        await pilot.press("x")
        assert composer.text == "abxcd"


async def test_what_could_not_be_sent_comes_back() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        await pilot.press(*"lost", "enter")
        host.panel.give_back(Send(ONE, "lost"), "lost")
        assert composer.text == "lost"
        await pilot.press("enter", *"more")
        host.panel.give_back(Send(ONE, "lost"), "lost")
        assert composer.text == "lost\nmore"
        host.panel.give_back(Send(TWO, "other"), "other")
        host.panel.give_back(Interrupt(ONE), "")
        assert host.panel.drafts == {ONE: "lost\nmore", TWO: "other"}


async def test_the_next_message_waits_for_the_one_before() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot, fleet(thread(), extra=(f.SendStarted(str(ONE), "send"),)))
        await pilot.press(*"again", "enter")
        assert host.commands == []
        assert composer.text == "again"
        assert "still on its way" in host.told[0]
        assert "sending…" in host.page


REFUSED = [
    (
        fleet(thread(), extra=(ledger(NOW, {ONE: Freeze("not [b]now[/b]", "dana", AT)}),)),
        "it is frozen by dana (not [b]now[/b])",
    ),
    (
        fleet(thread(status=Status.IDLE), extra=(ledger(NOW, hold=Hold("", "dana", AT)),)),
        "the fleet is on hold by dana",
    ),
    (fleet(thread(), health=Health.DOWN), "home is down: no answer"),
    (
        fleet(thread(status=Status.APPROVAL, dialog=True)),
        "Enter would answer the dialog in its terminal; settle that first",
    ),
]


@pytest.mark.parametrize(("made", "reason"), REFUSED)
async def test_why_nothing_can_be_sent_stands_in_its_place(made: Fleet, reason: str) -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot, made)
        assert reason in " ".join(host.page.replace("│", " ").split())


@pytest.mark.parametrize(("made", "reason"), REFUSED)
async def test_what_is_written_meanwhile_is_a_draft_and_no_letter_becomes_a_key(made: Fleet, reason: str) -> None:
    class Screened(PanelHost):
        BINDINGS = [("f", "thaw", "thaw")]
        thawed = 0

        def action_thaw(self) -> None:
            self.thawed += 1

    host = Screened()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot, made)
        await pilot.press(*"fh", "enter")
        assert (host.commands, host.thawed, composer.text) == ([], 0, "fh")
        assert reason in host.told[0]
        assert reason[:20] in host.page


async def test_enter_does_not_send_to_a_thread_that_came_under_the_person_who_writes() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await writing(host, pilot)
        await pilot.press(*"for", "space", *"one")
        host.give(fleet(thread(ref=TWO)), TWO)
        await settle(pilot)
        await pilot.press(*"rest", "enter")
        assert host.commands == []
        assert "has changed" in host.told[0]
        await pilot.press("enter")
        assert host.commands == [Send(TWO, "rest")]


async def test_a_draft_outlives_a_freeze_with_the_reason_below_it() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        await pilot.press(*"half")
        host.give(fleet(thread(), extra=(ledger(NOW, {ONE: Freeze("", "dana", AT)}),)))
        await settle(pilot)
        assert composer.text == "half"
        assert "it is frozen by dana" in host.page
        host.give(PAIR)
        await settle(pilot)
        await pilot.press("enter")
        assert host.commands == [Send(ONE, "half")]


async def test_escape_is_left_to_the_screen() -> None:
    class Screened(PanelHost):
        BINDINGS = [("escape", "leave", "leave")]
        left = 0

        def action_leave(self) -> None:
            self.left += 1

    host = Screened()
    async with host.run_test(size=SIZE) as pilot:
        composer = await writing(host, pilot)
        await pilot.press(*"draft", "escape")
        assert host.left == 1
        assert composer.text == "draft"


async def test_on_a_low_screen_it_gives_way_to_the_card_until_it_is_wanted() -> None:
    host = PanelHost()
    async with host.run_test(size=(60, 16)) as pilot:
        host.give(fleet(thread(approval())))
        await settle(pilot, 3)
        composer = host.query_one(Composer)
        assert not composer.display or not composer.region.area
        host.panel.focus_reply()
        await settle(pilot)
        assert composer.region.area
        await pilot.press(*"hi")
        assert composer.text == "hi"
        host.panel.show_card()
        await settle(pilot)
        assert host.panel.card_ask == approval()
        assert not composer.region.area
