"""Real tmux servers for tests: each on a socket with a random name, without any configuration, killed by its maker."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 10.0
TMUX = shutil.which("tmux")


def need_tmux() -> None:
    if TMUX is None:
        pytest.skip("tmux is not installed")


@contextlib.contextmanager
def short_directory() -> Iterator[Path]:
    """A socket's path has little room: the usual temporary directories are too deep."""
    with tempfile.TemporaryDirectory(prefix="ck") as place:
        os.chmod(place, 0o755)
        yield Path(place)


class Tmux:
    """One server. Calling it runs a tmux command there and returns what it printed."""

    def __init__(self, socket: str) -> None:
        self.socket = socket

    @classmethod
    def start(cls, command: str = "cat", *, session: str = "one", size: str = "80x24", socket: str = "") -> "Tmux":
        need_tmux()
        server = cls(socket or f"t{secrets.token_hex(4)}")
        width, height = size.split("x")
        server("new-session", "-d", "-s", session, "-x", width, "-y", height, command)
        if command == "cat":
            server.wait_for("cat", f"{session}:")
        return server

    def wait_for(self, command: str, pane: str) -> None:
        """Until that runs in front: before, a new pane shows the shell that starts it, for longer under load."""
        wait_until(lambda: self.show("#{pane_current_command}", pane) == command)

    def __call__(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [str(TMUX), "-u", "-L", self.socket, "-f", "/dev/null", *arguments],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")

    def show(self, form: str, target: str = "") -> str:
        return self("display-message", "-p", *(("-t", target) if target else ()), form)

    def windows(self) -> dict[str, str]:
        return dict(
            line.split()
            for line in self("list-windows", "-a", "-F", "#{window_id} #{window_width}x#{window_height}").splitlines()
        )

    def screen(self, pane: str) -> str:
        return self("capture-pane", "-p", "-t", pane)

    def kill(self) -> None:
        self("kill-server", check=False)


@contextlib.contextmanager
def attached_person(tmux: Tmux, width: int, height: int) -> Iterator[int]:
    """An ordinary client in a pseudo terminal of that size; yields the terminal's file descriptor."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    person = subprocess.Popen(
        [str(TMUX), "-u", "-L", tmux.socket, "attach-session", "-t", "one"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=os.environ | {"TERM": "xterm"},
    )  # fmt: skip
    try:
        yield ours
    finally:
        person.kill()
        person.wait()
        os.close(ours)
        os.close(theirs)


def wait_until(true: Callable[[], object]) -> None:
    """For what another process does; a test that waits in vain fails."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


async def until(true: Callable[[], object]) -> None:
    """The same while the loop runs."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.002)
