"""`dispatch` and `create-project`: start something new. What is not said is left to the project's own defaults."""

from pathlib import PurePosixPath

import click

from cockpit.cli.deed import do, read_text
from cockpit.cli.start import Start, json_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.session import Session
from cockpit.model.errors import Refused
from cockpit.model.fleet import Fleet
from cockpit.model.work import ModelChoice, Project


@click.command()
@click.argument("prompt")
@click.option("-p", "--project", "where", default="", metavar="PROJECT", help="Its id, title or path.")
@click.option("--source", default="", metavar="NAME", help="Only look for the project in this source.")
@click.option("--title", default="", help="The thread's title; otherwise the source chooses one.")
@click.option("--model", default="", metavar="[INSTANCE/]MODEL", help="Otherwise the project's own.")
@click.option("--runtime", metavar="MODE", help="What it may do without asking, such as approval-required.")
@click.option("--plan", is_flag=True, help="Have it propose a plan first.")
@click.option("-w", "--worktree", is_flag=True, help="Work in a new worktree.")
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
    model: str,
    runtime: str | None,
    plan: bool,
    worktree: bool,
    base: str,
    branch: str,
    setup: bool,
) -> None:
    """Start a new thread that works on PROMPT; `-` reads standard input.

    The project may be left out if there is only one.
    """
    if (base or branch) and not worktree:
        raise click.UsageError("--base and --branch belong to --worktree.")
    text = read_text(prompt)

    def choose(session: Session) -> c.Command:
        fleet = session.store.fleet
        project = find.project(fleet, where, source)
        return c.Dispatch(
            project.ref.source,
            project.ref,
            text,
            title=title,
            model=_model(model, project, fleet) if model else None,
            runtime_mode=runtime,
            interaction_mode="plan" if plan else None,
            worktree=worktree,
            base_branch=base,
            branch=branch,
            setup=setup,
        )

    do(start, choose)


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


def _model(text: str, project: Project, fleet: Fleet) -> ModelChoice:
    """`instance/model`, or a model alone on the instance that the project or the source uses by default."""
    instance, slash, model = text.partition("/")
    state = fleet.sources.get(project.ref.source)
    if slash and (state is None or not state.offers or instance in {offer.instance for offer in state.offers}):
        return ModelChoice(instance, model)
    default = project.model or (state.default_model if state else None)
    if default is None:
        raise Refused(f"Nothing says which provider should run {text}.", fix="Write it as INSTANCE/MODEL.")
    return ModelChoice(default.instance, text)
