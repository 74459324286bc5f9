"""`freeze`, `thaw`, `hold`, `release`: leave things as they are. Nothing is killed, archived or deleted by these."""

import click

from cockpit.cli.deed import do
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find

_reason = click.option("--reason", default="", metavar="TEXT", help="Why; it is shown to whoever meets it.")


@click.command()
@click.argument("thread")
@_reason
@click.option("--hard", is_flag=True, help="Also pause its processes (workers in a terminal only).")
@timeout_option
@json_option
@click.pass_obj
def freeze(start: Start, thread: str, reason: str, hard: bool) -> None:
    """Interrupt a thread and refuse it new work until it is thawed; nothing is lost."""
    do(start, lambda session: c.Freeze(find.thread(session.store.fleet, thread).ref, reason, hard))


@click.command()
@click.argument("thread")
@timeout_option
@json_option
@click.pass_obj
def thaw(start: Start, thread: str) -> None:
    """Let a frozen thread take work again."""
    do(start, lambda session: c.Thaw(find.thread(session.store.fleet, thread).ref))


@click.command()
@_reason
@timeout_option
@json_option
@click.pass_obj
def hold(start: Start, reason: str) -> None:
    """Start nothing new in the whole fleet; what is in flight goes on."""
    do(start, lambda session: c.HoldFleet(reason))


@click.command()
@timeout_option
@json_option
@click.pass_obj
def release(start: Start) -> None:
    """End the hold."""
    do(start, lambda session: c.ReleaseFleet())
