"""Times as a person types them: a span from now, or a moment. It reads no clock."""

import re
from datetime import datetime, timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,6})\s*([smhdw])")


def span(text: str) -> timedelta:
    """`90s`, `30m`, `2h`, `3d`, `1w`, also joined as in `1h30m`. Raises click.BadParameter."""
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip():
        raise click.BadParameter(f"{text!r} is not a span such as 30m, 2h or 3d.")
    total = timedelta()
    for count, unit in parts:
        total += timedelta(**{_UNITS[unit]: int(count)})
    return total


def moment(text: str, now: datetime) -> datetime:
    """A moment after `now`: a span from it, or an ISO time, without a zone in the local one."""
    if _SPAN.match(text):
        return now + span(text)
    try:
        then = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text!r} is neither a span such as 2h nor a time such as 2026-11-21T09:00."
        ) from None
    if then <= now:
        raise click.BadParameter(f"{text!r} is not in the future.")
    return then
