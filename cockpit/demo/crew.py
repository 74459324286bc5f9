"""The demo's workers in terminals: scripted programs and a Claude team, in a tmux server and directories of their own.

Blocking; who starts them must also end them, and they are gone then, processes and files."""

import shutil
from pathlib import Path

from cockpit.demo.claude import start as claude
from cockpit.demo.tmux import repositories
from cockpit.demo.tmux.server import NoTmux, Server

PARTS = ("tmux", "claude")
"""What can be left out: the workers in plain windows, and the Claude sessions."""

_MADE = ("code", "user", "bin", "claude")
_SIZE = (118, 34)
_WINDOWS = (
    # (window, the name its program runs under, program, where)
    ("tests", "pytest", "tests", "web"),
    ("build", "make", "build", "web-release"),
    ("migrate", "migrate", "migrate", "web"),
    ("release 1.8", "release", "release", "web-release"),
    ("echo", "echo-agent", "echo", "web"),
)


class Crew:
    """`home` is the demo's own directory; the same `seed` makes the same crew. The Claudes are `speed` times as fast as
    people like to watch."""

    def __init__(self, home: Path, parts: frozenset[str], *, seed: int, speed: float = 1.0) -> None:
        self._home = home
        self._parts = parts
        self._seed = seed
        self._speed = speed
        self._server = Server(home)
        self.trouble = self._server.trouble() if parts else ""
        """Why there are none, as the end of a sentence; empty while there is no reason."""

    @property
    def socket(self) -> Path | None:
        """Of the server that all of them are in."""
        return self._server.socket if self._parts and not self.trouble else None

    @property
    def claude_home(self) -> Path | None:
        return self._home / "claude" if "claude" in self._parts and not self.trouble else None

    def clear(self) -> None:
        """Remove what an earlier one left, as after a power cut."""
        for name in _MADE if self._parts else ():
            shutil.rmtree(self._home / name, ignore_errors=True)

    def start(self) -> None:
        """Make directories and start everyone; `clear` comes first. What cannot be is said by `trouble`."""
        if not self._parts or self.trouble:
            return
        try:
            self._server.start({"CLAUDE_CONFIG_DIR": str(self._home / "claude")})
            places = repositories.make(self._home / "code", self._home / "user")
            if "tmux" in self._parts:
                self._windows(places)
            if "claude" in self._parts:
                root = self._home / "claude"
                claude.start(self._server, root, self._home / "code", seed=self._seed, speed=self._speed)
            self._server.settled()
        except (NoTmux, OSError) as error:
            self.trouble = str(error)
            self._server.end()

    def _windows(self, places: dict[str, Path]) -> None:
        server = self._server
        shell = ["env", "PS1=web $ ", "sh"]
        server.session("web", "shell", places["web"], shell, size=_SIZE)
        for window, name, program, where in _WINDOWS:
            command = server.program(name, "cockpit.demo.tmux.programs", program, str(self._seed))
            pane = server.window("web", window, places[where], command)
            if program == "release":
                server.keep(pane)

    def end(self) -> None:
        """End everyone and remove what was made."""
        if self._parts:
            self._server.end()
            self.clear()
