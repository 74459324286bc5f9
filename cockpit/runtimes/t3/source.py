"""One T3 server as a source of the fleet: reads, runs, converses and carries out what a person orders.

It must never hold a fact that it did not read, and imports no network library before it is asked to read."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from cockpit.core import commands as c
from cockpit.core.commands import Outcome
from cockpit.core.find import HERE
from cockpit.core.ports import Clock, Emit
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.text import one_line
from cockpit.model.work import Thread
from cockpit.runtimes.foreign import Json
from cockpit.runtimes.t3 import library
from cockpit.runtimes.t3.confirm import Patience
from cockpit.runtimes.t3.connection import Connection, Connector, TokenFor
from cockpit.runtimes.t3.discover import at, locate
from cockpit.runtimes.t3.feed import Feed
from cockpit.runtimes.t3.follow import Follower, read_page
from cockpit.runtimes.t3.live import Live
from cockpit.runtimes.t3.orders import Orders
from cockpit.runtimes.t3.start import Starter

_BACKED_OFF_SECONDS = 30.0
_SAFETY_NET_SECONDS = 30.0
_AWAY_SECONDS = 10.0
_AWAY_FACTOR = 5.0
_BETWEEN_NUDGED = 0.05
_BETWEEN_NUDGED_FULL = 0.5
"""A nudged read waits this long, so that a burst of nudges is one read; a full snapshot is a heavy one."""

_T = TypeVar("_T")


class T3Source:
    """`poll_seconds` is the rhythm while there is no socket, `timeout` bounds a request in seconds, `patience` a
    confirmation; `reconnect_seconds` is the first pause before a lost socket is opened again. `token` gives the bearer
    token or None, and may raise AuthError."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        token: Callable[[], Awaitable[str | None]],
        poll_seconds: float = 2.0,
        clock: Clock,
        random: Random,
        new_id: Callable[[], str],
        timeout: float = 10.0,
        patience: Patience | None = None,
        reconnect_seconds: float = 0.5,
        connector: Connector | None = None,
    ) -> None:
        self._name = name
        self._clock = clock
        self._random = random
        self._poll_seconds = poll_seconds
        self._connector = connector or Connector(at(url), lambda _: token(), timeout=timeout)
        self._feed = Feed(name, self._connector, clock, poll_seconds)
        self._wake = asyncio.Event()
        self._away = False
        self._live = Live(self._feed, random, self.nudge, first_pause=reconnect_seconds)
        self._follower = Follower(self._connector.get, self._live.up, clock, random)
        self._followed_row: Json | None = None
        self._orders = Orders(clock, new_id, patience or Patience())
        self._starter = Starter(name, self._feed.rows, clock, new_id, lambda: self._feed.pulse.state().default_model)
        self._feed.moved = self._moved

    @property
    def name(self) -> str:
        return self._name

    @property
    def kind(self) -> str:
        return "t3"

    # Source

    async def read(self, emit: Emit) -> None:
        await self._feed.poll(emit, patient=True)

    async def run(self, emit: Emit) -> None:
        tasks = [
            asyncio.create_task(self._poll(emit), name=f"{self._name} polls"),
            asyncio.create_task(self._live.run(), name=f"{self._name} socket"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._feed.hush()

    def nudge(self) -> None:
        self._wake.set()

    def quiet(self, away: bool) -> None:
        came_back = self._away and not away
        self._away = away
        if came_back:
            self.nudge()

    async def close(self) -> None:
        await self._follower.close()
        await self._feed.close()
        await self._connector.close()

    # CanDiagnose

    async def diagnose(self) -> Sequence[tuple[str, str]]:
        """What the server told of the token in the last read, and which way the fleet is read."""
        server = self._feed.pulse.server
        told: list[tuple[str, str]] = []
        if server.scopes is not None:
            told.append(("token's scopes", one_line(", ".join(sorted(server.scopes))) or "none"))
        if server.expires_at is not None:
            told.append(("token expires", f"{server.expires_at:%Y-%m-%d %H:%M} UTC"))
        if self._feed.pulse.read_at is not None:
            told.append(("read by", "full snapshot (the server has no shell)" if self._feed.full else "shell"))
        return told

    # CanConverse, CanDiff, CanSearch, CanArchive

    def follow(self, thread: Ref | None, emit: Emit) -> None:
        self._followed_row = self._feed.rows.raw(thread.native) if thread else None
        self._follower.follow(thread, emit)

    async def talk(self, thread: Ref, *, older: str | None = None) -> Talk:
        return (await read_page(await self._connector.get(), thread, self._clock, older))[0]

    async def more(self, thread: Ref, emit: Emit) -> None:
        if self._follower.thread == thread:
            await self._follower.more()

    async def diff(self, thread: Ref, count: int | None) -> str:
        return await library.read_diff(await self._connector.get(), thread, count)

    async def search(self, text: str) -> Sequence[tuple[Ref, str]]:
        return await library.search(await self._connector.get(), self._name, text)

    async def archived(self) -> Sequence[Thread]:
        return await library.read_archived(await self._connector.get(), self._name, self._clock)

    # CanApprove, CanAnswer, CanPlan, CanSend, CanDispatch, CanManage

    async def decide(self, command: c.Decide, intent: str) -> Outcome:
        return await self._order(lambda to: self._orders.decide(to, command, intent))

    async def answer(self, command: c.Answer, intent: str) -> Outcome:
        return await self._order(lambda to: self._orders.answer(to, command, intent))

    async def implement(self, command: c.ImplementPlan, intent: str) -> Outcome:
        return await self._order(lambda to: self._orders.implement(to, command, intent))

    async def send(self, command: c.Send, intent: str) -> Outcome:
        return await self._order(lambda to: self._orders.send(to, command, intent))

    async def dispatch(self, command: c.Dispatch, intent: str) -> Outcome:
        return await self._order(lambda to: self._starter.dispatch(to, command, intent))

    async def create_project(self, command: c.CreateProject, intent: str) -> Outcome:
        return await self._order(lambda to: self._starter.create_project(to, command, intent))

    async def manage(self, command: c.ThreadCommand, intent: str) -> Outcome:
        match command:
            case c.Decide():
                return await self.decide(command, intent)
            case c.Answer():
                return await self.answer(command, intent)
            case c.ImplementPlan():
                return await self.implement(command, intent)
            case c.Send():
                return await self.send(command, intent)
            case _:
                return await self._order(lambda to: self._orders.manage(to, command, intent))

    async def _order(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Whatever came of it, the fleet is read again."""
        try:
            return await work(await self._connector.get())
        finally:
            self.nudge()

    async def _poll(self, emit: Emit) -> None:
        while True:
            self._wake.clear()
            await self._feed.poll(emit)
            try:
                async with asyncio.timeout(self._delay()):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(min(self._poll_seconds, self._between()))

    def _delay(self) -> float:
        """Seconds until the next read: back-off while it fails, a safety net while the socket is up."""
        pulse = self._feed.pulse
        if pulse.failures:
            delay: float = min(self._poll_seconds * 2 ** min(pulse.failures - 1, 10), _BACKED_OFF_SECONDS)
        elif pulse.socket:
            delay = max(_SAFETY_NET_SECONDS, self._poll_seconds)
        else:
            delay = self._poll_seconds
        if self._away:
            delay = max(delay * _AWAY_FACTOR, _AWAY_SECONDS)
        return delay * self._random.uniform(0.9, 1.1)

    def _between(self) -> float:
        return _BETWEEN_NUDGED_FULL if self._feed.full else _BETWEEN_NUDGED

    def _moved(self) -> None:
        """Rows were read: look whether the followed one is another now."""
        thread = self._follower.thread
        if thread is not None:
            row = self._feed.rows.raw(thread.native)
            if row is not self._followed_row:
                self._followed_row = row
                self._follower.poke()


class LocalT3(T3Source):
    """The server that runs on this machine, wherever it listens; none there is `absent`, not `down`.

    `token` is asked with the server's URL."""

    def __init__(
        self,
        name: str,
        *,
        token: TokenFor,
        poll_seconds: float = 2.0,
        clock: Clock,
        random: Random,
        new_id: Callable[[], str],
        timeout: float = 10.0,
        patience: Patience | None = None,
        env: Mapping[str, str] = os.environ,
        home: Path | None = None,
    ) -> None:
        async def nobody() -> str | None:
            return None

        super().__init__(
            name,
            "",
            token=nobody,
            poll_seconds=poll_seconds,
            clock=clock,
            random=random,
            new_id=new_id,
            timeout=timeout,
            patience=patience,
            connector=Connector(lambda: locate(env, home), token, timeout=timeout),
        )
        self._feed.rows.machine = HERE
