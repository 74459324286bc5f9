"""Files that are half-written, vanish or are no files: the last good value stays, and nothing is gone by mistake."""

import json
import os
from pathlib import Path

import pytest
from claude_kit import TAPES, VERSIONS

from cockpit.runtimes.claude.files import LastGood, Unreadable, names, read_bounded


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(clock: Clock) -> LastGood[dict]:
    return LastGood(lambda value, path: value if isinstance(value, dict) else None, 10_000, clock=clock)


@pytest.mark.parametrize("broken", [b"", b"{", b'{"a": 1}}\n  ]\n}', b"null", b"[]", b"\xff\xfe", b"[" * 9000])
def test_a_broken_file_keeps_its_last_good_value(tmp_path: Path, kept, clock, broken: bytes) -> None:
    path = tmp_path / "1.json"
    path.write_text('{"a": 1}')
    assert kept.look(path).value == {"a": 1}
    path.write_bytes(broken)
    look = kept.look(path)
    assert (look.value, look.again, look.gone, look.changed) == ({"a": 1}, True, False, False)
    path.write_text('{"a": 2}')
    look = kept.look(path)
    assert (look.value, look.again, look.changed) == ({"a": 2}, False, True)


def test_what_stays_broken_is_told_and_no_longer_asked_for(tmp_path: Path, kept, clock) -> None:
    path = tmp_path / "config.json"
    path.write_text("{")
    assert kept.look(path).again
    assert kept.troubles() == []
    clock.now += 3
    assert not kept.look(path).again
    assert kept.troubles() == ["config.json makes no sense (1 bytes)"]
    path.write_text("{}")
    assert kept.look(path).value == {}
    assert kept.troubles() == []


def test_a_file_is_gone_only_when_it_is_missing_twice(tmp_path: Path, kept, clock) -> None:
    path = tmp_path / "1.json"
    path.write_text("{}")
    kept.look(path)
    path.unlink()
    first = kept.look(path)
    assert (first.value, first.again, first.gone) == ({}, True, False)
    assert kept.look(path).again, "at the same instant that proves nothing"
    clock.now += 0.05
    second = kept.look(path)
    assert (second.value, second.gone, second.changed) == (None, True, True)
    assert kept.paths() == []


def test_a_file_that_comes_back_was_never_gone(tmp_path: Path, kept, clock) -> None:
    path = tmp_path / "1.json"
    path.write_text('{"a": 1}')
    kept.look(path)
    path.unlink()
    kept.look(path)
    path.write_text('{"a": 1}')
    look = kept.look(path)
    assert (look.value, look.changed, look.again) == ({"a": 1}, False, False)


def test_what_did_not_change_is_not_read_again(tmp_path: Path, clock) -> None:
    reads = []
    kept = LastGood(lambda value, path: reads.append(path) or value, 1000, clock=clock)
    path = tmp_path / "1.json"
    path.write_text("{}")
    kept.look(path)
    kept.look(path, unless_same=True)
    assert len(reads) == 1
    path.write_text('{"longer": 1}')
    assert kept.look(path, unless_same=True).changed


@pytest.mark.parametrize("kind", ["fifo", "folder", "large", "dangling", "loop"])
def test_what_is_no_plain_small_file_never_holds_us_up(tmp_path: Path, kept, kind: str) -> None:
    path = tmp_path / "x.json"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "large":
            path.write_bytes(b" " * 10_001)
        case "dangling":
            path.symlink_to(tmp_path / "nowhere")
        case "loop":
            path.symlink_to(path)
    assert kept.look(path).value is None
    if kind in ("fifo", "folder", "large"):
        with pytest.raises(Unreadable):
            read_bounded(path, 10_000)


def test_names_of_what_is_not_there(tmp_path: Path) -> None:
    assert names(tmp_path / "no") is None
    assert names(tmp_path) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_broken_state_is_one(tmp_path: Path, version: str) -> None:
    """The recorded MODIFY states make no sense, and whoever meets one keeps what was there before."""
    good: dict[str, object] = {}
    kept = LastGood(lambda value, path: value, 1_000_000)
    for row in (TAPES / version / "writes.jsonl").read_text().splitlines():
        write = json.loads(row)
        if write["event"] == "REMOVED":
            continue
        path = tmp_path / write["path"].replace("/", "~")
        path.write_text(write["text"])
        look = kept.look(path)
        if write["event"] == "MODIFY":
            assert look.again
            assert look.value == good.get(write["path"])
        else:
            assert not look.again
            good[write["path"]] = look.value
