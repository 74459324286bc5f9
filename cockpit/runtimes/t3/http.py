"""HTTP to one T3 server: bounded, timed, retried where that is safe, with every failure mapped to ours.

It must never send a command twice under two ids, follow a redirect with the token, or show the token anywhere."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cockpit.model.errors import AuthError, CockpitError, SourceError, Unconfirmed
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, count, mapping
from cockpit.runtimes.t3 import failures
from cockpit.runtimes.t3.failures import Lost, NotSent

if TYPE_CHECKING:
    import httpx

# httpx imports its own command line, with rich and pygments, unless that is missing: 25 ms of every script call.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

TokenProvider = Callable[[], Awaitable[str | None]]

BODY_LIMIT = 64 * 1024 * 1024
_OFF_LOOP = 256 * 1024
"""Bodies from this size on are parsed in a thread."""
_CHUNK = 64 * 1024
_KEEP_ALIVE = 4.0
"""Idle connections are given up before the server does so after 5 s (facts: T3, section 3)."""
_RESEND_AFTER = (0.2, 1.0)


@immutable
class Answer:
    """`server_time` is the answer's Date header."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    server_time: datetime | None = None

    @property
    def is_json(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == "application/json"


class Bearer:
    """A token that prints as stars."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise AuthError("What is configured as the token is no token.", fix="Set it to the token alone.")
        self._token = token

    def __repr__(self) -> str:
        return "***"

    def header(self) -> str:
        return f"Bearer {self._token}"


class Address:
    """A server's base URL, checked. `shown` has no user name, password, query or fragment in it."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url.strip())
            self.host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise failures.not_a_url(url.partition("#")[0].rpartition("@")[2]) from error
        if parts.scheme not in ("http", "https") or not self.host or not self.host.isprintable():
            raise failures.not_a_url(url.partition("#")[0].rpartition("@")[2])
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = host if port is None else f"{host}:{port}"
        self.secure = parts.scheme == "https"
        self.base = f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
        self.shown = one_line(self.base, 200)

    @property
    def loopback(self) -> bool:
        return self.host == "localhost" or self.host.startswith("127.") or self.host == "::1"


class Http:
    """One pooled client. The token is asked for when first needed and again after a 401."""

    def __init__(
        self, address: Address, token: TokenProvider, *, timeout: float = 10.0, limit: int = BODY_LIMIT
    ) -> None:
        self.address = address
        self._token = token
        self._timeout = timeout
        self._limit = limit
        self._bearer: Bearer | None = None
        self._client: httpx.AsyncClient | None = None

    async def authorization(self) -> dict[str, str]:
        """The header that carries the token, or nothing when there is none."""
        if self._bearer is None:
            token = await self._token()
            self._bearer = Bearer(token) if token else None
        return {"Authorization": self._bearer.header()} if self._bearer else {}

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """A GET that answered 200 with JSON. A connection that drops is tried once more: the server closes idle ones
        after 5 s, and a pool may be a moment behind."""
        try:
            answer = await self._authorised("GET", path, query=query)
        except Lost as error:
            if error.timed_out:
                raise
            answer = await self._authorised("GET", path, query=query)
        self._check(answer)
        return answer

    async def get_json(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        return await self.parse(await self.get(path, query))

    async def dispatch(self, command: Json) -> int:
        """POST a command; returns its sequence. Resends the same body, and so the same commandId, when an answer was
        lost; raises Unconfirmed when none ever came, NotSent when it certainly never left."""
        body = json.dumps(command).encode()
        pauses = iter(_RESEND_AFTER)
        lost: SourceError | None = None
        while True:
            try:
                answer = await self._authorised("POST", "/api/orchestration/dispatch", body=body)
                break
            except (Lost, NotSent) as error:
                lost = error if isinstance(error, Lost) else lost
                if lost is None:
                    raise
                pause = next(pauses, None)
                if pause is None:
                    raise Unconfirmed(
                        f"The command was sent, but no answer came: {lost.message}",
                        fix="Look at the thread before sending it again; it may have happened.",
                    ) from error
                await asyncio.sleep(pause)
        self._check(answer)
        return count(await self.parse(answer), "sequence") or 0

    async def post_form(self, path: str, form: Mapping[str, str]) -> Answer:
        """POST a form without a token, once."""
        return await self._exchange("POST", path, form=form)

    async def post_json(self, path: str, value: Json) -> Answer:
        """POST JSON without a token, once."""
        return await self._exchange("POST", path, body=json.dumps(value).encode())

    async def parse(self, answer: Answer) -> Json:
        """The body's JSON object; large ones are parsed off the loop."""
        if len(answer.body) >= _OFF_LOOP:
            return await asyncio.to_thread(parse_json, answer.body, self.address.shown)
        return parse_json(answer.body, self.address.shown)

    def refusal(self, answer: Answer) -> CockpitError:
        body: Json = {}
        if answer.is_json:
            try:
                body = parse_json(answer.body, self.address.shown)
            except SourceError:
                body = {}
        return failures.refused(self.address.shown, answer.status, body, answer.content_type)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _check(self, answer: Answer) -> None:
        if answer.status != 200:
            raise self.refusal(answer)
        if not answer.is_json:
            raise failures.no_data(self.address.shown, answer.content_type)

    async def _authorised(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        sent = await self.authorization()
        answer = await self._exchange(method, path, query=query, body=body, headers=sent)
        if answer.status == 401:
            self._bearer = None
            fresh = await self.authorization()
            if fresh and fresh != sent:
                answer = await self._exchange(method, path, query=query, body=body, headers=fresh)
        return answer

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request and its whole answer. Raises NotSent, Lost or SourceError."""
        import httpx

        place = self.address.shown
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        connected = False

        async def note(event: str, _info: Mapping[str, Any]) -> None:
            nonlocal connected
            connected = connected or event.startswith(("http11.", "connection.connect_tcp.complete"))

        try:
            async with (
                asyncio.timeout(self._timeout),
                self._pool().stream(
                    method,
                    self.address.base + path,
                    params=query,
                    content=body,
                    data=form,
                    headers=sent,
                    extensions={"trace": note},
                ) as response,
            ):
                return await self._read(response)
        except (TimeoutError, httpx.TimeoutException) as error:
            failure = failures.no_answer(place, self._timeout, connected=connected)
            raise failure from (None if isinstance(error, TimeoutError) else error)
        except httpx.ConnectError as error:
            raise failures.no_connection(place, error) from error
        except httpx.DecodingError as error:
            raise failures.broken_json(place, "its compression is damaged") from error
        except httpx.RemoteProtocolError as error:
            said = str(error)
            garbled = "illegal status line" in said or "illegal header" in said
            raise (failures.no_http(place) if garbled else failures.dropped(place)) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise failures.not_a_url(place) from error
        except httpx.HTTPError as error:
            raise failures.dropped(place) from error

    async def _read(self, response: "httpx.Response") -> Answer:
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._limit:
            raise failures.too_large(self.address.shown, self._limit)
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes(_CHUNK):
            size += len(chunk)
            if size > self._limit:
                raise failures.too_large(self.address.shown, self._limit)
            chunks.append(chunk)
        return Answer(
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            body=b"".join(chunks),
            server_time=_server_time(response.headers.get("date")),
        )

    def _pool(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient(
                verify=self.address.secure,
                trust_env=not self.address.loopback,
                follow_redirects=False,
                timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 5.0)),
                limits=httpx.Limits(max_connections=12, max_keepalive_connections=6, keepalive_expiry=_KEEP_ALIVE),
            )
        return self._client


def parse_json(body: bytes, place: str) -> Json:
    """Bytes → a JSON object. Raises SourceError for anything else."""
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise failures.broken_json(place, "it is nested too deeply") from error
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg
        raise failures.broken_json(place, "it is cut short" if cut else f"broken at byte {error.pos}") from None
    except ValueError as error:
        raise failures.broken_json(place, "it is not text") from error
    if not isinstance(value, dict):
        raise failures.broken_json(place, "it is no object")
    return mapping(value)


def _server_time(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        parsed = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
