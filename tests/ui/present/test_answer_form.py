"""Answers while they are given: what is picked, what is missing, and exactly what is sent."""

from hypothesis import given
from hypothesis import strategies as st
from talking import RED, question

from cockpit.model.asks import Option, Question
from cockpit.ui.present.answer_form import Form

SINGLE = Question("colour", "Which colour?", "Colour", RED)
MULTI = Question(
    "toppings", "Which toppings?", "Toppings", (Option("Cheese"), Option("Basil"), Option("Ham")), multi=True
)
OPEN = Question("name", "What name?")


def form(*questions: Question) -> Form:
    return Form.of(question(*questions))


def test_one_label_for_a_single_answer() -> None:
    done = form(SINGLE).pick(1)
    assert done.answers() == {"colour": "Blue"}
    assert done.complete
    assert done.on_go


def test_a_second_pick_replaces_the_first() -> None:
    assert form(SINGLE).pick(1).pick(0).answers() == {"colour": "Red"}


def test_several_labels_in_the_order_of_the_question() -> None:
    assert form(MULTI).pick(2).pick(0).answers() == {"toppings": ("Cheese", "Ham")}


def test_a_pick_of_several_can_be_taken_back() -> None:
    taken = form(MULTI).pick(2).pick(2)
    assert taken.answers() == {"toppings": ()}
    assert not taken.complete


def test_own_words_replace_a_single_pick() -> None:
    assert form(SINGLE).pick(1).write("  violet ").answers() == {"colour": "violet"}


def test_a_pick_replaces_own_words() -> None:
    assert form(SINGLE).write("violet").pick(0).answers() == {"colour": "Red"}


def test_blank_words_take_nothing_back() -> None:
    assert form(SINGLE).pick(1).write("  ").answers() == {"colour": "Blue"}


def test_own_words_come_beside_several_picks() -> None:
    assert form(MULTI).pick(1).write("olives").answers() == {"toppings": ("Basil", "olives")}


def test_a_question_without_options_takes_words() -> None:
    asked = form(OPEN)
    assert asked.on_own
    assert asked.write("cockpit").answers() == {"name": "cockpit"}


def test_a_pick_that_does_not_exist_changes_nothing() -> None:
    asked = form(SINGLE)
    assert asked.pick(3) is asked
    assert asked.pick(-1) is asked


def test_the_way_on_leads_to_what_is_missing_round_and_round() -> None:
    asked = form(SINGLE, MULTI, OPEN).go(1).pick(0)
    assert asked.missing == (0, 2)
    third = asked.onward()
    assert third.step == 2
    assert third.write("x").onward().step == 0
    assert third.write("x").onward().pick(0).complete


def test_coming_back_shows_what_was_picked() -> None:
    assert form(SINGLE, OPEN).pick(2).go(1).go(0).row == 2


@given(st.lists(st.tuples(st.sampled_from(["pick", "move", "go", "write", "onward"]), st.integers(-2, 5)), max_size=30))
def test_no_sequence_of_keys_breaks_it(keys: list[tuple[str, int]]) -> None:
    """The cursor stays inside, and answers always name every question with the right shape."""
    asked = form(SINGLE, MULTI, OPEN)
    for key, number in keys:
        match key:
            case "write":
                asked = asked.write("x" * max(number, 0))
            case "onward":
                asked = asked.onward()
            case _:
                asked = getattr(asked, key)(number)
        assert 0 <= asked.row <= asked.go_row
        assert 0 <= asked.step < 3
    answers = asked.answers()
    assert list(answers) == ["colour", "toppings", "name"]
    assert isinstance(answers["toppings"], tuple)
    assert asked.complete == all(answers.values())
