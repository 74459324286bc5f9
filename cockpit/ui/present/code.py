"""Source code as coloured runs, by the lexers of Pygments. A language that it does not know is plain text."""

from functools import cache
from typing import TYPE_CHECKING

from rich.segment import Segment

from cockpit.ui.present.markdown_styles import MarkdownStyles
from cockpit.ui.present.runs import Line, Run, chop_runs, split_lines

if TYPE_CHECKING:  # Pygments is loaded with the first block of code, not at the start.
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

# Some lexers take quadratic time on text made for it; within these bounds that is too little to freeze a screen.
LONGEST_COLOURED = 8_000
LONGEST_LINE_COLOURED = 500
CONTINUED = "↪ "

# An agent names the language, so only lexers that are common and well worn are let in.
_LANGUAGES = frozenset(
    """bash c c++ cmake console cpp cs csharp css csv dart diff docker dockerfile elixir erlang fish go graphql haskell
    hcl html http ini java javascript js json json5 jsonc jsx julia kotlin less lua make makefile markdown md nginx nix
    objective-c ocaml patch perl php plaintext powershell proto protobuf ps1 py python python3 pycon r rb regex rs ruby
    rust sass scala scss sh shell sql svelte swift terraform tf toml ts tsx typescript vim vue xml yaml yml zig zsh
    """.split()  # noqa: SIM905
)
_KINDS = {
    "Keyword": "keyword", "Operator.Word": "keyword", "Literal.String": "string", "Literal.Number": "number",
    "Literal.String.Interpol": "text", "Comment": "comment", "Comment.Preproc": "type", "Name.Function": "function",
    "Name.Class": "type", "Name.Builtin": "type", "Name.Builtin.Pseudo": "text", "Name.Exception": "type",
    "Name.Decorator": "number", "Name.Tag": "keyword", "Name.Attribute": "function", "Name.Constant": "number",
    "Keyword.Type": "type", "Keyword.Constant": "number", "Generic.Inserted": "inserted",
    "Generic.Deleted": "deleted", "Generic.Subheading": "function", "Generic.Heading": "type",
    "Generic.Prompt": "comment", "Generic.Output": "text",
}  # fmt: skip


def code_lines(code: str, language: str, width: int, styles: MarkdownStyles) -> list[Line]:
    """Code as lines of at most `width` cells; what is longer goes on in the next line, after a dim mark."""
    mark = Segment(CONTINUED, styles.text + styles.dim)
    lines: list[Line] = []
    for runs in split_lines(highlight(code.expandtabs(4), language, styles)):
        lines.extend(chop_runs(runs, width, mark))
    return lines


def highlight(code: str, language: str, styles: MarkdownStyles) -> list[Run]:
    """Code as runs, line feeds kept; plain when it or a line is very long, or nobody knows the language."""
    plain = styles.text + styles.code_block
    if len(code) > LONGEST_COLOURED or max(map(len, code.split("\n"))) > LONGEST_LINE_COLOURED:
        return [(code, plain)]
    lexer = _lexer(language.lower())
    if lexer is None:
        return [(code, plain)]
    return [(text, plain + getattr(styles, _kind(kind))) for kind, text in lexer.get_tokens(code)]


@cache
def _lexer(language: str) -> "Lexer | None":
    if language not in _LANGUAGES:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _kind(kind: "_TokenType") -> str:
    parts = str(kind).split(".")[1:]
    while parts:
        if field := _KINDS.get(".".join(parts)):
            return field
        parts.pop()
    return "code_block"
