"""A running source in tests: its facts folded as the store folds them, and ways to wait for them."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from tmux_rig import PATIENCE, Tmux

from cockpit.model.facts import Fact, SourceChanged, SourceRead
from cockpit.model.health import SourceState
from cockpit.model.work import Thread
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.panes import Pane
from cockpit.runtimes.tmux.sockets import Sockets
from cockpit.runtimes.tmux.source import TmuxSource

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
PANE = Pane(
    "%1", "@1", ("$0",), (), "", 100, False, None, None, int(NOW.timestamp()) - 60, False, False, 80, 24, "0.0", False,
    "0/0/0", "one", "claude", "", "claude", "/home/dev/demo", "claude",
)  # fmt: skip
"""One pane as tmux tells of it, quiet for a minute at `NOW`."""


class Running:
    """`source` and what it said last."""

    def __init__(self, source: TmuxSource) -> None:
        self.source = source
        self.state: SourceState | None = None
        self.read: SourceRead | None = None
        self.facts: list[Fact] = []
        self._news = asyncio.Event()

    def emit(self, fact: Fact) -> None:
        self.facts.append(fact)
        if isinstance(fact, SourceChanged):
            self.state = fact.state
        if isinstance(fact, SourceRead):
            self.read = fact
        self._news.set()

    @property
    def threads(self) -> tuple[Thread, ...]:
        return self.read.threads if self.read else ()

    def thread(self, title: str) -> Thread:
        return next(thread for thread in self.threads if thread.title == title)

    async def until(self, true: Callable[["Running"], object]) -> None:
        """Wait for a fact after which `true` holds."""
        async with asyncio.timeout(PATIENCE):
            while not _holds(true, self):
                self._news.clear()
                await self._news.wait()


def _holds(true: Callable[[Running], object], running: Running) -> bool:
    try:
        return bool(true(running))
    except StopIteration:
        return False


def make(tmux: Tmux | Address | None = None, **options: Any) -> TmuxSource:
    place: Address | Sockets = Sockets(os.environ)
    if tmux is not None:
        place = Address(tmux.socket) if isinstance(tmux, Tmux) else tmux
    return TmuxSource("local", place, clock=lambda: datetime.now(UTC), environment=os.environ, **options)


@asynccontextmanager
async def running(tmux: Tmux | None = None, **options: Any) -> AsyncIterator[Running]:
    run = Running(make(tmux, **options))
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.state and r.read)
        yield run
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await run.source.close()
