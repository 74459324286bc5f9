"""A terminal that goes away while a worker's is shown on it in full: what was made for that goes with it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator

import pytest
from own_terminal import own_terminal

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


def tmux(*arguments: str) -> str:
    done = subprocess.run(["tmux", "-f", "/dev/null", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as root:
        monkeypatch.setenv("TMUX_TMPDIR", root)
        tmux("new-session", "-d", "-s", "one", "-x", "80", "-y", "24", "-n", "worker", "cat")
        try:
            yield
        finally:
            subprocess.run(["tmux", "kill-server"], check=False, capture_output=True)


def wait_until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_the_view_and_its_size_go_with_our_terminal(server: None) -> None:
    def windows() -> str:
        return tmux("list-windows", "-a", "-F", "#{session_name} #{window_width}x#{window_height}")

    with own_terminal() as terminal:
        terminal.until(b"worker")
        os.write(terminal.end, b"o")
        terminal.until(b"comes back")
        assert "one 120x39" in windows()
        terminal.take_away()
        assert terminal.program.wait(15) == 0
    wait_until(lambda: windows() == "one 80x24")
