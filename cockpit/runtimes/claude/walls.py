"""Usage limits as the CLI writes them into a transcript: what it said, and when the limit ends.

The line is an API error of the kind `rate_limit` whose text says so. The texts are those that people reported from 1.0
to 2.1.220 (anthropics/claude-code issues 2087, 7157, 11429, 54698, 74079, 81975); none was met on a real account
here. A time that cannot be read is unknown, never guessed."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from cockpit.model.work import Wall

_LIMIT = re.compile(
    r"\blimit (?:reached|resets|will reset)|(?:hit|reached) your [\w' -]{0,40}limit|out of [\w ]{0,20}usage", re.I
)
_EPOCH = re.compile(r"\|(\d{10})\b")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHEN = re.compile(
    r"resets?(?: at| on)?\s+"
    rf"(?:(?P<day>{'|'.join(_DAYS)})[a-z]*,?\s+(?:at\s+)?)?"
    rf"(?:(?P<month>{'|'.join(_MONTHS)})[a-z]*\s+(?P<date>\d{{1,2}}),?\s+(?:at\s+)?)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s?(?P<half>[ap])m\b"
    r"(?:\s+\((?P<zone>[A-Za-z0-9_+/-]{1,40})\))?",
    re.I,
)


def wall(said: str, at: datetime) -> Wall | None:
    """The limit that an error of that text is about; None when it is about something else. `at` is when it was met."""
    if not _LIMIT.search(said):
        return None
    epoch = _EPOCH.search(said)
    if epoch:
        text = said.partition("|")[0]
        return Wall(text, datetime.fromtimestamp(int(epoch[1]), UTC))
    return Wall(said, _resets(said, at))


def _resets(said: str, at: datetime) -> datetime | None:
    found = _WHEN.search(said)
    zone = _zone(found["zone"]) if found else None
    if found is None or (found["zone"] and zone is None):
        return None
    try:
        hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "p" else 0)
        here = at.astimezone(zone)
        then = here.replace(hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0)
        if found["month"]:
            then = then.replace(month=_MONTHS.index(found["month"].lower()) + 1, day=int(found["date"]))
            if then < here - timedelta(days=31):
                then = then.replace(year=then.year + 1)
        elif found["day"]:
            then += timedelta(days=(_DAYS.index(found["day"].lower()) - then.weekday()) % 7)
            then += timedelta(days=7 * (then < here))
        elif then < here:
            then += timedelta(days=1)
        return then.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None) -> tzinfo | None:
    """The zone by its name; None is the machine's own, or one that nobody knows."""
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
