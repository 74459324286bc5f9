"""Which processes live, and where their terminals are, from /proc. It sends no signal and starts nothing.

Of a process's environment only the tmux variables are looked at, and nothing else of it is kept."""

import os
import re
from pathlib import Path

_PANE = re.compile(r"%\d{1,9}")
_LIMIT = 1 << 20


class Processes:
    """`root` is the /proc file system; where there is none, nothing is known and every answer is None."""

    def __init__(self, root: Path = Path("/proc")) -> None:
        self._root = root
        self.known = (root / "self" / "stat").exists()
        self._space = self._own_space()

    def alive(self, pid: int, start: str | None, domain: str = "") -> bool | None:
        """Whether that very process lives: `start` is field 22 of its stat, in clock ticks (facts: 2.1.150 and later).

        None when it cannot be known, as with a pid of another machine's or container's counting."""
        if not self.known or (domain and not self._here(domain)):
            return None
        found = self.start(pid)
        if found is None:
            return False
        return start is None or found == start

    def start(self, pid: int) -> str | None:
        """Field 22 of /proc/<pid>/stat, the time it started; None for no such process, or one that is dead."""
        data = self._read(pid, "stat")
        fields = data.rpartition(b")")[2].split()
        if len(fields) < 20 or fields[0] in (b"Z", b"X"):
            return None
        return fields[19].decode("ascii", "replace")

    def descriptor(self, pid: int) -> int | None:
        """What can be read from once the process has ended; to be closed by the caller. None: no such process, no
        descriptor left, or a system that has none."""
        try:
            return os.pidfd_open(pid) if self.known else None
        except (OSError, AttributeError):
            return None

    def arguments(self, pid: int) -> list[str]:
        return self._read(pid, "cmdline").decode("utf-8", "replace").split("\0")

    def agent(self, pid: int) -> str | None:
        """`alice@session-636d9785`, if that process is a split-pane teammate (facts: 2.1.150 and later)."""
        arguments = self.arguments(pid)
        try:
            return arguments[arguments.index("--agent-id") + 1]
        except (ValueError, IndexError):
            return None

    def agents(self) -> dict[str, int]:
        """All split-pane teammates that run here, agent id → pid. It looks at every process: not to be done often."""
        found = {}
        try:
            entries = os.listdir(self._root)
        except OSError:
            return {}
        for entry in entries:
            if entry.isdigit() and (agent := self.agent(int(entry))) and self.start(int(entry)):
                found[agent] = int(entry)
        return found

    def terminal(self, pid: int) -> tuple[str, str] | None:
        """(the tmux server's socket, the pane) in which the process was started, if it was in one."""
        found = {}
        for item in self._read(pid, "environ").split(b"\0"):
            key, _, value = item.partition(b"=")
            if key in (b"TMUX", b"TMUX_PANE"):
                found[key] = value.decode("utf-8", "replace")
        socket, pane = found.get(b"TMUX", "").split(",")[0], found.get(b"TMUX_PANE", "")
        if socket.startswith("/") and len(socket) < 200 and socket.isprintable() and _PANE.fullmatch(pane):
            return socket, pane
        return None

    def tmux_folder(self, pid: int) -> str:
        """Where a tmux that this process starts keeps its sockets."""
        base = "/tmp"  # noqa: S108
        for item in self._read(pid, "environ").split(b"\0"):
            if item.startswith(b"TMUX_TMPDIR=/"):
                base = item[len(b"TMUX_TMPDIR=") :].decode("utf-8", "replace")
        return f"{base}/tmux-{os.getuid()}"

    def _here(self, domain: str) -> bool:
        """`linux:<machine>:pid:[4026531836]` (facts: 2.1.329): only the namespace can be compared without guessing."""
        space = domain.rpartition("pid:")[2]
        return not self._space or not space.startswith("[") or space == self._space

    def _own_space(self) -> str:
        try:
            return os.readlink(self._root / "self" / "ns" / "pid").removeprefix("pid:")
        except OSError:
            return ""

    def _read(self, pid: int, what: str) -> bytes:
        try:
            with open(self._root / str(pid) / what, "rb") as file:
                return file.read(_LIMIT)
        except (OSError, ValueError):
            return b""
