"""Messages are drawn from whatever an agent wrote, half-written or hostile, and never wider than the panel."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual.strip import Strip

from cockpit.ui.present import markdown
from cockpit.ui.present.markdown import render
from cockpit.ui.present.markdown_styles import MarkdownStyles, markdown_styles
from cockpit.ui.theme import load_themes

STYLES = markdown_styles(load_themes().palette("night"))


def lines(strips: list[Strip]) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in strips]


def drawn(source: str, width: int = 40) -> list[str]:
    return lines(render(source, width, STYLES))


def style_of(source: str, word: str) -> Style:
    found = [segment.style for strip in render(source, 80, STYLES) for segment in strip if word in segment.text]
    assert found
    assert found[0] is not None
    return found[0]


def test_paragraphs_headings_and_breaks() -> None:
    assert drawn("# Title\nfirst line\nsecond\n\nnext *para*") == ["Title", "first line", "second", "", "next para"]


def test_words_wrap_at_the_width() -> None:
    assert drawn("one **two three** four", 9) == ["one two", "three", "four"]


def test_lists_hang_and_nest() -> None:
    source = "- one two three\n  - nested words here\n- last\n\n9. nine\n10. ten"
    assert drawn(source, 12) == [
        "• one two",
        "  three",
        "  ◦ nested",
        "    words",
        "    here",
        "• last",
        "",
        " 9. nine",
        "10. ten",
    ]


def test_loose_items_stand_apart() -> None:
    assert drawn("- one\n\n- two\n\n  more") == ["• one", "", "• two", "", "  more"]


def test_tasks_have_boxes() -> None:
    assert drawn("- [ ] open\n- [x] **done** now\n- [x]") == ["☐ open", "☑ done now", "• [x]"]
    assert style_of("- [x] done", "☑").color == STYLES.ticked.color


def test_quotes_have_a_bar_on_every_line() -> None:
    assert drawn("> one\n>\n> two\n> > deep") == ["▎ one", "▎ ", "▎ two", "▎ ", "▎ ▎ deep"]


def test_tables_stay_straight_with_wide_characters() -> None:
    assert drawn("| a | 可能 |\n|--:|:-:|\n| 100 | b |") == [
        "╭─────┬──────╮",
        "│   a │ 可能 │",
        "├─────┼──────┤",
        "│ 100 │  b   │",
        "╰─────┴──────╯",
    ]


def test_a_table_that_is_too_wide_wraps_its_cells() -> None:
    table = drawn("| name | what it does |\n|---|---|\n| poll | reads the fleet again and again |", 30)
    assert table[0] == "╭──────┬─────────────────────╮"
    assert table[3:] == [
        "│ poll │ reads the fleet     │",
        "│      │ again and again     │",
        "╰──────┴─────────────────────╯",
    ]


def test_a_table_without_room_for_columns_becomes_a_list() -> None:
    assert drawn("| name | age |\n|---|---|\n| poll | 1 |\n| push | 2 |", 11) == [
        "name: poll",
        "age: 1",
        "───────────",
        "name: push",
        "age: 2",
    ]


def test_code_is_coloured_and_goes_on_after_a_mark() -> None:
    source = "```python\ndef f():\n\treturn 'a long long string'\n```"
    assert drawn(source, 24) == ["  def f():", "      return 'a long lon", "  ↪ g string'"]
    assert style_of(source, "def").color == STYLES.keyword.color
    assert style_of(source, "a long").color == STYLES.string.color


@pytest.mark.parametrize("language", ["", "nosuchlanguage", "python3 title=x", "{.py}", "../../etc"])
def test_any_language_name_will_do(language: str) -> None:
    assert drawn(f"```{language}\nx = 1\n```") == ["  x = 1"]


def test_emphasis_is_style_and_links_are_text() -> None:
    assert style_of("a **b** c", "b").bold
    assert style_of("a *b* c", "b").italic
    assert style_of("a ~~b~~ c", "b").strike
    assert style_of("a `b` c", "b").color == STYLES.code.color
    assert drawn("see [docs](https://a.b/c) and <https://d.e>", 60) == ["see docs (https://a.b/c) and https://d.e"]
    assert drawn("[https://a.b/c](https://a.b/c) [x](javascript:alert)", 60) == ["https://a.b/c [x](javascript:alert)"]
    assert drawn("![a *cat*](u.png)") == ["[image: a cat] (u.png)"]
    assert not any(part.style and part.style.link for strip in render("[a](https://b)", 20, STYLES) for part in strip)


def test_tags_and_our_own_markup_are_text() -> None:
    assert drawn("<b>x</b> [bold]y[/bold] [@click=app.quit]z[/]", 60) == [
        "<b>x</b> [bold]y[/bold] [@click=app.quit]z[/]"
    ]
    assert drawn("<div>\nx\n</div>") == ["<div>", "x", "</div>"]


def test_entities_do_not_bring_tricks_back() -> None:
    assert drawn("a&#x202e;b &zwj;c&#8203;d &lt;e&gt; &#27;[31m") == ["ab cd <e> \ufffd[31m"]


def test_half_streamed_text_renders_as_far_as_it_goes() -> None:
    assert drawn("text\n\n```py\nx = ") == ["text", "", "  x = "]
    assert drawn("an **open") == ["an **open"]
    assert drawn("| a | b |\n|--") == ["| a | b |", "|--"]


def test_what_is_nested_too_deep_is_shown_as_it_stands() -> None:
    source = ">" * 60 + " still here"
    assert drawn(source, 80) == [source]


def test_very_long_texts_are_plain_and_say_what_they_leave_out() -> None:
    assert drawn("*a* " * 20_000, 40)[0] == "*a* *a* *a* *a* *a* *a* *a* *a* *a* *a*"
    last = drawn("x" * (markdown.LONGEST_SHOWN + 5), 80)[-1]
    assert last == "… the rest of a text of more than 300,000 characters is not shown"


def test_nothing_is_nothing() -> None:
    assert drawn("") == []
    assert drawn("\n \n") == []


PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "9) ", "> ", "```", "```py", "\n", "\n\n", "  ", "\t", "|", "|-|-|", "| a | b |\n|---|:-:|\n",
     "**", "*", "_", "~~", "`", "[", "](", ")", "![", "<", ">", "---", "[x] ", "&#x202e;", "&zwj;", "\\", "word ",
     "可能です", "👩\u200d💻", "e\u0301", "\x1b[31m", "\u202e", "http://a.b", "\r"]
)  # fmt: skip
SOURCES = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))


@settings(max_examples=300)
@given(SOURCES, st.integers(1, 60))
@example("👩\u200d*💻*", 3)
@example("| 可 |\n|---|\n| 可 |", 5)
@example("1. 可", 4)
def test_every_line_fits_and_nothing_acts(source: str, width: int) -> None:
    for strip in render(source, width, STYLES):
        text = "".join(segment.text for segment in strip)
        assert strip.cell_length <= width
        assert {unicodedata.category(char) for char in text}.isdisjoint({"Cc", "Zl", "Zp"})
        assert not set(text) & set("\u200b\u202e\ufe0f")


def test_bare_styles_work_without_a_theme() -> None:
    assert lines(render("# a\n```py\nx\n```", 20, MarkdownStyles())) == ["a", "  x"]
