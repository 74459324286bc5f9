"""`hooks install|uninstall|status`: our hooks in Claude Code's settings. Nothing is changed that was not shown."""

import difflib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from cockpit.cli.deed import confirm
from cockpit.cli.lines import tint
from cockpit.cli.start import Start, json_option
from cockpit.config import Paths, paths
from cockpit.model.errors import CockpitError, ConfigError
from cockpit.runtimes.claude.hooks import install as hooking
from cockpit.runtimes.claude.hooks.settings import HOLD_SECONDS, WAIT_SECONDS, found_in
from cockpit.storage.ledger import SqliteLedger
from cockpit.wiring import claude_home

_SCOPES = ("user", "project", "workers")
_scope = click.option(
    "--scope",
    type=click.Choice(_SCOPES),
    default="user",
    show_default=True,
    help="user: all your sessions; project: this directory's .claude/settings.local.json; workers: only sessions that"
    " the cockpit starts.",
)
_yes = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


@click.group()
def hooks() -> None:
    """Let Claude Code's permission requests be answered from here.

    With the hooks in its settings, Claude Code lays each request on the cockpit's ledger, where you approve or decline
    it in the list or by `cockpit approve`. Its own dialog stays open beside it, and the first answer counts. They never
    approve anything by themselves.
    """


@hooks.command()
@_scope
@click.option(
    "--wait", type=click.IntRange(5, 86_400), default=WAIT_SECONDS, show_default=True,
    help="Seconds for which a request can be answered here, while its dialog is open as well.",
)  # fmt: skip
@click.option(
    "--hold", type=click.IntRange(5, 3600), default=HOLD_SECONDS, show_default=True,
    help="Seconds for which a teammate's or subagent's call waits for you before its dialog comes up. Only while a"
    " cockpit runs.",
)  # fmt: skip
@click.option(
    "--status-line/--no-status-line", default=None, help="Also keep Claude's own cost figures (user scope: on)."
)
@_yes
@json_option
@click.pass_obj
def install(start: Start, scope: str, wait: int, hold: int, status_line: bool | None, yes: bool) -> None:
    """Put the hooks into the settings, after showing the change."""
    where = paths()
    SqliteLedger(where.ledger_file).read()
    hooking.place_program(where.state_dir)
    if scope == "workers":
        file = hooking.worker_settings(where.state_dir, claude_home(start.loaded), wait, hold)
        said = f"Workers that are started from here get {file}; nothing of yours was changed."
        start.say({"schema": 1, "ok": True, "scope": scope, "path": str(file), "changed": True, "text": said}, [said])
        return
    lines = scope == "user" if status_line is None else status_line
    own = hooking.ours(where.state_dir, wait, hold)
    change = hooking.installing(_file(start, scope), own, where.state_dir, status_line=lines)
    _carry_out(
        start,
        scope,
        change,
        yes,
        "Installed the hooks in {path}; sessions that run already take them up by themselves.",
        "They are installed in {path}.",
    )


@hooks.command()
@_scope
@_yes
@json_option
@click.pass_obj
def uninstall(start: Start, scope: str, yes: bool) -> None:
    """Take the hooks out again. Untouched settings come back as they were, letter by letter."""
    where = paths()
    if scope == "workers":
        file = where.state_dir / "claude-worker-settings.json"
        file.unlink(missing_ok=True)
        said = f"Removed {file}; it comes back with the next worker that is started from here."
        start.say({"schema": 1, "ok": True, "scope": scope, "path": str(file), "changed": True, "text": said}, [said])
        return
    change = hooking.uninstalling(_file(start, scope), where.state_dir)
    _carry_out(start, scope, change, yes, "Took the hooks out of {path}.", "There are none in {path}.")


@hooks.command()
@json_option
@click.pass_obj
def status(start: Start) -> None:
    """Say where the hooks are installed, and what they hold now."""
    where = paths()
    rows = [_row(scope, _file(start, scope)) for scope in ("user", "project")]
    program = where.hook_program
    held = len(SqliteLedger(where.ledger_file).asks.waiting(datetime.now(UTC))) if where.ledger_file.exists() else 0
    data = {"schema": 1, "program": str(program) if program.exists() else None, "scopes": rows, "holding": held}
    start.say(data, _lines(rows, where, held))


def _lines(rows: list[dict[str, object]], where: Paths, held: int) -> Iterator[str]:
    for row in rows:
        found, trouble = row["found"], row["trouble"]
        assert isinstance(found, list)
        said = str(trouble) if trouble else ", ".join(found) if found else "not installed"
        yield f"{row['scope']:<8} {tint(said, 'red' if trouble else 'green' if found else 'dim')}  {row['path']}"
    program = where.hook_program
    yield f"program  {program if program.exists() else 'not there'}"
    yield f"holding  {held} request{'' if held == 1 else 's'}"
    if not any(row["found"] for row in rows):
        yield "`cockpit hooks install` shows what it would add, and asks."


def _row(scope: str, path: Path) -> dict[str, object]:
    real = path.resolve()
    found: tuple[str, ...] = ()
    trouble = ""
    try:
        text = real.read_text("utf-8") if real.exists() else None
        found = found_in(text) if text is not None else ()
    except (OSError, UnicodeDecodeError):
        trouble = "cannot be read"
    except ConfigError as error:
        trouble = error.message
    return {"scope": scope, "path": str(real), "found": list(found), "trouble": trouble}


def _file(start: Start, scope: str) -> Path:
    """Settings that are not checked in: what stands in them is a path of this machine."""
    if scope == "project":
        return Path.cwd() / ".claude" / "settings.local.json"
    return claude_home(start.loaded) / "settings.json"


def _carry_out(start: Start, scope: str, change: hooking.Change, yes: bool, done: str, nothing: str) -> None:
    if change.needed:
        if not yes:
            for line in _diff(change):
                click.echo(line, err=True)
            if not sys.stdin.isatty():
                raise CockpitError("Nothing was changed: nobody could be asked.", fix="Look at it, then give --yes.")
            confirm("Do it?")
        hooking.carry_out(change)
    said = (done if change.needed else nothing).format(path=change.path)
    notes = [f"What was there is kept in {change.copy}."] if change.needed and change.before is not None else []
    data = {"schema": 1, "ok": True, "scope": scope, "path": str(change.path), "changed": change.needed, "text": said}
    start.say(data, [said, *notes])


def _diff(change: hooking.Change) -> Iterator[str]:
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    for line in difflib.unified_diff(before, after, str(change.path), f"{change.path} (new)", lineterm="", n=2):
        yield tint(line, "green" if line.startswith("+") else "red" if line.startswith("-") else "dim")
