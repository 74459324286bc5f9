"""The palette finds actions and threads by what is typed, and does nothing that cannot be done."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from asking import SIZES, AskHost, typed
from hosts import settle
from scenes import AUDIT, FLAKY, NOW, big_fleet, busy_fleet

from cockpit.model.ids import Ref
from cockpit.ui.actions import ACTIONS, At
from cockpit.ui.present.palette_rows import fuzzy, palette_rows
from cockpit.ui.screens.palette import PaletteScreen


def at(screen: str = "fleet") -> At:
    fleet = busy_fleet()
    return At(screen, fleet, fleet.threads[FLAKY])


def host(where: At | None = None) -> AskHost:
    return AskHost(lambda: PaletteScreen(where or at(), {"thread.freeze": "f12"}))


def ids(query: str, where: At | None = None) -> Sequence[object]:
    return [row.id for row in palette_rows(where or at(), query, {}, NOW) if row.selectable]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("freeze", "thread.freeze"),
        ("frz", "thread.freeze"),
        ("stat", "go.status"),
        ("audit api", AUDIT),
        ("Flaky", FLAKY),
    ],
)
async def test_what_is_typed_is_found_and_returned(text: str, chosen: object) -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, text)
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == [chosen]


async def test_what_cannot_be_done_says_why_and_stays() -> None:
    app = host(at("inbox"))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "rename")
        assert "not now: only on: fleet" in app.words
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == []
        assert "Not now: only on: fleet." in app.words
        await pilot.press("escape")
        await settle(pilot)
        assert app.answers == [None]


def test_without_a_word_all_actions_are_there_and_those_that_work_come_first() -> None:
    found = ids("")
    assert set(found) == {action.id for action in ACTIONS} - {"go.palette"}
    able = [BY.why_not(at()) is None for each in found for BY in ACTIONS if BY.id == each]
    assert able == sorted(able, reverse=True)


def test_words_of_the_tooltip_find_after_labels() -> None:
    found = ids("inbox")
    assert found[0] == "go.inbox"
    assert "fleet.archived" in ids("put away")


def test_threads_are_found_by_words_in_any_order_and_bounded() -> None:
    assert ids("number thread 777", replace(at(), fleet=big_fleet(1000), thread=None))[-1] == Ref("home", "t00777")
    many = [each for each in ids("number", replace(at(), fleet=big_fleet(1000), thread=None)) if isinstance(each, Ref)]
    assert len(many) == 50


def test_nothing_found_is_said_with_the_way_on() -> None:
    (row,) = palette_rows(at(), "zzzz", {}, NOW)
    assert "Nothing is called “zzzz”" in row.lines(NOW)[0].text
    assert not row.selectable


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [("st", "status", "interrupt"), ("inb", "inbox", "plan in both"), ("ss", "stop session", "dismiss")],
)
def test_beginnings_of_words_and_runs_count_for_more(query: str, better: str, worse: str) -> None:
    one, other = fuzzy(query, better), fuzzy(query, worse)
    assert one is not None
    assert other is None or one.score > other.score


def test_letters_in_another_order_are_no_hit() -> None:
    assert fuzzy("ezf", "freeze") is None
    assert fuzzy("", "freeze") is not None


async def test_the_mouse_chooses_too() -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        row = next(y for y, line in enumerate(app.text) if "What the thread changed" in line)
        for _ in range(2):
            await pilot.click(offset=(20, row))
            await settle(pilot)
        assert app.answers == ["thread.diff"]


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_shows_the_remapped_key(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert app.screen.region.contains_region(app.screen.query_one("#finder").region)
        await typed(pilot, "freeze")
        assert "F12" in app.words
