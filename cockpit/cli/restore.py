"""`resume`, `restore` and `close`: workers in terminals that ended, back again or away for good.

None is started twice, and none is closed before a person has read what goes."""

import click

from cockpit.cli.deed import asked, do, told
from cockpit.cli.lines import columns
from cockpit.cli.start import Failure, Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.session import Session
from cockpit.model.errors import CockpitError
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.present.ages import age
from cockpit.ui.present.doing import harness_title
from cockpit.ui.present.worker_words import closing


@click.command()
@click.argument("thread")
@click.option("--fresh", is_flag=True, help="In a new conversation, on the prompt that it began with.")
@timeout_option
@json_option
@click.pass_obj
def resume(start: Start, thread: str, fresh: bool) -> None:
    """Bring a worker that ended back in its own conversation."""
    do(start, lambda session: c.Resume(find.thread(session.store.fleet, thread).ref, fresh))


@click.command()
@click.option("--all", "everyone", is_flag=True, help="Those as well that were stopped on purpose.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@timeout_option
@json_option
@click.pass_obj
def restore(start: Start, everyone: bool, yes: bool) -> None:
    """Bring back all workers that ended although nobody ended them, each in its conversation.

    They are listed first, and nothing is done before you say yes.
    """

    async def act(session: Session) -> tuple[list[c.Outcome], list[tuple[Thread, CockpitError]]]:
        fleet = session.store.fleet
        found = find.restorable(fleet, everyone=everyone)
        if found:
            rows = [
                (
                    each.title,
                    harness_title(each, fleet),
                    each.branch or "",
                    each.detail,
                    age(each.since, session.clock()),
                )
                for each in found
            ]
            for row in columns(rows, indent="  "):
                click.echo(row, err=True)
            what = "One worker" if len(found) == 1 else f"{len(found)} workers"
            asked(start, yes, f"Bringing back {what.lower()}", f"Bring back {what.lower()}?")
        done: list[c.Outcome] = []
        failed: list[tuple[Thread, CockpitError]] = []
        for each in found:
            try:
                done.append(await session.actions.act(c.Resume(each.ref)))
            except CockpitError as error:
                failed.append((each, error))
        return done, failed

    done, failed = start.run(act)
    back: tuple[Ref, ...] = tuple(outcome.thread for outcome in done if outcome.thread)
    if failed:
        said = "; ".join(f"“{each.title}”: {error}" for each, error in failed)
        raise Failure(
            f"{len(done)} of {len(done) + len(failed)} came back. Not: {said}", kind="half-done", as_json=start.json,
            threads=tuple(map(str, back)),
        )  # fmt: skip
    lines = [line for outcome in done for line in told(outcome)]
    data = {"schema": 1, "ok": True, "text": f"Brought back {len(done)}.", "threads": [str(ref) for ref in back]}
    start.say(data, lines or ["There is nothing to bring back."])


@click.command()
@click.argument("thread")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@timeout_option
@json_option
@click.pass_obj
def close(start: Start, thread: str, yes: bool) -> None:
    """End a worker and remove its worktree, after asking; refused while work in it is not committed and pushed."""

    def choose(session: Session) -> c.Command:
        found = find.thread(session.store.fleet, thread)
        command = c.Close(found.ref, confirmed=True)
        if session.actions.why_not(command) is None:  # what is refused anyway is not asked
            asked(start, yes, f"Closing “{found.title}” ({found.ref})", closing(found))
        return command

    do(start, choose)
