"""The servers of one source: the one that was configured, or all that are found here, while they come and go.

One that is sick touches no other: each runs in a task of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from cockpit.core.ports import Clock
from cockpit.model.health import Health
from cockpit.runtimes.tmux import sockets
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.sockets import Sockets


class Servers:
    """`place` is one address, or the sockets among which to look; `home` is one more, when there is a socket for it.
    Servers stand under the label of their socket."""

    def __init__(
        self, place: Address | Sockets, changed: Callable[[], None], *, clock: Clock, home: Address | None = None
    ) -> None:
        self._place = place
        self._home = home
        self._running = False
        self._changed = changed
        self._clock = clock
        self._servers: dict[str, Server] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._defect = asyncio.Event()
        """The task of one has failed, as none should."""

    @property
    def several(self) -> bool:
        """Whether there may be more than one, so that a name must say which."""
        return isinstance(self._place, Sockets)

    @property
    def known(self) -> Mapping[str, Server]:
        return self._servers

    def at(self, address: Address) -> Server:
        """The server of that address, which was just started there."""
        self._find(start=self._running)
        same = (server for server in self._servers.values() if _same(server.where, address))
        return next(same, None) or Server(address, self._changed, clock=self._clock)

    async def look(self, address: Address) -> None:
        """See now what is there: what was told last may be a second old."""
        server = self.at(address)
        await server.read()
        if server.main is None:
            server.look_again()  # who looks only now and then must not take a look for a standing link

    async def run(self) -> None:
        """Keep all of them in sight until cancelled."""
        self._running = True
        self._defect.clear()
        try:
            self._find(start=True)
            await first_of(self._watch_sockets(), self._defect.wait())
        finally:
            self._running = False
            await self._stop()

    async def read(self) -> None:
        """Look at each once, side by side."""
        self._find(start=False)
        await asyncio.gather(*(server.read() for server in self._servers.values()))
        self._changed()

    def look_again(self) -> None:
        for server in self._servers.values():
            server.look_again()

    async def close(self) -> None:
        await self._stop()
        await asyncio.gather(*(server.close() for server in self._servers.values()))

    async def _watch_sockets(self) -> None:
        if isinstance(self._place, Sockets):
            places = {self._place.directory}
        elif (file := self._place.file()) is not None:
            places = {file.parent}
        else:
            await asyncio.Event().wait()  # far away: the server itself looks again in its own time
            return
        await sockets.watch(places, self._moved)

    def _moved(self, paths: set[str]) -> None:
        """Sockets came or went: find who is new, and let the others look whether it was theirs."""
        self._find(start=True)
        for server in self._servers.values():
            file = server.where.file()
            if server.main is None and (file is None or _about(file, paths)):
                server.look_again()

    def _find(self, *, start: bool) -> None:
        wanted = {str(address): address for address in self._addresses()}
        for label in self._servers.keys() - wanted.keys():
            if self._servers[label].sight.health is not Health.UP:
                self._drop(label)
        for label, address in wanted.items():
            if label not in self._servers:
                self._servers[label] = Server(address, self._changed, clock=self._clock)
            if start and label not in self._tasks:
                server = self._servers[label]
                task = self._tasks[label] = asyncio.create_task(server.run(), name=f"tmux {label}")
                task.add_done_callback(self._ended)
        self._changed()

    def _addresses(self) -> list[Address]:
        found = self._place.addresses() if isinstance(self._place, Sockets) else [self._place]
        file = self._home.file() if self._home is not None else None
        if self._home is None or file is None or not file.exists() or any(_same(self._home, each) for each in found):
            return found
        return [*found, self._home]

    def _drop(self, label: str) -> None:
        del self._servers[label]
        if (task := self._tasks.pop(label, None)) is not None:
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._defect.set()

    async def _stop(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        await _end(tasks)


async def first_of(*jobs: Coroutine[Any, Any, object]) -> None:
    """Until one of them ends, and then none runs. Raises what one of them failed with."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end


def _same(one: Address, other: Address) -> bool:
    return one == other or (one.file() is not None and one.file() == other.file())


def _about(file: Path, paths: set[str]) -> bool:
    return str(file) in paths or str(file.parent) in paths
