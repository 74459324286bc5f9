"""What a few letters mean, and that nothing is picked when they could mean several things."""

import pytest
from small_fleet import COLOUR, approval, fleet, question, thread

from cockpit.core import find
from cockpit.model.asks import AskKind
from cockpit.model.errors import NotFound
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import Status

ONE, TWO, THREE = Ref("home", "3f2c-1"), Ref("home", "3f2d-2"), Ref("home", "77aa-3")


@pytest.fixture
def three() -> Fleet:
    return fleet(
        [
            thread("3f2c-1", "Fix", Status.APPROVAL, approval("req-1", ONE)),
            thread("3f2d-2", "Fix the tests", Status.QUESTION, question("q-2", TWO, COLOUR)),
            thread("77aa-3", "Write DOCS", Status.WORKING),
        ]
    )


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("3f2c-1", ONE),
        ("home:3f2d-2", TWO),
        ("3f2d", TWO),
        ("home:7", THREE),
        ("docs", THREE),
        ("the tests", TWO),
        ("fix", ONE),
    ],
)
def test_a_thread_is_found_by_id_beginning_or_title(three: Fleet, text: str, ref: Ref) -> None:
    assert find.thread(three, text).ref == ref


@pytest.mark.parametrize(("text", "count"), [("3f2", 2), ("home:", 3), ("i", 3)])
def test_a_vague_word_lists_the_candidates(three: Fleet, text: str, count: int) -> None:
    with pytest.raises(NotFound, match=f"matches {count} threads") as caught:
        find.thread(three, text)
    assert len(caught.value.candidates) == count
    assert any(line.startswith("home:3f2c-1  Fix") for line in caught.value.candidates)


@pytest.mark.parametrize("text", ["", "nothing like it", "z"])
def test_what_is_not_there_is_not_found(three: Fleet, text: str) -> None:
    with pytest.raises(NotFound, match="No thread matches") as caught:
        find.thread(three, text)
    assert caught.value.candidates == ()


def test_not_finding_it_says_what_could_not_be_read(three: Fleet) -> None:
    with pytest.raises(NotFound, match=r"Not read: home \(refused\)"):
        find.thread(fleet([], health=Health.DOWN), "x")


def test_a_project_is_found_by_id_title_path_or_being_alone(three: Fleet) -> None:
    projects = list(three.projects.values())
    assert find.project_among(projects, "demo").path == "/home/dev/demo"
    assert find.project_among(projects, "/home/dev/site/").title == "Site"
    assert find.project_among(projects, "p2").title == "Site"
    with pytest.raises(NotFound, match="several projects") as caught:
        find.project_among(projects, "")
    assert len(caught.value.candidates) == 2
    with pytest.raises(NotFound, match="no project"):
        find.project_among([], "")
    with pytest.raises(NotFound, match="No project matches"):
        find.project_among([], "demo")


def test_an_ask_is_found_by_its_id_or_its_thread(three: Fleet) -> None:
    assert find.ask(three, "req-1", AskKind.APPROVAL).thread == ONE
    assert find.ask(three, "req", AskKind.APPROVAL).id == "req-1"
    assert find.ask(three, "3f2c", AskKind.APPROVAL).id == "req-1"
    assert find.ask(three, "the tests", AskKind.QUESTION).id == "q-2"
    with pytest.raises(NotFound, match="waits for no approval; it is working"):
        find.ask(three, "docs", AskKind.APPROVAL)
    with pytest.raises(NotFound, match="matches 2 threads"):
        find.ask(three, "3f2", AskKind.APPROVAL)
    with pytest.raises(NotFound, match="waits for no approval; it is question"):
        find.ask(three, "3f2d", AskKind.APPROVAL)


def test_two_asks_of_one_thread_need_an_id() -> None:
    two = fleet(
        [thread("a", "Both", Status.APPROVAL, approval("req-1", Ref("home", "a")), approval("req-2", Ref("home", "a")))]
    )
    with pytest.raises(NotFound, match="could mean 2 open approvals") as caught:
        find.ask(two, "both", AskKind.APPROVAL)
    assert [line.split()[0] for line in caught.value.candidates] == ["req-1", "req-2"]
    assert find.ask(two, "req-2", AskKind.APPROVAL).id == "req-2"
