"""JSON from programs that may write anything: what has the right shape comes out, the rest is as if it were absent.

Never a cast, never a raise, and no text of more than the asked length. By hand, because a whole-body model takes
fifteen times as long on 10,000 rows and throws away all of them for a single bad one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cockpit.model.text import clean

Json = Mapping[str, Any]
"""A decoded JSON object; its values are whatever was sent."""

_NOTHING: Json = {}
_ID_LIMIT = 300
_TIME_LIMIT = 40
_MOST = 2**53  # beyond it JSON's one number type does not count any more
_LAST_YEAR = 9000  # what lies beyond leaves no room to reckon with


def mapping(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def rows(value: object) -> Iterator[Json]:
    """The objects in a list; anything else in it, or a value that is no list, is passed over."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def text(source: Json, key: str) -> str | None:
    """A non-empty string as it came, or None."""
    value = source.get(key)
    return value if isinstance(value, str) and value else None


def bounded(value: str, limit: int) -> str:
    """Agent text of any length, cleaned; what is beyond `limit` characters is left out in so many words."""
    cut = f"\n… ({len(value) - limit:,} more characters are not shown)" if len(value) > limit else ""
    return clean(value, limit=limit) + cut


def count(source: Json, key: str) -> int | None:
    """A whole number that is not negative, or None. JSON has one number type, so 3.0 counts as 3."""
    value = source.get(key)
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST:
        return None
    return value


def identity(source: Json, key: str = "id", limit: int = _ID_LIMIT) -> str | None:
    """An id that can be shown, compared and sent back: non-empty, printable, of bounded length."""
    value = source.get(key)
    if isinstance(value, str) and value and len(value) <= limit and value.isprintable():
        return value
    return None


def when(source: Json, key: str) -> datetime | None:
    """An ISO 8601 time as aware UTC, or None. A time without a zone is taken as UTC."""
    value = source.get(key)
    return moment(value) if isinstance(value, str) and len(value) <= _TIME_LIMIT else None


def moment(value: str) -> datetime | None:
    """The same of a string that is already in hand."""
    try:
        parsed = datetime.fromisoformat(value)
        at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1970 <= at.year <= _LAST_YEAR else None
