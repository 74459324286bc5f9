import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssh_rig import Sshd, need_sshd
from tmux_rig import Tmux, short_directory
from worker_kit import Site


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for sockets that no tmux of this machine knows."""
    with short_directory() as place:
        monkeypatch.setenv("TMUX_TMPDIR", str(place))
        monkeypatch.delenv("TMUX", raising=False)
        monkeypatch.delenv("TMUX_PANE", raising=False)
        yield place


@pytest.fixture
def tmux(sockets: Path) -> Iterator[Tmux]:
    """A private tmux server, gone afterwards."""
    server = Tmux.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def sshd(tmp_path: Path, sockets: Path) -> Iterator[Sshd]:
    need_sshd()
    daemon = Sshd(tmp_path)
    try:
        yield daemon
    finally:
        daemon.stop()


@pytest.fixture(params=["here", "far"])
def site(request: pytest.FixtureRequest, tmp_path: Path, sockets: Path) -> Iterator[Site]:
    """Where workers are started: the same on this machine and over a real ssh."""
    if request.param == "far":
        need_sshd()
    daemon = Sshd(tmp_path, sockets / "links") if request.param == "far" else None
    made = Site(tmp_path, daemon)
    try:
        yield made
    finally:
        made.tmux.kill()
        if daemon is not None:
            daemon.stop()
