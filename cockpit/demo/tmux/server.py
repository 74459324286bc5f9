"""A tmux server on a socket of its own, without any configuration, that goes with whoever started it.

It never speaks to another server, and its panes see no more of the person's environment than how to run a program."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_SECONDS = 10.0
_GOING_SECONDS = 3.0
_LONGEST_SOCKET = 100
"""A socket's path has room for 107 bytes (unix(7)); tmux makes a lock beside it."""


class NoTmux(Exception):
    """The server cannot be; the message says why, as the end of a sentence."""


class Server:
    """`home` is the demo's directory: the socket, the programs' names and their home stand in it."""

    def __init__(self, home: Path) -> None:
        self.socket = home / "tmux"
        self._home = home
        self._bin = home / "bin"
        self._started = False
        self._alive = -1

    def trouble(self) -> str:
        """Why it could not be started, as the end of a sentence; empty if it can."""
        if shutil.which("tmux") is None:
            return "tmux is not installed"
        if len(os.fsencode(self.socket)) > _LONGEST_SOCKET:
            return f"the path of {self.socket} is too long for a socket"
        return ""

    def start(self, variables: Mapping[str, str]) -> None:
        """Start it with one session that holds nothing yet. `variables` are set for every program. Raises NoTmux."""
        (self._home / "user").mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self._variables = {**_environment(self._home / "user"), **variables}
        self._started = True
        self(
            "new-session", "-d", "-s", _HOLD, "-x", "80", "-y", "24", "cat", ";",
            "set", "-g", "default-terminal", "tmux-256color", ";",
            "set", "-g", "history-limit", "2000", ";",
            "set", "-g", "allow-rename", "off", ";",
            "set", "-g", "set-titles", "off",
        )  # fmt: skip
        self._go_with_us()

    def _go_with_us(self) -> None:
        """End the server when our end of a pipe closes, however we end: nothing else would notice a SIGKILL."""
        pipe = self._home / "alive"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe, 0o600)
        # Both ends at once, so that nobody waits for the other one to open it.
        self._alive = os.open(pipe, os.O_RDWR | os.O_CLOEXEC)
        last = f"read _ < {shlex.quote(str(pipe))}; exec tmux -N -S {shlex.quote(str(self.socket))} kill-server"
        self("run-shell", "-b", last)

    def session(self, name: str, window: str, where: Path, command: Sequence[str], *, size: tuple[int, int]) -> str:
        """A session with one window; the pane's id."""
        width, height = map(str, size)
        made = ("new-session", "-d", "-P", "-F", "#{pane_id}", "-s", name, "-n", window, "-c", str(where))
        return self(*made, "-x", width, "-y", height, *command)

    def window(self, session: str, name: str, where: Path, command: Sequence[str]) -> str:
        """One more window, not in front; the pane's id."""
        made = ("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", f"{session}:", "-n", name, "-c", str(where))
        return self(*made, *command)

    def keep(self, pane: str) -> None:
        """Leave the pane standing when its program ends."""
        self("set-option", "-p", "-t", pane, "remain-on-exit", "on")

    def split(self, pane: str, where: Path, command: Sequence[str], *, below: bool) -> str:
        """A pane beside or below another, not in front; its id."""
        made = ("split-window", "-d", "-P", "-F", "#{pane_id}", "-t", pane, "-v" if below else "-h", "-c", str(where))
        return self(*made, *command)

    def respawn(self, pane: str, command: Sequence[str]) -> None:
        """Let something else run in a pane."""
        self("respawn-pane", "-k", "-t", pane, *command)

    def beside(self, first: str, others: Sequence[tuple[str, str, str]]) -> None:
        """Lay a window out as an agent team's lead does: itself at the left, (pane, name, colour) of the others at the
        right, each under its name; one that dies badly is left standing (facts: Claude Code 2.1.329, section 4)."""
        for pane, name, colour in others:
            self("select-pane", "-t", pane, "-T", name)
            self("set-option", "-p", "-t", pane, "pane-border-style", f"fg={colour}")
            self("set-option", "-p", "-t", pane, "remain-on-exit", "failed")
        self("set-option", "-w", "-t", first, "pane-border-status", "top")
        self("set-option", "-w", "-t", first, "main-pane-width", "45%")
        self("select-layout", "-t", first, "main-vertical")

    def program(self, name: str, module: str, *arguments: str) -> list[str]:
        """The command of one of our modules, which runs under a name of its own, as real workers do.

        It runs as a shell's child: what tmux started itself it would continue at once, when somebody stops it."""
        link = _link(self._bin / name, sys.executable)
        inner = f"{shlex.join([str(link), '-SPs', '-m', module, *arguments])}; exit $?"
        if (bash := shutil.which("bash")) is None:
            return [inner]
        # The shells bear the program's name too: tmux tells by that what runs in front, and what ran.
        return [str(_link(self._bin / "sh" / name, bash)), "-c", 'exec -a "$0" sh -c "$1"', name, inner]

    def settled(self) -> None:
        """All sessions are there; the one that held the server until then goes."""
        self("kill-session", "-t", f"={_HOLD}")

    def end(self) -> None:
        """End the server with all that runs in it, and wait until that is gone."""
        if not self._started:
            return
        self._started = False
        found = self._try("list-panes", "-a", "-F", "#{pid} #{pane_pid}")
        pids = _with_children({int(word) for word in found.split()})
        self._try("kill-server")
        _wait_for(pids)
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1
        for left in (self.socket, self._home / "alive"):
            left.unlink(missing_ok=True)

    def __call__(self, *arguments: str) -> str:
        """Run a tmux command there; what it printed. Raises NoTmux."""
        try:
            done = subprocess.run(  # noqa: S603
                ["tmux", "-u", "-f", "/dev/null", "-S", str(self.socket), *arguments],  # noqa: S607
                capture_output=True, text=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL,
                env=self._variables, cwd=self._home,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoTmux(f"tmux cannot be run: {error}") from error
        if done.returncode:
            raise NoTmux(f"tmux {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def _try(self, *arguments: str) -> str:
        try:
            return self(*arguments)
        except NoTmux:
            return ""  # it is gone already


_HOLD = "starting"


def _environment(user: Path) -> dict[str, str]:
    """No more than programs need: the person's tokens and habits stay outside."""
    kept = {name: os.environ[name] for name in ("PATH", "TERM", "TZ") if name in os.environ}
    package = Path(__file__).resolve().parents[3]
    return {
        "LANG": "C.UTF-8", "COLORTERM": "truecolor", "HISTFILE": "/dev/null", "SHELL": "/bin/sh", "PS1": "$ ",
        **kept, "HOME": str(user), "PYTHONPATH": str(package),
    }  # fmt: skip


def _link(link: Path, program: str) -> Path:
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(Path(program).resolve())
    return link


def _with_children(pids: set[int]) -> set[int]:
    found = set(pids)
    for pid in pids:
        with contextlib.suppress(OSError):
            found |= {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return found


def _wait_for(pids: set[int]) -> None:
    """Until those processes are gone; what does not go by itself is killed."""
    end = time.monotonic() + _GOING_SECONDS
    while pids := {pid for pid in pids if _lives(pid)}:
        if time.monotonic() > end:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    """A zombie does not: who reaps it, and when, is another's business."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:1]
    except OSError:
        return False
    return state != [b"Z"]
