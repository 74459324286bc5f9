"""Reading what rows only hint at: the words of a waiting ask, and what a working thread does.

It must never fetch more than a few bodies at once, nor the same body again while its row rests."""

import asyncio
from collections.abc import Awaitable, Callable

from cockpit.model.errors import CockpitError
from cockpit.model.work import Thread
from cockpit.runtimes.t3.reader import Reader
from cockpit.runtimes.t3.rows import LEARN_AGAIN, Rows
from cockpit.runtimes.t3.tasks import spawn

_AT_ONCE = 6
_TURNS = 5


class Learner:
    """One task at a time reads all that is to be read; `learned` is told of each thread that changed by it."""

    def __init__(self, rows: Rows, reader: Callable[[], Awaitable[Reader]], learned: Callable[[Thread], None]) -> None:
        self._rows = rows
        self._reader = reader
        self._learned = learned
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._looks = 0

    def kick(self, *, again: bool = False, glances: int = 0) -> "asyncio.Task[None]":
        """Start reading what is unread, unless that is under way. `again` retries what failed; so many
        `glances` are taken at what working threads do."""
        self._again = self._again or again
        self._looks = max(self._looks, glances)
        if self._task is None or self._task.done():
            self._task = spawn(self._read(), name="t3 details")
        return self._task

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)
        while True:
            again, self._again = self._again, False
            unread = self._rows.unread(again=again)
            if unread:
                await asyncio.gather(*(self._ask(native, gate) for native in unread))
            elif moved := self._rows.unglanced(min(_AT_ONCE, self._looks)):
                self._looks -= len(moved)
                await asyncio.gather(*(self._glance(native, gate) for native in moved))
            elif self._rows.resting(glance=self._looks > 0):
                await asyncio.sleep(LEARN_AGAIN)
            else:
                self._looks = 0
                return

    async def _ask(self, native: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            row = self._rows.raw(native)
            if row is None:
                return
            try:
                reader = await self._reader()
                body = await reader.detail(native, turns=_TURNS)
                changed = self._rows.learn(native, row, body["thread"])
                if self._rows.unborne(native):
                    body = await reader.detail(native)
                    changed = self._rows.learn(native, row, body["thread"]) or changed
                if self._rows.unborne(native):
                    changed = (
                        self._rows.learn_not(native, row, "the server does not tell what waits", retry=False) or changed
                    )
            except CockpitError as error:
                changed = self._rows.learn_not(native, row, error.message, retry=True)
            if changed is not None:
                self._learned(self._rows.thread(native) or changed)

    async def _glance(self, native: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            row = self._rows.raw(native)
            if row is None:
                return
            self._rows.glancing(native)
            try:
                body = await (await self._reader()).detail(native, turns=1)
            except CockpitError:
                self._rows.look_no_more(native, row)
                return
            changed = self._rows.learn(native, row, body["thread"])
            if changed is not None:
                self._learned(changed)
