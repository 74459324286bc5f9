"""One wire command out, once, with a refusal put into words.

It must never send a second commandId for the same intent."""

from cockpit.model.errors import CockpitError, Rejected, SourceError
from cockpit.runtimes.foreign import Json, identity, mapping, text
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.explain import explain
from cockpit.runtimes.t3.failures import Opaque
from cockpit.runtimes.t3.socket import Refusal


async def send(connection: Connection, command: Json) -> int:
    """Dispatch over HTTP; returns the sequence. Raises Rejected with the reason where the state read again, or the
    socket, tells it; NotSent, Unconfirmed or AuthError otherwise."""
    try:
        return await connection.http.dispatch(command)
    except Opaque as refusal:
        why = await _why(connection, command)
        if why is None:
            raise Rejected(
                f"The server refused {_name(command)} without saying why.", fix="Look at the thread and try again."
            ) from refusal
        reason, fix = why
        raise Rejected(f"The server refused {_name(command)}: {_lower(reason)}", fix=fix) from refusal


async def _why(connection: Connection, command: Json) -> tuple[str, str] | None:
    try:
        after = await connection.reader.fresh()
        detail = await _detail(connection, command) if "sourceProposedPlan" in command else None
        known = explain(command, after, detail)
    except SourceError:
        known = None
    return known or await _words(connection, command)


async def _detail(connection: Connection, command: Json) -> Json:
    return mapping((await connection.reader.detail(identity(command, "threadId") or "")).get("thread"))


async def _words(connection: Connection, command: Json) -> tuple[str, str] | None:
    """The socket says in words what HTTP hides: the same commandId is refused again, nothing can happen by it (facts:
    T3, sections 0.3 and 6)."""
    if not connection.socket.up:
        return None
    try:
        await connection.socket.call("orchestration.dispatchCommand", command)
    except Refusal as refusal:
        return refusal.message.removeprefix("The server refused: "), "Look at the thread."
    except CockpitError:
        return None
    return None


def _name(command: Json) -> str:
    """`thread.meta.update` → `meta update`."""
    kind = text(command, "type") or "the command"
    return kind.removeprefix("thread.").replace(".", " ").replace("-", " ")


def _lower(sentence: str) -> str:
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
