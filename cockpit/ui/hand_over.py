"""Giving the terminal that we run in to another program, and taking it back whole, however that one ends.

It draws nothing, and what runs meanwhile goes on."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from tempfile import TemporaryFile

from cockpit.core.ports import Attachment
from cockpit.model.text import one_line


async def hand_over(attachment: Attachment) -> str:
    """Run it on our terminal until it ends; returns what it complained of if it failed. Cancelled, it is ended.

    Raises OSError when it cannot be started."""
    changed = attachment.environment
    environment = {name: value for name, value in {**os.environ, **changed}.items() if value is not None}
    # A file and no pipe: whoever it starts (an ssh master) may keep that open for long.
    with TemporaryFile() as said, _uninterrupted():
        process = await asyncio.create_subprocess_exec(*attachment.argv, env=environment, stderr=said)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
        said.seek(0)
        lines = said.read(65536).decode("utf-8", "replace").strip().splitlines()
    if not code:
        return ""
    return one_line(lines[-1]) if lines else f"it ended with code {code}"


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl+C is for the other program, also before it has the terminal for itself; it does not inherit this."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
