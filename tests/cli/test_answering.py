"""How typed words become the answers to questions, and which words can be typed."""

from dataclasses import replace

import pytest
from small_fleet import COLOUR, TOOLS, approval, fleet, question, thread

from cockpit.cli.asks import how
from cockpit.core.answering import answers_from
from cockpit.model.errors import Refused
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status

REF = Ref("home", "t")
BOTH = question("q", REF, COLOUR, TOOLS)
ONE = question("q", REF, COLOUR)
MANY = question("q", REF, TOOLS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("blue", "Blue"), ("2", "Blue"), ("Red", "Red"), ("3", "3"), ("0", "0"), ("something else", "something else")],
)
def test_an_option_by_label_or_number_or_else_free_text(typed: str, meant: str) -> None:
    assert answers_from(ONE, [typed]) == {"q-colour": meant}


def test_verbatim_takes_every_word_as_it_is() -> None:
    assert answers_from(ONE, ["2"], verbatim=True) == {"q-colour": "2"}


def test_a_label_goes_before_a_number() -> None:
    assert answers_from(MANY, ["3"]) == {"q-tools": ("3",)}


def test_the_only_question_takes_all_answers_if_it_takes_several() -> None:
    assert answers_from(MANY, ["ruff", "2"]) == {"q-tools": ("ruff", "mypy")}
    with pytest.raises(Refused, match="2 answers for 1 questions"):
        answers_from(ONE, ["red", "blue"])


def test_several_questions_in_order_or_by_name() -> None:
    assert answers_from(BOTH, ["red", "mypy"]) == {"q-colour": "Red", "q-tools": ("mypy",)}
    named = ["tools=ruff", "2=mypy", "q-colour = blue"]
    assert answers_from(BOTH, [], named) == {"q-colour": "Blue", "q-tools": ("ruff", "mypy")}
    assert answers_from(BOTH, ["red"]) == {"q-colour": "Red"}, "what is not answered stays open for the core to refuse"


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (["colour"], "not of the form QUESTION=ANSWER"),
        (["size=3"], "no question 'size'. There are: Colour, Tools"),
        (["colour=red", "colour=blue"], "“Colour” takes one answer, not 2"),
    ],
)
def test_what_does_not_fit_is_refused(named: list[str], says: str) -> None:
    with pytest.raises(Refused) as caught:
        answers_from(BOTH, [], named)
    assert says in str(caught.value)


def test_only_a_command_that_would_be_taken_is_named() -> None:
    ask = approval("req-1", REF)
    asking = thread("t", "Fix", Status.APPROVAL, ask)
    assert how(ask, fleet([asking])) == "cockpit approve req-1   or   cockpit decline req-1"
    lacking = replace(asking, capabilities=frozenset(), cannot=((Capability.APPROVE, "no hook holds it"),))
    assert how(ask, fleet([lacking])) == "no hook holds it"
