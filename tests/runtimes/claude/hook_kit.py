"""Hands for the hook's tests: a state directory with a ledger, the program as Claude Code runs it, a fake Claude."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.model.asks import HeldAsk
from cockpit.runtimes.claude.hooks.install import place_program
from cockpit.storage.ledger import SqliteLedger

SESSION = "636d9785-84c0-44a0-9814-779c669ccdb6"


def now() -> datetime:
    return datetime.now(UTC)


def wait_for(true: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, f"never came: {what}"
        time.sleep(0.01)
    return found


class State:
    """A cockpit's state directory and a Claude home. The hook's `CLAUDE_PID` is this very process."""

    def __init__(self, root: Path, *, ledger: bool = True) -> None:
        self.dir = root / "state"
        self.home = root / "claude"
        self.dir.mkdir(parents=True)
        self.program = place_program(self.dir)
        self.ledger = SqliteLedger(self.dir / "ledger.db", now)
        if ledger:
            self.ledger.read()
        self.transcript = self.home / "projects" / "-demo" / f"{SESSION}.jsonl"
        self.transcript.parent.mkdir(parents=True)
        self.transcript.touch()

    def payload(self, **more: object) -> dict[str, Any]:
        told = {
            "session_id": SESSION, "transcript_path": str(self.transcript), "cwd": "/home/dev/demo",
            "permission_mode": "default", "hook_event_name": "PermissionRequest", "tool_name": "Bash",
            "tool_input": {"command": "make"}, "permission_suggestions": [],
        }  # fmt: skip
        return told | more

    def called(self, id: str = "toolu_1", tool: str = "Bash", **given: object) -> None:
        block = {"type": "tool_use", "id": id, "name": tool, "input": given or {"command": "make"}}
        self.line({"type": "assistant", "message": {"content": [block]}})

    def result(self, id: str = "toolu_1", source: str = "user_temporary") -> None:
        block = {"type": "tool_result", "tool_use_id": id, "content": "done"}
        self.line({"type": "user", "message": {"content": [block]}, "permissionDecision": {"source": source}})

    def line(self, record: object) -> None:
        with self.transcript.open("a") as file:
            file.write(json.dumps(record, separators=(",", ":")) + "\n")

    def session(self, status: str, at: int = 1) -> None:
        path = self.home / "sessions" / f"{os.getpid()}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"pid": os.getpid(), "status": status, "statusUpdatedAt": at}))

    def start(self, payload: object, *, wait: float = 20, hold: float = 20, cli: int = 0) -> subprocess.Popen[str]:
        """The program as Claude Code runs it, with what it must never write down in its environment."""
        env = {
            "CLAUDE_PID": str(cli or os.getpid()),
            "CLAUDE_CODE_MESSAGING_TOKEN": "sesame",
            "PATH": os.environ["PATH"],
        }
        argv = [os.path.realpath(sys.executable), "-I", "-S", str(self.program), "ask", str(wait), str(hold)]
        with tempfile.TemporaryFile("w+") as told:
            told.write(payload if isinstance(payload, str) else json.dumps(payload))
            told.seek(0)
            child = subprocess.Popen(
                argv, stdin=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
            )  # fmt: skip
        return child

    def run(self, payload: object, **more: float) -> str:
        """What it prints; it must end well and say nothing on the side."""
        return ended(self.start(payload, **more))

    def waiting(self) -> HeldAsk:
        return wait_for(lambda: self.ledger.asks.waiting(now()), "an ask")[0]  # type: ignore[no-any-return]

    def none_waits(self) -> bool:
        return not self.ledger.asks.waiting(now())


def ended(child: subprocess.Popen[str]) -> str:
    said, trouble = child.communicate(timeout=30)
    assert (child.returncode, trouble) == (0, "")
    return said
