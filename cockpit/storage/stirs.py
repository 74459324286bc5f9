"""Says when somebody may have written to the ledger: this cockpit, another one, a hook, a command line.

It opens no file, and a hint is all it gives: whether there is news, the ledger's version tells."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from cockpit.watching import is_remote, touched

POLL_SECONDS = 0.25
PAUSES = (0.005,) * 4 + (0.02,) * 4 + (0.05,) * 8
"""SQLite writes the log first and makes it count a moment later, which nothing tells: so that is looked at again."""


async def stirs(ledger: Path) -> AsyncGenerator[None, None]:
    """Goes on until it is closed. On a network file system, or where the kernel watches no more, at a fixed pace."""
    watched = not await asyncio.to_thread(is_remote, ledger.parent)
    while watched:
        try:
            async with aclosing(touched([ledger.parent], settle=0.0, apart=0.0)) as items:
                async for paths in items:
                    if paths and ledger.parent in paths:  # moved or deleted
                        break
                    if paths and not any(path.name.startswith(ledger.name) for path in paths):
                        continue
                    for pause in PAUSES:
                        yield
                        await asyncio.sleep(pause)
        except FileNotFoundError:
            yield  # whoever looks makes it
            await asyncio.sleep(POLL_SECONDS)
        except OSError:
            watched = False
    while True:
        yield
        await asyncio.sleep(POLL_SECONDS)
