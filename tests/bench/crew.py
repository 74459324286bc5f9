"""Workers in a tmux server of a measurement's own, which print as agents do: not at all, or all the time.

It ends the server that it started."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.bench.place import Place
from tests.bench.terminal import processor

IDLE = "printf 'ready\\n'; exec cat"
# A spinner ten times a second and five lines a second, coloured: nearest to what Claude Code prints (facts).
_TICK = """
import sys, time
words = "read the parser and edited two files then ran the tests again".split()
n = 0
while True:
    n += 1
    if n % 2 == 0:
        line = " ".join(f"\\x1b[3{i % 7 + 1}m{words[(n + i) % 12]}" for i in range(9))
        sys.stdout.write(f"\\r\\x1b[K{line}\\x1b[0m {n}\\r\\n")
    sys.stdout.write(f"\\r\\x1b[1;35m{'-+*x'[n % 4]}\\x1b[0m thinking for {n // 10} s\\x1b[K")
    sys.stdout.flush()
    time.sleep(0.1)
"""
TICK = f"exec {sys.executable} -S -E -c '{_TICK}'"
TICKS = "thinking for"
"""What a ticking worker has on its screen."""


class Crew:
    """`with Crew(place, [command, …]) as crew`: one window `worker-N` for each command, or one window with all of them
    tiled, on the default socket of the place."""

    def __init__(self, place: Place, commands: Sequence[str], *, tiled: bool = False, socket: str = "default") -> None:
        self._env = place.env
        self.client = ["tmux", "-u", "-L", socket, "-f", "/dev/null"]
        size = ("-x", "200", "-y", "58") if tiled else ("-x", "80", "-y", "24")
        for number, command in enumerate(commands):
            name = f"worker-{number:02}"
            if number == 0:
                self.tmux("new-session", "-d", "-s", "crew", "-n", name, *size, command)
            elif tiled:
                self.tmux("split-window", "-d", "-t", "crew:0", command)
                self.tmux("select-layout", "-t", "crew:0", "tiled")
            else:
                self.tmux("new-window", "-d", "-t", "crew", "-n", name, command)
        self.pid = int(self.tmux("display-message", "-p", "#{pid}"))

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run([*self.client, *arguments], env=self._env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def tty(self, number: int) -> Path:
        """The terminal of that worker; what is written to it, the worker printed."""
        return Path(self.tmux("display-message", "-p", "-t", f"crew:{number}", "#{pane_tty}"))

    def processor(self) -> float:
        """Processor seconds that the server has used."""
        return processor(self.pid)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tmux("kill-server")
