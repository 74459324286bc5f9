"""Puts our hooks into Claude Code's settings files and takes them out again, never without a copy of what was there.

It changes only the file that it was given, by a rename, and only what `settings` says is ours."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

from cockpit.config.files import replace_file
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.hooks.settings import (
    HOLD_SECONDS,
    PROGRAM,
    WAIT_SECONDS,
    Ours,
    own_line,
    parsed,
    with_ours,
    without_ours,
)

_SOURCE = Path(__file__).with_name("program.py")


@immutable
class Change:
    """What would be done to the file at `path` (where a link leads); None: there is no file. `copy` is where the text
    of before is kept."""

    path: Path
    before: str | None
    after: str | None
    copy: Path

    @property
    def needed(self) -> bool:
        return self.before != self.after


def place_program(state_dir: Path) -> Path:
    """Lay the hook program beside the ledger, or bring it up to date. Raises ConfigError."""
    path, fresh = state_dir / PROGRAM, _SOURCE.read_text("utf-8")
    if _read(path) != fresh:
        _write(path, fresh)
    return path


def ours(state_dir: Path, wait: int = WAIT_SECONDS, hold: int = HOLD_SECONDS) -> Ours:
    """Run by the interpreter itself: a shim in front of it costs 45 ms, and a virtual environment may go away."""
    return Ours(state_dir / PROGRAM, os.path.realpath(sys.executable), wait, hold)


def installing(path: Path, own: Ours, state_dir: Path, *, status_line: bool) -> Change:
    """Raises ConfigError when the settings cannot be read or understood."""
    real, text = _settings(path)
    try:
        after = with_ours(text, own, status_line=status_line)
    except ConfigError as error:
        raise _about(real, error) from error
    return Change(real, text, after, _copy(state_dir, real))


def uninstalling(path: Path, state_dir: Path) -> Change:
    """Back to the very text of before, if nobody changed it since; else without what is ours. Raises ConfigError."""
    real, text = _settings(path)
    copy = _copy(state_dir, real)
    kept = json.loads(_read(copy) or "{}")
    if text is None:
        return Change(real, None, None, copy)
    if kept.get("after") == text:
        return Change(real, text, kept["before"], copy)
    try:
        return Change(real, text, without_ours(text), copy)
    except ConfigError as error:
        raise _about(real, error) from error


def carry_out(change: Change) -> None:
    """Keep a copy of what was there, then put the new text in its place. Raises ConfigError and changes nothing."""
    if _settings(change.path)[1] != change.before:
        raise ConfigError(f"{change.path} was changed meanwhile.", fix="Look at it and try again.")
    if change.after is None:
        change.path.unlink(missing_ok=True)
        return
    kept = json.loads(_read(change.copy) or "{}")
    before = kept["before"] if kept and kept.get("after") == change.before else change.before
    _write(change.copy, json.dumps({"path": str(change.path), "before": before, "after": change.after}))
    _write(change.path, change.after)


def worker_settings(state_dir: Path, home: Path, wait: int = WAIT_SECONDS, hold: int = HOLD_SECONDS) -> Path:
    """A settings file for `claude --settings FILE`: our hooks and status line for that session alone, beside all
    that the person has in `home`. Raises ConfigError."""
    place_program(state_dir)
    try:
        told = parsed(_settings(home / "settings.json")[1] or "{}")
    except ConfigError:
        told = {}
    own = ours(state_dir, wait, hold)
    value = {"hooks": {event: [group] for event, group in own.hooks().items()},
             "statusLine": own.status_line(own_line(told))}  # fmt: skip
    path, text = state_dir / "claude-worker-settings.json", json.dumps(value, indent=2) + "\n"
    if _read(path) != text:
        _write(path, text)
    return path


def _settings(path: Path) -> tuple[Path, str | None]:
    """Where the file really lies, and its text."""
    try:
        real = path.resolve()
        return real, real.read_bytes().decode("utf-8") if real.exists() else None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no UTF-8 text, so it is left alone.", fix="Put it right by hand.") from error
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"{path} cannot be read: {_why(error)}.", fix="Make it readable.") from error


def _copy(state_dir: Path, real: Path) -> Path:
    return state_dir / "hooks" / f"{quote(str(real), safe='')[-200:]}.json"


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        replace_file(path, text)
        path.chmod(mode)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {_why(error)}.",
            fix="If another program keeps this file (a dotfile manager), add the hooks there.",
        ) from error


def _about(path: Path, error: ConfigError) -> ConfigError:
    return ConfigError(f"{path} cannot be changed. {error.message}", fix=error.fix)


def _why(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
