"""Draws what a runtime reported, and what was asked and how that ended.

Pure. An error shows its first line folded and all of it unfolded; a kind that nobody knows shows its summary."""

from textual.strip import Strip

from cockpit.model.asks import AskKind
from cockpit.model.talk import Exchange, Notice
from cockpit.ui.present.call_lines import FOLDED, UNFOLDED
from cockpit.ui.present.cells import cells
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.pen import Pen

_ENDINGS = {
    "accept": ("✓", "approved", "done"),
    "accept-for-session": ("✓", "approved for the session", "done"),
    "acceptForSession": ("✓", "approved for the session", "done"),
    "decline": ("✗", "declined", "text"),
    "cancel": ("✗", "cancelled", "text"),
    "implement": ("✓", "implemented", "done"),
    "answered": ("✓", "answered", "done"),
    "elsewhere": ("·", "settled elsewhere", "dim"),
    "stale": ("·", "went stale", "dim"),
}


def notice_lines(notice: Notice, opened: bool, width: int, pen: Pen) -> list[Strip]:
    text = notice.text.strip()
    first, *more = text.splitlines() or [f"({notice.tone})"]
    if "compact" in first.lower() and notice.tone != "error" and not opened:
        return [pen.rule(first, width)]
    failed = notice.tone == "error"
    glyph = Span("✗ ", "failed", True) if failed else Span("· ", "dim")
    left = (glyph, *_whose(notice), Span(first, "failed" if failed else "dim"))
    return _folding(left, (), text, bool(more), opened, width, pen)


def exchange_lines(exchange: Exchange, by: str, opened: bool, width: int, pen: Pen) -> list[Strip]:
    """One line with the ending and what was asked; an answer stands below its question."""
    text = exchange.text.strip()
    first, *more = text.splitlines() or [""]
    right = (Span(f"by {by}", "dim"),) if by else ()
    whose = _whose(exchange)
    if not exchange.outcome:
        glyph, role = ("?", "question") if exchange.kind == AskKind.QUESTION else ("!", "needs")
        left = (
            Span(f"{glyph} ", role, True),
            *whose,
            Span("waits for you", role),
            Span(f"  {first}", "text"),
        )
        return _folding(left, right, text, bool(more), opened, width, pen)
    glyph, word, role = _ENDINGS.get(exchange.outcome, ("", "", ""))
    if word:
        left = (Span(f"{glyph} ", role), *whose, Span(word, role), Span(f"  {first}", "dim"))
        return _folding(left, right, text, bool(more), opened, width, pen)
    if exchange.kind == AskKind.QUESTION:
        asked = _folding(
            (Span("? ", "question"), *whose, Span(first, "dim")), right, text, bool(more), opened, width, pen
        )
        answer = Line((Span("    "), Span("→ ", "faint"), Span(exchange.outcome, "text")))
        return [*asked, *(pen.text(f"→ {exchange.outcome}", width, indent=4) if opened else [pen.line(answer, width)])]
    left = (Span("· ", "dim"), *whose, Span(exchange.outcome, "text"), Span(f"  {first}", "dim"))
    return _folding(left, right, text, bool(more), opened, width, pen)


def _whose(entry: Notice | Exchange) -> tuple[Span, ...]:
    """In a team's timeline, the member that it is about."""
    return (Span(f"{entry.author} ", "text"),) if entry.author else ()


def _folding(
    left: tuple[Span, ...], right: tuple[Span, ...], text: str, more: bool, opened: bool, width: int, pen: Pen
) -> list[Strip]:
    """The first line with an arrow if there is more of it, and the whole text below when unfolded."""
    size = 4 + sum(cells(span.text) for span in left) + sum(cells(span.text) + 1 for span in right)
    cut = more or size > width
    arrow = (UNFOLDED if opened else FOLDED) if cut else " "
    strips = [pen.line(Line((Span("  "), Span(f"{arrow} ", "dim"), *left), right), width)]
    return [*strips, *pen.text(text, width, "text", indent=4)] if opened and cut else strips
