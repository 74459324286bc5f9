"""How foreign JSON is looked at: one lenient accessor per type, never a cast and never a raise.

It must never trust a shape: what has the wrong type reads as absent. Written by hand because a whole-body model takes
fifteen times as long on 10,000 rows and throws away all rows for a single bad one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cockpit.model.text import clean, one_line

Json = Mapping[str, Any]
"""A decoded JSON object; its values are whatever the server sent."""

_NOTHING: Json = {}
_ID_LIMIT = 300
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
    """A non-empty string, or None."""
    value = source.get(key)
    return value if isinstance(value, str) and value else None


@lru_cache(maxsize=4096)
def word(value: str, limit: int = 40) -> str:
    """A short value of which there are few (a status, a model, a branch) as one clean line; remembered, because 10,000
    rows say the same few words."""
    return one_line(value, limit)


def prose(source: Json, key: str, limit: int) -> str:
    """Agent text of any length, cleaned; what is beyond `limit` characters is left out in so many words."""
    return bounded(text(source, key) or "", limit)


def bounded(value: str, limit: int) -> str:
    cut = f"\n… ({len(value) - limit:,} more characters are not shown)" if len(value) > limit else ""
    return clean(value, limit=limit) + cut


def flag(source: Json, key: str) -> bool:
    return source.get(key) is True


def count(source: Json, key: str) -> int | None:
    """A whole number that is not negative, or None. JSON has one number type, so 3.0 counts as 3."""
    value = source.get(key)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value


def identity(source: Json, key: str = "id") -> str | None:
    """An id that can be shown, compared and sent back: non-empty, printable, of bounded length."""
    value = source.get(key)
    if isinstance(value, str) and value and len(value) <= _ID_LIMIT and value.isprintable():
        return value
    return None


def when(source: Json, key: str) -> datetime | None:
    """An ISO 8601 time as aware UTC, or None. A time without a zone is taken as UTC."""
    value = source.get(key)
    if not isinstance(value, str):
        return None
    return moment(value)


def moment(value: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(value)
        at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1970 <= at.year <= _LAST_YEAR else None


def stamp(at: datetime) -> str:
    """Aware time → `2026-11-21T02:44:28.590Z`, the form that T3 writes itself (facts: T3 0.0.28 stores it verbatim)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
