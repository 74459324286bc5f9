"""Draws the larger things in a conversation: the to-do list, a proposed plan, the files that a turn changed.

Pure. What is left out of a folded one is counted, never dropped in silence."""

from textual.strip import Strip

from cockpit.model.talk import Changes, Plan, Step, Steps, StepState
from cockpit.ui.present.call_lines import FOLDED, UNFOLDED
from cockpit.ui.present.cells import cells
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import plural
from cockpit.ui.present.pen import Pen
from cockpit.ui.present.talk_items import FILES, PLAN_LINES

_STEPS = {
    StepState.PENDING: ("☐", "dim", False),
    StepState.RUNNING: ("◐", "working", True),
    StepState.DONE: ("☑", "dim", False),
}


def steps_lines(steps: Steps, opened: bool, width: int, pen: Pen) -> list[Strip]:
    done = sum(step.state is StepState.DONE for step in steps.steps)
    now = next((step.text for step in steps.steps if step.state is StepState.RUNNING), "")
    left = [Span("  "), Span(f"{UNFOLDED if opened else FOLDED} ", "dim"), Span("To do", "text", True)]
    if now and not opened:
        left.append(Span(f"  {now}", "dim"))
    strips = [pen.line(Line(tuple(left), (Span(f"{done} of {len(steps.steps)}", "dim"),)), width)]
    if opened:
        for step in steps.steps:
            strips += _step(step, width, pen)
    return strips


def plan_lines(plan: Plan, implemented: str, opened: bool, on_card: bool, width: int, pen: Pen) -> list[Strip]:
    """A card with the plan's beginning, or all of it; one line once it was implemented or while the card shows it."""
    title, body = _titled(plan.markdown)
    if (plan.implemented_at or on_card) and not opened:
        state = Span(f"implemented {implemented}", "done") if plan.implemented_at else Span("on the card", "dim")
        left = (Span("  "), Span(f"{FOLDED} ", "dim"), Span("≡ ", "plan"), Span(title, "dim"))
        return [pen.line(Line(left, (state,)), width)]
    strips = pen.prose(body, max(width - 4, 1)) if body.strip() else []
    more = len(strips) - PLAN_LINES
    hint = f"implemented {implemented}" if plan.implemented_at else "P reads it in full"
    feet = [hint, ""]
    if more > 1 and not opened:
        strips = strips[:PLAN_LINES]
        feet = [f"{more} more lines · {hint}", f"{more} more lines"]
    foot = next((foot for foot in feet if cells(foot) <= width - 7), feet[-1])
    return pen.frame((Span("≡ ", "plan", True), Span(title, "text", True)), strips, foot, width, "plan")


def changes_lines(changes: Changes, opened: bool, width: int, pen: Pen) -> list[Strip]:
    added = sum(file.additions for file in changes.files)
    gone = sum(file.deletions for file in changes.files)
    left = (Span("  "), Span("± ", "dim"), Span(f"{plural(len(changes.files), 'file')} changed", "text"))
    extra = (Span("  Enter opens the diff", "dim"),)
    strips = [pen.line(Line(left, _counts(added, gone), extra), width)]
    shown = changes.files if opened or len(changes.files) <= FILES else changes.files[: FILES - 1]
    for file in shown:
        kind = f"  {file.kind}" if file.kind not in ("", "modified") else ""
        name = (Span("    "), Span(file.path, "dim"), Span(kind, "dim"))
        strips.append(pen.line(Line(name, _counts(file.additions, file.deletions)), width))
    if len(shown) < len(changes.files):
        rest = f"{FOLDED} {plural(len(changes.files) - len(shown), 'more file')}"
        strips.append(pen.line(Line((Span("    "), Span(rest, "dim"))), width))
    return strips


def _step(step: Step, width: int, pen: Pen) -> list[Strip]:
    glyph, role, bold = _STEPS[step.state]
    first, *rest = pen.text(step.text.strip() or "(no words)", width, "text" if bold else role, indent=6, bold=bold)
    begin = pen.line(Line((Span("    "), Span(glyph, role))), 5)
    return [Strip([*begin, *first.crop(5, width)]), *rest]


def _counts(added: int, gone: int) -> tuple[Span, ...]:
    return (Span(f"+{added}", "done"), Span(f" −{gone}", "failed" if gone else "dim"))


def _titled(markdown: str) -> tuple[str, str]:
    """The plan's heading, and the rest; a plan without one is all body."""
    first, _, rest = markdown.strip().partition("\n")
    return (first.lstrip("#").strip(), rest) if first.startswith("#") else ("Plan", markdown)
