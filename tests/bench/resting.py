"""What the program costs while nothing happens and nobody touches it."""

import sys
from collections.abc import Iterator

from tests.bench.place import COCKPIT, Place
from tests.bench.server import Server
from tests.bench.starting import EMPTY_APP
from tests.bench.table import Figure
from tests.bench.terminal import Rest, Terminal


def rest(place: Place, quick: bool) -> Iterator[Figure]:
    with Terminal([sys.executable, "-c", EMPTY_APP], place.env) as terminal:
        floor = _rest(terminal, "empty", quick)
    least = Figure("floor: idle CPU of an empty Textual app", "", "%", [each.cpu for each in floor])
    yield least
    yield Figure("floor: wakes a second of an empty Textual app", "", "", [each.wakes for each in floor])
    with Server(place.env, threads=12) as server:
        yield from _cockpit(place, server, "12 idle threads, socket up", quick)
    with Server(place.env, threads=12, sockets=False) as server:
        yield from _cockpit(place, server, "12 idle threads, polled every 2 s", quick)
    with Server(place.env, threads=60) as server:
        yield from _cockpit(place, server, "60 idle threads, socket up", quick, "≤ 1 %")


def _cockpit(place: Place, server: Server, what: str, quick: bool, reach: str = "≤ 0.5 %") -> Iterator[Figure]:
    place.configure(server)
    with Terminal([COCKPIT], place.env) as terminal:
        seen = _rest(terminal, "Fix flaky", quick)
    yield Figure(f"idle CPU, {what}", reach, "%", [each.cpu for each in seen])
    yield Figure(f"wakes a second, {what}", "", "", [each.wakes for each in seen])
    yield Figure(f"bytes to the terminal at rest, {what}", "0", "", [each.written for each in seen])


def _rest(terminal: Terminal, text: str, quick: bool) -> list[Rest]:
    terminal.wait_for(text)
    terminal.settle(1.0)
    terminal.rest(1 if quick else 5)
    return [terminal.rest(2 if quick else 10) for _ in range(3)]
