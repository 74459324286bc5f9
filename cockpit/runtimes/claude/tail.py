"""The end of a file that only grows: each byte is read once, in whole lines, whatever its size.

It must never begin at byte 0 again because something was appended; only a file that is another now is begun anew."""

import os
from dataclasses import dataclass, field
from pathlib import Path

LINE_LIMIT = 16 << 20
_CHUNK = 1 << 20
_CHECKED = 64


@dataclass(slots=True)
class Chunk:
    """Whole lines in order, without their ends. `reset`: the file was cut or replaced, and these are lines of the new
    one; `more`: there is more to read now; `gone`: there is no file."""

    lines: list[bytes] = field(default_factory=list)
    reset: bool = False
    more: bool = False
    gone: bool = False


class Tail:
    """Reads on from where it stopped. `offset` is where the next unread line begins."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset
        self.skipped = 0
        self._inode: int | None = None
        self._before = b""
        self._rest = b""
        self._skipping = False

    def read(self, budget: int = 8 << 20) -> Chunk:
        """At most about `budget` bytes of whole lines. A last line without an end waits until it has one."""
        chunk = Chunk()
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            chunk.gone = True
            return chunk
        try:
            status = os.fstat(handle)
            if self._other(handle, status):
                self._begin()
                chunk.reset = True
            self._inode = status.st_ino
            self._take(handle, chunk, budget)
        except OSError:
            chunk.gone = True
        finally:
            os.close(handle)
        return chunk

    def _take(self, handle: int, chunk: Chunk, budget: int) -> None:
        while budget > 0:
            at = self.offset + len(self._rest)
            data = os.pread(handle, min(_CHUNK, max(budget, 4096)), at)
            if not data:
                return
            budget -= len(data)
            lines = (self._rest + data if self._rest else data).split(b"\n")
            self._rest = lines.pop()
            if lines:
                taken = sum(map(len, lines)) + len(lines)
                self._remember(lines)
                self.offset += taken
                if self._skipping:
                    self._skipping = False
                    lines = lines[1:]
                chunk.lines += lines
            if len(self._rest) > LINE_LIMIT:
                self.offset += len(self._rest)
                self._before, self._rest = self._rest[-_CHECKED:], b""
                self.skipped += not self._skipping
                self._skipping = True
        chunk.more = True

    def _remember(self, lines: list[bytes]) -> None:
        tail = b""
        for line in reversed(lines):
            tail = line + b"\n" + tail
            if len(tail) >= _CHECKED:
                break
        self._before = (self._before + tail)[-_CHECKED:]

    def _other(self, handle: int, status: os.stat_result) -> bool:
        """Whether this is no longer the file that was read: another inode, shorter, or other bytes before our place."""
        if self._inode is None:
            return False
        if status.st_ino != self._inode or status.st_size < self.offset + len(self._rest):
            return True
        before = self._before
        return bool(before) and os.pread(handle, len(before), self.offset - len(before)) != before

    def _begin(self) -> None:
        self.offset, self._before, self._rest, self._skipping = 0, b"", b"", False


def line_from(handle: int, offset: int, size: int) -> int:
    """Where the first line begins that starts at `offset` or behind it; `size` if none does."""
    if offset <= 0:
        return 0
    at = offset - 1
    while at < size:
        data = os.pread(handle, 1 << 16, at)
        if not data:
            break
        end = data.find(b"\n")
        if end >= 0:
            return at + end + 1
        at += len(data)
    return size


def lines_between(path: Path, start: int, end: int) -> list[bytes]:
    """The whole lines from byte `start` to byte `end`, which must be line starts. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        parts = []
        while start < end and (data := os.pread(handle, min(end - start, 1 << 22), start)):
            parts.append(data)
            start += len(data)
    finally:
        os.close(handle)
    lines = b"".join(parts).split(b"\n")
    lines.pop()
    return lines
