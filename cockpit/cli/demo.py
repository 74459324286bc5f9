"""`demo`: a living fleet on real protocols, with directories of its own. It touches nothing of the person's own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from cockpit.cli.start import Failure, Start
from cockpit.config.files import replace_file
from cockpit.model.immutable import immutable

_FIXED = "2026-11-21T03:00:00Z"
_VERSIONS = ("0.0.28", "0.0.33")


@immutable
class Served:
    """A running demo server and the directories that belong to it."""

    url: str
    config: Path
    token_file: Path
    process: "subprocess.Popen[str]"
    hooked: "subprocess.Popen[bytes] | None"
    """What installs the hooks in the Claude home."""
    tmux: str | None
    """The socket of the workers' server."""
    claude: str | None
    """The home of the Claude sessions."""
    trouble: str
    """Why there are no workers; empty if there is no reason."""


_CREW = ("tmux", "claude")


def _left_out(_: click.Context, __: click.Parameter, text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    named = frozenset(word.strip() for word in text.split(",")) - {"nothing"}
    if unknown := named - {*_CREW}:
        raise click.BadParameter(f"{min(unknown)!r} cannot be left out; tmux and claude can.")
    return named


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an ISO time such as {_FIXED}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option("--server-version", type=click.Choice(_VERSIONS), default="0.0.33", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same fleet.")
@click.option(
    "--fixed-clock",
    is_flag=False,
    flag_value=_FIXED,
    callback=_moment,
    metavar="[TIME]",
    help=f"Time stands still there ({_FIXED} if none is given).",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen there; otherwise on any free port.")
@click.option(
    "--without",
    callback=_left_out,
    metavar="PARTS",
    help="Leave out tmux (plain windows), claude, or tmux,claude. Both are with --fixed-clock, unless it says nothing.",
)
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, hidden=True)
@click.option("--serve-only", is_flag=True, help="Only serve, and print where, until interrupted.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the demo's directories there, so that a freeze outlives it; otherwise they are removed.",
)
@click.pass_obj
def demo(
    start: Start,
    server_version: str,
    seed: int,
    fixed_clock: datetime | None,
    port: int,
    without: frozenset[str] | None,
    speed: float,
    serve_only: bool,
    state: Path | None,
) -> None:
    """Start a whole living fleet of its own, with nothing to set up.

    A simulated T3 server, scripted workers on a tmux server of their own, and a Claude team in a home of its own.
    Your own configuration, ledger, tokens, terminals and sessions stay untouched.
    """
    arguments = ["--server-version", server_version, "--seed", str(seed), "--port", str(port)]
    arguments += ["--speed", str(speed)]
    if fixed_clock is not None:
        arguments += ["--fixed-clock", fixed_clock.isoformat()]
    if without is None:
        without = frozenset(_CREW if fixed_clock is not None else ())
    arguments += ["--crew", *(part for part in _CREW if part not in without)]
    if state is None:
        arguments.append("--remove")
    with _home(state) as home, _serving(home, arguments) as served:
        if serve_only:
            _until_told(served)
            return
        if served.trouble:
            click.echo(f"The demo has no workers in terminals: {served.trouble}.", err=True)
        from cockpit.cli.screen import screen

        os.environ.update(_environment(home, served.config))
        if code := screen(Start(None), fixed_clock):
            raise SystemExit(code)


@contextlib.contextmanager
def _home(state: Path | None) -> Iterator[Path]:
    if state is not None:
        home = state.absolute()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="cockpit-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextlib.contextmanager
def _serving(home: Path, arguments: list[str]) -> Iterator[Served]:
    """The server in a process of its own: it must not slow the screen, and it ends with our end of its pipe."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "cockpit.demo.process", "--home", str(home), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        if not line:
            said = process.stderr.read().strip().splitlines()
            raise Failure(
                f"The demo's server did not start: {said[-1] if said else 'it said nothing'}.",
                fix="Try another --port, or none.",
            )
        ready = json.loads(line)
        token_file, config = home / "token", home / "config" / "config.toml"
        replace_file(token_file, ready["token"] + "\n")
        replace_file(config, _config(ready, token_file))
        with _hooked(home, config) if ready["claude"] else contextlib.nullcontext() as hooked:
            yield Served(
                ready["url"], config, token_file, process, hooked, ready["tmux"], ready["claude"], ready["trouble"],
            )  # fmt: skip
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


def _config(ready: dict[str, str | None], token_file: Path) -> str:
    """What is not in the demo is switched off, so that nothing of the person's own is looked for."""
    lines = ["[[t3]]", 'name = "demo"', f'url = "{ready["url"]}"', f"token_file = {json.dumps(str(token_file))}"]
    if ready["tmux"]:
        lines += ["[[tmux]]", 'name = "workers"', f"socket = {json.dumps(ready['tmux'])}"]
    lines += ["[panes]", "discover = false", "[claude]", f"enabled = {'true' if ready['claude'] else 'false'}"]
    if ready["claude"]:
        lines.append(f"home = {json.dumps(ready['claude'])}")
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _hooked(home: Path, config: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Install the hooks into the demo's Claude home, by the verb that a person would use; nothing waits for it."""
    verb = ["hooks", "install", "--yes", "--no-status-line", "--hold", "3600"]
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", "from cockpit.cli import main; main()", *verb],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, **_environment(home, config)},
    ) as installing:  # fmt: skip
        yield installing


def _environment(home: Path, config: Path) -> dict[str, str]:
    kept = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    return {**kept, "COCKPIT_CONFIG": str(config)}


def _tell(served: Served) -> None:
    """Where everything is, once it is there."""
    assert served.process.stdout is not None
    if served.hooked is not None:
        served.hooked.wait()
    crew = json.loads(served.process.stdout.readline() or "{}")
    home = served.config.parent.parent
    names = " ".join(f"{name}={value}" for name, value in _environment(home, served.config).items())
    click.echo(f"URL: {served.url}")
    click.echo(f"Token file: {served.token_file}")
    if trouble := crew.get("trouble", served.trouble):
        click.echo(f"No workers in terminals: {trouble}.")
    else:
        if served.tmux:
            click.echo(f"Workers: tmux -S {served.tmux} attach")
        if served.claude:
            click.echo(f"Claude home: {served.claude}")
    click.echo(f"Use it: env {names} cockpit")
    click.echo("Ctrl+C ends it.")
    sys.stdout.flush()


def _until_told(served: Served) -> None:
    """Until a signal says that it is enough; nothing is left behind then, however soon it comes."""
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    old = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        _tell(served)
        signal.sigwait(signals)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
