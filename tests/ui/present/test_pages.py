"""Long texts for the reader, and the pen that wraps a line that does not fit."""

from talking import pen, words

from cockpit.ui.present import pages
from cockpit.ui.present.lines import Line, Span, line

DIFF = """diff --git a/one.py b/one.py
--- a/one.py
+++ b/one.py
@@ -1,2 +1,2 @@
-old [bold]x[/]
+new
 same
diff --git a/two.py b/two.py
--- a/two.py
+++ b/two.py
@@ -0,0 +1 @@
+more
"""


def test_a_diff_has_a_mark_at_each_file() -> None:
    page = pages.diff(DIFF)(40, pen())
    shown = words(page.strips)
    assert [shown[mark] for mark in page.marks] == ["one.py", "two.py"]
    assert "1 -old [bold]x[/]" in shown


def test_a_diff_of_nothing_says_so() -> None:
    assert words(pages.diff("")(40, pen()).strips) == ["No file changed."]


def test_a_diff_without_git_lines_is_one_part() -> None:
    page = pages.diff(DIFF.split("\n", 1)[1].split("diff --git")[0])(40, pen())
    assert page.marks == (0,)


def test_a_huge_diff_is_bounded_and_counts_what_is_left_out() -> None:
    one = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,3000 @@\n" + "+x\n" * 3000
    page = pages.diff(one * 4)(40, pen())
    assert len(page.strips) < 6000
    assert words(page.strips)[-1] == "… 2 more files are not shown"


def test_lines_that_fit_keep_their_columns_and_others_are_wrapped() -> None:
    content = [
        Line((Span("  short"),), (Span("right"),)),
        Line((Span("  home  "), Span("a very long piece of evidence that goes on", "dim")), (Span("2m"),)),
        line(Span("x")),
    ]
    assert words(pages.lines(content)(24, pen()).strips) == [
        "  short            right",
        "  home  a very long",
        "  piece of evidence that",
        "  goes on  2m",
        "x",
    ]


def test_plain_text_and_markdown() -> None:
    assert words(pages.text("a **b**")(20, pen()).strips) == ["a **b**"]
    assert words(pages.markdown("a **b**")(20, pen()).strips) == ["a b"]


def test_the_left_is_cut_and_the_right_stays() -> None:
    made = pen().line(Line((Span("a long beginning"), Span(" and more")), (Span("2m"),)), 16)
    assert (made.text, made.cell_length) == ("a long begin… 2m", 16)


def test_extra_words_only_where_there_is_room() -> None:
    given = Line((Span("left"),), (Span("r"),), (Span(" extra"),))
    assert pen().line(given, 20).text == "left extra         r"
    assert pen().line(given, 9).text == "left    r"


def test_wide_characters_keep_the_edge_straight() -> None:
    for width in range(8, 20):
        assert pen().line(Line((Span("日本語のタイトル"),), (Span("2m"),)), width).cell_length == width
