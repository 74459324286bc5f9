"""Directories of a measurement's own, and the environment that keeps a program inside them.

Nothing of the person's own is read or written."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.server import Server

COCKPIT = str(Path(sys.executable).with_name("cockpit"))
COMPILING = 1
"""So many first runs of a program in a new place compile its modules, which weighs up to 7 MB: they do not count."""
_ROOT = Path(__file__).parents[2]
_FOREIGN = ("COCKPIT_", "XDG_", "T3", "TMUX", "SSH_", "NO_COLOR", "TEXTUAL_", "PYTHON", "CLAUDE_")


class Place:
    def __init__(self, root: Path) -> None:
        self._root = root
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        homes = {f"XDG_{name}_HOME": str(root / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
        # Compiled modules are kept, as for any installed program, but not in the tree that is measured.
        compiled = {"PYTHONPYCACHEPREFIX": str(root / "compiled"), "PYTHONPATH": str(_ROOT)}
        self.env = {
            **kept,
            **homes,
            **compiled,
            "HOME": str(root),
            "TMUX_TMPDIR": str(root),
            "COCKPIT_CONFIG": str(root / "config.toml"),
        }
        self.file("config.toml").touch()

    def file(self, name: str) -> Path:
        return self._root / name

    def configure(self, server: Server) -> None:
        """One server, named `home`, with the token in a file."""
        token = self.file("token")
        token.write_text(server.token)
        token.chmod(0o600)
        self.file("config.toml").write_text(
            f'[[t3]]\nname = "home"\nurl = "{server.url}"\ntoken_file = {json.dumps(str(token))}\n'
        )


@contextmanager
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-", ignore_cleanup_errors=True) as root:
        yield Place(Path(root))
