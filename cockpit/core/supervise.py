"""Keeps every source running, and keeps one sick source from touching the others.

It is one of two places that may catch anything: a defect in a source becomes that source's health."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta

from cockpit.core.ports import Clock, Ledger, ReadsLedger, Source
from cockpit.core.store import Store
from cockpit.model.errors import LedgerError
from cockpit.model.facts import LedgerFailed, SourceChanged
from cockpit.model.health import Health, SourceState

log = logging.getLogger(__name__)
_RESTART_SECONDS = (1.0, 5.0, 30.0)
_LEDGER_SECONDS = 10.0
"""The ledger says itself when somebody wrote; this long after, it is looked at anyway."""
_LEDGER_RETRY_SECONDS = 5.0
_FORGET_SECONDS = 20.0
"""So long after the start, when the list has long been drawn, the ledger forgets; then once a day."""
_DAY_SECONDS = 86_400.0


class Supervisor:
    """Runs the sources and watches the ledger until `stop`; what was over `keep` ago the ledger forgets. `sleep` is
    injected for tests."""

    def __init__(
        self, store: Store, sources: Mapping[str, Source], ledger: Ledger, *, clock: Clock,
        keep: timedelta = timedelta(days=30), sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._store = store
        self._sources = sources
        self._ledger = ledger
        self._clock = clock
        self._keep_for = keep
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []
        self._stirred = asyncio.Event()

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self._watch_ledger(), name="ledger"))
        self._tasks.append(asyncio.create_task(self._hear_ledger(), name="ledger stirs"))
        self._tasks.append(asyncio.create_task(self._forget(), name="ledger forgets"))
        for source in self._sources.values():
            self._tasks.append(asyncio.create_task(self._keep(source), name=f"source {source.name}"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for source in self._sources.values():
            await source.close()

    async def read_once(self, seconds: float) -> None:
        """Read the ledger and every source once, side by side; a source that takes longer is reported late."""
        await self._read_ledger()
        await asyncio.gather(*(self._read(source, seconds) for source in self._sources.values()))

    async def _read(self, source: Source, seconds: float) -> None:
        try:
            await asyncio.wait_for(source.read(self._store.apply), seconds)
        except TimeoutError:
            known = self._store.fleet.sources.get(source.name)
            if known is None or known.health is Health.UP:
                self._down(source, f"no whole answer within {seconds:g} s", "Try again, or raise --timeout.")
        except Exception as error:
            self._defect(source, error)

    async def _keep(self, source: Source) -> None:
        failures = 0
        while True:
            try:
                await source.run(self._store.apply)
                return
            except Exception as error:
                self._defect(source, error)
            await self._sleep(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])
            failures += 1

    def _defect(self, source: Source, error: Exception) -> None:
        log.error("source %s failed", source.name, exc_info=error)
        self._down(source, f"a defect in the cockpit: {type(error).__name__}", "The log has the traceback.")

    def _down(self, source: Source, reason: str, fix: str) -> None:
        now = self._clock()
        known = self._store.fleet.sources.get(source.name)
        state = known or SourceState(source.name, source.kind, Health.DOWN, since=now)
        self._store.apply(SourceChanged(replace(state, health=Health.DOWN, reason=reason, fix=fix, checked_at=now)))

    async def _watch_ledger(self) -> None:
        """Other cockpits, hooks and the command line write to the ledger too; asking for its version is cheap."""
        seen: int | None = None
        while True:
            self._stirred.clear()
            try:
                # Off the loop as long as it may have to be opened.
                asked = self._ledger.version
                version = asked() if seen is not None else await asyncio.to_thread(asked)
                if version != seen:
                    for source in self._sources.values():
                        if isinstance(source, ReadsLedger):
                            source.ledger_moved()
                    await self._read_ledger()
                    seen = version
            except LedgerError as error:
                self._ledger_trouble(error)
                seen = None
                await self._sleep(_LEDGER_RETRY_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEDGER_SECONDS):
                    await self._stirred.wait()

    async def _hear_ledger(self) -> None:
        async with aclosing(self._ledger.stirs()) as stirs:
            async for _ in stirs:
                self._stirred.set()

    async def _forget(self) -> None:
        await self._sleep(_FORGET_SECONDS)
        while True:
            with suppress(LedgerError):  # who watches the ledger tells of its troubles
                await asyncio.to_thread(self._ledger.forget, self._keep_for, self._clock())
            await self._sleep(_DAY_SECONDS)

    async def _read_ledger(self) -> None:
        try:
            self._store.apply(await asyncio.to_thread(self._ledger.read))
        except LedgerError as error:
            self._ledger_trouble(error)

    def _ledger_trouble(self, error: LedgerError) -> None:
        self._store.apply(LedgerFailed(str(error)))
