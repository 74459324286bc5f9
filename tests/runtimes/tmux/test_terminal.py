"""Live terminals on real tmux: looking at two paces, driving, sizes, and what must not happen."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from source_kit import Running, make, running
from tmux_rig import Tmux, attached_person, until, wait_until

from cockpit.model.facts import SourceRead
from cockpit.model.terminal import Lane, Mouse, Screen
from cockpit.model.work import Status
from cockpit.runtimes.tmux import activity
from cockpit.runtimes.tmux import terminal as room
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.terminal import PaneTerminal


def text(screen: Screen) -> str:
    return "\n".join("".join(piece for piece, _ in line).rstrip() for line in screen.lines).rstrip()


def ends(terminal: PaneTerminal, words: str) -> bool:
    return text(terminal.screen).endswith(words)


@asynccontextmanager
async def shown(
    run: Running, pane: str = "%0", lane: Lane = Lane.PROMPT
) -> AsyncIterator[tuple[PaneTerminal, list[float]]]:
    """A terminal that is watched, with its first frame, and the times of the frames after it."""
    ref = next(thread.ref for thread in run.threads if thread.ref.native.startswith(f"{pane}@"))
    terminal = run.source.terminal(ref)
    frames: list[float] = []
    terminal.watch(lane, lambda: frames.append(asyncio.get_running_loop().time()))
    await until(lambda: terminal.screen.width)
    await until(lambda: run.source._servers.known and not _opening(run))
    frames.clear()
    try:
        yield terminal, frames
    finally:
        await terminal.close()


def _opening(run: Running) -> bool:
    return any(
        feed.client is None for server in run.source._servers.known.values() for feed in server.feeds._feeds.values()
    )


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every command that is sent from now on."""
    lines: list[str] = []
    send = ControlClient._send

    def listening(client: ControlClient, line: str) -> "asyncio.Future[list[bytes]]":
        lines.append(line)
        return send(client, line)

    monkeypatch.setattr(ControlClient, "_send", listening)
    return lines


# Looking


async def test_a_watched_pane_shows_what_it_prints(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        tmux("send-keys", "-t", "one:0", "hello", "Enter")
        await until(lambda: text(terminal.screen) == "hello\nhello")
        assert terminal.screen.cursor == (0, 2)
        assert terminal.trouble == ""


async def test_a_source_that_read_once_shows_a_frame_and_attaches_to_nothing(tmux: Tmux) -> None:
    """As a picture without a terminal needs it."""
    tmux("send-keys", "-t", "one:0", "hello")
    wait_until(lambda: "hello" in tmux.screen("one:0"))
    source, run = make(tmux), Running(make(tmux))
    await source.read(run.emit)
    terminal = source.terminal(run.threads[0].ref)
    terminal.watch(Lane.PROMPT, lambda: None)
    await until(lambda: terminal.screen.width)
    assert (text(terminal.screen), terminal.screen.cursor, terminal.trouble) == ("hello", (5, 0), "")
    assert tmux("list-clients") == ""
    await terminal.close()
    await source.close()


async def test_panes_of_two_sessions(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "cat")
    async with running(tmux) as run, shown(run, "%0") as (one, _), shown(run, "%1") as (two, _):
        tmux("send-keys", "-t", "one:0", "in one")
        tmux("send-keys", "-t", "two:0", "in two")
        await until(lambda: text(one.screen) == "in one" and text(two.screen) == "in two")


async def test_a_quiet_pane_is_not_asked(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmux) as run, shown(run):
        await asyncio.sleep(0.1)
        lines = asked(monkeypatch)
        await asyncio.sleep(0.3)
        assert lines == []


async def test_hidden_panes_cost_nothing(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "while :; do echo x; sleep 0.01; done")
    async with running(tmux) as run, shown(run) as (terminal, frames):
        await until(lambda: frames)
        terminal.watch(Lane.HIDDEN, lambda: None)
        await asyncio.sleep(0.1)
        lines = asked(monkeypatch)
        await asyncio.sleep(0.3)
        assert not [line for line in lines if line.startswith("capture-pane")]
        terminal.watch(Lane.PROMPT, lambda: frames.append(0.0))
        frames.clear()
        await until(lambda: len(frames) > 3)


async def test_the_prompt_lane_keeps_its_pace_and_shows_the_last_word(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, frames):
        tmux("respawn-pane", "-k", "-t", "one:0", "for i in $(seq 1 100); do echo $i; sleep 0.005; done; cat")
        await until(lambda: text(terminal.screen).endswith("99\n100"))
        gaps = [later - sooner for sooner, later in pairwise(frames)]
        assert len(frames) > 3
        assert min(gaps) > room.PROMPT_SECONDS * 0.7


async def test_the_gentle_lane_looks_twice_a_second(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "while :; do date +%N; sleep 0.02; done")
    async with running(tmux) as run, shown(run, lane=Lane.GENTLE) as (_, frames):
        lines = asked(monkeypatch)
        await asyncio.sleep(1.6)
        assert 2 <= len(frames) <= 4
        assert len([line for line in lines if line.startswith("capture-pane")]) <= 4


async def test_a_flood_is_paused_between_two_looks(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    # Interrupted and not respawned: with what a client has not read yet, tmux 3.3a dies of that now and then.
    flood = "trap : INT; yes 'a line of a flood that never ends'; echo over; cat"
    tmux("respawn-pane", "-k", "-t", "one:0", flood)
    received = 0
    take = ControlClient.received

    def counting(client: ControlClient, data: bytes) -> None:
        nonlocal received
        received += len(data)
        take(client, data)

    monkeypatch.setattr(ControlClient, "received", counting)
    async with running(tmux) as run, shown(run) as (terminal, frames):
        await until(lambda: len(frames) > 2)
        lines = asked(monkeypatch)
        received = 0
        await until(lambda: sum(line.endswith(":pause'") for line in lines) > 10)
        assert received < 8 << 20
        tmux("send-keys", "-t", "one:0", "C-c")
        await until(lambda: text(terminal.screen).endswith("over"))


async def test_a_program_that_begins_anew_and_says_nothing_is_seen(tmux: Tmux) -> None:
    tmux("respawn-pane", "-k", "-t", "one:0", "echo old; cat")
    async with running(tmux) as run, shown(run) as (terminal, _):
        await until(lambda: text(terminal.screen) == "old")
        tmux("respawn-pane", "-k", "-t", "one:0", "cat")
        await until(lambda: text(terminal.screen) == "")


async def test_a_flooding_neighbour_that_nobody_watches_is_paused(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("new-window", "-d", "-t", "one", "yes")
    async with running(tmux) as run:
        lines = asked(monkeypatch)
        async with shown(run, "%0") as (terminal, _):
            await until(lambda: "refresh-client -A '%1:pause'" in lines)
            tmux("send-keys", "-t", "one:0", "still heard")
            await until(lambda: text(terminal.screen) == "still heard")
        async with shown(run, "%1") as (flood, frames):
            await until(lambda: len(frames) > 2)
            assert text(flood.screen).endswith("y")


async def test_coming_back_to_a_pane_hears_it_again(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after its session was let go in between."""
    from cockpit.runtimes.tmux import feeds

    monkeypatch.setattr(feeds, "_LINGER_SECONDS", 0.05)
    tmux("new-session", "-d", "-s", "two", "cat")
    tmux("new-window", "-d", "-t", "two", "while :; do echo x; sleep 0.01; done")
    async with running(tmux) as run:
        for pane, window in (("%0", "one:0"), ("%1", "two:0")):
            for word in ("first", "second", "third"):
                async with shown(run, pane) as (terminal, _):
                    tmux("send-keys", "-t", window, word, "Enter")
                    await until(partial(ends, terminal, f"{word}\n{word}"))
                await asyncio.sleep(0.15)


async def test_a_pane_that_moves_to_another_session(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "cat")
    tmux("new-window", "-d", "-t", "one", "cat")
    async with running(tmux) as run:
        await run.until(lambda r: len(r.threads) == 3)
        async with shown(run, "%2") as (terminal, _):
            tmux("move-window", "-d", "-s", "one:1", "-t", "two:5")
            await run.until(lambda r: run.source._servers.known[tmux.socket].panes["%2"].sessions == ("$1",))
            tmux("send-keys", "-t", "two:5", "moved")
            await until(lambda: text(terminal.screen) == "moved")


async def test_a_session_that_ends_with_its_last_client_is_not_attached_to(tmux: Tmux) -> None:
    """Its panes are watched by the list alone, once a second."""
    tmux("new-session", "-d", "-s", "two", "cat")
    holder = await asyncio.create_subprocess_exec(
        "tmux", "-L", tmux.socket, "-C", "attach-session", "-t", "two",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert holder.stdin is not None
    wait_until(lambda: tmux("list-clients"))
    tmux("set-option", "-t", "two", "destroy-unattached", "on")
    try:
        async with running(tmux) as run:
            terminal = run.source.terminal(next(t.ref for t in run.threads if t.ref.native.startswith("%1@")))
            terminal.watch(Lane.PROMPT, lambda: None)
            await until(lambda: terminal.screen.width)
            assert tmux("list-clients", "-F", "#{session_name}").split().count("two") == 1
            tmux("send-keys", "-t", "two:0", "hello")
            await until(lambda: text(terminal.screen) == "hello")
            holder.stdin.close()
            await run.until(lambda r: len(r.threads) == 1)
            await terminal.close()
    finally:
        holder.stdin.close()
        await holder.wait()


async def test_a_pane_that_is_closed_says_so(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-t", "one", "cat")
    async with running(tmux) as run, shown(run, "%1") as (terminal, frames):
        tmux("kill-pane", "-t", "%1")
        await until(lambda: terminal.trouble == "The pane is closed.")
        assert frames


async def test_a_program_that_ends_and_stays(tmux: Tmux) -> None:
    tmux("set-option", "-g", "remain-on-exit", "on")
    tmux("new-window", "-d", "-t", "one", "read line; echo bye; exit 3")
    async with running(tmux) as run, shown(run, "%1") as (terminal, _):
        tmux("send-keys", "-t", "one:1", "Enter")
        await until(lambda: terminal.screen.ended)
        assert terminal.screen.exit_code in (3, None)  # tmux 3.3a loses one code in ten


async def test_scrollback_by_pages(tmux: Tmux) -> None:
    tmux(
        "respawn-pane",
        "-k",
        "-t",
        "one:0",
        "for i in $(seq 1 100); do printf '\\033[3%dmline %d\\033[m\\n' $((i%8)) $i; done; cat",
    )
    wait_until(lambda: "line 100" in tmux.screen("one:0"))
    async with running(tmux) as run, shown(run) as (terminal, _):
        assert terminal.screen.history == 77
        page = await terminal.history(20)
        assert [line[0][0] for line in page] == [f"line {number}" for number in range(58, 78)]
        assert page[0][0][1].ink == 58 % 8
        above = await terminal.history(20, skip=20)
        assert above[-1][0][0] == "line 57"
        assert len(await terminal.history(500)) == 77
        assert await terminal.history(0) == ()


# Driving


async def test_typing_is_echoed(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        for letter in "héllo 👍":
            assert terminal.press(letter, letter)
        assert terminal.press("enter", "\r")
        await until(lambda: text(terminal.screen) == "héllo 👍\nhéllo 👍")
        assert not terminal.press("ctrl+1")


async def test_every_key_arrives_as_the_bytes_it_has(tmux: Tmux, tmp_path: Path) -> None:
    got = tmp_path / "got"
    tmux("respawn-pane", "-k", "-t", "one:0", f"stty raw -echo; printf ready; cat > {got}")
    async with running(tmux) as run, shown(run) as (terminal, _):
        await until(lambda: "ready" in text(terminal.screen))
        for key in ("up", "ctrl+c", "ctrl+z", "escape", "f5", "alt+x", "shift+enter", "ctrl+at", "delete", "ctrl+left"):
            terminal.press(key)
        tmux("respawn-pane", "-t", "one:0", check=False)
        wanted = b"\x1b[A\x03\x1a\x1b\x1b[15~\x1bx\n\x00\x1b[3~\x1b[1;5D"
        await until(lambda: got.read_bytes() == wanted)


async def test_cursor_keys_follow_the_program(tmux: Tmux, tmp_path: Path) -> None:
    got = tmp_path / "got"
    tmux("respawn-pane", "-k", "-t", "one:0", f"stty raw -echo; printf '\\033[?1hready'; cat > {got}")
    async with running(tmux) as run, shown(run) as (terminal, _):
        await until(lambda: terminal.screen.arrows)
        terminal.press("up")
        await until(lambda: got.read_bytes() == b"\x1bOA")


async def test_what_is_typed_after_a_paste_does_not_overtake_it(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        pastes = [asyncio.ensure_future(terminal.paste("one "))]
        await asyncio.sleep(0)
        terminal.press("2", "2")
        pastes.append(asyncio.ensure_future(terminal.paste(" three ")))
        await asyncio.sleep(0)
        terminal.press("4", "4")
        await asyncio.gather(*pastes)
        terminal.press("5", "5")
        await until(lambda: text(terminal.screen).endswith("5"))
        assert text(terminal.screen) == "one 2 three 45"


async def test_a_paste_of_a_megabyte_arrives_whole(tmux: Tmux, tmp_path: Path) -> None:
    got = tmp_path / "got"
    tmux("respawn-pane", "-k", "-t", "one:0", f"stty raw -echo; printf '\\033[?2004hready'; cat > {got}")
    words = "".join(f"line {number} äöü 👍 'quoted' \"twice\" $HOME `x` \\n #{{pane_id}}\n" for number in range(17_000))
    assert len(words.encode()) > 1 << 20
    async with running(tmux) as run, shown(run) as (terminal, _):
        await until(lambda: "ready" in text(terminal.screen))
        await terminal.paste(words)
        wanted = b"\x1b[200~" + words.replace("\n", "\r").encode() + b"\x1b[201~"
        await until(lambda: got.stat().st_size >= len(wanted))
        assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(wanted).digest()


async def test_keys_leave_copy_mode(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        tmux("copy-mode", "-t", "one:0")
        await until(lambda: terminal.screen.mode == "copy-mode")
        terminal.press("x", "x")
        await until(lambda: text(terminal.screen) == "x" and not terminal.screen.mode)


@pytest.mark.parametrize(
    ("modes", "drags", "hovers", "first"),
    [
        ("?1000h\\033[?1006h", False, False, b"\x1b[<0;5;3M"),
        ("?1000h", False, False, b"\x1b[M %#"),
        ("?1002h\\033[?1006h", True, False, b"\x1b[<0;5;3M"),
        ("?1003h\\033[?1006h", True, True, b"\x1b[<0;5;3M"),
    ],
)
async def test_the_mouse_goes_only_to_who_asked(
    tmux: Tmux, tmp_path: Path, modes: str, drags: bool, hovers: bool, first: bytes
) -> None:
    got = tmp_path / "got"
    async with running(tmux) as run, shown(run) as (terminal, _):
        assert not terminal.point(Mouse(1, 1, button=1))
        tmux("respawn-pane", "-k", "-t", "one:0", f"stty raw -echo; printf '\\033[{modes}'; cat > {got}")
        await until(lambda: terminal.screen.mouse)
        assert terminal.point(Mouse(4, 2, button=1))
        await until(lambda: got.read_bytes() == first)
        assert terminal.point(Mouse(5, 2, button=1, moved=True)) is drags
        assert terminal.point(Mouse(5, 2, moved=True)) is hovers


async def test_typing_while_a_neighbour_floods(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-t", "one", "yes")
    async with running(tmux) as run, shown(run, "%0") as (driven, _), shown(run, "%1", Lane.GENTLE):
        for letter in "still here":
            driven.press(letter, letter)
        await until(lambda: text(driven.screen) == "still here")


async def test_neighbours_wait_while_somebody_types(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux("new-window", "-d", "-t", "one", "while :; do echo x; sleep 0.02; done")
    async with running(tmux) as run, shown(run, "%0") as (driven, _), shown(run, "%1", Lane.GENTLE):
        driven.press("a", "a")
        lines = asked(monkeypatch)
        for _ in range(20):
            driven.press("b", "b")
            await asyncio.sleep(0.05)
        assert len([line for line in lines if line == "capture-pane -epN -t %1"]) <= 1
        await until(lambda: len([line for line in lines if line == "capture-pane -epN -t %1"]) > 1)


@pytest.mark.parametrize("pane", ["%0", "%1"])
async def test_a_pane_that_is_killed_says_so_and_not_that_its_server_is_gone(tmux: Tmux, pane: str) -> None:
    """Also when the session goes with it by which the whole server is seen."""
    for session in ("one", "two"):
        tmux("new-session", "-d", "-s", f"a{session}", "while :; do echo x; sleep 0.01; done")
    tmux("kill-session", "-t", "one")
    pane = tmux("list-panes", "-a", "-F", "#{pane_id}").splitlines()[int(pane[1:])]
    async with running(tmux) as run, shown(run, pane) as (terminal, _):
        told: list[str] = []
        terminal.watch(Lane.PROMPT, lambda: told.append(terminal.trouble))
        tmux("kill-pane", "-t", pane)
        await until(lambda: terminal.trouble == "The pane is closed.")
        assert {each for each in told if each} == {"The pane is closed."}


# Size


async def test_only_the_driven_window_is_resized_and_gets_its_size_back(tmux: Tmux) -> None:
    """Without care a control client that sizes one window shrinks all the others to 80x24."""
    sizes = "while :; do sleep 0.05; done"
    tmux("resize-window", "-t", "one:0", "-x", "150", "-y", "45")
    tmux("set-option", "-w", "-t", "one:0", "-u", "window-size")
    tmux("new-window", "-d", "-t", "one", f"trap 'echo resized' WINCH; {sizes}")
    tmux("new-session", "-d", "-s", "two", "-x", "99", "-y", "33", "cat")
    before = tmux.windows()
    async with running(tmux) as run, shown(run, "%0") as (terminal, _):
        assert await terminal.fit(100, 30) == ""
        assert tmux.windows() == before | {"@0": "100x30"}
        await until(lambda: (terminal.screen.width, terminal.screen.height) == (100, 30))
        tmux("new-window", "-d", "-t", "one", "cat")
        assert tmux.windows()["@3"] == tmux.show("#{default-size}")
        assert await terminal.fit(110, 31) == ""
        await terminal.unfit()
        assert tmux.windows() == before | {"@3": tmux.show("#{default-size}")}
        await until(lambda: len(tmux("list-clients").splitlines()) <= 2)
    assert tmux.windows() == before | {"@3": tmux.show("#{default-size}")}
    assert "resized" not in tmux.screen("one:1")


async def test_what_a_program_prints_upon_our_size_is_no_work(tmux: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "QUIET", timedelta(seconds=3))
    monkeypatch.setattr("cockpit.runtimes.tmux.picture.QUIET", timedelta(seconds=3))
    tmux("respawn-pane", "-k", "-t", "one:0", "trap 'echo resized' WINCH; while :; do sleep 0.05; done")
    async with running(tmux) as run:
        await run.until(lambda r: r.threads[0].status is Status.IDLE)
        async with shown(run) as (terminal, _):
            before = len(run.facts)
            await terminal.fit(100, 30)
            await until(lambda: ends(terminal, "resized"))
            await terminal.unfit()
            await until(lambda: ends(terminal, "resized\nresized"))
            await asyncio.sleep(1.2)  # the list, which dates windows, comes once a second
        seen = [fact for fact in run.facts[before:] if isinstance(fact, SourceRead)]
        assert all(thread.status is Status.IDLE for fact in seen for thread in fact.threads)
        tmux("respawn-pane", "-k", "-t", "one:0", "sleep 2; echo at work; exec cat")
        await run.until(lambda r: r.threads[0].status is Status.WORKING)


async def test_leaving_gives_the_size_back(tmux: Tmux) -> None:
    async with running(tmux) as run:
        async with shown(run) as (terminal, _):
            await terminal.fit(100, 30)
            assert tmux.windows() == {"@0": "100x30"}
        assert tmux.windows() == {"@0": "80x24"}
        async with shown(run) as (terminal, _):
            await terminal.fit(100, 30)
            run_task = run.source
            await run_task.close()
    assert tmux.windows() == {"@0": "80x24"}


async def test_a_size_that_somebody_changed_meanwhile_is_left(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        await terminal.fit(100, 30)
        tmux("resize-window", "-t", "one:0", "-x", "120", "-y", "40")
        await terminal.unfit()
        assert tmux.windows() == {"@0": "120x40"}


async def test_a_split_window_keeps_its_size(tmux: Tmux) -> None:
    tmux("split-window", "-d", "-t", "one:0", "cat")
    async with running(tmux) as run, shown(run) as (terminal, _):
        assert await terminal.fit(100, 30) == "its window is split, and keeps its size"
        assert tmux.windows() == {"@0": "80x24"}


async def test_a_window_that_another_terminal_shows_keeps_its_size(tmux: Tmux) -> None:
    with attached_person(tmux, 90, 30):
        wait_until(lambda: tmux.windows() == {"@0": "90x29"})
        async with running(tmux) as run, shown(run) as (terminal, _):
            assert await terminal.fit(70, 20) == "another terminal shows it and decides its size"
            assert tmux.windows() == {"@0": "90x29"}


async def test_a_person_who_looks_at_another_session_changes_nothing(tmux: Tmux) -> None:
    """As when the cockpit runs in the same tmux as what it drives."""
    tmux("new-session", "-d", "-s", "two", "-x", "99", "-y", "33", "cat")
    tmux("new-window", "-d", "-t", "two", "cat")
    with attached_person(tmux, 90, 30):
        wait_until(lambda: tmux.windows() == {"@0": "90x29", "@1": "99x33", "@2": "99x33"})
        async with running(tmux) as run, shown(run, "%1") as (terminal, _):
            assert await terminal.fit(70, 20) == ""
            assert tmux.windows() == {"@0": "90x29", "@1": "70x20", "@2": "99x33"}
            await until(lambda: (terminal.screen.width, terminal.screen.height) == (70, 20))
            await terminal.unfit()
            assert tmux.windows() == {"@0": "90x29", "@1": "99x33", "@2": "99x33"}


async def test_a_person_who_attaches_while_we_drive_gets_their_size(tmux: Tmux) -> None:
    async with running(tmux) as run, shown(run) as (terminal, _):
        await terminal.fit(100, 30)
        with attached_person(tmux, 90, 30):
            await until(lambda: tmux.windows() == {"@0": "90x29"})
            assert await terminal.fit(100, 31) == "another terminal shows it and decides its size"
            await terminal.unfit()
            assert tmux.windows() == {"@0": "90x29"}
