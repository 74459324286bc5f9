"""The program in a session of its own on a terminal of its own, which a test may take away from it."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

_BEGIN = (
    "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);from cockpit.cli import main; main()"
)


class OwnTerminal:
    """`program` runs on it; `end` is our end, until `take_away`."""

    def __init__(self, columns: int, lines: int) -> None:
        self.end, theirs = pty.openpty()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.program = subprocess.Popen(
            [sys.executable, "-c", _BEGIN], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(theirs)

    def until(self, words: bytes) -> None:
        """Read until that was drawn."""
        drawn = b""
        while words not in drawn:
            drawn = drawn[-20000:] + os.read(self.end, 65536)

    def take_away(self) -> None:
        """The kernel then tells the session."""
        if self.end >= 0:
            os.close(self.end)
            self.end = -1


@contextmanager
def own_terminal(columns: int = 120, lines: int = 40) -> Iterator[OwnTerminal]:
    """The program is ended with the block, whatever became of it."""
    terminal = OwnTerminal(columns, lines)
    try:
        yield terminal
    finally:
        terminal.take_away()
        terminal.program.kill()
        terminal.program.wait()
