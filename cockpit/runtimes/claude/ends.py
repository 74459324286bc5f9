"""Says when a process has ended, by a descriptor of the kernel's for each, so that nobody has to look again and again.

It sends no signal, and keeps a descriptor open for no process that it was not told to watch."""

import asyncio
import os
from collections.abc import Callable, Collection

from cockpit.runtimes.claude.processes import Processes


class Ends:
    """`ended` is called in the loop when a watched process ends, killed or not, reaped or not."""

    def __init__(self, processes: Processes, ended: Callable[[], None]) -> None:
        self._processes = processes
        self._ended = ended
        self._descriptors: dict[int, int] = {}

    def watch(self, pids: Collection[int]) -> bool:
        """Watch these and no others; False when some of them cannot be watched, so that they must be looked at."""
        for pid in self._descriptors.keys() - set(pids):
            self._drop(pid)
        unseen = [pid for pid in pids if pid not in self._descriptors and not self._take(pid)]
        return not unseen

    def close(self) -> None:
        self.watch(())

    def _take(self, pid: int) -> bool:
        descriptor = self._processes.descriptor(pid)
        if descriptor is None:
            return False
        self._descriptors[pid] = descriptor
        asyncio.get_running_loop().add_reader(descriptor, self._over, pid)
        return True

    def _over(self, pid: int) -> None:
        self._drop(pid)
        self._ended()

    def _drop(self, pid: int) -> None:
        descriptor = self._descriptors.pop(pid)
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
