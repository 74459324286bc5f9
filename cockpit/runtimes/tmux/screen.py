"""From what `capture-pane -epN` prints to a `Screen`: runs of clean text, with a memory of lines seen before.

It never asks tmux for anything. Facts: tmux 3.3a. Styles and line drawing carry over from row to row, so a row means
something only after the rows above it; grounds that were erased into (BCE) do not come, and cannot be shown."""

import re
import unicodedata
from collections.abc import Sequence

from cockpit.model.immutable import immutable
from cockpit.model.terminal import Line, Run, Screen, Style
from cockpit.model.text import clean, one_line
from cockpit.runtimes.tmux.sgr import DEFAULT, restyled

MODES = (
    "#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on} #{keypad_cursor_flag} #{mouse_any_flag} #{mouse_sgr_flag} "
    "#{mouse_all_flag}#{mouse_button_flag} #{pane_width} #{pane_height} #{history_size} #{pane_dead} "
    "_#{pane_dead_status} _#{pane_mode} #{pane_title}"
)
"""The format whose value `Reader.read` wants beside the rows."""

CAPTURE = "capture-pane -epN -t "
_KEPT_LINES = 64
"""At least so many rows are remembered, or two frames of them: what scrolls or blinks was there a frame ago."""
_KEPT_TURNS = 8192
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_ODD = re.compile(r"[\x00-\x1f\x7f]")
_OTHER = re.compile(
    r"\x1b\](?:[^\x07\x1b]|\x1b(?!\\))*(?:\x07|\x1b\\)?|\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|\x1b.?"
)
_DRAWING = str.maketrans(
    "`afghijklmnopqrstuvwxyz{|}~+,-.0", "◆▒°±░␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·→←↑↓▮",
)  # fmt: skip
_TONES = "\U0001f3fb-\U0001f3ff"
_TONE = re.compile(f"[{_TONES}]")
_VS16 = re.compile("(.)\ufe0f", re.DOTALL)
_FILLER = str.maketrans({"\u115f": "  ", "\u3164": "  ", "\u2028": None, "\u2029": None, "\x85": None})
_FIRST_COMBINING = (3, 4)


@immutable
class Widths:
    """How many cells this tmux gives what the world disagrees about: an emoji presentation selector behind a narrow
    character, and a skin tone. Facts: 3.3a adds 0 and 2, 3.4 and later 1 and 0."""

    selector: int = 0
    tone: int = 2


def widths(version: tuple[int, ...]) -> Widths:
    return Widths(1, 0) if version >= _FIRST_COMBINING else Widths()


class _Pen:
    """A style, and the pens that SGR parameters turned it into before: following one costs no hash of a style."""

    __slots__ = ("next", "style")

    def __init__(self, style: Style) -> None:
        self.style = style
        self.next: dict[str, _Pen] = {}


_State = tuple[_Pen, bool]
"""What a row begins with: the pen, and whether letters are drawn as lines (SO)."""


class Reader:
    """Reads the frames of one terminal. Rows that it read lately cost a look-up; the same frame again costs less."""

    def __init__(self, widths: Widths | None = None) -> None:
        self.widths = widths or Widths()
        self._pens: dict[Style, _Pen] = {}
        self._turns = 0
        self._lines: dict[tuple[bytes, _Pen, bool], tuple[Line, _State]] = {}
        self._rows: Sequence[bytes] = ()
        self._modes = b""
        self._screen: Screen | None = None

    def read(self, rows: Sequence[bytes], modes: bytes) -> Screen:
        """`rows` as captured, `modes` the value of `MODES`. The same frame twice is the same object."""
        last = self._screen
        if last is not None and modes == self._modes and rows == self._rows:
            return last
        lines = last.lines if last is not None and rows == self._rows else self.lines(rows)
        self._rows, self._modes = rows, modes
        self._screen = _screen(lines, modes)
        return self._screen

    def lines(self, rows: Sequence[bytes]) -> tuple[Line, ...]:
        """Rows that begin a capture, also of the history alone."""
        if self._turns > _KEPT_TURNS:
            self._pens.clear()
            self._lines.clear()
            self._turns = 0
        pen, drawing = self._pen(DEFAULT), False
        known = self._lines
        most = max(_KEPT_LINES, 2 * len(rows))
        lines = []
        for row in rows:
            key = (row, pen, drawing)
            found = known.pop(key, None)
            if found is None:
                found = self._line(row.decode("utf-8", "replace"), pen, drawing)
                while len(known) >= most:
                    del known[next(iter(known))]
            known[key] = found
            line, (pen, drawing) = found
            lines.append(line)
        return tuple(lines)

    def _line(self, row: str, pen: _Pen, drawing: bool) -> tuple[Line, _State]:
        pieces = _SGR.split(row)
        runs: list[Run] = []
        # A row without anything odd needs no care: its pieces are text, and that is nearly every row.
        careful = drawing or not row.isascii() or _ODD.search("".join(pieces[::2])) is not None
        if (text := pieces[0]) and careful:
            text, drawing = self._care(text, drawing, runs)
        if text:
            runs.append((text, pen.style))
        for parameters, text in zip(pieces[1::2], pieces[2::2], strict=True):
            pen = pen.next.get(parameters) or self._turn(pen, parameters)
            if text and careful:
                text, drawing = self._care(text, drawing, runs)
            if text:
                runs.append((text, pen.style))
        return tuple(runs), (pen, drawing)

    def _pen(self, style: Style) -> _Pen:
        if style not in self._pens:
            self._pens[style] = _Pen(style)
        return self._pens[style]

    def _turn(self, pen: _Pen, parameters: str) -> _Pen:
        self._turns += 1
        turned = pen.next[parameters] = self._pen(restyled(pen.style, parameters))
        return turned

    def _care(self, text: str, drawing: bool, before: list[Run]) -> tuple[str, bool]:
        """`text` with line drawing drawn, and without anything that could move a cell."""
        out = []
        for piece in re.split("([\x0e\x0f])", _OTHER.sub("", text)):
            if piece in ("\x0e", "\x0f"):
                drawing = piece == "\x0e"
            elif piece:
                out.append(piece.translate(_DRAWING) if drawing else piece)
        text = "".join(out)
        if "\t" in text:
            text = _untabbed(text, sum(_cells(run[0]) for run in before))
        text = _ODD.sub("", text)
        if text.isascii():
            return text, drawing
        text = text.translate(_FILLER)
        if "\ufe0f" in text:
            text = _VS16.sub(self._selected, text)
        if self.widths.tone:
            text = _TONE.sub(" " * self.widths.tone, text)
        return clean(text), drawing

    def _selected(self, found: "re.Match[str]") -> str:
        base = found[1]
        return base if _cells(base) != 1 else base + " " * self.widths.selector


def _screen(lines: tuple[Line, ...], modes: bytes) -> Screen:
    parts = modes.decode("utf-8", "replace").split(" ", 14)
    if len(parts) < 14:
        return Screen(0, len(lines), lines)
    numbers = [_number(part) or 0 for part in parts[:12]]
    x, y, seen, alternate, arrows, mouse, sgr, _, width, height, history, dead = numbers
    return Screen(
        width, height, lines,
        cursor=(x, y) if seen else None,
        alternate=bool(alternate), arrows=bool(arrows), mouse=bool(mouse), sgr=bool(sgr),
        drags="1" in parts[7], hovers=parts[7][:1] == "1",
        mode=one_line(parts[13][1:], 20), history=history,
        title=one_line(parts[14], 200) if len(parts) > 14 else "",
        ended=bool(dead), exit_code=_number(parts[12][1:]),
    )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _cells(text: str) -> int:
    """Cells as a terminal counts them, near enough for tabs and selectors; exact for ASCII."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _untabbed(text: str, column: int) -> str:
    """Newer tmux keeps tabs as tabs; their stops are every eight cells."""
    out = []
    for piece in re.split("(\t)", text):
        if piece == "\t":
            piece = " " * (8 - column % 8)
        out.append(piece)
        column += _cells(piece)
    return "".join(out)
