"""Which tmux servers there may be on this machine, by the sockets in tmux's directory, and a word when those change.

A socket is no server: who listens is found out by asking. Nothing is created, not even the directory."""

import asyncio
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from fnmatch import fnmatchcase
from pathlib import Path

from cockpit.runtimes.tmux.address import Address, directory
from cockpit.watching import touched

_LOOK_SECONDS = 1.0
_MOST = 64


class Sockets:
    """`patterns` are globs for the names that count; the server of `$TMUX` and the default one always do. `without` are
    the files of sockets that somebody else looks at."""

    def __init__(
        self, environment: Mapping[str, str], patterns: Iterable[str] = ("*",), *, without: Iterable[Path] = ()
    ) -> None:
        self.directory = directory(environment)
        self._patterns = tuple(patterns)
        self._without = {os.path.realpath(file) for file in without}
        self._inside = environment.get("TMUX", "").split(",")[0]

    def addresses(self) -> list[Address]:
        """The default server first, then by name."""
        names = sorted(self._names(), key=lambda name: (name != "default", name))
        found = {os.path.realpath(self.directory / name): Address(name) for name in names[:_MOST]}
        if self._inside and _is_socket(Path(self._inside)):
            found.setdefault(os.path.realpath(self._inside), Address(self._inside))
        return [address for file, address in found.items() if file not in self._without]

    def _names(self) -> list[str]:
        try:
            with os.scandir(self.directory) as entries:
                return [
                    entry.name
                    for entry in entries
                    if any(fnmatchcase(entry.name, pattern) for pattern in ("default", *self._patterns))
                    and _is_socket(Path(entry.path))
                ]
        except OSError:
            return []


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


async def watch(directories: Iterable[Path], changed: Callable[[set[str]], None]) -> None:
    """Call `changed` with the paths that came or went in those directories, until cancelled.

    A directory that is not there is seen when it comes: until then its nearest parent is watched. One that is made anew
    is another one, and watched anew."""
    wanted = tuple(directories)
    while True:
        seen, places = _identities(wanted), [_nearest(place) for place in wanted]
        try:
            async with aclosing(touched(set(places))) as items:
                async for paths in items:
                    # With the first, empty one: who came before it may have come unseen.
                    if not paths or any(path.parent in wanted for path in paths):
                        changed({str(path) for path in paths or wanted})
                    if _identities(wanted) != seen or [_nearest(place) for place in wanted] != places:
                        changed({str(place) for place in wanted})
                        break
        except OSError:
            # It went between the look and the watch, or the kernel watches no more: then it is looked at now and then.
            await asyncio.sleep(_LOOK_SECONDS)
            changed({str(place) for place in wanted})


def _nearest(place: Path) -> Path:
    return next((path for path in (place, *place.parents) if path.is_dir()), Path("/"))


def _identities(places: Iterable[Path]) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for place in places:
        try:
            status = place.stat()
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found
