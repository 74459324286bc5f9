"""The socket beside HTTP: Effect RPC as JSON text frames, requests and acknowledged streams (facts: T3, section 9).

It must never keep a stream going without acknowledging each chunk, nor outlive a peer that stopped answering."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from cockpit.model.errors import CockpitError, Rejected, SourceError
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, mapping, rows, text
from cockpit.runtimes.t3 import failures
from cockpit.runtimes.t3.failures import Lost
from cockpit.runtimes.t3.http import BODY_LIMIT, Address, parse_json
from cockpit.runtimes.t3.tasks import spawn

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_PING_SECONDS = 15.0
_PONG_SECONDS = 10.0
_OFF_LOOP = 256 * 1024

log = logging.getLogger(__name__)
log.setLevel(logging.WARNING)  # at DEBUG the library would log the handshake, and with it the token


class Refusal(Rejected):
    """The server answered a call with a failure. `error` is what it sent; `defect` for a call that it cannot read."""

    def __init__(self, message: str, *, fix: str = "", error: Json | None = None, defect: bool = False) -> None:
        super().__init__(message, fix=fix)
        self.error: Json = error or {}
        self.defect = defect


class Socket:
    """One connection at a time; `connect` again after it was lost. Calls and streams share it."""

    def __init__(
        self, address: Address, authorization: Callable[[], Awaitable[dict[str, str]]], *, timeout: float = 10.0,
        ping_seconds: float = _PING_SECONDS,
    ) -> None:  # fmt: skip
        self._address = address
        self._authorization = authorization
        self._timeout = timeout
        self._ping_seconds = ping_seconds
        self._connection: ClientConnection | None = None
        self._waiting: dict[str, asyncio.Queue[Json | None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._next = 0
        self._lock = asyncio.Lock()
        self._heard = asyncio.Event()
        self.lost = asyncio.Event()
        self.lost.set()

    @property
    def up(self) -> bool:
        return self._connection is not None and not self.lost.is_set()

    async def connect(self) -> None:
        """Connect if not connected. Raises SourceError (AuthError among them)."""
        async with self._lock:
            if self.up:
                return
            await self._tear_down()
            self._connection = await self._open()
            self.lost.clear()
            self._tasks = [
                spawn(self._listen(self._connection), name="t3 socket"),
                spawn(self._keep_alive(self._connection), name="t3 socket ping"),
            ]

    async def call(self, tag: str, payload: Json, *, seconds: float | None = None) -> Any:
        """One request and its value. Raises Refusal when the server says no, Lost when the connection went or no answer
        came in time."""
        request, inbox = self._register()
        try:
            await self._send_request(request, tag, payload)
            async with asyncio.timeout(seconds or self._timeout):
                while True:
                    frame = await inbox.get()
                    if frame is None:
                        raise failures.dropped(self._address.shown)
                    if frame.get("_tag") == "Exit":
                        return _exit_value(frame)
                    await self._send({"_tag": "Ack", "requestId": request})
        except TimeoutError:
            raise failures.no_answer(self._address.shown, seconds or self._timeout, connected=True) from None
        finally:
            self._waiting.pop(request, None)

    async def stream(self, tag: str, payload: Json) -> AsyncGenerator[Json, None]:
        """The items of a subscription until the server ends it. Each chunk is acknowledged once its items were taken.
        Raises Refusal, or Lost when the connection goes."""
        request, inbox = self._register()
        ended = False
        try:
            await self._send_request(request, tag, payload)
            while True:
                frame = await inbox.get()
                if frame is None:
                    ended = True
                    raise failures.dropped(self._address.shown)
                if frame.get("_tag") == "Exit":
                    ended = True
                    _exit_value(frame)
                    return
                for item in rows(frame.get("values")):
                    yield item
                await self._send({"_tag": "Ack", "requestId": request})
        finally:
            self._waiting.pop(request, None)
            if not ended and self.up:
                with contextlib.suppress(Lost):
                    await self._send({"_tag": "Interrupt", "requestId": request})

    async def close(self) -> None:
        async with self._lock:
            await self._tear_down()

    def _register(self) -> tuple[str, asyncio.Queue[Json | None]]:
        if not self.up:
            raise failures.dropped(self._address.shown)
        self._next += 1
        request = str(self._next)
        inbox: asyncio.Queue[Json | None] = asyncio.Queue()
        self._waiting[request] = inbox
        return request, inbox

    async def _send_request(self, request: str, tag: str, payload: Json) -> None:
        await self._send({"_tag": "Request", "id": request, "tag": tag, "payload": dict(payload), "headers": []})

    async def _send(self, frame: Json) -> None:
        import websockets

        connection = self._connection
        if connection is None:
            raise failures.dropped(self._address.shown)
        try:
            await connection.send(json.dumps(frame))
        except websockets.ConnectionClosed:
            raise failures.dropped(self._address.shown) from None

    async def _open(self) -> "ClientConnection":
        import websockets
        from websockets.asyncio.client import connect

        class Straight(connect):
            """Follows no redirect: the token is for this server alone."""

            def process_redirect(self, exc: Exception) -> Exception | str:
                return exc

        headers = await self._authorization()
        base = self._address.base.partition("://")[2]
        try:
            return await Straight(
                f"{'wss' if self._address.secure else 'ws'}://{base}/ws",
                additional_headers=headers,
                open_timeout=self._timeout,
                close_timeout=1.0,
                ping_interval=None,
                max_size=BODY_LIMIT,
                compression=None if self._address.loopback else "deflate",
                proxy=None if self._address.loopback else True,
                logger=log,
            )
        except websockets.InvalidStatus as error:
            raise self._refused(error) from None
        except TimeoutError:
            raise failures.no_answer(self._address.shown, self._timeout, connected=False) from None
        except (websockets.InvalidHandshake, websockets.InvalidURI, EOFError) as error:
            raise SourceError(
                f"{self._address.shown} does not open a socket: {one_line(str(error), 120)}.",
                fix="Polling goes on without it; look for a proxy between.",
            ) from None
        except OSError as error:
            raise failures.no_connection(self._address.shown, error) from None

    def _refused(self, error: Any) -> CockpitError:
        body: Json = {}
        with contextlib.suppress(SourceError):
            body = parse_json(error.response.body or b"", self._address.shown)
        return failures.refused(self._address.shown, error.response.status_code, body, "application/json")

    async def _listen(self, connection: "ClientConnection") -> None:
        """Hand every frame to whoever waits for it, until the connection ends."""
        import websockets

        try:
            async for message in connection:
                self._heard.set()
                for frame in await self._frames(message):
                    if frame.get("_tag") == "Ping":
                        await self._send({"_tag": "Pong"})
                    inbox = self._waiting.get(str(frame.get("requestId")))
                    if inbox is not None:
                        inbox.put_nowait(frame)
        except (websockets.ConnectionClosed, SourceError):
            pass  # told to all that wait, below
        finally:
            self._hang_up()
            with contextlib.suppress(OSError, TimeoutError):
                await connection.close()

    async def _frames(self, message: str | bytes) -> list[Json]:
        """A text frame is one JSON object or an array of them. Raises SourceError for anything else."""
        raw = message.encode() if isinstance(message, str) else message
        wrapped = b'{"frames":' + raw + b"}"
        if len(wrapped) < _OFF_LOOP:
            value = parse_json(wrapped, self._address.shown).get("frames")
        else:
            value = (await asyncio.to_thread(parse_json, wrapped, self._address.shown)).get("frames")
        return list(rows(value)) if isinstance(value, list) else [mapping(value)]

    async def _keep_alive(self, connection: "ClientConnection") -> None:
        """Ask for a sign of life now and then; hang up when none comes."""
        while self.up:
            await asyncio.sleep(self._ping_seconds)
            self._heard.clear()
            try:
                await self._send({"_tag": "Ping"})
                async with asyncio.timeout(_PONG_SECONDS):
                    await self._heard.wait()
            except (Lost, TimeoutError):
                connection.transport.abort()
                return

    def _hang_up(self) -> None:
        self.lost.set()
        for inbox in self._waiting.values():
            inbox.put_nowait(None)

    async def _tear_down(self) -> None:
        connection, self._connection = self._connection, None
        tasks, self._tasks = self._tasks, []
        self._hang_up()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if connection is not None:
            await connection.close()


def _exit_value(frame: Json) -> Any:
    """The value of a Success; raises Refusal, or AuthError for a missing scope (facts: T3, section 9)."""
    exit_ = mapping(frame.get("exit"))
    if exit_.get("_tag") == "Success":
        return exit_.get("value")
    cause = exit_.get("cause")
    for part in rows(cause) if isinstance(cause, list) else rows([cause]):
        if part.get("_tag") == "Fail":
            error = mapping(part.get("error"))
            if scope := text(error, "requiredScope"):
                raise failures.lacks_scope(scope)
            raise Refusal(_said(text(error, "message") or text(error, "_tag") or "no reason given"), error=error)
        if part.get("_tag") == "Die":
            defect = part.get("defect")
            words = defect if isinstance(defect, str) else "it failed inside"
            raise Refusal(f"The server cannot do that: {one_line(words, 200)}", defect=True)
    raise Refusal("The server interrupted the request.")


def _said(message: str) -> str:
    """`Orchestration command invariant failed (thread.archive): Thread 'x' …` → its sentence."""
    marker = "invariant failed ("
    if marker in message:
        message = message.partition(marker)[2].partition("): ")[2] or message
    return f"The server refused: {one_line(message, 300)}"
