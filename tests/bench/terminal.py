"""A program on a pseudo-terminal, watched from outside: what it writes, when, and what it costs.

It starts one process and ends exactly that."""

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
from typing import NamedTuple, Self

_ESCAPES = re.compile(
    rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b."
)
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Rest(NamedTuple):
    """What a program did while nobody touched it: percent of one core, bytes written, times it woke a second."""

    cpu: float
    written: int
    wakes: float


class Terminal:
    """`with Terminal(command, env) as terminal`. Times are monotonic seconds, sizes bytes, memory MB."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (120, 40)) -> None:
        self.started = monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._written = 0
        self._seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGTERM)
        end = monotonic() + 5
        while monotonic() < end:
            self._read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    # What is on the glass

    def wait_for(self, text: str, seconds: float = 30) -> float:
        """When `text` had been drawn, since the last key or the start. Raises TimeoutError."""
        end = monotonic() + seconds
        while text.encode() not in _ESCAPES.sub(b"", self._seen):
            if monotonic() > end or not self._read(end - monotonic()):
                end_of_it = _ESCAPES.sub(b"", self._seen)[-500:].decode(errors="replace")
                raise TimeoutError(f"{text!r} was not drawn within {seconds} s; the end of what was: {end_of_it}")
        return monotonic()

    def start_to(self, text: str) -> float:
        """Seconds from the start of the program until `text` was drawn."""
        return self.wait_for(text) - self.started

    def key_to(self, keys: bytes, text: str) -> float:
        """Seconds from a key press until `text` was drawn because of it."""
        self.forget()
        sent = monotonic()
        os.write(self._fd, keys)
        return self.wait_for(text, 5) - sent

    def key_to_anything(self, keys: bytes) -> float:
        """Seconds from a key press to the first bytes after it; for when nothing else moves."""
        self.forget()
        sent = monotonic()
        os.write(self._fd, keys)
        self._read(5)
        return monotonic() - sent

    def send(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def forget(self) -> None:
        """What was drawn so far counts no more."""
        self._seen = b""

    def settle(self, quiet: float = 0.3, seconds: float = 20) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = monotonic() + seconds
        while monotonic() < end and self._read(quiet):
            pass

    def _read(self, seconds: float) -> bytes:
        """What comes within `seconds`, or nothing."""
        if not select.select([self._fd], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return b""
        self._written += len(data)
        self._seen = (self._seen + data)[-(1 << 20) :]
        return data

    # What it costs

    def memory(self) -> float:
        """Resident memory now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE / 1e6

    def rest(self, seconds: float) -> Rest:
        """What it does in that time without a key."""
        (cpu, wakes), written, begin = self._spent(), self._written, monotonic()
        while (left := begin + seconds - monotonic()) > 0:
            self._read(left)
        (cpu_after, wakes_after), took = self._spent(), monotonic() - begin
        return Rest(100 * (cpu_after - cpu) / took, self._written - written, (wakes_after - wakes) / took)

    def _spent(self) -> tuple[float, int]:
        """Of the program and of what it started."""
        each = [processor(pid) for pid in family(self.pid)]
        return sum(cpu for cpu, _ in each), sum(wakes for _, wakes in each)


def processor(pid: int) -> tuple[float, int]:
    """Processor seconds of a process so far, to the nanosecond, and how often a thread of it has gone to sleep."""
    cpu, wakes = 0, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        cpu += int((task / "schedstat").read_text().split()[0])
        wakes += int(re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M)[0])
    return cpu / 1e9, wakes


def family(pid: int) -> list[int]:
    """A process and all that it started, and they."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, children.read_text().split())
    return found
