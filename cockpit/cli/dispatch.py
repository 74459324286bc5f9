"""`dispatch` and `create-project`: start something new. What is not said is left to the project's own defaults."""

import os
from dataclasses import replace
from pathlib import PurePosixPath

import click

from cockpit.cli.deed import do, read_text, report
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core.placing import Placed, place, program
from cockpit.core.session import Session
from cockpit.model.errors import Refused
from cockpit.model.work import ModelChoice


@click.command()
@click.argument("prompt")
@click.option("-p", "--project", "where", default="", metavar="PROJECT", help="Its id or title, or any directory.")
@click.option("--source", default="", metavar="NAME", help="Where to start it, if several could.")
@click.option("--title", default="", help="The thread's title; otherwise the source chooses one.")
@click.option("--harness", default="", metavar="NAME", help="The program that runs in a terminal, such as claude.")
@click.option("--model", default="", metavar="[INSTANCE/]MODEL", help="Otherwise the project's or the harness's own.")
@click.option("--runtime", metavar="MODE", help="What it may do without asking, such as approval-required.")
@click.option("--set", "settings", multiple=True, metavar="ID=VALUE", help="A setting of the harness, as team=tmux.")
@click.option("--plan", is_flag=True, help="Have it propose a plan first.")
@click.option("-n", "--count", default=1, type=click.IntRange(min=1), help="Start as many on the same prompt.")
@click.option("-w", "--worktree", is_flag=True, help="Work in a new worktree, each in one of its own.")
@click.option("--base", default="", metavar="BRANCH", help="The branch that the worktree begins from.")
@click.option("--branch", default="", help="The new branch of the worktree.")
@click.option("--setup", is_flag=True, help="Run the project's setup script first.")
@timeout_option
@json_option
@click.pass_obj
def dispatch(
    start: Start,
    prompt: str,
    where: str,
    source: str,
    title: str,
    harness: str,
    model: str,
    runtime: str | None,
    settings: tuple[str, ...],
    plan: bool,
    count: int,
    worktree: bool,
    base: str,
    branch: str,
    setup: bool,
) -> None:
    """Start a new thread that works on PROMPT; `-` reads standard input.

    PROJECT is one of a server's, or a directory, where a program is started in a terminal: on this machine, or on that
    of a far --source. Without it: the server's project if there is only one, otherwise this directory.
    """
    if (base or branch or setup) and not worktree:
        raise click.UsageError("--base, --branch and --setup belong to --worktree.")
    said = [_pair(each) for each in settings]
    text = read_text(prompt)
    here = os.getcwd()

    async def act(session: Session) -> c.Outcome:
        fleet = session.store.fleet
        placed = place(fleet, where, _whole(where, here), here=here, source=source, harness=harness, many=count > 1)
        choice = (
            program(placed.source, harness, model, said, runtime)
            if placed.source.machine
            else _model(model, said, placed)
        )
        if plan and placed.source.machine:
            raise Refused("A harness has no --plan.", fix="Name a mode of its own with --runtime.")
        command = c.Dispatch(
            placed.source.name,
            placed.project.ref if placed.project else None,
            text,
            title=title,
            model=choice,
            runtime_mode=runtime,
            interaction_mode="plan" if plan else None,
            worktree=worktree,
            base_branch=base,
            branch=branch,
            setup=setup,
            count=count,
            path=placed.path,
        )
        outcome = await session.actions.act(command)
        return replace(outcome, notes=(placed.said, *outcome.notes)) if placed.said else outcome

    report(start, start.run(act))


@click.command("create-project")
@click.argument("path")
@click.option("--title", default="", help="Otherwise the last part of PATH.")
@click.option("--source", default="", metavar="NAME", help="Where; may be left out if only one source can.")
@click.option("--mkdir", is_flag=True, help="Make the directory if it is not there.")
@timeout_option
@json_option
@click.pass_obj
def create_project(start: Start, path: str, title: str, source: str, mkdir: bool) -> None:
    """Make PATH, on the source's machine, a project that threads can work in."""

    def choose(session: Session) -> c.Command:
        states = session.store.fleet.sources.items()
        # Who starts threads anywhere on its machine makes no projects.
        able = [name for name, state in states if state.can_dispatch and not state.machine]
        if not source and len(able) != 1:
            raise Refused("Say where with --source.", fix=f"There are: {', '.join(able)}." if able else "None can now.")
        name = title or PurePosixPath(path).name or path
        return c.CreateProject(source or able[0], name, path, create_path=mkdir)

    do(start, choose)


def _whole(text: str, here: str) -> str:
    """`text` as a whole path, if it is written as one; else empty."""
    if "/" not in text and text not in (".", "..", "~"):
        return ""
    return os.path.normpath(os.path.join(here, os.path.expanduser(text)))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise click.UsageError(f"{text!r} is not of the form ID=VALUE.")
    return key, value


def _model(text: str, settings: list[tuple[str, str]], placed: Placed) -> ModelChoice | None:
    """`instance/model`, or a model alone on the instance that the project or the source uses by default."""
    if not (text or settings):
        return None
    state = placed.source
    options: tuple[dict[str, object], ...] = tuple({"id": key, "value": value} for key, value in settings)
    default = (placed.project.model if placed.project else None) or state.default_model
    instance, slash, model = text.partition("/")
    if slash and (not state.offers or instance in {offer.instance for offer in state.offers}):
        return ModelChoice(instance, model, options)
    if default is None:
        raise Refused(f"Nothing says which provider should run {text or 'it'}.", fix="Name --model INSTANCE/MODEL.")
    return ModelChoice(default.instance, text or default.model, options)
