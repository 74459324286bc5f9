"""Small foreign files, read whole and bounded, with the last good value kept while they are half-written.

It must never take a file for gone or empty because one read failed (facts: files are written in place, then cut)."""

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.wire import parse

AGAIN_SECONDS = 0.05
"""A file that made no sense is read again after this long; a writer needs less."""
_DOUBT_SECONDS = 0.04
_TROUBLE_SECONDS = 2.0
_T = TypeVar("_T")
_Mark = tuple[int, int, int]


class Unreadable(Exception):
    """The file is there and cannot be read: too large, no plain file, no permission."""


@immutable
class Look(Generic[_T]):
    """What is known of a file now. `value` is the last good one and `at` when that was written; `again`: it must be
    looked at once more soon; `gone`: it was missing twice, or at first sight."""

    value: _T | None
    at: datetime | None = None
    again: bool = False
    gone: bool = False
    changed: bool = False


@dataclass(slots=True)
class _Known(Generic[_T]):
    value: _T | None = None
    at: datetime | None = None
    mark: _Mark | None = None
    doubt_since: float | None = None
    why: str = ""


def read_bounded(path: Path, limit: int) -> tuple[bytes, os.stat_result]:
    """A plain file's bytes. Raises FileNotFoundError, or Unreadable for what is too large or no plain file; a FIFO or
    device in its place cannot hold us up."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(path) from error
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path.name}: {getattr(error, 'strerror', None) or error}") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"{path.name} is no plain file")
        if status.st_size > limit:
            raise Unreadable(f"{path.name} has {status.st_size:,} bytes, more than the {limit:,} that are read")
        data = b""
        while len(data) <= limit and (part := os.read(handle, limit + 1 - len(data))):
            data += part
        return data[: limit + 1], os.fstat(handle)
    except OSError as error:
        raise Unreadable(f"{path.name}: {error.strerror}") from error
    finally:
        os.close(handle)


class LastGood(Generic[_T]):
    """One kind of file, by path. `decode` gives None for JSON that is not what it should be."""

    def __init__(
        self, decode: Callable[[Any, Path], _T | None], limit: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._decode = decode
        self._limit = limit
        self._clock = clock
        self._known: dict[Path, _Known[_T]] = {}

    def paths(self) -> list[Path]:
        return list(self._known)

    def value(self, path: Path) -> _T | None:
        known = self._known.get(path)
        return known.value if known else None

    def written(self, path: Path) -> datetime | None:
        known = self._known.get(path)
        return known.at if known else None

    def forget(self, path: Path) -> bool:
        known = self._known.pop(path, None)
        return known is not None and known.value is not None

    def troubles(self) -> list[str]:
        """Files that have made no sense for longer than any writer takes."""
        now = self._clock()
        return [
            known.why
            for known in self._known.values()
            if known.doubt_since is not None and now - known.doubt_since >= _TROUBLE_SECONDS
        ]

    def look(self, path: Path, *, unless_same: bool = False) -> Look[_T]:
        """Read the file. `unless_same`: not if size, time and inode are as they were at the last good read."""
        known = self._known.get(path)
        if unless_same and known is not None and known.doubt_since is None and known.mark == _mark_of(path):
            return Look(known.value, known.at)
        try:
            data, status = read_bounded(path, self._limit)
        except FileNotFoundError:
            return self._missing(path, known)
        except Unreadable as error:
            return self._doubt(path, known, str(error))
        value = self._decode(decoded, path) if (decoded := parse(data)) is not None else None
        if value is None:
            return self._doubt(path, known, f"{path.name} makes no sense ({len(data):,} bytes)")
        at = datetime.fromtimestamp(status.st_mtime, UTC)
        changed = known is None or known.value != value
        self._known[path] = _Known(value, at, _mark(status))
        return Look(value, at, changed=changed)

    def _missing(self, path: Path, known: _Known[_T] | None) -> Look[_T]:
        if known is None:
            return Look(None, gone=True)
        now = self._clock()
        if known.why != "missing":
            known.doubt_since, known.why = now, "missing"
            return Look(known.value, known.at, again=True)
        if known.doubt_since is not None and now - known.doubt_since < _DOUBT_SECONDS:
            return Look(known.value, known.at, again=True)
        del self._known[path]
        return Look(None, gone=True, changed=known.value is not None)

    def _doubt(self, path: Path, known: _Known[_T] | None, why: str) -> Look[_T]:
        if known is None:
            known = self._known[path] = _Known()
        now = self._clock()
        if known.doubt_since is None or known.why == "missing":
            known.doubt_since = now
        known.why = why
        return Look(known.value, known.at, again=now - known.doubt_since < _TROUBLE_SECONDS)


def _mark_of(path: Path) -> _Mark | None:
    try:
        return _mark(path.stat())
    except (OSError, ValueError):
        return None


def _mark(status: os.stat_result) -> _Mark:
    return status.st_ino, status.st_size, status.st_mtime_ns


def names(folder: Path, limit: int = 20_000) -> list[str] | None:
    """The names in a folder, sorted; None when it is not there or cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry, _ in zip(entries, range(limit), strict=False)]
    except OSError:
        return None
    return sorted(found)
