"""A real sshd on loopback for tests, killed by its maker with every connection of it."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from tmux_rig import wait_until

from cockpit.runtimes.tmux.address import SSH
from cockpit.runtimes.tmux.link import one_link

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")


def need_sshd() -> None:
    if SSHD is None or shutil.which("ssh") is None or not Path("/proc").exists():
        pytest.skip("needs an OpenSSH server")


class Sshd:
    """A server of our own on a free port, with keys of its own and `home` for a home. `client` is the ssh that reaches
    it; with `links` it keeps one link for all errands, in that directory (which needs a short path)."""

    def __init__(self, place: Path, links: Path | None = None) -> None:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self.home = place / "home"
        self.home.mkdir()
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name], check=True)
        shutil.copy(place / "user.pub", place / "authorized")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (place / "sshd").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {place}/host\nAuthorizedKeysFile {place}/authorized\n"
            f"StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin yes\n"
            f"SetEnv TMUX_TMPDIR={os.environ['TMUX_TMPDIR']} HOME={self.home} LANG=C.UTF-8\n"
        )
        (place / "known").write_text(f"[127.0.0.1]:{self.port} {(place / 'host.pub').read_text()}")
        (place / "client").write_text(
            f"Host far\nHostName 127.0.0.1\nPort {self.port}\nUser {getpass.getuser()}\nIdentityFile {place}/user\n"
            f"IdentitiesOnly yes\nUserKnownHostsFile {place}/known\n"
        )
        self._place = place
        own = str(place / "client")
        self.client = one_link(links, (own,)) if links else (*SSH, "-F", own)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(SSHD), "-D", "-E", self._place / "log", "-f", self._place / "sshd"], start_new_session=True
        )
        wait_until(self._listens)

    def logins(self) -> list[str]:
        """A line for each connection that was let in."""
        return [line for line in (self._place / "log").read_text().splitlines() if "Accepted " in line]

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False

    def stop(self) -> None:
        """The server and every connection of it, and then what runs over them."""
        assert self._process is not None
        for child in reversed(self._children(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, 9)
        self._process.kill()
        self._process.wait()

    def _children(self, pid: int) -> list[int]:
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                    found += [*self._children(int(stat.parent.name)), int(stat.parent.name)]
        return found
