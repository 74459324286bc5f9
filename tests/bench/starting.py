"""How long the program takes to answer: the screen in a terminal, the snapshot without one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from time import monotonic

from tests.bench.place import COCKPIT, Place
from tests.bench.server import Server
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("emp" + "ty")
Empty().run()
"""
_LIBRARIES = "import sys; sys.modules['httpx._main'] = None; import asyncio, click, httpx, sqlite3"


def snapshot(place: Place, quick: bool) -> Iterator[Figure]:
    times = 5 if quick else 15
    with Server(place.env, threads=12) as server:
        place.configure(server)
        floor, whole = [], []
        for _ in range(times + 1):
            floor.append(_run(place, [sys.executable, "-c", _LIBRARIES]))
            whole.append(_run(place, [COCKPIT, "snapshot", "--format", "json"]))
    least = Figure("floor: Python importing asyncio, click, httpx, sqlite3", "", "s", floor[1:])
    yield least
    yield Figure("`snapshot --format json`, 12 threads", "≤ 0.25 s", "s", whole[1:], least.median)


def start(place: Place, quick: bool) -> Iterator[Figure]:
    times = 5 if quick else 15
    floor, frame, listed = [], [], []
    with Server(place.env, threads=12) as server:
        place.configure(server)
        for _ in range(times + 1):
            with Terminal([sys.executable, "-c", EMPTY_APP], place.env) as terminal:
                floor.append(terminal.start_to("empty"))
            with Terminal([COCKPIT], place.env) as terminal:
                frame.append(terminal.start_to("Threads"))
                listed.append(terminal.start_to("Fix flaky"))
    least = Figure("floor: start of an empty Textual app → its first paint", "", "s", floor[1:])
    yield least
    yield Figure("start → frame drawn", "", "s", frame[1:], least.median)
    yield Figure("start → list drawn, 12 threads", "≤ 0.45 s", "s", listed[1:], least.median)


def _run(place: Place, command: Sequence[str]) -> float:
    begin = monotonic()
    subprocess.run(command, env=place.env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return monotonic() - begin
