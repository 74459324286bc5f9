"""The workers of one source: what can be started, who was, and the orders about them. The source holds one of these.

It knows no rows of its own; `rows` makes them from what is known here."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from cockpit.config import WorkersConfig
from cockpit.core.ports import Clock, WorkerLog
from cockpit.model.errors import Refused
from cockpit.model.health import Offer, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.failures import OLDEST, no_tmux, too_old
from cockpit.runtimes.tmux.panes import Birth
from cockpit.runtimes.tmux.picture import Picture
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers import rows
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.harness_files import load_harnesses, with_defaults
from cockpit.runtimes.tmux.workers.roster import Roster

_FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Means:
    """Where workers are started and kept: the server's address, the ledger's table, a private directory for the
    scripts that start them, what the configuration says for all and for each harness, a person's own harnesses; and
    what more arguments a program gets, by its name, that connect it with the cockpit. Asking for those may raise
    ConfigError, and blocks briefly."""

    where: Address
    log: WorkerLog
    scripts: Path
    config: WorkersConfig = field(default_factory=WorkersConfig)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_harnesses: Path | None = None
    more: Callable[[str], tuple[str, ...]] = lambda program: ()


class Crew:
    def __init__(self, source: str, means: Means, clock: Clock) -> None:
        self.means = means
        self.roster = Roster(source, means.log, clock)
        self.harnesses: Mapping[str, Harness] = {}
        self.opening = asyncio.Lock()
        self._clock = clock
        self._offers: tuple[Offer, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._cannot = ""
        self._looked_at: datetime | None = None

    def learn(self) -> None:
        """Ask the disk who was started, and now and then what can be. Blocks."""
        self.roster.refresh()
        now = self._clock()
        if self._looked_at is None or now - self._looked_at > _FRESH:
            self._look_around()
            self._looked_at = now

    def _look_around(self) -> None:
        loaded, wrong = with_defaults(load_harnesses(self.means.own_harnesses), self.means.defaults)
        said = (f"{each.key} in the configuration: {each.what}. {each.fix}" for each in wrong)
        self.harnesses, self._problems = loaded.known, (*loaded.problems, *said)
        default = self.means.config.harness
        if default not in loaded.known:
            self._problems += (f"[workers] names the harness {default}, and there is none.",)
        first = sorted(loaded.known.values(), key=lambda harness: (harness.name != default, harness.found is None))
        self._offers = tuple(harness.offer() for harness in first)
        self._cannot = _no_tmux(self.means.where)

    def joined(self, picture: Picture, servers: Servers, now: datetime) -> Picture:
        return rows.with_workers(
            picture, self.roster.source, self.roster.workers, self.harnesses, servers.known, now
        )  # fmt: skip

    def told(self, state: SourceState) -> SourceState:
        """The source's state, with what can be started."""
        notes = (*state.notes, *self._problems, *((self._cannot,) if self._cannot else ()))
        if self.roster.trouble:
            notes += (f"Who was started from here may be old: {self.roster.trouble}",)
        default = next((offer.instance for offer in self._offers if offer.ready), "")
        return replace(
            state, can_dispatch=not self._cannot, machine="here:", bulk=True, worktrees=True, offers=self._offers,
            default_model=ModelChoice(default, "") if default else None, notes=notes,
        )  # fmt: skip

    def diagnosis(self) -> list[tuple[str, str]]:
        """Which programs can be started, and which files that a person wrote cannot be used."""
        said = [(f"harness {offer.instance}", offer.note or "ready") for offer in self._offers]
        return [*said, *(("harnesses", problem) for problem in self._problems)]

    def harness(self, name: str) -> Harness:
        """To start a worker with. Raises Refused when there is none of that name."""
        found = self.harnesses.get(name)
        if found is None:
            known = ", ".join(self.harnesses)
            raise Refused(f"There is no harness {name!r:.40}.", fix=f"There are: {known}." if known else "")
        return replace(found, arguments=(*found.arguments, *self.means.more(found.program)))

    def ref(self, worker: str) -> Ref:
        return Ref(self.roster.source, worker)


def _no_tmux(where: Address) -> str:
    """Why no server could be started here; empty when one could, or runs."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return no_tmux(where).message
    try:
        said = subprocess.run([tmux, "-V"], capture_output=True, check=False, timeout=5).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return "tmux cannot be run here."
    version = said.decode("utf-8", "replace").strip()
    found = Birth(version, 0, "").numbers
    return too_old(where, version.removeprefix("tmux ")).message if found and found < OLDEST else ""
