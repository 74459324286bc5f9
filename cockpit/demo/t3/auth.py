"""Who may do what: pairing credentials, bearer tokens, scopes, tickets (facts: T3 0.0.33 §2).

It guards a simulation: its secrets follow from the seed and must never protect anything real.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cockpit.demo.t3.clock import iso
from cockpit.demo.t3.ids import base64url
from cockpit.demo.t3.state import Row
from cockpit.demo.t3.world import World

ADMINISTRATIVE = (
    "orchestration:read",
    "orchestration:operate",
    "terminal:operate",
    "review:write",
    "relay:read",
    "access:read",
    "access:write",
    "relay:write",
)
STANDARD = ADMINISTRATIVE[:5]

_SESSION = timedelta(days=30)
_PAIRING = timedelta(minutes=5)
_TICKET = timedelta(minutes=5)


class AuthInvalid(Exception):
    """No usable credential: 401 with `reason` `missing_credential` or `invalid_credential`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ScopeRequired(Exception):
    """The token lacks a scope: 403 that names it."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class BadRequest(Exception):
    """A token exchange that asks for the wrong thing: 400 with `reason`; `consumed` if it cost the credential."""

    def __init__(self, reason: str, *, consumed: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.consumed = consumed


@dataclass
class Credential:
    """A one-time pairing code and what a token made from it may do."""

    id: str
    code: str
    subject: str
    scopes: tuple[str, ...]
    expires: datetime
    label: str | None = None
    used: bool = False


@dataclass
class Session:
    """A bearer session; `token` is its whole secret."""

    id: str
    token: str
    subject: str
    scopes: tuple[str, ...]
    issued: datetime
    expires: datetime
    client: Row = field(default_factory=dict)
    last_connected: datetime | None = None
    connections: int = 0
    revoked: bool = False


class Auth:
    """All credentials and sessions of one server, on its world's clock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}
        self._credentials: dict[str, Credential] = {}
        self._tickets: dict[str, tuple[Session, datetime]] = {}

    # making

    def issue(
        self,
        scopes: tuple[str, ...] = ADMINISTRATIVE,
        *,
        subject: str = "cli-issued-session",
        client: Row | None = None,
        lifetime: timedelta = _SESSION,
    ) -> Session:
        """A new session with its token, as `t3 auth session issue` makes one."""
        now = self._world.clock.now()
        session_id = self._world.ids.uuid("session")
        expires = now + lifetime
        body = {
            "v": 1,
            "sid": session_id,
            "sub": subject,
            "scopes": list(scopes),
            "method": "bearer-access-token",
            "iat": _ms(now),
            "exp": _ms(expires),
        }
        payload = base64url(json.dumps(body, separators=(",", ":")).encode())
        token = f"{payload}.{base64url(self._world.ids.digest('signature'))}"
        session = Session(session_id, token, subject, scopes, now, expires, client or {"deviceType": "unknown"})
        self._sessions[session_id] = self._by_token[token] = session
        return session

    def pair(
        self,
        scopes: tuple[str, ...] = STANDARD,
        *,
        label: str | None = None,
        lifetime: timedelta = _PAIRING,
    ) -> Credential:
        """A new one-time credential, as `t3 auth pairing create` makes one."""
        ids = self._world.ids
        subject = "administrative-bootstrap" if scopes == ADMINISTRATIVE else "one-time-token"
        expires = self._world.clock.now() + lifetime
        credential = Credential(ids.uuid("pairing"), ids.code("pairing"), subject, scopes, expires, label)
        self._credentials[credential.code] = credential
        return credential

    def exchange(self, code: str, scope: str | None, client: Row) -> Session:
        """Turn a credential into a session. Raises AuthInvalid, BadRequest.

        A scope nobody knows is refused before the credential is looked at; one that was not granted burns it.
        """
        wanted = tuple(scope.split()) if scope is not None else None
        if wanted is not None and (not wanted or not set(wanted) <= set(ADMINISTRATIVE)):
            raise BadRequest("invalid_scope", consumed=False)
        credential = self._credentials.get(code)
        if credential is None or credential.used or credential.expires <= self._world.clock.now():
            raise AuthInvalid("invalid_credential")
        credential.used = True
        if wanted is not None and not set(wanted) <= set(credential.scopes):
            raise BadRequest("scope_not_granted", consumed=True)
        if credential.label:
            client = client | {"label": credential.label}
        granted = credential.scopes if wanted is None else tuple(s for s in ADMINISTRATIVE if s in wanted)
        return self.issue(granted, subject=credential.subject, client=client)

    def ticket(self, session: Session) -> Row:
        """A ticket for the socket, good for five minutes and as many uses as one likes."""
        expires = self._world.clock.now() + _TICKET
        ticket = f"{base64url(self._world.ids.digest('ticket'))}.{base64url(self._world.ids.digest('ticket'))}"
        self._tickets[ticket] = (session, expires)
        return {"ticket": ticket, "expiresAt": iso(expires)}

    # checking

    def session(self, token: str) -> Session | None:
        """The session of a token, None if there is none or it is over."""
        session = self._by_token.get(token)
        return session if session and self._alive(session) else None

    def of_ticket(self, ticket: str) -> Session | None:
        """The session that a socket ticket was made for, None if either is over."""
        session, expires = self._tickets.get(ticket, (None, None))
        if session is None or expires is None or expires <= self._world.clock.now():
            return None
        return session if self._alive(session) else None

    def _alive(self, session: Session) -> bool:
        return not session.revoked and session.expires > self._world.clock.now()

    # ending

    def revoke(self, session_id: str) -> bool:
        """End a session at once; whether there was one to end."""
        session = self._sessions.get(session_id)
        if session is None or not self._alive(session):
            return False
        session.revoked = True
        return True

    def clients(self, current: Session) -> list[Row]:
        """The living sessions as `/api/auth/clients` lists them."""
        return [
            {
                "sessionId": session.id,
                "subject": session.subject,
                "scopes": list(session.scopes),
                "method": "bearer-access-token",
                "client": session.client,
                "issuedAt": iso(session.issued),
                "expiresAt": iso(session.expires),
                "lastConnectedAt": iso(session.last_connected) if session.last_connected else None,
                "connected": session.connections > 0,
                "current": session is current,
            }
            for session in self._sessions.values()
            if self._alive(session)
        ]


def require(session: Session, scope: str) -> None:
    """Raises ScopeRequired unless the session has that scope."""
    if scope not in session.scopes:
        raise ScopeRequired(scope)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
