"""No test sees the tmux servers of the person who runs it: they are looked for by default. No test is failed by a slow
machine: what is measured is measured by `tests/bench`."""

import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def no_tmux_but_ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Short, because the path of a socket has little room.
    with tempfile.TemporaryDirectory(prefix="ck") as place:
        monkeypatch.setenv("TMUX_TMPDIR", place)
        monkeypatch.delenv("TMUX", raising=False)
        monkeypatch.delenv("TMUX_PANE", raising=False)
        yield
