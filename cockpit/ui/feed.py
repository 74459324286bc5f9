"""Carries the fleet from the store to the screen, so many times a second at most, and only when it changed.

It starts no timer while nothing happens."""

from collections.abc import Callable
from time import monotonic

from textual.app import App
from textual.timer import Timer

from cockpit.core.store import Store
from cockpit.ui.messages import FleetChanged

_EARLY_FRAMES = 4


class Feed:
    """Posts `FleetChanged` to the app: at once after a quiet time, then no more often than the frame rate.

    A few posts may come early, each at the cost of a frame later on: news comes in company (at the start the ledger,
    then one source after the other), and the last should not wait for a frame that only showed the first."""

    def __init__(self, app: App[None], store: Store, frame_rate: int, now: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._store = store
        self._frame = 1 / frame_rate
        self._now = now
        self._next = float("-inf")
        self._due = False
        self._timer: Timer | None = None
        self._stop = store.listen(self._changed)

    def close(self) -> None:
        self._stop()
        if self._timer is not None:
            self._timer.stop()

    def _changed(self) -> None:
        if self._due:
            return
        self._due = True
        wait = self._next - _EARLY_FRAMES * self._frame - self._now()
        if wait > 0:
            self._timer = self._app.set_timer(wait, self._post)
        else:
            self._app.call_later(self._post)

    def _post(self) -> None:
        self._due = False
        self._timer = None
        self._next = max(self._next, self._now()) + self._frame
        self._app.post_message(FleetChanged(self._store.fleet))
