"""A grid as plain text: the characters alone, without colours and without blanks at the ends of lines."""

from cockpit.export.grid import Grid, pieces, visible


def to_text(grid: Grid) -> str:
    """One line per line of the grid, each ended by a line feed."""
    return "".join("".join(piece.text for piece in pieces(grid, line)).rstrip() + "\n" for line in visible(grid))
