"""A stage for the simulator: a world that stands still, a server, and the tapes of the real one to hold it to."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.demo.t3.clock import ManualClock
from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.server import Simulator, simulator
from cockpit.demo.t3.steps import Script
from cockpit.demo.t3.versions import VERSIONS
from cockpit.demo.t3.world import World

TAPES = Path(__file__).parent.parent / "tapes" / "t3"
START = datetime(2026, 11, 21, 2, 42, 30, 872000, tzinfo=UTC)
PROJECT = "proj-demo-0001"
ROOT = "/ws/demo"
MODEL = {"instanceId": "claudeAgent", "model": "claude-sonnet-4-5"}

# What a recorder or a connection adds, and what differs from run to run.
_NOT_COMPARED = {"connection", "content-length", "date", "transfer-encoding"}
_LITERAL = {"_tag", "code", "reason", "requiredScope", "tone", "kind", "summary", "status", "role", "state", "itemType"}


def read_tape(name: str) -> dict[str, Any]:
    """One recording by its file name."""
    return json.loads((TAPES / name).read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """What of a JSON value must be the same in every run: keys, types, and the words that carry meaning."""
    if isinstance(value, dict):
        return {key: item if key in _LITERAL else shape(item) for key, item in value.items()}
    if isinstance(value, list):
        shapes = {json.dumps(shape(item), sort_keys=True) for item in value}
        return sorted(shapes)
    return type(value).__name__


class Stage:
    """A server and its world, with short ways to bring it into the state that a tape was recorded in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.server: Simulator
        self.http: httpx.AsyncClient
        self._number = 0

    async def __aenter__(self) -> "Stage":
        self._stack = AsyncExitStack()
        self.server = await self._stack.enter_async_context(simulator(self.world))
        headers = {"accept-encoding": "identity", "authorization": f"Bearer {self.server.token}"}
        self.http = await self._stack.enter_async_context(
            httpx.AsyncClient(base_url=self.server.url, headers=headers, timeout=5, verify=False)
        )
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.aclose()

    # telling the world

    def do(self, kind: str, **fields: Any) -> int:
        """Dispatch a command past the network, under a fresh commandId."""
        self._number += 1
        data = {"type": kind, "commandId": f"stage-{self._number}", "createdAt": self.world.now(), **fields}
        return dispatch(self.world, data, over_http=False)

    def project(self, project_id: str = PROJECT, root: str = ROOT) -> None:
        """Make a project, once."""
        if project_id not in self.world.projects:
            self.world.directories.add(root)
            self.do("project.create", projectId=project_id, title="Demo", workspaceRoot=root)

    def thread(self, thread_id: str, **fields: Any) -> None:
        """Make a thread in the project, which is made as well if need be."""
        if "projectId" not in fields:
            self.project()
        fields = {
            "projectId": PROJECT,
            "title": "First thread",
            "modelSelection": MODEL,
            "runtimeMode": "approval-required",
            "branch": None,
            "worktreePath": None,
        } | fields
        self.do("thread.create", threadId=thread_id, **fields)

    def turn(self, thread_id: str, text: str, *steps: Any, seconds: float = 10, **fields: Any) -> None:
        """Send a message, which the agent takes with those steps, or as it likes; then let time pass."""
        if steps:
            self.world.scripts.setdefault(thread_id, deque()).append(Script(_play(steps)))
        self._number += 1
        message = {"messageId": f"msg-{self._number}", "role": "user", "text": text, "attachments": []}
        modes = {"runtimeMode": "approval-required", "interactionMode": "default"}
        self.do("thread.turn.start", threadId=thread_id, message=message, **modes, **fields)
        self.world.advance(seconds)

    def request(self, thread_id: str, kind: str = "approval.requested") -> str:
        """The id of the request that was made last in a thread."""
        activities = self.world.threads[thread_id].activities
        return next(row["payload"]["requestId"] for row in reversed(activities) if row["kind"] == kind)

    def row(self, thread_id: str) -> dict[str, Any]:
        """A thread as the shell lists it now."""
        from cockpit.demo.t3.views import shell_row

        return shell_row(self.world, self.world.threads[thread_id])

    # asking the server

    async def dispatch(self, kind: str, **fields: Any) -> httpx.Response:
        """Dispatch a command over HTTP, under a fresh commandId unless one is given."""
        self._number += 1
        data = {"type": kind, "commandId": f"http-{self._number}", "createdAt": self.world.now(), **fields}
        return await self.http.post("/api/orchestration/dispatch", json=data)

    async def replay(
        self, tape: dict[str, Any], *, token: str | None = "", change: Callable[[str], str] = str
    ) -> httpx.Response:
        """Send a recorded request: its method, path, content type and body, with our credentials for the redacted."""
        request = tape["request"]
        headers = {name.lower(): value for name, value in request["headers"].items()}
        if "authorization" in headers:
            headers["authorization"] = f"Bearer {token or self.server.token}"
        elif "authorization" not in headers:
            headers["authorization"] = ""
        body = request["body"]
        content: bytes | None = None
        if body is not None and "form" in headers.get("content-type", ""):
            content = str(httpx.QueryParams({key: change(value) for key, value in body.items()})).encode()
        elif body is not None:
            content = (body if isinstance(body, str) else change(json.dumps(body))).encode()
        return await self.http.request(request["method"], change(request["path"]), headers=headers, content=content)

    def compare(self, tape: dict[str, Any], response: httpx.Response, *, body: bool = True) -> None:
        """Hold an answer to the recorded one: status, headers, and the shape of the body."""
        recorded = tape["response"]
        assert response.status_code == recorded["status"]
        expected = {name.lower(): value for name, value in recorded["headers"].items()}
        actual = dict(response.headers)
        assert ("transfer-encoding" in actual) == ("transfer-encoding" in expected)
        for names in (expected, actual):
            for name in _NOT_COMPARED:
                names.pop(name, None)
        assert actual == expected
        if not body:
            return
        if isinstance(recorded["body"], str):
            assert response.text == recorded["body"]
        else:
            assert shape(response.json()) == shape(recorded["body"])


def _play(steps: Any) -> Any:
    # Not `yield from`: a tuple has nowhere to put what is sent in.
    for step in steps:  # noqa: UP028
        yield step


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A stage with an empty world; its version is the fixture's parameter, or 0.0.33."""
    version = VERSIONS[getattr(request, "param", "0.0.33")]
    async with Stage(World(clock=ManualClock(START), seed=7, version=version)) as new:
        yield new


@pytest.fixture
async def old(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A stage with a server of version 0.0.28 without web assets, as it was recorded."""
    async with Stage(World(clock=ManualClock(START), seed=7, version=VERSIONS["0.0.28"])) as new:
        new.server.http.web_assets = False
        yield new


@pytest.fixture
def tape() -> Callable[[str], dict[str, Any]]:
    """Reads a recording by its file name."""
    return read_tape


@pytest.fixture
def shape_of() -> Callable[[Any], Any]:
    """What of a JSON value must be the same in every run."""
    return shape
