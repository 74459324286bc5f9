"""`rename`, `settle`, `snooze`, `archive`, `unarchive`, `delete`: order in the list. Only `delete` loses anything."""

import asyncio
from datetime import datetime

import click

from cockpit.cli.deed import asked, do
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.cli.times import moment
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.ports import CanArchive
from cockpit.core.session import Session


@click.command()
@click.argument("thread")
@click.argument("title")
@timeout_option
@json_option
@click.pass_obj
def rename(start: Start, thread: str, title: str) -> None:
    """Give a thread another title."""
    do(start, lambda session: c.Rename(find.thread(session.store.fleet, thread).ref, title))


@click.command()
@click.argument("thread")
@click.option("--undo", is_flag=True, help="Take it back from the shelf.")
@timeout_option
@json_option
@click.pass_obj
def settle(start: Start, thread: str, undo: bool) -> None:
    """Put a finished thread on the shelf, or take it back."""

    def choose(session: Session) -> c.Command:
        ref = find.thread(session.store.fleet, thread).ref
        return c.Unsettle(ref) if undo else c.Settle(ref)

    do(start, choose)


@click.command()
@click.argument("thread")
@click.argument("until", required=False)
@click.option("--undo", is_flag=True, help="Wake it now.")
@timeout_option
@json_option
@click.pass_obj
def snooze(start: Start, thread: str, until: str | None, undo: bool) -> None:
    """Put a thread out of sight until then.

    UNTIL is a span such as 30m, 2h, 3d or 1w, or a time such as 2026-11-21T09:00.
    """
    if bool(until) == undo:
        raise click.UsageError("Say until when, or --undo.")

    def choose(session: Session) -> c.Command:
        ref = find.thread(session.store.fleet, thread).ref
        if not until:
            return c.Unsnooze(ref)
        now: datetime = session.clock()
        return c.Snooze(ref, moment(until, now))

    do(start, choose)


@click.command()
@click.argument("thread")
@timeout_option
@json_option
@click.pass_obj
def archive(start: Start, thread: str) -> None:
    """Put a thread away; `unarchive` brings it back."""
    do(start, lambda session: c.Archive(find.thread(session.store.fleet, thread).ref))


@click.command()
@click.argument("thread")
@timeout_option
@json_option
@click.pass_obj
def unarchive(start: Start, thread: str) -> None:
    """Bring a thread back from the archive."""

    async def choose(session: Session) -> c.Command:
        archives = await asyncio.gather(*(source.archived() for source in session.able(CanArchive).values()))
        threads = [each for archive in archives for each in archive]
        return c.Unarchive(find.thread_among(threads, thread, unread=find.unread(session.store.fleet)).ref)

    do(start, choose)


@click.command()
@click.argument("thread")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@timeout_option
@json_option
@click.pass_obj
def delete(start: Start, thread: str, yes: bool) -> None:
    """Delete a thread, after asking. There is no way back from here."""

    def choose(session: Session) -> c.Command:
        found = find.thread(session.store.fleet, thread)
        asked(start, yes, f"Deleting “{found.title}” ({found.ref})", f"Delete “{found.title}” ({found.ref})?")
        return c.Delete(found.ref, confirmed=True)

    do(start, choose)
