"""The time a simulated server lives by: the real one, or one that stands still until it is told to move.

It never sleeps and starts nothing; who waits for real time does so elsewhere.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that knows what time it is, in UTC."""

    def now(self) -> datetime:
        """The present moment, with a time zone."""
        ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that shows `start` until it is moved; it can also be moved back, as real ones are."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last moved to."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Show `moment` from now on."""
        self._now = moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """`moment` as the server writes times: UTC, milliseconds, a final Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse(text: str) -> datetime:
    """The moment an ISO time names; a time without a zone counts as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def after(moment: datetime, seconds: float) -> datetime:
    """The moment `seconds` later."""
    return moment + timedelta(seconds=seconds)
