"""Seeing a window in full on real tmux: what the person gets, and that nobody else notices."""

import asyncio
import contextlib
import fcntl
import os
import select
import struct
import subprocess
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from source_kit import Running, running
from tmux_rig import Tmux, attached_person, until, wait_until

from cockpit.core.ports import Attachment
from cockpit.model.errors import Refused, SourceError
from cockpit.model.ids import Ref


def ref(run: Running, pane: str) -> Ref:
    return next(thread.ref for thread in run.threads if thread.ref.native.startswith(f"{pane}@"))


class Person:
    """Runs the attachment in a pseudo terminal, as a hand-over does."""

    def __init__(self, attachment: Attachment, width: int = 100, height: int = 30) -> None:
        self.seen = b""
        self.ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        environment = {**os.environ, "TERM": "xterm", **attachment.environment}
        self.process = subprocess.Popen(
            attachment.argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={name: value for name, value in environment.items() if value is not None},
        )  # fmt: skip
        os.close(theirs)

    def type(self, data: bytes) -> None:
        os.write(self.ours, data)

    def drain(self) -> None:
        """A terminal that nobody reads blocks its program."""
        while select.select([self.ours], [], [], 0)[0]:
            with contextlib.suppress(OSError):
                if data := os.read(self.ours, 65536):
                    self.seen += data
                    continue
            return

    async def looks(self) -> None:
        """Wait until the status line is drawn: what is typed before, the terminal throws away."""
        await until(lambda: (self.drain(), b"comes back" in self.seen)[1])

    async def detach(self, tmux: Tmux) -> int:
        """The usual way, no faster than a hand: keys in the same millisecond are a paste to tmux."""
        self.type(b"\x02")
        await until(lambda: "1" in tmux("list-clients", "-F", "#{client_prefix}"))
        self.type(b"d")
        return await self.gone()

    async def gone(self) -> int:
        await until(lambda: (self.drain(), self.process.poll() is not None)[1])
        return self.process.wait()


@contextlib.asynccontextmanager
async def person(attachment: Attachment, **size: int) -> AsyncIterator[Person]:
    made = Person(attachment, **size)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        os.close(made.ours)


def ours(tmux: Tmux) -> list[str]:
    return [name for name in tmux("list-sessions", "-F", "#{session_name}").split() if name.startswith("cockpit-")]


async def test_only_that_window_is_shown_and_all_is_as_before_afterwards(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-t", "one", "cat")
    before = tmux.windows()
    async with running(tmux) as run:
        async with run.source.attach(ref(run, "%0")) as attachment:
            assert attachment.detach == "Ctrl+B d"
            session = ours(tmux)[0]
            assert tmux("list-windows", "-t", session, "-F", "#{window_id}") == "@0"
            assert tmux.windows() == before
            async with person(attachment) as me:
                await me.looks()
                assert tmux.windows() == before | {"@0": "100x29"}
                me.type(b"hello\r")
                await until(lambda: "hello\nhello" in tmux.screen("one:0"))
                assert await me.detach(tmux) == 0
        await until(lambda: not ours(tmux))
        assert tmux.windows() == before
        assert [thread.ref.native.split("@")[0] for thread in run.threads] == ["%0", "%1"]


async def test_the_placeholder_is_never_a_row(tmux: Tmux) -> None:
    async with running(tmux) as run:
        async with run.source.attach(ref(run, "%0")):
            await asyncio.sleep(1.2)
        await asyncio.sleep(1.2)
        assert {thread.ref.native.split("@")[0] for fact in run.facts for thread in getattr(fact, "threads", ())} == {
            "%0"
        }


async def test_the_session_ends_with_its_client_when_nobody_clears_up(tmux: Tmux) -> None:
    async with running(tmux) as run, run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
        await me.looks()
        me.process.kill()
        await until(lambda: not ours(tmux))
        assert tmux.windows().keys() == {"@0"}


async def test_the_session_that_is_killed_under_it_ends_the_view_and_nothing_else(tmux: Tmux) -> None:
    tmux("set-option", "-g", "detach-on-destroy", "off")
    tmux("new-session", "-d", "-s", "two", "cat")
    async with running(tmux) as run, run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
        await me.looks()
        tmux("kill-session", "-t", ours(tmux)[0])
        assert await me.gone() == 0
        assert tmux.windows().keys() == {"@0", "@1"}


async def test_the_worker_that_ends_under_it_ends_the_view(tmux: Tmux) -> None:
    tmux("set-option", "-g", "detach-on-destroy", "off")
    tmux("new-window", "-d", "-t", "one", "cat")
    async with running(tmux) as run:
        async with run.source.attach(ref(run, "%1")) as attachment, person(attachment) as me:
            await me.looks()
            me.type(b"\x04")
            assert await me.gone() == 0
        assert tmux.windows().keys() == {"@0"}
        with pytest.raises(Refused):
            async with run.source.attach(Ref("local", "%1@0")):
                pass


async def test_the_server_that_is_killed_under_it(tmux: Tmux) -> None:
    async with running(tmux) as run:
        async with run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
            await me.looks()
            tmux.kill()
            await me.gone()
        assert run.source is not None


async def test_one_pane_of_several_is_chosen_for_this_client_alone(tmux: Tmux) -> None:
    tmux("split-window", "-t", "one:0", "cat")
    with attached_person(tmux, 90, 30) as theirs:
        wait_until(lambda: tmux.windows() == {"@0": "90x29"})
        assert tmux.show("#{pane_id}", "one:0") == "%1"
        async with running(tmux) as run, run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
            await me.looks()
            me.type(b"for zero\r")
            await until(lambda: "for zero" in tmux.screen("%0"))
            os.write(theirs, b"for one\r")
            await until(lambda: "for one" in tmux.screen("%1"))
            assert tmux.show("#{pane_id}", "one:0") == "%1"


async def test_a_zoomed_pane_stays_zoomed(tmux: Tmux) -> None:
    tmux("split-window", "-t", "one:0", "cat")
    tmux("resize-pane", "-Z", "-t", "%1")
    async with running(tmux) as run, run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
        await me.looks()
        assert "select-pane" not in attachment.argv
        assert tmux.show("#{window_zoomed_flag} #{pane_id}", "one:0") == "1 %1"


async def test_a_driven_size_is_given_back_first_and_all_is_as_before(tmux: Tmux) -> None:
    async with running(tmux) as run:
        terminal = run.source.terminal(ref(run, "%0"))
        assert await terminal.fit(70, 20) == ""
        async with run.source.attach(ref(run, "%0")) as attachment, asyncio.timeout(10):
            assert tmux.windows() == {"@0": "80x24"}
            async with person(attachment) as me:
                await me.looks()
                assert tmux.windows() == {"@0": "100x29"}
                assert await me.detach(tmux) == 0
        assert tmux.windows() == {"@0": "80x24"}
        await terminal.close()


async def test_the_size_comes_back_also_while_somebody_looks_at_another_session(tmux: Tmux) -> None:
    """As when the cockpit runs in the same tmux."""
    tmux("new-session", "-d", "-s", "two", "-x", "99", "-y", "33", "cat")
    with attached_person(tmux, 90, 30):
        wait_until(lambda: tmux.windows() == {"@0": "90x29", "@1": "99x33"})
        async with running(tmux) as run:
            ref = next(thread.ref for thread in run.threads if thread.ref.native.startswith("%1@"))
            async with run.source.attach(ref) as attachment, person(attachment):
                await until(lambda: tmux.windows()["@1"] != "99x33")
        wait_until(lambda: tmux.windows() == {"@0": "90x29", "@1": "99x33"})


async def test_a_person_who_shows_it_too_keeps_their_size_afterwards(tmux: Tmux) -> None:
    with attached_person(tmux, 90, 30):
        wait_until(lambda: tmux.windows() == {"@0": "90x29"})
        async with running(tmux) as run:
            async with run.source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
                await me.looks()
                assert await me.detach(tmux) == 0
            await until(lambda: tmux.windows() == {"@0": "90x29"})


async def test_the_way_out_is_said_by_the_keys_of_that_server(tmux: Tmux) -> None:
    tmux("set-option", "-g", "prefix", "C-a")
    tmux("unbind-key", "-T", "prefix", "d")
    async with running(tmux) as run:
        async with run.source.attach(ref(run, "%0")) as attachment:
            assert attachment.detach in ("Ctrl+A Ctrl+d", "tmux detach-client")
        tmux("bind-key", "-T", "prefix", "q", "detach-client")
        async with run.source.attach(ref(run, "%0")) as attachment:
            assert attachment.detach == "Ctrl+A q"


async def test_the_window_that_the_cockpit_runs_in_is_refused(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("split-window", "-d", "-t", "one:0", "cat")
    monkeypatch.setenv("TMUX", f"{tmux.show('#{socket_path}')},1,0")
    monkeypatch.setenv("TMUX_PANE", "%1")
    async with running(tmux) as run:
        with pytest.raises(Refused, match="itself runs in that window"):
            run.source.attach(ref(run, "%0"))


async def test_a_pane_that_is_gone_is_refused_and_nothing_stays(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-t", "one", "cat")
    async with running(tmux) as run:
        making = run.source.attach(ref(run, "%1"))
        tmux("kill-pane", "-t", "%1")
        with pytest.raises((Refused, SourceError)):
            async with making:
                pass
        assert not ours(tmux)


async def test_a_source_that_only_read_once_attaches_too(tmux: Tmux, tmp_path: Path) -> None:
    from source_kit import make

    source, run = make(tmux), Running(make(tmux))
    await source.read(run.emit)
    async with source.attach(ref(run, "%0")) as attachment, person(attachment) as me:
        await me.looks()
        assert await me.detach(tmux) == 0
    await until(lambda: not ours(tmux))
    assert tmux.windows() == {"@0": "80x24"}
    await source.close()


async def test_within_the_same_server_the_outer_client_takes_the_first_prefix(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", f"{tmux.show('#{socket_path}')},1,0")
    async with running(tmux) as run, run.source.attach(run.threads[0].ref) as attachment:
        assert attachment.detach == "Ctrl+B Ctrl+B d"
