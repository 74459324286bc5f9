"""Reading foreign JSON: what is there with the right type comes out, everything else is as if it were absent.

It must never raise on any JSON, and never let text through that was not cleaned."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cockpit.model.text import clean, one_line

Json = Mapping[str, Any]
"""A decoded JSON object; its values are whatever the file had."""

_NOTHING: Json = {}
_NAME = re.compile(r"[\w][\w.@ -]{0,99}")
_LAST_MS = 9000 * 365 * 86_400_000  # what lies beyond leaves no room to reckon with


def parse(data: bytes | str) -> Any:
    """The JSON value, or None when it is none: half-written files and stale tails are daily bread here."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def mapping(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def rows(value: object) -> Iterator[Json]:
    """The objects in a list; anything else in it, or a value that is no list, is passed over."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def words(value: object) -> tuple[str, ...]:
    """The non-empty strings of a list."""
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else ()


def text(source: Json, key: str) -> str | None:
    """A non-empty string as it came, or None."""
    value = source.get(key)
    return value if isinstance(value, str) and value else None


def line(source: Json, key: str, limit: int = 200) -> str:
    """A string as one clean line of at most `limit` characters; empty when there is none."""
    return one_line(text(source, key) or "", limit)


def prose(value: str, limit: int) -> str:
    """Agent text of any length, cleaned; what is beyond `limit` characters is left out in so many words."""
    cut = f"\n… ({len(value) - limit:,} more characters are not shown)" if len(value) > limit else ""
    return clean(value, limit=limit) + cut


def flag(source: Json, key: str) -> bool | None:
    value = source.get(key)
    return value if isinstance(value, bool) else None


def count(source: Json, key: str) -> int | None:
    """A whole number that is not negative, or None. JSON has one number type, so 3.0 counts as 3."""
    value = source.get(key)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        return None
    return value


def number(source: Json, key: str) -> float | None:
    """A finite number that is not negative, or None."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return float(value)


def name(source: Json, key: str) -> str | None:
    """A name that can be shown, compared and used as a key: letters, digits and `_.@ -`, at most 100 of them.

    Newer versions allow less (facts: 2.1.329), older ones allowed anything; what is odd becomes `-`."""
    value = text(source, key)
    if value is None:
        return None
    if not _NAME.fullmatch(value):
        value = re.sub(r"[^\w.@ -]", "-", value)[:100].lstrip("-.@ ")
    return value or None


def identity(source: Json, key: str, limit: int = 200) -> str | None:
    """An id that can be compared and kept: non-empty, printable, of bounded length."""
    value = source.get(key)
    if isinstance(value, str) and value and len(value) <= limit and value.isprintable():
        return value
    return None


def when(source: Json, key: str) -> datetime | None:
    """An ISO 8601 string as aware UTC, or None. A time without a zone is taken as UTC."""
    value = source.get(key)
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1970 <= at.year <= 9000 else None


def millis(source: Json, key: str) -> datetime | None:
    """Milliseconds since 1970 as aware UTC, or None."""
    value = number(source, key)
    if value is None or value > _LAST_MS:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
