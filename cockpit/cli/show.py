"""`show` and `explain`: one thread, its conversation, and why it has its status. They mark nothing as looked at."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import click

from cockpit.cli.asks import card
from cockpit.cli.lines import tint, tinted
from cockpit.cli.start import Start, json_option, read_or_fail, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.ports import CanConverse
from cockpit.core.session import Session
from cockpit.export.json import SCHEMA, conversation_json, instant, source_json, thread_json
from cockpit.model.fleet import Fleet
from cockpit.model.talk import Changes, Entry, Exchange, Message, Notice, Plan, Steps, StepState, Talk, ToolCall
from cockpit.model.work import Thread
from cockpit.ui.present.ages import age
from cockpit.ui.present.explain import explain as explained
from cockpit.ui.present.glyphs import mark


@click.command()
@click.argument("thread")
@click.option("--all", "whole", is_flag=True, help="The whole conversation rather than its newest page.")
@timeout_option
@json_option
@click.pass_obj
def show(start: Start, thread: str, whole: bool) -> None:
    """Show one thread and its conversation."""

    async def look(session: Session) -> tuple[Thread, Talk, Fleet, datetime]:
        found = read_or_fail(session, lambda: find.thread(session.store.fleet, thread), as_json=start.json)
        port = session.port(found.ref.source, CanConverse)
        talk = await port.talk(found.ref)
        entries, older = talk.entries, talk.older
        while whole and older:
            page = await port.talk(found.ref, older=older)
            entries, older = page.entries + entries, page.older
        joined = Talk(talk.thread, entries, older, talk.context, talk.read_at, talk.failed)
        return found, joined, session.store.fleet, session.clock()

    found, talk, fleet, now = start.run(look)
    start.say(conversation_json(found, talk, now), _page(found, talk, fleet, now))


def _page(thread: Thread, talk: Talk, fleet: Fleet, now: datetime) -> Iterator[str]:
    glyph, word, role = mark(thread)
    since = f" for {age(thread.since, now)}" if thread.since else ""
    yield tint(thread.title, "bold")
    yield tint(f"{glyph} {word}{since}", role) + (f"  {thread.detail}" if thread.detail else "")
    project = fleet.projects.get(thread.project) if thread.project else None
    facts = {
        "id": str(thread.ref),
        "project": f"{project.title}  {project.path}" if project else None,
        "branch": thread.branch,
        "worktree": thread.worktree,
        "model": f"{thread.model.instance}/{thread.model.model}" if thread.model else None,
        "modes": ", ".join(mode for mode in (thread.runtime_mode, thread.interaction_mode) if mode),
        "frozen": f"by {thread.frozen.by}, {age(thread.frozen.at, now)} ago {thread.frozen.reason}"
        if thread.frozen
        else None,
        "context": f"{thread.context.used:,} of {thread.context.limit:,} tokens"
        if thread.context and thread.context.limit
        else None,
    }
    yield from (tint(f"  {name:9} {fact}", "dim") for name, fact in facts.items() if fact)
    if talk.older:
        yield tint("\n  … older messages: --all", "dim")
    for entry in talk.entries:
        yield from _entry(entry, now)
    if talk.failed:
        yield tint(f"\n✗ {talk.failed}", "red")
    for ask in thread.asks:
        yield ""
        yield from card(ask, fleet, now)


def _entry(entry: Entry, now: datetime) -> Iterator[str]:
    match entry:
        case Message():
            streaming = " …" if entry.streaming else ""
            yield ""
            yield tint(f"{entry.author or entry.role}, {age(entry.at, now)} ago{streaming}", "bold")
            yield from _indented(entry.text.splitlines())
            yield from (f"  [{name}]" for name in entry.attachments)
        case ToolCall():
            yield tint(f"  · {entry.tool} {entry.state}: {_first(entry.detail)}", "dim")
        case Notice():
            yield tint(f"  · {_first(entry.text)}", "red" if entry.tone == "error" else "dim")
        case Exchange():
            yield tint(f"  · {entry.kind} {entry.outcome or 'open'}: {_first(entry.text)}", "dim")
        case Steps():
            boxes = {StepState.PENDING: "[ ]", StepState.RUNNING: "[~]", StepState.DONE: "[x]"}
            yield from (tint(f"  {boxes[step.state]} {step.text}", "dim") for step in entry.steps)
        case Plan():
            yield ""
            yield tint("proposed plan" + (", implemented" if entry.implemented_at else ""), "blue")
            yield from _indented(entry.markdown.splitlines())
        case Changes():
            yield from (
                tint(f"  {each.kind} {each.path} +{each.additions} -{each.deletions}", "dim") for each in entry.files
            )


def _first(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] + (" …" if len(lines) > 1 else "") if lines else ""


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


@click.command()
@click.argument("thread")
@timeout_option
@json_option
@click.pass_obj
def explain(start: Start, thread: str) -> None:
    """Say why a thread has its status, and what can be done about it."""

    async def look(session: Session) -> tuple[Thread, Fleet, dict[str, str | None], datetime]:
        found = read_or_fail(session, lambda: find.thread(session.store.fleet, thread), as_json=start.json)
        reasons = {verb: session.actions.why_not(command) for verb, command in _deeds(found).items()}
        return found, session.store.fleet, reasons, session.clock()

    found, fleet, reasons, now = start.run(look)
    data = {
        "schema": SCHEMA,
        "generated_at": instant(now),
        **thread_json(found),
        "seen_by": [source_json(state, now) for name, state in fleet.sources.items() if name in found.sources],
        "why_not": reasons,
    }
    start.say(data, _explained(found, fleet, reasons, now))


def _explained(thread: Thread, fleet: Fleet, reasons: dict[str, str | None], now: datetime) -> Iterator[str]:
    yield f"{thread.title}  ({thread.ref})"
    yield from tinted(explained(thread, fleet, now))
    yield ""
    yield tint("WHAT CAN BE DONE", "dim")
    yield "  now: " + (", ".join(verb for verb, reason in reasons.items() if reason is None) or "nothing")
    yield from (tint(f"  not {verb}: {reason}", "dim") for verb, reason in reasons.items() if reason is not None)


def _deeds(thread: Thread) -> dict[str, c.Command]:
    """What the command line could do with the thread, by verb; only what needs no further words."""
    ref = thread.ref
    return {
        "send": c.Send(ref, "…"),
        "interrupt": c.Interrupt(ref),
        "stop": c.StopSession(ref),
        "thaw" if thread.frozen else "freeze": c.Thaw(ref) if thread.frozen else c.Freeze(ref),
        "settle": c.Unsettle(ref) if thread.settled else c.Settle(ref),
        "archive": c.Archive(ref),
        "delete": c.Delete(ref, confirmed=True),
        **({"resume": c.Resume(ref), "close": c.Close(ref, confirmed=True)} if thread.harness else {}),
    }
