"""The time that the screen tells ages by. An app may carry its own `clock`, so that pictures and tests stand still."""

from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from textual.widget import Widget


@runtime_checkable
class HasClock(Protocol):
    def clock(self) -> datetime:
        """Aware UTC time."""


def now_of(widget: Widget) -> datetime:
    app = widget.app
    return app.clock() if isinstance(app, HasClock) else datetime.now(UTC)
