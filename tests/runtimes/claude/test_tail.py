"""The tail of a growing file: every line once, whole, whatever its size, and never from byte 0 again."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.runtimes.claude import tail as tail_module
from cockpit.runtimes.claude.tail import Tail, line_from, lines_between


def drain(tail: Tail) -> list[bytes]:
    lines = []
    while True:
        chunk = tail.read()
        lines += chunk.lines
        if not chunk.more:
            return lines


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_line_counts_when_it_has_its_end(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"one\ntw")
    tail = Tail(path)
    assert drain(tail) == [b"one"]
    assert drain(tail) == []
    append(path, b"o\nthree\n")
    assert drain(tail) == [b"two", b"three"]
    assert tail.offset == path.stat().st_size


@given(st.lists(st.binary(max_size=40), max_size=12), st.lists(st.integers(0, 400), max_size=8))
@settings(max_examples=60, deadline=None)
def test_however_it_is_cut_the_lines_are_the_same(tmp_path_factory, lines: list[bytes], cuts: list[int]) -> None:
    lines = [line.replace(b"\n", b" ") for line in lines]
    data = b"".join(line + b"\n" for line in lines)
    path = tmp_path_factory.mktemp("tail") / "t"
    path.touch()
    tail, seen, at = Tail(path), [], 0
    for cut in [*sorted(min(cut, len(data)) for cut in cuts), len(data)]:
        append(path, data[at:cut])
        at = cut
        seen += drain(tail)
    assert seen == lines


def test_long_lines_and_small_budgets(tmp_path: Path) -> None:
    path = tmp_path / "t"
    lines = [b"a" * 150_000, b"b", b"c" * 3_000_000, b"d"]
    path.write_bytes(b"\n".join(lines) + b"\n")
    tail, seen = Tail(path), []
    while len(seen) < 4:
        chunk = tail.read(budget=100_000)
        seen += chunk.lines
    assert seen == lines


def test_a_monstrous_line_is_left_out_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "LINE_LIMIT", 1000)
    monkeypatch.setattr(tail_module, "_CHUNK", 512)
    path = tmp_path / "t"
    path.write_bytes(b"one\n" + b"x" * 5000 + b"\ntwo\n")
    tail = Tail(path)
    assert drain(tail) == [b"one", b"two"]
    assert tail.skipped == 1


@pytest.mark.parametrize("new", [b"new\n", b"quite another file, and longer than the first\nnew\n"])
def test_a_replaced_file_is_read_anew(tmp_path: Path, new: bytes) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"first line\nsecond\n")
    tail = Tail(path)
    drain(tail)
    other = tmp_path / "u"
    other.write_bytes(new)
    os.replace(other, path)
    chunk = tail.read()
    assert chunk.reset
    assert chunk.lines[-1] == b"new"


@pytest.mark.parametrize("new", [b"cut\n", b"written over in place, and now longer than before\n"])
def test_a_file_cut_or_rewritten_in_place_is_read_anew(tmp_path: Path, new: bytes) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"first line\nsecond\n")
    tail = Tail(path)
    drain(tail)
    path.write_bytes(new)
    chunk = tail.read()
    assert (chunk.reset, chunk.lines) == (True, [new.strip()])


def test_a_vanished_file_says_so_and_may_come_back(tmp_path: Path) -> None:
    path = tmp_path / "t"
    tail = Tail(path)
    assert tail.read().gone
    path.write_bytes(b"one\n")
    assert drain(tail) == [b"one"]


def test_an_append_to_a_large_file_reads_only_what_was_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x" * 99 + b"\n")
    append(path, (b"y" * 9_999 + b"\n") * 1_000)
    tail = Tail(path)
    drain(tail)
    read = []
    real = os.pread

    def pread(handle: int, count: int, at: int) -> bytes:
        data = real(handle, count, at)
        read.append((at, len(data)))
        return data

    monkeypatch.setattr(os, "pread", pread)
    append(path, b"new\n")
    assert drain(tail) == [b"new"]
    assert sum(count for _, count in read) < 200
    assert min(at for at, _ in read) > 9_000_000


def test_a_page_begins_at_a_line(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"one\ntwo\nthree\n")
    with path.open("rb") as file:
        starts = [line_from(file.fileno(), offset, 14) for offset in (-5, 0, 1, 4, 5, 8, 9, 14)]
    assert starts == [0, 0, 4, 4, 8, 8, 14, 14]
    assert lines_between(path, 4, 14) == [b"two", b"three"]
