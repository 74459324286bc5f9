"""What Claude Code's JSON needs beyond any foreign JSON: names, one-line texts, its milliseconds."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, text

_NAME = re.compile(r"[\w][\w.@ -]{0,99}")
_LAST_MS = 9000 * 365 * 86_400_000  # what lies beyond leaves no room to reckon with


def parse(data: bytes | str) -> Any:
    """The JSON value, or None when it is none: half-written files and stale tails are daily bread here."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def words(value: object) -> tuple[str, ...]:
    """The non-empty strings of a list."""
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else ()


def line(source: Json, key: str, limit: int = 200) -> str:
    """A string as one clean line of at most `limit` characters; empty when there is none."""
    return one_line(text(source, key) or "", limit)


def flag(source: Json, key: str) -> bool | None:
    value = source.get(key)
    return value if isinstance(value, bool) else None


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


def millis(source: Json, key: str) -> datetime | None:
    """Milliseconds since 1970 as aware UTC, or None."""
    value = number(source, key)
    if value is None or value > _LAST_MS:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
