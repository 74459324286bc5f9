"""The command line: verbs that are looked up by name and imported when used. It acts only through the core."""

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from cockpit.cli.start import Failure, Start, failure
from cockpit.model.errors import CockpitError

VERBS: dict[str, dict[str, tuple[str, str]]] = {
    "Look": {
        "ls": ("look", "List threads, those that need you first."),
        "asks": ("asks", "List what waits for a person."),
        "show": ("show", "Show one thread and its conversation."),
        "explain": ("show", "Say why a thread has its status, and what can be done about it."),
        "attach": ("attach", "See and drive a thread's terminal in full."),
        "projects": ("look", "List projects."),
        "teams": ("teams", "List teams of agents."),
        "team": ("teams", "Show a team: its members, its tasks, what they said."),
        "tasks": ("teams", "List the tasks of a team, or of all."),
        "snapshot": ("snapshot", "Write the whole fleet as json, text, svg, png or html."),
        "watch": ("follow", "Report changes as they happen."),
        "wait": ("follow", "Wait until threads need you, are idle or are done."),
    },
    "Answer": {
        "approve": ("answer", "Approve what a thread asks for."),
        "decline": ("answer", "Decline what a thread asks for."),
        "answer": ("answer", "Answer a thread's questions."),
        "implement": ("answer", "Have a proposed plan carried out."),
    },
    "Steer": {
        "dispatch": ("dispatch", "Start a new thread."),
        "create-project": ("dispatch", "Make a directory a project that threads can work in."),
        "send": ("steer", "Send a follow-up message."),
        "interrupt": ("steer", "Interrupt the running turn."),
        "stop": ("steer", "End the agent's session; the conversation stays."),
        "stop-team": ("teams", "Ask every member of a team to shut down, after asking you."),
        "freeze": ("freeze", "Interrupt a thread and refuse it new work until it is thawed."),
        "thaw": ("freeze", "Let a frozen thread take work again."),
        "hold": ("freeze", "Start nothing new in the whole fleet."),
        "release": ("freeze", "End the hold."),
        "resume": ("restore", "Bring a worker that ended back in its own conversation."),
        "restore": ("restore", "Bring back all workers that ended although nobody ended them."),
        "close": ("restore", "End a worker and remove its worktree, after asking."),
        "modes": ("steer", "Change a thread's runtime or interaction mode."),
    },
    "Tidy": {
        "rename": ("tidy", "Give a thread another title."),
        "settle": ("tidy", "Put a finished thread on the shelf, or take it back."),
        "snooze": ("tidy", "Put a thread out of sight for a while."),
        "archive": ("tidy", "Put a thread away."),
        "unarchive": ("tidy", "Bring a thread back."),
        "delete": ("tidy", "Delete a thread, after asking."),
    },
    "Set up": {
        "demo": ("demo", "Start a whole living fleet of its own, with nothing to set up."),
        "doctor": ("doctor", "Check versions, configuration, terminal, sources and ledger."),
        "t3": ("t3", "Pair with T3 Code servers."),
        "hooks": ("hooks", "Let Claude Code's permission requests be answered from here."),
        "config": ("config", "Show, check or change the configuration."),
    },
}
_MODULES = {verb: module for verbs in VERBS.values() for verb, (module, _) in verbs.items()}


class Verbs(click.Group):
    """Imports a verb's module only when that verb is used, so that `--help` and each verb start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"cockpit.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in _MODULES:
            import difflib

            near = difflib.get_close_matches(args[0], _MODULES, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`cockpit --help` lists what there is."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, verbs in VERBS.items():
            with formatter.section(heading):
                formatter.write_dl([(verb, said) for verb, (_, said) in verbs.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CockpitError as error:
            raise failure(error, as_json=ctx.obj.json) from error


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The configuration file ($COCKPIT_CONFIG goes first).")
@click.version_option(package_name="cockpit", message="cockpit %(version)s")
@click.pass_context
def cockpit(ctx: click.Context, config: Path | None) -> None:
    """A cockpit for a fleet of coding agents. Without a command: the screen.

    A THREAD is its id, the beginning of its id, or a part of its title that no other has.

    Exit codes: 0 fine; 1 failed or refused; 2 wrong usage or configuration; 3 some source down (with --strict);
    4 every source down.
    """
    ctx.obj = Start(config)
    if ctx.invoked_subcommand is None:
        from cockpit.cli.screen import screen

        ctx.exit(screen(ctx.obj))


def main() -> NoReturn:
    """The program. Every way out is an exit code and, if it failed, a sentence on stderr."""
    # Starting makes a hundred thousand objects and hardly any garbage: looking for it meanwhile takes a tenth of it.
    gc.set_threshold(200_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a glyph gets a question mark rather than no answer.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        code = cockpit.main(prog_name="cockpit", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except BrokenPipeError:
        # Whoever read our output has enough; nothing more may be written, not even when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _defect(error)
    # Python looks through everything for garbage once more before it ends: a tenth of a script call.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def _defect(error: Exception) -> int:
    """The last resort: our own mistake, told in a sentence, with the traceback in the log."""
    import logging

    from cockpit.config import paths
    from cockpit.wiring import log_to

    log = paths().log_file
    log_to(log)
    logging.getLogger(__name__).error("a defect", exc_info=error)
    Failure(f"A defect in the cockpit: {type(error).__name__}.", fix=f"{log} has the traceback.").show()
    return 1
