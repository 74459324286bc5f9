"""The status screen: figures that somebody reported, health with reason and fix, and the way to a thread."""

import pytest
from asking import SIZES
from hosts import ScreenHost, settle
from scenes import FLAKY, NOW, big_fleet, busy_fleet, empty_fleet, held_fleet, hostile_fleet, unreadable_fleet

from cockpit.model.fleet import Fleet
from cockpit.ui.messages import GoTo
from cockpit.ui.present.rows import TextRow
from cockpit.ui.present.status_rows import SourceRow, UsageRow, source_rows, totals, usage_rows
from cockpit.ui.screens.status import StatusScreen


def host(fleet: Fleet) -> ScreenHost:
    return ScreenHost(StatusScreen, fleet)


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


async def test_totals_count_by_status_and_say_who_reported() -> None:
    app = host(busy_fleet())
    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        for said in ("14 threads", "! 1 approval", "● 3 working", "‖ 1 frozen", "1.2 M tokens", "$4.12 cost"):
            assert said in words(app)
        assert "as 7 of 14 threads report it" in words(app)
        assert "━━━━━" in words(app)
        assert "61 %" in words(app)


async def test_what_nobody_reported_is_never_zero() -> None:
    app = host(empty_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "n/a cost" in words(app)
        assert "n/a tokens" in words(app)
        assert "$0.00" not in words(app)
    api = next(row for row in usage_rows(busy_fleet(), 120) if isinstance(row, UsageRow) and row.thread.title == "api")
    assert api.lines(NOW)[0].text.count("n/a") == 3


async def test_a_sick_source_says_why_and_what_to_do_in_full() -> None:
    app = host(unreadable_fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "connection refused at 127.0.0.1:3773 Start the server, or correct its url." in words(app)
        assert "never read" in words(app)


def test_the_sick_come_first_and_the_ledger_last() -> None:
    rows = source_rows(held_fleet(), 40)
    sources = [row.state.name for row in rows if isinstance(row, SourceRow)]
    assert sources == ["devvm", "home", "claude", "tmux"]
    ledger = rows[-1]
    assert isinstance(ledger, TextRow)
    said = " ".join(line.text for line in ledger.content)
    assert "trouble" in said
    assert "no space left on the disk. Free some and it goes on." in " ".join(said.split())


def test_long_reasons_are_wrapped_and_never_cut() -> None:
    for row in source_rows(unreadable_fleet(), 30):
        for line in row.lines(NOW)[2:]:
            assert len(line.text) <= 30


@pytest.mark.parametrize(("width", "names"), [(50, 0), (66, 1), (72, 2), (100, 3)])
def test_columns_go_before_titles_do(width: int, names: int) -> None:
    heads = usage_rows(busy_fleet(), width)[0].lines(NOW)[0].text
    assert sum(name in heads for name in ("context", "tokens", "model")) == names
    assert "cost" in heads


def test_ten_thousand_threads_are_ten_thousand_rows_and_one_heading() -> None:
    fleet = big_fleet()
    rows = usage_rows(fleet, 120)
    assert len(rows) == 10_001
    assert [row.id for row in rows[1:3]] == list(fleet.order[:2])


def test_totals_are_packed_into_the_width() -> None:
    for width in (40, 58, 116):
        lines = totals(busy_fleet(), width)
        assert all(sum(len(span.text) for span in line.left) <= width for line in lines)


async def test_enter_goes_to_the_thread_and_escape_back() -> None:
    app = host(busy_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert [(go.screen, go.thread) for go in app.of(GoTo)] == [("fleet", FLAKY), ("fleet", None)]


@pytest.mark.parametrize("size", SIZES)
async def test_both_panels_are_there_at_every_size(size: tuple[int, int]) -> None:
    app = host(hostile_fleet())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "Sources" in words(app)
        assert "Threads" in words(app)
        assert "[bold red]" in words(app)
        for panel in app.screen.query(".panel"):
            assert app.screen.region.contains_region(panel.region)
            assert panel.region.height >= 5


async def test_columns_and_wrapping_follow_a_change_of_size() -> None:
    app = host(unreadable_fleet())
    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        app.give(busy_fleet())
        for size, there in (((120, 40), True), ((60, 20), False), ((120, 40), True)):
            await pilot.resize_terminal(*size)
            await settle(pilot, 3)
            assert ("context" in words(app)) is there
            assert "$0.84" in words(app)
            assert "for" in words(app)
