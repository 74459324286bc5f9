"""The source against real tmux servers that come, change, are disturbed by nothing, and go."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from source_kit import Running, make, running
from tmux_rig import Tmux, until, wait_until

from cockpit.config.pane_rule import PaneRule
from cockpit.core import commands as c
from cockpit.core.ports import CanAttach, CanManage, CanSend, Source
from cockpit.model.errors import NotFound, Refused, Rejected, Stale, Unconfirmed
from cockpit.model.health import Health
from cockpit.model.terminal import Lane
from cockpit.model.work import Capability, Status
from cockpit.runtimes.tmux import once
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed
from cockpit.runtimes.tmux.panes import LIST
from cockpit.runtimes.tmux.server import Server


def titles(run: Running) -> list[str]:
    return [thread.title for thread in run.threads]


def clients(tmux: Tmux) -> int:
    return len(tmux("list-clients").splitlines())


async def test_it_is_a_source_with_capabilities(tmux: Tmux) -> None:
    source: Source = make(tmux)
    for capability in (CanSend, CanManage, CanAttach):
        assert isinstance(source, capability)


async def test_each_pane_is_a_row_and_new_ones_appear_by_themselves(tmux: Tmux, tmp_path: Path) -> None:
    tmux("respawn-pane", "-k", "-c", str(tmp_path), "-t", "one:0", "cat")
    async with running(tmux) as run:
        assert run.state is not None
        assert (run.state.health, run.state.version, run.state.link) == (
            Health.UP, tmux.show("#{version}"), "control mode",
        )  # fmt: skip
        assert titles(run) == ["one 0.0"]
        # A program that has just begun is in no directory for a moment; its row follows.
        await run.until(lambda r: r.threads[0].project is not None)
        thread = run.threads[0]
        assert thread.project is not None
        assert thread.project.native == str(tmp_path)
        assert thread.joins == {f"pane:{tmux.show('#{socket_path}')}/%0"}
        assert thread.created_at is not None
        tmux("new-window", "-d", "-n", "agent-1", "-t", "one", "cat")
        await run.until(lambda r: "agent-1" in titles(r))
        tmux("kill-window", "-t", "one:agent-1")
        await run.until(lambda r: titles(r) == ["one 0.0"])


async def test_watching_disturbs_nothing(tmux: Tmux) -> None:
    """Sizes, current windows, names, layouts and the hooks a person sees: as before, while it runs and after."""
    tmux("new-session", "-d", "-s", "two", "-x", "133", "-y", "41", "cat")
    tmux("new-window", "-d", "-t", "one", "cat")
    tmux("split-window", "-d", "-t", "two:0", "cat")
    form = "#{window_id} #{window_name} #{window_width}x#{window_height} #{window_active} #{window_layout}"
    before = tmux("list-windows", "-a", "-F", form)
    async with running(tmux) as run:
        assert clients(tmux) == 1
        assert tmux("list-windows", "-a", "-F", form) == before
        terminals = [run.source.terminal(thread.ref) for thread in run.threads]
        seen = asyncio.Event()
        for terminal in terminals:
            terminal.watch(Lane.PROMPT, seen.set)
        await until(lambda: all(terminal.screen.width for terminal in terminals))
        await until(lambda: clients(tmux) == 2)
        assert tmux("list-windows", "-a", "-F", form) == before
        for terminal in terminals:
            await terminal.close()
    assert tmux("list-windows", "-a", "-F", form) == before
    assert clients(tmux) == 0


async def test_nothing_is_asked_while_nothing_happens(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmux) as run:
        asked: list[str] = []
        before = -1
        while before != len(run.facts):  # the shell that just began still prints its prompt
            before = len(run.facts)
            await asyncio.sleep(1.0)
        with monkeypatch.context() as patch:
            patch.setattr(ControlClient, "_send", lambda client, line: asked.append(line))
            patch.setattr(once, "run", lambda *command, **_: asked.append(str(command)))
            await asyncio.sleep(1.3)
        assert len(run.facts) == before
        assert asked == []


async def test_printing_is_working_and_quiet_is_idle(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from cockpit.runtimes.tmux import activity

    monkeypatch.setattr(activity, "QUIET", timedelta(seconds=3))
    monkeypatch.setattr("cockpit.runtimes.tmux.picture.QUIET", timedelta(seconds=3))
    async with running(tmux) as run:
        await run.until(lambda r: r.threads[0].status is Status.IDLE)
        tmux("send-keys", "-t", "one:0", "hello", "Enter")
        await run.until(lambda r: r.threads[0].status is Status.WORKING)
        await run.until(lambda r: r.threads[0].status is Status.IDLE)
        assert run.threads[0].evidence[0].fact == "printed last"


async def test_a_server_that_comes_goes_and_comes_again(sockets: Path) -> None:
    async with running() as run:
        assert run.state is not None
        assert run.state.health is Health.ABSENT
        assert run.state.reason == "No tmux server runs here."
        first = Tmux.start(socket="default")
        try:
            await run.until(lambda r: r.state.health is Health.UP and r.threads)
            before = run.threads[0].ref
        finally:
            first.kill()
        await run.until(lambda r: r.state.health is Health.ABSENT and not r.threads)
        await asyncio.sleep(1.0)  # tmux dates its birth in whole seconds
        second = Tmux.start(socket="default")
        try:
            await run.until(lambda r: r.state.health is Health.UP and r.threads)
            assert run.threads[0].ref != before
            with pytest.raises(NotFound):
                run.source.terminal(before)
        finally:
            second.kill()


async def test_several_servers_and_one_of_them_sick(sockets: Path) -> None:
    good, swarm = Tmux.start(socket="default"), Tmux.start(socket="claude-swarm-77")
    try:
        async with running() as run:
            await run.until(lambda r: len(r.threads) == 2)
            assert {thread.ref.native.split("/")[0] for thread in run.threads} == {"default", "claude-swarm-77"}
            swarm.kill()
            await run.until(lambda r: len(r.threads) == 1)
            assert run.state is not None
            assert run.state.health is Health.UP
    finally:
        good.kill()
        swarm.kill()


async def test_a_socket_that_nobody_listens_at(sockets: Path) -> None:
    import socket

    place = sockets / f"tmux-{os.getuid()}"
    place.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(place / "stale"))
    async with running() as run:
        assert run.state is not None
        assert run.state.health is Health.ABSENT
        assert "No tmux server runs on stale" in run.state.reason


async def test_the_session_that_it_looks_through_is_killed(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "cat")
    async with running(tmux) as run:
        await run.until(lambda r: len(r.threads) == 2)
        shown = tmux("list-clients", "-F", "#{session_name}")
        tmux("kill-session", "-t", shown)
        await run.until(lambda r: len(r.threads) == 1 and r.state.health is Health.UP)
        assert clients(tmux) == 1


async def test_a_session_that_moves_its_clients_on(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "cat")
    tmux("set-option", "-g", "detach-on-destroy", "off")
    async with running(tmux) as run:
        shown = tmux("list-clients", "-F", "#{session_name}")
        tmux("kill-session", "-t", shown)
        await run.until(lambda r: len(r.threads) == 1 and r.state.health is Health.UP)


async def test_a_session_that_dies_with_its_last_client_still_does(tmux: Tmux) -> None:
    """A person's client is played by another control client; when it leaves, the session must go."""
    async with running(tmux):
        await until(lambda: clients(tmux) == 1)
    process = await asyncio.create_subprocess_exec(
        "tmux", "-L", tmux.socket, "-C", "attach-session", "-t", "one",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    try:
        await until(lambda: clients(tmux) == 1)
        tmux("set-option", "-t", "one", "destroy-unattached", "on")
        async with running(tmux) as run:
            await until(lambda: clients(tmux) == 2)
            process.stdin.close()
            await run.until(lambda r: r.state.health is Health.ABSENT)
    finally:
        process.stdin.close()
        await process.wait()


async def test_a_killed_server_while_terminals_are_drawn(tmux: Tmux) -> None:
    async with running(tmux) as run:
        terminal = run.source.terminal(run.threads[0].ref)
        terminal.watch(Lane.PROMPT, lambda: None)
        await until(lambda: terminal.screen.width)
        tmux.kill()
        await run.until(lambda r: r.state.health is Health.ABSENT)
        await until(lambda: "No tmux server runs" in terminal.trouble)
        await terminal.close()


async def test_reading_once_attaches_to_nothing(tmux: Tmux) -> None:
    run = Running(make(tmux))
    await run.source.read(run.emit)
    assert titles(run) == ["one 0.0"]
    assert clients(tmux) == 0
    await run.source.close()


async def test_reading_once_without_a_server(sockets: Path) -> None:
    run = Running(make())
    await run.source.read(run.emit)
    assert run.state is not None
    assert (run.state.health, run.threads) == (Health.ABSENT, ())


async def test_hidden_panes_are_named_with_their_reason(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-n", "monitor", "-t", "one", "sleep 1000")
    async with running(tmux, rules=[PaneRule.parse("hide command=sleep")]) as run:
        await run.until(lambda r: r.source.hidden)
        assert titles(run) == ["one 0.0"]
        assert run.source.hidden == (("monitor", "the rule “hide command=sleep” matches its command “sleep”"),)
        assert run.state is not None
        assert run.state.notes == ("1 pane is hidden; `cockpit doctor` says why",)


async def test_the_pane_that_we_run_in_is_no_row(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("new-window", "-d", "-n", "agent", "-t", "one", "cat")
    monkeypatch.setenv("TMUX", f"{tmux.show('#{socket_path}')},1,0")
    monkeypatch.setenv("TMUX_PANE", "%0")
    async with running(tmux) as run:
        assert titles(run) == ["agent"]


# Orders


@pytest.mark.parametrize("linked", [True, False])
async def test_a_message_is_pasted_and_entered(tmux: Tmux, linked: bool) -> None:
    """While it runs, and from the command line, where nothing stands."""
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", "bash --norc --noprofile")
    wait_until(lambda: "$" in tmux.screen("one:0") or "#" in tmux.screen("one:0"))
    run = Running(make(tmux))
    await run.source.read(run.emit)
    if linked:
        async with running(tmux) as standing:
            outcome = await standing.source.send(c.Send(standing.threads[0].ref, "echo $((6*7))"), "i")
    else:
        outcome = await run.source.send(c.Send(run.threads[0].ref, "echo $((6*7))"), "i")
    assert "pressed Enter" in outcome.text
    assert "42" in tmux.screen("one:0")
    assert tmux("list-buffers") == ""
    await run.source.close()


async def test_a_message_in_brackets_cannot_leave_them(tmux: Tmux, tmp_path: Path) -> None:
    got = tmp_path / "got"
    tmux("respawn-pane", "-k", "-t", "one:0", f"printf '\\033[?2004h'; stty raw -echo; cat | tee {got}")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") != "sh")
    async with running(tmux) as run:
        await asyncio.sleep(0.3)
        await run.source.send(c.Send(run.threads[0].ref, "one\ntwo\x1b[201~three"), "i")
    wait_until(lambda: got.read_bytes().endswith(b"\r"))
    assert got.read_bytes() == b"\x1b[200~one\rtwo[201~three\x1b[201~\r"


async def test_a_message_that_nobody_takes_is_not_called_sent(tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "stty raw -echo; exec sleep 1000")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "sleep")
    async with running(tmux) as run:
        with pytest.raises(Unconfirmed, match="shows nothing of it"):
            await run.source.send(c.Send(run.threads[0].ref, "hello"), "i")


async def test_copy_mode_is_left_alone_by_a_message(tmux: Tmux) -> None:
    tmux("copy-mode", "-t", "one:0")
    async with running(tmux) as run:
        await run.source.send(c.Send(run.threads[0].ref, "hello"), "i")
        assert tmux.show("#{pane_in_mode}", "one:0") == "1"
        assert tmux.screen("one:0").split() == ["hello", "hello"]


async def test_interrupting(tmux: Tmux) -> None:
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", "bash --norc --noprofile")
    tmux("send-keys", "-t", "one:0", "sleep 1000", "Enter")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "sleep")
    async with running(tmux) as run:
        outcome = await run.source.manage(c.Interrupt(run.threads[0].ref), "i")
        assert outcome.text == "Pressed Ctrl+C: sleep is no longer in front."
        tmux("respawn-pane", "-k", "-t", "one:0", "stty raw -echo; exec sleep 1000")
        wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "sleep")
        with pytest.raises(Unconfirmed, match="did not react"):
            await run.source.manage(c.Interrupt(run.threads[0].ref), "i")


async def test_stopping_closes_the_pane_and_no_other(tmux: Tmux) -> None:
    tmux("split-window", "-d", "-t", "one:0", "cat")
    tmux.wait_for("cat", "%1")
    async with running(tmux) as run:
        await run.until(lambda r: len(r.threads) == 2)
        target = next(thread.ref for thread in run.threads if thread.ref.native.startswith("%1@"))
        outcome = await run.source.manage(c.StopSession(target), "i")
        assert outcome.text == "Closed %1 (cat ran in it)."
        assert tmux("list-panes", "-a", "-F", "#{pane_id}") == "%0"
        with pytest.raises((NotFound, Stale)):
            await run.source.manage(c.StopSession(target), "i")


async def test_stopping_the_last_pane(tmux: Tmux) -> None:
    async with running(tmux) as run:
        assert "Closed %0" in (await run.source.manage(c.StopSession(run.threads[0].ref), "i")).text
        await run.until(lambda r: r.state.health is Health.ABSENT)


async def test_who_is_asked_while_the_last_session_goes_is_not_lost_for_good(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, refused = ControlClient.ask, list[str]()

    async def asked(client: ControlClient, line: str) -> list[bytes]:
        if line == LIST and not refused:
            refused.append(line)
            raise CommandFailed("no current target")
        return await ask(client, line)

    monkeypatch.setattr(ControlClient, "ask", asked)
    async with running(tmux) as run:
        run.source.nudge()
        await until(lambda: refused)
        tmux("new-window", "-d", "-n", "new", "-t", "one", "cat")
        await run.until(lambda r: "new" in titles(r))


async def test_a_window_with_an_empty_name_is_one_that_nobody_named(tmux: Tmux) -> None:
    tmux("rename-window", "-t", "one:0", "")
    assert tmux.show("#{window_name}#{automatic-rename}", "one:0") == "0"
    async with running(tmux) as run:
        assert titles(run) == ["one 0.0"]


async def test_what_a_terminal_cannot_do(tmux: Tmux) -> None:
    async with running(tmux) as run:
        with pytest.raises(Refused):
            await run.source.manage(c.Archive(run.threads[0].ref), "i")


# Pausing


def state(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat[stat.rindex(")") + 2]


async def test_pausing_a_worker_below_a_waiting_shell(tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "sh -c 'cat | cat; true'")
    pane = int(tmux.show("#{pane_pid}", "one:0"))
    children = Path(f"/proc/{pane}/task/{pane}/children")
    wait_until(lambda: len(children.read_text().split()) == 2)
    pids = [int(pid) for pid in children.read_text().split()]  # noqa: ASYNC240
    async with running(tmux) as run:
        await run.until(lambda r: Capability.HARD_FREEZE in r.threads[0].capabilities)
        assert "Paused 2 processes" in (await run.source.pause(run.threads[0].ref)).text
        assert [state(pid) for pid in pids] == ["T", "T"]
        await run.until(lambda r: r.threads[0].raw_status == "paused")
        again = Running(make(tmux))
        await again.source.read(again.emit)
        assert again.threads[0].raw_status == "paused"
        await run.source.unpause(run.threads[0].ref)
        wait_until(lambda: "T" not in [state(pid) for pid in pids])
        await run.until(lambda r: r.threads[0].raw_status != "paused")


@pytest.mark.parametrize("shell", ["bash --norc --noprofile", "sh -i"])
async def test_pausing_a_job_and_bringing_it_back(tmux: Tmux, shell: str) -> None:
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", shell)
    tmux("send-keys", "-t", "one:0", "cat", "Enter")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "cat")
    async with running(tmux) as run:
        await run.source.pause(run.threads[0].ref)
        wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") != "cat")
        await run.source.unpause(run.threads[0].ref)
        wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "cat")
        tmux("send-keys", "-t", "one:0", "alive", "Enter")
        wait_until(lambda: tmux.screen("one:0").split().count("alive") == 2)


async def test_a_first_process_cannot_be_paused_and_that_is_said(tmux: Tmux) -> None:
    async with running(tmux) as run:
        assert Capability.HARD_FREEZE not in run.threads[0].capabilities
        with pytest.raises(Rejected, match="cat is the first process of its pane"):
            await run.source.pause(run.threads[0].ref)


async def test_an_empty_shell_has_nothing_to_pause(tmux: Tmux) -> None:
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", "bash --norc --noprofile")
    async with running(tmux) as run:
        with pytest.raises(Rejected, match="Only a shell"):
            await run.source.pause(run.threads[0].ref)


async def test_what_is_killed_while_it_stands_still_is_noticed(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr("cockpit.runtimes.tmux.picture.STILL", timedelta(seconds=0.1))
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", "bash --norc --noprofile")
    tmux("send-keys", "-t", "one:0", "cat", "Enter")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "cat")
    pane = int(tmux.show("#{pane_pid}", "one:0"))
    children = Path(f"/proc/{pane}/task/{pane}/children")
    async with running(tmux) as run:
        await run.source.pause(run.threads[0].ref)
        await run.until(lambda r: r.threads[0].paused is True)
        os.kill(int(children.read_text()), signal.SIGKILL)  # noqa: ASYNC240
        await run.until(lambda r: r.threads[0].paused is False)


async def test_what_was_paused_and_killed_from_outside_can_be_thawed(tmux: Tmux) -> None:
    tmux("rename-window", "-t", "one:0", "shell")
    tmux("respawn-pane", "-k", "-t", "one:0", "bash --norc --noprofile")
    async with running(tmux) as run:
        said = await run.source.unpause(run.threads[0].ref)
        assert said.text == "What was paused in %0 has ended."


async def test_a_dead_pane_still_belongs_to_the_place_where_it_began(tmux: Tmux, tmp_path: Path) -> None:
    tmux("set-option", "-g", "remain-on-exit", "on")
    tmux("new-window", "-d", "-n", "over", "-c", str(tmp_path), "true")
    wait_until(lambda: tmux.show("#{pane_dead}", "one:1") == "1")
    async with running(tmux) as run:
        (over,) = (thread for thread in run.threads if thread.title == "over")
        assert over.project is not None
        assert over.project.native == str(tmp_path)


async def test_whether_a_server_is_gone_is_not_known_before_it_was_looked_at(tmux: Tmux) -> None:
    """Or its workers would be told to have ended, while another server's are read first."""
    server = Server(Address("no-such-server"), lambda: None, clock=lambda: datetime.now(UTC))
    assert not server.known
    await server.read()
    assert server.known


@pytest.mark.parametrize("late", [False, True])
async def test_an_order_that_began_before_the_standing_link_leaves_it_whole(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """The first workers of a new server are started while it is found. `late`: the order's own link comes last."""
    attach, begun, go_on = ControlClient.attach, asyncio.Event(), asyncio.Event()

    async def attached(*arguments: Any, **more: Any) -> ControlClient:
        first = not begun.is_set()
        begun.set()
        client = await attach(*arguments, **more)
        if first and late:
            await go_on.wait()
        return client

    monkeypatch.setattr(ControlClient, "attach", attached)
    server = Server(Address(tmux.socket), lambda: None, clock=lambda: datetime.now(UTC))
    heard: list[int] = []
    server.feeds.watch("%0", heard.append)
    async with AsyncExitStack() as orders:
        order = asyncio.create_task(orders.enter_async_context(server.linked()))
        await begun.wait()
        errand = None if late else await order
        standing = asyncio.create_task(server.run())
        await until(lambda: server.main is not None and server.main is not errand)
        go_on.set()
        await order
    assert server.main is not None
    assert not server.main.ended.done()
    assert server.feeds.client("%0") is server.main, "or keys would go to one that has left"
    heard.clear()
    await until(lambda: "no-output" not in tmux("list-clients", "-F", "#{client_flags}"))
    tmux("send-keys", "-t", "%0", "hello", "Enter")
    await until(lambda: sum(heard))
    standing.cancel()
    await asyncio.gather(standing, return_exceptions=True)
