"""A simulated T3 server on loopback, for as long as a block lasts: `async with simulator(world) as server`.

It listens on 127.0.0.1 only, installs no signal handlers, and ends with everything it started.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.server import ServerState

from cockpit.demo.t3.auth import STANDARD, Auth
from cockpit.demo.t3.clock import ManualClock
from cockpit.demo.t3.faults import Faults
from cockpit.demo.t3.http import Http
from cockpit.demo.t3.sockets import Sockets, settle
from cockpit.demo.t3.world import World

KEEP_ALIVE = 5
"""Seconds after which the real server closes an idle connection (facts: T3 0.0.33 §3)."""


class Simulator:
    """One running server. `world` may be changed at any time from the same event loop.

    `keep_alive` is after how many seconds an idle connection is closed; with 0 each one is, right after its answer.
    """

    def __init__(self, world: World, *, web_assets: bool = True, keep_alive: int = KEEP_ALIVE) -> None:
        self.world = world
        self.auth = Auth(world)
        self.http = Http(world, self.auth, web_assets=web_assets)
        self.sockets = Sockets(world, self.auth, self.http, self.drop_connection)
        self.faults = Faults(self.drop_connection, self.sockets)
        self.token = self.auth.issue(client={"label": "cockpit", "deviceType": "bot"}).token
        """A bearer token with every scope."""
        self.port = 0
        self._keep_alive = keep_alive
        self._state = ServerState()
        self._listener: asyncio.Server | None = None
        self._pump: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    def issue(self, *scopes: str) -> str:
        """Another bearer token, with those scopes alone (none: the standard ones)."""
        return self.auth.issue(scopes or STANDARD).token

    def pair(self, *scopes: str, label: str | None = None) -> str:
        """A one-time pairing credential for those scopes (none: the standard ones)."""
        return self.auth.pair(scopes or STANDARD, label=label).code

    def revoke(self, token: str) -> None:
        """End the session of a token."""
        session = self.auth.session(token)
        if session is not None:
            self.auth.revoke(session.id)

    async def start(self, port: int = 0) -> None:
        """Listen on `port` of 127.0.0.1, 0 for any. Raises OSError."""
        config = uvicorn.Config(
            self._app,
            http="h11",
            interface="asgi3",
            proxy_headers=False,
            ws="websockets-sansio",
            ws_ping_interval=None,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=self._keep_alive,
        )
        config.load()
        # Without uvicorn's Server: it would take over the signals of a program that only wants to test something,
        # and look ten times a second whether it should go.
        protocol = config.http_protocol_class
        loop = asyncio.get_running_loop()
        listening = socket.create_server(("127.0.0.1", port))
        # asyncio sets this for sockets of its own making only; without it new connections wait 40 ms for nothing.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def accept() -> asyncio.Protocol:
            return protocol(config=config, server_state=self._state, app_state={}, _loop=loop)  # type: ignore[call-arg]

        self._listener = await loop.create_server(accept, sock=listening)
        self.port = listening.getsockname()[1]
        self._pump = asyncio.create_task(self._live(), name="t3 simulator clock")

    async def stop(self) -> None:
        """Close every connection and end every task."""
        self._stopping = True
        if self._listener is not None:
            self._listener.close()
        self.faults.clear()
        self.drop_connections()
        # Twice, so that the transports have told their protocols before the requests are cancelled.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks = [task for task in (self._pump, *self._state.tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await settle(*tasks)

    async def restart(self) -> None:
        """Be restarted as the real server would: sockets gone, agents lost, tokens and history kept."""
        self.drop_connections()
        self.world.restart()
        await asyncio.sleep(0)

    def drop_connections(self) -> None:
        """Cut every open connection without a word."""
        for connection in tuple(self._state.connections):
            _abort(connection)

    def drop_connection(self, client: tuple[str, int]) -> None:
        """Cut the connection of one client."""
        for connection in tuple(self._state.connections):
            if getattr(connection, "client", None) == client:
                _abort(connection)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "websocket":
                await self.sockets.serve(WebSocket(scope, receive, send))
            elif scope["type"] == "http":
                await self.faults.through(self._answer, scope, receive, send)
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.http.answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _live(self) -> None:
        """Let the world go on with the real clock; a manual one is moved by whoever made it."""
        world = self.world
        if isinstance(world.clock, ManualClock):
            return
        wake = asyncio.Event()
        world.timeline.changed = wake.set
        while True:
            world.run_due()
            due = world.timeline.next_due()
            pause = None if due is None else max(0.0, (due - world.clock.now()).total_seconds())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), pause)
            wake.clear()


def _abort(connection: object) -> None:
    transport = getattr(connection, "transport", None)
    if transport is not None:
        transport.abort()


@contextlib.asynccontextmanager
async def simulator(
    world: World | None = None,
    *,
    port: int = 0,
    web_assets: bool = True,
    keep_alive: int = KEEP_ALIVE,
) -> AsyncIterator[Simulator]:
    """A server in this event loop for as long as the block lasts; without a world, an empty one on the real clock."""
    server = Simulator(world or World(), web_assets=web_assets, keep_alive=keep_alive)
    await server.start(port)
    try:
        yield server
    finally:
        await server.stop()
