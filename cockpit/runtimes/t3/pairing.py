"""Turning a one-time pairing credential into a token to read and operate with, and nothing more (facts: T3, section 2).

It must never send the credential to what is no T3 server, ask for more than any pairing grants, or show it."""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from cockpit.model.errors import AuthError, CockpitError, Rejected, SourceError, Unconfirmed
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, count, text, when
from cockpit.runtimes.t3.failures import Lost, Missing, NotJson
from cockpit.runtimes.t3.http import Address, Answer, Bearer, Http
from cockpit.runtimes.t3.server import OPERATE, READ
from cockpit.runtimes.t3.wire import flag

NEEDED = (READ, OPERATE)
"""Part of every standard and administrative credential. Asking for more would burn a standard one."""
_AGAIN = "Get a new one: t3 pair prints it."
_FORM = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:t3:params:oauth:token-type:environment-bootstrap",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "client_label": "cockpit",
    "client_device_type": "bot",
}


@immutable
class Paired:
    """What came of a pairing. `url` is the server's base, without the credential."""

    url: str
    token: str = field(repr=False)
    scopes: tuple[str, ...]
    expires_at: datetime | None


@immutable
class TokenState:
    """What the server says of a token; `scopes` is empty where it does not tell."""

    valid: bool
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


def split_pair_url(url: str) -> tuple[str, str | None]:
    """`http://host:3773/pair#token=ABC` → (`http://host:3773`, `ABC`); a base URL → (itself, None).
    Raises SourceError when it is no address."""
    base, _, fragment = url.strip().partition("#")
    try:
        parts = urlsplit(base)
        carried = [*parse_qs(fragment).get("token", ()), *parse_qs(parts.query).get("token", ())]
        address = Address(f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/').removesuffix('/pair')}")
    except ValueError:
        raise SourceError("That is not a pairing address.", fix="Copy the whole line that t3 pair prints.") from None
    return address.base, carried[0] if carried else None


async def pair(
    url: str, credential: str | None = None, *, clock: Callable[[], datetime], scopes: tuple[str, ...] = NEEDED,
    seconds: float = 10.0,
) -> Paired:  # fmt: skip
    """Exchange a credential, once. `url` may carry it. `scopes` is narrowed only for a credential that was minted for
    less. Raises AuthError when the server does not take it, Unconfirmed when no answer came (it may be used up)."""
    base, found = split_pair_url(url)
    secret = (credential or found or "").strip()
    if not secret:
        raise AuthError("There is no pairing credential.", fix="Give the whole line that t3 pair prints, or --token.")
    http = _http(base, seconds)
    try:
        await _make_sure(http)
        try:
            answer = await http.post_form("/oauth/token", {**_FORM, "subject_token": secret, "scope": " ".join(scopes)})
            if answer.status in (404, 405):
                answer = await http.post_json("/api/auth/bootstrap/bearer", {"credential": secret})
        except Lost as lost:
            raise Unconfirmed(f"The credential was sent, but no answer came: {lost.message}", fix=_AGAIN) from None
        if answer.status != 200:
            raise _refused(http, answer)
        return _paired(base, await http.parse(answer), clock())
    finally:
        await http.close()


async def check_token(url: str, token: str, *, seconds: float = 10.0) -> TokenState:
    """Ask the server what a token is good for. Raises SourceError when it cannot be asked."""
    http = _http(url, seconds, token)
    try:
        session = await http.get_json("/api/auth/session")
    finally:
        await http.close()
    scopes = session.get("scopes")
    return TokenState(
        valid=flag(session, "authenticated"),
        scopes=tuple(one_line(scope, 80) for scope in scopes if isinstance(scope, str))
        if isinstance(scopes, list)
        else (),
        expires_at=when(session, "expiresAt"),
    )


def _http(base: str, timeout: float, token: str | None = None) -> Http:
    async def provide() -> str | None:
        return token

    return Http(Address(base), provide, timeout=timeout)


async def _make_sure(http: Http) -> None:
    """Raises SourceError when this is no T3 server; the credential stays unused then."""
    for path, telling in (("/.well-known/t3/environment", "environmentId"), ("/api/auth/session", "authenticated")):
        try:
            if telling in await http.get_json(path):
                return
        except (NotJson, Missing):
            continue
    raise SourceError(
        f"What answers at {http.address.shown} is no T3 server; the credential was not sent.",
        fix="Copy the address that t3 pair prints.",
    )


def _refused(http: Http, answer: Answer) -> CockpitError:
    refusal = http.refusal(answer)
    if isinstance(refusal, AuthError):
        return AuthError("The server does not know this credential: it is used up, expired or mistyped.", fix=_AGAIN)
    if isinstance(refusal, Rejected) and "scope_not_granted" in refusal.message:
        return AuthError(
            "The credential was minted for less than reading and operating, and is used up now.",
            fix="Mint a standard one: t3 pair prints it.",
            scope=" ".join(NEEDED),
        )
    return refusal


def _paired(base: str, body: Json, now: datetime) -> Paired:
    token = next((found for key in ("access_token", "sessionToken", "token") if (found := text(body, key))), None)
    if token is None:
        raise SourceError("The server took the credential and gave no token.", fix=_AGAIN)
    Bearer(token)
    seconds = count(body, "expires_in")
    expires_at = when(body, "expiresAt")
    if seconds is not None and seconds < 10**9:
        expires_at = now + timedelta(seconds=seconds)
    scopes = tuple(one_line(scope, 80) for scope in (text(body, "scope") or "").split())
    return Paired(base, token, scopes, expires_at)
