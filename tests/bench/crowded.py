"""What great numbers cost: ten thousand threads, conversations of thousands of messages, and the memory for them."""

import json
import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from tests.bench.place import COCKPIT, COMPILING, Place
from tests.bench.server import Server
from tests.bench.starting import EMPTY_APP
from tests.bench.table import Figure
from tests.bench.terminal import Terminal

_THREADS, _MESSAGES = 10_000, 5_000


class Told:
    """The app under `inside`, on a terminal of its own, and the pipes that tell it what to do."""

    def __init__(self, place: Place, *, threads: int, messages: int = 0) -> None:
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        for each in (orders, answers):
            os.set_inheritable(each, True)
        what = ["--threads", str(threads), "--messages", str(messages), "--directory", str(place.file("."))]
        pipes = ["--orders", str(orders), "--answers", str(answers)]
        self.terminal = Terminal([sys.executable, "-m", "tests.bench.inside", *what, *pipes], place.env)
        os.close(orders)
        os.close(answers)

    def tell(self, order: str) -> float:
        """Returns when it began, in monotonic seconds."""
        self.terminal.forget()
        os.write(self._orders, f"{order}\n".encode())
        answer = b""
        while not answer.endswith(b"\n"):
            answer += os.read(self._answers, 4096)
        return float(json.loads(answer)["at"])

    def until(self, order: str, text: str) -> float:
        """Milliseconds from the order until `text` is drawn."""
        begin = self.tell(order)
        return 1000 * (self.terminal.wait_for(text) - begin)

    def __enter__(self) -> Self:
        self.terminal.wait_for("Threads")
        self.terminal.settle(1.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.__exit__(kind, error, trace)
        os.close(self._orders)
        os.close(self._answers)


def threads(place: Place, quick: bool) -> Iterator[Figure]:
    times = 3 if quick else 10
    mounted, applied, updated = [], [], []
    scrolled: list[float] = []
    paged: list[float] = []
    for _ in range(times):
        with Told(place, threads=_THREADS) as told:
            mounted.append(told.until("show", "Thread number"))
            told.terminal.settle(0.5)
    for _ in range(times):
        with Told(place, threads=_THREADS) as told:
            applied.append(told.until("apply", "Thread number"))
            told.terminal.settle(0.5)
    with Told(place, threads=_THREADS) as told:
        told.until("apply", "Thread number")
        told.terminal.settle(1.0)
        for number in range(10 * times):
            updated.append(told.until("update", f"Renamed {number + 1} times"))
            told.terminal.settle(0.2)
        for keys, into in ((b"\x1b[B", scrolled), (b"\x1b[6~", paged)):
            for _ in range(50):
                told.terminal.send(keys)
            told.terminal.settle(0.3)
            for _ in range(20 * times):
                into.append(1000 * told.terminal.key_to_anything(keys))
                told.terminal.settle(0.05)
    yield Figure("10,000 threads: fleet → list on the glass", "≤ 150 ms", "ms", mounted)
    yield Figure("10,000 threads: facts → store → list on the glass", "", "ms", applied)
    yield Figure("10,000 threads: one update → glass", "≤ 25 ms", "ms", updated)
    yield Figure("10,000 threads: scroll step by Down", "≤ 25 ms", "ms", scrolled)
    yield Figure("10,000 threads: scroll step by Page Down", "≤ 25 ms", "ms", paged)


def conversation(place: Place, quick: bool) -> Iterator[Figure]:
    times = 3 if quick else 10
    opened, appended, scrolled = [], [], []
    for _ in range(times):
        with Told(place, threads=2, messages=_MESSAGES) as told:
            _select(told)
            opened.append(told.until("open", f"This was message {_MESSAGES - 1}."))
            told.terminal.settle(0.5)
    with Told(place, threads=2, messages=_MESSAGES) as told:
        _select(told)
        told.until("open", f"This was message {_MESSAGES - 1}.")
        told.terminal.settle(0.5)
        for number in range(5 * times):
            appended.append(told.until("append", f"This was message {_MESSAGES + number}."))
            told.terminal.settle(0.2)
        told.terminal.send(b"\t")
        told.terminal.settle(0.5)
        for _ in range(20 * times):
            scrolled.append(1000 * told.terminal.key_to_anything(b"\x1b[5~"))
            told.terminal.settle(0.05)
    yield Figure("conversation of 5,000 messages: open", "≤ 200 ms", "ms", opened)
    yield Figure("conversation of 5,000 messages: append", "≤ 50 ms", "ms", appended)
    yield Figure("conversation of 5,000 messages: Page Up", "", "ms", scrolled)


def _select(told: Told) -> None:
    """Show the second thread, whose conversation it will be."""
    told.until("apply", "Thread number 1")
    told.terminal.settle(0.5)


def memory(place: Place, quick: bool) -> Iterator[Figure]:
    floor = []
    for _ in range(COMPILING + (1 if quick else 3)):
        with Terminal([sys.executable, "-c", EMPTY_APP], place.env) as terminal:
            terminal.wait_for("empty")
            terminal.settle(0.5)
            floor.append(terminal.memory())
    least = Figure("floor: memory of an empty Textual app", "", "MB", floor[COMPILING:])
    yield least
    for count, reach in ((12, ""), (1_000, "≤ 70 MB (with 12 panes)"), (_THREADS, "")):
        used = []
        with Server(place.env, threads=count) as server:
            place.configure(server)
            for _ in range(COMPILING + (1 if quick else 3)):
                with Terminal([COCKPIT], place.env) as terminal:
                    terminal.wait_for("Fix flaky")
                    terminal.settle(1.0)
                    terminal.rest(2)
                    used.append(terminal.memory())
        yield Figure(f"memory, {count:,} threads", reach, "MB", used[COMPILING:], least.median)


def great_start(place: Place, quick: bool) -> Iterator[Figure]:
    listed = []
    with Server(place.env, threads=_THREADS) as server:
        place.configure(server)
        for _ in range(3 if quick else 6):
            with Terminal([COCKPIT], place.env) as terminal:
                listed.append(terminal.start_to("Fix flaky"))
    yield Figure("start → list drawn, 10,000 threads read from a server", "", "s", listed[1:])
