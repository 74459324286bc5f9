"""The fleet reaches the screen soon, and never more often than it can be drawn."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, cast

from textual.app import App

from cockpit.core.store import Store
from cockpit.model.facts import ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.work import Status, Thread
from cockpit.ui.feed import Feed

FRAME = 0.1
EARLY = 5
"""Posts that a burst may begin with at once."""


class Desk:
    """Stands in for the app: time passes when it is told to, and what is posted is noted with its time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.posted: list[tuple[float, int]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.store = Store(lambda: datetime.now(UTC))
        self.feed = Feed(cast("App[None]", self), self.store, round(1 / FRAME), now=lambda: self.now)
        self._titles = 0

    def call_later(self, callback: Callable[[], None]) -> None:
        callback()

    def set_timer(self, seconds: float, callback: Callable[[], None]) -> None:
        self.timers.append((self.now + seconds, callback))

    def post_message(self, message: Any) -> None:
        self.posted.append((round(self.now, 6), message.fleet.revision))

    def change(self) -> None:
        self._titles += 1
        self.store.apply(ThreadSeen(Thread(Ref("home", "1"), f"title {self._titles}", Status.IDLE)))

    def pass_to(self, moment: float) -> None:
        for due, callback in sorted(self.timers, key=lambda timer: timer[0]):
            if due <= moment + 1e-9:
                self.now = due
                callback()
        self.timers = [timer for timer in self.timers if timer[0] > moment + 1e-9]
        self.now = moment


def test_changes_after_a_rest_are_shown_at_once_so_that_the_last_source_waits_for_no_frame_of_the_first() -> None:
    desk = Desk()
    for _ in ("ledger", "tmux", "claude", "t3"):
        desk.change()
    assert desk.posted == [(0.0, 1), (0.0, 2), (0.0, 3), (0.0, 4)]


def test_a_burst_is_shown_once_a_frame_and_ends_with_the_newest_fleet() -> None:
    desk = Desk()
    for step in range(100):
        desk.pass_to(step * 0.01)
        desk.change()
    desk.pass_to(2.0)
    times = [at for at, _ in desk.posted]
    assert len(times) <= 1.0 / FRAME + EARLY
    assert all(later - earlier >= FRAME - 1e-6 for earlier, later in pairwise(times[EARLY:]))
    assert desk.posted[-1][1] == desk.store.fleet.revision


def test_nothing_waits_while_nothing_changes() -> None:
    desk = Desk()
    desk.change()
    desk.pass_to(5.0)
    assert not desk.timers
    assert len(desk.posted) == 1
