"""Draws tool calls: one line each, all of it when unfolded, and one line for a long run of them.

Pure. A call that failed always says so, folded or not."""

from collections import Counter
from collections.abc import Sequence

from textual.strip import Strip

from cockpit.model.talk import CallState, ToolCall
from cockpit.ui.present.cells import cells
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import plural
from cockpit.ui.present.pen import Pen

FOLDED, UNFOLDED = "▸", "▾"
_NAMED = 4
_FEW = 3


def call_lines(call: ToolCall, opened: bool, width: int, pen: Pen, indent: int = 2) -> list[Strip]:
    failed, running = call.state is CallState.FAILED, call.state is CallState.RUNNING
    first, *more = call.detail.strip("\n").splitlines() or [""]
    indent = min(indent, max(width // 10, 1))
    left = (
        Span(" " * indent),
        Span(f"{UNFOLDED if opened else FOLDED} ", "dim"),
        Span(call.tool, "failed" if failed else "working" if running else "dim", bold=failed),
        Span(f"  {first}{' …' if more else ''}", "dim"),
    )
    words = " · ".join(part for part in ("failed" if failed else "running" if running else "", took(call)) if part)
    strips = [pen.line(Line(left, (Span(words, left[2].role),) if words else ()), width)]
    output = call.output.strip("\n")
    if not opened:
        return [*strips, *(_why(output, indent + 2, width, pen) if failed else [])]
    if more or cells(first) + cells(call.tool) + indent + 14 > width:
        strips += pen.text(call.detail.strip("\n"), width, indent=indent + 2)
    if output:
        head, *rest = output.splitlines()
        strips += pen.text(head, width, "failed" if failed else "dim", indent=indent + 2)
        strips += pen.text("\n".join(rest), width, "dim", indent=indent + 2) if rest else []
    elif not running:
        strips += pen.text("no output was reported", width, "dim", indent=indent + 2)
    return strips


def _why(output: str, indent: int, width: int, pen: Pen) -> list[Strip]:
    """The words of a failure under its folded call: all of a few lines, else the first and how many follow."""
    lines = [line for line in output.splitlines() if line.strip()]
    shown = lines if len(lines) <= _FEW else lines[:1]
    strips = [pen.line(Line((Span(" " * indent), Span(line.strip(), "dim"))), width) for line in shown[:-1]]
    if shown:
        more = (Span(plural(len(lines) - 1, "more line"), "dim"),) if len(lines) > _FEW else ()
        strips.append(pen.line(Line((Span(" " * indent), Span(shown[-1].strip(), "failed")), more), width))
    return strips


def run_lines(calls: Sequence[ToolCall], opened: bool, width: int, pen: Pen) -> list[Strip]:
    """`▸ 9 calls  Read 4 · Bash 5`, with how many of them failed."""
    names = Counter(call.tool for call in calls).most_common()
    words = [f"{name} {count}" for name, count in names[:_NAMED]]
    if others := len(names) - _NAMED if len(names) > _NAMED else 0:
        words.append(plural(others, "other tool"))
    failed = sum(call.state is CallState.FAILED for call in calls)
    left = (
        Span(" " * min(2, max(width // 10, 1))),
        Span(f"{UNFOLDED if opened else FOLDED} ", "dim"),
        Span(plural(len(calls), "call"), "dim"),
        Span(f"  {' · '.join(words)}", "dim"),
    )
    return [pen.line(Line(left, (Span(f"{failed} failed", "failed"),) if failed else ()), width)]


def took(call: ToolCall) -> str:
    """`0.1 s`, `12.4 s`, `2 m 05 s`, `1 h 02 m`; empty while nobody knows."""
    if call.ended_at is None:
        return ""
    seconds = max((call.ended_at - call.at).total_seconds(), 0.0)
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} m {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} m"
