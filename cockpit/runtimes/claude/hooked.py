"""Whether a session has our hooks: from the settings that it reads, or because our status line runs in it.

It reads no settings but those that Claude Code reads for that session, and only when it is asked."""

from pathlib import Path

from cockpit.model.errors import ConfigError
from cockpit.runtimes.claude.files import Unreadable, read_bounded

_LARGEST = 1 << 20


class Hooked:
    """`home` is the Claude directory. Asking blocks briefly."""

    def __init__(self, home: Path) -> None:
        self._user = home / "settings.json"
        self._known: dict[Path, tuple[int, bool]] = {}

    def in_settings(self, cwd: str) -> bool:
        """Whether a session that was started in that directory reads our hooks from the person's or the project's
        settings; those of a worker's own `--settings` are not seen here."""
        project = Path(cwd) / ".claude"
        files = [self._user]
        files += [project / "settings.json", project / "settings.local.json"] if cwd.startswith("/") else []
        return any(map(self._has, files))

    def _has(self, file: Path) -> bool:
        # Few starts need it.
        from cockpit.runtimes.claude.hooks.settings import found_in

        try:
            written = file.stat().st_mtime_ns
            if (known := self._known.get(file)) is not None and known[0] == written:
                return known[1]
            has = any(each != "statusLine" for each in found_in(read_bounded(file, _LARGEST)[0].decode()))
        except (OSError, Unreadable, UnicodeDecodeError, ConfigError):
            return False
        self._known[file] = (written, has)
        return has
