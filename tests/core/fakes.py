"""A ledger in memory and a source that answers as told: the core's two outside rooms, without an outside."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cockpit.core import commands as c
from cockpit.model.asks import SettledAsk
from cockpit.model.errors import CockpitError, LedgerError
from cockpit.model.facts import LedgerRead
from cockpit.model.ids import Ref
from cockpit.model.work import Freeze, Hold


@dataclass
class MemoryLedger:
    """A ledger without a file; `broken` makes every call fail."""

    freezes: dict[Ref, Freeze] = field(default_factory=dict)
    held: Hold | None = None
    looked: dict[Ref, datetime] = field(default_factory=dict)
    settled: list[SettledAsk] = field(default_factory=list)
    pinned: tuple[Ref, ...] = ()
    audit: list[str] = field(default_factory=list)
    forgot: list[tuple[timedelta, datetime]] = field(default_factory=list)
    broken: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    async def stirs(self) -> AsyncGenerator[None, None]:
        while True:
            await self.stirred.wait()
            self.stirred.clear()
            yield

    def _check(self) -> None:
        if self.broken:
            raise LedgerError("The ledger is locked.")

    def read(self) -> LedgerRead:
        self._check()
        return LedgerRead(dict(self.freezes), self.held, dict(self.looked), None, tuple(self.settled))

    def version(self) -> int:
        self._check()
        return len(self.audit)

    def freeze(self, thread: Ref, freeze: Freeze) -> None:
        self._check()
        self.freezes[thread] = freeze

    def thaw(self, thread: Ref) -> None:
        self._check()
        self.freezes.pop(thread, None)

    def hold(self, hold: Hold | None) -> None:
        self._check()
        self.held = hold

    def pins(self) -> tuple[Ref, ...]:
        self._check()
        return self.pinned

    def pin(self, threads: Sequence[Ref]) -> None:
        self._check()
        self.pinned = tuple(threads)

    def look(self, thread: Ref, at: datetime) -> None:
        self._check()
        self.looked[thread] = at

    def settle(self, settled: SettledAsk) -> None:
        self._check()
        self.settled.append(settled)

    def begin(self, intent: str, command: str, target: str, detail: Mapping[str, object], at: datetime) -> None:
        self._check()
        self.audit.append(f"begin {intent} {command} {target}")

    def end(self, intent: str, outcome: str, at: datetime) -> None:
        self._check()
        self.audit.append(f"end {intent} {outcome}")

    def forget(self, keep: timedelta, now: datetime) -> None:
        self._check()
        self.forgot.append((keep, now))

    def close(self) -> None: ...


class FakeSource:
    """A source that records what reaches it and answers as told."""

    name, kind = "home", "fake"

    def __init__(self) -> None:
        self.sent: list[tuple[c.Command, str]] = []
        self.failure: CockpitError | None = None
        self.gate: asyncio.Event | None = None
        self.outcome = c.Outcome("Done.")

    async def run(self, emit: Callable[[object], None]) -> None: ...
    async def read(self, emit: Callable[[object], None]) -> None: ...
    def nudge(self) -> None: ...
    def quiet(self, away: bool) -> None: ...
    async def close(self) -> None: ...

    async def _take(self, command: c.Command, intent: str) -> c.Outcome:
        self.sent.append((command, intent))
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        return self.outcome

    decide = answer = implement = send = dispatch = create_project = manage = stop_team = _take
