"""Where rows stand, by arithmetic alone."""

from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.present.lines import line
from cockpit.ui.present.row_space import RowSpace
from cockpit.ui.present.rows import TextRow


def space(*heights: int, fixed: frozenset[int] = frozenset()) -> RowSpace:
    return RowSpace([TextRow(place, (line("x"),) * height, place not in fixed) for place, height in enumerate(heights)])


def test_lines_and_places_are_two_views_of_the_same() -> None:
    rows = space(2, 1, 3)
    assert rows.total == 6
    assert [rows.at(each) for each in range(-1, 8)] == [0, 0, 0, 1, 2, 2, 2, 2, 2]
    assert (rows.top(2), rows.bottom(2)) == (3, 6)


def test_what_cannot_be_selected_is_stepped_over() -> None:
    rows = space(1, 1, 1, 1, fixed=frozenset({0, 2}))
    assert rows.next(-1, 1) == 1
    assert rows.next(1, 1) == 3
    assert rows.next(3, 1) is None
    assert rows.next(3, -1) == 1
    assert rows.selectable(2) is None


def test_the_heir_is_below_first_then_above() -> None:
    rows = space(1, 1, 1, 1)
    left = RowSpace([row for row in rows.rows if row.id in (0, 3)])
    assert rows.heir(1, left) == 1
    assert rows.heir(3, RowSpace(rows.rows[:2])) == 1
    assert rows.heir(1, RowSpace()) is None


def test_a_row_comes_into_sight_with_its_heading_and_the_last_with_what_follows() -> None:
    rows = space(1, 2, 2, 2, 2, 2, 1, fixed=frozenset({0, 6}))
    assert rows.in_sight(1, 5, 6) == 0
    assert rows.in_sight(5, 0, 6) == 6
    assert rows.in_sight(3, 4, 6) == 4


@given(st.lists(st.integers(1, 3), min_size=1, max_size=30), st.data())
def test_a_chosen_row_is_always_in_sight(heights: list[int], data: st.DataObject) -> None:
    rows = space(*heights)
    place = data.draw(st.integers(0, len(heights) - 1))
    height = data.draw(st.integers(1, 20))
    top = rows.in_sight(place, data.draw(st.integers(0, rows.total)), height)
    assert top <= rows.top(place)
    assert rows.top(place) < top + height
    if rows.bottom(place) - rows.top(place) <= height:
        assert rows.bottom(place) <= top + height
