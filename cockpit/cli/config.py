"""`config path|show|check|set`: the configuration from the shell. Comments and order of the file stay."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cockpit.cli.lines import columns, tint
from cockpit.cli.start import USAGE, Start, json_option
from cockpit.config import Loaded, Problem, check_actions, locate, located, paths
from cockpit.config import check as check_file
from cockpit.config.check import Wrong
from cockpit.config.settings import settings
from cockpit.model.errors import ConfigError


@click.group()
def config() -> None:
    """Show, check or change the configuration."""


@config.command()
@json_option
@click.pass_obj
def path(start: Start) -> None:
    """Say which file is read."""
    file, _ = locate(start.named_config)
    start.say({"schema": 1, "path": str(file), "exists": file.exists()}, [str(file)])


@config.command()
@json_option
@click.pass_obj
def show(start: Start) -> None:
    """Show every setting, what it is now and what it means."""
    loaded = start.loaded
    groups = settings(loaded.config)
    lines = [tint(f"{loaded.path}" + ("" if loaded.exists else " (not there: all is default)"), "dim")]
    for group in groups:
        lines += ["", tint(f"{group.title}: {group.description}", "bold")]
        lines += columns(
            [
                (each.key, _shown(each.value), "" if each.value == each.default else "set", each.description)
                for each in group.settings
            ],
            indent="  ",
        )
    for name, said in loaded.config.harness.items():
        lines += ["", tint(f"Harness {name}: what it is started with where nothing else is said", "bold")]
        lines += columns([(f"harness.{name}.{key}", value) for key, value in said.items()], indent="  ")
    if loaded.config.keys:
        lines += ["", tint("Keys", "bold")]
        lines += columns([(f"keys.{action}", keys) for action, keys in loaded.config.keys.items()], indent="  ")
    data = {
        "schema": 1,
        "path": str(loaded.path),
        "exists": loaded.exists,
        "config": _plain(asdict(loaded.config)),
    }
    start.say(data, lines)


def _plain(value: object) -> Any:
    match value:
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case Path():
            return str(value)
    return value


def _shown(value: object) -> str:
    match value:
        case None | "" | ():
            return "-"
        case bool():
            return "true" if value else "false"
        case tuple():
            return " ".join(str(each) for each in value)
    return str(value)


@config.command()
@json_option
@click.pass_context
def check(ctx: click.Context) -> None:
    """Check the file and list every mistake in it; exit code 2 if there is one."""
    start: Start = ctx.obj
    problems = check_file(start.named_config)
    if not problems:
        problems = _unknown_words(start.loaded)
    file, _ = locate(start.named_config)
    data = {
        "schema": 1,
        "path": str(file),
        "ok": not problems,
        "problems": [{"line": each.line, "key": each.key, "what": each.what, "fix": each.fix} for each in problems],
    }
    fine = f"{file} is fine." if file.exists() else f"{file} is not there: all is default."
    start.say(data, [f"{each}. {each.fix}" for each in problems] or [fine])
    ctx.exit(USAGE if problems else 0)


def _unknown_words(loaded: Loaded) -> tuple[Problem, ...]:
    """What only those can find who know the actions and the harnesses."""
    from cockpit.ui.actions import ACTIONS

    unknown = check_actions(loaded, {action.id for action in ACTIONS})
    return unknown + located(loaded, _wrong_defaults(loaded.config.harness))


def _wrong_defaults(said: Mapping[str, Mapping[str, str]]) -> list[Wrong]:
    from cockpit.runtimes.tmux.workers.harness_files import load_harnesses, with_defaults

    return with_defaults(load_harnesses(paths().harnesses_dir), said)[1] if said else []


def _refuse_unknown(key: str, value: object) -> None:
    """Raises ConfigError for what a harness cannot be told; the rest the file's own check finds."""
    match key.split("."):
        case ["harness", name, what] if isinstance(value, str):
            for wrong in _wrong_defaults({name: {what: value}}):
                raise ConfigError(f"{wrong.key}: {wrong.what}; nothing was changed.", fix=wrong.fix)


@config.command("set")
@click.argument("key")
@click.argument("value")
@json_option
@click.pass_obj
def set_(start: Start, key: str, value: str) -> None:
    """Change one setting, such as `ui.theme light`, `t3.home.poll_seconds 5` or `harness.claude.team tmux`.

    VALUE is TOML (true, 5, ["a", "b"]); anything else is taken as text. `default` takes the setting out.
    """
    from cockpit.config.write import write

    file, _ = locate(start.named_config)
    wanted = None if value == "default" else _value(value)
    _refuse_unknown(key, wanted)
    write(file, {key: wanted})
    start.say({"schema": 1, "ok": True, "path": str(file), "key": key}, [f"{key} is set in {file}."])


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text
