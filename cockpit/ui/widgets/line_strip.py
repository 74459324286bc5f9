"""One line of a list as a strip, plain or upon a selection. Its colours are the pen's."""

from rich.style import Style
from textual.strip import Strip

from cockpit.ui.present.lines import Line
from cockpit.ui.present.pen import Pen


def draw_line(pen: Pen, line: Line, width: int, *, selected: bool = False) -> Strip:
    """Exactly `width` cells."""
    if not selected:
        return pen.line(line, width)
    # Dim text upon a selection needs more light to be read.
    left, right, extra = (
        tuple(s._replace(role="selected_dim") if s.role == "dim" else s for s in part) for part in line
    )
    return pen.line(Line(left, right, extra), width).apply_style(Style(bgcolor=pen.palette.selection))
