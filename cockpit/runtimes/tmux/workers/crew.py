"""The workers of one source: what can be started, who was, and the orders about them. The source holds one of these.

It knows no rows of its own; `rows` makes them from what is known here."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

from cockpit.config import WorkersConfig
from cockpit.core.ports import Clock, WorkerLog
from cockpit.model.errors import AuthError, CockpitError, LedgerError, Refused, SourceError, Stale
from cockpit.model.health import Health, Offer, SourceState
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import ModelChoice
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux import once
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.failures import OLDEST, Missing, no_tmux, too_old
from cockpit.runtimes.tmux.panes import Birth
from cockpit.runtimes.tmux.picture import Picture, machine_key
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers import conversation, rows
from cockpit.runtimes.tmux.workers.glances import Glances
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.harness_files import Harnesses, load_harnesses, with_defaults
from cockpit.runtimes.tmux.workers.machine import Machine
from cockpit.runtimes.tmux.workers.roster import Roster, place_of

FRESH = timedelta(seconds=30)
_FAR_FRESH = timedelta(minutes=10)
"""So old may what is known of a machine be while nobody starts anything there."""
_AGAIN = timedelta(seconds=30)
_NOBODY: Mapping[str, Server] = {}
_LOOKS, _LOOK_SECONDS = 10, 0.3


@immutable
class Means:
    """Where workers are started and kept: the server's address, the ledger's table, a private directory on the
    server's machine for the scripts that start them, what the configuration says for all and for each harness, a
    person's own harnesses; `known` are variables in the names of files that a turn leaves, beside those of the
    environment; and what more arguments a program gets, by its name, that connect it with the cockpit.
    Asking for those may raise ConfigError, and blocks briefly."""

    where: Address
    log: WorkerLog
    scripts: str
    config: WorkersConfig = field(default_factory=WorkersConfig)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_harnesses: Path | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[str], tuple[str, ...]] = lambda program: ()


class Crew:
    """`machine` is where they run, `harnesses` what there is, with its file where that is known. `opening` and
    `adding` let one at a time open a window, or choose a free name."""

    def __init__(self, source: str, means: Means, clock: Clock) -> None:
        self.means = means
        self.machine = Machine(means.where)
        self.roster = Roster(source, means.log, clock)
        self.opening = asyncio.Lock()
        self.adding = asyncio.Lock()
        self.harnesses: Mapping[str, Harness] = {}
        self._glances = Glances()
        self._clock = clock
        self._loaded = Harnesses({})
        self._loaded_at: datetime | None = None
        self._loaded_with = means.defaults
        self._programs: Mapping[str, str] | None = None
        self._cannot = ""
        self._looking = asyncio.Lock()
        self._looked_at: datetime | None = None
        self._tried_at: datetime | None = None

    # What can be started

    def learn(self, servers: Mapping[str, Server] = _NOBODY) -> None:
        """Ask this machine's disk who was started, and now and then which harnesses there are and which conversations
        are whose. Blocks."""
        self.roster.refresh()
        now = self._clock()
        defaults = self.means.defaults
        if self._loaded_at is None or self._loaded_with is not defaults or now - self._loaded_at > FRESH:
            loaded, wrong = with_defaults(load_harnesses(self.means.own_harnesses), defaults)
            said = (f"{each.key} in the configuration: {each.what}. {each.fix}" for each in wrong)
            self._loaded = replace(loaded, problems=(*loaded.problems, *said))
            self._loaded_at, self._loaded_with = now, defaults
            self.harnesses = self._fitted()
            for worker in () if self.machine.far else tuple(self.roster.workers.values()):
                if (session := self._conversation(worker, servers)) != worker.session:
                    self.roster.name(worker, session)

    def due(self, servers: Servers) -> bool:
        """Whether it is time to look around: a far machine is not bothered while its server is out of reach."""
        now, fresh = self._clock(), _FAR_FRESH if self.machine.far else FRESH
        if self._tried_at is not None and now - self._tried_at < _AGAIN:
            return False
        old = self._looked_at is None or now - self._looked_at > fresh
        return old and (not self.machine.far or servers.at(self.means.where).reached)

    async def look_around(self, fresh: timedelta = FRESH) -> None:
        """Find out which programs its machine has, unless that is known since `fresh`. Raises SourceError, Rejected."""
        async with self._looking:
            now = self._clock()
            if self._looked_at is not None and now - self._looked_at <= fresh:
                return
            self._tried_at = now
            await self.machine.look_again()
            self._programs = await self.machine.find(each.program for each in self._loaded.known.values())
            self.harnesses = self._fitted()
            self._cannot = await _no_tmux(self.means.where)
            self._looked_at = now

    async def named(self, worker: Worker, servers: Servers, *, patient: bool = False) -> str:
        """The id of its conversation, as its program shows it now or as it was known. `patient`: a turn has just
        begun, so that it must show soon."""
        harness = self.harnesses.get(worker.harness)
        if harness is None or harness.conversation is None:
            return worker.session
        await servers.look(self.means.where)
        for left in range(_LOOKS if patient else 0, -1, -1):
            known = dict(servers.known)
            if self.machine.far:
                session = await self._conversation_there(worker, harness, known)
            else:
                session = await asyncio.to_thread(self._conversation, worker, known)
            if session or not left:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return session

    def _conversation(self, worker: Worker, servers: Mapping[str, Server]) -> str:
        harness, place = self.harnesses.get(worker.harness), place_of(worker, servers)
        if harness is None or place is None:
            return worker.session
        others = [other for other in self.roster.workers.values() if other.id != worker.id]
        if harness.conversation and harness.conversation.database and any(_twins(worker, other) for other in others):
            return worker.session
        return self._only(worker, conversation.found(harness, worker, place.pane.pid))

    async def _conversation_there(self, worker: Worker, harness: Harness, servers: Mapping[str, Server]) -> str:
        place, ids = place_of(worker, servers), frozenset[str]()
        if place is not None:
            with contextlib.suppress(CockpitError):
                ids = await conversation.held_there(self.machine, harness, place.pane.pid)
        return self._only(worker, ids)

    def _only(self, worker: Worker, ids: frozenset[str]) -> str:
        """Of those the one that can be nobody else's, or what was known."""
        ids -= {other.session for other in self.roster.workers.values() if other.id != worker.id}
        return worker.session if worker.session in ids or len(ids) != 1 else next(iter(ids))

    def _fitted(self) -> Mapping[str, Harness]:
        known, where = self._programs, f" {self.machine.name}" if self.machine.far else ""
        if known is None:
            return self._loaded.known
        return {
            name: replace(each, found=known.get(each.program), missing=f"{each.program} is not installed{where}")
            for name, each in self._loaded.known.items()
        }

    def harness(self, name: str) -> Harness:
        """To start a worker with. Raises Refused when there is none of that name."""
        found = self.harnesses.get(name)
        if found is None:
            known = ", ".join(self.harnesses)
            raise Refused(f"There is no harness {name!r:.40}.", fix=f"There are: {known}." if known else "")
        begun = (Template(each).safe_substitute(self.means.known) for each in found.begun)
        return replace(
            found,
            arguments=(*found.arguments, *self.means.more(found.program)),
            begun=tuple(dict.fromkeys((*found.begun, *begun))),
        )

    def _offers(self) -> list[Offer]:
        """The default first, those that are ready before the others; none before anybody looked."""
        if self._programs is None:
            return []
        default = self.means.config.harness
        first = sorted(self.harnesses.values(), key=lambda harness: (harness.name != default, harness.found is None))
        return [harness.offer() for harness in first]

    def _problems(self) -> tuple[str, ...]:
        default = self.means.config.harness
        known = not self._loaded.known or default in self._loaded.known
        lacking = () if known else (f"[workers] names the harness {default}, and there is none.",)
        return (*self._loaded.problems, *lacking)

    # What is told

    async def glance(self, servers: Servers) -> None:
        """See what those ask who have fallen silent, and that it was answered."""
        workers = self.roster.workers.values()
        for worker in await self._glances.look(workers, self.harnesses, servers.known, self._clock()):
            if worker.trouble:  # it was about that
                with contextlib.suppress(LedgerError, Stale):
                    await self.roster.change(worker, trouble="")

    def joined(self, picture: Picture, servers: Servers, now: datetime) -> Picture:
        drawn = rows.with_workers(
            picture, self.roster.source, self.roster.workers, self.harnesses, servers.known, self.means.where, now,
            self._glances.asked,
        )  # fmt: skip
        due = [at for at in (drawn.due, self._glances.due) if at is not None]
        return replace(drawn, due=min(due, default=None))

    def told(self, state: SourceState) -> SourceState:
        """The source's state, with what can be started."""
        notes = (*state.notes, *self._problems(), *((self._cannot,) if self._cannot else ()))
        if self.roster.trouble:
            notes += (f"Who was started from here may be old: {self.roster.trouble}",)
        offers = tuple(self._offers())
        default = next((offer.instance for offer in offers if offer.ready), "")
        return replace(
            state, can_dispatch=not self._cannot, machine=machine_key(self.means.where), bulk=True, worktrees=True,
            offers=offers, default_model=ModelChoice(default, "") if default else None, notes=notes,
        )  # fmt: skip

    def diagnosis(self) -> list[tuple[str, str]]:
        """Which programs can be started. What is amiss with them stands in the source's state."""
        return [(f"harness {offer.instance}", offer.note or "ready") for offer in self._offers()]

    def ref(self, worker: str) -> Ref:
        return Ref(self.roster.source, worker)

    async def look(self, servers: Servers) -> None:
        """See now what runs on its server. Raises SourceError when that cannot be read: nobody knows then who runs."""
        where = self.means.where
        await servers.look(where)
        sight = servers.at(where).sight
        if sight.health not in (Health.UP, Health.ABSENT):
            kind = AuthError if sight.health is Health.AUTH else SourceError
            raise kind(sight.reason, fix=sight.fix)


def _twins(worker: Worker, other: Worker) -> bool:
    """Whether a conversation found by directory and prompt may as well be the other's, whose own is not known."""
    same = (other.harness, other.directory, other.digest) == (worker.harness, worker.directory, worker.digest)
    return same and not other.session


async def _no_tmux(where: Address) -> str:
    """Why no server could be started there; empty when one could, or runs. It is looked for as every client looks for
    it: far away without a login shell."""
    try:
        done = await once.run(where, where.there(["tmux", "-V"]))
    except Missing as error:
        return error.message
    if done.code:
        return no_tmux(where).message
    version = done.said.decode("utf-8", "replace").strip()
    found = Birth(version, 0, "").numbers
    return too_old(where, version.removeprefix("tmux ")).message if found and found < OLDEST else ""
