"""Whether what somebody waits for has come: pure, from the fleet alone. It never waits by itself."""

from collections.abc import Sequence
from enum import StrEnum

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Status, Thread


class Until(StrEnum):
    """`needs-you`: one of the threads waits for a person · `idle`: none of them runs or waits for a person ·
    `done`: as idle, and each of them has finished something."""

    NEEDS_YOU = "needs-you"
    IDLE = "idle"
    DONE = "done"


class End(StrEnum):
    """How the waiting ends: it came · it cannot come by itself (failed, gone) · a person is needed first."""

    REACHED = "reached"
    FAILED = "failed"
    BLOCKED = "blocked"


@immutable
class Verdict:
    end: End
    text: str
    threads: tuple[Thread, ...] = ()


def verdict(fleet: Fleet, refs: Sequence[Ref], until: Until) -> Verdict | None:
    """None while it is worth waiting on. Without refs the whole fleet is meant; a ref that is not there has gone."""
    gone = [ref for ref in refs if fleet.thread(ref) is None]
    if gone:
        return Verdict(End.FAILED, f"{gone[0]} is no longer in the fleet.")
    threads = [thread for ref in (refs or fleet.order) if (thread := fleet.thread(ref))]
    needing = tuple(thread for thread in threads if thread.status.needs_you)
    if until is Until.NEEDS_YOU:
        return Verdict(End.REACHED, f"{_named(needing)} needs you.", needing) if needing else None
    if needing:
        what = needing[0].asks[0].summary if needing[0].asks else needing[0].status
        return Verdict(End.BLOCKED, f"{_named(needing)} needs you first: {what}", needing)
    if any(thread.status.busy or thread.status is Status.UNKNOWN for thread in threads):
        return None
    if until is Until.DONE:
        failed = tuple(thread for thread in threads if thread.status is Status.FAILED)
        if failed:
            return Verdict(End.FAILED, f"{_named(failed)} failed: {failed[0].detail or 'no reason given'}", failed)
        if any(thread.finished_at is None and thread.status not in _OVER for thread in threads):
            return None
    return Verdict(End.REACHED, f"{_named(threads)} is {until}.", tuple(threads))


_OVER = (Status.DONE, Status.ENDED)


def _named(threads: Sequence[Thread]) -> str:
    if len(threads) == 1:
        return f"“{threads[0].title}”"
    return f"“{threads[0].title}” and {len(threads) - 1} more" if threads else "The fleet"
