"""Where a T3 server's token comes from, asked anew each time. It never logs a token or passes one to a child."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cockpit.config.files import NotPrivate, read_private
from cockpit.config.schema import T3Config
from cockpit.config.tokens import pair_again, said, stored_token, token_in
from cockpit.model.errors import AuthError

_COMMAND_KEEPS = 300.0
_COMMAND_RESTS = 30.0


def token_provider(
    t3: T3Config,
    state_dir: Path,
    *,
    env: Mapping[str, str] = os.environ,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    command_timeout: float = 20.0,
) -> Callable[[], Awaitable[str | None]]:
    """A function that finds the token: in the variable, the file, by the command, else the one that pairing kept.

    It gives None when nothing is configured and nothing kept, and raises AuthError when what there is cannot be used.
    A command runs once in five minutes, and once in thirty seconds while it fails: it may ask a person something."""
    command = _Command(t3, command_timeout) if t3.token_command else None

    async def token() -> str | None:
        if t3.token_env and env.get(t3.token_env, "").strip():
            return _from_variable(t3.token_env, env[t3.token_env])
        if t3.token_file is not None:
            return _from_file(t3.token_file)
        if command is not None:
            return await command()
        kept = _kept(t3, state_dir, now())
        if kept is None and t3.token_env:
            fix = f"Set {t3.token_env}. Or r{pair_again(t3.name, t3.url)[1:]}"
            raise AuthError(
                f"The variable {t3.token_env}, which should hold the token of {t3.name}, is empty.", fix=fix
            )
        return kept

    return token


def token_origin(t3: T3Config, state_dir: Path, env: Mapping[str, str] = os.environ) -> str:
    """Which of the ways `token_provider` takes, in words, without reading a secret."""
    if t3.token_env and env.get(t3.token_env, "").strip():
        return f"variable {t3.token_env}"
    if t3.token_file is not None:
        return f"file {t3.token_file}"
    if t3.token_command:
        return f"command {t3.token_command[0]}"
    return "pairing" if (state_dir / "tokens" / f"{t3.name}.json").exists() else "none"


def _from_variable(name: str, value: str) -> str:
    try:
        return token_in(value)
    except ValueError:
        raise AuthError(f"The variable {name} does not hold a token.", fix="Set it to the token alone.") from None


def _from_file(path: Path) -> str:
    try:
        return token_in(read_private(path))
    except NotPrivate as error:
        raise AuthError(f"The token file {path} {error}.", fix=error.fix) from None
    except OSError as error:
        raise AuthError(f"The token file {path} cannot be read: {said(error)}.", fix="Correct token_file.") from None
    except ValueError:
        raise AuthError(f"The token file {path} holds no token.", fix="Put the token alone into it.") from None


def _kept(t3: T3Config, state_dir: Path, now: datetime) -> str | None:
    name, url = t3.name, t3.url
    stored = stored_token(state_dir, name)
    if stored is None:
        return None
    again = pair_again(name, url)
    if _origin(stored.url) != _origin(url):
        raise AuthError(f"The token kept for {name} belongs to {stored.url}, not to {url}.", fix=again)
    if stored.expires_at is not None and stored.expires_at <= now:
        raise AuthError(f"The token kept for {name} expired on {stored.expires_at:%Y-%m-%d %H:%M} UTC.", fix=again)
    return stored.token.reveal()


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


class _Command:
    """Runs the token command without a shell, a terminal or our standard input, and remembers what it gave."""

    def __init__(self, t3: T3Config, timeout: float) -> None:
        self._argv = t3.token_command
        self._timeout = timeout
        self._token: str | None = None
        self._failure: AuthError | None = None
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def __call__(self) -> str:
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._renew()
            if self._failure is not None:
                raise AuthError(self._failure.message, fix=self._failure.fix)
            assert self._token is not None
            return self._token

    async def _renew(self) -> None:
        self._token = self._failure = None
        try:
            self._token = await self._run()
        except AuthError as failure:
            self._failure = failure
        self._until = time.monotonic() + (_COMMAND_RESTS if self._failure else _COMMAND_KEEPS)

    async def _run(self) -> str:
        name = self._argv[0]
        fix = f"Run `{name}` in a terminal and see."
        try:
            child = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise AuthError(f"The token command {name} cannot run: {said(error)}.", fix="Correct it.") from None
        try:
            out, _ = await asyncio.wait_for(child.communicate(), self._timeout)
        except TimeoutError:
            raise AuthError(f"The token command {name} did not finish in {self._timeout:g} s.", fix=fix) from None
        finally:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                await child.wait()
        if child.returncode:
            raise AuthError(f"The token command {name} failed with exit code {child.returncode}.", fix=fix)
        try:
            return token_in(out.decode())
        except ValueError:
            raise AuthError(f"The token command {name} printed no token.", fix=fix) from None
