"""`attach`: a thread's own terminal, in full, until the person detaches. It changes nothing and ends nothing."""

import sys

import click

from cockpit.cli.start import Failure, Misused, Start, read_or_fail, timeout_option
from cockpit.core import find
from cockpit.core.session import Session


@click.command()
@click.argument("thread")
@timeout_option
@click.pass_obj
def attach(start: Start, thread: str) -> None:
    """See and drive a thread's terminal in full; detach to come back.

    Only its window is shown, in a session of its own that is gone afterwards. Other windows, and who else looks at
    them, notice nothing.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Misused("A terminal can only be shown in one.", fix="Run this in a terminal.")

    async def show(session: Session) -> tuple[str, str]:
        from cockpit.ui.hand_over import hand_over

        fleet = session.store.fleet
        row = fleet.shown_at(read_or_fail(session, lambda: find.thread(fleet, thread)))
        async with session.attach(row.ref) as attachment:
            click.echo(f"{row.title}: {attachment.detach} comes back.", err=True)
            return row.title, await hand_over(attachment)

    title, complaint = start.run(show)
    if complaint:
        raise Failure(f"“{title}” was not shown: {complaint}.")
    click.echo(f"Back from “{title}”; it goes on.")
