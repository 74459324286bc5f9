"""Putting a message into a teammate's inbox, as an outside program should: under the lock, by rename, seen to be taken.

It writes plain messages only: one that would answer a permission goes round the person's dialog, and newer versions
refuse it (facts §5). It never breaks another writer's lock and never touches what lies in the inbox already."""

import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.model.errors import SourceError
from cockpit.runtimes.claude.files import Unreadable, read_bounded
from cockpit.runtimes.claude.wire import parse
from cockpit.runtimes.foreign import rows

SENDER = "cockpit"
"""Whom the teammate sees as the sender: one that is no member, so that nobody takes it for the lead's word."""
_LOCK_SECONDS = 3.0
_LIMIT = 32 << 20


def post(inbox: Path, text: str, now: datetime) -> str:
    """Append a message. Returns its timestamp, by which `lies_there` knows it. It blocks for the lock, briefly.

    Raises SourceError when the inbox is locked, cannot be read or cannot be written."""
    stamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {"from": SENDER, "text": text, "timestamp": stamp, "read": False}
    try:
        inbox.parent.mkdir(exist_ok=True)
        lock = _locked(inbox)
        try:
            _replace(inbox, [*_letters(inbox), message])
        finally:
            lock.rmdir()
    except OSError as error:
        raise SourceError(
            f"The inbox of {inbox.stem} cannot be written: {(error.strerror or str(error)).lower()}.",
            fix="See whether Claude's home belongs to you.",
        ) from error
    return stamp


def lies_there(inbox: Path, stamp: str, text: str) -> bool:
    """Whether nobody has taken the message yet. Taken ones are removed, up to 2.1.150 marked (facts §0)."""
    try:
        found = _letters(inbox)
    except (SourceError, OSError):
        return True
    ours = (row for row in rows(found) if row.get("timestamp") == stamp and row.get("text") == text)
    return any(row.get("read") is not True for row in ours)


def _locked(inbox: Path) -> Path:
    lock = inbox.with_name(f"{inbox.name}.lock")
    until = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            lock.mkdir()
            return lock
        except FileExistsError:
            if time.monotonic() > until:
                raise SourceError(
                    f"The inbox of {inbox.stem} has been locked by another program for {_LOCK_SECONDS:g} s.",
                    fix="Send it again; nothing was written.",
                ) from None
        time.sleep(0.02)


def _letters(inbox: Path) -> list[Any]:
    try:
        data, _ = read_bounded(inbox, _LIMIT)
    except FileNotFoundError:
        return []
    except Unreadable as error:
        raise SourceError(f"{error}; nothing was sent.", fix="Look at that file.") from error
    found = parse(data)
    if not isinstance(found, list):
        raise SourceError(f"The inbox of {inbox.stem} makes no sense; nothing was sent.", fix="Send it again.")
    return found


def _replace(inbox: Path, letters: list[Any]) -> None:
    part = inbox.with_name(f"{inbox.name}.cockpit-{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(letters, file, indent=2)
        part.replace(inbox)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
