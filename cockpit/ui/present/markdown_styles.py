"""The styles that Markdown, code and diffs are drawn in, and how a palette gives them. Draws nothing itself."""

from rich.style import Style

from cockpit.model.immutable import immutable
from cockpit.ui.present.colours import Palette

_NONE, _BOLD, _DIM = Style.null(), Style(bold=True), Style(dim=True)
_ITALIC, _STRIKE, _UNDERLINE = Style(italic=True), Style(strike=True), Style(underline=True)


@immutable(slots=False)
class MarkdownStyles:
    """`text` lies under everything; the others are laid upon it. The last group colours code."""

    text: Style = _NONE
    dim: Style = _DIM
    heading: Style = _BOLD
    strong: Style = _BOLD
    emphasis: Style = _ITALIC
    strike: Style = _STRIKE
    code: Style = _NONE
    code_block: Style = _NONE
    link: Style = _UNDERLINE
    url: Style = _DIM
    quote: Style = _NONE
    bullet: Style = _NONE
    border: Style = _DIM
    ticked: Style = _NONE

    keyword: Style = _NONE
    string: Style = _NONE
    number: Style = _NONE
    comment: Style = _DIM
    function: Style = _NONE
    type: Style = _NONE
    inserted: Style = _NONE
    deleted: Style = _NONE


def markdown_styles(palette: Palette) -> MarkdownStyles:
    style = palette.style
    return MarkdownStyles(
        text=style("text"), dim=style("dim"), heading=style("text", bold=True), code=style("code"),
        code_block=style("text"), link=style("agent", underline=True), url=style("dim"), quote=style("dim"),
        bullet=style("dim"), border=style("border"), ticked=style("done"),
        keyword=style("question"), string=style("done"), number=style("you"), comment=style("dim", italic=True),
        function=style("agent"), type=style("frozen"), inserted=style("done"), deleted=style("failed"),
    )  # fmt: skip
