"""Usage limits in words: which one, and when it ends. Pure.

It knows of no limit but what a worker said."""

from datetime import datetime

from cockpit.model.work import Thread, Wall
from cockpit.ui.present.ages import until

WALL = "⊘"


def wall_words(wall: Wall, now: datetime, *, clock: bool = False) -> str:
    """`5-hour limit reached, ends in 1h`: what a worker said of the usage limit that it stands before. `clock` adds
    the time of day."""
    if wall.resets_at is None or wall.resets_at <= now:
        return wall.text
    at = f", at {wall.resets_at.astimezone(now.astimezone().tzinfo):%H:%M}" if clock else ""
    return f"{wall.text}, ends in {until(wall.resets_at, now)}{at}"


def beside_wall(thread: Thread | None, said: str, now: datetime) -> str:
    """What a worker does or says, with the limit before it; where it says that of the limit it is not said twice."""
    wall = thread.wall if thread is not None else None
    if wall is None:
        return said
    parts = [wall_words(wall, now), *(part for part in said.split(" · ") if part and part not in wall.text)]
    return " · ".join(parts)


def wall_changes_in(thread: Thread | None, now: datetime) -> float | None:
    """Seconds until the time that is left is told anew."""
    ends = thread.wall.resets_at if thread is not None and thread.wall else None
    return 60.0 if ends and ends > now else None
