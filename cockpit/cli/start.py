"""What every verb shares: the configuration, the session, how it prints and how it fails. No verb is known here."""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cockpit.model.errors import CockpitError, ConfigError, HalfDone, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.config import Loaded
    from cockpit.core.session import Session
    from cockpit.model.fleet import Fleet

FINE, FAILED, USAGE, SOME_DOWN, ALL_DOWN = range(5)
_T = TypeVar("_T")


class Start:
    """One run of the program."""

    def __init__(self, config: Path | None) -> None:
        self._config = config
        self.json = False
        """Whether `--json` was given."""
        self.seconds = 3.0
        """How long to wait for each source to be read."""

    @property
    def named_config(self) -> Path | None:
        return self._config

    @cached_property
    def loaded(self) -> "Loaded":
        """The configuration. Raises ConfigError."""
        from cockpit.config import load

        return load(self._config)

    def run(self, body: "Callable[[Session], Awaitable[_T]]") -> _T:
        """Read every source once and do `body` with the session."""
        import asyncio

        from cockpit import wiring

        async def inside() -> _T:
            async with wiring.headless(self.loaded, seconds=self.seconds) as session:
                return await body(session)

        return asyncio.run(inside())

    def fleet(self) -> "tuple[Fleet, datetime]":
        """Read every source once: what is there, and when that was."""

        async def look(session: "Session") -> "tuple[Fleet, datetime]":
            return session.store.fleet, session.clock()

        return self.run(look)

    def say(self, data: Mapping[str, Any], lines: Iterable[str]) -> None:
        """Print `data` as JSON if that was asked for, otherwise the lines."""
        if self.json:
            click.echo(to_text(data))
        else:
            for line in lines:
                click.echo(line)


class Failure(click.ClickException):
    """A failure that leaves the program: one sentence, the fix, the candidates if a name was vague, and the threads
    that were made before it failed."""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        kind: str = "failed",
        candidates: tuple[str, ...] = (),
        as_json: bool = False,
        threads: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.threads = threads
        self.fix = fix
        self.kind = kind
        self.candidates = candidates
        self.as_json = as_json

    def show(self, file: Any = None) -> None:
        if self.as_json:
            error = {"kind": self.kind, "message": self.message, "fix": self.fix, "candidates": list(self.candidates)}
            if self.threads:
                error["threads"] = list(self.threads)
            click.echo(to_text({"schema": 1, "ok": False, "error": error}))
        click.echo(f"cockpit: {self.message}" + (f" {self.fix}" if self.fix else ""), err=True)
        for candidate in (*self.threads, *self.candidates):
            click.echo(f"  {candidate}", err=True)


class Misused(Failure):
    """Wrong usage or configuration: exit code 2."""

    exit_code = USAGE


class Unread(Failure):
    """No source could be read: exit code 4."""

    exit_code = ALL_DOWN


def failure(error: CockpitError, *, as_json: bool = False) -> Failure:
    """An error of ours as the end of the program."""
    kind = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)
    made = Misused if isinstance(error, ConfigError) else Failure
    return made(
        error.message,
        fix=error.fix,
        kind=kind.removesuffix("-error").strip("-"),
        candidates=error.candidates if isinstance(error, NotFound) else (),
        as_json=as_json,
        threads=tuple(map(str, error.threads)) if isinstance(error, HalfDone) else (),
    )


def to_text(data: Mapping[str, Any]) -> str:
    """JSON: indented for a person, on one line for a program; ASCII only where the output cannot carry more."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return json.dumps(data, indent=2 if sys.stdout.isatty() else None, ensure_ascii=encoding != "utf8")


def code_for(fleet: "Fleet", *, strict: bool = False) -> int:
    """The exit code for having read the fleet: fine, some source down (if `strict`), every source down."""
    from cockpit.model.health import Health

    read = [state.health in (Health.UP, Health.LATE) for state in fleet.sources.values()]
    dark = [state.health in (Health.DOWN, Health.AUTH) for state in fleet.sources.values()]
    if not any(read) and not fleet.threads:  # workers are known also when their server is gone
        return ALL_DOWN
    return SOME_DOWN if strict and any(dark) else FINE


def read_or_fail(session: "Session", find: Callable[[], _T], *, as_json: bool = False) -> _T:
    """What `find` finds. When nothing could be read at all, not finding it is no news about the thread.

    Raises NotFound, or Unread."""
    from cockpit.core.find import unread

    fleet = session.store.fleet
    try:
        return find()
    except NotFound as error:
        if code_for(fleet) == FINE:
            raise
        raise Unread(f"No source could be read.{unread(fleet)}", kind="unread", as_json=as_json) from error


def _set_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    start = ctx.find_object(Start)
    if start is not None and value:
        start.json = True


def _set_seconds(ctx: click.Context, _: click.Parameter, value: float) -> None:
    start = ctx.find_object(Start)
    if start is not None:
        start.seconds = value


json_option = click.option(
    "--json", is_flag=True, expose_value=False, is_eager=True, callback=_set_json, help="Print JSON."
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0.05),
    default=3.0,
    show_default=True,
    expose_value=False,
    callback=_set_seconds,
    metavar="SECONDS",
    help="Wait this long for each source.",
)
strict_option = click.option("--strict", is_flag=True, help="Exit with 3 if some source is down.")
