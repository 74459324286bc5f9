"""How soon a person sees it: a key press, and a change on the server."""

import json
import subprocess
from collections.abc import Iterator

from tests.bench.place import COCKPIT, Place
from tests.bench.server import Server
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

_REACH_KEYS = "p50 ≤ 15 ms, p95 ≤ 30 ms"


def keys(place: Place, quick: bool) -> Iterator[Figure]:
    times = 40 if quick else 240
    with Terminal(["cat"], place.env) as terminal:
        floor = []
        for number in range(times):
            floor.append(1000 * terminal.key_to(b"%d" % (number % 10), str(number % 10)))
            terminal.settle(0.02)
    least = Figure("floor: key → glass through `cat`", "", "ms", floor)
    yield least
    with Server(place.env, threads=12) as server:
        place.configure(server)
        titles = _titles(place)
        with Terminal([COCKPIT], place.env) as terminal:
            terminal.wait_for(titles[0])
            terminal.settle(1.0)
            moved = list(_moves(terminal, titles, times))
            terminal.send(b"r")
            terminal.settle(1.0)
            typed = list(_types(terminal, times))
    yield Figure("key → glass, down and up in the list", _REACH_KEYS, "ms", moved, least.median)
    yield Figure("key → glass, typing in the composer", _REACH_KEYS, "ms", typed, least.median)


def _moves(terminal: Terminal, titles: list[str], times: int) -> Iterator[float]:
    """Down and up again; every fourth time slowly enough for the conversation to be opened."""
    place, step = 0, 1
    for number in range(times):
        step = 1 if place == 0 else -1 if place == len(titles) - 1 else step
        place += step
        yield 1000 * terminal.key_to(b"\x1b[B" if step > 0 else b"\x1b[A", titles[place])
        terminal.settle(0.25 if number % 4 == 0 else 0.05)


def _types(terminal: Terminal, times: int) -> Iterator[float]:
    for number in range(times):
        letter = "qxzjkwvy"[number % 8]
        yield 1000 * terminal.key_to(letter.encode(), letter)
        terminal.settle(0.05)
        if number % 20 == 19:
            terminal.send(b"\x7f" * 20)
            terminal.settle(0.1)


def _titles(place: Place) -> list[str]:
    """In the order of the list, each as much of it as fits a row."""
    done = subprocess.run([COCKPIT, "snapshot"], env=place.env, check=True, capture_output=True)
    return [thread["title"][:20] for thread in json.loads(done.stdout)["threads"]]


def changes(place: Place, quick: bool) -> Iterator[Figure]:
    for name, reach, sockets, times in (
        ("T3 change → row, socket up", "≤ 150 ms", True, 10 if quick else 60),
        ("T3 change → row, polled every 2 s", "≤ 1 interval", False, 3 if quick else 15),
    ):
        with Server(place.env, threads=12, sockets=sockets) as server:
            place.configure(server)
            with Terminal([COCKPIT], place.env) as terminal:
                terminal.wait_for("Fix flaky")
                terminal.settle(1.0)
                seen = list(_changes(terminal, server, times))
        yield Figure(name, reach, "ms", seen)


def _changes(terminal: Terminal, server: Server, times: int) -> Iterator[float]:
    for number in range(times):
        title = f"Renamed {number} times"
        at = server.rename(number % 12, title)
        yield 1000 * (terminal.wait_for(title) - at)
        terminal.settle(0.15 if number % 3 else 0.4)
