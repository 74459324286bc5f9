"""What is due when: a queue of things to do at moments of the world's clock.

It never looks at a real clock by itself and never sleeps; somebody tells it what time it is.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(order=True)
class Job:
    """Something to do at `due`; among equals the one that was planned first goes first."""

    due: datetime
    number: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """See to it that it will not be done."""
        self.cancelled = True


class Timeline:
    """The jobs that are planned; `changed` is called whenever the next moment may have come nearer."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._number = 0
        self.changed: Callable[[], None] = lambda: None

    def add(self, due: datetime, action: Callable[[], None]) -> Job:
        """Plan `action` for the moment `due`."""
        self._number += 1
        job = Job(due, self._number, action)
        heapq.heappush(self._jobs, job)
        if self._jobs[0] is job:
            self.changed()
        return job

    def next_due(self) -> datetime | None:
        """When the next job is due, None when nothing is planned."""
        while self._jobs and self._jobs[0].cancelled:
            heapq.heappop(self._jobs)
        return self._jobs[0].due if self._jobs else None

    def take(self, now: datetime) -> Job | None:
        """The next job that is due by `now`, taken off the queue."""
        due = self.next_due()
        return heapq.heappop(self._jobs) if due is not None and due <= now else None
