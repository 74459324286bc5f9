"""What workers ask on their screens: each is looked at once when it has fallen silent, and not while it prints.

It reads and types nothing. Whom another source knows as well tells that one better, and is left to it once a turn
began. Before that, and far away where no other source sees it, it is looked at while it prints, too: Claude Code does
behind its dialogs (2.1.329)."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from cockpit.model.errors import CockpitError
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.workers import submit
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.roster import place_of

_SECONDS = 1.0
_AGAIN_SECONDS = 3
_ASKED_SECONDS = 1
"""How often one that prints is looked at: whether it asks, and whether it still does."""


class Glances:
    """`asked` has what a worker asks, by its id, as `Harness.asks` says it; empty where it asks nothing. `due` is when
    one of them is to be looked at though nothing else happens."""

    def __init__(self) -> None:
        self.asked: Mapping[str, str] = {}
        self.due: datetime | None = None
        self._state: Mapping[str, tuple[bool, datetime | None]] = {}
        """In which each was looked at: whether it printed, and since when it is silent, or in which step it prints."""

    async def look(
        self, workers: Collection[Worker], harnesses: Mapping[str, Harness], servers: Mapping[str, Server],
        now: datetime,
    ) -> list[Worker]:  # fmt: skip
        """Returns who was answered since the last look."""
        asked: dict[str, str] = {}
        states: dict[str, tuple[bool, datetime | None]] = {}
        due: set[datetime] = set()
        for worker in workers:
            harness, place = harnesses.get(worker.harness), place_of(worker, servers)
            if harness is None or harness.dialog is None or place is None or place.pane.dead:
                continue
            begun = not worker.trouble
            if harness.join and not worker.host and begun:
                continue
            prints = place.server.activity[place.pane.id]
            waits = harness.asks(place.pane.title, "") != ""
            lately = prints.lately(now)
            if lately and not waits and begun and not harness.join:
                continue
            state: tuple[bool, datetime | None] = (lately, prints.last)
            if waits:
                state = (False, None)  # a title that blinks is no news
            elif lately:
                seconds = _ASKED_SECONDS if self.asked.get(worker.id) else _AGAIN_SECONDS
                step = _step(now, seconds)
                state = (lately, step)
                due.add(step + timedelta(seconds=seconds))
            if worker.id in self.asked and self._state[worker.id] == state:
                asked[worker.id], states[worker.id] = self.asked[worker.id], state
                continue
            with contextlib.suppress(CockpitError, TimeoutError):
                async with asyncio.timeout(_SECONDS):
                    asked[worker.id] = await submit.asks(place.server, place.pane.id, harness)
                states[worker.id] = state
        answered = [worker for worker in workers if self.asked.get(worker.id) and asked.get(worker.id) == ""]
        self.asked, self._state, self.due = asked, states, min(due, default=None)
        return answered


def _step(now: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
