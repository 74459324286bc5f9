"""Says that something happened below the Claude home, whether that is there yet or not, deleted or made again.

It opens no file; on a network file system, or where the kernel watches no more, it says so at a fixed pace instead."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

from cockpit.runtimes.claude.layout import ROOTS
from cockpit.watching import Touched, is_remote, touched

POLL_SECONDS = 1.0
_OURS = frozenset({".json", ".jsonl", ".key", ""})


class Watcher:
    """`link` names the way changes are learned now: `inotify` (or the system's like), or `polling` and why."""

    def __init__(self, root: Path, *, poll: bool | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self.root = root
        self.link = ""
        self._poll = poll
        self._poll_seconds = poll_seconds

    async def changes(self) -> AsyncGenerator[Touched, None]:
        """Goes on until it is closed. The first item comes once changes are watched, so that none is lost between."""
        if self._poll is None and await asyncio.to_thread(is_remote, self.root):
            self._poll = True
        while not self._poll:
            try:
                async with aclosing(self._watched()) as watched:
                    async for changes in watched:
                        yield changes
            except (FileNotFoundError, PermissionError):
                yield None
                await asyncio.sleep(self._poll_seconds)
            except OSError as error:
                self._poll = True
                self.link = f"polling: {error.strerror or 'the kernel watches no more'}"
        self.link = self.link or "polling"
        while True:
            yield None
            await asyncio.sleep(self._poll_seconds)

    async def _watched(self) -> AsyncGenerator[Touched, None]:
        """Until the set of folders to watch is another one."""
        roots, anchor = self._roots(), self._anchor()
        marks = _marks([anchor, *roots])
        async with aclosing(touched([anchor], roots)) as items:
            await anext(items)
            self.link = "inotify"
            yield None
            async for got in items:
                if _marks([anchor, *self._roots()]) != marks or self._anchor() != anchor:
                    return
                ours = got and {path for path in got if self._is_ours(path)}
                if ours or got is None:
                    yield ours

    def _is_ours(self, path: Path) -> bool:
        if path == self.root:  # who may read it may be another matter now
            return True
        kind = path.suffix in _OURS or ".deleted-" in path.name
        return kind and any(path.is_relative_to(self.root / folder) for folder in ROOTS)

    def _roots(self) -> list[Path]:
        return [path for folder in ROOTS if (path := self.root / folder).is_dir()]

    def _anchor(self) -> Path:
        """The home, else the nearest folder above that is there."""
        return next(path for path in (self.root, *self.root.parents) if path.is_dir())


def _marks(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """Folders by name and inode: one that was deleted and made again is another."""
    found = []
    for path in paths:
        with suppress(OSError):
            found.append((path, path.stat().st_ino))
    return found
