"""The HTTP half of the server: which path answers what, and what it refuses (facts: T3 0.0.33 and 0.0.28, §2-§4).

It changes nothing itself; commands go to `commands`, tokens to `auth`.
"""

import json
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from cockpit.demo.t3 import views
from cockpit.demo.t3.auth import (
    ADMINISTRATIVE,
    STANDARD,
    Auth,
    AuthInvalid,
    BadRequest,
    ScopeRequired,
    Session,
    require,
)
from cockpit.demo.t3.clock import iso
from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.refusals import InvalidCommand, Refused
from cockpit.demo.t3.replies import NO_STORE, Replies
from cockpit.demo.t3.schema import BadSchema, read_command
from cockpit.demo.t3.state import Row
from cockpit.demo.t3.world import World

Handler = Callable[[Request], Awaitable[Response]]

_EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:t3:params:oauth:token-type:environment-bootstrap",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
}
_DEVICES = {"desktop", "mobile", "tablet", "bot", "unknown"}
_THREADS = "/api/orchestration/threads/"
_FORM = "application/x-www-form-urlencoded"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


class UnsupportedType(Exception):
    """The body has a content type that the endpoint does not read: 415."""


class Http:
    """Answers the HTTP requests to one simulated server.

    `web_assets` says whether the web app is installed, which then answers every GET nobody else does.
    """

    def __init__(self, world: World, auth: Auth, *, web_assets: bool = True, environment_id: str = "") -> None:
        self.world = world
        self.auth = auth
        self.replies = Replies(world)
        self.web_assets = web_assets
        self.environment_id = environment_id or world.ids.uuid("environment")
        self._shell: tuple[int, bytes] = (-1, b"")
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "/.well-known/t3/environment"): self._environment,
            ("GET", "/api/auth/session"): self._session,
            ("GET", "/api/auth/clients"): self._clients,
            ("POST", "/api/auth/clients/revoke"): self._revoke,
            ("POST", "/api/auth/websocket-ticket"): self._ticket,
            ("POST", "/api/auth/pairing-token"): self._pairing,
            ("POST", "/oauth/token"): self._token,
            ("GET", "/api/orchestration/snapshot"): self._snapshot,
            ("POST", "/api/orchestration/dispatch"): self._dispatch,
        }
        if world.version.modern:
            self._routes["GET", "/api/orchestration/shell"] = self._read_shell

    async def answer(self, request: Request) -> Response:
        """The response to any request."""
        path = request.scope["path"]
        handler = self._routes.get((request.method, path))
        if handler is None and self.world.version.modern and request.method == "GET" and path.startswith(_THREADS):
            handler = self._thread
        if handler is None:
            return self._elsewhere(request)
        error = self.replies.error
        try:
            return await handler(request)
        except AuthInvalid as refusal:
            return error(request, 401, "EnvironmentAuthInvalidError", "auth_invalid", reason=refusal.reason)
        except ScopeRequired as refusal:
            tag = "EnvironmentScopeRequiredError"
            return error(request, 403, tag, "insufficient_scope", requiredScope=refusal.scope)
        except BadRequest as refusal:
            tag, headers = "EnvironmentRequestInvalidError", NO_STORE if refusal.consumed else None
            return error(request, 400, tag, "invalid_request", headers, reason=refusal.reason)
        except InvalidCommand:
            tag = "EnvironmentRequestInvalidError"
            return error(request, 400, tag, "invalid_request", reason="invalid_command")
        except Refused:
            tag = "EnvironmentInternalError"
            return error(request, 500, tag, "internal_error", reason="orchestration_dispatch_failed")
        except UnsupportedType as refusal:
            return self.replies.text(request, f"Unsupported content-type: {refusal}", 415)
        except BadSchema:
            return self.replies.empty(400)

    def _elsewhere(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return self.replies.empty(404)
        if self.web_assets:
            return self.replies.text(request, "<html>SPA</html>\n", 200, "text/html; charset=utf-8")
        return self.replies.text(request, "No static directory configured and no dev URL set.", 503)

    # who is asking

    def authenticate(self, authorization: str) -> Session:
        """The session behind an Authorization header. Raises AuthInvalid."""
        scheme, _, token = authorization.partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            raise AuthInvalid("missing_credential")
        session = self.auth.session(token.strip())
        if session is None:
            raise AuthInvalid("invalid_credential")
        return session

    def _who(self, request: Request) -> Session:
        return self.authenticate(request.headers.get("authorization", ""))

    async def _body(self, request: Request) -> object:
        given = request.headers.get("content-type", "")
        if given.partition(";")[0].strip().casefold() != "application/json":
            raise UnsupportedType(given)
        try:
            return json.loads(await request.body(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise BadSchema("not JSON") from error

    # endpoints

    def environment(self) -> Row:
        """What the server says of itself to anybody."""
        return {
            "environmentId": self.environment_id,
            "label": "devbox",
            "platform": {"os": "linux", "arch": "x64"},
            "serverVersion": self.world.version.number,
            "capabilities": self.world.version.capabilities,
        }

    def policy(self) -> Row:
        """How one may log in here."""
        return {
            "policy": "loopback-browser",
            "bootstrapMethods": ["one-time-token"],
            "sessionMethods": ["browser-session-cookie", "bearer-access-token", "dpop-access-token"],
            "sessionCookieName": self.world.version.cookie,
        }

    async def _environment(self, request: Request) -> Response:
        return self.replies.json(request, self.environment())

    async def _session(self, request: Request) -> Response:
        body: Row = {"authenticated": False, "auth": self.policy()}
        try:
            session = self._who(request)
        except AuthInvalid:
            return self.replies.json(request, body)
        body["authenticated"] = True
        body |= {
            "scopes": list(session.scopes),
            "sessionMethod": "bearer-access-token",
            "expiresAt": iso(session.expires),
        }
        return self.replies.json(request, body)

    async def _clients(self, request: Request) -> Response:
        session = self._who(request)
        require(session, "access:read")
        return self.replies.json(request, self.auth.clients(session))

    async def _revoke(self, request: Request) -> Response:
        session = self._who(request)
        data = await self._body(request)
        target = data.get("sessionId") if isinstance(data, dict) else None
        if not isinstance(target, str) or not target:
            raise BadSchema("sessionId")
        require(session, "access:write")
        if target == session.id:
            reason = "current_session_revoke_not_allowed"
            return self.replies.error(
                request, 403, "EnvironmentOperationForbiddenError", "operation_forbidden", reason=reason
            )
        return self.replies.json(request, {"revoked": self.auth.revoke(target)})

    async def _ticket(self, request: Request) -> Response:
        return self.replies.json(request, self.auth.ticket(self._who(request)), headers=NO_STORE)

    async def _pairing(self, request: Request) -> Response:
        session = self._who(request)
        data = await self._body(request)
        if not isinstance(data, dict):
            raise BadSchema("object")
        label, scopes = data.get("label"), data.get("scopes", list(STANDARD))
        if not isinstance(scopes, list) or not set(scopes) <= set(ADMINISTRATIVE):
            raise BadSchema("scopes")
        if label is not None and not (isinstance(label, str) and label.strip()):
            raise BadSchema("label")
        require(session, "access:write")
        credential = self.auth.pair(tuple(s for s in ADMINISTRATIVE if s in scopes), label=label)
        body: Row = {"id": credential.id, "credential": credential.code}
        if label:
            body["label"] = label
        return self.replies.json(request, body | {"expiresAt": iso(credential.expires)}, headers=NO_STORE)

    async def _token(self, request: Request) -> Response:
        given = request.headers.get("content-type", "")
        if given.partition(";")[0].strip().casefold() != _FORM:
            raise UnsupportedType(given)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if any(form.get(key) != value for key, value in _EXCHANGE.items()) or not form.get("subject_token"):
            raise BadSchema("token exchange")
        device = form.get("client_device_type", "unknown")
        if device not in _DEVICES:
            raise BadSchema("client_device_type")
        client: Row = {"label": form["client_label"]} if form.get("client_label") else {}
        client |= {"ipAddress": request.client.host if request.client else "127.0.0.1"}
        client |= {"userAgent": request.headers.get("user-agent", ""), "deviceType": device}
        if form.get("client_os"):
            client["os"] = form["client_os"]
        session = self.auth.exchange(form["subject_token"], form.get("scope"), client)
        body = {
            "access_token": session.token,
            "issued_token_type": _EXCHANGE["requested_token_type"],
            "token_type": "Bearer",
            "expires_in": int((session.expires - self.world.clock.now()).total_seconds()),
            "scope": " ".join(session.scopes),
        }
        return self.replies.json(request, body, headers=NO_STORE)

    async def _read_shell(self, request: Request) -> Response:
        require(self._who(request), "orchestration:read")
        if self._shell[0] != self.world.sequence:
            self._shell = (self.world.sequence, views.to_json(views.shell(self.world)))
        return self.replies.encoded(request, self._shell[1])

    async def _snapshot(self, request: Request) -> Response:
        require(self._who(request), "orchestration:read")
        return self.replies.json(request, views.snapshot(self.world))

    async def _thread(self, request: Request) -> Response:
        session = self._who(request)
        limit = request.query_params.get("turnLimit")
        if limit is not None and not re.fullmatch(r"[1-9][0-9]{0,8}", limit):
            raise BadSchema("turnLimit")
        require(session, "orchestration:read")
        thread = self.world.visible(request.scope["path"].removeprefix(_THREADS))
        if thread is None:
            tag = "EnvironmentResourceNotFoundError"
            return self.replies.error(request, 404, tag, "not_found", reason="thread_not_found")
        if limit is None:
            return self.replies.json(request, views.detail(self.world, thread))
        try:
            body = views.page(self.world, thread, int(limit), request.query_params.get("beforeCursor"))
        except views.BadCursor as error:
            raise BadSchema("beforeCursor") from error
        return self.replies.json(request, body)

    async def _dispatch(self, request: Request) -> Response:
        session = self._who(request)
        data = await self._body(request)
        # The body is decoded before the scope is looked at: nonsense is nonsense to everybody.
        read_command(data, self.world.version)
        require(session, "orchestration:operate")
        return self.replies.json(request, {"sequence": dispatch(self.world, data, over_http=True)})
