"""The plain window that pictures stand in: its measures and colours, the same for SVG and PNG. It draws nothing."""

from cockpit.export.grid import Grid, Run, blend, pieces

BUTTONS = ("#ff5f57", "#febc2e", "#28c840")
CELL_WIDTH, CELL_HEIGHT = 9, 19


class Frame:
    """All measures in pixels at `scale`."""

    def __init__(self, grid: Grid, scale: int = 1) -> None:
        self.scale = scale
        self.ground = grid.bg
        self.cell_width, self.cell_height = CELL_WIDTH * scale, CELL_HEIGHT * scale
        self.margin = 6 * scale
        self.bar = 28 * scale
        self.radius = 8 * scale
        self.button = 5 * scale
        self.left, self.top = self.margin, self.bar + self.margin
        self.width = grid.width * self.cell_width + 2 * self.margin
        self.height = grid.height * self.cell_height + self.bar + 2 * self.margin

    def button_x(self, at: int) -> int:
        return (16 + 17 * at) * self.scale

    def title(self, grid: Grid) -> tuple[int, tuple[Run, ...]]:
        """Where the title begins, and the title as a line; cut to the room beside the buttons."""
        room = max(0, (self.width - 2 * self.button_x(3)) // self.cell_width)
        line = (Run(grid.title),)
        parts = list(pieces(Grid(room, 1, (line,)), line))
        used = sum(piece.cells for piece in parts)
        shown = Run("".join(piece.text for piece in parts))
        return (self.width - used * self.cell_width) // 2, (shown,)


def bar_colours(grid: Grid) -> tuple[str, str]:
    """The colours of the bar and of the title in it."""
    return blend(grid.bg, grid.fg, 0.12), blend(grid.bg, grid.fg, 0.65)
