"""SVG and HTML: complete in one file, straight in any font, and deaf to what the text says."""

from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cockpit.export.frame import CELL_WIDTH, Frame
from cockpit.export.grid import Grid, Line, Run
from cockpit.export.html import to_html
from cockpit.export.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>&\"'<b>]]>--><![CDATA["


def grid(*lines: Line, width: int = 60, title: str = "") -> Grid:
    return Grid(width, len(lines), lines, fg="#cccccc", bg="#000000", title=title)


def parsed(of: Grid) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(of))


def test_svg_texts_are_pinned_to_their_cells() -> None:
    drawn = grid((Run("  ab可"), Run("cd", "#ff0000", bold=True, italic=True, underline=True)))
    left = Frame(drawn).left
    texts = [(text.text, text.get("x"), text.get("textLength")) for text in parsed(drawn).iter(f"{SVG}text")]
    assert texts == [
        ("a", str(left + 2 * CELL_WIDTH), str(CELL_WIDTH)),
        ("b", str(left + 3 * CELL_WIDTH), str(CELL_WIDTH)),
        ("可", str(left + 4 * CELL_WIDTH), str(2 * CELL_WIDTH)),
        ("cd", str(left + 6 * CELL_WIDTH), str(2 * CELL_WIDTH)),
    ]
    last = list(parsed(drawn).iter(f"{SVG}text"))[-1]
    assert (last.get("fill"), last.get("font-weight"), last.get("font-style")) == ("#ff0000", "bold", "italic")
    assert last.get("text-decoration") == "underline"
    assert "font:" not in to_svg(drawn), "the short form would undo weight and style"


def test_svg_draws_lines_and_grounds_as_shapes() -> None:
    drawn = grid((Run("╭──╮"), Run("x", bg="#223344")))
    paths = [path.get("d") or "" for path in parsed(drawn).iter(f"{SVG}path")]
    assert len(paths) == 4  # the bar, two corners, one line
    frame = Frame(drawn)
    left, right = frame.left + CELL_WIDTH, frame.left + 3 * CELL_WIDTH
    top = frame.top + frame.cell_height // 2
    assert paths[2] == f"M{left} {top}L{right} {top}L{right} {top + 1}L{left} {top + 1}z"
    assert [rect.get("width") for rect in parsed(drawn).iter(f"{SVG}rect")][1:] == [str(CELL_WIDTH)]


def test_svg_takes_text_as_text_and_reaches_for_nothing() -> None:
    drawn = grid((Run(HOSTILE),), title=HOSTILE)
    root = parsed(drawn)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "style", "rect", "path", "circle", "text"),
    }
    assert "".join(text.text or "" for text in list(root.iter(f"{SVG}text"))[1:]) == HOSTILE
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name}
    assert "url(" not in to_svg(drawn)


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=40))
def test_svg_is_always_well_formed(texts: list[str], title: str) -> None:
    parsed(grid(tuple(Run(text) for text in texts), width=20, title=title))


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside = self._inside or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


def test_html_takes_text_as_text() -> None:
    page = Reader(to_html(grid((Run(HOSTILE, "#ff0000"),), (Run("可 │"),), title=HOSTILE)))
    assert page.text == f"{HOSTILE}\n可 │"
    assert set(page.tags) == {"html", "head", "meta", "title", "style", "body", "pre", "span", "i"}
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name", "style"}


def test_html_boxes_what_a_font_may_draw_wider() -> None:
    page = to_html(grid((Run("a可──", "#ff0000", "#000011", bold=True, strike=True, reverse=True),)))
    assert "width:2ch" in page
    assert ">──</i>" in page
    look = "color:#000011;background:#ff0000;font-weight:bold;text-decoration:line-through;"
    assert f'style="{look}">a</span>' in page


@given(st.lists(st.text(max_size=12), max_size=4))
def test_html_holds_no_more_than_its_own_tags(texts: list[str]) -> None:
    page = Reader(to_html(grid(tuple(Run(text) for text in texts), width=20)))
    assert set(page.tags) <= {"html", "head", "meta", "title", "style", "body", "pre", "span", "i"}
