"""How soon a request that Claude Code's hook brings is on the screen, while everything is at rest.

It runs the hook's own program by the command that stands in Claude's settings; no Claude is started."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from cockpit.runtimes.claude.hooks.install import ours, place_program
from cockpit.storage.ledger import SqliteLedger
from tests.bench.claude import home
from tests.bench.place import COCKPIT, Place
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

_LIBRARIES = "import json, os, re, signal, sys, time, sqlite3"


def hook(place: Place, quick: bool) -> Iterator[Figure]:
    times = 5 if quick else 40
    state = Path(place.env["XDG_STATE_HOME"]) / "cockpit"
    state.mkdir(parents=True)
    place_program(state)
    command = ours(state).hooks()["PermissionRequest"]["hooks"][0]["command"]
    python = os.path.realpath(sys.executable)
    floor = [_run([python, "-I", "-S", "-c", _LIBRARIES]) for _ in range(times + 1)]
    least = Figure("floor: Python importing what the hook imports", "", "ms", floor[1:])
    yield least
    silent = [_run(["/bin/sh", "-c", command]) for _ in range(times)]
    yield Figure("the hook, with no cockpit to tell", "≤ 60 ms", "ms", silent, least.median)
    with home(place, sessions=12, each=400_000) as claude:
        SqliteLedger(state / "ledger.db").read()
        with Terminal([COCKPIT], place.env) as terminal:
            terminal.wait_for("Session number 1")
            terminal.settle(3.0)
            shown = list(_requests(terminal, claude, command, times))
    yield Figure("hook fired → row says that it needs you", "≤ 200 ms", "ms", shown, least.median)


def _requests(terminal: Terminal, claude: Path, command: str, times: int) -> Iterator[float]:
    transcripts = sorted(claude.glob("projects/*/*.jsonl"))
    for number in range(times):
        path = transcripts[number % 12]
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": f"make {number}"}}
        with path.open("a") as file:
            file.write(json.dumps({"type": "assistant", "message": {"content": [call]}}) + "\n")
        told = {"hook_event_name": "PermissionRequest", "session_id": path.stem, "transcript_path": str(path),
                "cwd": "/home/dev/demo", "tool_name": "Bash", "tool_input": call["input"]}  # fmt: skip
        terminal.settle(0.6)
        terminal.forget()
        begin = monotonic()
        child = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert child.stdin is not None
        child.stdin.write(json.dumps(told).encode())
        child.stdin.close()
        yield 1000 * (terminal.wait_for("approval") - begin)
        terminal.forget()
        child.terminate()
        child.wait()
        terminal.wait_for("0 need you")


def _run(command: list[str]) -> float:
    begin = monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return 1000 * (monotonic() - begin)
