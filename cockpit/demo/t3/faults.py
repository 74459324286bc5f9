"""Ways in which a server can be broken, to be switched on while it runs.

They stand between the wire and the working server, which knows nothing of them.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SocketFaults(Protocol):
    """What can be broken about WebSockets."""

    refuse: int | None
    mute: bool

    def drop(self) -> None:
        """Cut every open WebSocket."""
        ...


@dataclass(kw_only=True)
class Fault:
    """What goes wrong, for requests whose path begins with `path`, the next `times` of them or (None) for good."""

    path: str = "/"
    times: int | None = None


@dataclass
class Status(Fault):
    """Answer with `status` and `body` whatever is asked."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Html(Fault):
    """Answer 200 with a page, as a captive portal or a wrong address does."""

    body: bytes = b"<!doctype html><html><head><title>Sign in</title></head><body>Welcome</body></html>"


@dataclass
class Truncated(Fault):
    """Answer properly, but only the first `keep` bytes, under a length that fits: JSON that stops in the middle."""

    keep: int = 120


@dataclass
class CutOff(Fault):
    """Promise the whole answer, send `keep` bytes of it, and cut the connection."""

    keep: int = 120


@dataclass
class Hang(Fault):
    """Accept the request and say nothing; `release()` lets those who wait be answered after all."""

    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Answer now what was held."""
        self.released.set()


@dataclass
class Drop(Fault):
    """Cut the connection without an answer; `after` True does so only when the work is done."""

    after: bool = False


@dataclass
class Delay(Fault):
    """Answer `seconds` late."""

    seconds: float = 0.0


@dataclass
class Huge(Fault):
    """Answer 200 with `size` bytes of valid JSON, sent in pieces."""

    size: int = 200 * 1024 * 1024


@dataclass
class Backwards(Fault):
    """Answer with a `snapshotSequence` that is smaller by `by`, as after a restored backup."""

    by: int = 100


class Faults:
    """The faults that are switched on; the first that fits a request is the one it gets."""

    def __init__(self, drop_connection: Callable[[tuple[str, int]], None], sockets: SocketFaults) -> None:
        self._active: list[Fault] = []
        self._drop = drop_connection
        self._sockets = sockets
        self.requests: deque[str] = deque(maxlen=10_000)
        """The requests since the start, as `METHOD /path`, for tests that count."""

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on; returns it."""
        self._active.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch one off; nothing happens if it is off already."""
        if fault in self._active:
            self._active.remove(fault)
        if isinstance(fault, Hang):
            fault.release()

    def clear(self) -> None:
        """Switch everything off and answer what was held."""
        for fault in tuple(self._active):
            self.remove(fault)
        self._sockets.refuse = None
        self._sockets.mute = False

    def refuse_websockets(self, status: int = 503) -> None:
        """Answer upgrades with that status from now on."""
        self._sockets.refuse = status

    def mute_websockets(self, muted: bool = True) -> None:
        """Accept upgrades and frames but send nothing."""
        self._sockets.mute = muted

    def drop_websockets(self) -> None:
        """Cut every WebSocket that is open now."""
        self._sockets.drop()

    def _pick(self, path: str) -> Fault | None:
        for fault in self._active:
            if path.startswith(fault.path) and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def through(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer, or do instead what is switched on for that path."""
        self.requests.append(f"{scope['method']} {scope['path']}")
        fault = self._pick(scope["path"])
        match fault:
            case None:
                await app(scope, receive, send)
            case Status():
                await _send(send, fault.status, fault.body, fault.content_type, fault.headers)
            case Html():
                await _send(send, 200, fault.body, "text/html; charset=utf-8")
            case Hang():
                await fault.released.wait()
                await app(scope, receive, send)
            case Delay():
                await asyncio.sleep(fault.seconds)
                await app(scope, receive, send)
            case Drop():
                if fault.after:
                    await _capture(app, scope, receive)
                await self._cut(scope, receive)
            case Truncated():
                start, body = await _capture(app, _plain(scope), receive)
                await _send(send, start["status"], body[: fault.keep], "application/json")
            case CutOff():
                start, body = await _capture(app, _plain(scope), receive)
                await _begin(send, start["status"], "application/json", {"content-length": str(len(body))})
                await send({"type": "http.response.body", "body": body[: fault.keep], "more_body": True})
                await self._cut(scope, receive)
            case Huge():
                await _huge(send, fault.size)
            case Backwards():
                start, body = await _capture(app, _plain(scope), receive)
                await _send(send, start["status"], _turn_back(body, fault.by), "application/json")

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        host, port = scope["client"]
        self._drop((host, port))
        while (await receive())["type"] != "http.disconnect":
            pass


def _plain(scope: Scope) -> Scope:
    """The request without its wish for compression, so that the body can be looked into."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": headers}


async def _capture(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    start: Message = {"status": 500}
    parts: list[bytes] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, collect)
    return start, b"".join(parts)


def _turn_back(body: bytes, by: int) -> bytes:
    data = json.loads(body)
    if isinstance(data, dict) and "snapshotSequence" in data:
        data["snapshotSequence"] = max(0, data["snapshotSequence"] - by)
    return json.dumps(data).encode()


async def _begin(send: Send, status: int, content_type: str, headers: dict[str, str]) -> None:
    lines = {"content-type": content_type, **headers}
    raw = [(name.encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _send(send: Send, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
    await _begin(send, status, content_type, {"content-length": str(len(body)), **(headers or {})})
    await send({"type": "http.response.body", "body": body})


async def _huge(send: Send, size: int) -> None:
    await _begin(send, 200, "application/json", {})
    await send({"type": "http.response.body", "body": b'{"snapshotSequence":1,"projects":[', "more_body": True})
    piece = b'"' + b"x" * 65532 + b'",'
    for _ in range(max(1, size // len(piece))):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)
    end = b'""],"threads":[],"updatedAt":"1970-01-01T00:00:00.000Z"}'
    await send({"type": "http.response.body", "body": end})
