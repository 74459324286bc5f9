"""The mark of every status and every health: glyph, word, colour role. Colour never carries meaning alone.

All glyphs are one cell wide in every terminal; none is an emoji."""

from typing import NamedTuple

from cockpit.model.health import Health
from cockpit.model.work import Status, Thread

STALE = "~"
FROZEN = "‖"


class Mark(NamedTuple):
    """`role` is a name of the palette (`amber`, `teal`, `dim` …)."""

    glyph: str
    word: str
    role: str


STATUS: dict[Status, Mark] = {
    Status.APPROVAL: Mark("!", "approval", "amber"),
    Status.QUESTION: Mark("?", "question", "violet"),
    Status.PLAN: Mark("≡", "plan", "blue"),
    Status.FAILED: Mark("✗", "failed", "red"),
    Status.FROZEN: Mark(FROZEN, "frozen", "ice"),
    Status.STARTING: Mark("◌", "starting", "teal"),
    Status.WORKING: Mark("●", "working", "teal"),
    Status.DONE: Mark("✓", "done", "green"),
    Status.IDLE: Mark("○", "idle", "dim"),
    Status.ENDED: Mark("·", "ended", "dim"),
    Status.UNKNOWN: Mark("∅", "unknown", "text"),
}

HEALTH: dict[Health, Mark] = {
    Health.UP: Mark("●", "up", "teal"),
    Health.LATE: Mark("◐", "late", "text"),
    Health.AUTH: Mark("!", "auth", "red"),
    Health.DOWN: Mark("✗", "down", "red"),
    Health.ABSENT: Mark("○", "absent", "dim"),
}

_GREEN = frozenset({Status.STARTING, Status.WORKING, Status.DONE})


def mark(thread: Thread) -> Mark:
    """The thread's own mark: an unknown status shows its raw word, and a stale one is not shown in a good colour."""
    glyph, word, role = STATUS[thread.status]
    if thread.status is Status.UNKNOWN and thread.raw_status:
        word = thread.raw_status
    if thread.status is Status.FROZEN and thread.frozen and thread.frozen.hard:
        word = "frozen, gone" if thread.paused is False else "frozen, paused"
    if thread.stale:
        word = STALE + word
        if thread.status in _GREEN:
            role = "dim"
    return Mark(glyph, word, role)
