"""Says what was touched below folders as soon as it was, and wakes for nothing else.

It opens no file. Linux tells it by inotify, any other system by watchfiles; what another machine changes on a network
file system is told by neither."""

import asyncio
import errno
import os
import struct
import sys
import threading
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

Touched = set[Path] | None
"""Files and folders, or None: anything may have been, more than the kernel keeps count of."""

_REMOTE = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "virtiofs", "vboxsf",
    "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gvfsd-fuse", "drvfs",
})  # fmt: skip
# linux/inotify.h
_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x4, 0x8, 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _Q_OVERFLOW, _IGNORED, _ONLYDIR, _ISDIR = 0x400, 0x800, 0x4000, 0x8000, 1 << 24, 1 << 30
_ABOUT_FILES = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_WANTED = _ABOUT_FILES | _DELETE_SELF | _MOVE_SELF | _ONLYDIR
_EVENT = struct.Struct("iIII")
_PASSED_OVER = frozenset({errno.EACCES, errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_STEP_MS, _DEBOUNCE_MS, _LOOK_MS = 100, 200, 30_000


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


async def touched(
    flat: Iterable[Path], deep: Iterable[Path] = (), *, settle: float = 0.02, apart: float = 0.2
) -> AsyncGenerator[Touched, None]:
    """What is touched in the folders of `flat`, and anywhere below those of `deep`; to be closed by whoever opened it.

    The first item is empty and comes once all is watched. A burst is one item: it comes `settle` seconds after the
    first touch, and `apart` seconds after the item before. Folders that are moved or deleted are told as touched, and
    are to be watched anew by whoever finds them again. Raises FileNotFoundError for a folder that is not there, and
    OSError where the kernel watches no more."""
    if sys.platform != "linux":  # pragma: no cover
        async for paths in _by_watchfiles(list(flat), list(deep)):
            yield paths
        return
    folders = _Folders()
    loop = asyncio.get_running_loop()
    try:
        await asyncio.to_thread(folders.begin, list(flat), list(deep))
        loop.add_reader(folders.descriptor, folders.read)
        yield set()
        last = float("-inf")
        while True:
            await folders.stirred.wait()
            await asyncio.sleep(max(settle, last + apart - loop.time()))
            last = loop.time()
            yield folders.taken()
    finally:
        loop.remove_reader(folders.descriptor)
        folders.close()


class _Folders:
    """One inotify instance, and what it has told so far. `begin` may run in a thread; it is over before the rest."""

    def __init__(self) -> None:
        import ctypes

        self.stirred = asyncio.Event()
        self._busy = threading.Lock()
        self._closed = False
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._errno = ctypes.get_errno
        self.descriptor = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "")
        self._paths: dict[int, str] = {}
        self._deep: set[int] = set()
        self._found: set[str] = set()
        self._roots: list[Path] = []
        self._lost = False
        self._error: OSError | None = None

    def begin(self, flat: Sequence[Path], deep: Sequence[Path]) -> None:
        with self._busy:
            if self._closed:
                return
            self._roots = list(deep)
            for folder in flat:
                self._paths[self._watch(str(folder))] = str(folder)
            for folder in deep:
                os.stat(folder)  # one that is gone is said, one that may not be read is passed over
                self._descend(str(folder))

    def read(self) -> None:
        """Take in what the kernel has to tell; folders that are new below a deep one are watched from now on."""
        self.stirred.set()
        while True:
            try:
                data = os.read(self.descriptor, 1 << 16)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                watch, mask, _, length = _EVENT.unpack_from(data, at)
                at += _EVENT.size + length
                name = data[at - length : at].rstrip(b"\0")
                try:
                    self._take(watch, mask, os.fsdecode(name))
                except OSError as error:
                    self._error = error

    def taken(self) -> Touched:
        """What was touched since the last call. Raises OSError when something new could not be watched."""
        self.stirred.clear()
        if self._error is not None:
            raise self._error
        found, self._found = self._found, set()
        if self._lost:  # folders may have come unseen
            self._lost = False
            for folder in self._roots:
                self._descend(str(folder))
            return None
        return {Path(path) for path in found}

    def close(self) -> None:
        self._closed = True  # whoever descends goes no further
        with self._busy:
            os.close(self.descriptor)

    def _take(self, watch: int, mask: int, name: str) -> None:
        if mask & _Q_OVERFLOW:
            self._lost = True
        folder = self._paths.get(watch)
        if folder is None:
            return
        if mask & _IGNORED:
            del self._paths[watch]
            self._deep.discard(watch)
            return
        path = f"{folder}/{name}" if name else folder
        self._found.add(path)
        if mask & _ISDIR and watch in self._deep and name:
            if mask & _MOVED_FROM:
                self._forget(path)
            elif mask & (_CREATE | _MOVED_TO):
                self._found |= self._descend(path)

    def _descend(self, top: str) -> set[str]:
        """Watch a folder and all below it; returns what is in them, for it may have come before they were watched."""
        seen: set[int] = set()
        found: set[str] = set()
        waiting = [top]
        while waiting and not self._closed:
            folder = waiting.pop()
            try:
                watch = self._watch(folder)
                if watch in seen:  # a link that leads back
                    continue
                seen.add(watch)
                self._paths[watch] = folder
                self._deep.add(watch)
                with os.scandir(folder) as entries:
                    for entry in entries:
                        found.add(entry.path)
                        if not entry.is_file(follow_symlinks=False):  # a link may lead to a folder, or nowhere
                            waiting.append(entry.path)
            except OSError as error:
                if error.errno not in _PASSED_OVER:
                    raise
        return found

    def _forget(self, top: str) -> None:
        """A folder was moved away: whatever happens in it now happens under another name."""
        for watch, path in list(self._paths.items()):
            if path == top or path.startswith(f"{top}/"):
                self._libc.inotify_rm_watch(self.descriptor, watch)

    def _watch(self, folder: str) -> int:
        return self._checked(self._libc.inotify_add_watch(self.descriptor, os.fsencode(folder), _WANTED), folder)

    def _checked(self, result: int, folder: str) -> int:
        if result < 0:
            code = self._errno()
            raise OSError(code, os.strerror(code), folder)
        return result


async def _by_watchfiles(flat: Sequence[Path], deep: Sequence[Path]) -> AsyncGenerator[Touched, None]:
    """The same by watchfiles, which wakes a thread at each step, and is silent for ever about a folder that was deleted
    and made again: so there is an empty item now and then, to look at folders by."""
    from watchfiles import awatch

    queue: asyncio.Queue[set[Path] | OSError] = asyncio.Queue()

    async def pump(paths: Sequence[Path], recursive: bool) -> None:
        try:
            async for batch in awatch(
                *paths, recursive=recursive, step=_STEP_MS, debounce=_DEBOUNCE_MS, rust_timeout=_LOOK_MS,
                yield_on_timeout=True, watch_filter=None, ignore_permission_denied=True, force_polling=False,
            ):  # fmt: skip
                queue.put_nowait({Path(path) for _, path in batch})
        except OSError as error:
            queue.put_nowait(error)

    tasks = [asyncio.create_task(pump(paths, paths is deep)) for paths in (flat, deep) if paths]
    try:
        await asyncio.sleep(0)
        yield set()
        while True:
            got = await queue.get()
            if isinstance(got, OSError):
                raise got
            yield got
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
