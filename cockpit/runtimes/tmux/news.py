"""What the source tells: servers, disk and workers are looked at when something happened, and rows that changed go out.

It gives no orders, and starts and ends nothing."""

import asyncio
import contextlib
import shutil
from collections.abc import Mapping, Sequence

from cockpit.config.pane_rule import PaneRule
from cockpit.core.ports import Clock, Emit
from cockpit.model.errors import CockpitError
from cockpit.model.facts import Fact, SourceChanged, SourceRead
from cockpit.runtimes.tmux import picture, processes
from cockpit.runtimes.tmux.agents import Agents
from cockpit.runtimes.tmux.picture import Backdrop, Picture
from cockpit.runtimes.tmux.repository import Checkouts
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers.crew import Crew

_DISK_SECONDS = 1.0


class News:
    """`picture` is what was told last. `dirty` is set when there is something to look at. `own` is the socket and pane
    that we run in ourselves."""

    def __init__(
        self, source: str, servers: Servers, crew: Crew | None, dirty: asyncio.Event,
        *, clock: Clock, rules: Sequence[PaneRule], own: tuple[str, str],
    ) -> None:  # fmt: skip
        self.picture = Picture((), (), {}, (), None)
        self.paused: frozenset[int] = frozenset()
        """Far away, by the pids of the panes' first processes; here the process table says it."""
        self._source = source
        self._servers = servers
        self._crew = crew
        self._dirty = dirty
        self._clock = clock
        self._rules = tuple(rules)
        self._own = own
        self._checkouts = Checkouts()
        self._agents = Agents()
        self._backdrop = Backdrop()
        self._disk: asyncio.Task[Backdrop] | None = None
        self._around: asyncio.Task[None] | None = None
        self._told: dict[type[Fact], Fact] = {}

    async def run(self, emit: Emit) -> None:
        """Report what changed, whenever something did, and when a row changes by time alone; until cancelled."""
        self._told.clear()
        while True:
            wait = None
            if self.picture.due is not None:
                wait = max((self.picture.due - self._clock()).total_seconds(), 0.0) + 0.01
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._dirty.wait()
            self._dirty.clear()
            await self._learn()
            self._look_around()
            await self._glance()
            self._tell(emit)

    async def once(self, emit: Emit) -> None:
        """Report all of it, as it is now."""
        await self._learn()
        if (looking := self._look_around()) is not None:
            await asyncio.wait([looking])
        await self._glance()
        self._told.clear()
        self._tell(emit)

    def close(self) -> None:
        if self._around is not None:
            self._around.cancel()

    async def _learn(self) -> None:
        """Ask the disk. One that hangs is left to hang, and what was known of it stands."""
        if self._disk is None or self._disk.done():
            servers = dict(self._servers.known)
            self._disk = asyncio.create_task(asyncio.to_thread(self._look, servers))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISK_SECONDS):
                self._backdrop = await asyncio.shield(self._disk)

    def _look(self, servers: Mapping[str, Server]) -> Backdrop:
        if self._crew is not None:
            self._crew.learn(servers)
        return picture.read_backdrop(self._checkouts, self._agents, list(servers.values()))

    async def _glance(self) -> None:
        if self._crew is not None:
            await self._crew.glance(self._servers)

    def _look_around(self) -> asyncio.Task[None] | None:
        """See in the background what can be started, when it is time to."""
        running = self._around is not None and not self._around.done()
        if self._crew is not None and not running and self._crew.due(self._servers):
            self._around = asyncio.create_task(self._look_there(self._crew), name=f"{self._source} looks around")
        return self._around

    async def _look_there(self, crew: Crew) -> None:
        # Who cannot be asked is asked again later; whoever starts something is told why it cannot be.
        with contextlib.suppress(CockpitError):
            await crew.look_around()
            if crew.machine.far:
                before = self.paused
                pids = [pane.pid for pane in self._servers.at(crew.means.where).panes.values()]
                found = await processes.stopped(crew.means.where, pids)
                self.paused = found if self.paused is before else self.paused
        self._dirty.set()

    def _tell(self, emit: Emit) -> None:
        known = self._servers.known
        # Who was not looked at yet says nothing, and keeps nobody else waiting.
        servers = {label: server for label, server in known.items() if server.sight.checked_at is not None}
        if known and not servers:
            return
        self.picture = picture.draw(
            self._source, servers, self._backdrop, self._rules, self._clock(),
            several=self._servers.several, own=self._own, paused=self.paused,
        )  # fmt: skip
        state = picture.state(
            self._source, servers, len(self.picture.hidden), found=self._servers.several,
            installed=bool(servers) or shutil.which("tmux") is not None,
        )  # fmt: skip
        if self._crew is not None:
            self.picture = self._crew.joined(self.picture, self._servers, self._clock())
            state = self._crew.told(state)
        facts: list[Fact] = [SourceChanged(state)]
        if not servers or any(server.known for server in servers.values()):
            facts.append(SourceRead(self._source, self.picture.projects, self.picture.threads))
        for fact in facts:
            if self._told.get(type(fact)) != fact:
                self._told[type(fact)] = fact
                emit(fact)
