"""Keeps one conversation, or one team's timeline, fresh while somebody looks at it.

It reads nothing while nobody follows, and reports only what is news."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cockpit.core.ports import Clock, Emit
from cockpit.model.facts import TalkDropped, TalkRead
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.runtimes.claude.pages import Reading, Voice, missing, read_page
from cockpit.runtimes.claude.timeline import Chorus, Timeline, read_timeline

Subject = Voice | Chorus


class Follower:
    """Follows one thread or team until told otherwise. `find` says what there is to read of it now."""

    def __init__(self, find: Callable[[Ref], Subject | None], clock: Clock) -> None:
        self._find = find
        self._clock = clock
        self.thread: Ref | None = None
        self._emit: Emit | None = None
        self._reading: Reading | Timeline | None = None
        self._told: Talk | None = None
        self._busy = asyncio.Lock()

    def follow(self, thread: Ref | None, emit: Emit) -> None:
        if thread != self.thread and self.thread is not None and self._emit is not None:
            self._emit(TalkDropped(self.thread))
        if thread != self.thread:
            self._reading, self._told = None, None
        self.thread, self._emit = thread, emit

    async def fresh(self) -> None:
        """Read what was appended, or all anew for a thread that is followed only now, and report it."""
        async with self._busy:
            thread = self.thread
            if thread is None:
                return
            found = self._find(thread)
            try:
                if found is None:
                    raise FileNotFoundError
                if self._reading is None or not self._reading.fits(found):
                    self._reading = await asyncio.to_thread(_open, found)
                else:
                    await asyncio.to_thread(self._reading.grow)
            except OSError:
                self._tell(thread, Talk(thread, (), failed=str(missing(thread)), read_at=self._clock()))
                return
            self._tell(thread, _talk(self._reading, thread, found, self._clock()))

    async def more(self) -> None:
        async with self._busy:
            thread, reading = self.thread, self._reading
            found = self._find(thread) if thread else None
            if thread is None or reading is None or found is None or not reading.fits(found):
                return
            try:
                await asyncio.to_thread(reading.more)
            except OSError as error:
                raise missing(thread) from error
            self._tell(thread, _talk(reading, thread, found, self._clock()))

    def _tell(self, thread: Ref, talk: Talk) -> None:
        """Only what is news: the same conversation read again is none."""
        if thread != self.thread or self._emit is None:
            return
        if self._told is not None and replace(talk, read_at=None) == replace(self._told, read_at=None):
            return
        self._told = talk
        self._emit(TalkRead(talk))


def _open(subject: Subject) -> Reading | Timeline:
    return Reading(subject.log, subject.reader) if isinstance(subject, Voice) else Timeline(subject)


def _talk(reading: Reading | Timeline, thread: Ref, subject: Subject, now: datetime) -> Talk:
    if isinstance(reading, Timeline):
        assert isinstance(subject, Chorus)
        return reading.talk(thread, subject, now)
    assert isinstance(subject, Voice)
    return reading.talk(thread, subject, now)


def read(thread: Ref, subject: Subject, now: datetime, *, older: str | None) -> Talk:
    """One page of a conversation or timeline, as `pages` and `timeline` cut them. Raises NotFound."""
    if isinstance(subject, Chorus):
        return read_timeline(thread, subject, now, older=older)
    return read_page(thread, subject, now, older=older)
