"""The card: all that is asked, where, since when, and the keys that can answer it now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from scenes import NOW, ledger
from talking import AT, ONE, RED, approval, fleet, pen, plan, question, thread, words

from cockpit.model import facts as f
from cockpit.model.asks import Ask, Decision, Option, Question
from cockpit.model.health import Health
from cockpit.model.work import Capability, Freeze, Hold
from cockpit.ui.actions import BY_ID
from cockpit.ui.present import ask_lines
from cockpit.ui.present.answer_form import Form
from cockpit.ui.present.ask_lines import Card, body_lines, chips_of, foot_lines, head_lines, place_words

KEYS = {
    ask_lines.APPROVE: "a",
    ask_lines.SESSION: "A",
    ask_lines.DECLINE: "x",
    ask_lines.REPLY: "r",
    ask_lines.PLAN: "P",
    ask_lines.EXPLAIN: "e",
    ask_lines.ATTACH: "o",
}


def card(ask: Ask, answering: bool = False, **fields: Any) -> Card:
    made = fleet(thread(ask))
    form = Form.of(ask) if ask.questions else None
    return Card(ask, made.threads[ONE], made, form=form, answering=answering, **fields)


def body(shown: Card, width: int = 40) -> list[str]:
    return words(body_lines(shown, width, pen())[0])


def foot(shown: Card, width: int = 60) -> list[str]:
    return words(foot_lines(shown, chips_of(shown, KEYS), width, pen()))


def test_every_chip_is_an_action_of_the_register() -> None:
    names = (
        ask_lines.APPROVE,
        ask_lines.SESSION,
        ask_lines.DECLINE,
        ask_lines.RULE,
        ask_lines.SAYING,
        ask_lines.REPLY,
        ask_lines.PLAN,
        ask_lines.EXPLAIN,
        ask_lines.ATTACH,
    )
    assert [name for name in names if name not in BY_ID] == []


@pytest.mark.parametrize("ask", [approval(), question(), plan()])
def test_what_cannot_be_answered_here_says_why_and_has_the_key_of_the_terminal(ask: Ask) -> None:
    ways = (Capability.APPROVE, Capability.ANSWER, Capability.PLAN)
    why = tuple((way, "no hook holds it, so answer in its terminal") for way in ways)
    for can, keys in ((frozenset({Capability.ATTACH}), ["o  open its terminal", "e  explain"]), (frozenset(), ["e"])):
        made = fleet(thread(ask, capabilities=can, cannot=why))
        said = " ".join(foot(Card(ask, made.threads[ONE], made), 80))
        assert "It cannot be answered here: no hook holds it, so answer in its terminal." in said
        assert all(key in said for key in keys)
        assert "approve" not in said
        assert "decline" not in said


def test_the_head_says_who_and_since_when() -> None:
    assert words(head_lines(card(approval()), NOW, 40, pen())) == ["! Claude wants to run a command       2m"]


def test_the_head_says_how_long_it_can_be_answered_only_when_that_is_not_long() -> None:
    soon = replace(approval(), expires_at=NOW + timedelta(seconds=50))
    assert words(head_lines(card(soon), NOW, 50, pen()))[0].endswith("2m · 50s left")
    later = replace(approval(), expires_at=NOW + timedelta(hours=1))
    assert words(head_lines(card(later), NOW, 50, pen()))[0].endswith("2m")


def test_rules_and_what_else_must_be_known_stand_in_full_and_have_their_keys() -> None:
    asked = replace(
        approval(), rules=(Option("1", "Bash(make *) in this project"),), note="Another hook has changed it.",
        takes_message=True,
    )  # fmt: skip
    assert body(card(asked), 60)[-2:] == [
        "  may let through: Bash(make *) in this project",
        "  Another hook has changed it.",
    ]
    chips = {chip.action: chip.reason for chip in chips_of(card(asked), KEYS)}
    assert chips[ask_lines.RULE] is None
    assert chips[ask_lines.SAYING] is None
    plain = {chip.action for chip in chips_of(card(approval()), KEYS)}
    assert not plain & {ask_lines.RULE, ask_lines.SAYING}


def test_a_plan_that_can_be_sent_back_says_so_instead_of_a_reply() -> None:
    asked = replace(plan(), decisions=(Decision.ACCEPT, Decision.DECLINE), takes_message=True)
    chips = [chip.action for chip in chips_of(card(asked), KEYS)]
    assert ask_lines.SAYING in chips
    assert ask_lines.REPLY not in chips


def test_the_head_says_which_of_several() -> None:
    assert words(head_lines(card(approval(), index=1, count=3), NOW, 50, pen()))[0].endswith("2 of 3 · 2m")


def test_the_whole_command_is_there_however_long_it_is() -> None:
    command = " && ".join(f"step --number {n}" for n in range(300))
    shown = " ".join(body(card(approval(body=command))))
    assert " ".join(shown.split()).startswith(command)


def test_where_it_would_run() -> None:
    assert body(card(approval()))[-1] == "  in /src/repo"
    at = thread(approval(), worktree="/w/trees/flaky", branch="fix-flaky")
    assert place_words(approval(), at) == "in /src/repo · worktree fix-flaky"
    assert place_words(approval(), replace(at, worktree=None)) == "in /src/repo · branch fix-flaky"
    said = replace(approval(), place="~/repo · worktree flaky")
    assert place_words(said, at) == "in ~/repo · worktree flaky"


def test_the_keys_of_an_approval() -> None:
    assert foot(card(approval())) == [" a  approve    A  for session    x  decline"]


def test_only_what_the_request_offers() -> None:
    ask = replace(approval(), decisions=(Decision.ACCEPT, Decision.DECLINE))
    assert foot(card(ask)) == [" a  approve    x  decline"]


def test_keys_move_together_before_they_break() -> None:
    assert foot(card(approval()), 42) == [" a  approve   A  for session   x  decline"]
    assert len(foot(card(approval()), 38)) == 2


def test_keys_that_do_not_fit_go_on_the_next_line() -> None:
    assert foot(card(approval()), 20) == [" a  approve", " A  for session"[:20].rstrip(), " x  decline"]


def test_while_it_is_sent_there_are_no_keys() -> None:
    made = fleet(thread(approval()), extra=(f.SendStarted("a1", "decide"),))
    shown = Card(approval(), made.threads[ONE], made)
    assert foot(shown) == ["sending… it counts when the source confirms it"]


def test_a_frozen_thread_can_be_declined_and_not_approved() -> None:
    freeze = Freeze("wait for me", "dana", AT)
    made = fleet(thread(approval()), extra=(ledger(NOW, {ONE: freeze}),))
    lines = foot(Card(approval(), made.threads[ONE], made))
    assert lines[0].startswith("✗ it is frozen by dana (wait for me); thaw it first"[:40])
    reasons = {chip.label: chip.reason for chip in chips_of(Card(approval(), made.threads[ONE], made), KEYS)}
    assert reasons["approve"]
    assert reasons["decline"] is None


def test_a_source_that_is_down_is_the_reason() -> None:
    made = fleet(thread(approval()), health=Health.DOWN)
    assert "✗ home is down: no answer" in foot(Card(approval(), made.threads[ONE], made))


def test_a_plan_is_held_with_the_fleet() -> None:
    made = fleet(thread(plan()), extra=(ledger(NOW, hold=Hold("lunch", "dana", AT)),))
    lines = foot(Card(plan(), made.threads[ONE], made))
    assert lines[0] == "✗ the fleet is on hold by dana (lunch); release it first"


def test_a_path_breaks_after_a_slash() -> None:
    ask = replace(approval(), place="/home/dev/.t3/worktrees/billing-api/auth-flake")
    assert body(card(ask))[1:] == ["  in /home/dev/.t3/worktrees/", "  billing-api/auth-flake"]


def test_options_with_what_they_mean_beside_them() -> None:
    assert body(card(question())) == [
        "Which colour?",
        " 1 ○ Red     like fire",
        " 2 ○ Blue    like the sea",
        " 3 ○ Green",
    ]


def test_options_with_what_they_mean_below_where_it_is_narrow() -> None:
    assert body(card(question()), 18) == [
        "Which colour?",
        " 1 ○ Red",
        "     like fire",
        " 2 ○ Blue",
        "     like the sea",
        " 3 ○ Green",
    ]


def test_what_is_picked_and_where_the_cursor_is() -> None:
    shown = card(question(), answering=True)
    assert shown.form
    shown = replace(shown, form=replace(shown.form.pick(1), row=1))
    strips, cursor = body_lines(shown, 40, pen())
    assert words(strips)[2] == "▎2 ◉ Blue    like the sea"
    assert cursor == range(2, 3)


def test_boxes_for_several() -> None:
    asked = question(Question("t", "Which toppings?", "", (Option("Cheese"), Option("Basil")), multi=True))
    shown = card(asked, answering=True)
    assert shown.form
    lines = body(replace(shown, form=shown.form.pick(0)))
    assert lines[1:] == ["▎1 ☑ Cheese", " 2 ☐ Basil"]


def test_several_questions_are_steps() -> None:
    two = question(Question("a", "A?", "Alpha", RED), Question("b", "B?", "", RED))
    shown = card(two)
    assert shown.form
    shown = replace(shown, form=shown.form.pick(0).go(1))
    assert words(head_lines(shown, NOW, 50, pen()))[1] == f"{'  ✓ Alpha   ▸ question 2':<47}2/2"


@pytest.mark.parametrize(
    ("picked", "expected"),
    [((), "not answered yet"), ((0,), "next question"), ((0, 1), "send the answers")],
)
def test_the_way_on(picked: tuple[int, ...], expected: str) -> None:
    two = question(Question("a", "A?", "", RED), Question("b", "B?", "", RED))
    form = Form.of(two)
    for step in picked:
        form = form.go(step).pick(0)
    assert expected in foot(replace(card(two, answering=True), form=form.go(0)))[0]


def test_a_plan_shows_its_beginning_and_counts_the_rest() -> None:
    long = plan("# Title\n\n" + "\n".join(f"{n}. step" for n in range(30)))
    lines = body(card(long))
    assert len(lines) == ask_lines.PLAN_LINES + 1
    assert lines[-1] == f"… {31 - ask_lines.PLAN_LINES} more lines"
    assert foot(card(long)) == [" P  read it all    a  implement    r  reply with changes"]


@pytest.mark.parametrize("width", [1, 12, 20, 60])
@pytest.mark.parametrize("text", ["[bold]x[/] [@click=app.quit]y[/]", "界" * 50, "a" * 200, "x\ny\nz"])
def test_nothing_is_too_wide_and_nothing_is_markup(text: str, width: int) -> None:
    asks = (
        replace(approval(body=text), title=text, place=text),
        question(Question("q", text, text, (Option(text, text), Option("b", text)))),
        plan(text),
    )
    for ask in asks:
        shown = card(ask, answering=True)
        strips = [*head_lines(shown, NOW, width, pen()), *body_lines(shown, width, pen())[0]]
        strips += foot_lines(shown, chips_of(shown, KEYS), width, pen())
        if width >= 12:
            assert max(strip.cell_length for strip in strips) <= width
        if width == 60:
            assert text.split()[0][:5] in " ".join(words(strips))
