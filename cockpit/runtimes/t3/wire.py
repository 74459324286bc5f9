"""What T3 Code's JSON needs beyond any foreign JSON: its words, its texts, its way to write a time."""

from datetime import UTC, datetime
from functools import lru_cache

from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, bounded, text


@lru_cache(maxsize=4096)
def word(value: str, limit: int = 40) -> str:
    """A short value of which there are few (a status, a model, a branch) as one clean line; remembered, because 10,000
    rows say the same few words."""
    return one_line(value, limit)


def prose(source: Json, key: str, limit: int) -> str:
    """Agent text of any length, cleaned; what is beyond `limit` characters is left out in so many words."""
    return bounded(text(source, key) or "", limit)


def flag(source: Json, key: str) -> bool:
    return source.get(key) is True


def stamp(at: datetime) -> str:
    """Aware time → `2026-11-21T02:44:28.590Z`, the form that T3 writes itself (facts: T3 0.0.28 stores it verbatim)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
