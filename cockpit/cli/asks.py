"""`asks`: what waits for a person, most urgent first, each with all that must be seen to answer it."""

from collections.abc import Iterator
from datetime import datetime

import click

from cockpit.cli.lines import tint
from cockpit.cli.look import banner
from cockpit.cli.start import Start, code_for, json_option, strict_option, timeout_option
from cockpit.core.why_not import cannot
from cockpit.export.json import SCHEMA, ask_json, instant
from cockpit.model.asks import Ask, AskKind
from cockpit.model.fleet import Fleet
from cockpit.model.work import Capability
from cockpit.ui.present.ages import age, until

_ROLE = {AskKind.APPROVAL: "amber", AskKind.QUESTION: "violet", AskKind.PLAN: "blue", AskKind.ALERT: "red"}
_HOW = {
    AskKind.APPROVAL: (Capability.APPROVE, "cockpit approve {id}   or   cockpit decline {id}"),
    AskKind.QUESTION: (Capability.ANSWER, "cockpit answer {id} …"),
    AskKind.PLAN: (Capability.PLAN, "cockpit implement {id}"),
}


@click.command()
@strict_option
@timeout_option
@json_option
@click.pass_context
def asks(ctx: click.Context, strict: bool) -> None:
    """List what waits for a person: approvals, questions, plans."""
    start: Start = ctx.obj

    fleet, now = start.fleet()
    data = {"schema": SCHEMA, "generated_at": instant(now), "asks": [ask_json(ask) for ask in fleet.asks]}
    start.say(data, _lines(fleet, now))
    ctx.exit(code_for(fleet, strict=strict))


def _lines(fleet: Fleet, now: datetime) -> Iterator[str]:
    yield from banner(fleet, now)
    for ask in fleet.asks:
        yield from card(ask, fleet, now)
        if ask.kind in _HOW:
            yield tint("    " + how(ask, fleet), "dim")
    if not fleet.asks:
        yield "Not every source could be read." if code_for(fleet, strict=True) else "Nothing waits for you."


def how(ask: Ask, fleet: Fleet) -> str:
    """The command that settles it; or why none can, and the one that opens the terminal where it is answered."""
    needed, command = _HOW[ask.kind]
    thread = fleet.thread(ask.thread)
    why = cannot(thread, needed) if thread else None
    if thread is None or why is None:
        return command.format(id=ask.id)
    shown = fleet.shown_at(thread)
    return f"{why}: cockpit attach {shown.ref}" if shown.can(Capability.ATTACH) else why


def card(ask: Ask, fleet: Fleet, now: datetime) -> Iterator[str]:
    """Everything that the ask says: who, how long, where it would run, the exact text, the choices."""
    thread = fleet.thread(ask.thread)
    title = thread.title if thread else str(ask.thread)
    waits = f", waits {age(ask.created_at, now)}" if ask.created_at else ""
    yield tint(f"{ask.kind}: {title}{waits}", _ROLE[ask.kind])
    yield f"  {ask.title}" if ask.title else f"  {ask.summary}"
    if ask.place:
        yield f"  in {ask.place}"
    if ask.expires_at:
        yield f"  can be answered here for {until(ask.expires_at, now)}"
    for line in () if ask.questions else (ask.body or ask.summary).splitlines():
        yield f"    {line}"
    for rule in ask.rules:
        yield f"  --rule {rule.label} lets through: {rule.description}"
    if ask.note:
        yield f"  {ask.note}"
    for number, question in enumerate(ask.questions, 1):
        several = " (several)" if question.multi else ""
        yield f"  {number}. {question.header + ': ' if question.header else ''}{question.text}{several}"
        for place, option in enumerate(question.options, 1):
            yield f"     {place}) {option.label}" + (f": {option.description}" if option.description else "")
