"""The directories of sockets are watched from the first moment on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cockpit.runtimes.tmux import sockets


async def test_who_comes_while_the_watch_begins_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched, told = sockets.touched, asyncio.Event()

    def late(*folders: Any) -> object:
        (tmp_path / "late").touch()
        return touched(*folders)

    monkeypatch.setattr(sockets, "touched", late)
    watching = asyncio.create_task(sockets.watch([tmp_path], lambda _: told.set()))
    try:
        async with asyncio.timeout(5):
            await told.wait()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
