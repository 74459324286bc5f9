"""tmux as a source of the fleet: every pane of its servers is a thread, and a terminal to watch or drive.

It says no more of a status than a terminal shows, and starts no server but for a worker."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from cockpit.config.pane_rule import PaneRule
from cockpit.core import commands as c
from cockpit.core.ports import Attachment, Clock, Emit
from cockpit.model.errors import NotFound, Refused
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.terminal import Screen
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux import picture, processes, sending
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.news import News
from cockpit.runtimes.tmux.panes import Pane
from cockpit.runtimes.tmux.picture import Place
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.servers import Servers, first_of
from cockpit.runtimes.tmux.sockets import Sockets
from cockpit.runtimes.tmux.workers.crew import Crew, Means
from cockpit.runtimes.tmux.workers.roster import place_of

if TYPE_CHECKING:
    from cockpit.runtimes.tmux.terminal import PaneTerminal

# What only an order needs is imported with the first one: at the start it would cost every script a tenth.
_SLOTS = 2
"""Into so many parts of the gentle interval terminals are spread: a screen drawn more often costs more than a fuller
one (measured, 12 ticking panes: 22 parts 7.3 % of a core, 4 parts 4.7 %, 2 parts 3.5 %)."""


class TmuxSource:
    """`place` is one server's address, or the sockets of this machine among which servers are found.

    `environment` says which pane we run in ourselves; with `means` it starts workers."""

    kind = "tmux"

    def __init__(
        self, name: str, place: Address | Sockets, *, clock: Clock, rules: Sequence[PaneRule] = (),
        environment: Mapping[str, str] | None = None, means: Means | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self._clock = clock
        known = environment or {}
        self._own = known.get("TMUX", "").split(",")[0], known.get("TMUX_PANE", "")
        self._dirty = asyncio.Event()
        self._servers = Servers(place, self._dirty.set, clock=clock, home=means.where if means else None)
        self._crew = Crew(name, means, clock) if means else None
        self._news = News(name, self._servers, self._crew, self._dirty, clock=clock, rules=rules, own=self._own)
        self._terminals = 0
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # Source

    async def run(self, emit: Emit) -> None:
        # A defect in either is the source's: rows that no longer move would look as if all were well.
        await first_of(self._servers.run(), self._news.run(emit))

    async def read(self, emit: Emit) -> None:
        await self._servers.read()
        await self._news.once(emit)

    def nudge(self) -> None:
        self._servers.look_again()

    def quiet(self, away: bool) -> None:
        """Nothing to do: it speaks when tmux does."""

    async def close(self) -> None:
        self._news.close()
        await self._servers.close()

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The panes that are no rows: title and reason."""
        return self._news.picture.hidden

    async def diagnose(self) -> Sequence[tuple[str, str]]:
        known = picture.diagnosis(self._servers.known, self.hidden)
        return [*known, *self._crew.diagnosis()] if self._crew is not None else known

    # Capabilities

    def take_defaults(self, defaults: Mapping[str, Mapping[str, str]]) -> None:
        if self._crew is not None:
            self._crew.means = replace(self._crew.means, defaults=defaults)
            self._dirty.set()

    async def dispatch(self, command: c.Dispatch, intent: str) -> c.Outcome:
        if self._crew is None:
            raise Refused(f"{self.name} starts no workers.", fix="Start them on the machine that they are to work on.")
        from cockpit.runtimes.tmux.workers import start

        with self._telling():
            return await start.dispatch(self._crew, command, self._servers, self._clock())

    async def create_project(self, command: c.CreateProject, intent: str) -> c.Outcome:
        raise Refused("A terminal needs no project.", fix="Name any directory of its machine when you start a worker.")

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever comes of it, the rows are drawn again."""
        try:
            yield
        finally:
            self._dirty.set()

    async def send(self, command: c.Send, intent: str) -> c.Outcome:
        place = self._place(command.thread)
        async with self._order(place):
            if self._crew is not None and (worker := self._crew.roster.workers.get(command.thread.native)):
                from cockpit.runtimes.tmux.workers import manage

                with self._telling():
                    return await manage.send(self._crew, worker, place, command.text)
            said = await sending.deliver(place.server, place.pane.id, command.text)
        note = "A terminal cannot say whether a turn began; look at it if nothing moves."
        return c.Outcome(said, command.thread, (note,))

    async def manage(self, command: c.ThreadCommand, intent: str) -> c.Outcome:
        worker = self._crew.roster.workers.get(command.thread.native) if self._crew else None
        if worker is not None and self._crew is not None:
            # One order at a time for each worker, also while it has no terminal.
            async with self._orders.setdefault(worker.id, asyncio.Lock()):
                with self._telling():
                    return await self._manage(self._crew, worker, command)
        place = self._place(command.thread)
        async with self._order(place):
            match command:
                case c.Interrupt():
                    return c.Outcome(await sending.interrupt(place.server, place.pane.id), command.thread)
                case c.StopSession():
                    said = await sending.end(place.server, place.pane)
                    self.nudge()
                    return c.Outcome(said, command.thread)
        raise Refused("Not done: a terminal cannot do that.")

    async def _manage(self, crew: Crew, worker: Worker, command: c.ThreadCommand) -> c.Outcome:
        from cockpit.runtimes.tmux.workers import manage

        if worker.host != crew.means.where.host:
            raise Refused(
                f"“{worker.title}” belongs to {worker.host or 'this machine'}, and {self.name} is on "
                f"{crew.means.where.host or 'this machine'} now.", fix="Correct host of that source in the config.",
            )  # fmt: skip
        await crew.look(self._servers)
        await crew.roster.look()
        worker = crew.roster.workers.get(worker.id, worker)
        place = place_of(worker, self._servers.known)
        match command:
            case c.Resume():
                done = await manage.resume(crew, command, worker, place, self._servers, self._clock())
                await self._servers.look(crew.means.where)
                return done
            case c.Close():
                return await manage.close(crew, worker, place)
            case c.Interrupt():
                return await manage.interrupt(crew, worker, self._place(command.thread))
            case c.StopSession():
                return await manage.stop(crew, worker, self._place(command.thread), self._servers)
        raise Refused("Not done: a terminal cannot do that.")

    async def pause(self, thread: Ref) -> c.Outcome:
        """Stop the worker's process tree (SIGSTOP). Nothing is lost; `unpause` lets it go on. Raises Rejected when
        tmux would continue it at once."""
        place = self._place(thread)
        async with self._order(place):
            count = await processes.pause(place.server.where, place.pane.pid)
        self._news.paused |= {place.pane.pid}
        self._dirty.set()
        return c.Outcome(f"Paused {_counted(count)} of {place.pane.id}.", thread)

    async def unpause(self, thread: Ref) -> c.Outcome:
        """Let go on what `pause` stopped; a shell's job is brought back with `fg`, and seen to run. Where it ended
        meanwhile there is nothing to do, and that is no failure."""
        place = self._place(thread)
        said = f"What was paused in {place.pane.id} has ended."
        with contextlib.suppress(processes.NothingThere):
            async with self._order(place):
                found = await processes.resume(place.server.where, place.pane.pid)
                if found.asleep:
                    await sending.foreground(place.server, place.pane.id, found.tree)
            said = f"Continued {_counted(len(found.tree))} of {place.pane.id}."
        self._news.paused -= {place.pane.pid}
        self._dirty.set()
        return c.Outcome(said, thread)

    def terminal(self, thread: Ref) -> "PaneTerminal":
        from cockpit.runtimes.tmux.terminal import PaneTerminal

        place = self._place(thread)
        self._terminals += 1
        return PaneTerminal(place.server, place.pane.id, phase=self._terminals % _SLOTS / _SLOTS)

    def attach(self, thread: Ref) -> AbstractAsyncContextManager[Attachment]:
        place = self._place(thread)
        own = self._own_pane(place.server)
        if own is not None and own.window == place.pane.window:
            raise Refused("The cockpit itself runs in that window.", fix="Go to the pane beside it in tmux.")
        from cockpit.runtimes.tmux.attach import in_full

        birth = place.server.sight.birth
        return in_full(place.server, place.pane, nested=birth is not None and self._own[0] == birth.socket)

    def _own_pane(self, server: Server) -> Pane | None:
        """The pane that we run in ourselves, if that server has it."""
        birth = server.sight.birth
        here = birth is not None and not server.where.host and birth.socket == self._own[0]
        return server.panes.get(self._own[1]) if here else None

    # Hands

    def reaches(self, pane: str) -> bool:
        place = picture.find(self._servers.known, pane)
        return place is not None and place.server.sight.health is Health.UP and not place.pane.dead

    async def type(self, pane: str, text: str) -> None:
        place = self._reached(pane)
        async with self._order(place):
            await sending.type_in(place.server, place.pane.id, text)

    async def press(self, pane: str, key: str) -> None:
        place = self._reached(pane)
        async with self._order(place):
            await sending.press(place.server, place.pane.id, key)

    async def screen(self, pane: str) -> Screen:
        place = self._reached(pane)
        return await sending.shown(place.server, place.pane.id)

    def _reached(self, pane: str) -> Place:
        place = picture.find(self._servers.known, pane)
        if place is None:
            raise NotFound(f"{pane} is no pane any more.", fix="List the fleet again.")
        return place

    def _place(self, thread: Ref) -> Place:
        worker = self._crew.roster.workers.get(thread.native) if self._crew else None
        known = self._news.picture.places
        place = place_of(worker, self._servers.known) if worker is not None else known.get(thread.native)
        if place is None:
            raise NotFound(f"{thread} is no pane any more.", fix="List the fleet again.")
        pane = place.server.panes.get(place.pane.id)
        return replace(place, pane=pane) if pane is not None else place

    def _order(self, place: Place) -> asyncio.Lock:
        """One order at a time for each pane: two messages at once would be one muddle."""
        return self._orders.setdefault(picture.join(place.server, place.pane), asyncio.Lock())


def _counted(count: int) -> str:
    return "one process" if count == 1 else f"{count} processes"
