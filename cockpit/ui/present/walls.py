"""Usage limits in words: which one, and when it ends. Pure.

It knows of no limit but what a worker said."""

from datetime import datetime

from cockpit.model.work import Thread, Wall
from cockpit.ui.present.ages import until

WALL = "⊘"


def wall_words(wall: Wall, now: datetime) -> str:
    """`ends in 1h, at 16:00 · 5-hour limit reached`: what a worker said of the usage limit that it stands before, with
    its end first, since that is what a short line must keep."""
    if wall.resets_at is None or wall.resets_at <= now:
        return wall.text
    return f"ends in {until(wall.resets_at, now)}, at {clock(wall.resets_at, now)} · {wall.text}"


def beside_wall(thread: Thread | None, said: str, now: datetime) -> str:
    """What a worker does or says, with the limit before it and the limit's end first; where the worker says that of
    the limit it is not said twice."""
    wall = thread.wall if thread is not None else None
    if wall is None:
        return said
    ends = wall.resets_at
    parts = [f"limit ends in {until(ends, now)}"] if ends is not None and ends > now else []
    return " · ".join([*parts, wall.text, *(part for part in said.split(" · ") if part and part not in wall.text)])


def clock(at: datetime, now: datetime) -> str:
    """The time of day where the person is, with the day where that is another one: `16:00`, `Mon 16:00`."""
    here = now.astimezone()
    there = at.astimezone()  # not in the offset of now: the clocks may change in between
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%a %H:%M}"


def wall_changes_in(thread: Thread | None, now: datetime) -> float | None:
    """Seconds until the time that is left is told anew."""
    ends = thread.wall.resets_at if thread is not None and thread.wall else None
    return 60.0 if ends and ends > now else None
