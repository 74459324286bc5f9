"""Workers in a tmux server of a measurement's own, which print as agents do: not at all, or all the time.

It ends the server that it started."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.bench.place import Place
from tests.bench.terminal import processor

IDLE = "printf 'ready\\n'; exec cat"
TICK = f"exec {shlex.join([sys.executable, '-S', '-E', str(Path(__file__).with_name('tick.py'))])}"
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
