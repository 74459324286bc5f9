"""How a verb that changes something runs: read once, find what is meant, act, say what came of it.

It checks nothing itself: the core does, when the command is carried out."""

import sys
from collections.abc import Awaitable, Callable

import click

from cockpit.cli.start import Failure, Misused, Start, Unread, code_for
from cockpit.core.commands import Command, Outcome
from cockpit.core.find import unread
from cockpit.core.session import Session
from cockpit.model.errors import NotFound

Choose = Callable[[Session], Command | Awaitable[Command]]


def do(start: Start, choose: Choose) -> None:
    """Carry out the command that `choose` makes from the session. Raises CockpitError."""

    async def act(session: Session) -> Outcome:
        try:
            chosen = choose(session)
            command = await chosen if isinstance(chosen, Awaitable) else chosen
        except NotFound as error:
            if code_for(session.store.fleet):
                raise Unread(f"No source could be read.{unread(session.store.fleet)}", as_json=start.json) from error
            raise
        return await session.actions.act(command)

    report(start, start.run(act))


def report(start: Start, outcome: Outcome) -> None:
    """Say what was done."""
    data = {
        "schema": 1,
        "ok": True,
        "text": outcome.text,
        "thread": str(outcome.thread) if outcome.thread else None,
        "threads": [str(ref) for ref in outcome.threads or ((outcome.thread,) if outcome.thread else ())],
        "notes": list(outcome.notes),
    }
    start.say(data, told(outcome))


def told(outcome: Outcome) -> list[str]:
    """What was done, in lines; of several threads each by its id."""
    ids = [f"  {ref}" for ref in outcome.threads] if len(outcome.threads) > 1 else []
    return [outcome.text, *ids, *(f"Note: {note}" for note in outcome.notes if note)]


def asked(start: Start, yes: bool, what: str, question: str) -> None:
    """See that a person wants it: by `--yes`, or by an answer at the terminal. Raises Misused, Failure."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused(f"{what} must be confirmed.", fix="Add --yes.", as_json=start.json)
    confirm(question)


def confirm(question: str) -> None:
    """Ask the person at the terminal; raises Failure unless they say yes."""
    if not click.confirm(question, err=True):
        raise Failure("Nothing was done.")


def read_text(text: str) -> str:
    """The text of an argument; `-` means standard input."""
    return sys.stdin.read() if text == "-" else text
