"""Answers over HTTP in the server's own form: headers, error bodies, compression (facts: T3 0.0.33 §3, §4).

Never decides which answer is due.
"""

import gzip
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from cockpit.demo.t3.state import Row
from cockpit.demo.t3.views import to_json
from cockpit.demo.t3.world import World

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}

_WORTH_COMPRESSING = 1024


class Replies:
    """Makes the answers of one server; they carry its world's time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def json(self, request: Request, value: object, status: int = 200, headers: Row | None = None) -> Response:
        """A JSON body."""
        return self.encoded(request, to_json(value), status, headers)

    def encoded(self, request: Request, body: bytes, status: int = 200, headers: Row | None = None) -> Response:
        """A body that is JSON already."""
        return self._respond(request, body, "application/json", status, headers)

    def text(self, request: Request, text: str, status: int, content_type: str = "text/plain") -> Response:
        """A body of some other type."""
        return self._respond(request, text.encode(), content_type, status, None)

    def error(
        self, request: Request, status: int, tag: str, code: str, headers: Row | None = None, **more: str
    ) -> Response:
        """A tagged error body with a fresh trace id."""
        body = {"_tag": tag, "code": code, **more, "traceId": self._world.ids.hex("trace", 32)}
        return self.json(request, body, status, headers)

    def empty(self, status: int) -> Response:
        """No body at all, as for everything that does not fit the schema."""
        response = Response(status_code=status, headers=self._common())
        del response.headers["content-length"]
        return response

    def _respond(self, request: Request, body: bytes, content_type: str, status: int, headers: Row | None) -> Response:
        common = self._common() | (headers or {})
        if self._world.version.modern:
            common["vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", "") and len(body) >= _WORTH_COMPRESSING:
                body = gzip.compress(body, compresslevel=1, mtime=0)
                common["content-encoding"] = "gzip"
        response = Response(body, status_code=status, headers=common)
        response.headers["content-type"] = content_type
        return response

    def _common(self) -> Row:
        now = self._world.clock.now()
        return {"access-control-allow-origin": "*", "date": format_datetime(now, usegmt=True)}
