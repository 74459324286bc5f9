"""Typing for another source that knows what runs in a pane: by the pane's key, seen to appear, entered by nobody."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from source_kit import Running, make, running
from tmux_rig import Tmux, until, wait_until

from cockpit.config.pane_rule import PaneRule
from cockpit.core import commands as c
from cockpit.core.hands import AnyHands
from cockpit.core.ports import Hands
from cockpit.model.errors import NotFound, Rejected, Stale, Unconfirmed
from cockpit.runtimes.tmux.source import TmuxSource


def key(tmux: Tmux, pane: str = "%0") -> str:
    return f"pane:{tmux.show('#{socket_path}')}/{pane}"


@asynccontextmanager
async def hands(tmux: Tmux, *, standing: bool) -> AsyncIterator[TmuxSource]:
    """Of a source that runs, and of one that was read once."""
    if standing:
        async with running(tmux) as run:
            yield run.source
        return
    run = Running(make(tmux))
    await run.source.read(run.emit)
    yield run.source
    await run.source.close()


@pytest.mark.parametrize("standing", [True, False])
async def test_text_appears_and_enter_is_a_word_of_its_own(tmux: Tmux, standing: bool) -> None:
    async with hands(tmux, standing=standing) as source:
        able: Hands = source
        assert able.reaches(key(tmux))
        await able.type(key(tmux), "two words")
        assert tmux.screen("one:0") == "two words", "cat has not got the line yet"
        await able.press(key(tmux), "enter")
        await until(lambda: tmux.screen("one:0").split() == ["two", "words"] * 2)
        shown = await able.screen(key(tmux))
        assert [line[0][0] for line in shown.lines if line] == ["two words"] * 2
        await able.press(key(tmux), "x")
        await until(lambda: tmux.screen("one:0").split()[-1] == "x")
    assert tmux("list-clients") == ""


async def test_an_arrow_is_what_the_program_takes_for_one(tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "printf '\\033[?1h'; stty raw -echo; cat -v")
    wait_until(lambda: tmux.show("#{keypad_cursor_flag}", "one:0") == "1")
    async with running(tmux) as run:
        await run.source.press(key(tmux), "up")
        await until(lambda: "^[OA" in tmux.screen("one:0"))
        with pytest.raises(Rejected, match="No terminal can send the key hyper"):
            await run.source.press(key(tmux), "hyper+7")


async def test_text_that_nobody_takes_is_not_called_typed(tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "stty raw -echo; exec sleep 1000")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:0") == "sleep")
    async with running(tmux) as run:
        with pytest.raises(Unconfirmed, match="shows nothing of it"):
            await run.source.type(key(tmux), "hello")


_RESTLESS = """
import os, select, sys, tty
tty.setraw(0)
while True:
    got = os.read(0, 4096) if select.select([0], [], [], 0.02)[0] else b""
    os.write(1, got.replace(b"\\r", b"") or b"\\x1b[s\\x1b[u")
"""


async def test_enter_that_does_nothing_is_said_in_time_of_one_who_prints_what_is_not_seen(
    tmux: Tmux, tmp_path: Path
) -> None:
    (tmp_path / "restless").write_text(_RESTLESS)
    tmux("respawn-pane", "-k", "-t", "one:0", f"exec {sys.executable} {tmp_path}/restless")
    async with running(tmux) as run:
        await run.until(lambda r: r.threads)
        async with asyncio.timeout(20):
            with pytest.raises(Unconfirmed, match="Enter did nothing"):
                await run.source.send(c.Send(run.threads[0].ref, "hello"), "i")


async def test_orders_at_the_same_time_share_one_link_and_leave_none(tmux: Tmux) -> None:
    """From the command line, where no link stands: to one pane one after the other, to two side by side."""
    tmux("new-window", "-d", "-t", "one", "cat")
    async with hands(tmux, standing=False) as source:
        await asyncio.gather(*(source.type(key(tmux, pane), f"{word} ") for pane in ("%0", "%1") for word in "abc"))
        assert [sorted(tmux.screen(pane).split()) for pane in ("%0", "%1")] == [["a", "b", "c"]] * 2
        assert tmux("list-clients") == ""


async def test_what_is_gone_dead_or_unknown_is_not_reached(tmux: Tmux) -> None:
    tmux("set-option", "-g", "remain-on-exit", "on")
    tmux("new-window", "-d", "-t", "one", "true")
    tmux("new-window", "-d", "-t", "one", "cat")
    wait_until(lambda: tmux.show("#{pane_dead}", "%1") == "1")
    async with running(tmux) as run:
        reached = [run.source.reaches(key(tmux, pane)) for pane in ("%0", "%1", "%2", "%9")]
        assert reached == [True, False, True, False]
        assert not run.source.reaches("pane:/tmp/elsewhere/%0")
        with pytest.raises(Rejected, match="has ended"):
            await run.source.press(key(tmux, "%1"), "enter")
        tmux("kill-pane", "-t", "%2")
        with pytest.raises((Stale, NotFound)):
            await run.source.type(key(tmux, "%2"), "hello")
        alive = key(tmux)
        tmux.kill()
        await run.until(lambda r: not r.source.reaches(alive))


async def test_a_pane_that_is_no_row_is_reached_all_the_same(tmux: Tmux) -> None:
    async with running(tmux, rules=[PaneRule.parse("hide command=cat")]) as run:
        assert run.threads == ()
        assert run.source.reaches(key(tmux))


async def test_several_sources_are_one_pair_of_hands(tmux: Tmux) -> None:
    other = Tmux.start()
    try:
        async with running(tmux) as one, running(other) as two:
            both = AnyHands((one.source, two.source))
            assert both.reaches(key(tmux))
            assert both.reaches(key(other))
            await both.type(key(other), "hello")
            await both.press(key(other), "enter")
            await until(lambda: other.screen("one:0").split() == ["hello", "hello"])
            assert (await both.screen(key(other))).cursor == (0, 2)
            assert tmux.screen("one:0").split() == []
            with pytest.raises(NotFound, match="not in sight"):
                await both.type("pane:/nowhere/%0", "hello")
    finally:
        other.kill()
