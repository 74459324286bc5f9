"""Draws the card of what waits: who wants what, exactly what would run, where, and the keys that answer it.

Pure. It must never leave out a part of what is approved: what does not fit is scrolled, never cut."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.core.commands import Answer, Command, Decide, ImplementPlan
from cockpit.core.why_not import cannot, why_not
from cockpit.model.asks import Ask, AskKind, Decision, Option
from cockpit.model.fleet import Fleet
from cockpit.model.immutable import immutable
from cockpit.model.work import Capability, Thread
from cockpit.ui.present.ages import age, until
from cockpit.ui.present.answer_form import Form
from cockpit.ui.present.cells import cells, cut
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.pen import Pen, blank

APPROVE, SESSION, DECLINE = "thread.approve", "thread.approve-session", "thread.decline"
RULE, SAYING = "thread.approve-rule", "thread.decline-message"
REPLY, PLAN, EXPLAIN = "thread.reply", "thread.plan", "thread.explain"
ATTACH, NEXT = "thread.attach", "thread.next-ask"
GO = "go"
PLAN_LINES = 8
_WAYS = {
    AskKind.APPROVAL: Capability.APPROVE,
    AskKind.QUESTION: Capability.ANSWER,
    AskKind.PLAN: Capability.PLAN,
}
_SOON = 300
_MARKS = {
    AskKind.APPROVAL: ("!", "needs"),
    AskKind.QUESTION: ("?", "question"),
    AskKind.PLAN: ("≡", "plan"),
    AskKind.ALERT: ("!", "failed"),
}


@immutable
class Card:
    """One ask of a thread as it is now. `index` of `count` asks; `form` holds the answers so far; `answering`: the keys
    of the form work. `airy`: there is room for blank lines."""

    ask: Ask
    thread: Thread | None
    fleet: Fleet
    index: int = 0
    count: int = 1
    form: Form | None = None
    answering: bool = False
    airy: bool = False

    @property
    def sending(self) -> bool:
        return self.ask.id in self.fleet.sending


@immutable
class Chip:
    """A key and what it does; `reason` says why it cannot be done now."""

    action: str
    key: str
    label: str
    reason: str | None = None


def head_lines(card: Card, now: datetime, width: int, pen: Pen) -> list[Strip]:
    """Who wants what, how long it waits, which of several it is; for several questions their state."""
    glyph, role = _MARKS[card.ask.kind]
    of = f"{card.index + 1} of {card.count}" if card.count > 1 else ""
    waits = " · ".join(part for part in (of, age(card.ask.created_at, now), _left(card.ask, now)) if part)
    left = (Span(f"{glyph} ", role, True), Span(card.ask.title, "text", True))
    strips = [pen.line(Line(left, (Span(waits, "dim"),) if waits else ()), width)]
    if card.form and len(card.ask.questions) > 1:
        strips.append(_steps(card.form, width, pen))
    return [*strips, *blank(card.airy)]


def body_lines(card: Card, width: int, pen: Pen) -> tuple[list[Strip], range]:
    """All that is asked, wrapped; and the lines of the row that the cursor is on."""
    indent = 2 if width > 30 else 0
    match card.ask.kind:
        case AskKind.QUESTION if card.form and card.ask.questions:
            return _question(card.form, card.answering, width, pen)
        case AskKind.PLAN:
            note = pen.text(card.ask.note, width, "text") if card.ask.note else []
            return [*_plan(card.ask, width, pen), *note], range(0)
        case AskKind.APPROVAL:
            strips = pen.text(card.ask.body or card.ask.summary, width, "code", indent=indent)
        case _:
            strips = pen.text(card.ask.body or card.ask.summary, width, indent=indent)
    if where := place_words(card.ask, card.thread):
        strips += [
            line for part in _path_lines(where, width - indent) for line in pen.text(part, width, "dim", indent=indent)
        ]
    for rule in card.ask.rules:
        strips += pen.text(f"may let through: {rule.description}", width, "dim", indent=indent)
    if card.ask.note:
        strips += pen.text(card.ask.note, width, "text", indent=indent)
    return strips, range(0)


def foot_lines(card: Card, chips: Sequence[Chip], width: int, pen: Pen) -> list[Strip]:
    """The way on of a form, the reason why something cannot be done, and the keys."""
    strips = blank(card.airy)
    if card.sending:
        return [*strips, *pen.text("sending… it counts when the source confirms it", width, "text")]
    if card.form and card.answering:
        strips.append(_way_on(card.form, card.answering, width, pen))
    if (why := elsewhere(card)) is not None:
        strips += pen.text(f"It cannot be answered here: {why}.", width, "text")
    reasons = dict.fromkeys(chip.reason for chip in chips if chip.reason)
    for reason in reasons:
        strips += pen.text(f"✗ {reason}", width, "text")
    return [*strips, *_chips(chips, width, pen)]


def chips_of(card: Card, keys: Mapping[str, str]) -> list[Chip]:
    """The keys that answer this ask, the first one first; where it is answered in a terminal, the key that opens that.
    `keys` gives the key of each action."""
    ask, found = card.ask, []

    def chip(action: str, label: str, command: Command | None = None, key: str = "") -> None:
        reason = why_not(command, card.fleet) if command else None
        found.append(Chip(action, key or keys.get(action, ""), label, reason))

    if elsewhere(card) is not None:
        if card.thread and (shown := card.fleet.shown_at(card.thread)).can(Capability.ATTACH):
            own = shown.ref == card.thread.ref
            chip(ATTACH, "open its terminal" if own else "open its lead's terminal")
        if ask.kind is AskKind.PLAN:
            chip(PLAN, "read it all")
        chip(EXPLAIN, "explain")
        return [*found, *_next(card, keys)]
    match ask.kind:
        case AskKind.APPROVAL:
            chip(APPROVE, "approve", Decide(ask.thread, ask.id, Decision.ACCEPT))
            if Decision.ACCEPT_FOR_SESSION in ask.decisions:
                chip(SESSION, "for session", Decide(ask.thread, ask.id, Decision.ACCEPT_FOR_SESSION))
            if ask.rules:
                chip(RULE, "with a rule", Decide(ask.thread, ask.id, Decision.ACCEPT, ask.rules[0].label))
            if Decision.DECLINE in ask.decisions:
                chip(DECLINE, "decline", Decide(ask.thread, ask.id, Decision.DECLINE))
                if ask.takes_message:
                    chip(SAYING, "saying why", Decide(ask.thread, ask.id, Decision.DECLINE))
        case AskKind.QUESTION if card.answering and card.form:
            chip("", "pick", key=f"1-{min(len(card.form.question.options), 9)}" if card.form.question.options else "")
            chip("", "other question", key="[ ]" if len(ask.questions) > 1 else "")
            chip("", "list", key="Esc")
            found = [each for each in found if each.key]
        case AskKind.QUESTION:
            answers = {question.id: "?" for question in ask.questions}
            chip(REPLY, "answer", Answer(ask.thread, ask.id, answers))
        case AskKind.PLAN:
            chip(PLAN, "read it all")
            chip(APPROVE, "implement", ImplementPlan(ask.thread, ask.id))
            if Decision.DECLINE in ask.decisions and ask.takes_message:
                chip(SAYING, "send back, saying why", Decide(ask.thread, ask.id, Decision.DECLINE))
            else:
                chip(REPLY, "reply with changes")
        case AskKind.ALERT:
            chip(EXPLAIN, "explain")
    return [*found, *_next(card, keys)]


def _next(card: Card, keys: Mapping[str, str]) -> list[Chip]:
    """The way to its other requests; while a form has the keys, they are its own."""
    several = card.count > 1 and not card.answering
    return [Chip(NEXT, keys.get(NEXT, ""), f"next of {card.count}")] if several else []


def elsewhere(card: Card) -> str | None:
    """Why it cannot be answered from here at all, whatever is done; None when there is a way."""
    needed = _WAYS.get(card.ask.kind)
    return cannot(card.thread, needed) if card.thread and needed else None


def _left(ask: Ask, now: datetime) -> str:
    """How long it can still be answered from here, when that is not long any more."""
    soon = ask.expires_at is not None and (ask.expires_at - now).total_seconds() < _SOON
    return f"{until(ask.expires_at, now)} left" if soon and ask.expires_at else ""


def place_words(ask: Ask, thread: Thread | None) -> str:
    """`in ~/code/billing-api · worktree auth-flake`."""
    branch = (thread.branch if thread else None) or ""
    worktree = (thread.worktree if thread else None) or ""
    where = [f"in {ask.place}"] if ask.place else []
    if worktree and "worktree " not in ask.place:
        where.append(f"worktree {branch or worktree.rstrip('/').rpartition('/')[2]}")
    elif branch and not worktree:
        where.append(f"branch {branch}")
    return " · ".join(where)


def _path_lines(text: str, width: int) -> list[str]:
    """Words with a path among them, as lines that break at blanks and after slashes."""
    lines = [""]
    for piece in re.findall(r"[^ /]*[ /]?", text):
        if lines[-1] and cells((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _question(form: Form, answering: bool, width: int, pen: Pen) -> tuple[list[Strip], range]:
    """The question, then its options: a number, what is picked, the label, and below it what it means."""
    question, reply = form.question, form.reply
    strips = pen.text(question.text, width, "text", bold=True)
    widest = max((cells(option.label) for option in question.options), default=0)
    beside = all(
        "\n" not in option.description and 8 + widest + cells(option.description) <= width
        for option in question.options
    )
    cursor = range(0)
    for row, option in enumerate(question.options):
        on, here = row in reply.picked, answering and row == form.row
        mark = ("☑" if on else "☐") if question.multi else ("◉" if on else "○")
        begin = f"{row + 1 if row < 9 else ' '} {mark} "
        first = [Segment("▎" if here else " ", pen.style("focus")), Segment(begin, pen.style("text" if on else "dim"))]
        lines = _option(option, widest if beside else 0, width, on or here, pen, first)
        if here:
            cursor = range(len(strips), len(strips) + len(lines))
        strips += [line.apply_meta({"row": row}) for line in lines]
    return strips, cursor


def _option(option: Option, widest: int, width: int, loud: bool, pen: Pen, first: Sequence[Segment]) -> list[Strip]:
    """The label after its marks; what it means beside it, where there is room for all of them (`widest`), or below."""
    size = sum(cells(segment.text) for segment in first)
    label = pen.text(option.label, width, "text", indent=size, bold=loud)
    lines = [Strip([*first, *label[0].crop(size, width)]), *label[1:]]
    if not option.description:
        return lines
    if widest:
        gap = Segment(" " * (size + widest + 3 - lines[0].cell_length))
        return [Strip([*lines[0], gap, Segment(option.description, pen.style("dim"))])]
    return [*lines, *pen.text(option.description, width, "dim", indent=size)]


def _way_on(form: Form, answering: bool, width: int, pen: Pen) -> Strip:
    """Where enter leads: to the next question, or to the source."""
    here = answering and form.on_go
    if form.complete:
        words, role = "send the answers" if len(form.replies) > 1 else "send the answer", "needs"
    elif form.answered(form.step):
        words, role = "next question", "text"
    else:
        words, role = "not answered yet", "dim"
    spans = [
        Span("▎" if here else " ", "focus"),
        Span(" Enter ", role, True, here and role != "dim"),
        Span(f" {words}", role),
    ]
    return pen.line(Line(tuple(spans)), width).apply_meta({"chip": GO})


def _steps(form: Form, width: int, pen: Pen) -> Strip:
    """`✓ Colour  ▸ Size  · Toppings`, the one in view bold."""
    spans: list[Span] = [Span("  ")]
    for step, question in enumerate(form.ask.questions):
        here, done = step == form.step, form.answered(step)
        name = question.header or f"question {step + 1}"
        glyph = "✓" if done else "▸" if here else "·"
        spans += [
            Span(f"{glyph} ", "done" if done else "dim"),
            Span(name, "text" if here else "dim", here),
            Span("   "),
        ]
    return pen.line(Line(tuple(spans[:-1]), (Span(f"{form.step + 1}/{len(form.replies)}", "dim"),)), width)


def _plan(ask: Ask, width: int, pen: Pen) -> list[Strip]:
    strips = pen.prose(ask.body, width) if ask.body.strip() else pen.text(ask.summary, width)
    more = len(strips) - PLAN_LINES
    return [*strips[:PLAN_LINES], *pen.text(f"… {more} more lines", width, "dim")] if more > 1 else strips


def _chips(chips: Sequence[Chip], width: int, pen: Pen) -> list[Strip]:
    """Chips in as many lines as they need; the first is filled if it works. A click finds `chip` in the meta."""
    drawn = [_chip(chip, place == 0, width, pen) for place, chip in enumerate(chips)]
    sizes = [sum(cells(segment.text) for segment in segments) for segments in drawn]
    gap = 3 if sum(sizes) + 3 * (len(sizes) - 1) <= width else 2
    lines: list[list[Segment]] = [[]]
    used = 0
    for segments, size in zip(drawn, sizes, strict=True):
        if used and used + gap + size > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append(Segment(" " * gap))
            used += gap
        lines[-1] += segments
        used += size
    return [Strip(line) for line in lines if line]


def _chip(chip: Chip, first: bool, width: int, pen: Pen) -> list[Segment]:
    key = f" {chip.key} " if chip.key else ""
    label = cut(f" {chip.label}", max(width - cells(key), 0))
    meta = Style(meta={"chip": chip.action}) if chip.action else Style()
    if chip.reason:
        style, words = pen.palette.style("dim", strike=True), pen.style("dim")
    elif first and chip.action:
        style, words = pen.palette.style("ground", bold=True, on="needs"), pen.style("text")
    else:
        style, words = pen.palette.style("text", bold=True, on="chip"), pen.style("text")
    return [Segment(key, style + meta), Segment(label, words + meta)]
