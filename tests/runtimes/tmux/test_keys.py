"""Keys and mouse events as the bytes a terminal sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.terminal import Mouse, Wheel
from cockpit.runtimes.tmux.keys import encoded, pointed


@pytest.mark.parametrize(
    ("key", "character", "data"),
    [
        ("a", "a", b"a"),
        ("A", "A", b"A"),
        ("upper_a", "A", b"A"),
        ("space", " ", b" "),
        ("enter", "\r", b"\r"),
        ("ctrl+j", "\n", b"\n"),
        ("shift+enter", None, b"\n"),
        ("tab", "\t", b"\t"),
        ("shift+tab", None, b"\x1b[Z"),
        ("escape", "\x1b", b"\x1b"),
        ("backspace", "\x7f", b"\x7f"),
        ("delete", None, b"\x1b[3~"),
        ("ctrl+c", "\x03", b"\x03"),
        ("ctrl+alt+x", None, b"\x1b\x18"),
        ("ctrl+at", "\x00", b"\x00"),
        ("ctrl+backslash", "\x1c", b"\x1c"),
        ("alt+b", None, b"\x1bb"),
        ("alt+enter", None, b"\x1b\r"),
        ("f1", None, b"\x1bOP"),
        ("shift+f1", None, b"\x1b[1;2P"),
        ("f5", None, b"\x1b[15~"),
        ("ctrl+f12", None, b"\x1b[24;5~"),
        ("pageup", None, b"\x1b[5~"),
        ("shift+pagedown", None, b"\x1b[6;2~"),
        ("ctrl+left", None, b"\x1b[1;5D"),
        ("shift+alt+up", None, b"\x1b[1;4A"),
        ("plus", "+", b"+"),
        ("+", "+", b"+"),
        ("full_stop", ".", b"."),
        ("é", "é", "é".encode()),
        ("some_emoji", "👍", "👍".encode()),
        ("inverted_exclamation_mark", "¡", "¡".encode()),
        ("alt+full_stop", None, b"\x1b."),
        ("alt+less_than_sign", None, b"\x1b<"),
        ("alt+slash", None, b"\x1b/"),
        ("alt+1", None, b"\x1b1"),
        ("alt+shift+a", "A", b"\x1bA"),
        ("alt+A", "A", b"\x1bA"),
        ("shift+\r", "\r", b"\n"),
        ("zero_width_joiner", "\u200d", "\u200d".encode()),
        ("emoji_modifier_fitzpatrick_type_4", "\U0001f3fd", "\U0001f3fd".encode()),
        ("ctrl+1", None, None),
        ("hyper+x", None, None),
        ("f99", None, None),
    ],
)
def test_keys(key: str, character: str | None, data: bytes | None) -> None:
    assert encoded(key, character, arrows=False) == data


@pytest.mark.parametrize(
    ("key", "normal", "application"), [("up", b"\x1b[A", b"\x1bOA"), ("home", b"\x1b[H", b"\x1bOH")]
)
def test_both_kinds_of_cursor_keys(key: str, normal: bytes, application: bytes) -> None:
    assert encoded(key, None, arrows=False) == normal
    assert encoded(key, None, arrows=True) == application


@given(st.text(max_size=20), st.one_of(st.none(), st.characters()))
def test_any_key_is_bytes_or_nothing(key: str, character: str | None) -> None:
    data = encoded(key, character, arrows=True)
    assert data is None or data


@pytest.mark.parametrize(
    ("mouse", "data"),
    [
        (Mouse(0, 0, button=1), b"\x1b[<0;1;1M"),
        (Mouse(9, 4, button=1, released=True), b"\x1b[<0;10;5m"),
        (Mouse(9, 4, button=3), b"\x1b[<2;10;5M"),
        (Mouse(1, 1, button=1, moved=True), b"\x1b[<32;2;2M"),
        (Mouse(1, 1, moved=True), b"\x1b[<35;2;2M"),
        (Mouse(1, 1, wheel=Wheel.UP), b"\x1b[<64;2;2M"),
        (Mouse(1, 1, wheel=Wheel.DOWN, ctrl=True, shift=True), b"\x1b[<85;2;2M"),
        (Mouse(1, 1, wheel=Wheel.RIGHT), b"\x1b[<67;2;2M"),
    ],
)
def test_mouse(mouse: Mouse, data: bytes) -> None:
    assert pointed(mouse, sgr=True) == data


@pytest.mark.parametrize(
    ("mouse", "data"),
    [
        (Mouse(0, 0, button=1), b"\x1b[M !!"),
        (Mouse(9, 4, button=3, released=True, ctrl=True), b"\x1b[M3*%"),
        (Mouse(1, 1, button=1, moved=True), b'\x1b[M@""'),
        (Mouse(222, 4, wheel=Wheel.UP), b"\x1b[M`\xff%"),
        (Mouse(223, 4, button=1), None),
    ],
)
def test_mouse_as_xterm_had_it_first(mouse: Mouse, data: bytes | None) -> None:
    assert pointed(mouse, sgr=False) == data
