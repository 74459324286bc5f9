"""Subscriptions: the shell's rows and one thread's events as they come (facts: T3 0.0.33 §9).

A feed only listens to the world; it never sends anything itself.
"""

import asyncio

from cockpit.demo.t3 import views
from cockpit.demo.t3.state import Row
from cockpit.demo.t3.world import World

_REPLAYED = 1000
_IN_THREAD_FEED = frozenset(
    {
        "thread.message-sent",
        "thread.session-set",
        "thread.activity-appended",
        "thread.proposed-plan-upserted",
        "thread.turn-diff-completed",
        "thread.reverted",
    }
)


class Feed:
    """Values waiting to be sent. What a subscription begins with goes out chunk by chunk as `begin` put it;
    what happens later is gathered while the receiver is busy."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._first: list[list[Row]] = []
        self._later: list[Row] = []
        self._arrived = asyncio.Event()
        self._stop = world.listen(self._hear)

    async def next(self) -> list[Row]:
        """The next chunk's values, at least one."""
        while not self._first and not self._later:
            self._arrived.clear()
            await self._arrived.wait()
        if self._first:
            return self._first.pop(0)
        values, self._later = self._later, []
        return values

    def close(self) -> None:
        """Stop listening."""
        self._stop()

    def begin(self, values: list[Row]) -> None:
        """Put values before everything that happens later, as a chunk of their own."""
        if values:
            self._first.append(values)

    def _add(self, value: Row) -> None:
        self._later.append(value)
        self._arrived.set()

    def _hear(self, event: Row) -> None:
        raise NotImplementedError

    def _missed(self, after: int | None) -> list[Row] | None:
        """The events after that sequence, None if they cannot be replayed and a snapshot is due."""
        if after is None or not 0 <= self._world.sequence - after <= _REPLAYED:
            return None
        missed = [event for event in self._world.events if event["sequence"] > after]
        return missed if len(missed) == self._world.sequence - after else None


class ShellFeed(Feed):
    """Rows of the shell: all of them or those that changed, then each one that changes."""

    def __init__(self, world: World, after: int | None, marker: bool) -> None:
        super().__init__(world)
        missed = self._missed(after)
        if missed is None:
            self.begin([{"kind": "snapshot", "snapshot": views.shell(world)}])
        else:
            newest = {(event["aggregateKind"], event["aggregateId"]): event for event in missed}
            self.begin([self._row(event) for event in sorted(newest.values(), key=lambda event: event["sequence"])])
        if marker:
            self.begin([{"kind": "synchronized"}])

    def _hear(self, event: Row) -> None:
        row = self._row(event)
        changed = _target(row)
        self._later = [old for old in self._later if _target(old) != changed]
        self._add(row)

    def _row(self, event: Row) -> Row:
        sequence, aggregate = event["sequence"], event["aggregateId"]
        if event["aggregateKind"] == "project":
            project = self._world.project(aggregate)
            if project is None:
                return {"kind": "project-removed", "sequence": sequence, "projectId": aggregate}
            row = views.project_row(self._world, project, listed=True)
            return {"kind": "project-upserted", "sequence": sequence, "project": row}
        thread = self._world.visible(aggregate)
        if thread is None:
            return {"kind": "thread-removed", "sequence": sequence, "threadId": aggregate}
        return {"kind": "thread-upserted", "sequence": sequence, "thread": views.shell_row(self._world, thread)}


def _target(value: Row) -> str:
    kind = str(value["kind"])
    if kind.startswith("project"):
        return f"project {value.get('projectId') or value['project']['id']}"
    return f"thread {value.get('threadId') or value['thread']['id']}"


class ThreadFeed(Feed):
    """One thread: its detail or the events since, then each event that happens to it."""

    def __init__(self, world: World, thread_id: str, after: int | None, marker: bool, limit: int | None) -> None:
        self._thread_id = thread_id
        super().__init__(world)
        missed = self._missed(after)
        thread = world.threads[thread_id]
        if missed is None:
            whole = views.detail(world, thread) if limit is None else views.page(world, thread, limit, None)
            self.begin([{"kind": "snapshot", "snapshot": whole}])
        else:
            self.begin([_wrapped(event) for event in missed if self._wanted(event)])
        if marker:
            self.begin([{"kind": "synchronized"}])

    def _hear(self, event: Row) -> None:
        if self._wanted(event):
            self._add(_wrapped(event))

    def _wanted(self, event: Row) -> bool:
        return event["aggregateId"] == self._thread_id and event["type"] in _IN_THREAD_FEED


def _wrapped(event: Row) -> Row:
    return {"kind": "event", "event": event}
