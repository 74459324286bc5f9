"""A terminal that goes away while a worker's is shown on it in full: what was made for that goes with it."""

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

OWN_TERMINAL = (
    "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);from cockpit.cli import main; main()"
)


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

    own, theirs = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color"}
    child = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL], stdin=theirs, stdout=theirs, stderr=theirs, env=environ
    )
    os.close(theirs)
    try:
        drawn = b""
        while b"worker" not in drawn:
            drawn = drawn[-20000:] + os.read(own, 65536)
        os.write(own, b"o")
        while b"comes back" not in drawn:
            drawn = drawn[-20000:] + os.read(own, 65536)
        assert "one 120x39" in windows()
        os.close(own)
        own = -1
        assert child.wait(15) == 0
    finally:
        if own >= 0:
            os.close(own)
        child.kill()
        child.wait()
    wait_until(lambda: windows() == "one 80x24")
