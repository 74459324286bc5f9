"""Finding the T3 server that runs on this machine, from the note that it leaves (facts: T3, section 2).

It must never hand a token to a port whose owner is gone: somebody else may have taken it."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cockpit.model.immutable import immutable
from cockpit.runtimes.foreign import count, mapping, text

_NOTE_LIMIT = 64 * 1024
_CONNECT_SECONDS = 1.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
START = "Start one with t3 serve, or name a server in the configuration under [[t3]]."


@immutable
class Located:
    """Where a server is, or (url None) why there is none. `tried` tells what was looked at and found."""

    url: str | None
    reason: str = ""
    fix: str = ""
    tried: tuple[str, ...] = ()


def at(url: str) -> Callable[[], Located]:
    """A server whose address is configured."""
    located = Located(url)
    return lambda: located


def note_path(env: Mapping[str, str], home: Path) -> Path:
    """Where the server's note would be: under T3CODE_HOME, else ~/.t3."""
    base = env.get("T3CODE_HOME", "").strip()
    return (Path(base).expanduser() if base else home / ".t3") / "userdata" / "server-runtime.json"


def locate(env: Mapping[str, str] = os.environ, home: Path | None = None) -> Located:
    """Read the note and check that its writer still runs. Nothing is sent anywhere."""
    path = note_path(env, home or Path.home())
    try:
        with path.open("rb") as file:
            raw = file.read(_NOTE_LIMIT)
    except FileNotFoundError:
        return Located(None, "No T3 server runs here.", START, (f"{path}: not there",))
    except OSError as error:
        why = error.strerror or "unreadable"
        return Located(None, f"{path} cannot be read: {why}.", "Check its permissions.", (f"{path}: {why}",))
    try:
        note = mapping(json.loads(raw))
    except (ValueError, RecursionError):
        return Located(None, f"{path} is not readable JSON.", START, (f"{path}: not JSON",))
    port, pid = count(note, "port"), count(note, "pid")
    if port is None or not 0 < port < 65536 or not pid:
        return Located(None, f"{path} names no port and process.", START, (f"{path}: no port and process in it",))
    if not _alive(pid):
        return Located(
            None, "The T3 server that ran here is gone.", START, (f"{path}: process {pid} is gone, port was {port}",)
        )
    host = text(note, "host") or ""
    host = _EVERYWHERE.get(host, host)
    scheme = "https" if (text(note, "origin") or "").startswith("https://") else "http"
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return Located(url, tried=(f"{path}: process {pid} at {url}",))


async def discover(env: Mapping[str, str] = os.environ, home: Path | None = None) -> Located:
    """As `locate`, and knock at the port."""
    found = locate(env, home)
    if found.url is None:
        return found
    host, _, port = found.url.partition("://")[2].rpartition(":")
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except (OSError, TimeoutError):
        tried = (*found.tried, f"{found.url}: does not answer")
        return Located(None, f"The T3 server that runs here does not answer at {found.url}.", START, tried)
    return Located(found.url, tried=(*found.tried, f"{found.url}: answers"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return pid < 2**31
    return True
