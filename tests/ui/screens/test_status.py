"""The status screen: figures that somebody reported, health with reason and fix, and the way to a thread."""

from datetime import timedelta

import pytest
from asking import SIZES
from hosts import ScreenHost, settle
from rich.cells import cell_len
from scenes import FLAKY, NOW, big_fleet, busy_fleet, empty_fleet, held_fleet, hostile_fleet, unreadable_fleet
from teaming import LEAD, REVIEWER, SCHEMA, WRITER, crew_fleet

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, Offer, SourceState
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
    api = next(row for row in usage_rows(busy_fleet(), 80) if isinstance(row, UsageRow) and row.thread.title == "api")
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


def test_what_cannot_be_started_there_is_one_line() -> None:
    source = SourceState("tmux", "tmux", Health.UP, offers=(
        Offer("claude", "Claude Code", ready=False, note="claude is not installed"),
        Offer("shell", "Shell"),
        Offer("codex", "Codex", ready=False),
    ))  # fmt: skip
    (row, _) = source_rows(Fleet(sources={"tmux": source}), 80)
    assert isinstance(row, SourceRow)
    assert [line.text.strip() for line in row.below] == ["not ready: Claude Code (claude is not installed), Codex"]


def test_long_reasons_are_wrapped_and_never_cut() -> None:
    for row in source_rows(unreadable_fleet(), 30):
        for line in row.lines(NOW)[2:]:
            assert len(line.text) <= 30


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (50, []),
        (66, ["context"]),
        (72, ["context", "tokens"]),
        (100, ["context", "req", "in", "out", "cached"]),
        (114, ["context", "req", "in", "out", "cached", "burn"]),
        (150, ["model", "context", "req", "in", "out", "cached", "burn"]),
    ],
)
def test_columns_go_before_titles_do(width: int, names: list[str]) -> None:
    heads = usage_rows(busy_fleet(), width)[0].lines(NOW)[0].text.split()
    assert [name for name in heads if name not in ("thread", "status", "cost", "for")] == names
    assert "cost" in heads


@pytest.mark.parametrize("width", [72, 100, 114, 150])
def test_figures_stand_one_below_the_other(width: int) -> None:
    rows = usage_rows(crew_fleet(), width)
    head, *lines = [row.lines(NOW)[0] for row in rows if row.id not in ("own",)]
    sizes = {sum(cell_len(span.text) for span in line.right) for line in (head, *lines)}
    assert len(sizes) == 1


def test_an_agent_tells_what_it_used_what_it_costs_an_hour_and_whose_figure_that_is() -> None:
    rows = {row.id: row for row in usage_rows(crew_fleet(), 150) if isinstance(row, UsageRow)}
    lead = rows[LEAD].lines(NOW)[0].text
    for said in ("32", "42 k", "13 k", "931 k", "$1.80*", "$2.10/h", "61 %", "claude-opus-5-5"):
        assert said in lead
    assert "n/a" in rows[REVIEWER].lines(NOW)[0].text
    assert "*" not in rows[SCHEMA].lines(NOW)[0].text
    assert "the program itself" in usage_rows(crew_fleet(), 150)[-1].lines(NOW)[1].text
    assert usage_rows(busy_fleet(), 150)[-1].id != "own"


def test_a_usage_limit_has_a_line_of_its_own_with_its_end() -> None:
    row = next(row for row in usage_rows(crew_fleet(), 60) if row.id == WRITER)
    assert row.height == 2
    assert "ends in 1h, at " in row.lines(NOW)[1].text
    assert "ends in" not in row.lines(NOW + timedelta(hours=2))[1].text


def test_totals_sum_what_was_reported() -> None:
    said = " ".join(line.text for line in totals(crew_fleet(), 200))
    for part in (
        "72 k in",
        "23 k out",
        "1.6 M cached",
        "55 requests",
        "$2.45 cost",
        "$2.70/h now",
        "1 at a usage limit",
    ):
        assert part in said
    assert "request" not in " ".join(line.text for line in totals(busy_fleet(), 200))


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


async def test_the_first_source_is_in_sight_although_the_ledger_was_there_before_it() -> None:
    app = host(Fleet())
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        app.give(crew_fleet())
        await settle(pilot, 3)
        assert "● claude claude 2.1.329" in words(app)
