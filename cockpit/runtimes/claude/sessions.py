"""The registry of live sessions: one file per process, which says what it does and what it waits for.

A file alone proves nothing: it outlives a killed process (facts: 2.1.329), so liveness is asked of /proc."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.wire import line, millis
from cockpit.runtimes.foreign import count, identity, mapping, text

_FILE = re.compile(r"([0-9]{1,10})\.json")
_KEY = re.compile(r"([0-9]{1,10})\.[0-9a-f]{16,128}\.key")
_PANE = re.compile(r".*\.(%\d{1,9})")


@immutable
class Session:
    """`state` is the CLI's own word (`busy`, `idle`, `waiting`), `state_at` since when; `pane` is without a socket."""

    pid: int
    id: str
    cwd: str = ""
    started_at: datetime | None = None
    proc_start: str | None = None
    domain: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    state: str = ""
    waiting_for: str = ""
    state_at: datetime | None = None
    pane: str | None = None


def session_pid(name: str) -> int | None:
    """The pid of a registry file, by its name; None for keys, temporary files and the like."""
    match = _FILE.fullmatch(name)
    return int(match[1]) if match else None


def key_pid(name: str) -> int | None:
    """A teammate in a pane has no registry file but a key, which is never opened: its name tells the pid."""
    match = _KEY.fullmatch(name)
    return int(match[1]) if match else None


def decode_session(value: Any, path: Path) -> Session | None:
    source = mapping(value)
    native, pid = identity(source, "sessionId", 100), count(source, "pid")
    if native is None or not pid or pid != session_pid(path.name):
        return None
    at = text(source, "tmux")
    pane = _PANE.fullmatch(at) if at and len(at) < 300 else None
    start = source.get("procStart")
    return Session(
        pid=pid,
        id=native,
        cwd=line(source, "cwd", 4096),
        started_at=millis(source, "startedAt"),
        proc_start=str(start) if isinstance(start, str | int) and not isinstance(start, bool) else None,
        domain=line(source, "pidDomain"),
        version=line(source, "version", 40),
        kind=line(source, "kind", 40),
        name=line(source, "name", 100),
        state=line(source, "status", 40),
        waiting_for=line(source, "waitingFor", 80),
        state_at=millis(source, "statusUpdatedAt") or millis(source, "updatedAt"),
        pane=pane[1] if pane else None,
    )
