"""Says that a cockpit is there to show asks, so that hooks hold nothing up for nobody.

A mark is a file `<pid>` with the process's start time; one that was left behind by a crash fits no process any more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def present(folder: Path) -> Iterator[None]:
    """Leave our mark in `folder` (0700) while this lasts. Where it cannot be written, hooks only do not hold."""
    mark = folder / str(os.getpid())
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder)
        mark.write_text(started(os.getpid()))
        mark.chmod(0o600)
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def started(pid: int) -> str:
    """Field 22 of /proc/<pid>/stat, in clock ticks; empty for no such process, or where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""


def _sweep(folder: Path) -> None:
    """Remove the marks of processes that are gone."""
    for mark in folder.iterdir():
        if mark.name.isdecimal() and mark.read_text().strip() != started(int(mark.name)):
            mark.unlink(missing_ok=True)
