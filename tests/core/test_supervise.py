"""The supervisor: one sick source is that source's health and nobody else's trouble."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from fakes import FakeSource, MemoryLedger
from fleet_kit import NOW, source, thread

from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.model.facts import Fact, SourceRead
from cockpit.model.health import Health
from cockpit.model.ids import Ref

Emit = Callable[[Fact], None]


class Crashing(FakeSource):
    name = "sick"

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    async def run(self, emit: Emit) -> None:  # type: ignore[override]
        self.runs += 1
        raise ZeroDivisionError("a defect")

    async def read(self, emit: Emit) -> None:  # type: ignore[override]
        raise ZeroDivisionError("a defect")


class Good(FakeSource):
    async def run(self, emit: Emit) -> None:  # type: ignore[override]
        await self.read(emit)
        await asyncio.Event().wait()

    async def read(self, emit: Emit) -> None:  # type: ignore[override]
        emit(source())
        emit(SourceRead("home", (), (thread(),)))


class Hanging(FakeSource):
    name = "slow"

    async def read(self, emit: Emit) -> None:  # type: ignore[override]
        await asyncio.Event().wait()


class Reading(FakeSource):
    """One that has something on the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = asyncio.Event()

    def ledger_moved(self) -> None:
        self.moved.set()


def supervisor(
    *sources: FakeSource, sleep: object = None, ledger: MemoryLedger | None = None
) -> tuple[Supervisor, Store]:
    store = Store(lambda: NOW)
    made = {s.name: s for s in sources}
    keeper = Supervisor(
        store, made, ledger or MemoryLedger(), clock=lambda: NOW, **({"sleep": sleep} if sleep else {})  # type: ignore[arg-type]
    )  # fmt: skip
    return keeper, store


async def test_a_source_that_crashes_is_restarted_and_shown_down(caplog: pytest.LogCaptureFixture) -> None:
    pauses: list[float] = []
    crashed_often = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if pauses.count(30.0) >= 1:
            crashed_often.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    sick = Crashing()
    keeper, store = supervisor(sick, Good(), sleep=sleep)
    keeper.start()
    await asyncio.wait_for(crashed_often.wait(), 5)
    assert sick.runs == 3
    assert [p for p in pauses if p in (1.0, 5.0, 30.0)] == [1.0, 5.0, 30.0]
    assert store.fleet.sources["sick"].health is Health.DOWN
    assert store.fleet.sources["home"].health is Health.UP
    assert "a defect" in caplog.text
    await keeper.stop()


async def test_reading_once_waits_for_nobody_too_long_and_hides_nobody() -> None:
    keeper, store = supervisor(Hanging(), Crashing(), Good())
    await keeper.read_once(0.05)
    healths = {name: state.health for name, state in store.fleet.sources.items()}
    assert healths == {"slow": Health.DOWN, "sick": Health.DOWN, "home": Health.UP}
    assert "0.05 s" in store.fleet.sources["slow"].reason
    assert Ref("home", "one") in store.fleet.threads


async def test_what_another_process_writes_to_the_ledger_is_seen() -> None:
    ledger, reader = MemoryLedger(), Reading()
    keeper, store = supervisor(reader, ledger=ledger)
    keeper.start()
    await asyncio.wait_for(reader.moved.wait(), 5)
    reader.moved.clear()
    changed = asyncio.Event()
    store.listen(changed.set)
    ledger.looked[Ref("home", "one")] = NOW
    ledger.audit.append("somebody wrote")
    ledger.stirred.set()
    await asyncio.wait_for(changed.wait(), 5)
    assert reader.moved.is_set()
    await keeper.stop()


async def test_a_broken_ledger_is_told_and_watching_goes_on() -> None:
    ledger = MemoryLedger(broken=True)
    keeper, store = supervisor(Good(), ledger=ledger)
    await keeper.read_once(1)
    assert "locked" in store.fleet.ledger_trouble
    assert Ref("home", "one") in store.fleet.threads


async def test_the_ledger_forgets_after_the_start_and_once_a_day() -> None:
    ledger, pauses, enough = MemoryLedger(), [], asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            enough.set()
            await asyncio.Event().wait()

    keeper, _ = supervisor(sleep=sleep, ledger=ledger)
    keeper.start()
    await asyncio.wait_for(enough.wait(), 5)
    await keeper.stop()
    assert pauses == [20.0, 86_400.0, 86_400.0]
    assert ledger.forgot == [(timedelta(days=30), NOW)] * 2
