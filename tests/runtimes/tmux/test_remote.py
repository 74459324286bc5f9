"""The same source over a real sshd on loopback: seen, driven, dropped and found again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from source_kit import Running
from ssh_rig import Sshd
from tmux_rig import Tmux, until

from cockpit.core import commands as c
from cockpit.model.errors import SourceError
from cockpit.model.health import Health
from cockpit.model.terminal import Lane
from cockpit.runtimes.tmux import once, server
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.source import TmuxSource


@contextlib.asynccontextmanager
async def far(sshd: Sshd, tmux: Tmux) -> AsyncIterator[Running]:
    source = TmuxSource("far", Address(tmux.socket, "far", sshd.client), clock=lambda: datetime.now(UTC))
    run = Running(source)
    task = asyncio.create_task(source.run(run.emit))
    try:
        await run.until(lambda r: r.state)
        yield run
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await source.close()


async def test_a_far_server_is_seen_and_driven(sshd: Sshd, tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "sh -c 'cat; true'")
    async with far(sshd, tmux) as run:
        await run.until(lambda r: r.state.health is Health.UP and r.threads)
        assert run.state.link == "control mode over ssh"
        thread = run.threads[0]
        assert thread.joins == {f"pane:far:{tmux.show('#{socket_path}')}/%0"}
        assert thread.branch is None
        terminal = run.source.terminal(thread.ref)
        terminal.watch(Lane.PROMPT, lambda: None)
        await until(lambda: terminal.screen.width)
        for letter in "höllo":
            terminal.press(letter, letter)
        await until(lambda: terminal.screen.lines[0] and terminal.screen.lines[0][0][0] == "höllo")
        terminal.press("enter")
        await run.source.send(c.Send(thread.ref, "a message\nof two lines"), "i")
        assert "of two lines" in tmux.screen("one:0")
        assert await terminal.fit(100, 30) == ""
        assert tmux.windows() == {"@0": "100x30"}
        assert "Paused one process" in (await run.source.pause(thread.ref)).text
        await run.until(lambda r: r.threads[0].raw_status == "paused")
        await run.source.unpause(thread.ref)
        await terminal.close()
        assert tmux.windows() == {"@0": "80x24"}


async def test_a_link_that_drops_is_said_and_made_anew(sshd: Sshd, tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_RETRY_SECONDS", (0.05,))
    async with far(sshd, tmux) as run:
        await run.until(lambda r: r.state.health is Health.UP and r.threads)
        terminal = run.source.terminal(run.threads[0].ref)
        terminal.watch(Lane.PROMPT, lambda: None)
        await until(lambda: terminal.screen.width)
        sshd.stop()
        # First the link breaks; the next try finds nobody listening.
        await run.until(lambda r: r.state.health is Health.DOWN and "Nothing listens for ssh on far" in r.state.reason)
        assert run.threads[0].stale
        await until(lambda: "Nothing listens for ssh" in terminal.trouble)
        sshd.start()
        await run.until(lambda r: r.state.health is Health.UP and not r.threads[0].stale)
        tmux("send-keys", "-t", "one:0", "back")
        await until(
            lambda: terminal.screen.lines and terminal.screen.lines[0] and terminal.screen.lines[0][0][0] == "back"
        )
        assert terminal.trouble == ""
        await terminal.close()


async def test_a_far_machine_without_the_server(sshd: Sshd, tmux: Tmux) -> None:
    source = TmuxSource("far", Address("nobody", "far", sshd.client), clock=lambda: datetime.now(UTC))
    run = Running(source)
    await source.read(run.emit)
    assert run.state.health is Health.ABSENT
    assert "No tmux server runs on far:nobody" in run.state.reason


async def test_who_would_be_asked_for_a_password_is_told(sshd: Sshd, tmux: Tmux, tmp_path: Path) -> None:
    (tmp_path / "authorized").write_text("")
    source = TmuxSource("far", Address(tmux.socket, "far", sshd.client), clock=lambda: datetime.now(UTC))
    run = Running(source)
    await source.read(run.emit)
    assert run.state.health is Health.AUTH
    assert run.state.reason == "far lets nobody in without asking."


async def test_an_unknown_host_key_is_told(sshd: Sshd, tmux: Tmux, tmp_path: Path) -> None:
    (tmp_path / "known").write_text("")
    source = TmuxSource("far", Address(tmux.socket, "far", sshd.client), clock=lambda: datetime.now(UTC))
    run = Running(source)
    await source.read(run.emit)
    assert (run.state.health, "host key" in run.state.reason) == (Health.AUTH, True)


async def test_a_link_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "ssh"
    script.write_text("#!/bin/sh\nexec sleep 1000\n")
    script.chmod(0o755)
    monkeypatch.setattr(once, "_FAR_SECONDS", 0.1)
    source = TmuxSource("far", Address("x", "far", (str(script),)), clock=lambda: datetime.now(UTC))
    run = Running(source)
    await source.read(run.emit)
    assert run.state.health is Health.DOWN
    assert "did not answer" in run.state.reason
    with pytest.raises(SourceError):
        async with source._servers.known["far:x"].linked():
            pass


def test_a_host_is_never_an_option() -> None:
    command = Address("x", "-oProxyCommand=evil").tmux("list-sessions")
    assert command[command.index("-oProxyCommand=evil") - 1] == "--"
    assert Address("a b;c", "far").tmux("list-panes", "-F", "#{x} 'y'")[-1] == (
        "tmux -u -N -L 'a b;c' list-panes -F '#{x} '\"'\"'y'\"'\"''"
    )
