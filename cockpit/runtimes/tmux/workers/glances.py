"""What workers ask on their screens: each is looked at once when it has fallen silent, and not while it prints.

It reads and types nothing. Whom another source knows as well tells that one better, and is left to it. Far away no
other source sees it, and there it is looked at while it prints, too: Claude Code does behind its dialogs (2.1.329)."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from cockpit.model.errors import CockpitError
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.workers import submit
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.roster import place_of

_SECONDS = 1.0
_AGAIN_SECONDS = 3


class Glances:
    """`asked` has what a worker asks, by its id, as `Harness.asks` says it; empty where it asks nothing."""

    def __init__(self) -> None:
        self.asked: Mapping[str, str] = {}
        self._state: Mapping[str, tuple[bool, datetime | None]] = {}
        """In which each was looked at: whether it printed, and since when it is silent, or in which step it prints."""

    async def look(
        self, workers: Iterable[Worker], harnesses: Mapping[str, Harness], servers: Mapping[str, Server], now: datetime
    ) -> None:
        asked: dict[str, str] = {}
        states: dict[str, tuple[bool, datetime | None]] = {}
        for worker in workers:
            harness, place = harnesses.get(worker.harness), place_of(worker, servers)
            if harness is None or harness.dialog is None or place is None or place.pane.dead:
                continue
            if harness.join and not worker.host:
                continue
            prints = place.server.activity[place.pane.id]
            waits = harness.asks(place.pane.title, "") != ""
            lately = prints.lately(now)
            if lately and not waits and not harness.join:
                continue
            state: tuple[bool, datetime | None] = (lately, _step(now) if lately else prints.last)
            if waits:
                state = (False, None)  # a title that blinks is no news
            if worker.id in self.asked and self._state[worker.id] == state:
                asked[worker.id], states[worker.id] = self.asked[worker.id], state
                continue
            with contextlib.suppress(CockpitError, TimeoutError):
                async with asyncio.timeout(_SECONDS):
                    asked[worker.id] = await submit.asks(place.server, place.pane.id, harness)
                states[worker.id] = state
        self.asked, self._state = asked, states


def _step(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // _AGAIN_SECONDS * _AGAIN_SECONDS, UTC)
