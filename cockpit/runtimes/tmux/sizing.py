"""The size of one window while it is driven, and its old size afterwards. No other window ever changes.

A control client that sizes one window counts for every window of its session, and would shrink the others to 80x24
(measured: tmux 3.3a). So a client of its own names every window's present size first, while another one that is not
flagged `ignore-size` keeps it from counting; only then does it count, and resize the one. It loses its own flag for
that: with it, it would count only while no ordinary client is attached to any session of the server."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from cockpit.model.errors import SourceError
from cockpit.runtimes.tmux import wire
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed
from cockpit.runtimes.tmux.panes import Pane

_GUARD_ON = "refresh-client -f '!ignore-size'"
_GUARD_OFF = "refresh-client -f 'ignore-size'"
_CLIENTS = "list-clients -F '#{client_flags} #{session_id}'"
_SMALLEST, _LARGEST = 2, 1000
SHARED = "another terminal shows it and decides its size"
SPLIT = "its window is split, and keeps its size"


@dataclass(slots=True)
class _Held:
    pane: str
    window: str
    client: ControlClient
    before: tuple[int, int]
    now: tuple[int, int]


class Sizing:
    """One window of a server at a time has a size of ours."""

    def __init__(self, where: Address, resized: Callable[[str], None]) -> None:
        """`resized` is told which window is about to have another size by our doing."""
        self._where = where
        self._resized = resized
        self._held: _Held | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def fit(self, main: ControlClient, pane: Pane, width: int, height: int) -> str:
        """Returns why the pane keeps its size; empty when it has the new one. Raises SourceError."""
        width, height = (min(max(side, _SMALLEST), _LARGEST) for side in (width, height))
        if pane.split:
            return SPLIT
        try:
            if await self._shared(main, pane):
                await self._leave(restore=False)
                return SHARED
            if self._held is not None and (self._held.pane != pane.id or self._held.client.ended.done()):
                await self.release()
            if self._held is None:
                if (pane.width, pane.height) == (width, height):
                    return ""
                self._held = await self._hold(main, pane)
            await self._resize(self._held, (width, height))
        except CommandFailed as error:
            await self.release()
            return f"this tmux does not resize it: {error.message}"
        return ""

    async def release(self, pane: str = "") -> None:
        """Give the window back what it had. `pane`: only if that one is held."""
        if not pane or (self._held is not None and pane == self._held.pane):
            await self._leave(restore=True)

    async def restore(self, main: ControlClient, pane: Pane, size: tuple[int, int]) -> None:
        """Give the pane's window a size back that an ordinary client left behind when it went; tmux itself keeps the
        one that it had last (facts: 3.3a). Raises SourceError, CommandFailed."""
        if await self._shared(main, pane):
            return
        held = await self._hold(main, pane)
        try:
            if await self._size(held) != size:
                self._resized(held.window)
                await held.client.ask(f"refresh-client -C '{held.window}:{size[0]}x{size[1]}'")
        finally:
            await held.client.close()

    async def _hold(self, main: ControlClient, pane: Pane) -> _Held:
        lasting = [session for session in pane.sessions if session not in pane.fleeting]
        if not lasting:
            raise CommandFailed("its session ends with its last client")
        await main.ask(_GUARD_ON)
        try:
            client = await ControlClient.attach(self._where, lasting[0], "ignore-size,no-output", self._heard)
            try:
                await self._name_all(client, lasting[0])
            except BaseException:
                await client.close()
                raise
        finally:
            # Waited for: the client that resizes next has a connection of its own, and must not be quicker.
            with contextlib.suppress(SourceError, CommandFailed):
                await main.ask(_GUARD_OFF)
        try:
            await client.ask(_GUARD_ON)
        except BaseException:
            await client.close()
            raise
        return _Held(pane.id, pane.window, client, (pane.width, pane.height), (pane.width, pane.height))

    async def _name_all(self, client: ControlClient, session: str) -> None:
        """What each window has now, and what a new one is to get."""
        rows = await client.ask(f"list-windows -t '{session}' -F '#{{window_id}}:#{{window_width}}x#{{window_height}}'")
        default = b"".join(await client.ask("display-message -p '#{default-size}'")).decode("ascii", "replace")
        width, _, height = default.partition("x")
        size = f"{width}x{height}" if width.isdigit() and height.isdigit() else "80x24"
        await client.ask_all([f"refresh-client -C {size}", *(f"refresh-client -C '{row.decode()}'" for row in rows)])

    async def _resize(self, held: _Held, size: tuple[int, int]) -> None:
        if held.now != size:
            self._resized(held.window)
            await held.client.ask(f"refresh-client -C '{held.window}:{size[0]}x{size[1]}'")
            held.now = size

    async def _leave(self, *, restore: bool) -> None:
        """Waits until it is done, also when another has begun it. Who gives up waiting does not stop it: the window
        would stay at our size."""
        if self._held is not None:
            held, self._held = self._held, None
            self._leaving = asyncio.create_task(self._let_go(held, restore=restore))
        if self._leaving is not None:
            await asyncio.shield(self._leaving)

    async def _let_go(self, held: _Held, *, restore: bool) -> None:
        try:
            with contextlib.suppress(SourceError, CommandFailed):
                if restore and await self._size(held) == held.now:
                    await self._resize(held, held.before)
        finally:
            await held.client.close()

    async def _size(self, held: _Held) -> tuple[int, int]:
        form = "#{window_width} #{window_height}"
        said = b"".join(await held.client.ask(f"display-message -p -t {held.window} '{form}'"))
        width, _, height = said.decode("ascii", "replace").partition(" ")
        return int(width or 0), int(height or 0)

    async def _shared(self, main: ControlClient, pane: Pane) -> bool:
        """Whether an ordinary client shows a session of the pane: its size goes first."""
        for row in await main.ask(_CLIENTS):
            flags, _, session = row.decode("utf-8", "replace").rpartition(" ")
            if session in pane.sessions and "control-mode" not in flags and "ignore-size" not in flags:
                return True
        return False

    def _heard(self, event: wire.Event) -> None:
        """Nothing to learn here: whether somebody else came is asked before each fit."""
