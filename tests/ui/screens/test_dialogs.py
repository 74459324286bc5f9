"""Small questions: nothing is confirmed by a key that was down already, by haste, or by leaving."""

from collections.abc import Callable
from typing import Any

import pytest
from asking import SIZES, AskHost, Clock, typed
from hosts import settle
from textual import events

from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.widgets.fields import LineField, TextField

QUESTION = "Delete “Fix [bold]flaky[/] auth test” on home?"
MODES = [("ask", "Supervised: asks"), ("edits", "Accepts edits"), ("auto", "Auto"), ("full", "Full access")]


def confirm(clock: Clock) -> AskHost:
    return AskHost(lambda: ConfirmScreen(QUESTION, "Delete", clock=clock))


@pytest.mark.parametrize("key", ["enter", "escape", "n", "space"])
async def test_no_is_the_default_and_every_way_out(key: str) -> None:
    app = confirm(Clock())
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert app.answers == [False]


async def test_yes_is_said_with_a_key_pressed_for_it() -> None:
    clock = Clock()
    app = confirm(clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        clock.pass_(1)
        await pilot.press("y")
        await settle(pilot)
        assert app.answers == [True]


@pytest.mark.parametrize("delay", [0.01, 0.25, 0.5, 0.66])
async def test_a_key_that_is_held_down_never_confirms(delay: float) -> None:
    """The key that opened the dialog is still down: its repeats begin after `delay` and come twenty times a second."""
    clock = Clock()
    app = confirm(clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        clock.pass_(delay)
        for _ in range(25):
            await pilot.press("y")
            clock.pass_(0.05)
        await settle(pilot)
        assert app.answers == []
        assert "too soon" in app.words
        clock.pass_(1)
        await pilot.press("y")
        await settle(pilot)
        assert app.answers == [True]


async def test_moving_to_the_verb_needs_a_fresh_enter_too() -> None:
    clock = Clock()
    app = confirm(clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("right", "enter")
        await settle(pilot)
        assert app.answers == []
        clock.pass_(1)
        await pilot.press("left", "right", "enter")
        await settle(pilot)
        assert app.answers == [True]


async def test_a_double_click_does_not_confirm() -> None:
    clock = Clock()
    app = confirm(clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.click("#yes")
        await settle(pilot)
        assert app.answers == []
        clock.pass_(1)
        await pilot.click("#yes")
        await settle(pilot)
        assert app.answers == [True]


async def test_titles_of_agents_are_text() -> None:
    app = confirm(Clock())
    async with app.run_test() as pilot:
        await settle(pilot)
        assert QUESTION in app.words
    named = AskHost(lambda: PromptScreen("Freeze “[red]x[/] [@click=app.quit]y[/]”"))
    async with named.run_test() as pilot:
        await settle(pilot)
        assert "[red]x[/] [@click=app.quit]y[/]" in named.words


async def test_a_line_is_returned_without_its_blanks() -> None:
    app = AskHost(lambda: PromptScreen("Rename", value="Old", clock=Clock()))
    async with app.run_test() as pilot:
        await settle(pilot)
        await typed(pilot, " er  ")
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == ["Old er"]


@pytest.mark.parametrize("empty", [True, False])
async def test_an_empty_line_only_where_it_may_be(empty: bool) -> None:
    clock = Clock()
    app = AskHost(lambda: PromptScreen("Freeze", "why", empty=empty, clock=clock))
    async with app.run_test() as pilot:
        await settle(pilot)
        for _ in range(10):
            await pilot.press("enter")
            clock.pass_(0.03)
        await settle(pilot)
        assert app.answers == []  # Enter was down when it appeared.
        clock.pass_(1)
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == ([""] if empty else [])
        assert empty or "Something must stand here" in app.words


async def test_what_is_refused_stays_in_the_line() -> None:
    seen: list[str] = []

    async def check(text: str) -> str:
        seen.append(text)
        return "" if text == "60" else "ui.frame_rate: 99 is not at most 60."

    app = AskHost(lambda: PromptScreen("Frame rate", check=check))
    async with app.run_test() as pilot:
        await settle(pilot)
        await typed(pilot, "99")
        await pilot.press("enter")
        await settle(pilot)
        assert "ui.frame_rate: 99 is not at most 60." in app.words
        assert app.screen.query_one(LineField).value == "99"
        await pilot.press("backspace", "backspace")
        await typed(pilot, "60")
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == ["60"]
        assert seen == ["99", "60"]


async def test_pasting_into_a_line_is_no_answer_and_carries_no_controls() -> None:
    app = AskHost(lambda: PromptScreen("Rename"))
    async with app.run_test() as pilot:
        await settle(pilot)
        app.screen.query_one(LineField).post_message(events.Paste("one\x1b]0;x\x07\ntwo\x1b[31m\n"))
        await settle(pilot)
        assert app.answers == []
        assert app.screen.query_one(LineField).value == "one two"


def choose(count: int = 0, current: str = "edits", clock: Callable[[], float] | None = None) -> AskHost:
    options = [(str(place), f"Option {place}") for place in range(count)] if count else MODES
    return AskHost(lambda: ChooseScreen("Mode", options, current, clock=clock or Clock()))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["3"], "auto"),
        (["down", "enter"], "auto"),
        (["up", "enter"], "ask"),
        (["end", "enter"], "full"),
        (["f", "u", "enter"], "full"),
        (["escape"], None),
        (["f", "u", "backspace", "backspace", "1"], "ask"),
    ],
)
async def test_one_is_chosen(keys: list[str], answer: str | None) -> None:
    app = choose()
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        assert app.answers == [answer]


async def test_what_is_now_is_selected_and_said() -> None:
    clock = Clock()
    app = choose(clock=clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "Accepts edits ● now" in app.words
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == []
        clock.pass_(1)
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == ["edits"]


async def test_a_click_chooses() -> None:
    clock = Clock()
    app = choose(clock=clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        clock.pass_(1)
        row = next(y for y, line in enumerate(app.text) if "Auto" in line)
        column = app.text[row].index("Auto")
        await pilot.click(offset=(column, row))
        await pilot.click(offset=(column, row))
        await settle(pilot)
        assert app.answers == ["auto"]


async def test_letters_that_nothing_has_are_told() -> None:
    app = choose(20)
    async with app.run_test() as pilot:
        await settle(pilot)
        await typed(pilot, "zz")
        assert "None has that" in app.words
        assert "“zz”" in app.words
        await pilot.press("enter")
        await settle(pilot)
        assert app.answers == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [confirm, lambda clock: choose(40, "7", clock)])
async def test_they_fit(size: tuple[int, int], make: Callable[[Any], AskHost]) -> None:
    app = make(Clock())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        box = app.screen.query_one(".box").region
        assert app.screen.region.contains_region(box)
        assert box.width <= 64
        assert "╭" in app.page
        assert "╰" in app.page


def test_nothing_blinks() -> None:
    assert not LineField().cursor_blink
    assert not TextField().cursor_blink


async def test_a_dialog_closes_once_and_nothing_under_it() -> None:
    app = AskHost(lambda: PromptScreen("Rename"))
    async with app.run_test() as pilot:
        await settle(pilot)
        app.push_screen(ConfirmScreen(QUESTION, "Delete", clock=Clock()))
        await settle(pilot)
        top = app.screen
        assert isinstance(top, ConfirmScreen)
        for _ in range(3):
            top.action_leave()
        await settle(pilot)
        assert isinstance(app.screen, PromptScreen)
        assert app.answers == []
