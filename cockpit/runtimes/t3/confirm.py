"""An answer counts only when the server's own record says so; here that is waited for (facts: T3, section 8).

It must never take the 200 of a dispatch for a confirmation."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from cockpit.model.asks import AskKind
from cockpit.model.errors import Rejected, SourceError, Stale, Unconfirmed
from cockpit.model.immutable import immutable
from cockpit.runtimes.foreign import Json, mapping
from cockpit.runtimes.t3.asks import Request, requests, spoken
from cockpit.runtimes.t3.failures import Lost, Missing, NotSent
from cockpit.runtimes.t3.reader import Reader

WAYS_OUT = "Send the thread a message to go on, or stop its session."
_TURNS = 5


@immutable
class Patience:
    """How long a confirmation is waited for, and the pauses between looks; the last pause repeats."""

    seconds: float = 10.0
    pauses: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8)


async def find_request(reader: Reader, thread: str, request: str) -> tuple[Request | None, Json]:
    """The request and the thread's detail, from the newest turns, or from all of them if it is not there."""
    body = await reader.detail(thread, turns=_TURNS)
    detail = mapping(body.get("thread"))
    found = requests(detail.get("activities")).get(request)
    if found is None and mapping(body.get("page")).get("hasMore") is True:
        detail = mapping((await reader.detail(thread)).get("thread"))
        found = requests(detail.get("activities")).get(request)
    return found, detail


async def open_request(reader: Reader, thread: str, request: str, kind: AskKind) -> tuple[Request, Json]:
    """The request, still open. Raises Stale when it is not."""
    try:
        found, detail = await find_request(reader, thread, request)
    except Missing as gone:
        raise Stale("The thread is archived or deleted, and its request with it.", fix="Choose another one.") from gone
    if found is None or found.kind is not kind:
        raise Stale("The server has no such request any more.", fix=WAYS_OUT)
    if not found.open:
        raise _over(found)
    return found, detail


async def confirmed(
    reader: Reader, thread: str, sent: Request, is_ours: Callable[[Request], bool], patience: Patience,
    *, taken: bool = True,
) -> Request:  # fmt: skip
    """Wait until the server's record settles the request our way; `taken` is whether it said that it took the answer.
    Raises Stale when it settled another way or is dead, Rejected when the server complains, Unconfirmed when nothing
    happened in time."""
    trouble = ""
    for pause in _pauses(patience):
        await asyncio.sleep(pause)
        try:
            found, _ = await find_request(reader, thread, sent.id)
        except Missing as gone:
            raise Stale("The thread was archived or deleted meanwhile.", fix="Look for it in the archive.") from gone
        except SourceError as error:
            if not isinstance(error, Lost | NotSent):
                raise
            trouble = f" ({error.message})"
            continue
        if found is None:
            continue
        if found.ending and is_ours(found):
            return found
        if found.ending:
            raise _over(found)
        if found.complaints > sent.complaints:
            raise Rejected(f"The server could not pass the answer on: {found.trouble}", fix=WAYS_OUT)
    said = "The server took the answer, but" if taken else "The server said nothing to the answer, and"
    raise Unconfirmed(
        f"{said} did not confirm it within {patience.seconds:g} s{trouble}.",
        fix=f"Look at the thread before answering again. {WAYS_OUT}",
    )


async def became(reader: Reader, thread: str, holds: Callable[[Json], bool], patience: Patience, what: str) -> None:
    """Wait until the thread's detail is as wanted. Raises Unconfirmed when it is not in time."""
    for pause in _pauses(patience):
        try:
            detail = mapping((await reader.detail(thread, turns=1)).get("thread"))
            if holds(detail):
                return
        except (Lost, NotSent):
            pass  # the next look may succeed; the time-out below tells if none did
        await asyncio.sleep(pause)
    raise Unconfirmed(
        f"The server took the command, but {what} within {patience.seconds:g} s.",
        fix="Look at the thread; stop its session if it hangs.",
    )


def _pauses(patience: Patience) -> Iterator[float]:
    loop = asyncio.get_running_loop()
    until = loop.time() + patience.seconds
    steps = list(patience.pauses)
    while loop.time() < until:
        yield steps.pop(0) if len(steps) > 1 else steps[0]


def _over(request: Request) -> Stale:
    if request.ending == "stale":
        return Stale("The agent that asked is gone, and its request with it.", fix=WAYS_OUT)
    if request.kind is AskKind.QUESTION:
        said = spoken(request.answers)
        return Stale(f"It was answered elsewhere{f': {said}' if said else ''}.", fix="Nothing is to be done.")
    return Stale(f"It was answered elsewhere: {request.ending}.", fix="Nothing is to be done.")
