"""The hook's own program and cockpits that hear of it by the ledger alone: at once, however many, wherever it lies."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hook_kit import SESSION, State, ended, now, wait_for

from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.model.ids import Ref
from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.storage.ledger import SqliteLedger

ROW = Ref("claude", SESSION)
_WATCH = "from cockpit.cli import cockpit; cockpit()"
_LONG = Path(*(["a-directory-with-a-long-name"] * 5))
"""No socket's name is as long as that."""


@pytest.fixture(params=["here", "far down"])
def state(tmp_path: Path, request: pytest.FixtureRequest) -> State:
    state = State(tmp_path / (_LONG if request.param == "far down" else "near"))
    state.line({
        "type": "user", "uuid": "1", "sessionId": SESSION, "cwd": "/home/dev/demo", "version": "2.1.329",
        "timestamp": now().isoformat(), "message": {"role": "user", "content": "Build it"},
    })  # fmt: skip
    state.called()
    told = {"pid": os.getpid(), "sessionId": SESSION, "cwd": "/home/dev/demo", "status": "busy", "version": "2.1.329",
            "procStart": Processes().start(os.getpid()), "statusUpdatedAt": 1}  # fmt: skip
    (state.home / "sessions").mkdir()
    (state.home / "sessions" / f"{os.getpid()}.json").write_text(json.dumps(told))
    return state


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_a_request_comes_to_the_row_and_goes_with_its_hook(state: State, end: signal.Signals) -> None:
    """Nothing is looked at in any rhythm here: the ledger tells of the hook, and the kernel of one that was killed."""
    store, ledger = Store(now), SqliteLedger(state.dir / "ledger.db", now)
    source = ClaudeSource("claude", state.home, clock=now, held=ledger.asks, process_seconds=3600.0)
    keeper = Supervisor(store, {"claude": source}, ledger, clock=now)
    news = asyncio.Event()
    store.listen(news.set)

    async def shows(asks: list[str]) -> None:
        async with asyncio.timeout(8):  # sooner than the ledger would be looked at anyway
            while (row := store.fleet.thread(ROW)) is None or [ask.id for ask in row.asks if ask.expires_at] != asks:
                news.clear()
                await news.wait()

    keeper.start()
    await shows([])
    child = await asyncio.to_thread(state.start, state.payload())
    await shows(["toolu_1"])
    child.send_signal(end)
    await shows([])
    await asyncio.to_thread(child.communicate)
    await keeper.stop()
    ledger.close()


class Cockpit:
    """One that tells each change as a line, in a process of its own."""

    def __init__(self, state: State) -> None:
        config = state.dir / "config.toml"
        config.write_text("[panes]\ndiscover = false\n")
        (state.dir.parent / "cockpit").symlink_to(state.dir) if not (state.dir.parent / "cockpit").exists() else None
        env = {**os.environ, "XDG_STATE_HOME": str(state.dir.parent), "CLAUDE_CONFIG_DIR": str(state.home),
               "COCKPIT_CONFIG": str(config), "HOME": str(state.dir.parent)}  # fmt: skip
        self.file = state.dir / f"told-{id(self)}"
        with self.file.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _WATCH, "watch", "--json"], env=env, stdin=subprocess.DEVNULL, stdout=out
            )

    def told(self) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]
        threads = [thread for row in rows for thread in row.get("threads", [row.get("thread")]) if thread]
        return [thread for thread in threads if thread["id"] == str(ROW)]

    def asked(self, ask: str) -> bool:
        return any(each["id"] == ask for row in self.told() for each in row["asks"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def cockpits(state: State) -> Iterator[list[Cockpit]]:
    made = [Cockpit(state), Cockpit(state)]
    yield made
    for cockpit in made:
        cockpit.kill()


def test_every_cockpit_hears_it_and_one_that_was_killed_is_in_nobodys_way(
    state: State, cockpits: list[Cockpit]
) -> None:
    one, other = cockpits
    for cockpit in cockpits:
        wait_for(cockpit.told, "the session", 20)
    first = state.start(state.payload())
    for cockpit in cockpits:
        wait_for(lambda: cockpit.asked("toolu_1"), "the request")  # noqa: B023
    one.kill()
    state.called("toolu_2", command="make all")
    second = state.start(state.payload(tool_input={"command": "make all"}))
    wait_for(lambda: other.asked("toolu_2"), "the next request")
    for id, child in (("toolu_1", first), ("toolu_2", second)):
        assert state.ledger.asks.answer(id, {"decision": "deny", "message": "no"}, "ada", now())
        assert json.loads(ended(child))["hookSpecificOutput"]["decision"]["behavior"] == "deny"
