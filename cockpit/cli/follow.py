"""`wait` and `watch`: follow the fleet as it changes, for scripts. They follow until told, and mark nothing."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import click

from cockpit.cli.lines import tint
from cockpit.cli.start import Start, Unread, code_for, json_option
from cockpit.cli.times import span
from cockpit.core import find
from cockpit.core.session import Session
from cockpit.core.waiting import End, Until, Verdict, verdict
from cockpit.export.json import SCHEMA, Json, fleet_json, hold_json, instant, source_json, thread_json
from cockpit.model.fleet import Fleet
from cockpit.model.health import SourceState
from cockpit.ui.present.glyphs import HEALTH, mark

TIME_UP, BLOCKED = 5, 6
_CODES = {End.REACHED: 0, End.FAILED: 1, End.BLOCKED: BLOCKED}
_FRAME_SECONDS = 0.1


async def fleets(session: Session) -> AsyncIterator[Fleet]:
    """The fleet now and after each change, several changes within a tenth of a second as one."""
    changed = asyncio.Event()
    stop = session.store.listen(changed.set)
    session.supervisor.start()
    try:
        while True:
            changed.clear()
            yield session.store.fleet
            await changed.wait()
            await asyncio.sleep(_FRAME_SECONDS)
    finally:
        stop()


@click.command()
@click.argument("threads", nargs=-1)
@click.option(
    "--until", type=click.Choice([str(word) for word in Until]), default=str(Until.NEEDS_YOU), show_default=True
)
@click.option("--timeout", metavar="SPAN", help="Give up after this long, such as 90, 10m or 2h.")
@json_option
@click.pass_context
def wait(ctx: click.Context, threads: tuple[str, ...], until: str, timeout: str | None) -> None:
    """Wait until THREADS (all, if none is named) need you, are idle or are done.

    needs-you: one of them waits for a person. idle: none of them runs. done: each of them has finished.

    Exit codes: 0 it came; 1 a thread failed or went away; 5 time is up; 6 a person is needed first (idle and done);
    4 no source can be read.
    """
    start: Start = ctx.obj
    seconds = None if timeout is None else _seconds(timeout)

    async def follow(session: Session) -> Verdict | None:
        now = session.store.fleet
        if code_for(now):
            raise Unread(f"No source could be read.{find.unread(now)}", kind="unread", as_json=start.json)
        refs = [find.thread(now, text).ref for text in threads]
        try:
            async with asyncio.timeout(seconds):
                async for fleet in fleets(session):
                    if found := verdict(fleet, refs, Until(until)):
                        return found
        except TimeoutError:
            pass
        return None

    found = start.run(follow)
    text = found.text if found else f"Not {until} within {timeout}."
    data = {
        "schema": SCHEMA,
        "ok": found is not None and found.end is End.REACHED,
        "end": str(found.end) if found else "timeout",
        "text": text,
        "threads": [thread_json(thread) for thread in found.threads] if found else [],
    }
    start.say(data, [text])
    ctx.exit(_CODES[found.end] if found else TIME_UP)


def _seconds(text: str) -> float:
    """A bare number is seconds."""
    try:
        return float(text)
    except ValueError:
        return span(text).total_seconds()


@click.command()
@json_option
@click.pass_obj
def watch(start: Start) -> None:
    """Report changes as they happen, one line each, until interrupted.

    With --json each line is an object with `event`: `fleet` (the whole of it, first), then `thread` (new or changed),
    `thread-gone`, `source`, `hold`, each with `at`.
    """

    async def follow(session: Session) -> None:
        before: Fleet | None = None
        async for fleet in fleets(session):
            now = session.clock()
            lines = _events(before, fleet, now) if start.json else _lines(before, fleet, now)
            for line in lines:
                print(line)
            sys.stdout.flush()
            before = fleet

    start.run(follow)


def _events(before: Fleet | None, fleet: Fleet, now: datetime) -> Iterator[str]:
    for event in _changes(before, fleet, now):
        yield json.dumps(event, ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8")


def _changes(before: Fleet | None, fleet: Fleet, now: datetime) -> Iterator[Json]:
    if before is None:
        yield {"event": "fleet", "at": instant(now), **fleet_json(fleet, now)}
        return
    for ref in fleet.order:
        if before.threads.get(ref) != fleet.threads[ref]:
            yield {"event": "thread", "at": instant(now), "thread": thread_json(fleet.threads[ref])}
    for ref in before.threads.keys() - fleet.threads.keys():
        yield {"event": "thread-gone", "at": instant(now), "id": str(ref)}
    for name, state in fleet.sources.items():
        if _matters(before.sources.get(name)) != _matters(state):
            yield {"event": "source", "at": instant(now), "source": source_json(state, now)}
    if before.hold != fleet.hold:
        yield {"event": "hold", "at": instant(now), "hold": hold_json(fleet.hold)}


def _lines(before: Fleet | None, fleet: Fleet, now: datetime) -> Iterator[str]:
    clock = f"{now.astimezone():%H:%M:%S}"
    old = before.threads if before else {}
    for name, state in fleet.sources.items():
        if _matters(before.sources.get(name) if before else None) != _matters(state):
            glyph, word, role = HEALTH[state.health]
            yield tint(f"{clock}  {glyph} {word:9} {name} {state.reason}".rstrip(), role)
    for ref in fleet.order:
        thread = fleet.threads[ref]
        known = old.get(ref)
        if known is None or (known.status, known.asks, known.title) != (thread.status, thread.asks, thread.title):
            glyph, word, role = mark(thread)
            fact = thread.asks[0].summary if thread.asks else thread.detail
            yield tint(f"{clock}  {glyph} {word:9} {thread.title}" + (f": {fact}" if fact else ""), role)
    for ref in old.keys() - fleet.threads.keys():
        yield tint(f"{clock}  - gone      {old[ref].title}", "dim")
    if (before.hold if before else None) != fleet.hold:
        yield tint(
            f"{clock}  " + (f"HOLD by {fleet.hold.by} {fleet.hold.reason}" if fleet.hold else "released"), "amber"
        )


def _matters(state: SourceState | None) -> tuple[str, ...]:
    """What of a source is worth a line: its age changes all the time."""
    return () if state is None else (state.health, state.reason, state.version or "", state.link)
