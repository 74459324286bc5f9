"""The ways to one server: its HTTP client, its reader and its socket, made when first needed and again when it moved.

It must never open anything before it is asked to."""

from collections.abc import Awaitable, Callable

from cockpit.model.errors import SourceError
from cockpit.runtimes.t3.discover import Located
from cockpit.runtimes.t3.http import Address, Http
from cockpit.runtimes.t3.reader import Reader
from cockpit.runtimes.t3.socket import Socket

TokenFor = Callable[[str], Awaitable[str | None]]
"""URL → the token for that server, or None. May raise AuthError."""


class Absent(SourceError):
    """There is no server to talk to, and none was promised."""


class Connection:
    def __init__(self, url: str, token: TokenFor, timeout: float, ping_seconds: float) -> None:
        self.url = url
        self.address = Address(url)
        self.http = Http(self.address, lambda: token(url), timeout=timeout)
        self.reader = Reader(self.http)
        self.socket = Socket(self.address, self.http.authorization, timeout=timeout, ping_seconds=ping_seconds)

    async def close(self) -> None:
        await self.socket.close()
        await self.http.close()


class Connector:
    """Knows where the server is and keeps the one connection to it."""

    def __init__(
        self, locate: Callable[[], Located], token: TokenFor, *, timeout: float = 10.0, ping_seconds: float = 15.0
    ) -> None:
        self._locate = locate
        self._token = token
        self._timeout = timeout
        self._ping_seconds = ping_seconds
        self._connection: Connection | None = None
        self.tried: tuple[str, ...] = ()

    async def get(self) -> Connection:
        """The connection. Raises Absent when no server is found, SourceError when its address is no address."""
        if self._connection is None:
            await self.look()
        assert self._connection is not None
        return self._connection

    async def look(self) -> None:
        """Look where the server is now; another place means another connection."""
        found = self._locate()
        self.tried = found.tried
        if self._connection is not None and self._connection.url != found.url:
            await self.close()
        if found.url is None:
            raise Absent(found.reason, fix=found.fix)
        if self._connection is None:
            self._connection = Connection(found.url, self._token, self._timeout, self._ping_seconds)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
