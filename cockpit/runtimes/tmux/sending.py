"""What is done to a pane on a person's word: text, a key, a message, an end. Each is done once and looked at after.

A terminal cannot say that it understood: what is confirmed is that its screen moved, and the outcome says no more."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from cockpit.model.errors import Rejected, Stale, Unconfirmed
from cockpit.model.terminal import Screen
from cockpit.runtimes.tmux import once, processes
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed, Ended, NoServer
from cockpit.runtimes.tmux.keys import encoded
from cockpit.runtimes.tmux.panes import LIST, Pane, read_panes
from cockpit.runtimes.tmux.screen import CAPTURE, MODES, Reader, widths
from cockpit.runtimes.tmux.server import Server

_ECHO_SECONDS = 2.0
_TURN_SECONDS = 3.0
_AGAIN_SECONDS = 0.5
_SETTLE_SECONDS = 0.15
_LONGEST = 4 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SEQUENCE = re.compile(r"\x1b\[[0-9;:]*m|[\x0e\x0f]")
_FRONT = (
    "display-message -p -t {} "
    "'#{{pane_dead}} #{{pane_in_mode}} #{{cursor_x}},#{{cursor_y}} #{{pane_pid}} #{{pane_current_command}}'"
)


async def paste(server: Server, pane: str, text: str, *, bracketed: bool = True) -> None:
    """Put `text` (at most 4 MB) into the pane as a paste; without controls, so that none of it can end the brackets."""
    data = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode()
    if len(data) > _LONGEST:
        raise Rejected("The text is longer than 4 MB.", fix="Put it into a file and name that.")
    name = f"cockpit-{secrets.token_hex(6)}"
    await once.tmux(server.where, "load-buffer", "-b", name, "-", data=data)
    async with server.linked() as client:
        try:
            await client.ask(f"paste-buffer {'-p ' if bracketed else ''}-d -b {name} -t {pane}")
        except CommandFailed as error:
            client.tell(f"delete-buffer -b {name}")
            raise _gone(error) from error


async def deliver(server: Server, pane: str, text: str) -> str:
    """Type `text`, then press Enter by itself, and see the screen move after each. Returns what can be said of it.

    Raises Rejected, Stale, SourceError; Unconfirmed when nothing moved: it may lie there unsubmitted."""
    async with server.linked() as client, prints(server, pane) as printed:
        typed = await _typed(server, client, pane, text, printed)
        await _press(client, pane, b"\r", in_mode=typed[0].in_mode)
        clock = asyncio.get_running_loop().time
        end = clock() + _TURN_SECONDS
        await printed(_TURN_SECONDS)
        # It may have changed its title first, take its time with a long text, and print for ever what is not seen.
        while await look(client, pane) == typed:
            if clock() >= end or not await printed(end - clock()):
                raise Unconfirmed(
                    "The text stands in the terminal and Enter did nothing: not submitted.",
                    fix="Open it and press Enter.",
                )
    return "Typed it in and pressed Enter; the terminal took it."


async def type_in(server: Server, pane: str, text: str) -> None:
    """Paste `text` without Enter and see the screen move. Raises as `deliver`."""
    async with server.linked() as client, prints(server, pane) as printed:
        await _typed(server, client, pane, text, printed)


async def _typed(server: Server, client: ControlClient, pane: str, text: str, printed: "Wait") -> "_Moment":
    """What the pane shows with `text` in it."""
    front, before = await look(client, pane)
    if front.dead:
        raise Rejected("The program in that pane has ended.", fix="Start it again, or start another worker.")
    await paste(server, pane, text)
    await printed(_ECHO_SECONDS)
    typed = await look(client, pane)
    if typed[1] == before:
        raise Unconfirmed(
            "The text was pasted and the terminal shows nothing of it.", fix="Look at it before you send again."
        )
    return typed


async def press(server: Server, pane: str, key: str) -> None:
    """Press one key by its neutral name, or the character that it types. Raises Rejected, Stale, SourceError."""
    async with server.linked() as client:
        shown = await _capture(server, client, pane)
        if shown.ended:
            raise Rejected("The program in that pane has ended.", fix="Start it again, or start another worker.")
        data = encoded(key, key if len(key) == 1 else None, arrows=shown.arrows)
        if data is None:
            raise Rejected(f"No terminal can send the key {key}.", fix="Open the terminal and press what it wants.")
        await _press(client, pane, data, in_mode=bool(shown.mode))


async def shown(server: Server, pane: str) -> Screen:
    """What the pane shows now. Raises Stale, SourceError."""
    async with server.linked() as client:
        return await _capture(server, client, pane)


async def interrupt(
    server: Server, pane: str, key: bytes = b"\x03", name: str = "Ctrl+C", *,
    works: Callable[[str, str], bool] = lambda title, screen: False, again: re.Pattern[str] | None = None,
) -> str:  # fmt: skip
    """Press Ctrl+C, or the key of those bytes and that name, and see that something came of it. `works` says by the
    title and the screen whether a turn runs: if one did, then it must end. Where `again` is on the screen after the
    first press, the key is pressed once more, as it asks."""
    async with server.linked() as client, prints(server, pane) as printed:
        before = await look(client, pane)
        if before[0].dead:
            raise Rejected("The program in that pane has ended already.")
        ran = works(before[0].title, plain(before[1]))
        await _press(client, pane, key, in_mode=before[0].in_mode)
        if again is not None:
            await printed(_AGAIN_SECONDS)
            front, screen = await look(client, pane)
            if again.search(plain(screen)):
                await _press(client, pane, key, in_mode=front.in_mode)
        await printed(_TURN_SECONDS)
        after = await look(client, pane)
    what = after[0].command or "the program"
    if ran:
        if not works(after[0].title, plain(after[1])):
            return f"Pressed {name}: it stopped working."
        raise Unconfirmed(f"{name} was pressed and {what} still works.", fix="Try again, open it, or stop its session.")
    if after[0].command != before[0].command:
        return f"Pressed {name}: {before[0].command} is no longer in front."
    if after != before:
        return f"Pressed {name}; {what} is still in front and answered."
    raise Unconfirmed(f"{name} was pressed and {what} did not react.", fix="Open it, or stop its session.")


async def foreground(server: Server, pane: str, pids: Sequence[int]) -> None:
    """Type `fg` into the shell that has a stopped worker as its job, on an emptied line, and see the worker run."""
    async with server.linked() as client, prints(server, pane) as printed:
        front, _ = await look(client, pane)
        for key in (b"\x15", b"f", b"g", b"\r"):
            await _press(client, pane, key, in_mode=front.in_mode)
        await printed(_ECHO_SECONDS)
    if not await processes.running(server.where, pids):
        raise Unconfirmed("The shell did not bring its stopped job back.", fix="Open the terminal and type fg.")


async def end(server: Server, pane: Pane) -> str:
    """Close the pane (its window with it, if it is the last one there), and see that it is gone."""
    try:
        async with server.linked() as client:
            await client.ask(f"kill-pane -t {pane.id}")
            left = read_panes(b"\n".join(await client.ask(LIST)).decode("utf-8", "replace"))
    except CommandFailed as error:
        raise _gone(error) from error
    except (NoServer, Ended):
        left = {}  # it was the last one, and tmux left with it
    if pane.id in left:
        raise Unconfirmed("tmux took the order and the pane is still there.", fix="Close it in tmux.")
    return f"Closed {pane.id} ({pane.command or 'nothing'} ran in it)."


class Front:
    """What is in front in a pane, and its title; equal when nothing visible of it moved."""

    def __init__(self, line: bytes, title: bytes = b"") -> None:
        self.title = title.decode("utf-8", "replace").rstrip()
        words = (*line.decode("utf-8", "replace").split(" ", 4), *[""] * 5)[:5]
        dead, in_mode, self._cursor, pid, self.command = words
        self.pid = int(pid or 0)
        self.dead = dead == "1"
        self.in_mode = in_mode not in ("", "0")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Front) and (self._cursor, self.command) == (other._cursor, other.command)

    __hash__ = None  # type: ignore[assignment]


_Moment = tuple[Front, list[bytes]]
Wait = Callable[[float], "asyncio.Future[bool]"]


async def look(client: ControlClient, pane: str) -> _Moment:
    """What is in front there, and its screen with its colours. Raises Stale when the pane is gone."""
    try:
        front, title, shown = await client.ask_all(
            [_FRONT.format(pane), f"display-message -p -t {pane} '#{{pane_title}}'", f"capture-pane -ep -t {pane}"]
        )
    except CommandFailed as error:
        raise _gone(error) from error
    return Front(b" ".join(front), b" ".join(title)), shown


def plain(screen: Sequence[bytes]) -> str:
    """A screen's text without its colours."""
    return _SEQUENCE.sub("", b"\n".join(screen).decode("utf-8", "replace"))


def _gone(error: CommandFailed) -> Stale:
    return Stale(f"The pane is gone: {error.message}")


async def _capture(server: Server, client: ControlClient, pane: str) -> Screen:
    try:
        rows, modes = await client.ask_all([CAPTURE + pane, f"display-message -p -t {pane} '{MODES}'"])
    except CommandFailed as error:
        raise _gone(error) from error
    birth = server.sight.birth
    return Reader(widths(birth.numbers) if birth else None).read(rows, b" ".join(modes))


async def _press(client: ControlClient, pane: str, data: bytes, *, in_mode: bool) -> None:
    """One key, by its bytes."""
    if not in_mode:
        await client.ask(f"send-keys -t {pane} -H {data.hex(' ')}")
        return
    # Copy mode swallows keys but not pastes: so it may stay as its reader left it.
    name = f"cockpit-{secrets.token_hex(6)}"
    octal = "".join(f"\\{byte:03o}" for byte in data)
    await client.ask_all([f'set-buffer -b {name} "{octal}"', f"paste-buffer -d -r -b {name} -t {pane}"])


@asynccontextmanager
async def prints(server: Server, pane: str) -> AsyncIterator[Wait]:
    """A way to wait until the pane printed and then was quiet for a moment."""
    heard = asyncio.Event()

    async def printed(seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await heard.wait()
        except TimeoutError:
            return False
        end = asyncio.get_running_loop().time() + seconds
        while heard.is_set() and asyncio.get_running_loop().time() < end:
            heard.clear()
            await asyncio.sleep(_SETTLE_SECONDS)
        return True

    stop = server.feeds.watch(pane, lambda size: heard.set() if size else None)
    try:
        yield lambda seconds: asyncio.ensure_future(printed(seconds))
    finally:
        stop()
