"""One conversation as far as it was read: the newest page at first, then what is appended, older pages on request.

It must never read a large transcript whole, and never show a page as the whole."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cockpit.model.errors import NotFound
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.talk import Entry, Talk
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.tail import Tail, line_from, lines_between
from cockpit.runtimes.claude.transcript import Conversation
from cockpit.runtimes.claude.wire import parse
from cockpit.runtimes.foreign import Json, mapping

_PAGE = 256 << 10
_MOST = 16 << 20
_ENOUGH = 60
_NOISE = (b'{"type":"api-request', b'{"type": "api-request')
_SAID = (b'"type":"user"', b'"type":"assistant"', b'"type": "user"', b'"type": "assistant"')


class Page:
    """The lines of a transcript from `start` on, as far as they matter for the conversation."""

    def __init__(self, path: Path, *, end: int | None = None) -> None:
        self.path = path
        self.start, self.end, self.lines = _back(path, end)

    def older(self) -> "Page | None":
        return Page(self.path, end=self.start) if self.start else None


def _back(path: Path, end: int | None) -> tuple[int, int, list[bytes]]:
    """(start, end, lines) of the page that ends at `end`: as much as has enough lines of talk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        end = size if end is None else min(end, size)
        if end == size:
            end = _last_end(handle, size)
        back = _PAGE
        while True:
            start = min(line_from(handle, end - back, end), end)
            lines = lines_between(path, start, end)
            talk = sum(any(mark in each for mark in _SAID) for each in lines)
            if start == 0 or talk >= _ENOUGH or back >= _MOST:
                break
            back *= 4
        if start == end and end:
            start = 0 if back >= end else max(0, end - back)
    finally:
        os.close(handle)
    return start, end, [each for each in lines if not each.startswith(_NOISE)]


def _last_end(handle: int, size: int) -> int:
    """Where the last whole line ends: what is behind it is still being written."""
    at = size
    while at > 0:
        begin = max(0, at - (1 << 16))
        data = os.pread(handle, at - begin, begin)
        found = data.rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0


def records(lines: Iterable[bytes]) -> Iterable[Json]:
    for each in lines:
        if not each.startswith(_NOISE) and (record := mapping(parse(each))):
            yield record


@immutable
class Voice:
    """Whose conversation is to be read: a transcript, the member's name if it is one, whether it may still grow."""

    log: Log
    reader: str
    alive: bool


class Reading:
    """One conversation as far as it was read: pages joined at the front, appended lines at the end. `letters`: with
    what members wrote to each other."""

    def __init__(self, log: Log, reader: str, *, letters: bool = True) -> None:
        page = Page(log.path)
        self.log = log
        self._reader = reader
        self._letters = letters
        self._start = page.start
        self._lines = page.lines
        self._tail = Tail(log.path, page.end)
        self._conversation = self._made()

    def _made(self) -> Conversation:
        fresh = Conversation(self._reader, sidechain=self.log.sidechain, letters=self._letters)
        for record in records(self._lines):
            fresh.take(record)
        return fresh

    def grow(self) -> bool:
        """Take in what was appended; True when that was anything."""
        grown = False
        while True:
            chunk = self._tail.read()
            if chunk.reset:
                page = Page(self.log.path)
                self._start, self._lines, self._tail = page.start, page.lines, Tail(self.log.path, page.end)
                self._conversation = self._made()
                return True
            kept = [each for each in chunk.lines if not each.startswith(_NOISE)]
            self._lines += kept
            for record in records(kept):
                self._conversation.take(record)
            grown = grown or bool(kept)
            if not chunk.more:
                return grown

    def more(self) -> None:
        page = Page(self.log.path, end=self._start) if self._start else None
        if page is not None:
            self._start, self._lines = page.start, page.lines + self._lines
            self._conversation = self._made()

    @property
    def start(self) -> int:
        """Where in the file it begins; 0 when there is no more before it."""
        return self._start

    def entries(self, *, alive: bool) -> tuple[Entry, ...]:
        return self._conversation.entries(alive=alive)

    def fits(self, subject: object) -> bool:
        return isinstance(subject, Voice) and subject.log is self.log

    def talk(self, thread: Ref, subject: Voice, now: datetime) -> Talk:
        return Talk(
            thread,
            self.entries(alive=subject.alive),
            older=str(self._start) if self._start else None,
            context=self.log.activity.fullness,
            read_at=now,
        )


def read_page(thread: Ref, voice: Voice, now: datetime, *, older: str | None) -> Talk:
    """One page: the newest, or the one that ends where the cursor `older` says. Raises NotFound."""
    log = voice.log
    try:
        if older is None:
            return Reading(log, voice.reader).talk(thread, voice, now)
        page = Page(log.path, end=int(older) if older.isdecimal() else 0)
    except OSError as error:
        raise missing(thread) from error
    conversation = Conversation(voice.reader, sidechain=log.sidechain)
    for record in records(page.lines):
        conversation.take(record)
    for record in records(_ahead(log.path, page.end)):
        conversation.settle(record)
    entries = conversation.entries(alive=False)
    return Talk(thread, entries, older=str(page.start) if page.start else None, read_at=now)


def _ahead(path: Path, start: int) -> list[bytes]:
    """The lines that follow a page, where the results of its last calls are."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            size = os.fstat(handle).st_size
            end = line_from(handle, start + _PAGE, size)
        finally:
            os.close(handle)
        return lines_between(path, start, end)
    except OSError:
        return []


def missing(thread: Ref) -> NotFound:
    return NotFound(f"{thread} has no transcript that can be read.", fix="Open its terminal instead.")
