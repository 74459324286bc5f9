"""The real Claude Code CLI in a terminal, with a scripted model on loopback: its request is answered from here.

It wants the CLI's native binary in $COCKPIT_CLAUDE (npm has it as @anthropic-ai/claude-code-linux-x64), and is skipped
without one. Home, settings and key are made up; nothing of the person's is read."""

import asyncio
import json
import os
import pty
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from claude_kit import Facts

from cockpit.core import commands as c
from cockpit.model.asks import Decision
from cockpit.model.work import Capability, Status
from cockpit.runtimes.claude.hooks.install import worker_settings
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.storage.ledger import SqliteLedger

CLI = os.environ.get("COCKPIT_CLAUDE", "")
pytestmark = pytest.mark.skipif(not CLI, reason="$COCKPIT_CLAUDE names no Claude Code CLI")
KEY = "made-up-key-for-this-test-0001"
CALL = {"type": "tool_use", "id": "toolu_live1", "name": "Bash", "input": {"command": "touch made-$RANDOM"}}


class Model(BaseHTTPRequestHandler):
    """Asks for one command, and is content with whatever came of it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._say(b"{}", "application/json")

    do_GET = do_HEAD

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = any("tool_result" in json.dumps(message["content"]) for message in body.get("messages", []))
        block: dict[str, Any] = CALL if body.get("tools") and not asked else {"type": "text", "text": "Fine."}
        message = {
            "id": f"msg_{os.urandom(6).hex()}", "type": "message", "role": "assistant", "model": body["model"],
            "content": [block], "stop_reason": "tool_use" if block is CALL else "end_turn", "stop_sequence": None,
            "usage": {"input_tokens": 5, "output_tokens": 5},
        }  # fmt: skip
        if not body.get("stream"):
            self._say(json.dumps(message).encode(), "application/json")
            return
        if block is CALL:
            start, delta = (
                block | {"input": {}},
                {"type": "input_json_delta", "partial_json": json.dumps(CALL["input"])},
            )
        else:
            start, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
        end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": message | {"content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": end, "usage": message["usage"]},
            {"type": "message_stop"},
        ]
        lines = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        self._say(lines.encode(), "text/event-stream")

    def _say(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def model() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def now() -> datetime:
    return datetime.now(UTC)


class Live:
    def __init__(self, root: Path, url: str) -> None:
        self.home, self.project, self.state = root / "home", root / "project", root / "state"
        for folder in (self.home / ".claude", self.project, self.state):
            folder.mkdir(parents=True)
        trust = {str(self.project): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}}
        account = {"hasCompletedOnboarding": True, "lastOnboardingVersion": "9.9.9", "theme": "dark", "projects": trust,
                   "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []}}  # fmt: skip
        (self.home / ".claude.json").write_text(json.dumps(account))
        self.ledger = SqliteLedger(self.state / "ledger.db", now)
        self.ledger.read()
        self.source = ClaudeSource(
            "claude", self.home / ".claude", clock=now, held=self.ledger.asks,
            who="ada",
        )  # fmt: skip
        settings = worker_settings(self.state, self.home / ".claude")
        quiet = ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING",
                 "DISABLE_AUTOUPDATER")  # fmt: skip
        env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "ANTHROPIC_API_KEY": KEY,
               "ANTHROPIC_BASE_URL": url, **dict.fromkeys(quiet, "1")}  # fmt: skip
        ours, theirs = pty.openpty()
        self.cli = subprocess.Popen(
            [CLI, "--permission-mode", "default", "--settings", str(settings), "Go ahead"],
            cwd=self.project, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self._screen = ours
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):
            while os.read(self._screen, 65536):
                pass

    async def hear(self) -> None:
        """As the supervisor does."""
        async for _ in self.ledger.stirs():
            self.source.ledger_moved()

    def close(self) -> None:
        self.cli.terminate()
        self.cli.wait(20)
        self._reader.join()
        os.close(self._screen)
        self.ledger.close()


@pytest.fixture
async def live(tmp_path: Path, model: str, facts: Facts) -> AsyncIterator[Live]:
    live = Live(tmp_path, model)
    tasks = [asyncio.create_task(live.source.run(facts)), asyncio.create_task(live.hear())]
    yield live
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await live.source.close()
    await asyncio.to_thread(live.close)


async def test_a_request_is_approved_from_here(live: Live, facts: Facts) -> None:
    command = await _asked(facts, Decision.ACCEPT)
    outcome = await live.source.decide(command, "intent")
    assert outcome.text == "Approved: Bash: touch made-$RANDOM"
    await facts.until(lambda: _row(facts).status is Status.IDLE, "the turn's end", 30)
    assert list(live.project.glob("made-*"))


async def test_a_request_is_declined_with_a_message(live: Live, facts: Facts) -> None:
    command = await _asked(facts, Decision.DECLINE, message="Not here, please.")
    await live.source.decide(command, "intent")
    await facts.until(lambda: _row(facts).status is Status.IDLE, "the turn's end", 30)
    assert not list(live.project.glob("made-*"))
    (transcript,) = (live.home / ".claude" / "projects").rglob("*.jsonl")
    assert "Not here, please." in transcript.read_text()


def _row(facts: Facts) -> Any:
    return next(iter(facts.threads.values()))


async def _asked(facts: Facts, decision: Decision, message: str = "") -> c.Decide:
    await facts.until(lambda: facts.threads and _row(facts).can(Capability.APPROVE), "the request", 40)
    row = _row(facts)
    return c.Decide(row.ref, row.asks[0].id, decision, message=message)
