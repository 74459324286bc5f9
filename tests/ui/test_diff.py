"""A diff is shown as what it is, even where its lines look like headers."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.present.diff import DiffLine, diff_lines, render_diff
from cockpit.ui.present.markdown_styles import markdown_styles
from cockpit.ui.theme import load_themes

STYLES = markdown_styles(load_themes().palette("night"))
DIFF = """\
diff --git a/auth/tokens.py b/auth/tokens.py
index 83db48f..bf2a1c4 100644
--- a/auth/tokens.py
+++ b/auth/tokens.py
@@ -8,4 +8,4 @@ def load():
 import os
--- a comment of SQL
+++ another
 x = 1

@@ -20 +20,2 @@
-old
+new
+newer
\\ No newline at end of file
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git a/born b/born
new file mode 100755
--- /dev/null
+++ b/born
@@ -0,0 +1 @@
+hello
diff --git a/old.py b/new.py
similarity index 100%
rename from old.py
rename to new.py
Binary files a/x.png and b/x.png differ
"""


def drawn(source: str, width: int = 60, limit: int = 100) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in render_diff(source, width, STYLES, limit=limit)]


def test_each_line_is_known_by_the_counts_of_its_hunk() -> None:
    assert list(diff_lines(DIFF))[:8] == [
        DiffLine("file", "auth/tokens.py"),
        DiffLine("hunk", "@@ -8,4 +8,4 @@ def load():"),
        DiffLine("same", "import os", 8),
        DiffLine("removed", "-- a comment of SQL", 9),
        DiffLine("added", "++ another", 9),
        DiffLine("same", "x = 1", 10),
        DiffLine("same", "", 11),
        DiffLine("hunk", "@@ -20 +20,2 @@"),
    ]


def test_files_come_gone_new_and_renamed() -> None:
    text = "\n".join(drawn(DIFF))
    assert "gone\ndeleted file mode 100644" in text
    assert "born\nnew file mode 100755" in text
    assert "\nnew.py\nsimilarity index 100%\nrename from old.py\nrename to new.py\nBinary files" in text


def test_files_without_git_headers() -> None:
    born = "--- /dev/null\n+++ b/born\n@@ -0,0 +1 @@\n+x\n"
    gone = "--- gone\t2026-11-21\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert drawn(f"{born}{gone}--- loose") == [
        *["born", "new file", "@@ -0,0 +1 @@", "+x", ""],
        *["gone", "deleted file", "@@ -1 +0,0 @@", "-x", "--- loose"],
    ]


def test_colours_and_numbers() -> None:
    strips = render_diff("--- a/f\n+++ b/f\n@@ -9,2 +9,2 @@\n-a\n+b\n c\n", 40, STYLES, numbers=True)
    assert ["".join(segment.text for segment in strip) for strip in strips][2:] == [" 9 -a", " 9 +b", "10  c"]
    colours = [segment.style.color for strip in strips[2:4] for segment in strip if segment.style]
    assert set(colours) == {STYLES.deleted.color, STYLES.inserted.color}


def test_long_lines_go_on_and_long_diffs_say_what_is_left() -> None:
    assert drawn("@@ -0,0 +1 @@\n+" + "x" * 14, 10)[-2:] == ["+xxxxxxxxx", " ↪ xxxxx"]
    assert drawn("@@ -0,0 +1,9 @@\n" + "+a\n" * 9, 20, limit=3) == ["@@ -0,0 +1,9 @@", "+a", "+a", "… 7 more lines"]


def test_what_is_no_diff_is_shown_all_the_same() -> None:
    assert drawn("no diff here\n[bold]\x1b[31m") == ["no diff here", "[bold]"]
    assert drawn("") == []


@given(st.one_of(st.text(), st.lists(st.sampled_from(
    ["@@ -1,3 +1,3 @@\n", "--- a/x\n", "+++ b/x\n", "+", "-", " ", "\n", "可", "\t", "\\ No", "diff --git", "\x1b]0;x"]
)).map("".join)), st.integers(1, 40))  # fmt: skip
def test_every_line_fits(source: str, width: int) -> None:
    for strip in render_diff(source, width, STYLES, numbers=True, limit=20):
        assert strip.cell_length <= width
        assert not any(unicodedata.category(char) == "Cc" for segment in strip for char in segment.text)
