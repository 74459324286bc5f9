"""The inbox: all asks of all sources in their order, the card of the selected one, and no false calm."""

from dataclasses import replace

import pytest
from asking import SIZES, Clock
from hosts import ScreenHost, settle
from scenes import (
    AUDIT,
    FLAKY,
    INVOICES,
    LEDGER_SCHEMA,
    NOW,
    UPGRADE,
    approval,
    before,
    busy_fleet,
    empty_fleet,
    nothing_found,
    nothing_yet,
    sick_fleet,
    unreadable_fleet,
)

from cockpit.core.commands import Answer
from cockpit.model.asks import SettledAsk
from cockpit.model.fleet import Fleet
from cockpit.ui.messages import Act, GoTo
from cockpit.ui.screens.inbox import InboxScreen
from cockpit.ui.widgets.key_bar import KeyBar
from cockpit.ui.widgets.row_list import RowList


def settled_fleet() -> Fleet:
    ask = approval(NOW)
    ends = (
        SettledAsk(replace(ask, id="o1", thread=AUDIT, summary="Bash: git push"), "decline", "dana", before(NOW, m=14)),
        SettledAsk(replace(ask, id="o2", thread=UPGRADE, body="pip install x"), "elsewhere", "", before(NOW, m=40)),
    )
    return replace(busy_fleet(), settled=ends)


def host(fleet: Fleet) -> ScreenHost:
    return ScreenHost(InboxScreen, fleet)


def inbox(app: ScreenHost) -> InboxScreen:
    assert isinstance(app.screen, InboxScreen)
    return app.screen


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


async def test_the_order_is_that_of_the_fleet_and_the_first_has_its_card() -> None:
    fleet = settled_fleet()
    app = host(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        rows = inbox(app).query_one(RowList).rows
        assert [row.id for row in rows if isinstance(row.id, str)] == [ask.id for ask in fleet.asks]
        assert inbox(app).at().ask == fleet.asks[0]
        assert inbox(app).at().thread == fleet.threads[FLAKY]
        assert inbox(app).card_since() is not None
        assert "rm -rf .cache && pytest -x tests/auth" in words(app)


@pytest.mark.parametrize(("downs", "thread"), [(0, FLAKY), (1, LEDGER_SCHEMA), (2, INVOICES), (3, AUDIT)])
async def test_enter_goes_to_the_thread(downs: int, thread: object) -> None:
    app = host(settled_fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*["down"] * downs, "enter")
        await settle(pilot)
        assert [(go.screen, go.thread) for go in app.of(GoTo)] == [("fleet", thread)]


async def test_a_settled_one_is_read_and_never_answered() -> None:
    app = host(settled_fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert inbox(app).at().ask is None
        assert inbox(app).card_since() is None
        assert "settled elsewhere 40m ago" in words(app)
        assert "pip install x" in words(app)
        assert "declined by dana 14m" in words(app)


async def test_the_next_one_is_not_under_the_key_at_once() -> None:
    """When the ask on the card goes away its neighbour comes, and begins to count anew."""
    fleet = busy_fleet()
    app = host(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        first = inbox(app).card_since()
        assert first is not None
        app.give(replace(fleet, asks=fleet.asks[1:]))
        shown = inbox(app).at().ask
        assert shown is None or shown.id != fleet.asks[0].id
        await settle(pilot)
        at = inbox(app).at()
        assert at.ask == fleet.asks[1]
        since = inbox(app).card_since()
        assert since is not None
        assert since > first


async def test_the_selection_stays_with_its_ask_while_others_come_before_it() -> None:
    fleet = busy_fleet()
    app = host(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        await settle(pilot)
        urgent = replace(fleet.asks[0], id="urgent", summary="Bash: sudo reboot")
        app.give(replace(fleet, asks=(urgent, *fleet.asks)))
        await settle(pilot)
        assert inbox(app).query_one(RowList).selected == fleet.asks[1].id
        assert inbox(app).at().ask == fleet.asks[1]


async def test_a_question_is_answered_in_its_card() -> None:
    clock = Clock()
    app = ScreenHost(lambda: InboxScreen(clock=clock), busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        await settle(pilot)
        inbox(app).action_reply()
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        clock.pass_(1)
        await pilot.press("enter")
        await settle(pilot)
        sent = [act.command for act in app.of(Act)]
        assert sent == [Answer(LEDGER_SCHEMA, "ask-71c2", {"db": "Postgres"})]


async def test_a_reply_to_anything_else_is_written_in_its_thread() -> None:
    app = host(busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        inbox(app).action_reply()
        await settle(pilot)
        assert [(go.screen, go.thread) for go in app.of(GoTo)] == [("fleet", FLAKY)]


async def test_coming_for_a_thread_selects_its_ask() -> None:
    app = host(busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        inbox(app).arrive(INVOICES)
        await settle(pilot)
        shown = inbox(app).at().ask
        assert shown is not None
        assert shown.thread == INVOICES


@pytest.mark.parametrize(
    ("fleet", "says", "never"),
    [
        (empty_fleet(), "Nothing waits for you", "could be read"),
        (unreadable_fleet(), "Nothing waits in what could be read", "Nothing waits for you"),
        (nothing_yet(), "Reading…", "Nothing waits"),
        (nothing_found(), "No agents found", "Nothing waits"),
        (replace(sick_fleet(), asks=()), "cannot read home", "Nothing waits for you"),
    ],
)
async def test_calm_is_told_only_when_every_source_was_read(fleet: Fleet, says: str, never: str) -> None:
    app = host(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert says in words(app)
        assert never not in words(app)


async def test_a_source_that_cannot_be_read_is_told_beside_what_waits() -> None:
    app = host(sick_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "cannot read home" in words(app)
        assert "Claude wants to run a command" in words(app)


async def test_escape_goes_back_to_the_list_and_then_to_the_fleet() -> None:
    app = host(busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        inbox(app).action_reply()
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert inbox(app).query_one("#asks").has_focus
        assert app.of(GoTo) == []
        await pilot.press("escape")
        await settle(pilot)
        assert [go.screen for go in app.of(GoTo)] == ["fleet"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("downs", [0, 1, 2])
async def test_list_and_card_are_both_in_sight_at_every_size(size: tuple[int, int], downs: int) -> None:
    app = host(settled_fleet())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press(*["down"] * downs)
        await settle(pilot)
        at = inbox(app).at()
        assert at.ask == app.fleet.asks[downs]
        assert inbox(app).query_one("#list").region.height >= 5
        assert "WAITING 3" in words(app) or size[1] < 24


async def test_the_footer_gains_the_cards_keys_once_it_can_be_seen() -> None:
    host = ScreenHost(InboxScreen, busy_fleet())
    async with host.run_test(size=(200, 60)) as pilot:
        await settle(pilot, 6)
        bar = host.screen.query_one(KeyBar)
        assert bar.at is not None
        assert bar.at.ask is not None
