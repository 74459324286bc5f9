"""Records the golden screens anew from the programs of this machine: `python tests/runtimes/tmux/golden/record.py`.

Look at the difference before committing it: the files say what a real tmux captured and how we read it."""

import os
import runpy
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
RIG = runpy.run_path(str(HERE.parent / "tmux_rig.py"))
DUMP = runpy.run_path(str(HERE.parent / "screen_dump.py"))
SCREENS = {
    "sampler": ("cat sampler.bytes; exec tail -f /dev/null", "80x24"),
    "vim": ("vim -u NONE -N -c 'syntax on' -c 'set nu ru cul hls' -c '/radius' sample.py", "80x24"),
    "htop": ("exec htop -d 100 -p $$", "100x30"),
    "less": ("less -N sample.py", "60x20"),
}


def record(name: str, command: str, size: str) -> None:
    from cockpit.runtimes.tmux.screen import MODES, Reader

    server = RIG["Tmux"].start(f"cd {HERE}; {command}", size=size)
    try:
        server("select-pane", "-t", "one:0", "-T", f"{name} here")
        time.sleep(1.5)
        rows = server("capture-pane", "-epN", "-t", "one:0").encode().split(b"\n")
        modes = server.show(MODES, "one:0").encode()
    finally:
        server.kill()
    (HERE / f"{name}.rows").write_bytes(b"\n".join(rows))
    (HERE / f"{name}.modes").write_bytes(modes)
    (HERE / f"{name}.txt").write_text(DUMP["dump"](Reader().read(rows, modes)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "TMUX_TMPDIR": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        for name, (command, size) in SCREENS.items():
            record(name, command, size)
