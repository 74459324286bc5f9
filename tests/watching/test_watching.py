"""Folders on a real disk: everything that is touched is told, by the right name, and nothing sleeps."""

import asyncio
import errno
import os
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cockpit.watching import Touched, is_remote, touched

_KERNEL_COUNTS = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


class Told:
    """What was told so far."""

    def __init__(self, items: AsyncGenerator[Touched, None]) -> None:
        self.items = items
        self.seen: set[Path] = set()

    async def until(self, *paths: Path) -> None:
        async with asyncio.timeout(10):
            while not self.seen.issuperset(paths):
                self.seen |= await anext(self.items) or set()


async def begun(items: AsyncGenerator[Touched, None]) -> Told:
    assert await anext(items) == set()
    return Told(items)


@pytest.fixture(params=["inotify", "watchfiles"])
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    if request.param == "watchfiles":
        monkeypatch.setattr("sys.platform", "other")
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


async def test_a_write_a_rename_and_an_end_are_told(root: Path) -> None:
    (root / "a").mkdir()
    file, other = root / "a" / "file", root / "a" / "other"
    async with aclosing(touched([], [root])) as items:
        told = await begun(items)
        file.write_text("1")
        await told.until(file)
        file.rename(other)
        await told.until(other)
        told.seen.clear()
        other.unlink()
        await told.until(other)


async def test_what_lies_in_folders_that_are_made_at_once_is_told(place: Path) -> None:
    deep = place / "a" / "b" / "c"
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        deep.mkdir(parents=True)
        (deep / "file").write_text("1")
        await told.until(deep / "file")
        (deep / "later").write_text("1")
        await told.until(deep / "later")


async def test_a_flat_folder_tells_nothing_of_those_below(place: Path) -> None:
    (place / "below").mkdir()
    async with aclosing(touched([place])) as items:
        told = await begun(items)
        (place / "below" / "file").write_text("1")
        (place / "own").write_text("1")
        await told.until(place / "own")
        assert place / "below" / "file" not in told.seen


async def test_a_folder_that_was_moved_goes_by_its_new_name(place: Path) -> None:
    (place / "old" / "deep").mkdir(parents=True)
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        (place / "old").rename(place / "new")
        await told.until(place / "new" / "deep")
        told.seen.clear()
        (place / "new" / "deep" / "file").write_text("1")
        await told.until(place / "new" / "deep" / "file")
        assert not any(path.is_relative_to(place / "old") for path in told.seen)


async def test_a_folder_that_was_moved_out_is_not_told_of_any_more(place: Path, tmp_path: Path) -> None:
    (place / "old").mkdir()
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        (place / "old").rename(tmp_path / "elsewhere")
        await told.until(place / "old")
        told.seen.clear()
        (tmp_path / "elsewhere" / "file").write_text("1")
        (place / "last").write_text("1")
        await told.until(place / "last")
        assert told.seen == {place / "last"}


async def test_links_to_folders_are_followed_and_lead_nowhere_for_ever(place: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (place / "link").symlink_to(tmp_path / "linked")
    (tmp_path / "linked" / "back").symlink_to(place)
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        (tmp_path / "linked" / "file").write_text("1")
        await told.until(place / "link" / "file")


async def test_a_link_that_leads_nowhere_hides_no_folder_beside_it(place: Path) -> None:
    folders = [place / f"folder-{number}" for number in range(20)]
    for number, folder in enumerate(folders):
        (place / f"loop-{number}").symlink_to(f"loop-{number}")
        folder.mkdir()
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        for folder in folders:
            (folder / "file").touch()
        await told.until(*(folder / "file" for folder in folders))


async def test_a_watched_folder_that_ends_is_told(place: Path) -> None:
    async with aclosing(touched([place])) as items:
        told = await begun(items)
        os.rmdir(place)
        await told.until(place)


async def test_more_than_the_kernel_counts_is_told_as_anything(place: Path) -> None:
    files = [place / "a", place / "b"]
    async with aclosing(touched([], [place])) as items:
        await begun(items)
        for file in files:
            file.touch()
        for number in range(_KERNEL_COUNTS + 100):
            os.utime(files[number % 2])
        (place / "new").mkdir()
        async with asyncio.timeout(10):
            while await anext(items) is not None:
                pass
        (place / "new" / "file").write_text("1")
        await Told(items).until(place / "new" / "file")


async def test_a_burst_is_one_item(place: Path) -> None:
    async with aclosing(touched([place])) as items:
        await begun(items)
        for number in range(50):
            (place / str(number)).touch()
        assert await anext(items) == {place / str(number) for number in range(50)}


async def test_a_folder_that_is_not_there_is_said(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await anext(touched([place / "none"]))


async def test_a_folder_that_may_not_be_read_is_passed_over(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "closed").mkdir()
    (place / "open").mkdir()
    scandir = os.scandir

    def refuse(path: Any) -> object:
        if path == str(place / "closed"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    async with aclosing(touched([], [place])) as items:
        told = await begun(items)
        (place / "open" / "file").write_text("1")
        await told.until(place / "open" / "file")


async def test_whoever_stops_while_it_begins_waits_for_one_folder_and_leaves_nothing_open(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, scandir = threading.Event(), threading.Event(), os.scandir
    seen = []
    (place / "below").mkdir()

    def slow(path: Any) -> object:
        seen.append(path)
        begun.set()
        go.wait(10)
        return scandir(path)

    class Turn:
        """A lock that lets the walk go on once somebody wants to close."""

        def __init__(self) -> None:
            self._lock = threading.Lock()

        def __enter__(self) -> None:
            if begun.is_set():
                go.set()
            self._lock.acquire()

        def __exit__(self, *_: object) -> None:
            self._lock.release()

    monkeypatch.setattr("cockpit.watching.threading", SimpleNamespace(Lock=Turn))
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "scandir", slow)
    items = touched([], [place])
    task = asyncio.ensure_future(anext(items))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await items.aclose()
    assert len(os.listdir("/proc/self/fd")) == before
    assert seen == [str(place)]


async def test_nothing_is_left_open(place: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        async with aclosing(touched([place])) as items:
            await anext(items)
    assert len(os.listdir("/proc/self/fd")) == before


def test_network_file_systems_are_polled(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"rootfs / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\nhost:/ {tmp_path}/ssh fuse.sshfs rw 0 0\n"
    )
    assert is_remote(tmp_path / "home", mounts)
    assert is_remote(tmp_path / "ssh", mounts)
    assert not is_remote(Path("/"), mounts)
    assert not is_remote(tmp_path, tmp_path / "none")
