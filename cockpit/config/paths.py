"""Where the cockpit keeps things: the XDG directories on every system. It only names paths, it never makes them."""

import os
from pathlib import Path

from platformdirs.unix import Unix

from cockpit.model.immutable import immutable

HOOK_PROGRAM = "cockpit-hook.py"


@immutable
class Paths:
    """The three directories that are ours alone, and the files that stand in them."""

    config_dir: Path
    state_dir: Path
    cache_dir: Path

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

    @property
    def themes_dir(self) -> Path:
        """A person's own themes."""
        return self.config_dir / "themes"

    @property
    def harnesses_dir(self) -> Path:
        """A person's own harnesses."""
        return self.config_dir / "harnesses"

    @property
    def ledger_file(self) -> Path:
        return self.state_dir / "ledger.db"

    @property
    def hook_program(self) -> Path:
        """The copy of our hook program that Claude Code runs, once it was installed."""
        return self.state_dir / HOOK_PROGRAM

    @property
    def lines_dir(self) -> Path:
        """Claude's own numbers, a file for each session, as our status line keeps them."""
        return self.state_dir / "claude-lines"

    @property
    def present_dir(self) -> Path:
        """A mark of each cockpit that is on a screen."""
        return self.state_dir / "present"

    @property
    def links_dir(self) -> Path:
        """The sockets of ssh links that stand: where sockets of this login belong, else with our own things. After a
        `su` that directory may be another user's, who could put a configuration of ssh there for us to run."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        try:
            ours = os.stat(runtime).st_uid == os.getuid()
        except OSError:
            ours = False
        return Path(runtime) / "cockpit" if ours else self.state_dir / "ssh"

    @property
    def log_file(self) -> Path:
        return self.state_dir / "cockpit.log"


def paths() -> Paths:
    """The directories by `XDG_CONFIG_HOME`, `XDG_STATE_HOME` and `XDG_CACHE_HOME`, or their usual places."""
    dirs = Unix("cockpit", appauthor=False)
    return Paths(dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path)
