"""Finding the local server: what the note says, whether its writer lives, and what is told when there is none."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from t3_kit import Facts, Stage, ids

from cockpit.model.errors import SourceError
from cockpit.model.health import Health
from cockpit.runtimes.t3 import LocalT3
from cockpit.runtimes.t3.discover import discover, locate, note_path


def note(home: Path, **fields: Any) -> Path:
    path = note_path({}, home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": 1, "pid": os.getpid(), "host": "127.0.0.1", "port": 3773} | fields))
    return path


def local(home: Path, token: str | None, asked: list[str] | None = None, **more: Any) -> LocalT3:
    async def provide(url: str) -> str | None:
        if asked is not None:
            asked.append(url)
        return token

    return LocalT3(
        "local",
        token=provide,
        clock=lambda: datetime.now(UTC),
        random=Random(1),
        new_id=ids(),
        env={},
        home=home,
        **more,
    )


def test_no_note_is_no_server(tmp_path: Path) -> None:
    found = locate({}, tmp_path)
    assert found.url is None
    assert found.reason == "No T3 server runs here."
    assert found.tried == (f"{tmp_path / '.t3/userdata/server-runtime.json'}: not there",)
    assert "t3 serve" in found.fix


def test_the_note_is_looked_for_where_the_server_was_told_to_live(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path = elsewhere / "userdata" / "server-runtime.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": os.getpid(), "port": 4000}))
    assert locate({"T3CODE_HOME": str(elsewhere)}, tmp_path).url == "http://127.0.0.1:4000"


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({}, "http://127.0.0.1:3773"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:3773"),
        ({"host": "::"}, "http://[::1]:3773"),
        ({"host": None}, "http://127.0.0.1:3773"),
        ({"host": "localhost", "port": 99, "origin": "https://localhost:99"}, "https://localhost:99"),
    ],
)
def test_a_live_note_names_the_server(tmp_path: Path, fields: dict[str, Any], url: str) -> None:
    note(tmp_path, **fields)
    assert locate({}, tmp_path).url == url


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pid": 1}', '{"port": 3773}', '{"pid": 1, "port": 70000}', "[" * 9999]
)
def test_a_broken_note_is_told_not_followed(tmp_path: Path, text: str) -> None:
    note(tmp_path).write_text(text)
    found = locate({}, tmp_path)
    assert found.url is None
    assert found.tried
    assert found.fix


def test_a_note_whose_writer_is_gone_is_not_believed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    note(tmp_path, pid=gone.pid)
    found = locate({}, tmp_path)
    assert found.url is None
    assert "is gone" in found.reason
    assert f"process {gone.pid} is gone" in found.tried[0]


async def test_a_port_that_does_not_answer_is_said(stage: Stage, tmp_path: Path) -> None:
    note(tmp_path, port=stage.server.port)
    assert (await discover({}, tmp_path)).url == stage.server.url
    await stage.server.stop()
    found = await discover({}, tmp_path)
    assert found.url is None
    assert "does not answer" in found.reason


async def test_the_local_source_is_absent_until_there_is_a_server(stage: Stage, facts: Facts, tmp_path: Path) -> None:
    stage.thread()
    asked: list[str] = []
    source = local(tmp_path, stage.server.token, asked, poll_seconds=0.02)
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.health is Health.ABSENT)
        assert facts.state.reason == "No T3 server runs here."
        assert facts.state.tried
        assert asked == []
        note(tmp_path, port=stage.server.port)
        await facts.until(lambda: "t1" in facts.threads)
        assert facts.state.health is Health.UP
        assert set(asked) == {stage.server.url}
        # Other sources on this machine know the same places by their paths.
        assert {project.key for project in facts.projects.values()} == {
            f"here:{project.path}" for project in facts.projects.values()
        }
    await source.close()


async def test_the_local_source_follows_a_server_that_moved(stage: Stage, facts: Facts, tmp_path: Path) -> None:
    stage.thread()
    note(tmp_path, port=stage.server.port)
    source = local(tmp_path, stage.server.token, poll_seconds=0.02)
    async with stage.running(source, facts):
        await facts.until(lambda: "t1" in facts.threads)
        await stage.server.stop()
        await facts.until(lambda: facts.state.health is Health.LATE)
        await stage.server.start()
        note(tmp_path, port=stage.server.port)
        await facts.until(lambda: facts.state.health is Health.UP)
    await source.close()


async def test_an_order_without_a_server_says_what_is_missing(tmp_path: Path) -> None:
    from cockpit.core import commands as c
    from cockpit.model.ids import Ref

    source = local(tmp_path, None)
    with pytest.raises(SourceError, match="No T3 server runs here"):
        await source.send(c.Send(Ref("local", "t1"), "hello"), "intent")
    await source.close()


def test_importing_the_source_brings_no_network_library() -> None:
    code = (
        "import sys, cockpit.runtimes.t3; print(*[m for m in ('httpx', 'websockets', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_reading_once_does_not_bring_in_the_socket_library() -> None:
    code = """
import asyncio, sys
from datetime import UTC, datetime
from random import Random
from cockpit.runtimes.t3 import T3Source
async def token(): return None
async def main():
    now = lambda: datetime.now(UTC)
    source = T3Source("x", "http://127.0.0.1:9", token=token, clock=now, random=Random(), new_id=str)
    await source.read(lambda fact: None)
    await source.close()
asyncio.run(main())
print(*[m for m in ('httpx', 'websockets', 'pydantic') if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["httpx"]
