"""Who was started from here, and where each is now: the ledger's records laid beside the panes that are seen.

It changes a record only in the life that it knows, so that of two cockpits one wins, and never touches a pane."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cockpit.core.ports import Clock, WorkerLog
from cockpit.model.errors import LedgerError, Stale
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.picture import Place
from cockpit.runtimes.tmux.server import Server

STARTING = timedelta(seconds=90)
"""For so long a worker without a terminal, or without a verdict on its prompt, may still be on its way."""


class Roster:
    """`workers` are those of the source that were not closed, oldest first; `trouble` why they may be old."""

    def __init__(self, source: str, log: WorkerLog, clock: Clock) -> None:
        self.source = source
        self.workers: Mapping[str, Worker] = {}
        self.trouble = ""
        self._log = log
        self._clock = clock
        self._version: int | None = None

    def refresh(self) -> None:
        """Read the ledger if anybody wrote to it. Blocks; what was known stands when it cannot be read."""
        try:
            version = self._log.version()
            if version != self._version:
                self.workers = {worker.id: worker for worker in self._log.workers(self.source)}
                self._version = version
            self.trouble = ""
        except LedgerError as error:
            self.trouble = error.message

    async def begin(self, workers: Sequence[Worker], gone: set[str]) -> Worker | None:
        """As `WorkerLog.begin`."""
        same = await asyncio.to_thread(self._log.begin, workers, gone)
        await self.look()
        return same

    async def change(self, worker: Worker, **changes: Any) -> Worker:
        """The same worker, changed. Raises Stale when it got another life meanwhile."""
        changed = replace(worker, **changes, moved_at=self._clock())
        if not await asyncio.to_thread(self._log.change, changed, worker.life):
            raise Stale(f"Somebody else has just started or ended “{worker.title}”.", fix="Look at it again.")
        await self.look()
        return changed

    async def claim(self, worker: Worker) -> Worker:
        """The same worker in a next life that is this caller's alone to begin. Raises Stale for all but the first."""
        return await self.change(worker, life=worker.life + 1, ending=None, pane="", starting=True, trouble="")

    def name(self, worker: Worker, session: str) -> None:
        """Its conversation is that one. Blocks; what cannot be recorded now is another time."""
        with contextlib.suppress(LedgerError):
            self._log.change(replace(worker, session=session), worker.life)
            self.refresh()

    async def forget(self, worker: Worker) -> None:
        await asyncio.to_thread(self._log.forget, worker)
        await self.look()

    async def look(self) -> None:
        await asyncio.to_thread(self.refresh)

    def on_its_way(self, worker: Worker) -> bool:
        """Whether somebody is starting it just now."""
        return worker.starting and self._clock() - worker.moved_at < STARTING


def place_of(worker: Worker, servers: Mapping[str, Server]) -> Place | None:
    """Where its terminal is, if that is there: the pane of that number in that life of the server."""
    if not worker.pane:
        return None
    for server in servers.values():
        birth = server.sight.birth
        if birth and (server.where.host, birth.socket, birth.started) == (worker.host, worker.socket, worker.birth):
            pane = server.panes.get(worker.pane)
            return Place(server, pane) if pane is not None else None
    return None


def unreadable(worker: Worker, servers: Mapping[str, Server]) -> bool:
    """Whether its server cannot be read, so that nobody knows whether its terminal is there."""
    server = _server_of(worker, servers)
    return server is not None and not server.known


def unseen(worker: Worker, servers: Mapping[str, Server]) -> bool:
    """Whether its terminal was made after its server's were listed last."""
    server = _server_of(worker, servers)
    listed_at = server.listed_at if server is not None else None
    return bool(worker.pane) and listed_at is not None and listed_at < worker.moved_at


def _server_of(worker: Worker, servers: Mapping[str, Server]) -> Server | None:
    for server in servers.values():
        if server.where.host == worker.host and (worker.host or str(server.where.file()) == worker.socket):
            return server
    return None
