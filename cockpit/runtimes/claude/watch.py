"""Says that something happened below the Claude home, whether that is there yet or not, deleted or made again.

It opens no file; on a network file system, or where the kernel watches no more, it says so at a fixed pace instead."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from cockpit.runtimes.claude.home import ROOTS

POLL_SECONDS = 1.0
_STEP_MS = 40
_HOME_STEP_MS = 200
_BELL_STEP_MS = 50
"""Each step wakes a thread, all the time (measured: 10 ms are 0.4 % of a core): as seldom as each can be late."""
_DEBOUNCE_MS = 200
_REMOTE = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "virtiofs", "vboxsf",
    "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gvfsd-fuse", "drvfs",
})  # fmt: skip
_OURS = frozenset({".json", ".jsonl", ".key", ""})

Changes = set[Path] | None
"""What was touched; None: anything may have been."""


def is_remote(path: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Whether changes at `path` by other machines would stay unseen: it lies on a network file system."""
    try:
        rows = [row.split(" ") for row in mounts.read_text("utf-8", "replace").splitlines()]
        real = path.resolve()
    except (OSError, RuntimeError):
        return False
    best, kind = -1, ""
    for row in rows:
        if len(row) > 2:
            point = Path(row[1].replace("\\040", " "))
            if real.is_relative_to(point) and len(point.parts) >= best:
                best, kind = len(point.parts), row[2]
    return kind in _REMOTE


class Watcher:
    """`link` names the way changes are learned now: `inotify` (or the system's like), or `polling` and why."""

    def __init__(self, root: Path, *, poll: bool | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self.root = root
        self.link = ""
        self._poll = poll
        self._poll_seconds = poll_seconds

    async def changes(self) -> AsyncIterator[Changes]:
        """Goes on until it is closed. The first item comes once changes are watched, so that none is lost between."""
        if self._poll is None and await asyncio.to_thread(is_remote, self.root):
            self._poll = True
        while not self._poll:
            try:
                async for changes in self._watched():
                    yield changes
            except FileNotFoundError:
                await asyncio.sleep(self._poll_seconds)
            except OSError as error:
                self._poll = True
                self.link = f"polling: {error.strerror or 'the kernel watches no more'}"
        self.link = self.link or "polling"
        while True:
            yield None
            await asyncio.sleep(self._poll_seconds)

    async def _watched(self) -> AsyncIterator[Changes]:
        """Until the set of folders to watch is another one."""
        from watchfiles import awatch

        queue: asyncio.Queue[set[Path] | OSError] = asyncio.Queue()
        roots, anchor = self._roots(), self._anchor()
        marks = _marks([anchor, *roots])

        async def pump(paths: Sequence[Path], recursive: bool, step: int) -> None:
            try:
                async for batch in awatch(
                    *paths, recursive=recursive, step=step, debounce=_DEBOUNCE_MS, rust_timeout=60_000,
                    watch_filter=None, ignore_permission_denied=True, force_polling=False,
                ):  # fmt: skip
                    queue.put_nowait({Path(path) for _, path in batch})
            except OSError as error:
                queue.put_nowait(error)

        tasks = [asyncio.create_task(pump([anchor], False, _HOME_STEP_MS), name="claude home")]
        if roots:
            tasks.append(asyncio.create_task(pump(roots, True, _STEP_MS), name="claude files"))
        try:
            await asyncio.sleep(0)
            self.link = "inotify"
            yield None
            while True:
                got = await queue.get()
                if isinstance(got, OSError):
                    raise got
                if _marks([anchor, *self._roots()]) != marks or self._anchor() != anchor:
                    return
                ours = {path for path in got if path.suffix in _OURS or ".deleted-" in path.name}
                if ours := {path for path in ours if self._is_ours(path)}:
                    yield ours
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    def _is_ours(self, path: Path) -> bool:
        return any(path.is_relative_to(self.root / folder) for folder in ROOTS)

    def _roots(self) -> list[Path]:
        return [path for folder in ROOTS if (path := self.root / folder).is_dir()]

    def _anchor(self) -> Path:
        """The home, else the nearest folder above that is there."""
        return next(path for path in (self.root, *self.root.parents) if path.is_dir())


async def ringing(bell: Path) -> AsyncIterator[None]:
    """Goes on until it is closed: an item for each time that somebody has written to that file.

    Its folder may not be there yet. Where the kernel watches no more, there is an item every second."""
    from watchfiles import awatch

    while True:
        try:
            async for _ in awatch(
                bell.parent, recursive=False, step=_BELL_STEP_MS, debounce=100, rust_timeout=60_000, watch_filter=None,
                force_polling=False,
            ):  # fmt: skip
                yield
        except FileNotFoundError:
            pass
        except OSError:
            yield
        await asyncio.sleep(POLL_SECONDS)


def _marks(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """Folders by name and inode: one that was deleted and made again is another."""
    found = []
    for path in paths:
        with suppress(OSError):
            found.append((path, path.stat().st_ino))
    return found
