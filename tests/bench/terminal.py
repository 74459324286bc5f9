"""A program on a pseudo-terminal, watched from outside: what it writes, when, and what it costs.

It starts one process group and ends exactly that."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

_ESCAPES = re.compile(
    rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b."
)
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Terminal:
    """`wait_for` and `settle` read what comes; times are monotonic seconds, sizes bytes, memory MB."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (120, 40)) -> None:
        self.started = monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.written = 0
        self._seen = b""

    def read(self, seconds: float) -> bytes:
        """What comes within `seconds`, or nothing."""
        if not select.select([self._fd], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return b""
        self.written += len(data)
        self._seen = (self._seen + data)[-(1 << 20) :]
        return data

    def wait_for(self, text: str, seconds: float = 20) -> float:
        """Seconds from the start of the program until `text` was drawn. Raises TimeoutError."""
        end = monotonic() + seconds
        while monotonic() < end:
            self.read(end - monotonic())
            if text.encode() in _ESCAPES.sub(b"", self._seen):
                return monotonic() - self.started
        raise TimeoutError(f"{text!r} was not drawn within {seconds} s")

    def settle(self, quiet: float = 0.3, seconds: float = 10) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = monotonic() + seconds
        while monotonic() < end and self.read(quiet):
            pass

    def key_to_glass(self, keys: bytes, seconds: float = 2) -> float | None:
        """Seconds from a key press to the first byte that it brings; None when nothing came."""
        sent = monotonic()
        os.write(self._fd, keys)
        return monotonic() - sent if self.read(seconds) else None

    def send(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory now, in MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE / 1e6

    def rest(self, seconds: float) -> tuple[float, int]:
        """Percent of one core and bytes written during `seconds` without a key."""
        cpu, written, end = self.cpu(), self.written, monotonic() + seconds
        while (left := end - monotonic()) > 0:
            self.read(left)
        return 100 * (self.cpu() - cpu) / seconds, self.written - written

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        end = monotonic() + 5
        while monotonic() < end:
            self.read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)
