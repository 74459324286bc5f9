"""How long ago something was, in as few characters as a list can spare: `4s 20s 2m 1h 3d 2y`.

It knows when the words change next, so that nobody has to ask on a timer."""

from datetime import datetime

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 365 * DAY
_COARSE = 10


def age(since: datetime | None, now: datetime) -> str:
    """The age of `since`; empty without one. Seconds are told in steps of ten after the first ten; what lies in the
    future (another machine's clock) is `0s`."""
    if since is None:
        return ""
    seconds = _seconds(since, now)
    if seconds < MINUTE:
        return f"{seconds if seconds < _COARSE else seconds // _COARSE * _COARSE}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m"
    if seconds < DAY:
        return f"{seconds // HOUR}h"
    return f"{seconds // DAY}d" if seconds < YEAR else f"{seconds // YEAR}y"


def until(moment: datetime, now: datetime) -> str:
    """How far ahead `moment` is, in the same words."""
    return age(now, moment)


def changes_in(since: datetime | None, now: datetime) -> float | None:
    """Seconds until `age` says something else; None if it never does. Never sooner than a tenth of a minute's step:
    the first ten seconds of an age change only when something else does."""
    if since is None:
        return None
    seconds = max((now - since).total_seconds(), 0.0)
    step = next((unit for limit, unit in ((MINUTE, _COARSE), (HOUR, MINUTE), (DAY, HOUR)) if seconds < limit), DAY)
    return step - seconds % step


def _seconds(since: datetime, now: datetime) -> int:
    return max(int((now - since).total_seconds()), 0)
