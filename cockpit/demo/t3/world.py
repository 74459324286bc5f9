"""The simulated server's world: what exists, what happened in which order, and what is going to happen.

It knows nothing of HTTP or sockets, and refuses nothing: `commands` decides what is allowed.
"""

from collections import deque
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path

from cockpit.demo.t3.clock import Clock, ManualClock, RealClock, after, iso
from cockpit.demo.t3.hearing import Hearing
from cockpit.demo.t3.ids import Ids
from cockpit.demo.t3.settings import SETTINGS
from cockpit.demo.t3.state import Project, Row, Thread
from cockpit.demo.t3.steps import Script
from cockpit.demo.t3.timeline import Job, Timeline
from cockpit.demo.t3.versions import V0_0_33, ServerVersion

Listener = Callable[[Row], None]

_REMEMBERED_EVENTS = 5000


class World:
    """Everything a T3 server keeps, and the agents that live in it.

    `speed` divides every duration of a script: 2.0 lives twice as fast. `directories` are the workspace roots that
    exist besides those on the real disk, so that a demo needs no folders.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        version: ServerVersion = V0_0_33,
        speed: float = 1.0,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.seed = seed
        self.version = version
        self.speed = speed
        self.ids = Ids(seed)
        self.projects: dict[str, Project] = {}
        self.threads: dict[str, Thread] = {}
        self.agents: dict[str, Hearing] = {}
        self.scripts: dict[str, deque[Script]] = {}
        """Scripts that a thread's next turns will follow, instead of reacting to the words of the message."""
        self.directories: set[str] = set()
        self.branches: set[str] = {"main", "master", "develop"}
        """Branches that exist in every repository besides those of threads; worktrees start from them."""
        self.settings: Row = deepcopy(SETTINGS)
        self.receipts: dict[str, Receipt] = {}
        self.sequence = 0
        self.updated_at = "1970-01-01T00:00:00.000Z"
        self.events: deque[Row] = deque(maxlen=_REMEMBERED_EVENTS)
        self.timeline = Timeline()
        self._listeners: set[Listener] = set()

    # time

    def now(self) -> str:
        """The present moment as the server writes it."""
        return iso(self.clock.now())

    def later(self, seconds: float, action: Callable[[], None]) -> Job:
        """Do `action` after `seconds` of scripted time."""
        return self.timeline.add(after(self.clock.now(), seconds / self.speed), action)

    def at(self, moment: datetime, action: Callable[[], None]) -> Job:
        """Do `action` at `moment`."""
        return self.timeline.add(moment, action)

    def run_due(self) -> None:
        """Do what is due by now; for a world on the real clock."""
        while job := self.timeline.take(self.clock.now()):
            job.action()

    def advance(self, seconds: float) -> None:
        """Move a manual clock on, doing on the way everything that falls due, each thing at its own moment."""
        self.advance_to(after(self.clock.now(), seconds))

    def advance_to(self, moment: datetime) -> None:
        """Move a manual clock on to `moment`; a moment in the past only moves the clock."""
        clock = self.clock
        if not isinstance(clock, ManualClock):
            raise TypeError("only a world with a ManualClock can be advanced")
        while job := self.timeline.take(moment):
            clock.move_to(max(job.due, clock.now()))
            job.action()
        clock.move_to(moment)

    # events

    def emit(
        self,
        kind: str,
        aggregate_id: str,
        event_type: str,
        payload: Row,
        *,
        command_id: str | None = None,
    ) -> int:
        """Record that something happened to a `project` or `thread`; returns the event's sequence."""
        now = self.now()
        origin = command_id or self.provider_command(aggregate_id, event_type.removeprefix("thread."))
        self.sequence += 1
        self.updated_at = now
        event: Row = {
            "sequence": self.sequence,
            "eventId": self.ids.uuid(f"event/{aggregate_id}"),
            "aggregateKind": kind,
            "aggregateId": aggregate_id,
            "occurredAt": now,
            "commandId": origin,
            "causationEventId": None,
            "correlationId": origin,
            "metadata": {},
            "type": event_type,
            "payload": payload,
        }
        if kind == "thread":
            thread = self.threads[aggregate_id]
            thread.sequence = self.sequence
            thread.updated_at = now
        self.events.append(event)
        for listener in tuple(self._listeners):
            listener(event)
        return self.sequence

    def provider_command(self, thread_id: str, what: str) -> str:
        """The commandId of an event that an agent caused."""
        scope = f"provider/{thread_id}"
        return f"provider:{self.ids.uuid(scope)}:{what}:{self.ids.uuid(scope)}"

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event to come; returns what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    # what exists

    def project(self, project_id: str) -> Project | None:
        """The project with that id, unless it was deleted."""
        project = self.projects.get(project_id)
        return project if project and project.deleted_at is None else None

    def thread(self, thread_id: str) -> Thread | None:
        """The thread with that id, archived or not, unless it was deleted."""
        thread = self.threads.get(thread_id)
        return thread if thread and thread.deleted_at is None else None

    def visible(self, thread_id: str) -> Thread | None:
        """The thread with that id if a client may read it: neither deleted nor archived."""
        thread = self.thread(thread_id)
        return thread if thread and thread.archived_at is None else None

    def directory_exists(self, path: str) -> bool:
        """Whether a workspace may be there; never creates anything."""
        return path in self.directories or Path(path).is_dir()

    def restart(self) -> None:
        """What a restart of the server does to its agents: they are gone, and with them what they waited for."""
        for agent in self.agents.values():
            agent.lose()


class Receipt:
    """What became of a commandId: the sequence it was answered with, or why it was rejected."""

    def __init__(self, aggregate_id: str, *, sequence: int | None = None, rejected: str | None = None) -> None:
        self.aggregate_id = aggregate_id
        self.sequence = sequence
        self.rejected = rejected
