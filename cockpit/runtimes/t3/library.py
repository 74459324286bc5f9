"""Reading on demand: diffs, search and the archive; each one question and one answer.

It must never go on when a question cannot be asked: the refusal says what would help."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cockpit.model.errors import NotFound, Refused, SourceError
from cockpit.model.ids import Ref
from cockpit.model.text import one_line
from cockpit.model.work import Thread
from cockpit.runtimes.foreign import Json, bounded, count, identity, mapping, rows, text
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.decode import decode_thread
from cockpit.runtimes.t3.failures import Missing
from cockpit.runtimes.t3.reader import SNAPSHOT
from cockpit.runtimes.t3.socket import Refusal

_DIFF = 2_000_000
_EXCERPT = 300
_MATCHES = 50


async def read_diff(to: Connection, thread: Ref, number: int | None) -> str:
    """The unified diff of one checkpoint, or of all of them together; only the socket has it."""
    if number is None:
        newest = await _newest_checkpoint(to, thread)
        tag, asked = "orchestration.getFullThreadDiff", {"threadId": thread.native, "toTurnCount": newest}
    else:
        tag = "orchestration.getTurnDiff"
        asked = {"threadId": thread.native, "fromTurnCount": max(number - 1, 0), "toTurnCount": number}
    answer = mapping(await _call(to, tag, asked, "A diff"))
    return bounded(text(answer, "diff") or "", _DIFF)


async def search(to: Connection, source: str, words: str) -> Sequence[tuple[Ref, str]]:
    query = words.strip()
    if len(query) < 2:
        raise Refused("A search needs two characters at least.", fix="Type a little more.")
    answer = mapping(
        await _call(to, "orchestration.searchThreads", {"query": query, "limit": _MATCHES}, "Searching conversations")
    )
    return [
        (Ref(source, thread), one_line(text(match, "snippet") or "", _EXCERPT))
        for match in rows(answer.get("matches"))
        if (thread := identity(match, "threadId"))
    ]


async def read_archived(to: Connection, source: str, clock: Callable[[], datetime]) -> Sequence[Thread]:
    """Archived threads, newest first: from the socket, else from the full snapshot, which has them on any version."""
    try:
        await to.socket.connect()
        answer = mapping(await to.socket.call("orchestration.getArchivedShellSnapshot", {}))
    except (SourceError, Refusal):
        answer = await to.http.get_json(SNAPSHOT)
    put_away = [row for row in rows(answer.get("threads")) if text(row, "archivedAt") and not text(row, "deletedAt")]
    decoded = (decode_thread(_at_rest(row), source=source, now=clock()) for row in put_away)
    found = [thread for thread, _ in filter(None, decoded)]
    return sorted(found, key=lambda thread: thread.finished_at or thread.created_at or clock(), reverse=True)


def _at_rest(row: Json) -> Json:
    """Flags and sessions of archived threads were left as they stood; nobody can answer them there."""
    return {key: value for key, value in row.items() if not key.startswith("has")}


async def _newest_checkpoint(to: Connection, thread: Ref) -> int:
    try:
        detail = mapping((await to.reader.detail(thread.native, turns=1)).get("thread"))
    except Missing as gone:
        raise NotFound("The thread is archived or deleted.", fix="Unarchive it to see its changes.") from gone
    numbers = [number for point in rows(detail.get("checkpoints")) if (number := count(point, "checkpointTurnCount"))]
    if not numbers:
        raise Refused("The thread has changed nothing yet.", fix="Wait for its first turn to end.")
    return max(numbers)


async def _call(to: Connection, tag: str, asked: Json, what: str) -> object:
    try:
        await to.socket.connect()
        answer: object = await to.socket.call(tag, asked)
        return answer
    except Refusal as refusal:
        if refusal.defect:
            raise Refused(f"{what} is not to be had: {refusal.message}", fix="The server may be too old.") from refusal
        raise
