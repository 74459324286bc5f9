"""What goes wrong around a tmux server: each a clear word, the others unaffected, nothing disturbed."""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from source_kit import Running, make, running
from tmux_rig import TMUX, Tmux, attached_person, until, wait_until

from cockpit.model.health import Health
from cockpit.model.terminal import Lane
from cockpit.runtimes.tmux import news, once, server
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.source import TmuxSource


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first directory that programs are looked for in."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    return place


def program(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture
def others(sockets: Path) -> Iterator[list[str]]:
    """Sockets of three servers that are not well, beside those that a test starts."""
    names = ["locked", "old", "stuck"]
    place = sockets / f"tmux-{os.getuid()}"
    place.mkdir(mode=0o700)
    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(socket.socket(socket.AF_UNIX)).bind(str(place / name))
        yield names


async def test_without_tmux(sockets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    run = Running(make())
    await run.source.read(run.emit)
    assert run.state is not None
    assert (run.state.health, run.state.reason) == (Health.ABSENT, "tmux is not installed here.")
    assert run.state.fix == "Install tmux 3.2 or newer."


async def test_servers_that_are_locked_old_or_stuck_beside_a_good_one(
    others: Sequence[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "_SECONDS", 0.5)
    good = Tmux.start(socket="default")
    program(
        path / "tmux",
        'case "$*" in\n'
        '*"-L locked "*) echo "error connecting to /tmp/locked (Permission denied)" >&2; exit 1;;\n'
        '*"-L old "*) echo "tmux: unknown option -- N" >&2; exit 1;;\n'
        f'*"-L stuck "*) exec sleep 1000;;\nesac\nexec {TMUX} "$@"',
    )
    try:
        async with running() as run:
            await run.until(lambda r: len(r.state.notes) == 3)
            assert run.state is not None
            assert run.state.health is Health.UP
            assert [thread.title for thread in run.threads] == ["one 0.0"]
            assert run.state.notes == (
                "locked: No permission on the tmux socket locked.",
                "old: tmux (of unknown version) on old is too old.",
                "stuck: stuck did not answer within 0.5 s.",
            )
            assert dict(await run.source.diagnose())["server locked"] == (
                "auth: No permission on the tmux socket locked."
            )
    finally:
        good.kill()


async def test_sixty_panes_are_one_client_and_no_process_each(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = [word for _ in range(59) for word in ("new-window", "-d", "-t", "one", "cat", ";")]
    tmux(*chain[:-1])
    runs = []
    real = once.tmux

    async def counted(where: Address, *arguments: str, data: bytes = b"") -> bytes:
        runs.append(arguments[0])
        return await real(where, *arguments, data=data)

    monkeypatch.setattr(once, "tmux", counted)
    async with running(tmux) as run:
        assert len(run.threads) == 60
        assert len(tmux("list-clients").splitlines()) == 1
        tmux("kill-window", "-t", "one:30")
        await run.until(lambda r: len(r.threads) == 59)
    assert runs == ["list-sessions"]


async def test_another_client_with_a_tiny_screen_keeps_its_say(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-t", "one", "cat")
    with attached_person(tmux, 20, 6):
        wait_until(lambda: "20x5" in tmux.windows().values())
        before = tmux.windows()
        async with running(tmux) as run:
            terminals = [run.source.terminal(thread.ref) for thread in run.threads]
            for terminal in terminals:
                terminal.watch(Lane.GENTLE, lambda: None)
            await until(lambda: all(terminal.screen.width for terminal in terminals))
            assert 20 in [terminal.screen.width for terminal in terminals]
            assert tmux.windows() == before
            for terminal in terminals:
                await terminal.close()
        assert tmux.windows() == before
        assert len(tmux("list-clients").splitlines()) == 1


async def test_a_window_that_its_owner_closes_while_it_is_watched(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-n", "doomed", "-t", "one", "cat")
    async with running(tmux) as run:
        await run.until(lambda r: len(r.threads) == 2)
        doomed, other = (run.source.terminal(run.thread(title).ref) for title in ("doomed", "one 0.0"))
        for terminal in (doomed, other):
            terminal.watch(Lane.PROMPT, lambda: None)
        await until(lambda: doomed.screen.width and other.screen.width)
        tmux("kill-window", "-t", "one:doomed")
        await until(lambda: doomed.trouble == "The pane is closed.")
        tmux("send-keys", "-t", "one:0", "on")
        await until(lambda: other.screen.lines[0] and other.screen.lines[0][0][0] == "on")
        assert other.trouble == ""
        await doomed.close()
        await other.close()


async def test_a_disk_that_hangs_keeps_no_row_back(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository on a network drive that is gone: rows come without their branches, and change."""
    mended = threading.Event()
    monkeypatch.setattr(news, "_DISK_SECONDS", 0.05)
    monkeypatch.setattr(news.Checkouts, "of", lambda checkouts, paths: mended.wait(30) and {})
    try:
        async with running(tmux) as run:
            assert run.threads[0].branch is None
            tmux("rename-window", "-t", "one:0", "renamed")
            await run.until(lambda r: r.threads[0].title == "renamed")
    finally:
        mended.set()


# Far away, with an ssh of our own


_SSH = """
while [ "$1" != "--" ]; do shift; done
shift 2
[ -e "$0.down" ] && { echo "ssh: connect to host far port 22: Connection refused" >&2; exit 255; }
exec sh -c "$1"
"""


def far(tmux: Tmux) -> TmuxSource:
    return TmuxSource("far", Address(tmux.socket, "far"), clock=lambda: datetime.now(UTC))


async def test_an_ssh_that_would_ask_for_a_password(tmux: Tmux, path: Path) -> None:
    program(
        path / "ssh",
        'case "$*" in *BatchMode=yes*) echo "me@far: Permission denied (publickey,password)." >&2; exit 255;; esac\n'
        'printf "password: " >/dev/tty; exec sleep 1000',
    )
    run = Running(far(tmux))
    await run.source.read(run.emit)
    assert run.state is not None
    assert (run.state.health, run.state.reason) == (Health.AUTH, "far lets nobody in without asking.")
    assert run.state.fix == "Make ssh far work without a password."


async def test_an_ssh_link_that_drops_and_comes_back(tmux: Tmux, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_RETRY_SECONDS", (0.05,))
    program(path / "ssh", _SSH)
    run = Running(far(tmux))
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.state and r.state.health is Health.UP and r.threads)
        assert run.read is not None
        assert [project.key for project in run.read.projects] == [f"far:{run.threads[0].project.native}"]
        (path / "ssh.down").touch()
        os.kill(int(tmux("list-clients", "-F", "#{client_pid}")), 9)
        await run.until(lambda r: r.state.health is Health.DOWN and r.threads[0].stale)
        assert run.state is not None
        assert run.state.reason == "Nothing listens for ssh on far."
        (path / "ssh.down").unlink()
        await run.until(lambda r: r.state.health is Health.UP and not r.threads[0].stale)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await run.source.close()


@pytest.mark.parametrize("where", ["server", "rows"])
async def test_a_defect_ends_the_source_and_is_not_taken_for_silence(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The supervisor says it then, and begins anew."""
    run = Running(make(tmux))
    task = asyncio.create_task(run.source.run(run.emit))
    await run.until(lambda r: r.read)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(*((server.Server, "_list") if where == "server" else (news.picture, "draw")), broken)
    run.source.nudge()
    tmux("new-window", "-d", "-t", "one", "cat")
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(5):
            await task
    await run.source.close()
