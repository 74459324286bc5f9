"""`approve`, `decline`, `answer`, `implement`: a person's word on an ask. Nothing is answered that was not named."""

import sys

import click

from cockpit.cli.asks import card
from cockpit.cli.deed import confirm, do, read_text
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.answering import answers_from
from cockpit.core.session import Session
from cockpit.model.asks import Ask, AskKind, Decision


def _sure(ask: Ask, session: Session, target: str, yes: bool) -> None:
    """Whoever names only the thread has perhaps not seen what it asks now: at a terminal it is shown first."""
    if yes or ask.id == target or not sys.stdin.isatty():
        return
    for line in card(ask, session.store.fleet, session.clock()):
        click.echo(line, err=True)
    confirm("Do it?")


@click.command()
@click.argument("target", metavar="ASK|THREAD")
@click.option("--session", "for_session", is_flag=True, help="Also whatever like it comes in this session.")
@click.option("--rule", default="", metavar="N", help="Also take up the rule of that number that it suggests.")
@click.option("-y", "--yes", is_flag=True, help="Do not show it first and ask.")
@timeout_option
@json_option
@click.pass_obj
def approve(start: Start, target: str, for_session: bool, rule: str, yes: bool) -> None:
    """Approve what a thread asks for.

    Named by its own id (see `cockpit asks`), or by its thread: then it is shown first, at a terminal.
    """

    if for_session and rule:
        raise click.UsageError("--session and --rule are two ways to say it; give one.")

    def choose(session: Session) -> c.Command:
        ask = find.ask(session.store.fleet, target, AskKind.APPROVAL)
        _sure(ask, session, target, yes)
        return c.Decide(ask.thread, ask.id, Decision.ACCEPT_FOR_SESSION if for_session else Decision.ACCEPT, rule)

    do(start, choose)


@click.command()
@click.argument("target", metavar="ASK|THREAD")
@click.option("--cancel", is_flag=True, help="Cancel instead, where the source tells the two apart.")
@click.option("-m", "--message", default="", help="Say why, or what to do instead; - reads it.")
@timeout_option
@json_option
@click.pass_obj
def decline(start: Start, target: str, cancel: bool, message: str) -> None:
    """Decline what a thread asks for, or a plan; its turn goes on without."""
    said = read_text(message)

    def choose(session: Session) -> c.Command:
        ask = find.ask(session.store.fleet, target, AskKind.APPROVAL, AskKind.PLAN)
        return c.Decide(ask.thread, ask.id, Decision.CANCEL if cancel else Decision.DECLINE, message=said)

    do(start, choose)


@click.command()
@click.argument("target", metavar="ASK|THREAD")
@click.argument("values", nargs=-1, metavar="[ANSWER]...")
@click.option(
    "-a",
    "--answer",
    "named",
    multiple=True,
    metavar="QUESTION=ANSWER",
    help="Answer one question by its number, header or id; again for several answers.",
)
@click.option("--verbatim", is_flag=True, help="Take every answer as free text, even one that is an option's number.")
@timeout_option
@json_option
@click.pass_obj
def answer(start: Start, target: str, values: tuple[str, ...], named: tuple[str, ...], verbatim: bool) -> None:
    """Answer a thread's questions.

    One ANSWER for each question, in their order: an option's label or number, or free text. With a single question that
    takes several answers, all of them.
    """

    def choose(session: Session) -> c.Command:
        ask = find.ask(session.store.fleet, target, AskKind.QUESTION)
        return c.Answer(ask.thread, ask.id, answers_from(ask, values, named, verbatim=verbatim))

    do(start, choose)


@click.command()
@click.argument("target", metavar="PLAN|THREAD")
@click.option("-y", "--yes", is_flag=True, help="Do not show it first and ask.")
@timeout_option
@json_option
@click.pass_obj
def implement(start: Start, target: str, yes: bool) -> None:
    """Have a proposed plan carried out.

    Named by the plan's id (see `cockpit asks`), or by its thread: then it is shown first, at a terminal.
    """

    def choose(session: Session) -> c.Command:
        ask = find.ask(session.store.fleet, target, AskKind.PLAN)
        _sure(ask, session, target, yes)
        return c.ImplementPlan(ask.thread, ask.id)

    do(start, choose)
