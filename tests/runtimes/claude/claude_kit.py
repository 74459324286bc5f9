"""Hands for the Claude tests: recorded homes played into a folder, processes that live as told, a source over both."""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cockpit.model.facts import (
    Fact,
    ProjectGone,
    ProjectSeen,
    SourceChanged,
    SourceRead,
    TalkRead,
    TeamGone,
    TeamSeen,
    ThreadGone,
    ThreadSeen,
)
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.teams import Team
from cockpit.model.work import Thread
from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.reader import Reader
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.runtimes.claude.usage import Price

TAPES = Path(__file__).parents[2] / "tapes" / "claude"
VERSIONS = sorted(path.name for path in TAPES.iterdir() if path.is_dir())
PRICES = {"claude-opus-5-5": Price(4, 20, 0.2, 5), "claude-haiku-5-5": Price(0.1, 0.5, 0.01, 0.125)}
"""What the fake server's CLI reckoned with."""


class Fake(Processes):
    """Processes that live until they are told not to. `mates`: agent id → pid."""

    def __init__(self, mates: dict[str, int] | None = None) -> None:
        self.known = True
        self.dead: set[int] = set()
        self.mates = mates or {}
        self.terminals: dict[int, tuple[str, str]] = {}
        self.unseen = False

    def alive(self, pid: int, start: str | None, domain: str = "") -> bool | None:
        return None if self.unseen else pid not in self.dead

    def start(self, pid: int) -> str | None:
        return None if pid in self.dead else "1"

    def descriptor(self, pid: int) -> int | None:
        return None

    def agent(self, pid: int) -> str | None:
        return next((agent for agent, own in self.mates.items() if own == pid), None)

    def agents(self) -> dict[str, int]:
        return {agent: pid for agent, pid in self.mates.items() if pid not in self.dead}

    def terminal(self, pid: int) -> tuple[str, str] | None:
        return self.terminals.get(pid)

    def tmux_folder(self, pid: int) -> str:
        return "/tmp/tmux-1000"


class Replay:
    """A recorded home played into `root` up to a moment, and a reader over it whose clock stands there."""

    def __init__(self, version: str, root: Path, processes: Processes | None = None) -> None:
        self.tape = TAPES / version
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True)
        self.writes = [json.loads(row) for row in (self.tape / "writes.jsonl").read_text().splitlines()]
        self.at = 0.0
        self._ticks = 0.0
        self._next = 0
        self._lines = self._transcripts()
        self._written: dict[Path, int] = {}
        self.processes = processes or Fake()
        self.reader = Reader(
            "claude", root, now=self.now, prices=PRICES, processes=self.processes, recent=timedelta(hours=24),
            monotonic=self._monotonic,
        )  # fmt: skip

    def _monotonic(self) -> float:
        """Each look comes later than any doubt lasts, but sooner than a trouble begins."""
        self._ticks += 0.05
        return self._ticks

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def _transcripts(self) -> dict[Path, list[tuple[float, str]]]:
        """Each recorded line with the time of the newest stamp at or before it."""
        found = {}
        for path in sorted((self.tape / "final" / "projects").rglob("*.jsonl")):
            rows, at = [], 0.0
            for line in path.read_text().splitlines():
                stamp = json.loads(line).get("timestamp")
                at = max(at, datetime.fromisoformat(stamp).timestamp()) if stamp else at
                rows.append((at, line))
            first = next((time for time, _ in rows if time), 0.0)
            found[path.relative_to(self.tape / "final")] = [(time or first, line) for time, line in rows]
        return found

    def step(self) -> list[Path]:
        """Play the next write and what the transcripts had by then; returns the touched paths."""
        row = self.writes[self._next]
        self._next += 1
        return [self._write(row), *self._grow(row["at"])]

    def until(self, at: float) -> list[Path]:
        touched = []
        while self._next < len(self.writes) and self.writes[self._next]["at"] <= at:
            touched += self.step()
        return touched + self._grow(at)

    @property
    def done(self) -> bool:
        return self._next >= len(self.writes)

    def _write(self, row: dict[str, Any]) -> Path:
        path = self.root / row["path"]
        if row["event"] == "REMOVED":
            remove(path)
        elif ".deleted-" not in row["path"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["text"])
        return path

    def _grow(self, at: float) -> list[Path]:
        self.at = max(self.at, at)
        touched = []
        for name, rows in self._lines.items():
            path, count = self.root / name, self._written.get(Path(name), 0)
            fresh = [line for time, line in rows[count:] if time <= at]
            if fresh:
                path.parent.mkdir(parents=True, exist_ok=True)
                meta = self.tape / "final" / name.with_suffix(".meta.json")
                if meta.exists():
                    told = json.loads(meta.read_text()) | {"finished": False}
                    (self.root / name.with_suffix(".meta.json")).write_text(json.dumps(told))
                with path.open("a") as file:
                    file.write("".join(line + "\n" for line in fresh))
                self._written[Path(name)] = count + len(fresh)
                touched.append(path)
        return touched

    def take_letters(self) -> None:
        """Inboxes as they are a second later: read and emptied."""
        for path in self.root.glob("teams/*/inboxes/*.json"):
            path.write_text("[]")

    # What the cockpit makes of it

    def read(self) -> SourceRead:
        self.reader.whole()
        self.reader.check()
        return self.reader.whole()

    def rows(self) -> dict[str, Thread]:
        return {row.title if row.ref.native.count("@") else "lead": row for row in self.read().threads}

    def team(self) -> Team:
        (team,) = self.read().teams
        return team


def remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            remove(inner)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


class Facts:
    """Takes facts as the store would, and lets a test wait for what it expects."""

    def __init__(self) -> None:
        self.all: list[Fact] = []
        self.threads: dict[str, Thread] = {}
        self.teams: dict[str, Team] = {}
        self.projects: set[Ref] = set()
        self.talk: Talk | None = None
        self.state: SourceState | None = None
        self._news = asyncio.Event()

    def __call__(self, fact: Fact) -> None:
        self.all.append(fact)
        match fact:
            case SourceChanged(state):
                self.state = state
            case SourceRead():
                self.threads = {row.ref.native: row for row in fact.threads}
                self.teams = {team.ref.native: team for team in fact.teams}
            case ThreadSeen(thread):
                self.threads[thread.ref.native] = thread
            case ThreadGone(ref):
                del self.threads[ref.native]
            case TeamSeen(team):
                self.teams[team.ref.native] = team
            case TeamGone(ref):
                del self.teams[ref.native]
            case ProjectSeen(project):
                self.projects.add(project.ref)
            case ProjectGone(ref):
                self.projects.discard(ref)
            case TalkRead(talk):
                self.talk = talk
        self._news.set()

    async def until(self, true: Callable[[], Any], what: str = "", seconds: float = 10.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"never came: {what}; threads {self.threads}, state {self.state}") from None


def source(root: Path, processes: Processes | None = None, **options: Any) -> ClaudeSource:
    return ClaudeSource(
        "claude", root, clock=lambda: datetime.now(UTC), prices=PRICES, processes=processes or Fake(), **options
    )


SOLO = "636d9785-84c0-44a0-9814-779c669ccdb6"
TEAM = "session-636d9785"


def stamp(seconds: float = 0) -> str:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class House:
    """A Claude home that the test writes as the CLI would: in place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pid = 7494
        self.transcript = root / "projects" / "-home-dev-demo" / f"{SOLO}.jsonl"

    def json(self, name: str, value: object) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
        return path

    def session(
        self, status: str, waiting_for: str | None = None, *, pid: int | None = None, id: str = SOLO, start: str = "1"
    ) -> Path:
        pid = pid or self.pid
        told = {"pid": pid, "sessionId": id, "cwd": "/home/dev/demo", "procStart": start, "version": "2.1.329",
                "status": status, "statusUpdatedAt": int(datetime.now(UTC).timestamp() * 1000),
                "startedAt": 1795229676386}  # fmt: skip
        return self.json(f"sessions/{pid}.json", told | ({"waitingFor": waiting_for} if waiting_for else {}))

    def line(self, kind: str, content: object, **more: object) -> None:
        message = {"role": kind, "content": content}
        if kind == "assistant":
            message |= {"id": f"msg_{os.urandom(4).hex()}", "model": "claude-opus-5-5", "stop_reason": "end_turn",
                        "usage": {"input_tokens": 10, "output_tokens": 1}}  # fmt: skip
        record = {"type": kind, "uuid": os.urandom(8).hex(), "timestamp": stamp(), "sessionId": SOLO,
                  "cwd": "/home/dev/demo", "isSidechain": False, "message": message} | more  # fmt: skip
        self.transcript.parent.mkdir(parents=True, exist_ok=True)
        with self.transcript.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def team(self, *names: str) -> Path:
        members = [
            {"agentId": f"team-lead@{TEAM}", "name": "team-lead", "agentType": "team-lead", "cwd": "/home/dev/demo"}
        ]
        members += [{"agentId": f"{name}@{TEAM}", "name": name, "tmuxPaneId": "in-process", "backendType": "in-process"}
                    for name in names]  # fmt: skip
        return self.json(f"teams/{TEAM}/config.json", {"name": TEAM, "leadSessionId": SOLO, "members": members})
