"""How an agent looks in its terminal: what was said scrolls up; below it a spinner and a box to type into, or a dialog.

It draws and reads keys, and knows nothing of what the agent does."""

import codecs
import os
import re
import shutil
import termios
import tty
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_SPINNER = "·✢✳✶✻✽"
_DIM, _BOLD, _OFF = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_STYLE = re.compile(r"\x1b\[[0-9;:]*m")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])")
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"
_KEPT = 400


@dataclass(frozen=True, slots=True)
class Key:
    """`name` is `text` (with `text`), `paste` (with `text`), `enter`, `escape`, `interrupt` or `back`."""

    name: str
    text: str = ""


class Keys:
    """Bytes from a terminal as keys; a paste may come in several pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> Iterator[Key]:
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        while text:
            if text.startswith(_PASTE):
                inside, end, after = text.removeprefix(_PASTE).partition(_PASTED)
                if not end:
                    self._rest = text
                    return
                yield Key("paste", inside.replace("\r\n", "\n").replace("\r", "\n"))
                text = after
            elif text[0] == "\x1b":
                found = _SEQUENCE.match(text)
                if found is None:
                    yield Key("escape")
                text = text[found.end() if found else 1 :]
            else:
                name = {"\r": "enter", "\x03": "interrupt", "\x7f": "back", "\x08": "back"}.get(text[0], "text")
                if name != "text" or text[0] >= " " or text[0] == "\n":
                    yield Key(name, text[0])
                text = text[1:]


@dataclass(slots=True)
class Screen:
    """One agent's terminal. `accent` is a colour as SGR parameters, `footer` the line below the box."""

    title: str
    accent: str
    footer: str
    typed: str = ""
    doing: str = ""
    """What the spinner says; empty at rest."""
    dialog: tuple[str, ...] = ()
    """What stands in place of the box while a person is asked."""
    _said: list[str] = field(default_factory=list)
    _shown: tuple[str, ...] = ()
    _cursor: int = 0
    _ticks: int = 0

    def open(self, *greeting: str) -> None:
        tty.setraw(0, termios.TCSANOW)
        self._write("\x1b[?2004h\x1b]2;" + self.title + "\x07")
        self.say(*greeting)

    def close(self) -> None:
        self._write("\x1b[?2004l\x1b[?25h\r\n")

    def say(self, *lines: str) -> None:
        """Let these lines scroll up above the box."""
        self._said = (self._said + list(lines))[-_KEPT:]
        self._draw(lines)

    def refresh(self) -> None:
        """Draw the lower part again, if it is another now."""
        if self._below() != self._shown:
            self._draw(())

    def tick(self, seconds: float) -> None:
        """A second passed, of so many since the turn began."""
        self._ticks += 1
        self._seconds = seconds
        if self.doing:
            self._draw(())

    def resized(self) -> None:
        """Another size: nothing of the old lines can be relied on."""
        self._write("\x1b[H\x1b[2J\x1b[3J")
        self._shown, self._cursor = (), 0
        self._draw(self._said[-_rows() :])

    _seconds: float = 0.0

    def _below(self) -> tuple[str, ...]:
        width = _columns()
        lines: list[str] = [""]
        if self.doing:
            glyph = _SPINNER[self._ticks % len(_SPINNER)]
            spent = f"{_DIM}({self._seconds:.0f}s · esc to interrupt){_OFF}"
            lines += [f"\x1b[{self.accent}m{glyph} {self.doing}…{_OFF} {spent}", ""]
        if self.dialog:
            lines += [f"\x1b[{self.accent}m{'─' * (width - 1)}{_OFF}", *self.dialog]
        else:
            room = width - 6
            shown = self.typed.replace("\n", "⏎")
            while _cells(shown) > room:
                shown = shown[1:]
            pad = " " * (room - _cells(shown))
            lines += [f"{_DIM}╭{'─' * (width - 3)}╮{_OFF}", f"{_DIM}│{_OFF} ❯ {shown}{pad}{_DIM}│{_OFF}",
                      f"{_DIM}╰{'─' * (width - 3)}╯{_OFF}"]  # fmt: skip
            lines += [f"  {_DIM}{self.footer}{_OFF}"]
        return tuple(cut(line, width - 1) for line in lines)

    def _draw(self, above: Sequence[str]) -> None:
        """Take the lower part away, write `above` where it stood, and put it below again, in one go."""
        below, width = self._below(), _columns()
        up = f"\x1b[{self._cursor}A" if self._cursor else ""
        text = ["\x1b[?25l\r", up, "\x1b[J", *(cut(line, width - 1) + "\r\n" for line in above), "\r\n".join(below)]
        if self.dialog:
            self._cursor = len(below) - 1
        else:
            # Into the box: it is the third line from below.
            self._cursor = len(below) - 3
            column = min(_cells(self.typed.replace("\n", "⏎")), width - 6) + 4
            text.append(f"\x1b[2A\r\x1b[{column}C\x1b[?25h")
        self._shown = below
        self._write("".join(text))

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(1, data) :]


def _columns() -> int:
    return max(shutil.get_terminal_size().columns, 20)


def _rows() -> int:
    return shutil.get_terminal_size().lines


def _cells(text: str) -> int:
    plain = _STYLE.sub("", text)
    return sum(_wide(char) for char in plain)


def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, room: int) -> str:
    """`text`, which may have colours, in at most `room` cells."""
    if _cells(text) <= room:
        return text
    kept, used = [], 0
    for part in re.split(r"(\x1b\[[0-9;:]*m)", text):
        if part.startswith("\x1b"):
            kept.append(part)
            continue
        for char in part:
            if used + _wide(char) > room - 1:
                return "".join(kept) + "…" + _OFF
            used += _wide(char)
            kept.append(char)
    return "".join(kept)


def wrapped(text: str, room: int) -> list[str]:
    """Plain `text` in lines of at most `room` cells, broken at spaces."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and _cells(line) + 1 + _cells(word) > room:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def room() -> int:
    """How many cells a line has."""
    return _columns() - 1
