"""A grid as one SVG that needs nothing else: lines and blocks are shapes, and text is pinned to its cells.

No script, no address, nothing of the text is ever markup.
"""

from html import escape

from cockpit.export.frame import BUTTONS, Frame, bar_colours
from cockpit.export.grid import Grid, Line, Piece, pieces, visible
from cockpit.export.shapes import Shape, shapes

_FONT = "'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"
_SIZE = 14.95  # of an em; a character of the fonts above is then 9 wide
_BASELINE = 14.2
# No `font:` in short here: it would take back the weight and the slant that single texts have.
_STYLE = (
    f"text{{font-family:{_FONT};font-size:{_SIZE}px;white-space:pre;direction:ltr;unicode-bidi:bidi-override;"
    "font-variant-ligatures:none}"
)


def to_svg(grid: Grid) -> str:
    """The document. Each text has a `textLength`, so that columns stay straight in any font."""
    frame = Frame(grid)
    body = [part for row, line in enumerate(visible(grid)) for part in _line(grid, frame, row, line)]
    return "\n".join([*_opening(grid, frame), *body, "</svg>", ""])


def _opening(grid: Grid, frame: Frame) -> list[str]:
    bar, ink = bar_colours(grid)
    width, height, radius = frame.width, frame.height, frame.radius
    x, title = frame.title(grid)
    named = "".join(run.text for run in title)
    used = width - 2 * x
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">',
        f"<title>{escape(named or 'cockpit')}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="{radius}" fill="{grid.bg}"/>',
        f'<path fill="{bar}" d="M0 {frame.bar}V{radius}a{radius} {radius} 0 0 1 {radius} -{radius}H{width - radius}'
        f'a{radius} {radius} 0 0 1 {radius} {radius}V{frame.bar}z"/>',
        *(f'<circle cx="{frame.button_x(at)}" cy="{frame.bar // 2}" r="{frame.button}" fill="{colour}"/>'
          for at, colour in enumerate(BUTTONS)),
        *([f'<text x="{x}" y="19" fill="{ink}" textLength="{used}">{escape(named)}</text>'] if named else []),
    ]  # fmt: skip


def _line(grid: Grid, frame: Frame, row: int, line: Line) -> list[str]:
    y = frame.top + row * frame.cell_height
    grounds: list[str] = []
    marks: list[str] = []
    for piece in pieces(grid, line):
        x, width = frame.left + piece.x * frame.cell_width, piece.cells * frame.cell_width
        if piece.bg != grid.bg:
            grounds.append(f'<rect x="{x}" y="{y}" width="{width}" height="{frame.cell_height}" fill="{piece.bg}"/>')
        if piece.blank:
            continue
        same = len(set(piece.text)) == 1 and not piece.whole
        drawn = shapes(piece.text[0], frame.cell_width, frame.cell_height) if same else None
        if drawn:
            marks.append(_shaped(drawn, piece, x, y, frame.cell_width))
        else:
            marks.append(_written(piece, x, y, frame.cell_width))
    return grounds + marks


def _written(piece: Piece, x: int, y: int, cell: int) -> str:
    text = piece.text
    trimmed = text if piece.run.underline or piece.run.strike else text.strip(" ")
    before = 0 if trimmed == text else len(text) - len(text.lstrip(" "))
    cells = piece.cells - (len(text) - len(trimmed))
    look = ' font-weight="bold"' if piece.run.bold else ""
    look += ' font-style="italic"' if piece.run.italic else ""
    lines = ("underline " if piece.run.underline else "") + ("line-through" if piece.run.strike else "")
    look += f' text-decoration="{lines.strip()}"' if lines else ""
    return (
        f'<text x="{x + before * cell}" y="{y + _BASELINE:g}" fill="{piece.fg}"{look} textLength="{cells * cell}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(trimmed)}</text>'
    )


def _shaped(drawn: tuple[Shape, ...], piece: Piece, x: int, y: int, cell: int) -> str:
    path = "".join(_path(shape, x, y, cell, len(piece.text)) for shape in drawn)
    clear = f' fill-opacity="{drawn[0].opacity:g}"' if drawn[0].opacity < 1 else ""
    return f'<path fill="{piece.fg}"{clear} d="{path}"/>'


def _path(shape: Shape, x: int, y: int, cell: int, count: int) -> str:
    """The shape `count` times side by side; as one where it spans its cell from edge to edge."""
    xs = {px for px, _ in shape.points}
    if len(shape.points) == 4 and len(xs) == 2 and min(xs) == 0 and max(xs) == cell:
        points = [(x + (px and cell * count), y + py) for px, py in shape.points]
        return _polygon(points)
    return "".join(_polygon([(x + at * cell + px, y + py) for px, py in shape.points]) for at in range(count))


def _polygon(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{round(px, 2):g} {round(py, 2):g}" for px, py in points) + "z"
