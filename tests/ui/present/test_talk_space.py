"""Where items stand: nothing that a person reads moves, whatever turns out about heights above, below and within."""

from hypothesis import given
from hypothesis import strategies as st
from talking import said

from cockpit.ui.present.talk_items import Item
from cockpit.ui.present.talk_space import Anchor, Space


def items(*names: str) -> list[Item]:
    return [Item(name, (said(sum(name.encode())),)) for name in names]


def space(true: dict[str, int], guesses: dict[str, int] | None = None) -> Space:
    made = Space(lambda item: true[item.id], lambda item: (guesses or {}).get(item.id, 3))
    made.replace(items(*true))
    return made


def test_only_what_is_on_the_screen_is_measured() -> None:
    measured: list[str] = []

    def measure(item: Item) -> int:
        measured.append(item.id)
        return 4

    made = Space(measure, lambda item: 3)
    made.replace(items(*(f"i{n}" for n in range(1000))))
    made.settle_tail(20)
    assert measured == ["i999", "i998", "i997", "i996", "i995"]


def test_the_tail_shows_the_last_lines() -> None:
    made = space({"a": 10, "b": 10, "c": 5})
    top = made.settle_tail(12)
    assert (top, made.total) == (3 + 10 + 5 - 12, 3 + 10 + 5)


def test_an_item_keeps_its_row_when_what_is_above_gets_its_true_height() -> None:
    made = space({"a": 50, "b": 9, "c": 4})
    top = made.settle(Anchor("c", 5), 10)
    assert made.top(2) - top == 5
    assert made.height(1) == 9


def test_older_items_above_do_not_move_the_anchor() -> None:
    true = dict.fromkeys("abcdef", 4)
    made = space({name: true[name] for name in "def"})
    made.settle(Anchor("d", 0), 8)
    made._measure = lambda item: true[item.id]
    made.replace(items(*"abcdef"))
    top = made.settle(Anchor("d", 0), 8)
    assert made.items[made.at(top)].id == "d"


def test_an_item_that_stays_keeps_its_true_height() -> None:
    made = space({"a": 7, "b": 7})
    made.settle_tail(20)
    before = list(made.items)
    made.replace([*before, *items("c")])
    assert [made.height(i) for i in range(3)] == [7, 7, 3]


def test_a_shrunken_anchor_stays_on_the_screen() -> None:
    heights = {"a": 30, "b": 5}
    made = space(heights)
    made.settle_tail(10)
    heights["a"] = 2
    made.turned("a")
    top = made.settle(Anchor("a", -20), 10)
    assert made.at(top) == 0


def test_nothing_is_held_by_the_loose_item() -> None:
    made = Space(lambda item: 2, lambda item: 2, loose="older")
    made.replace(items("older", "a", "b"))
    made.settle_tail(6)
    assert made.anchor(0, 6) == Anchor("a", 2)


def test_an_entry_of_a_folded_run_is_where_the_run_is() -> None:
    made = Space(lambda item: 1, lambda item: 1)
    made.replace([Item("run:m1", (said(1), said(2)), run=True), Item("m3", (said(3),))])
    assert (made.index("m2"), made.index("run:m1"), made.index("m3")) == (0, 0, 1)
    assert made.index("gone") is None


def test_an_empty_space_has_nothing_to_hold_on_to() -> None:
    made = Space(lambda item: 1, lambda item: 1)
    made.replace([])
    assert (made.total, made.settle_tail(10), made.anchor(0, 10)) == (0, 0, None)


heights = st.lists(st.integers(1, 30), min_size=1, max_size=30)


@given(heights, st.data())
def test_scrolling_a_line_moves_what_was_seen_by_a_line(true: list[int], data: st.DataObject) -> None:
    """From any settled position: what was measured and stays in sight moves exactly as far as the person scrolled."""
    named = {f"i{n}": height for n, height in enumerate(true)}
    made = space(named, {name: data.draw(st.integers(1, 30)) for name in named})
    height = data.draw(st.integers(3, 20))
    top = made.settle_tail(height)
    for _ in range(5):
        first = made.at(top)
        row = made.top(first) - top
        wanted = top - data.draw(st.integers(1, 3))
        if wanted < 0:
            break
        anchor = made.anchor(wanted, height)
        assert anchor is not None
        new_top = made.settle(anchor, height)
        if made.top(first) - wanted < height and anchor.id == f"i{first}":
            assert made.top(first) - new_top == row + (top - wanted)
        top = max(new_top, 0)


@given(heights, heights)
def test_the_total_is_always_the_sum(true: list[int], guesses: list[int]) -> None:
    named = {f"i{n}": height for n, height in enumerate(true)}
    made = space(named, {f"i{n}": guess for n, guess in enumerate(guesses)})
    made.settle_tail(10)
    assert made.total == sum(made.height(i) for i in range(len(true)))
    for i in range(len(true)):
        assert made.at(made.top(i)) == i
