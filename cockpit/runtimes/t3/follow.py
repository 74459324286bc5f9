"""One conversation kept fresh while somebody looks at it: whole at first, then as it grows.

It must never show a page as the whole, drop what was read when a read fails, or report more than 15 times a second."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from cockpit.core.ports import Clock, Emit
from cockpit.model.errors import CockpitError, NotFound
from cockpit.model.facts import TalkDropped, TalkRead
from cockpit.model.ids import Ref
from cockpit.model.talk import Entry, Message, Talk
from cockpit.runtimes.foreign import Json, count, mapping
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.failures import Missing
from cockpit.runtimes.t3.talk import decode_message, decode_talk
from cockpit.runtimes.t3.tasks import spawn

PAGE_TURNS = 20
_FRAME = 1 / 15
_REFETCH_SECONDS = 0.3
_RETRY_SECONDS = 5.0
_DELTAS_KEPT = 5_000
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)


async def read_page(connection: Connection, thread: Ref, clock: Clock, older: str | None = None) -> tuple[Talk, int]:
    """One page and the sequence it stands for. Raises NotFound for a thread that has no readable conversation."""
    try:
        body = await connection.reader.detail(thread.native, turns=PAGE_TURNS, before=older)
    except Missing as error:
        raise NotFound(
            "There is no conversation to read: the thread is archived or deleted.", fix="Unarchive it to read it."
        ) from error
    return await asyncio.to_thread(decode_talk, body, thread, clock()), count(body, "snapshotSequence") or 0


class Follower:
    """Follows one thread until told otherwise. `poke` says that its row may have changed."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], socket_up: asyncio.Event, clock: Clock, random: Random
    ) -> None:
        self._connect = connect
        self._socket_up = socket_up
        self._clock = clock
        self._random = random
        self._thread: Ref | None = None
        self._emit: Emit | None = None
        self._talk: Talk | None = None
        self._sequence = 0
        self._deltas: list[tuple[int, Json]] = []
        self._dirty = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._frame: asyncio.TimerHandle | None = None
        self._told = 0.0
        self._reading = asyncio.Lock()

    @property
    def thread(self) -> Ref | None:
        return self._thread

    def follow(self, thread: Ref | None, emit: Emit) -> None:
        if thread == self._thread and thread is not None:
            self._emit = emit
            self._dirty.set()
            return
        self._drop()
        self._thread, self._emit = thread, emit
        if thread is not None:
            self._dirty.set()
            self._tasks = [
                spawn(self._refresh(thread), name="t3 talk"),
                spawn(self._listen(thread), name="t3 talk socket"),
            ]

    def poke(self) -> None:
        self._dirty.set()

    async def more(self) -> None:
        """Read the page before the oldest that was read. Raises SourceError."""
        async with self._reading:
            thread, talk = self._thread, self._talk
            if thread is None or talk is None or talk.older is None:
                return
            page, _ = await read_page(await self._connect(), thread, self._clock, talk.older)
            talk = self._talk
            if thread == self._thread and talk is not None:
                known = {entry.id for entry in talk.entries}
                fresh = tuple(entry for entry in page.entries if entry.id not in known)
                self._talk = replace(talk, entries=fresh + talk.entries, older=page.older)
                self._tell()

    async def close(self) -> None:
        tasks = self._drop()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _drop(self) -> list["asyncio.Task[None]"]:
        thread, emit, tasks = self._thread, self._emit, self._tasks
        self._thread, self._talk, self._tasks = None, None, []
        self._deltas.clear()
        self._dirty.clear()
        for task in tasks:
            task.cancel()
        if self._frame is not None:
            self._frame.cancel()
            self._frame = None
        if thread is not None and emit is not None:
            emit(TalkDropped(thread))
        return tasks

    async def _refresh(self, thread: Ref) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                async with self._reading:
                    page, sequence = await read_page(await self._connect(), thread, self._clock)
                    self._take_page(page, sequence)
            except CockpitError as error:
                self._talk = replace(self._talk or Talk(thread, ()), failed=str(error))
                self._tell()
                await asyncio.sleep(_RETRY_SECONDS * self._random.uniform(0.8, 1.2))
                self._dirty.set()
            else:
                await asyncio.sleep(_REFETCH_SECONDS)

    def _take_page(self, page: Talk, sequence: int) -> None:
        """The newest page replaces what it covers; what was read before it stays in front of it."""
        self._talk = joined(self._talk, page)
        self._sequence = sequence
        self._deltas = [(at, payload) for at, payload in self._deltas if at > sequence]
        for _, payload in self._deltas:
            self._apply(payload)
        self._tell()

    async def _listen(self, thread: Ref) -> None:
        """Streamed text arrives here; everything else only says that there is something to read."""
        while True:
            await self._socket_up.wait()
            try:
                connection = await self._connect()
                wanted = {"threadId": thread.native, "afterSequence": self._sequence, "requestCompletionMarker": True}
                async with aclosing(connection.socket.stream("orchestration.subscribeThread", wanted)) as items:
                    async for item in items:
                        self._take(item)
            except CockpitError:
                pass  # rows that change and polls go on telling when to read
            await asyncio.sleep(_RETRY_SECONDS * self._random.uniform(0.8, 1.2))

    def _take(self, item: Json) -> None:
        event = mapping(item.get("event"))
        if item.get("kind") != "event":
            if item.get("kind") == "snapshot":
                self._dirty.set()
            return
        sequence, payload = count(event, "sequence") or 0, mapping(event.get("payload"))
        if event.get("type") == "thread.message-sent":
            newest = self._deltas[-1][0] if self._deltas else self._sequence
            if sequence > max(self._sequence, newest) and self._talk is not None:
                self._deltas = [*self._deltas[-_DELTAS_KEPT:], (sequence, payload)]
                self._apply(payload)
                self._tell()
            if payload.get("streaming") is True:
                return
        self._dirty.set()

    def _apply(self, payload: Json) -> None:
        """Streaming text is a delta; the last part says `streaming: false` and may be empty (facts: T3, section 9)."""
        talk, part = self._talk, decode_message(payload, _DAWN)
        if talk is None or part is None:
            return
        entries = list(talk.entries)
        for index in range(len(entries) - 1, -1, -1):
            old = entries[index]
            if old.id == part.id and isinstance(old, Message):
                whole = old.text + part.text if old.streaming else old.text
                entries[index] = replace(old, text=whole, streaming=part.streaming)
                break
        else:
            if part.text or part.streaming:
                entries.append(part)
        self._talk = replace(talk, entries=tuple(entries), read_at=self._clock())

    def _tell(self) -> None:
        """Report now, or when the last report is a frame old."""
        if self._frame is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._told + _FRAME - loop.time()
        if wait <= 0:
            self._report()
        else:
            self._frame = loop.call_later(wait, self._report)

    def _report(self) -> None:
        self._frame = None
        self._told = asyncio.get_running_loop().time()
        if self._talk is not None and self._emit is not None and self._thread is not None:
            self._emit(TalkRead(self._talk))


def joined(old: Talk | None, page: Talk) -> Talk:
    """The newest page behind what was read before it. What the page covers and does not show is gone (reverted, or
    superseded); a page with nothing older is the whole."""
    if old is None or not page.entries or page.older is None:
        return page
    first, ids = page.entries[0].at, {entry.id for entry in page.entries}
    kept: tuple[Entry, ...] = tuple(entry for entry in old.entries if entry.at < first and entry.id not in ids)
    return replace(page, entries=kept + page.entries, older=old.older if kept else page.older)
