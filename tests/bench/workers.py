"""What workers in terminals cost: watched from the list, shown in the grid, driven. Beside it a plain `tmux attach`."""

import os
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import NamedTuple

from tests.bench.crew import IDLE, TICK, TICKS, Crew
from tests.bench.place import COCKPIT, COMPILING, Place
from tests.bench.server import Server
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

_SIZE = (200, 60)
_GRID = b"\x1bOR"  # F3
_LETTERS = "ÞÐØÆßð"
"""What nobody prints but who is typed to."""


class Cost(NamedTuple):
    """Percent of a core of the program with what it started, of the tmux server beyond what it uses alone, and kB a
    second to the terminal."""

    cpu: float
    server: float
    written: float


def idle(place: Place, quick: bool) -> Iterator[Figure]:
    """The list, all sources on."""
    for count, reach in ((12, "≤ 0.5 %"), (60, "≤ 1 %")):
        with Server(place.env, threads=12) as server, Crew(place, [IDLE] * count) as crew:
            place.configure(server)
            alone = _alone(crew, quick)
            with Terminal([COCKPIT], place.env) as terminal:
                terminal.wait_for("worker-0")
                seen = _costs(terminal, crew, alone, quick, calm=True)
        yield Figure(f"idle CPU, {count} idle workers watched, all sources on", reach, "%", [c.cpu for c in seen])
        yield Figure(f"the tmux server's share of that, {count} workers", "", "%", [c.server for c in seen])
        yield Figure(f"kB a second to the terminal, {count} idle workers", "0", "", [c.written for c in seen])


def ticking(place: Place, quick: bool) -> Iterator[Figure]:
    with Crew(place, [TICK] * 12, tiled=True, socket="floor") as crew:
        alone = _alone(crew, quick)
        with Terminal([*crew.client, "attach-session", "-t", "crew"], place.env, _SIZE) as terminal:
            terminal.wait_for(TICKS)
            floor = _costs(terminal, crew, alone, quick)
    least = Figure("floor: CPU of `tmux attach`, 12 panes ticking", "", "%", [c.cpu + c.server for c in floor])
    yield least
    yield Figure("floor: kB a second of `tmux attach`, 12 panes ticking", "", "", [c.written for c in floor])
    for count, reach in ((12, "≤ 8 %"), (60, "")):
        with Server(place.env, threads=12) as server, Crew(place, [TICK] * count) as crew:
            place.configure(server)
            alone = _alone(crew, quick)
            with Terminal([COCKPIT], place.env, _SIZE) as terminal:
                terminal.wait_for("worker-0")
                listed = _costs(terminal, crew, alone, quick)
                terminal.send(_GRID)
                terminal.wait_for(TICKS)
                seen = _costs(terminal, crew, alone, quick)
        yield Figure(f"CPU, {count} workers ticking, the list shown", "", "%", [c.cpu for c in listed])
        yield Figure(f"CPU, {count} panes ticking, the grid shown", reach, "%", [c.cpu for c in seen], least.median)
        yield Figure(f"the tmux server's share of that, {count} panes", "", "%", [c.server for c in seen])
        yield Figure(f"kB a second to the terminal, {count} panes ticking", "", "", [c.written for c in seen])


def driving(place: Place, quick: bool) -> Iterator[Figure]:
    times = 40 if quick else 240
    with (
        Crew(place, [IDLE, *[TICK] * 12], tiled=True, socket="floor") as crew,
        Terminal([*crew.client, "attach-session", "-t", "crew"], place.env, _SIZE) as terminal,
    ):
        terminal.wait_for(TICKS)
        floor = list(_types(terminal, times))
        printed = list(_prints(terminal, crew, times))
    least = Figure("floor: key → glass in `tmux attach`, 12 neighbours ticking", "", "ms", floor)
    yield least
    shown = Figure("floor: output → glass in `tmux attach`, 12 neighbours ticking", "", "ms", printed)
    yield shown
    for neighbours, reach in (("idle", ""), ("ticking", "p50 ≤ 8 ms, p95 ≤ 30 ms")):
        others = [TICK if neighbours == "ticking" else IDLE] * 12
        with Server(place.env, threads=12) as server, Crew(place, [IDLE, *others]) as crew:
            place.configure(server)
            with Terminal([COCKPIT], place.env, _SIZE) as terminal:
                terminal.wait_for("worker-0")
                terminal.send(_GRID)
                terminal.wait_for("ready")
                _pass(terminal, 2)
                printed = list(_prints(terminal, crew, times))
                terminal.send(b"\r")
                _pass(terminal, 1)
                typed = list(_types(terminal, times))
        what = f"12 neighbours {neighbours}"
        reached = "p50 ≤ 40 ms" if reach else ""
        yield Figure(f"key → glass in a driven pane, {what}", reach, "ms", typed, least.median)
        yield Figure(f"output → preview of the focused pane, {what}", reached, "ms", printed, shown.median)


def weight(place: Place, quick: bool) -> Iterator[Figure]:
    used = []
    with Server(place.env, threads=1000) as server, Crew(place, [TICK] * 12):
        place.configure(server)
        for _ in range(COMPILING + (1 if quick else 3)):
            with Terminal([COCKPIT], place.env, _SIZE) as terminal:
                terminal.wait_for("worker-0")
                terminal.send(_GRID)
                terminal.wait_for(TICKS)
                _pass(terminal, 2 if quick else 10)
                used.append(terminal.memory())
    yield Figure("memory, 12 panes ticking in the grid, 1,000 threads", "≤ 70 MB", "MB", used[COMPILING:])


def _alone(crew: Crew, quick: bool) -> float:
    """Percent of a core that the server uses with nobody there."""
    sleep(0.5)
    before, begin = crew.processor(), monotonic()
    sleep(2 if quick else 6)
    return 100 * (crew.processor() - before) / (monotonic() - begin)


def _costs(terminal: Terminal, crew: Crew, alone: float, quick: bool, *, calm: bool = False) -> list[Cost]:
    if calm:
        terminal.settle(1.0)
    _pass(terminal, 2 if quick else 8)
    seconds = 3 if quick else 10
    found = []
    for _ in range(3):
        before, begin = crew.processor(), monotonic()
        rest = terminal.rest(seconds)
        server = 100 * (crew.processor() - before) / (monotonic() - begin) - alone
        found.append(Cost(rest.cpu, max(server, 0.0), rest.written / 1000 / seconds))
    return found


def _types(terminal: Terminal, times: int) -> Iterator[float]:
    for number in range(times):
        letter = _LETTERS[number % len(_LETTERS)]
        yield 1000 * terminal.key_to(letter.encode(), letter)
        _pass(terminal, 0.06)
        if number % 20 == 19:
            terminal.send(b"\x15")
            _pass(terminal, 0.2)


def _prints(terminal: Terminal, crew: Crew, times: int) -> Iterator[float]:
    """The focused worker prints by itself."""
    with crew.tty(0).open("wb", buffering=0) as tty:
        yield from _told(terminal, times, lambda word: os.write(tty.fileno(), f"\r\n{word}".encode()))


def _told(terminal: Terminal, times: int, say: Callable[[str], object]) -> Iterator[float]:
    for number in range(times):
        word = f"{_LETTERS[number % len(_LETTERS)]}{number}"
        terminal.forget()
        begin = monotonic()
        say(word)
        yield 1000 * (terminal.wait_for(word, 5) - begin)
        _pass(terminal, 0.12)


def _pass(terminal: Terminal, seconds: float) -> None:
    """Time goes by, and what is drawn is read."""
    terminal.rest(seconds)
