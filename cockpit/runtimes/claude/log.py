"""One transcript as it grows: its newest state at once, its sums as far as they were read, its team's messages.

Of a large file the head and the end are read first; what lies between is read once, piece by piece, for the sums."""

import os
from collections.abc import Iterable
from pathlib import Path

from cockpit.runtimes.claude.activity import Activity, prompt_of, usage_line
from cockpit.runtimes.claude.messages import MARK, Letter, letters_in
from cockpit.runtimes.claude.tail import Tail, line_from, lines_between
from cockpit.runtimes.claude.usage import Claims, Tally
from cockpit.runtimes.claude.wire import parse
from cockpit.runtimes.foreign import Json, mapping, when

_HEAD = 32 << 10
_END = 256 << 10
_FARTHEST = 8 << 20
_BRIEF = 32 << 10
_NOISE = (b'{"type":"api-request', b'{"type": "api-request')
_TURNS = (b'"tool_result"', b'"type":"assistant"', b'"type": "assistant"')
_SUMS = (b'"usage"', b"cost-state", MARK.encode())


class Log:
    """`sidechain`: a subagent's or in-process teammate's file. `backlog` is what of it was not read yet, in bytes;
    `brief`: nobody writes it any more, so that little is read at first."""

    def __init__(self, path: Path, claims: Claims, *, sidechain: bool = False, brief: bool = False) -> None:
        self.path = path
        self.sidechain = sidechain
        self._end = _BRIEF if brief else _END
        self.tally = Tally(claims)
        self.activity = Activity()
        self.letters: list[Letter] = []
        self.gone = False
        self._tail: Tail | None = None
        self._gap = (0, 0)

    @property
    def backlog(self) -> int:
        return self._gap[1] - self._gap[0]

    @property
    def complete(self) -> bool:
        """Whether the sums are of the whole file."""
        return self._tail is not None and not self.backlog

    def grow(self) -> bool:
        """Read what was appended; True when there is more to read at once."""
        if self._tail is None:
            self._open()
        assert self._tail is not None
        chunk = self._tail.read()
        self.gone = chunk.gone
        if chunk.reset:
            self.activity, self.letters, self._gap = Activity(), [], (0, 0)
            self.tally.forget()
        self._feed(chunk.lines)
        return chunk.more

    def catch_up(self, budget: int) -> None:
        """Read about `budget` bytes of the part that was left out, for the sums alone."""
        start, end = self._gap
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                stop = min(line_from(handle, start + budget, end), end)
            finally:
                os.close(handle)
            lines = lines_between(self.path, start, stop)
        except OSError:
            self._gap = (0, 0)
            return
        self._gap = (stop, end)
        for data in lines:
            if any(mark in data for mark in _SUMS):
                self._sum(mapping(parse(data)))

    def _open(self) -> None:
        """Head and end of a large file, all of a small one."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self._tail = Tail(self.path)
            return
        try:
            size = os.fstat(handle).st_size
            if size <= _HEAD + self._end:
                self._tail = Tail(self.path)
                return
            head, back = line_from(handle, _HEAD, size), self._end
            while True:
                start = max(line_from(handle, size - back, size), head)
                if start <= head or back >= _FARTHEST or self._tells(handle, start, size):
                    break
                back *= 4
        finally:
            os.close(handle)
        self._feed(lines_between(self.path, 0, head))
        self._gap = (head, start)
        self._tail = Tail(self.path, start)

    def _tells(self, handle: int, start: int, size: int) -> bool:
        """Whether a line that bears on the turn begins at `start` or behind it."""
        data = os.pread(handle, size - start, start)
        return any(mark in data for mark in _TURNS)

    def _feed(self, lines: Iterable[bytes]) -> None:
        for data in lines:
            if data.startswith(_NOISE):
                continue
            record = mapping(parse(data))
            if record:
                self.activity.take(record, sidechain=self.sidechain)
                self._sum(record)

    def _sum(self, record: Json) -> None:
        kind = record.get("type")
        if kind == "assistant":
            used = usage_line(record)
            if used is not None:
                self.tally.add(*used)
        elif kind == "cost-state":
            self.tally.report(record)
        elif kind == "user":
            said, at = prompt_of(mapping(record.get("message")).get("content")), when(record, "timestamp")
            if MARK in said and at is not None:
                self.letters += letters_in(said, self.activity.agent or "", at)
