"""One line of a list as pieces of text with colour roles, before anybody knows how wide it will be.

It holds plain text only: nothing here is parsed as markup, and no width is measured."""

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """`role` is a name of the palette; `fill` draws the text on a ground of that colour, as a chip."""

    text: str
    role: str = "text"
    bold: bool = False
    fill: bool = False


class Line(NamedTuple):
    """`left` is cut when there is too little room, `right` is kept at the right edge, `extra` follows `left` when all
    of it fits."""

    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    extra: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The words alone, for a place without columns."""
        return "  ".join(part for spans in (self.left, self.extra, self.right) if (part := _words(spans)))


BLANK = Line()


def line(*spans: Span | str) -> Line:
    return Line(tuple(span if isinstance(span, Span) else Span(span) for span in spans))


def dim(text: str) -> Line:
    return Line((Span(text, "dim"),))


def _words(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans).strip()
