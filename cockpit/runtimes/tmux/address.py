"""Where a tmux server listens, and the command line that reaches it, here or over ssh.

It runs nothing, and a host or socket name can never become an option."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from cockpit.model.immutable import immutable

SSH = ("ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=10",
        "-o", "ServerAliveCountMax=3")  # fmt: skip


@immutable
class Address:
    """`socket` is a name (tmux -L) or a path (-S); a `host` is reached as `ssh HOST tmux …`, with `ssh` to do it.

    BatchMode makes ssh fail where it would ask for a password: nobody could answer behind our screen."""

    socket: str = "default"
    host: str = ""
    ssh: tuple[str, ...] = SSH

    def __str__(self) -> str:
        return f"{self.host}:{self.socket}" if self.host else self.socket

    def tmux(self, *arguments: str) -> list[str]:
        """The argument vector of a tmux command. -N: never start a server, also where tmux would (needs tmux 3.2);
        -u: UTF-8 whatever the locale says."""
        return self.there(self.asking(*arguments))

    def asking(self, *arguments: str) -> list[str]:
        """As it is written there."""
        return ["tmux", "-u", "-N", *self._socket, *arguments]

    def starting(self, *arguments: str) -> list[str]:
        """As it is written there for a command that may start the server."""
        return ["tmux", "-u", *self._socket, *arguments]

    @property
    def _socket(self) -> tuple[str, str]:
        return "-S" if "/" in self.socket else "-L", self.socket

    def there(self, command: list[str]) -> list[str]:
        """`command` as it is run on the server's machine."""
        return [*self.ssh, "--", self.host, shlex.join(command)] if self.host else command

    def file(self, environment: Mapping[str, str] | None = None) -> Path | None:
        """The socket's file, if it is on this machine."""
        if self.host:
            return None
        return Path(self.socket) if "/" in self.socket else directory(environment) / self.socket


def directory(environment: Mapping[str, str] | None = None) -> Path:
    """Where tmux of this user keeps its sockets."""
    known = os.environ if environment is None else environment
    base = Path(known.get("TMUX_TMPDIR") or "/tmp")  # noqa: S108
    return base / f"tmux-{os.getuid()}"


def environment() -> dict[str, str]:
    """Our environment without the word that we are inside tmux: otherwise attaching is refused."""
    return {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
