"""The WebSocket half of the server: Effect RPC in JSON frames (facts: T3 0.0.33 §9).

It moves frames; what a method answers is in `rpc`, what a subscription yields in `feeds`.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from uvicorn.protocols.utils import ClientDisconnected

from cockpit.demo.t3.auth import Auth, AuthInvalid, Session
from cockpit.demo.t3.feeds import Feed
from cockpit.demo.t3.http import Http
from cockpit.demo.t3.rpc import Call, Die, Fail, Rpc
from cockpit.demo.t3.state import Row
from cockpit.demo.t3.views import to_json
from cockpit.demo.t3.world import World


class Sockets:
    """All WebSockets of one server. `refuse` and `mute` break them on purpose."""

    def __init__(self, world: World, auth: Auth, http: Http, drop: Callable[[tuple[str, int]], None]) -> None:
        self.drop_connection = drop
        self._world = world
        self._auth = auth
        self._http = http
        self._open: set[Connection] = set()
        self.refuse: int | None = None
        self.mute = False

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def drop(self) -> None:
        """Cut every open WebSocket, as a server that dies does."""
        for connection in tuple(self._open):
            connection.cut()

    async def serve(self, websocket: WebSocket) -> None:
        """One WebSocket from its upgrade to its end."""
        if self.refuse is not None:
            await _deny(websocket, self._http.replies.text(_request(websocket), "", self.refuse))
        if websocket.url.path != "/ws":
            await _deny(websocket, self._http.replies.empty(404))
        try:
            session = self._who(websocket)
        except AuthInvalid as refusal:
            tag, code = "EnvironmentAuthInvalidError", "auth_invalid"
            body = self._http.replies.error(_request(websocket), 401, tag, code, reason=refusal.reason)
            await _deny(websocket, body)
        await websocket.accept()
        session.last_connected = self._world.clock.now()
        session.connections += 1
        connection = Connection(websocket, Rpc(self._world, self._http, session), self)
        self._open.add(connection)
        try:
            await connection.run()
        finally:
            self._open.discard(connection)
            session.connections -= 1

    def _who(self, websocket: WebSocket) -> Session:
        ticket = websocket.query_params.get("wsTicket")
        if ticket is None:
            return self._http.authenticate(websocket.headers.get("authorization", ""))
        session = self._auth.of_ticket(ticket)
        if session is None:
            raise AuthInvalid("invalid_credential")
        return session


def _request(websocket: WebSocket) -> Request:
    scope = {**websocket.scope, "type": "http", "method": "GET"}
    return Request(scope)


async def _deny(websocket: WebSocket, response: Response) -> NoReturn:
    await websocket.receive()
    await websocket.send_denial_response(response)
    # Otherwise uvicorn reports an application that returned before the handshake was complete.
    raise ClientDisconnected


async def settle(*tasks: asyncio.Task[None]) -> None:
    """Wait for tasks that were cancelled; raises what one of them broke on before that."""
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


class Connection:
    """One open WebSocket: reads frames, answers calls, and sends each stream's next chunk when the last is acked."""

    def __init__(self, websocket: WebSocket, rpc: Rpc, owner: Sockets) -> None:
        self._websocket = websocket
        self._rpc = rpc
        self._owner = owner
        self._streams: dict[str | int, asyncio.Task[None]] = {}
        self._acks: dict[str | int, asyncio.Semaphore] = {}
        self._fibers = 0
        self._reading: asyncio.Task[None] | None = None
        self._dead = False

    async def run(self) -> None:
        """Serve until either side ends it."""
        self._reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait({self._reading})
        finally:
            self._reading.cancel()
            for task in self._streams.values():
                task.cancel()
            await settle(self._reading, *self._streams.values())
        if not self._dead and self._websocket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect):
                await self._websocket.close()

    def cut(self) -> None:
        """End it from this side, without a word to the other."""
        self._dead = True
        host, port = self._websocket.scope["client"]
        self._owner.drop_connection((host, port))
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> None:
        try:
            # A client that has gone is noticed when sending as well.
            while self._websocket.application_state is WebSocketState.CONNECTED:
                await self._receive(await self._websocket.receive_text())
        except WebSocketDisconnect:
            return

    async def _receive(self, text: str) -> None:
        try:
            frames = json.loads(text)
        except (ValueError, RecursionError):
            await self._send({"_tag": "Defect", "defect": "Unexpected frame: not JSON"})
            return
        for frame in frames if isinstance(frames, list) else [frames]:
            await self._handle(frame if isinstance(frame, dict) else {})

    async def _handle(self, frame: Row) -> None:
        request = frame.get("id") if frame.get("_tag") == "Request" else frame.get("requestId")
        match frame.get("_tag"):
            case "Ping":
                await self._send({"_tag": "Pong"})
            case "Ack" if request in self._acks:
                self._acks[request].release()
            case "Interrupt" if request in self._streams:
                self._streams.pop(request).cancel()
                self._acks.pop(request, None)
                self._fibers += 1
                cause = {"_tag": "Interrupt", "fiberId": 2585 + self._fibers}
                await self._exit(request, {"_tag": "Failure", "cause": [cause]})
            case "Request" if isinstance(request, str | int) and isinstance(frame.get("headers"), list):
                await self._call(request, str(frame.get("tag")), frame.get("payload"))
            case "Request":
                await self._send({"_tag": "Defect", "defect": 'Missing key\n  at ["headers"]'})
            case _:
                pass

    async def _call(self, request: str | int, method: str, payload: Any) -> None:
        try:
            answer = await self._rpc.call(Call(method, payload))
        except Die as defect:
            await self._exit(request, {"_tag": "Failure", "cause": [{"_tag": "Die", "defect": str(defect)}]})
        except Fail as failure:
            await self._exit(request, {"_tag": "Failure", "cause": [{"_tag": "Fail", "error": failure.error}]})
        else:
            if isinstance(answer, Feed):
                self._acks[request] = asyncio.Semaphore(0)
                self._streams[request] = asyncio.create_task(self._stream(request, answer))
            else:
                await self._exit(request, {"_tag": "Success", "value": answer})

    async def _stream(self, request: str | int, feed: Feed) -> None:
        """Send chunk after chunk, each only once the one before it was acknowledged."""
        acks = self._acks[request]
        try:
            while True:
                await self._send({"_tag": "Chunk", "requestId": request, "values": await feed.next()})
                await acks.acquire()
        finally:
            feed.close()

    async def _exit(self, request: Any, result: Row) -> None:
        await self._send({"_tag": "Exit", "requestId": request, "exit": result})

    async def _send(self, frame: Row) -> None:
        if not self._owner.mute and not self._dead:
            try:
                await self._websocket.send_text(to_json(frame).decode())
            except (WebSocketDisconnect, RuntimeError):
                self._dead = True
