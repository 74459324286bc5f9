"""Places: no pane lies on another, none is out of sight, and the focused one is always there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.present.pane_grid import Place, beside, grid


@given(
    st.integers(0, 40), st.integers(1, 300), st.integers(1, 100), st.integers(0, 40), st.booleans(),
)  # fmt: skip
def test_panes_fill_the_screen_without_lying_on_each_other(
    count: int, width: int, height: int, focus: int, zoomed: bool
) -> None:
    places = grid(count, width, height, focus=focus, zoomed=zoomed)
    if not count:
        assert places == {}
        return
    assert min(focus, count - 1) in places
    seen: set[tuple[int, int]] = set()
    for place in places.values():
        cells = {(x, y) for x in range(place.x, place.x + place.width) for y in range(place.y, place.y + place.height)}
        assert cells
        assert not cells & seen
        seen |= cells
    assert seen == {(x, y) for x in range(width) for y in range(height)}


def test_one_two_three_and_four() -> None:
    assert grid(1, 150, 40) == {0: Place(0, 0, 150, 40)}
    assert grid(2, 150, 40) == {0: Place(0, 0, 75, 40), 1: Place(75, 0, 75, 40)}
    assert grid(3, 150, 40) == {0: Place(0, 0, 75, 20), 1: Place(75, 0, 75, 20), 2: Place(0, 20, 150, 20)}
    assert grid(4, 150, 40)[3] == Place(75, 20, 75, 20)


def test_more_are_one_large_and_the_rest_small() -> None:
    places = grid(6, 150, 40, focus=2)
    assert places[2] == Place(0, 0, 100, 40)
    assert [places[number] for number in (0, 1, 3, 4, 5)] == [Place(100, y * 8, 50, 8) for y in range(5)]


def test_without_room_for_all_those_around_the_focus_are_shown() -> None:
    assert sorted(grid(9, 100, 20, focus=0)) == [0, 1, 2, 3]
    assert sorted(grid(9, 100, 20, focus=5)) == [4, 5, 6, 7]
    assert sorted(grid(9, 100, 20, focus=8)) == [5, 6, 7, 8]
    assert sorted(grid(12, 200, 60)) == list(range(12))


@pytest.mark.parametrize("width", [60, 79])
def test_a_narrow_screen_has_one(width: int) -> None:
    assert grid(5, width, 20, focus=3) == {3: Place(0, 0, width, 20)}


def test_zoomed_is_one() -> None:
    assert grid(4, 150, 40, focus=1, zoomed=True) == {1: Place(0, 0, 150, 40)}


def test_neighbours() -> None:
    square = grid(4, 150, 40)
    assert [beside(square, 0, 1, 0), beside(square, 0, 0, 1), beside(square, 3, -1, 0), beside(square, 3, 0, -1)] == [
        1,
        2,
        2,
        1,
    ]
    assert beside(square, 0, -1, 0) == 0
    many = grid(6, 150, 40, focus=2)
    assert beside(many, 2, 1, 0) == 0
    assert beside(many, 4, -1, 0) == 2
    assert beside(many, 1, 0, 1) == 3
