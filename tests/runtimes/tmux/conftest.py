import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tmux_rig import Tmux, short_directory


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
