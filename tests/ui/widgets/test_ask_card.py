"""The card by keys and mouse: it arms once it is seen, and only a complete answer leaves it, once."""

from dataclasses import replace
from typing import Any

import pytest
from hosts import settle
from scenes import NOW, ledger
from talking import AT, ONE, RED, PanelHost, approval, fleet, given, plan, question, thread
from textual.pilot import Pilot

from cockpit.core.commands import Answer
from cockpit.model import facts as f
from cockpit.model.asks import Ask, Option, Question
from cockpit.model.work import Freeze
from cockpit.ui import messages as m
from cockpit.ui.held import SEEN
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.ask_parts import AskBody, AskFoot, OwnWords

SIZE = (60, 36)
MULTI = Question("t", "Which toppings?", "Toppings", (Option("Cheese"), Option("Basil"), Option("Ham")), multi=True)
COLOUR = Question("colour", "Which colour?", "Colour", RED)
NAME = Question("name", "What name?", "Name")


async def opened(host: PanelHost, pilot: Pilot[Any], *asks: Ask) -> None:
    """The card is on the screen for long enough, and its form has the keys."""
    await given(host, pilot, *asks)
    host.clock_.pass_(5)
    host.panel.focus_reply()
    await settle(pilot)


# Arming


async def test_it_counts_from_when_it_is_painted() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        assert host.panel.card_ask is None
        await given(host, pilot, approval())
        assert host.panel.card_ask == approval()
        assert host.panel.card_since == 100.0


async def test_another_fleet_with_the_same_ask_goes_on_counting() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        host.clock_.pass_(3)
        await given(host, pilot, approval(), title="Renamed")
        assert host.panel.card_since == 100.0


@pytest.mark.parametrize("other", [approval("a2"), approval("a1", body="rm -rf /")])
async def test_another_ask_or_another_command_counts_anew(other: Ask) -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        host.clock_.pass_(3)
        await given(host, pilot, other)
        assert host.panel.card_ask == other
        assert host.panel.card_since == 103.0


async def test_what_is_out_of_sight_cannot_be_answered() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        host.panel.display = False
        await settle(pilot)
        assert host.panel.card_ask is None
        host.clock_.pass_(7)
        host.panel.display = True
        await settle(pilot)
        assert host.panel.card_since == 107.0


async def test_what_another_screen_covers_counts_anew() -> None:
    from textual.screen import Screen

    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        host.push_screen(Screen())
        await settle(pilot)
        assert host.panel.card_since is None
        host.clock_.pass_(7)
        host.pop_screen()
        await settle(pilot)
        assert host.panel.card_since == 107.0


async def test_it_goes_when_the_ask_was_answered_elsewhere() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        assert "wants to run a command" in host.page
        await given(host, pilot)
        assert "wants to run a command" not in host.page
        assert (host.panel.card_ask, host.panel.card_since) == (None, None)


# What it shows


async def test_a_long_command_scrolls_and_says_how_much_is_below() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval(body="\n".join(f"line {n}" for n in range(60))))
        assert "more lines" in host.page
        assert "line 59" not in host.page
        host.query_one(AskBody).focus()
        for _ in range(8):
            await pilot.press("pagedown")
        await settle(pilot)
        assert "line 59" in host.page
        assert "more line" not in host.page
        assert " a  approve" in host.page


async def test_while_it_is_sent_it_says_so() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        host.give(fleet(thread(approval()), extra=(f.SendStarted("a1", "decide"),)))
        await settle(pilot, 3)
        assert "sending…" in host.page
        assert "approve" not in host.page.split("sending…")[1]


async def test_the_reason_stands_on_the_card() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        host.give(fleet(thread(approval()), extra=(ledger(NOW, {ONE: Freeze("", "dana", AT)}),)))
        await settle(pilot, 3)
        assert "✗ it is frozen by dana; thaw it first" in host.page


async def test_a_remapped_key_is_the_one_on_the_chip() -> None:
    class Remapped(PanelHost):
        BINDINGS = [("k", "noop", "approve")]

        def on_mount(self) -> None:
            from textual.binding import Binding

            self._bindings.key_to_bindings["k"] = [Binding("k", "noop", "approve", id="thread.approve")]

    host = Remapped()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        assert " k  approve" in host.page


async def test_a_click_on_a_chip_is_its_action() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval())
        line = next(y for y, text in enumerate(host.lines) if " a  approve" in text)
        foot = host.query_one(AskFoot)
        await pilot.click(AskFoot, offset=(6, line - foot.region.y))
        await pilot.click(AskFoot, offset=(host.lines[line].index("decline") - foot.region.x, line - foot.region.y))
        assert [done.action for done in host.of(m.Do)] == ["thread.approve", "thread.decline"]


async def test_several_asks_one_after_the_other() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, approval("a1", "first"), approval("a2", "second"))
        assert "1 of 2" in host.page
        host.query_one(AskBody).focus()
        host.panel.turn(1)
        await settle(pilot)
        assert "2 of 2" in host.page
        assert host.panel.card_ask == approval("a2", "second")
        await given(host, pilot, approval("a2", "second"), approval("a3", "third"))
        assert host.panel.card_ask == approval("a2", "second")
        host.panel.turn(-1)
        await settle(pilot)
        assert host.panel.card_ask == approval("a3", "third")


async def test_a_plan_shows_its_beginning() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, plan())
        assert " P  read it all" in host.page
        assert "1. one" in host.page


# Questions


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("2", "enter"), "Blue"),
        (("down", "space", "enter"), "Blue"),
        (("3", "1", "enter"), "Red"),
        (("down", "down", "down", *"violet", "down", "enter"), "violet"),
    ],
)
async def test_one_question(keys: tuple[str, ...], expected: str) -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        await pilot.press(*keys)
        assert host.commands == [Answer(ONE, "q1", {"colour": expected})]


async def test_several_picks() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(MULTI))
        await pilot.press("3", "1", "2", "2", "down", "down")
        await pilot.press("down", "enter")
        assert host.commands == [Answer(ONE, "q1", {"t": ("Cheese", "Ham")})]


async def test_words_of_ones_own_where_there_are_no_options() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(NAME))
        await pilot.press(*"it", "space", *"is", "enter")
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"name": "it is"})]


async def test_three_questions_are_sent_together_and_only_when_all_are_answered() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR, MULTI, NAME))
        assert "▸ Colour" in host.page
        await pilot.press("1", "enter")
        assert "▸ Toppings" in host.page
        await pilot.press("2", "down", "down", "down", "enter")
        await settle(pilot)
        assert host.commands == []
        assert "▸ Name" in host.page
        await pilot.press("down", "enter")
        assert host.commands == []
        await pilot.press("up", *"bob", "down")
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"colour": "Red", "t": ("Basil",), "name": "bob"})]


async def test_the_brackets_go_back_to_a_question() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR, MULTI))
        await pilot.press("1", "enter", "left_square_bracket", "2", "right_square_bracket", "1")
        await pilot.press("down", "down", "down", "down")
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"colour": "Blue", "t": ("Cheese",)})]


async def test_a_digit_alone_sends_nothing() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        await pilot.press(*"1231")
        assert host.commands == []
        assert "send the answer" in host.page


async def test_a_held_enter_picks_and_does_not_send() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        for _ in range(20):
            await pilot.press("enter")
            host.clock_.pass_(0.05)
        assert host.commands == []
        assert "Let go of Enter" in host.told[0]
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"colour": "Red"})]


async def test_an_ask_that_took_the_place_of_another_is_not_answered_by_the_same_stroke() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        await given(host, pilot, replace(question(COLOUR), id="q2", title="Another asks"))
        await pilot.press("1")
        host.clock_.pass_(SEEN / 2)
        await pilot.press("enter")
        assert host.commands == []
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q2", {"colour": "Red"})]


async def test_picks_stay_while_the_fleet_moves_and_the_person_looks_elsewhere() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(MULTI))
        await pilot.press("1")
        await given(host, pilot, question(MULTI), title="Renamed")
        await given(host, pilot, approval())
        await opened(host, pilot, question(MULTI))
        await pilot.press("3", "down", "down", "down")
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"t": ("Cheese", "Ham")})]


async def test_a_refused_answer_is_told_and_kept() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        await pilot.press("1")
        host.give(fleet(thread(question(COLOUR)), extra=(ledger(NOW, {ONE: Freeze("", "dana", AT)}),)))
        await settle(pilot, 3)
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == []
        assert host.told == ["Not sent: it is frozen by dana; thaw it first."]
        form = host.query_one(AskCard).form
        assert form is not None
        assert form.answers() == {"colour": "Red"}


async def test_by_mouse_alone() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        body, foot = host.query_one(AskBody), host.query_one(AskFoot)
        await pilot.click(AskBody, offset=(5, next(y for y, s in enumerate(body._strips) if "Blue" in s.text)))
        await settle(pilot)
        line = next(y for y, text in enumerate(host.lines) if "send the answer" in text)
        await pilot.click(AskFoot, offset=(5, line - foot.region.y))
        assert host.commands == [Answer(ONE, "q1", {"colour": "Blue"})]


async def test_a_click_into_the_line_for_own_words_writes_there() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(COLOUR))
        await pilot.click(OwnWords)
        await pilot.press(*"teal", "down")
        host.clock_.pass_(2)
        await pilot.press("enter")
        assert host.commands == [Answer(ONE, "q1", {"colour": "teal"})]


async def test_an_approval_in_the_place_of_a_question_takes_the_keys_from_the_field() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await opened(host, pilot, question(NAME))
        assert isinstance(host.focused, OwnWords)
        await given(host, pilot, approval())
        assert isinstance(host.focused, AskBody)


@pytest.mark.parametrize("size", [(20, 14), (24, 18), (40, 17), (60, 17), (60, 36), (200, 58)])
@pytest.mark.parametrize("ask", [approval(), question(COLOUR, MULTI), plan()])
async def test_at_any_size_its_keys_can_be_seen(size: tuple[int, int], ask: Ask) -> None:
    host = PanelHost()
    async with host.run_test(size=size) as pilot:
        await opened(host, pilot, ask)
        host.panel.show_card()
        await settle(pilot)
        assert host.panel.card_ask == ask
        first = {"approval": " a ", "question": "Enter", "plan": " P "}[ask.kind]
        assert first in host.page


async def test_markup_in_a_question_is_text() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        text = "[bold]x[/] [@click=app.quit]y[/]"
        await opened(host, pilot, question(Question("q", text, text, (Option(text, text),))))
        assert host.page.count(text) == 3
        assert host.is_running
