"""A pane as a live terminal: fresh at the pace somebody looks at it, keys and pastes on the same pipe.

Output is only the sign that there is something to see; what there is comes by `capture-pane`. Nobody looks: nothing is
asked. A pane that floods is paused between two looks."""

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil, inf

from cockpit.model.errors import CockpitError, Refused, SourceError
from cockpit.model.health import Health
from cockpit.model.terminal import BLANK, Lane, Line, Mouse, Screen
from cockpit.runtimes.tmux import once, sending
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed
from cockpit.runtimes.tmux.keys import encoded, pointed
from cockpit.runtimes.tmux.screen import CAPTURE, MODES, Reader, widths
from cockpit.runtimes.tmux.server import Server

PROMPT_SECONDS = 1 / 30
GENTLE_SECONDS = 0.5
_CHUNK = 500
_LONGEST_TYPED = 2000
_FLOOD = 64 << 10
"""Bytes since the last look from which on a pane is paused until the next."""
_LONGEST_HISTORY = 5000
_HANDS_SECONDS = 0.2
_LONGEST_WAIT = 1.2
_LINK_LOOKS, _LINK_SECONDS = 40, 0.05
_HOPE = (Health.UP, Health.LATE)


class PaneTerminal:
    """See core.ports.Terminal. `phase` (0 to 1) is this pane's place in the gentle lane's interval, so that many panes
    do not look all at once."""

    def __init__(self, server: Server, pane: str, *, phase: float = 0.0) -> None:
        self._server = server
        self._pane = pane
        self._phase = phase * GENTLE_SECONDS
        birth = server.sight.birth
        self._birth = birth
        self._reader = Reader(widths(birth.numbers) if birth else None)
        self._screen = BLANK
        self._trouble = ""
        self._lane = Lane.HIDDEN
        self._changed: Callable[[], None] = _nobody
        self._unwatch: Callable[[], None] = _nobody
        self._dirty = True
        self._bytes = 0
        self._last = -inf
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._pastes: list[list[bytes]] = []
        """What was typed after each paste that is under way."""

    @property
    def screen(self) -> Screen:
        return self._screen

    @property
    def trouble(self) -> str:
        return self._trouble

    # Looking

    def watch(self, lane: Lane, changed: Callable[[], None]) -> None:
        was, self._lane, self._changed = self._lane, lane, changed
        self._stop_timer()
        if lane is Lane.HIDDEN:
            self._unwatch()
            self._unwatch = _nobody
        elif was is Lane.HIDDEN:
            self._unwatch = self._server.feeds.watch(self._pane, self._printed)
        self._plan()

    def _printed(self, size: int) -> None:
        self._dirty = True
        self._bytes += size
        if self._bytes > _FLOOD:
            self._server.feeds.pause(self._pane)
        self._plan()

    def _plan(self) -> None:
        """Look now or when the lane allows it; nothing to see, nobody looking: no timer."""
        if self._lane is Lane.HIDDEN or not self._dirty or self._looking or self._timer:
            return
        loop = asyncio.get_running_loop()
        wait = self._due() - loop.time()
        if wait <= 0:
            self._look()
        else:
            self._timer = loop.call_later(wait, self._look)

    def _due(self) -> float:
        if self._lane is Lane.PROMPT or self._screen is BLANK:
            return self._last + PROMPT_SECONDS
        now = asyncio.get_running_loop().time()
        slot = ceil((now - self._phase) / GENTLE_SECONDS) * GENTLE_SECONDS + self._phase
        return max(slot, self._last + GENTLE_SECONDS / 2)

    def _waits_for_typist(self) -> bool:
        """Somebody types on this server just now: the others wait their turn, but not long."""
        now = asyncio.get_running_loop().time()
        typing = now - self._server.typed_at < _HANDS_SECONDS and now - self._last < _LONGEST_WAIT
        return typing and self._lane is Lane.GENTLE and self._screen is not BLANK

    def _look(self) -> None:
        self._stop_timer()
        if self._waits_for_typist():
            self._timer = asyncio.get_running_loop().call_later(GENTLE_SECONDS / 2, self._look)
            return
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._dirty, self._bytes = False, 0
        self._looking = loop.create_task(self._capture())
        self._looking.add_done_callback(self._looked)

    async def _capture(self) -> None:
        before = self._screen, self._trouble
        try:
            rows, state = await (self._frame() if self._server.standing else self._frame_once())
            self._screen = self._reader.read(rows, state)
            self._trouble = ""
        except CommandFailed:
            self._trouble = "The pane is closed."
        except CockpitError as error:
            if await self._news():
                self._dirty = True
            else:
                self._trouble = str(error)
        if (self._screen, self._trouble) != before:
            self._changed()

    async def _news(self) -> bool:
        """Wait a moment for what became of a link that broke. It may have ended with its session alone, and be made
        anew at once: then it can be said what became of the pane."""
        server = self._server
        if not server.standing or self._trouble or server.sight.health not in _HOPE:
            return False
        for _ in range(_LINK_LOOKS):
            linked = server.main is not None and not server.main.ended.done()
            if linked or server.sight.health not in _HOPE:
                return True
            await asyncio.sleep(_LINK_SECONDS)
        return False

    async def _frame(self) -> tuple[list[bytes], bytes]:
        client = self._client()
        try:
            return await self._frame_of(client)
        except SourceError:
            # Its session may have ended, and not the server: the client of the list knows.
            main = self._server.main
            if main is None or main is client:
                raise
            return await self._frame_of(main)

    async def _frame_of(self, client: ControlClient) -> tuple[list[bytes], bytes]:
        resume = self._server.feeds.resume(self._pane)
        modes = f"display-message -p -t {self._pane} '{MODES}'"
        *_, rows, state = await client.ask_all([*([resume] if resume else ()), CAPTURE + self._pane, modes])
        return rows, b" ".join(state)

    async def _frame_once(self) -> tuple[list[bytes], bytes]:
        """By a short-lived process, for a picture: nobody keeps that server in sight, and nothing attaches to it."""
        look = (*CAPTURE.split(), self._pane, ";", "display-message", "-p", "-t", self._pane, MODES)
        *rows, state, _ = (await once.tmux(self._server.where, *look)).split(b"\n")
        return rows, state

    def _looked(self, task: "asyncio.Task[None]") -> None:
        self._looking = None
        if not task.cancelled():
            self._plan()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def history(self, rows: int, skip: int = 0) -> tuple[Line, ...]:
        if rows <= 0:
            return ()
        start, end = -skip - min(rows, _LONGEST_HISTORY), -skip - 1
        try:
            found = await self._client().ask(f"{CAPTURE}{self._pane} -S {start} -E {end}")
        except CommandFailed as error:
            raise Refused("The pane is closed.") from error
        return Reader(self._reader.widths).lines(found)

    # Driving

    def press(self, key: str, character: str | None = None) -> bool:
        data = encoded(key, character, arrows=self._screen.arrows)
        if data is not None:
            self._type(data)
        return data is not None

    def point(self, mouse: Mouse) -> bool:
        screen = self._screen
        moves = screen.drags if mouse.button else screen.hovers
        wanted = screen.mouse and not screen.mode and (moves or not mouse.moved)
        data = pointed(mouse, sgr=screen.sgr) if wanted else None
        if data is not None:
            self._type(data)
        return data is not None

    def paste(self, text: str) -> Awaitable[None]:
        behind: list[bytes] = []
        self._pastes.append(behind)
        return self._paste(text, behind)

    async def _paste(self, text: str, behind: list[bytes]) -> None:
        try:
            async with self._turn:
                await sending.paste(self._server, self._pane, text)
                for data in behind:
                    self._write(data)
        finally:
            self._pastes.remove(behind)

    def _type(self, data: bytes) -> None:
        self._client()  # raises SourceError at once
        if self._pastes:
            # A paste takes its time, most of all far away, and what is typed after it must not overtake it. When it
            # fails, what was meant to follow it is dropped.
            self._pastes[-1].append(data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        client = self._client()
        self._server.typed_at = asyncio.get_running_loop().time()
        if self._screen.mode:
            # Copy mode would swallow them.
            client.tell(f"send-keys -t {self._pane} -X cancel")
        for at in range(0, min(len(data), _LONGEST_TYPED), _CHUNK):
            client.tell(f"send-keys -t {self._pane} -H {data[at : at + _CHUNK].hex(' ')}")

    async def fit(self, width: int, height: int) -> str:
        pane = self._server.panes.get(self._pane)
        if pane is None or self._server.main is None:
            return "its server cannot be reached now"
        reason = await self._server.sizing.fit(self._server.main, pane, width, height)
        self._printed(0)
        return reason

    async def unfit(self) -> None:
        await self._server.sizing.release(self._pane)

    async def close(self) -> None:
        self.watch(Lane.HIDDEN, _nobody)
        await self.unfit()
        if self._looking is not None:
            self._looking.cancel()

    def _client(self) -> ControlClient:
        if self._server.sight.birth != self._birth:
            raise SourceError("The tmux server was started anew; this pane is gone.")
        client = self._server.feeds.client(self._pane)
        if client is None:
            sight = self._server.sight
            raise SourceError(sight.reason or f"{self._server.where} cannot be reached now.", fix=sight.fix)
        return client


def _nobody() -> None:
    """Nobody to tell."""
