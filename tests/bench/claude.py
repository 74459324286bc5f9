"""What Claude Code's own files cost: an ordinary home, one of 200 sessions and a gigabyte, one transcript of 100 MB.

The homes are generated, in the layout of 2.1.329; nobody's own is read."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from cockpit.model.ids import Ref
from cockpit.runtimes.claude.source import ClaudeSource
from tests.bench.place import COCKPIT, Place
from tests.bench.starting import _run
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

_LINE = 5_000
"""Characters of text in a line: real ones reach 150,000."""


def claude(place: Place, quick: bool) -> Iterator[Figure]:
    times = 3 if quick else 10
    with home(place, sessions=12, each=400_000):
        yield from _figures(place, "12 live sessions of 0.4 MB", times, "≤ 0.25 s", "≤ 0.45 s", "≤ 0.5 %")
    with home(place, sessions=200, each=500_000 if quick else 5_000_000):
        what = "200 sessions, 12 alive, 1 GB" if not quick else "200 sessions, 12 alive, 0.1 GB"
        yield from _figures(place, what, times, "", "", "≤ 1 %")
    yield from _long(place, 10_000_000 if quick else 100_000_000, times)


def _figures(place: Place, what: str, times: int, told: str, listed: str, idle: str) -> Iterator[Figure]:
    snapshots = [_run(place, [COCKPIT, "snapshot", "--format", "json"]) for _ in range(times + 1)][1:]
    yield Figure(f"Claude, {what}: `snapshot --format json`", told, "s", snapshots)
    starts, memory = [], []
    for _ in range(times + 1):
        with Terminal([COCKPIT], place.env) as terminal:
            starts.append(terminal.start_to("Session number 1"))
    yield Figure(f"Claude, {what}: start → list drawn", listed, "s", starts[1:])
    with Terminal([COCKPIT], place.env) as terminal:
        terminal.wait_for("Session number 1")
        terminal.settle(3.0)
        whole = monotonic()
        while terminal.rest(1.0).cpu > 5 and monotonic() - whole < 120:
            pass
        yield Figure(f"Claude, {what}: then until every sum is whole", "", "s", [monotonic() - terminal.started])
        rests = [terminal.rest(5) for _ in range(3)]
        memory.append(terminal.memory())
    yield Figure(f"Claude, {what}: idle CPU", idle, "%", [each.cpu for each in rests])
    yield Figure(f"Claude, {what}: bytes to the terminal at rest", "0", "", [each.written for each in rests])
    yield Figure(f"Claude, {what}: memory", "", "MB", memory)


def _long(place: Place, size: int, times: int) -> Iterator[Figure]:
    with home(place, sessions=1, each=size) as made:
        (path,) = made.glob("projects/*/*.jsonl")
        opened, appended = asyncio.run(_talk(made, path, times))
    what = f"a transcript of {size / 1e6:.0f} MB"
    yield Figure(f"Claude, {what}: open its conversation", "≤ 200 ms", "ms", opened)
    yield Figure(f"Claude, {what}: line appended → entry", "≤ 50 ms", "ms", appended)


async def _talk(root: Path, path: Path, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from asking for a conversation to its newest page, and from a line that is appended while all rests
    to its entry."""
    opened, appended = [], []
    ref = Ref("claude", path.stem)
    for _ in range(times):
        source = ClaudeSource("claude", root, clock=lambda: datetime.now(UTC))
        news = asyncio.Queue[object]()
        running = asyncio.create_task(source.run(news.put_nowait))
        await _until(news, "SourceRead", "")
        begin = monotonic()
        source.follow(ref, news.put_nowait)
        await _until(news, "TalkRead", "")
        opened.append(1000 * (monotonic() - begin))
        while source._reader.home.owes:  # while it sums up what there is, it looks all the time
            await asyncio.sleep(0.1)
        said = f"appended at {monotonic()}"
        with path.open("a") as file:
            file.write(_line(ref.native, 0, said, datetime.now(UTC)))
        begin = monotonic()
        await _until(news, "TalkRead", said)
        appended.append(1000 * (monotonic() - begin))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await source.close()
    return opened, appended


async def _until(news: "asyncio.Queue[object]", kind: str, text: str) -> None:
    while True:
        fact = await asyncio.wait_for(news.get(), 60)
        if type(fact).__name__ == kind and text in repr(getattr(fact, "talk", ""))[-20_000:]:
            return


@contextmanager
def home(place: Place, *, sessions: int, each: int) -> Iterator[Path]:
    """A home of so many sessions with transcripts of about so many bytes each; twelve of them are alive."""
    made = place.file(".claude")
    subprocess.run(["rm", "-rf", str(made)], check=True)
    alive = [
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"]) for _ in range(min(12, sessions))
    ]
    try:
        (made / "sessions").mkdir(parents=True)
        folder = made / "projects" / "-home-dev-demo"
        folder.mkdir(parents=True)
        for number in range(sessions):
            native = f"{number:08d}-0000-4000-8000-000000000000"
            begin = datetime.now(UTC) - timedelta(hours=2)
            with (folder / f"{native}.jsonl").open("w") as file:
                file.write(_prompt(native, f"Session number {number}", begin))
                for line in range(max(1, each // (_LINE + 700))):
                    file.write(_line(native, line, "x" * _LINE, begin + timedelta(milliseconds=100 * line)))
            if number < len(alive):
                pid = alive[number].pid
                start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
                told = {"pid": pid, "sessionId": native, "cwd": "/home/dev/demo", "procStart": start, "status": "idle",
                        "version": "2.1.329", "statusUpdatedAt": int(begin.timestamp() * 1000)}  # fmt: skip
                (made / "sessions" / f"{pid}.json").write_text(json.dumps(told))
        os.sync()
        place.file("config.toml").write_text("[panes]\ndiscover = false\n")
        yield made
    finally:
        for child in alive:
            child.kill()
            child.wait()


def _prompt(session: str, said: str, at: datetime) -> str:
    return _record("user", session, at, {"role": "user", "content": said})


def _line(session: str, number: int, said: str, at: datetime) -> str:
    usage = {
        "input_tokens": 5,
        "output_tokens": 200,
        "cache_read_input_tokens": 20_000,
        "cache_creation_input_tokens": 900,
    }
    return _record("assistant", session, at, {
        "id": f"msg_{session[:8]}{number}", "role": "assistant", "model": "claude-opus-5-5", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": said}], "usage": usage,
    })  # fmt: skip


def _record(kind: str, session: str, at: datetime, message: dict[str, object]) -> str:
    return json.dumps({
        "type": kind, "uuid": os.urandom(16).hex(), "sessionId": session, "isSidechain": False, "version": "2.1.329",
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "cwd": "/home/dev/demo",
        "gitBranch": "main", "message": message,
    }) + "\n"  # fmt: skip
