"""Whoever writes to the ledger is heard: another process, a new folder, and where the kernel cannot tell."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.model.work import Hold
from cockpit.storage import stirs
from cockpit.storage.ledger import SqliteLedger

_WRITER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from cockpit.model.work import Hold
from cockpit.storage.ledger import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]))
ledger.hold(Hold(sys.argv[2], "ada", datetime.now(UTC)))
ledger.close()
"""


def write(path: Path, reason: str) -> None:
    subprocess.run([sys.executable, "-c", _WRITER, str(path), reason], check=True)


async def heard(items: AsyncGenerator[None, None], true: Callable[[], bool]) -> None:
    """Look whenever it stirs, until it is so."""
    async with asyncio.timeout(20):
        while not true():
            await anext(items)


def held(ledger: SqliteLedger) -> str:
    hold = ledger.read().hold
    return hold.reason if hold else ""


async def test_what_another_process_writes_stirs(ledger: SqliteLedger) -> None:
    ledger.read()
    async with aclosing(ledger.stirs()) as items:
        for reason in ("first", "second"):
            await asyncio.to_thread(write, ledger.path, reason)
            await heard(items, lambda: held(ledger) == reason)  # noqa: B023


async def test_it_rests_when_nobody_writes(ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking is not writing: what is read because it stirred does not stir again."""
    monkeypatch.setattr(stirs, "PAUSES", (0.001,) * 5)
    ledger.hold(Hold("now", "ada", datetime.now(UTC)))
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(0.3), aclosing(ledger.stirs()) as items:
            async for _ in items:
                ledger.version()
                ledger.read()
                seen += 1
    assert 0 < seen <= 2 * len(stirs.PAUSES)


async def test_a_folder_that_is_not_there_yet(path: Path) -> None:
    ledger = SqliteLedger(path)
    async with aclosing(ledger.stirs()) as items:
        await anext(items)
        await asyncio.to_thread(write, path, "born")
        await heard(items, lambda: held(ledger) == "born")
    ledger.close()


async def test_a_folder_that_was_made_anew(ledger: SqliteLedger) -> None:
    ledger.read()
    async with aclosing(ledger.stirs()) as items:
        await anext(items)
        shutil.rmtree(ledger.path.parent)
        await asyncio.to_thread(write, ledger.path, "anew")
        await heard(items, lambda: held(ledger) == "anew")
        await asyncio.to_thread(write, ledger.path, "again")
        await heard(items, lambda: held(ledger) == "again")


@pytest.mark.parametrize("why", ["far away", "too many"])
async def test_where_the_kernel_cannot_tell_it_is_looked_at_all_the_time(
    ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async def refuse(*folders: object, **how: object) -> AsyncGenerator[None, None]:
        raise OSError(24, "Too many open files")
        yield

    if why == "far away":
        monkeypatch.setattr(stirs, "is_remote", lambda folder: True)
    monkeypatch.setattr(stirs, "touched", refuse)
    monkeypatch.setattr(stirs, "POLL_SECONDS", 0.01)
    async with aclosing(ledger.stirs()) as items:
        for _ in range(3):
            await anext(items)
        await asyncio.to_thread(write, ledger.path, "far")
        await heard(items, lambda: held(ledger) == "far")


def test_two_ledgers_of_one_process_keep_what_others_write(ledger: SqliteLedger) -> None:
    """The second one must not take the first one's locks away: whoever leaves would remove the log under both."""
    ledger.read()
    second = SqliteLedger(ledger.path)
    second.read()
    for reason in ("one", "two"):
        write(ledger.path, reason)
        assert (held(ledger), held(second)) == (reason, reason)
    second.close()
