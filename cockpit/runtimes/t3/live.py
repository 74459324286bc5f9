"""The socket kept open beside the polls: changes as they happen, reconnects that nobody notices.

It must never be the only way: whatever it does not understand, and whatever it missed, a poll makes good."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from random import Random

from cockpit.model.errors import AuthError, CockpitError
from cockpit.runtimes.foreign import Json, count, identity, mapping
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.feed import Feed
from cockpit.runtimes.t3.reader import read_body
from cockpit.runtimes.t3.server import read_offers
from cockpit.runtimes.t3.socket import Refusal
from cockpit.runtimes.t3.tasks import spawn

SUBSCRIBE_SHELL = "orchestration.subscribeShell"
_LONGEST_PAUSE = 60.0
_HELD_SECONDS = 20.0
"""A subscription that held so long was a good one; the next try after it is a first one again."""


class Live:
    """`up` is set while the subscription runs. `nudge` asks for a poll now."""

    def __init__(self, feed: Feed, random: Random, nudge: Callable[[], None], *, first_pause: float) -> None:
        self.up = asyncio.Event()
        self._feed = feed
        self._random = random
        self._nudge = nudge
        self._first_pause = first_pause
        self._tries = 0
        self._up_at = 0.0

    async def run(self) -> None:
        """Connect, subscribe, and again whenever that ends; never returns."""
        while True:
            await self._feed.read_once.wait()
            try:
                connection = await self._feed.connector.get()
                await connection.socket.connect()
                await self._attend(connection)
                self._feed.pulse.socket_trouble = "The server ended the subscription."
            except CockpitError as error:
                self._feed.pulse.socket_trouble = error.message
                hopeless = isinstance(error, AuthError) or (isinstance(error, Refusal) and error.defect)
                self._tries = max(self._tries, 6) if hopeless else self._tries
            finally:
                self._down()
            await asyncio.sleep(self._pause())

    def _down(self) -> None:
        if self.up.is_set() and asyncio.get_running_loop().time() - self._up_at >= _HELD_SECONDS:
            self._tries = 0
        self.up.clear()
        if self._feed.pulse.socket:
            self._feed.pulse.socket = False
            self._feed.suspect()
            self._nudge()

    def _pause(self) -> float:
        pause: float = min(self._first_pause * 2**self._tries, _LONGEST_PAUSE)
        self._tries += 1
        return pause * self._random.uniform(0.5, 1.5)

    async def _attend(self, connection: Connection) -> None:
        """Take in what the subscription brings until it ends."""
        feed = self._feed
        feed.turned_back.clear()
        full = connection.reader.full
        wanted: dict[str, object] = {"requestCompletionMarker": True}
        if not full:
            wanted["afterSequence"] = feed.sequence
        watch = spawn(self._start_over(connection), name="t3 start over")
        offers: asyncio.Task[None] | None = None
        try:
            async with aclosing(connection.socket.stream(SUBSCRIBE_SHELL, wanted)) as items:
                async for item in items:
                    if offers is None:
                        offers = spawn(self._ask_offers(connection), name="t3 offers")
                        self._came_up()
                    if full:
                        self._nudge()
                    else:
                        await self._take(item)
        finally:
            tasks = [task for task in (watch, offers) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _came_up(self) -> None:
        self._up_at = asyncio.get_running_loop().time()
        self._feed.pulse.socket = True
        self._feed.pulse.socket_trouble = ""
        self._feed.tell()
        self.up.set()

    async def _start_over(self, connection: Connection) -> None:
        """The server's history went back: what the subscription is based on is void."""
        await self._feed.turned_back.wait()
        await connection.socket.close()

    async def _take(self, item: Json) -> None:
        feed, kind = self._feed, item.get("kind")
        sequence = count(item, "sequence") or 0
        thread, project = identity(item, "threadId"), identity(item, "projectId")
        if kind == "thread-upserted" and identity(mapping(item.get("thread"))):
            await feed.take_thread(mapping(item.get("thread")), sequence)
        elif kind == "thread-removed" and thread:
            feed.drop_thread(thread, sequence)
        elif kind == "project-upserted" and identity(mapping(item.get("project"))):
            feed.take_project(mapping(item.get("project")), sequence)
        elif kind == "project-removed" and project:
            feed.drop_project(project, sequence)
        elif kind == "snapshot" and (reading := read_body(mapping(item.get("snapshot")), full=False)):
            await feed.take_snapshot(reading)
        elif kind != "synchronized":
            self._nudge()

    async def _ask_offers(self, connection: Connection) -> None:
        try:
            config = mapping(await connection.socket.call("server.getConfig", {}))
        except CockpitError:
            return  # models can still be named by hand
        self._feed.pulse.offers = read_offers(config)
        self._feed.tell()
