"""Pictures are straight, and show every character, on a machine without any font."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cockpit.export.frame import Frame
from cockpit.export.glyphs import Glyphs
from cockpit.export.grid import Grid, Line, Run
from cockpit.export.png import to_png
from cockpit.export.shapes import shapes
from cockpit.export.typefaces import SHIPPED, Typeface, Typefaces

BARE = Typefaces(system=())
W, H = 18, 38
REGULAR_ONLY = next(chr(code) for code in range(0x100, 0x20000) if BARE.of(chr(code), True) is BARE.regular)
OURS = "!?≡✗‖◌●✓○·∅◐⚿▸▾❯✻⎿⏺☐☑☒…•◦▪↪▎│─╭╮╰╯├┤┬┴┼┃━→←↑↓⏵⏸⏹⠋⣿×−–—‹›"


def picture(*lines: Line, width: int = 8, title: str = "") -> Image.Image:
    grid = Grid(width, len(lines), lines, fg="#ffffff", bg="#000000", title=title)
    return Image.open(BytesIO(to_png(grid, typefaces=BARE)))


def cell(image: Image.Image, column: int, row: int = 0, cells: int = 1) -> Image.Image:
    frame = Frame(Grid(8, 1, ()), 2)
    x, y = frame.left + column * W, frame.top + row * H
    return image.crop((x, y, x + cells * W, y + H)).convert("RGB")


def inked(image: Image.Image) -> int:
    return sum(1 for pixel in image.convert("L").tobytes() if pixel > 60)


def glyph(text: str, cells: int = 1, bold: bool = False, italic: bool = False) -> Image.Image:
    return Glyphs(W, H, BARE).of(text, cells, bold, italic)


def alike(one: Image.Image, other: Image.Image) -> bool:
    """But for the last bit of smoothing on a curve."""
    return max(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True)) < 80


@pytest.mark.parametrize("char", OURS)
def test_every_glyph_of_ours_is_there_without_a_system_font(char: str) -> None:
    assert shapes(char, W, H) is not None or BARE.of(char, False) is not None
    assert inked(glyph(char)) > 2


def test_a_border_is_one_straight_line_beside_wide_and_missing_characters() -> None:
    inside = ["ascii ", "可能で", "👩\u200d💻e\u0301ü··", "\U0001f9ea\U0001f9ea··"]
    image = picture(
        *((Run(f"│{text:<{6}}"[:7]), Run("│")) for text in ("", "")), *((Run(text), Run("│")) for text in inside)
    )
    for row in range(3, 6):
        assert cell(image, 6, row).tobytes() == cell(image, 6, 2).tobytes()
    assert inked(cell(image, 6, 2)) == 2 * H


def test_lines_join_from_cell_to_cell() -> None:
    image = picture((Run("╭──╮"),), (Run("│  │"),), (Run("╰──╯"),))
    frame = Frame(Grid(8, 3, ()), 2)
    x, y = frame.left + W // 2 - 1, frame.top + H // 2
    middle = [image.getpixel((x, row))[0] for row in range(y + W, y + 2 * H - W)]  # type: ignore[index]
    assert set(middle) == {255}
    across = [image.getpixel((column, y))[0] for column in range(frame.left + W, frame.left + 3 * W)]  # type: ignore[index]
    assert set(across) == {255}


@pytest.mark.parametrize(
    ("left", "right"), ["┌┐", "├┤", "╔╗", "╠╣", "╒╕", "╓╖", "┏┓", "╭╮", "▌▐", "▏▕", "▖▗", "▘▝", "╼╾"]
)
def test_shapes_mirror_each_other(left: str, right: str) -> None:
    assert alike(glyph(left).transpose(Image.Transpose.FLIP_LEFT_RIGHT), glyph(right))


@pytest.mark.parametrize(("upper", "lower"), ["┌└", "┬┴", "╔╚", "╦╩", "╤╧", "╥╨", "╭╰", "▀▄", "▘▖", "╿╽"])
def test_shapes_turn_upside_down(upper: str, lower: str) -> None:
    assert alike(glyph(upper).transpose(Image.Transpose.FLIP_TOP_BOTTOM), glyph(lower))


@pytest.mark.parametrize("code", [*range(0x2500, 0x25A0), 0x2801, 0x28FF])
def test_every_line_and_block_has_a_shape(code: int) -> None:
    assert inked(glyph(chr(code))) > 0
    assert glyph(chr(code)).size == (W, H)


def test_shades_and_full_blocks() -> None:
    assert [glyph(char).getpixel((3, 3)) for char in "░▒▓█"] == [64, 128, 191, 255]


def test_what_no_font_has_is_a_box_with_its_number() -> None:
    assert BARE.of("可", False) is None
    boxes = [glyph(char, 2) for char in "可能\U0001f9ea"]
    assert all(box.size == (2 * W, H) and inked(box) > 60 for box in boxes)
    assert len({box.tobytes() for box in boxes}) == 3
    assert inked(glyph("\u241b")) > 30


def test_common_emoji_have_a_plain_sign_to_stand_in() -> None:
    assert glyph("✅", 2).tobytes() == glyph("✔", 2).tobytes()


def test_weights_slants_and_marks() -> None:
    looks = [glyph("g"), glyph("g", bold=True), glyph("g", italic=True), glyph("g\u0301")]
    assert len({look.tobytes() for look in looks}) == 4
    assert inked(glyph(REGULAR_ONLY, bold=True)) > 0


def test_colours_grounds_underline_and_strike() -> None:
    image = picture(
        (Run("█", "#ff0000"), Run(" ", bg="#00ff00"), Run(" ", underline=True), Run(" ", strike=True), Run("x"))
    )
    assert set(cell(image, 0).get_flattened_data()) == {(255, 0, 0)}
    assert set(cell(image, 1).get_flattened_data()) == {(0, 255, 0)}
    assert inked(cell(image, 2)) == W
    assert inked(cell(image, 3)) == W
    assert inked(cell(image, 5)) == 0


def test_the_window_has_round_corners_and_a_title() -> None:
    image = picture((Run("x"),), width=30)
    titled = picture((Run("x"),), width=30, title="cockpit")
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert image.getpixel((image.width // 2, 4))[3] == 255  # type: ignore[index]
    assert titled.size == image.size == (30 * W + 24, H + 56 + 24)
    assert titled.tobytes() != image.tobytes()


def test_the_same_grid_gives_the_same_bytes() -> None:
    grid = Grid(4, 1, ((Run("a可│"),),))
    assert to_png(grid, typefaces=BARE) == to_png(grid, typefaces=BARE)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=12))
def test_any_text_can_be_drawn(text: str) -> None:
    assert picture((Run(text, italic=True),)).size == (8 * W + 24, H + 56 + 24)


def test_a_system_font_helps_out(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "DejaVuSansMono.ttf", tmp_path / "Unifont.ttf")
    (tmp_path / "NotoSansCJK-broken.ttc").write_bytes(b"ttcf\0\0")
    (tmp_path / "wqy.ttf").write_bytes(b"")
    bold_only = tmp_path / "shipped"
    bold_only.mkdir()
    for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"):
        shutil.copy(SHIPPED / "DejaVuSansMono-Bold.ttf", bold_only / name)
    assert Typefaces(bold_only, ()).of(REGULAR_ONLY, False) is None
    assert Typefaces(bold_only, (tmp_path, tmp_path / "nowhere")).of(REGULAR_ONLY, False) is not None


def test_a_broken_font_covers_nothing(tmp_path: Path) -> None:
    whole = (SHIPPED / "DejaVuSansMono.ttf").read_bytes()
    for size in (0, 3, 11, 40, 300, 2000):
        (tmp_path / "cut.ttf").write_bytes(whole[:size])
        assert not Typeface(tmp_path / "cut.ttf").covers("a")
    assert not Typeface(tmp_path / "none.ttf").covers("a")
    assert Typeface(SHIPPED / "DejaVuSansMono.ttf").covers("aé●")
    assert not Typeface(SHIPPED / "DejaVuSansMono.ttf").covers("a可")
