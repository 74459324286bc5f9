"""The fleet as files and texts for others to read. Nothing here reads a source or changes anything."""

from collections.abc import Iterable
from typing import Any

FORMS = ("text", "svg", "html", "png")


def draw(
    lines: Iterable[Iterable[Any]], form: str, *, size: tuple[int, int], ground: str, text: str, title: str = "cockpit"
) -> bytes:
    """Lines of segments as a file of that form (one of FORMS). `size` is columns by rows, colours are `#rrggbb`."""
    from cockpit.export.grid import grid_from_segments

    grid = grid_from_segments(lines, size, fg=text, bg=ground, title=title)
    match form:
        case "png":
            from cockpit.export.png import to_png

            return to_png(grid)
        case "svg":
            from cockpit.export.svg import to_svg

            return to_svg(grid).encode()
        case "html":
            from cockpit.export.html import to_html

            return to_html(grid).encode()
        case "text":
            from cockpit.export.text import to_text

            return to_text(grid).encode()
        case _:
            raise ValueError(f"{form!r} is no form of a picture: one of {', '.join(FORMS)}")
