"""The control-mode client against real tmux: replies in order, events, quoting, and every way to fail."""

import asyncio
import gc
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tmux_rig import Tmux, until

from cockpit.model.errors import AuthError, SourceError
from cockpit.runtimes.tmux import wire
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import LONGEST_LINE, ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed, Ended, Hung, Missing, NoServer, NoSession


@asynccontextmanager
async def attached(
    tmux: Tmux, flags: str = "ignore-size", session: str = "one"
) -> AsyncIterator[tuple[ControlClient, list[wire.Event]]]:
    events: list[wire.Event] = []
    client = await ControlClient.attach(Address(tmux.socket), session, flags, events.append)
    try:
        yield client, events
    finally:
        await client.close()


def stub(place: Path, monkeypatch: pytest.MonkeyPatch, script: str, name: str = "tmux") -> None:
    """A program of that name that does what `script` says."""
    file = place / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")


async def test_replies_come_back_in_the_order_of_the_commands(tmux: Tmux) -> None:
    async with attached(tmux) as (client, _):
        lines = [wire.command("display-message", "-p", str(number)) for number in range(200)]
        replies = await client.ask_all(lines)
    assert replies == [[str(number).encode()] for number in range(200)]


async def test_a_refused_command_says_why_and_the_next_one_works(tmux: Tmux) -> None:
    async with attached(tmux) as (client, _):
        with pytest.raises(CommandFailed, match="can't find pane: %99"):
            await client.ask("capture-pane -p -t %99")
        with pytest.raises(CommandFailed, match="unknown command"):
            await client.ask("no-such-command")
        assert await client.ask("display-message -p here") == [b"here"]


async def test_a_caller_that_gives_up_does_not_unsettle_the_replies(tmux: Tmux) -> None:
    async with attached(tmux) as (client, _):
        first = asyncio.create_task(client.ask("run-shell -d 0.2 ''"))
        await asyncio.sleep(0)
        first.cancel()
        assert await client.ask("display-message -p second") == [b"second"]


async def test_output_tells_the_pane_and_not_the_words(tmux: Tmux) -> None:
    async with attached(tmux) as (client, events):
        tmux("send-keys", "-t", "one:0", "hello", "Enter")
        await until(lambda: any(isinstance(event, wire.Output) for event in events))
        assert {event.pane for event in events if isinstance(event, wire.Output)} == {"%0"}
        assert not client.ended.done()


async def test_a_reply_may_show_guards(tmux: Tmux) -> None:
    """A pane that prints what looks like the end of a reply changes nothing."""
    lie = "%end 1795243772 279 1"
    async with attached(tmux) as (client, _):
        tmux("send-keys", "-t", "one:0", lie, "Enter")
        tmux("send-keys", "-t", "one:0", "%begin 1 2 1", "Enter")
        shown: list[bytes] = []
        while lie.encode() not in shown:
            shown = await client.ask("capture-pane -p -t %0")
        assert await client.ask("display-message -p still") == [b"still"]


async def test_subscriptions_arrive_whole(tmux: Tmux) -> None:
    async with attached(tmux, "ignore-size,no-output") as (client, events):
        await client.ask("refresh-client -B 'list::#{S:#{session_name} : x}'")
        await until(lambda: any(isinstance(event, wire.Subscribed) for event in events))
    assert [event for event in events if isinstance(event, wire.Subscribed)] == [wire.Subscribed("list", "one : x")]


async def test_pausing_stops_the_output_of_one_pane(tmux: Tmux) -> None:
    async with attached(tmux, "ignore-size,pause-after=5") as (client, events):
        client.tell("refresh-client -A '%0:pause'")
        await client.ask("display-message -p x")
        tmux("send-keys", "-t", "one:0", "unheard", "Enter")
        await client.ask("display-message -p x")
        assert not [event for event in events if isinstance(event, wire.Output)]
        await client.ask_all(["refresh-client -A '%0:continue'", "display-message -p x"])
        assert wire.Continued("%0") in events or not client.ended.done()
        tmux("send-keys", "-t", "one:0", "heard", "Enter")
        await until(lambda: any(isinstance(event, wire.Output) for event in events))


async def test_of_several_failures_none_is_left_over(tmux: Tmux) -> None:
    left: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: left.append(context))
    async with attached(tmux) as (client, _):
        with pytest.raises(CommandFailed, match="find pane"):
            await client.ask_all(["capture-pane -p -t %77", "display-message -p -t %77 x", "list-keys -T none"])
        gc.collect()
        await client.ask("display-message -p x")
    assert left == []


async def test_killing_the_server_ends_it(tmux: Tmux) -> None:
    async with attached(tmux) as (client, _):
        tmux.kill()
        assert isinstance(await client.ended, Ended)
        with pytest.raises(Ended):
            await client.ask("display-message -p x")
        client.tell("display-message -p x")


async def test_whoever_waits_hears_of_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "printf '%%begin 1 1 0\\n%%end 1 1 0\\n'; read line; echo 'lost server' >&2")
    client = await ControlClient.attach(Address("x"), "$0", "ignore-size", print)
    with pytest.raises(NoServer, match="is gone"):
        await client.ask("display-message -p x")


async def test_killing_the_session_ends_it(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "cat")
    async with attached(tmux) as (client, events):
        tmux("kill-session", "-t", "one")
        await client.ended
        assert any(isinstance(event, wire.Exited) for event in events)


async def test_closing_leaves_no_client_and_no_session_behind(tmux: Tmux) -> None:
    async with attached(tmux):
        assert tmux("list-clients") != ""
    await until(lambda: tmux("list-clients") == "")
    assert tmux("list-sessions", "-F", "#{session_name}") == "one"


async def test_no_server_is_said_and_none_is_started(sockets: Path) -> None:
    with pytest.raises(NoServer, match="No tmux server runs on nobody"):
        await ControlClient.attach(Address("nobody"), "$0", "ignore-size", print)
    assert not (sockets / f"tmux-{os.getuid()}" / "nobody").exists()


async def test_a_session_that_is_gone(tmux: Tmux) -> None:
    with pytest.raises(NoSession):
        await ControlClient.attach(Address(tmux.socket), "$77", "ignore-size", print)


async def test_tmux_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match=r"tmux is not installed here\. Install tmux 3\.2"):
        await ControlClient.attach(Address("x"), "$0", "ignore-size", print)
    with pytest.raises(Missing, match="ssh is not installed"):
        await ControlClient.attach(Address("x", "far"), "$0", "ignore-size", print)


async def test_tmux_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "echo 'tmux: unknown option -- N' >&2; echo 'usage: tmux [-2CluvV]' >&2; exit 1")
    with pytest.raises(SourceError, match=r"too old.*3\.2 or newer"):
        await ControlClient.attach(Address("x"), "$0", "ignore-size", print)


@pytest.mark.skipif(os.getuid() != 0, reason="needs two users")
async def test_no_permission_on_the_socket(tmux: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same socket, asked by somebody else."""
    socket = tmux.show("#{socket_path}")
    stub(tmp_path, monkeypatch, 'PATH=/usr/bin:/bin exec setpriv --reuid=65534 --regid=65534 --clear-groups tmux "$@"')
    with pytest.raises(AuthError, match="No permission on the tmux socket"):
        await ControlClient.attach(Address(socket), "$0", "ignore-size", print)


async def test_a_server_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "exec sleep 1000")
    with pytest.raises(Hung, match="did not answer"):
        await ControlClient.attach(Address("x"), "$0", "ignore-size", print, seconds=0.05)


async def test_a_server_that_stops_answering_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "echo '%begin 1 1 0'; echo '%end 1 1 0'; exec sleep 1000")
    client = await ControlClient.attach(Address("x"), "$0", "ignore-size", print, seconds=0.2)
    with pytest.raises(Hung):
        await client.ask("display-message -p x")
    assert isinstance(await client.ended, Hung)


@pytest.mark.parametrize(
    "said",
    [
        "printf '%%end 1 1 1\\n'",
        "printf '%%begin 2 2 1\\n%%end 2 2 1\\n'",
        f"head -c {2 * LONGEST_LINE} /dev/zero",
        "printf '%%begin 2 2 1\\n'; yes | head -c 40000000",
    ],
)
async def test_babble_ends_the_connection(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, f"printf '%%begin 1 1 0\\n%%end 1 1 0\\n'; read line; {said}; exec sleep 1000")
    client = await ControlClient.attach(Address("x"), "$0", "ignore-size", print)
    client.tell("display-message -p x")
    client._waiting.clear()
    assert "no tmux control mode" in str(await client.ended)


@pytest.mark.parametrize(
    ("said", "code", "kind", "words"),
    [
        ("me@far: Permission denied (publickey,password).", 255, AuthError, "without a password"),
        ("Host key verification failed.", 255, AuthError, "host key"),
        ("ssh: Could not resolve hostname far: Name or service not known", 255, SourceError, "cannot be resolved"),
        ("ssh: connect to host far port 22: Connection refused", 255, SourceError, "Nothing listens for ssh"),
        ("Timeout, server far not responding.", 255, SourceError, "timed out"),
        ("client_loop: send disconnect: Broken pipe", 255, SourceError, "link to far dropped"),
        ("Shared connection to 127.0.0.1 closed.", 255, SourceError, "link to far dropped"),
        ("mux_client_request_session: Moon", 255, SourceError, "link to far broke: mux_client_request_session: Moon"),
        ("sh: 1: tmux: not found", 127, Missing, "not installed on far"),
        ("no server running on /tmp/tmux-0/x", 1, NoServer, "far:x"),
    ],
)
async def test_ssh_fails_in_plain_words(
    said: str, code: int, kind: type[SourceError], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, f"echo '{said}' >&2; exit {code}", name="ssh")
    with pytest.raises(kind, match=words):
        await ControlClient.attach(Address("x", "far"), "$0", "ignore-size", print)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=40), max_size=20))
def test_any_text_survives_quoting(tmux: Tmux, texts: list[str]) -> None:
    async def there_and_back() -> list[list[bytes]]:
        async with attached(tmux) as (client, _):
            lines = []
            for number, text in enumerate(texts):
                lines += [wire.command("set-option", "-g", f"@t{number}", "x" + text), f"show-options -gv @t{number}"]
            return (await client.ask_all(lines))[1::2]

    assert [b"".join(reply).decode() for reply in asyncio.run(there_and_back())] == ["x" + text for text in texts]


@given(st.text().filter(lambda text: any(ord(char) < 32 or ord(char) == 127 for char in text)))
def test_a_line_end_is_no_argument(text: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        wire.command("display-message", text)


@given(st.binary(max_size=300))
def test_any_line_is_an_event_or_nothing(line: bytes) -> None:
    wire.notification(b"%" + line)
    wire.guard(b"%" + line)


@pytest.mark.parametrize(
    "word", ["output", "extended-output", "pause", "subscription-changed", "exit", "layout-change"]
)
@given(rest=st.binary(max_size=100))
def test_any_notification_with_any_rest(word: str, rest: bytes) -> None:
    wire.notification(b"%" + word.encode() + b" " + rest)
