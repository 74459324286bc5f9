"""`send`, `interrupt`, `stop`, `modes`: what a thread does next."""

import sys

import click

from cockpit.cli.deed import asked, confirm, do, read_text
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.session import Session
from cockpit.ui.present.worker_words import stopping


@click.command()
@click.argument("thread")
@click.argument("text")
@timeout_option
@json_option
@click.pass_obj
def send(start: Start, thread: str, text: str) -> None:
    """Send a follow-up message; `-` as TEXT reads standard input."""
    message = read_text(text)
    do(start, lambda session: c.Send(find.thread(session.store.fleet, thread).ref, message))


@click.command()
@click.argument("thread")
@timeout_option
@json_option
@click.pass_obj
def interrupt(start: Start, thread: str) -> None:
    """Interrupt the running turn; what was done so far stays."""
    do(start, lambda session: c.Interrupt(find.thread(session.store.fleet, thread).ref))


@click.command()
@click.argument("thread")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a terminal is closed.")
@timeout_option
@json_option
@click.pass_obj
def stop(start: Start, thread: str, yes: bool) -> None:
    """End the agent's session; the thread and its conversation stay. Closing a terminal is asked first."""

    def choose(session: Session) -> c.Command:
        fleet = session.store.fleet
        found = find.thread(fleet, thread)
        command = c.StopSession(found.ref)
        if found.terminal and session.actions.why_not(command) is None:
            asked(start, yes, f"Stopping “{found.title}” ({found.ref})", stopping(found, fleet))
        return command

    do(start, choose)


@click.command()
@click.argument("thread")
@click.option("--runtime", metavar="MODE", help="What it may do without asking, such as approval-required.")
@click.option("--interaction", metavar="MODE", help="default or plan.")
@click.option("-y", "--yes", is_flag=True, help="Change the runtime mode even if that ends the running turn.")
@timeout_option
@json_option
@click.pass_obj
def modes(start: Start, thread: str, runtime: str | None, interaction: str | None, yes: bool) -> None:
    """Change a thread's runtime or interaction mode.

    Another runtime mode restarts a live session at once, which ends a running turn: that is asked first.
    """
    if not (runtime or interaction):
        raise click.UsageError("Say what to change: --runtime or --interaction.")

    def choose(session: Session) -> c.Command:
        found = find.thread(session.store.fleet, thread)
        command = c.SetModes(found.ref, runtime, interaction, confirmed=yes)
        busy = found.status.busy or found.status.needs_you
        if runtime and busy and not yes and sys.stdin.isatty():
            confirm(f"This ends the running turn of “{found.title}”. Do it?")
            return c.SetModes(found.ref, runtime, interaction, confirmed=True)
        return command

    do(start, choose)
