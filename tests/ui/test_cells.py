"""Columns stay straight whatever is written in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cockpit.model.text import clean
from cockpit.ui.present.cells import cells, cut, fit, wrap

WORDS = st.text(st.sampled_from("ab  \n可語👩\u200d💻e\u0301🇩🇪—…")).map(clean)


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("abcd", 4, "abcd"),
        ("可能です", 5, "可能…"),
        ("可能です", 4, "可… "),
        ("可", 1, "…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("👩\u200d💻x", 2, "… "),
        ("👩\u200d💻x", 3, "👩\u200d💻x"),
        ("a\tb\nc", 5, "a b c"),
        ("abc", 0, ""),
        ("", 2, "  "),
    ],
)
def test_fit(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_fit_without_room_for_the_ellipsis_cuts_hard() -> None:
    assert fit("abcdef", 2, ellipsis="...") == "ab"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 5, ["one", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("x abcdefgh", 4, ["x", "abcd", "efgh"]),
        ("ab\n\ncd", 4, ["ab", "", "cd"]),
        ("hello可能です", 7, ["hello可", "能です"]),
        ("  kept", 10, ["  kept"]),
        ("可a", 1, ["…", "a"]),
        ("", 4, [""]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(WORDS, st.integers(1, 12))
def test_every_width_is_kept_and_no_word_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    if width > 1:
        assert "".join("".join(lines).split()) == "".join(text.split())
    assert cells(cut(text, width)) <= width
    assert cell_len(fit(text, width)) == width


def test_a_megabyte_is_cut_without_measuring_it() -> None:
    assert fit("可" * 1_000_000, 5) == "可可…"
