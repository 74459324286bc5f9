"""Opening a window from behind the screen, where nothing stands for stdout that has an encoding."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, sys
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.workers.windows import open_window

class Nothing:
    def write(self, text): return len(text)
    def flush(self): pass

told, sys.stdout = sys.stdout, Nothing()
window = asyncio.run(open_window(Address(sys.argv[1]), "one", "sleep 100"))
print(window.pane, file=told)
"""


def test_a_window_opens_though_stdout_is_the_screens(tmp_path: Path) -> None:
    socket = str(tmp_path / "s")
    try:
        done = subprocess.run([sys.executable, "-c", PROGRAM, socket], capture_output=True, text=True, check=False)
        assert done.stdout.startswith("%"), done.stderr
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], check=False)
