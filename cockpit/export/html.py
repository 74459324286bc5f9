"""A grid as one HTML page that needs nothing else: no script, no font, no address of anything."""

from html import escape

from cockpit.export.grid import Grid, Piece, pieces, visible

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 16px; background: {bg}; color: {fg}; }}
pre {{ margin: 0; font: 14px/1.25 "DejaVu Sans Mono", Menlo, Consolas, monospace; font-variant-ligatures: none;
  direction: ltr; unicode-bidi: bidi-override; }}
i {{ display: inline-block; font-style: inherit; overflow: hidden; height: 1.25em; vertical-align: top; text-align: center; }}
</style>
</head>
<body>
<pre>{lines}</pre>
</body>
</html>
"""  # noqa: E501


def to_html(grid: Grid) -> str:
    """The page. Every character that a font may draw wider or narrower stands in a box of its cells."""
    lines = "\n".join("".join(_span(grid, piece) for piece in pieces(grid, line)) for line in visible(grid))
    return _PAGE.format(title=escape(grid.title or "cockpit"), bg=grid.bg, fg=grid.fg, lines=lines)


def _span(grid: Grid, piece: Piece) -> str:
    style = ""
    if piece.fg != grid.fg:
        style += f"color:{piece.fg};"
    if piece.bg != grid.bg:
        style += f"background:{piece.bg};"
    if piece.run.bold:
        style += "font-weight:bold;"
    if piece.run.italic:
        style += "font-style:italic;"
    lines = ("underline " if piece.run.underline else "") + ("line-through" if piece.run.strike else "")
    if lines:
        style += f"text-decoration:{lines.strip()};"
    text = escape(piece.text)
    if not all(" " <= char <= "~" for char in piece.text):
        return f'<i style="{style}width:{piece.cells}ch">{text}</i>'
    return f'<span style="{style}">{text}</span>' if style else text
