"""Markdown as lines for the terminal: a pure function, quick enough to draw messages as they come into view.

Nothing that stands in the source is ever taken as markup of ours, and no control character gets out.
"""

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.model.text import clean
from cockpit.ui.present.cells import cells, wrap
from cockpit.ui.present.code import code_lines
from cockpit.ui.present.inline import inline_runs, plain
from cockpit.ui.present.markdown_styles import MarkdownStyles
from cockpit.ui.present.runs import Line, Run, indent, wrap_runs
from cockpit.ui.present.table import table_lines

# Beyond these a text is shown plain, as it stands: parsing would cost seconds, or lose what is nested too deep.
LONGEST_PARSED = 40_000
MOST_BRACKETS = 2_000
MOST_COLOURED = 16_000  # characters of code in one text
DEEPEST = 20
LONGEST_SHOWN = 300_000

_LEAST_ROOM = 6  # under that a prefix (bullet, quote bar) gives its cells to the words
_BULLETS = "•◦▪"
_OPEN, _TICKED = "☐", "☑"
_TASKS = {"[ ] ": _OPEN, "[x] ": _TICKED, "[X] ": _TICKED}


def render(source: str, width: int, styles: MarkdownStyles) -> list[Strip]:
    """Lines of at most `width` cells (`width` ≥ 1), not padded. An unclosed fence runs to the end."""
    source = clean(source, limit=LONGEST_SHOWN + 1)
    if len(source) <= LONGEST_PARSED and source.count("[") <= MOST_BRACKETS:
        tokens = _parser().parse(source)
        if all(token.level < DEEPEST - 1 for token in tokens):
            return [Strip(line) for line in _Page(tokens, styles).blocks(width, styles.text)]
    return render_plain(source, width, styles)


def render_plain(source: str, width: int, styles: MarkdownStyles) -> list[Strip]:
    """The source itself, wrapped; very long ones end with a line that says so."""
    shown = clean(source[:LONGEST_SHOWN]).rstrip("\n")
    lines = [Strip([Segment(line, styles.text)]) for line in wrap(shown.expandtabs(4), width)] if shown else []
    if len(source) > LONGEST_SHOWN:
        note = f"… the rest of a text of more than {LONGEST_SHOWN:,} characters is not shown"
        lines += [Strip([Segment(line, styles.text + styles.dim)]) for line in wrap(note, width)]
    return lines


@cache
def _parser() -> MarkdownIt:
    # html=False: tags are text like any other.
    options = {"html": False, "maxNesting": DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


class _Page:
    """Walks the tokens once, front to back; each container draws its children narrower and puts its prefix before."""

    def __init__(self, tokens: Sequence[Token], styles: MarkdownStyles) -> None:
        self._tokens = tokens
        self._styles = styles
        self._at = 0
        self._coloured = 0

    def blocks(self, width: int, base: Style, end: str = "", depth: int = 0) -> list[Line]:
        """The blocks up to the token `end`, a blank line between two of them unless they belong together."""
        lines: list[Line] = []
        close = True
        while (token := self._next()) is not None and token.type != end:
            drawn = self._block(token, width, base, depth)
            if lines and drawn and not close and not token.hidden:
                lines.append([])
            if drawn:
                lines.extend(drawn)
                close = token.hidden or token.type == "heading_open"
        return lines

    def _next(self) -> Token | None:
        if self._at >= len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _block(self, token: Token, width: int, base: Style, depth: int) -> list[Line]:
        styles = self._styles
        match token.type:
            case "paragraph_open":
                return wrap_runs(self._runs(base), width)
            case "heading_open":
                strong = styles.heading if token.tag in ("h1", "h2") else styles.strong
                return wrap_runs(self._runs(base + strong), width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, width, base, depth)
            case "blockquote_open":
                bar = Segment("▎ ", styles.text + styles.border)
                room = _room(width, bar)
                lines = self.blocks(room, base + styles.quote, "blockquote_close", depth)
                return indent(lines, bar, bar) if room < width else lines
            case "fence" | "code_block":
                return self._code(token, width)
            case "hr":
                return [[Segment("─" * width, styles.text + styles.border)]]
            case "table_open":
                return self._table(width, base)
            case _ if token.content:
                return wrap_runs([(plain(token.content), base)], width)
            case _:
                return []

    def _runs(self, base: Style) -> list[Run]:
        """The runs of the inline token that comes next, and past its closing token."""
        inline = self._tokens[self._at]
        self._at += 2
        return inline_runs(inline.children or (), base, self._styles)

    def _code(self, token: Token, width: int) -> list[Line]:
        self._coloured += len(token.content)
        language = token.info.split()[0] if token.info.strip() and self._coloured <= MOST_COLOURED else ""
        code = clean(token.content).removesuffix("\n")
        margin = Segment("  ", self._styles.text)
        room = _room(width, margin)
        lines = code_lines(code, language, room, self._styles)
        return indent(lines, margin, margin) if room < width else lines

    def _list(self, token: Token, width: int, base: Style, depth: int) -> list[Line]:
        level, ordered = token.level, token.type == "ordered_list_open"
        end = token.type.replace("open", "close")
        loose = self._is_loose(level, end)
        number = int(token.attrs.get("start", 1)) if ordered else 0
        digits = len(str(number + self._count(level, end) - 1)) if ordered else 0
        lines: list[Line] = []
        while (item := self._next()) is not None and item.type != end:
            mark = f"{number:>{digits}}{item.markup}" if ordered else self._task() or _BULLETS[depth % 3]
            number += 1
            style = self._styles.ticked if mark == _TICKED else self._styles.bullet
            first = Segment(f"{mark} ", self._styles.text + style)
            room = _room(width, first)
            drawn = self.blocks(room, base, "list_item_close", depth + 1) or [[]]
            if lines and loose:
                lines.append([])
            rest = Segment(" " * cells(first.text), base)
            lines.extend(indent(drawn, first, rest) if room < width else drawn)
        return lines

    def _task(self) -> str:
        """The box of a task, which is taken off its words; empty for an ordinary item."""
        if self._at + 1 >= len(self._tokens) or self._tokens[self._at].type != "paragraph_open":
            return ""
        children = self._tokens[self._at + 1].children or []
        if not children or children[0].content[:4] not in _TASKS:
            return ""
        words = children[0].content
        children[0].content = words[4:]
        return _TASKS[words[:4]]

    def _is_loose(self, level: int, end: str) -> bool:
        for token in self._tokens[self._at :]:
            if token.level == level and token.type == end:
                break
            if token.level == level + 2 and token.type == "paragraph_open":
                return not token.hidden
        return False

    def _count(self, level: int, end: str) -> int:
        count = 0
        for token in self._tokens[self._at :]:
            if token.level == level and token.type == end:
                break
            count += token.level == level + 1 and token.type == "list_item_open"
        return count

    def _table(self, width: int, base: Style) -> list[Line]:
        rows: list[list[list[Run]]] = []
        aligns: list[str] = []
        while (token := self._next()) is not None and token.type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                head = token.type == "th_open"
                if head:
                    aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
                rows[-1].append(self._runs(base + self._styles.strong if head else base))
        return table_lines(rows, aligns, width, self._styles.text + self._styles.border)


def _room(width: int, prefix: Segment) -> int:
    """What a prefix leaves of `width`; all of it where too little would be left, and then there is no prefix."""
    room = width - cells(prefix.text)
    return room if room >= _LEAST_ROOM else width
