"""What can go wrong between here and a T3 server, each in its own plain words with what to do next.

It must never repeat a token, a body or a foreign exception's text unbounded."""

import socket
import ssl
from collections.abc import Iterator

from cockpit.model.errors import AuthError, CockpitError, Rejected, SourceError
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, text


class NotSent(SourceError):
    """No connection came about: whatever was to be sent did not leave."""


class Lost(SourceError):
    """The request may have arrived; its answer did not. `timed_out`: it was waited for in vain."""

    timed_out = False


class NotJson(SourceError):
    """The path answered, but not with data: on T3 a path that it does not have (facts: T3, section 0.5)."""


class Missing(SourceError):
    """404: there is no such thread, or no such path."""


class Opaque(Rejected):
    """500 `orchestration_dispatch_failed`: a rule said no, and HTTP does not tell which (facts: T3, section 4)."""


def not_a_url(url: str) -> SourceError:
    return NotSent(
        f"“{one_line(url, 80)}” is not the address of a server.",
        fix="Write it as http://host:3773.",
    )


def no_connection(place: str, error: BaseException) -> SourceError:
    """For a connection that could not be made."""
    causes = list(_causes(error))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        words, fix = _tls(place, tls)
        return NotSent(words, fix=fix)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return NotSent(f"The host name in {place} cannot be resolved.", fix="Correct the url, or check the network.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return NotSent(f"Nothing listens at {place}.", fix="Start the server (t3 serve), or correct the url.")
    known = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    why = f": {one_line(known, 80)}" if known else ""
    return NotSent(f"No connection to {place}{why}.", fix="Check that the server runs and can be reached.")


def _tls(place: str, error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = one_line(error.verify_message or "it cannot be verified", 120)
        return f"The certificate of {place} is not trusted: {why}.", "Trust its issuer here, or correct the url."
    if "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER" in str(error):
        return f"{place} does not speak TLS.", "Write http:// instead of https://."
    return f"TLS with {place} failed ({one_line(error.reason or 'no reason given', 80)}).", "Check the url."


def no_answer(place: str, seconds: float, *, connected: bool) -> SourceError:
    if not connected:
        return NotSent(f"{place} did not accept a connection within {seconds:g} s.", fix="Check the address.")
    lost = Lost(f"{place} took the request and did not answer within {seconds:g} s.", fix="Look at the server.")
    lost.timed_out = True
    return lost


def dropped(place: str) -> SourceError:
    return Lost(f"{place} closed the connection before its answer was whole.", fix="Look at the server's log.")


def no_http(place: str) -> SourceError:
    return Lost(f"What listens at {place} does not speak HTTP.", fix="Correct the url; https needs https://.")


def too_large(place: str, limit: int) -> SourceError:
    megabytes = limit // (1024 * 1024)
    return SourceError(
        f"{place} sent more than {megabytes} MB; the rest was not read.",
        fix="Archive or delete old threads there, or check that it is a T3 server.",
    )


def broken_json(place: str, why: str) -> SourceError:
    return SourceError(
        f"{place} sent JSON that cannot be read: {why}.", fix="Look at the server, or at a proxy between."
    )


def refused(place: str, status: int, body: Json, content_type: str) -> CockpitError:
    """The error for a status that is not 200 (facts: T3, section 4)."""
    tag = text(body, "_tag")
    reason = one_line(text(body, "reason") or "", 80)
    if status == 401:
        return _unauthorised(place, reason)
    if status == 403:
        scope = text(body, "requiredScope")
        return (
            lacks_scope(scope)
            if scope
            else AuthError(f"The server refuses this token ({reason or 403}).", fix=_pair(place))
        )
    if status == 404:
        if tag:
            return Missing("The server has no such thread: it is archived, deleted or was never there.")
        return Missing(f"{place} does not have that path.", fix="Check that it is a T3 server, and its version.")
    if 300 <= status < 400:
        return SourceError(f"{place} redirects elsewhere ({status}).", fix="Use the address it redirects to.")
    if status == 400:
        said = f" ({reason})" if reason else ""
        return Rejected(
            f"The server does not understand the request{said}.", fix="It may be older or newer than known."
        )
    if status == 500 and reason == "orchestration_dispatch_failed":
        return Opaque("The server refused the command without saying why.")
    if status == 503 and not content_type.startswith("application/json"):
        return NotJson(f"{place} has no data there ({status}).", fix="Check that it is a T3 server, and its version.")
    said = f", {reason}" if reason else ""
    return SourceError(f"{place} failed ({status}{said}).", fix="Look at the server's log.")


def lacks_scope(scope: str) -> AuthError:
    scope = one_line(scope, 80)
    fix = "Pair again with a standard credential: t3 pair prints one."
    return AuthError(f"The token lacks the scope {scope}.", fix=fix, scope=scope)


def _unauthorised(place: str, reason: str) -> AuthError:
    if reason == "missing_credential":
        return AuthError("The server wants a token and none is configured.", fix=_pair(place))
    return AuthError("The server does not accept the token: it is wrong, expired or revoked.", fix=_pair(place))


def _pair(place: str) -> str:
    return f"Run t3 pair on its machine, then here: cockpit t3 pair {place} --token CODE."


def no_data(place: str, content_type: str) -> NotJson:
    what = "a web page" if "html" in content_type else (one_line(content_type, 40) or "something without a type")
    return NotJson(f"{place} answers with {what} instead of data.", fix="Check that the url is a T3 server's.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it and what its groups hold, each once."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
