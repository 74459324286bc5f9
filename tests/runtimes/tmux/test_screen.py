"""Reading captured screens: golden ones of real programs, real tmux as the judge of styles and widths, and fuzz."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from screen_dump import dump, look
from tmux_rig import Tmux, wait_until

from cockpit.model.terminal import Attribute, Line, Style
from cockpit.runtimes.tmux.screen import MODES, Reader, Widths, widths
from cockpit.runtimes.tmux.sgr import restyled

GOLDEN = Path(__file__).parent / "golden"
QUIET = b"0 0 1 0 0 0 0 00 80 24 0 0 _ _ title"


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def capture(tmux: Tmux, data: bytes, place: Path) -> list[bytes]:
    """What tmux captures of a pane after a program wrote `data` to it."""
    file = place / "data"
    file.write_bytes(data)
    tmux("respawn-pane", "-k", "-t", "one:0", f"stty raw; cat {file}; {tmux_done(tmux)}; exec tail -f /dev/null")
    tmux("wait-for", "done")
    return tmux("capture-pane", "-epN", "-t", "one:0").encode().split(b"\n")


def tmux_done(tmux: Tmux) -> str:
    return f"tmux -L {tmux.socket} wait-for -S done"


@pytest.mark.parametrize("name", sorted(file.stem for file in GOLDEN.glob("*.rows")))
def test_golden_screens(name: str) -> None:
    rows = (GOLDEN / f"{name}.rows").read_bytes().split(b"\n")
    screen = Reader().read(rows, (GOLDEN / f"{name}.modes").read_bytes())
    assert dump(screen) == (GOLDEN / f"{name}.txt").read_text()


_SGR = st.one_of(
    st.sampled_from(
        ["0", "1", "2", "3", "4", "4:3", "4:2", "5", "7", "8", "9", "22", "23", "24", "25", "27", "28", "29"]
    ),
    st.sampled_from(["39", "49", "1;31", "0;4", "53", "55"]),
    st.integers(30, 37).map(str),
    st.integers(100, 107).map(str),
    st.integers(0, 255).map(lambda n: f"38;5;{n}"),
    st.integers(0, 255).map(lambda n: f"48;5;{n}"),
    st.tuples(*[st.integers(0, 255)] * 3).map(lambda c: "38;2;{};{};{}".format(*c)),
    st.tuples(*[st.integers(0, 255)] * 3).map(lambda c: "58:2::{}:{}:{}".format(*c)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(_SGR, st.sampled_from("abcxyz")), min_size=1, max_size=200))
def test_tmux_captures_the_styles_that_were_written(cells: list[tuple[str, str]], tmux: Tmux, tmp_path: Path) -> None:
    """Two ways to the same styles: what was written, and what tmux says it has."""
    written, style = [], Style()
    for parameters, letter in cells:
        style = restyled(style, parameters)
        written.append((letter, look(style)))
    rows = capture(tmux, "".join(f"\x1b[{sgr}m{letter}" for sgr, letter in cells).encode(), tmp_path)
    read = [(letter, look(style)) for line in Reader().lines(rows) for text, style in line for letter in text]
    # tmux keeps no colour of an underline that is not there, and ends no row with what was not written.
    assert [letter for letter, _ in read] == [letter for letter, _ in written]
    assert [_without_line(words) for _, words in read] == [_without_line(words) for _, words in written]


def _without_line(words: str) -> str:
    return " ".join(word for word in words.split() if not word.startswith("line="))


TRICKY = [
    *"aé漢字한ﾊ", "e\u0301", "\u26a0\ufe0f", "1\ufe0f\u20e3", "\u2764\ufe0f", "\U0001f44d", "\U0001f44d\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e8\U0001f1ed", "⏺", "⎿", "✻", "❯", "╭", "█", "⠋", "…",
    "\u231a\ufe0f",
]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TRICKY), min_size=1, max_size=12))
def test_our_text_is_as_wide_as_tmux_has_it(tmux: Tmux, tmp_path: Path, pieces: list[str]) -> None:
    rows = capture(tmux, " ".join(pieces).encode(), tmp_path)
    version = tuple(int(part) for part in tmux.show("#{version}").rstrip("abc").split("."))
    text = plain(Reader(widths(version)).lines(rows)[0])
    assert cell_len(text) == int(tmux.show("#{cursor_x}", "one:0"))


def test_selectors_and_tones_as_newer_tmux_has_them() -> None:
    rows = ["⚠\ufe0f|", "⌚\ufe0f|", "\U0001f44d\U0001f3fd|"]
    lines = Reader(Widths(selector=1, tone=0)).lines([row.encode() for row in rows])
    assert [plain(line) for line in lines] == ["⚠ |", "⌚|", "\U0001f44d|"]
    assert widths((3, 4)) == Widths(1, 0)


def test_styles_and_line_drawing_carry_over_from_row_to_row() -> None:
    lines = Reader().lines([b"\x1b[1;31mred\x0el", b"q", b"k\x0fq\x1b[0m", b"plain"])
    assert [plain(line) for line in lines] == ["red┌", "─", "┐q", "plain"]
    assert lines[1][0][1] == Style(ink=1, attributes=Attribute.BOLD)
    assert lines[3] == (("plain", Style()),)


def test_the_same_row_means_another_thing_after_another_style() -> None:
    reader = Reader()
    red = reader.lines([b"\x1b[31m", b"same"])[1]
    blue = reader.lines([b"\x1b[34m", b"same"])[1]
    assert (red[0][1].ink, blue[0][1].ink) == (1, 4)


def test_an_unchanged_frame_is_the_same_object_and_so_is_an_unchanged_row() -> None:
    reader = Reader()
    first = reader.read([b"one", b"two", b"three"], QUIET)
    assert reader.read([b"one", b"two", b"three"], bytes(QUIET)) is first
    scrolled = reader.read([b"two", b"three", b"four"], QUIET)
    assert scrolled.lines[0] is first.lines[1]
    assert scrolled.lines[1] is first.lines[2]


def test_moving_the_cursor_keeps_every_row() -> None:
    reader = Reader()
    first = reader.read([b"one"], QUIET)
    moved = reader.read([b"one"], b"1" + QUIET[1:])
    assert moved.cursor == (1, 0)
    assert moved.lines is first.lines


def test_the_modes_of_a_pane() -> None:
    screen = Reader().read([b""], b"7 3 1 1 1 1 1 01 80 24 120 0 _ _copy-mode a title")
    assert (screen.cursor, screen.alternate, screen.arrows, screen.mouse, screen.drags) == (
        (7, 3),
        True,
        True,
        True,
        True,
    )
    assert (screen.mode, screen.history, screen.title, screen.ended) == ("copy-mode", 120, "a title", False)
    dead = Reader().read([b""], b"7 3 0 0 0 1 0 00 80 24 0 1 _3 _ ")
    assert (dead.cursor, dead.mouse, dead.ended, dead.exit_code) == (None, True, True, 3)
    assert (screen.sgr, screen.hovers, dead.sgr, dead.drags) == (True, False, False, False)


def test_tabs_and_links_of_newer_tmux() -> None:
    lines = Reader().lines([b"ab\tc", b"\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\ after", "漢\tc".encode()])
    assert [plain(line) for line in lines] == ["ab      c", "link after", "漢      c"]


def test_hostile_titles_and_rows_are_cleaned() -> None:
    screen = Reader().read(
        ["\u202eabc\u2066d\x1b[2Je\u200bf".encode()], "0 0 1 0 0 0 0 00 80 24 0 0 _ _ \u202et\x07\x1b]2;x".encode()
    )
    assert plain(screen.lines[0]) == "abcdef"
    assert screen.title == "t"


@given(st.lists(st.binary(max_size=120), max_size=8), st.binary(max_size=60))
def test_any_bytes_become_a_screen_without_controls(rows: list[bytes], modes: bytes) -> None:
    rows = [row.replace(b"\n", b"") for row in rows]
    screen = Reader().read(rows, modes)
    assert len(screen.lines) == len(rows)
    for text in (screen.title, *(text for line in screen.lines for text, _ in line)):
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)


@given(st.text(st.sampled_from("0123456789;:"), max_size=40))
def test_any_parameters_become_a_style(parameters: str) -> None:
    style = restyled(Style(1, 2, 3, Attribute.BOLD), parameters)
    for colour in (style.ink, style.ground, style.line):
        assert colour is None or all(0 <= part < 256 for part in (colour if isinstance(colour, tuple) else (colour,)))


def test_memory_stays_bounded() -> None:
    reader = Reader()
    for number in range(3000):
        reader.lines([f"\x1b[38;5;{number % 256}m\x1b[48;5;{number % 251}mrow {number}".encode()])
    assert len(reader._lines) <= 256


def test_the_format_is_what_tmux_understands(tmux: Tmux) -> None:
    screen = Reader().read([b""] * 24, tmux.show(MODES, "one:0").encode())
    assert (screen.width, screen.height, screen.cursor, screen.ended) == (80, 24, (0, 0), False)
    tmux("copy-mode", "-t", "one:0")
    assert Reader().read([b""], tmux.show(MODES, "one:0").encode()).mode == "copy-mode"
    tmux("set-option", "-t", "one:0", "-p", "remain-on-exit", "on")
    tmux("respawn-pane", "-k", "-t", "one:0", "exit 3")
    wait_until(lambda: tmux.show("#{pane_dead}", "one:0") == "1")
    assert Reader().read([b""], tmux.show(MODES, "one:0").encode()).ended
