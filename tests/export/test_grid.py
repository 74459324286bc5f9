"""What stands in which cell, before anybody draws it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import ControlType, Segment
from rich.style import Style

from cockpit.export import draw
from cockpit.export.grid import Grid, Run, blend, colours, grid_from_segments, pieces
from cockpit.export.text import to_text


def placed(text: str, width: int = 20) -> list[tuple[int, int, str]]:
    line = (Run(text),)
    return [(piece.x, piece.cells, piece.text) for piece in pieces(Grid(width, 1, (line,)), line)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain text", [(0, 10, "plain text")]),
        ("a──b", [(0, 1, "a"), (1, 2, "──"), (3, 1, "b")]),
        ("a可b", [(0, 1, "a"), (1, 2, "可"), (3, 1, "b")]),
        ("cafe\u0301!", [(0, 3, "caf"), (3, 1, "e\u0301"), (4, 1, "!")]),
        ("👩\u200d💻x", [(0, 2, "👩\u200d💻"), (2, 1, "x")]),
        ("a\x1b\u202eb", [(0, 1, "a"), (1, 2, "\ufffd\ufffd"), (3, 1, "b")]),
    ],
)
def test_pieces_say_where_they_stand(text: str, parts: list[tuple[int, int, str]]) -> None:
    assert placed(text) == parts


def test_lines_are_cut_at_the_width_and_half_a_character_is_blank() -> None:
    assert placed("abcdef", 4) == [(0, 4, "abcd")]
    assert placed("abc可", 4) == [(0, 2, "ab"), (2, 1, "c"), (3, 1, " ")]
    assert placed("────", 2) == [(0, 2, "──")]


@given(st.text(max_size=30), st.integers(0, 20))
def test_no_line_leaves_its_cells(text: str, width: int) -> None:
    at = 0
    for x, size, _ in placed(text, width):
        assert x == at
        at += size
    assert at <= width


def test_colours_are_worked_out() -> None:
    grid = Grid(1, 1, (), fg="#ffffff", bg="#000000")
    assert colours(grid, Run("x")) == ("#ffffff", "#000000")
    assert colours(grid, Run("x", "#ff0000", "#00ff00", reverse=True)) == ("#00ff00", "#ff0000")
    assert colours(grid, Run("x", dim=True)) == ("#999999", "#000000")
    assert blend("#000000", "#ffffff", 0.5) == "#808080"


def test_segments_become_runs() -> None:
    line = [
        Segment("a", Style(color="#FF0000", bgcolor="#00ff00", bold=True, underline=True)),
        Segment("", None, [(ControlType.BELL,)]),
        Segment("b"),
        Segment("c", Style(color="default", reverse=True, strike=True, italic=True, dim=True)),
    ]
    grid = grid_from_segments([line], (3, 2), fg="#ffffff", bg="#000000", title="t")
    assert grid.lines == (
        (
            Run("a", "#ff0000", "#00ff00", bold=True, underline=True),
            Run("b"),
            Run("c", dim=True, italic=True, reverse=True, strike=True),
        ),
    )
    assert (grid.width, grid.height, grid.title) == (3, 2, "t")


def test_text_is_the_characters_and_nothing_else() -> None:
    grid = Grid(6, 3, ((Run("ab "), Run("可  ")), (Run("1234567"),)))
    assert to_text(grid) == "ab 可\n123456\n\n"


@pytest.mark.parametrize(
    ("form", "begins"), [("text", b"x"), ("svg", b"<svg"), ("html", b"<!DOC"), ("png", b"\x89PNG")]
)
def test_draw_makes_every_form(form: str, begins: bytes) -> None:
    assert draw([[Segment("x")]], form, size=(3, 1), ground="#000000", text="#ffffff").startswith(begins)


def test_draw_knows_no_other_form() -> None:
    with pytest.raises(ValueError, match="'gif' is no form"):
        draw([], "gif", size=(1, 1), ground="#000000", text="#ffffff")
