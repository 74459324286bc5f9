"""What the T3 tests share: tapes, a server with a scripted world, a source against it, facts that can be awaited."""

import asyncio
import contextlib
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cockpit.demo.t3.clock import ManualClock, RealClock
from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.server import Simulator
from cockpit.demo.t3.steps import Ask, Propose, Question, Say, Script, Use
from cockpit.demo.t3.versions import VERSIONS
from cockpit.demo.t3.world import World
from cockpit.model.facts import (
    Fact,
    ProjectGone,
    ProjectSeen,
    SourceChanged,
    SourceRead,
    TalkDropped,
    TalkRead,
    ThreadGone,
    ThreadSeen,
)
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.work import Project, Thread
from cockpit.runtimes.t3 import T3Source
from cockpit.runtimes.t3.confirm import Patience

TAPES = Path(__file__).parent.parent.parent / "tapes" / "t3"
START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MODEL = {"instanceId": "claudeAgent", "model": "claude-sonnet-4-5"}
PROJECT, ROOT = "proj-demo-0001", "/ws/demo"
SOON = 5.0
"""Seconds that a test waits for what must come; nothing waits for them to pass."""

APPROVAL = (Say("I will run it."), Use("Bash", {"command": "touch made.txt"}, asks=True, output="ok"), Say("Done."))
QUESTIONS = (
    Ask(
        (
            Question("Colour", "Which colour?", (("Red", "Warm"), ("Blue", "Cool"))),
            Question("Toppings", "Which toppings?", (("Cheese", "Dairy"), ("Basil", "Herb")), many=True),
        )
    ),
    Say("Thank you."),
)
PLAN = (Propose("# Demo plan\n\n1. Do this\n2. Do that\n"),)


def tape(name: str) -> dict[str, Any]:
    """One recording by its name without `.json`."""
    return json.loads((TAPES / f"{name}.json").read_text(encoding="utf-8"))


def body_of(name: str) -> Any:
    """The recorded response body."""
    return tape(name)["response"]["body"]


def tape_names() -> list[str]:
    return sorted(path.stem for path in TAPES.glob("*.json"))


class TestClock:
    """Aware UTC time that moves when told."""

    __test__ = False

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Facts:
    """Takes facts as a store would, and lets a test wait for what must become true."""

    def __init__(self) -> None:
        self.all: list[Fact] = []
        self.threads: dict[str, Thread] = {}
        self.projects: dict[str, Project] = {}
        self.states: list[SourceState] = []
        self.talks: dict[str, Talk] = {}
        self._changed = asyncio.Event()

    def __call__(self, fact: Fact) -> None:
        self.all.append(fact)
        match fact:
            case SourceChanged(state):
                self.states.append(state)
            case SourceRead(_, projects, threads):
                self.projects = {project.ref.native: project for project in projects}
                self.threads = {thread.ref.native: thread for thread in threads}
            case ThreadSeen(thread):
                self.threads[thread.ref.native] = thread
            case ThreadGone(ref):
                self.threads.pop(ref.native, None)
            case ProjectSeen(project):
                self.projects[project.ref.native] = project
            case ProjectGone(ref):
                self.projects.pop(ref.native, None)
            case TalkRead(talk):
                self.talks[talk.thread.native] = talk
            case TalkDropped(ref):
                self.talks.pop(ref.native, None)
        self._changed.set()

    @property
    def state(self) -> SourceState:
        return self.states[-1]

    def count(self, kind: type) -> int:
        return sum(isinstance(fact, kind) for fact in self.all)

    async def until(self, holds: Callable[[], Any], what: str = "") -> None:
        """Wait until `holds()`; it is looked at after each fact."""
        try:
            async with asyncio.timeout(SOON):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            last = self.all[-3:]
            raise AssertionError(f"never came about: {what or holds}; the last facts were {last}") from None


async def eventually(holds: Callable[[], Any], what: str = "") -> None:
    """Wait until `holds()` although no fact tells of it."""
    for _ in range(int(SOON / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never came about: {what or holds}")


def ids(prefix: str = "id") -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def make_source(url: str, token: str | None, *, name: str = "home", clock: Any = None, **more: Any) -> T3Source:
    async def provide() -> str | None:
        return token

    more.setdefault("poll_seconds", 0.05)
    more.setdefault("patience", Patience(seconds=3.0, pauses=(0.01,)))
    more.setdefault("timeout", 3.0)
    more["token"] = more.pop("provider", provide)
    more.setdefault("new_id", ids())
    return T3Source(name, url, clock=clock or (lambda: datetime.now(UTC)), random=Random(1), **more)


class Stage:
    """A server and its world. `speed` 0 stands still until `world.advance`; otherwise scripts live that much faster."""

    def __init__(self, *, version: str = "0.0.33", speed: float = 0, web_assets: bool = True) -> None:
        clock = RealClock() if speed else ManualClock(START)
        self.world = World(clock=clock, seed=7, version=VERSIONS[version], speed=speed or 1.0)
        self.server = Simulator(self.world, web_assets=web_assets)
        self.still = not speed
        self._number = 0
        self._sources: list[T3Source] = []

    async def __aenter__(self) -> "Stage":
        await self.server.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        for source in self._sources:
            await source.close()
        await self.server.stop()

    def source(self, token: str | None = "", **more: Any) -> T3Source:
        """A source against this server, in its time; closed with the stage."""
        clock = more.pop("clock", self.world.clock.now)
        made = make_source(self.server.url, self.server.token if token == "" else token, clock=clock, **more)
        self._sources.append(made)
        return made

    def do(self, kind: str, **fields: Any) -> int:
        """Dispatch a command past the network."""
        self._number += 1
        command = {"type": kind, "commandId": f"stage-{self._number}", "createdAt": self.world.now(), **fields}
        return dispatch(self.world, command, over_http=False)

    def project(self, project: str = PROJECT, root: str = ROOT, title: str = "Demo") -> None:
        if project not in self.world.projects:
            self.world.directories.add(root)
            self.do("project.create", projectId=project, title=title, workspaceRoot=root)

    def thread(self, thread: str = "t1", **fields: Any) -> Ref:
        self.project()
        wanted = {
            "projectId": PROJECT,
            "title": "First thread",
            "modelSelection": MODEL,
            "runtimeMode": "approval-required",
            "branch": None,
            "worktreePath": None,
        } | fields
        self.do("thread.create", threadId=thread, **wanted)
        return Ref("home", thread)

    def turn(self, thread: str, words: str, *steps: Any, seconds: float = 10) -> None:
        """A message, which the agent takes with those steps, or as it likes; then, in a world that stands still, time
        passes."""
        if steps:
            self.world.scripts.setdefault(thread, deque()).append(Script(_play(steps)))
        self._number += 1
        message = {"messageId": f"msg-{self._number}", "role": "user", "text": words, "attachments": []}
        modes = {"runtimeMode": "approval-required", "interactionMode": "default"}
        self.do("thread.turn.start", threadId=thread, message=message, **modes)
        if self.still:
            self.world.advance(seconds)

    def request(self, thread: str) -> str:
        """The id of the request that was made last."""
        rows = self.world.threads[thread].activities
        return next(row["payload"]["requestId"] for row in reversed(rows) if row["kind"].endswith(".requested"))

    @contextlib.asynccontextmanager
    async def running(self, source: T3Source, facts: Facts) -> AsyncIterator[None]:
        """The source runs for as long as the block lasts; a defect in it fails the test."""
        task = asyncio.create_task(source.run(facts))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _play(steps: Any) -> Iterator[Any]:
    # Not `yield from`: a tuple has nowhere to put what is sent in.
    for step in steps:  # noqa: UP028
        yield step
