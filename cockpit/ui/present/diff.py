"""A unified diff as coloured lines, bounded. It trusts the hunk headers' counts, never the look of a line alone."""

import re
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.model.immutable import immutable
from cockpit.model.text import clean
from cockpit.ui.present.cells import wrap
from cockpit.ui.present.code import CONTINUED
from cockpit.ui.present.markdown_styles import MarkdownStyles
from cockpit.ui.present.runs import Line, chop_runs, indent

MOST_LINES = 5_000

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)")
_GIT = re.compile(r"diff --git a/(.+) b/(.+)$")
_NO_FILE = "/dev/null"


@immutable(slots=False)
class DiffLine:
    """`kind` is "file", "note", "hunk", "added", "removed" or "same"; `number` counts in the new file (in the old one
    for a removed line), 0 where it says nothing."""

    kind: str
    text: str
    number: int = 0


def render_diff(
    source: str, width: int, styles: MarkdownStyles, *, numbers: bool = False, limit: int = MOST_LINES
) -> list[Strip]:
    """Lines of at most `width` cells. After `limit` lines of the diff one line says how many are left out."""
    source = clean(source)
    lines = list(diff_lines(source, limit))
    digits = len(str(max((line.number for line in lines), default=0))) if numbers else 0
    digits = digits if width - digits > 12 else 0
    drawn: list[Line] = []
    for line in lines:
        if line.kind == "file" and drawn:
            drawn.append([])
        drawn.extend(_drawn(line, width, digits, styles))
    left = source.removesuffix("\n").count("\n") + 1 - limit
    if left > 0:
        drawn.extend([Segment(text, styles.text + styles.dim)] for text in wrap(f"… {left:,} more lines", width))
    return [Strip(line) for line in drawn]


def diff_lines(source: str, limit: int = MOST_LINES) -> Iterator[DiffLine]:
    """What each of the first `limit` lines of a unified diff is. Text that is no diff comes out as notes."""
    old = new = old_left = new_left = 0
    headed = before = ""  # the file that was named last, and a "---" that waits for its "+++"
    for line in source.removesuffix("\n").split("\n", limit)[:limit]:
        if old_left > 0 or new_left > 0:
            sign, text = line[:1], line[1:]
            if sign == "+":
                yield DiffLine("added", text, new)
                new, new_left = new + 1, new_left - 1
                continue
            if sign == "-":
                yield DiffLine("removed", text, old)
                old, old_left = old + 1, old_left - 1
                continue
            if sign in (" ", ""):  # some tools strip the blank of an empty line
                yield DiffLine("same", text, new)
                old, new, old_left, new_left = old + 1, new + 1, old_left - 1, new_left - 1
                continue
            if sign == "\\":
                yield DiffLine("note", line)
                continue
            old_left = new_left = 0
        if before and not line.startswith("+++ "):
            yield DiffLine("note", before)
            before = ""
        if hunk := _HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[3])
            old_left, new_left = int(hunk[2] or 1), int(hunk[4] or 1)
            yield DiffLine("hunk", line)
        elif git := _GIT.match(line):
            headed = git[2]
            yield DiffLine("file", headed)
        elif line.startswith("--- "):
            before = line
        elif before:
            paths = _path(before), _path(line)
            path = paths[0] if paths[1] == _NO_FILE else paths[1]
            if path != headed:
                yield DiffLine("file", path)
                if _NO_FILE in paths:
                    yield DiffLine("note", "new file" if paths[0] == _NO_FILE else "deleted file")
            headed, before = path, ""
        elif line and not line.startswith("index "):
            yield DiffLine("note", line)
    if before:
        yield DiffLine("note", before)


def _path(line: str) -> str:
    path = line[4:].split("\t")[0]
    return path[2:] if path[:2] in ("a/", "b/") else path


def _drawn(line: DiffLine, width: int, digits: int, styles: MarkdownStyles) -> list[Line]:
    sign, style = _look(line.kind, styles)
    style = styles.text + style
    mark = Segment(CONTINUED, styles.text + styles.dim)
    if not sign:
        return chop_runs([(line.text.expandtabs(4), style)], width, mark)
    first = Segment(sign, style)
    if digits:
        first = Segment(f"{line.number:>{digits}} {sign}", style if sign != " " else styles.text + styles.dim)
    room = width - len(first.text)
    if room < 4:
        return chop_runs([(sign + line.text.expandtabs(4), style)], width, mark)
    lines = chop_runs([(line.text.expandtabs(4), style)], room, mark)
    return indent(lines, first, Segment(" " * len(first.text), styles.text))


def _look(kind: str, styles: MarkdownStyles) -> tuple[str, Style]:
    match kind:
        case "added":
            return "+", styles.inserted
        case "removed":
            return "-", styles.deleted
        case "same":
            return " ", styles.code_block
        case "file":
            return "", styles.heading
        case "hunk":
            return "", styles.function
        case _:
            return "", styles.dim
