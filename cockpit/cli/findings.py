"""What `doctor` finds about this machine: versions, configuration, terminal, ledger. It looks and changes nothing."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from cockpit.config import Paths, check, check_actions, load, locate, paths
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.storage.checkup import check_up
from cockpit.storage.migrations import NEWEST

_SMALLEST = (60, 20)


class Verdict(StrEnum):
    """`note` is worth knowing and harms nothing."""

    WELL = "well"
    NOTE = "note"
    BAD = "bad"


@immutable
class Finding:
    area: str
    name: str
    verdict: Verdict
    text: str
    fix: str = ""


def well(area: str, name: str, text: str) -> Finding:
    return Finding(area, name, Verdict.WELL, text)


def note(area: str, name: str, text: str, fix: str = "") -> Finding:
    return Finding(area, name, Verdict.NOTE, text, fix)


def bad(area: str, name: str, text: str, fix: str) -> Finding:
    return Finding(area, name, Verdict.BAD, text, fix)


def versions() -> Iterator[Finding]:
    area = "versions"
    yield well(area, "cockpit", version("cockpit"))
    yield well(area, "python", f"{platform.python_version()} ({sys.executable})")
    yield well(area, "textual", version("textual"))
    yield well(area, "system", f"{platform.system()} {platform.release()}")
    tmux = shutil.which("tmux")
    if tmux is None:
        yield note(area, "tmux", "not found", "Install tmux to see workers that run in it.")
    else:
        said = subprocess.run([tmux, "-V"], capture_output=True, text=True, check=False, timeout=5).stdout.strip()  # noqa: S603
        yield well(area, "tmux", f"{said.removeprefix('tmux ')} ({tmux})")


def configuration(named: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    area = "configuration"
    file, somebody = locate(named, environ)
    by = "$COCKPIT_CONFIG" if environ.get("COCKPIT_CONFIG") else "--config" if somebody else "the usual place"
    if environ.get("COCKPIT_CONFIG") and named is not None:
        yield note(area, "choice", "$COCKPIT_CONFIG goes before --config", "Unset it to use --config.")
    problems = check(named, environ)
    if not problems:
        try:
            from cockpit.ui.actions import BY_ID

            problems = check_actions(load(named, environ), BY_ID)
        except ConfigError as error:
            yield bad(area, "file", error.message, error.fix)
    for problem in problems:
        yield bad(area, "file", str(problem), problem.fix)
    if not problems:
        yield well(area, "file", f"{file} ({by})" if file.exists() else f"none at {file}: all is default")
        yield from _themes(load(named, environ).config.ui.theme)


def _themes(chosen: str) -> Iterator[Finding]:
    """A theme that cannot be used falls back, so it is worth a word and no more."""
    from cockpit.ui.theme import load_themes

    themes = load_themes(paths().themes_dir)
    for problem in (*themes.problems, themes.why_not(chosen)):
        if problem:
            yield note("configuration", "theme", problem)


def terminal(environ: Mapping[str, str], *, is_tty: bool, size: tuple[int, int], encoding: str) -> Iterator[Finding]:
    """What the screen will meet. Nothing is sent to the terminal to find out."""
    area = "terminal"
    term = environ.get("TERM", "")
    if not is_tty:
        yield note(area, "tty", "this is not a terminal, so what one can do is guessed from the environment")
    elif size < _SMALLEST or size[1] < _SMALLEST[1]:
        yield note(area, "size", f"{size[0]}x{size[1]} is small", "Give it 60x20 or more; 120x40 shows three panels.")
    else:
        yield well(area, "size", f"{size[0]}x{size[1]}")
    if term in ("", "dumb"):
        fix = "Set TERM, for example to xterm-256color."
        finding = bad if is_tty else note
        yield finding(area, "TERM", f"{term or 'not set'}: no screen can be drawn", fix)
    else:
        yield well(area, "TERM", term)
    yield from _colours(environ, term)
    if encoding.lower().replace("-", "") == "utf8":
        yield well(area, "encoding", "UTF-8")
    else:
        yield bad(area, "encoding", f"{encoding}: glyphs would be lost", "Set LANG to a UTF-8 locale such as C.UTF-8.")
    yield from _between(environ)


def _colours(environ: Mapping[str, str], term: str) -> Iterator[Finding]:
    area = "terminal"
    if environ.get("NO_COLOR"):
        yield note(area, "colour", "NO_COLOR is set: state is told by glyph and word alone", "Unset it for colour.")
    elif environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        yield well(area, "colour", "24 bit")
    elif "256" in term or "direct" in term:
        yield note(area, "colour", "256 colours", "Set COLORTERM=truecolor if the terminal can do more.")
    else:
        yield note(area, "colour", "16 colours", "Set TERM=xterm-256color or COLORTERM=truecolor if it can do more.")


def _between(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What stands between the cockpit and the person's eyes, and what that swallows."""
    area = "terminal"
    if environ.get("TMUX"):
        yield note(
            area,
            "tmux",
            "inside tmux: its prefix key and, by default, Ctrl+digit do not arrive here",
            "The leader Ctrl+G works. For notifications: tmux set -g allow-passthrough on.",
        )
    elif environ.get("STY"):
        yield note(area, "screen", "inside GNU screen: notifications and some keys are swallowed", "tmux loses less.")
    if mosh():
        yield note(
            area, "mosh", "over mosh: terminal notifications do not pass", "Use the bell or [notify] command instead."
        )
    elif environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        yield note(area, "ssh", "over ssh: a dropped line ends the screen, never the agents", "Run it inside tmux.")
    program = environ.get("TERM_PROGRAM", "")
    if program:
        yield well(area, "program", f"{program} {environ.get('TERM_PROGRAM_VERSION', '')}".strip())


def mosh() -> bool:
    """Whether some ancestor of this process is a mosh-server (Linux only: elsewhere nobody can tell cheaply)."""
    pid = os.getppid()
    for _ in range(32):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        name = stat[stat.index("(") + 1 : stat.rindex(")")]
        if name == "mosh-server":
            return True
        pid = int(stat[stat.rindex(")") + 1 :].split()[1])
        if pid <= 1:
            return False
    return False


def ledger(where: Paths) -> Iterator[Finding]:
    area = "ledger"
    report = check_up(where.ledger_file)
    if report.trouble:
        yield bad(area, "file", f"{report.path}: {report.trouble}", report.fix)
    elif not report.exists:
        yield well(area, "file", f"none yet; it will be {report.path}")
    if report.exists:
        mode = f"mode {report.mode:04o}" if report.mode is not None else "mode unknown"
        schema = f"schema {report.schema} of {NEWEST}" if report.schema is not None else "schema unknown"
        size = f"{(report.size or 0) / 1024:,.0f} KiB"
        if not report.trouble:
            yield well(area, "file", f"{report.path}: whole, {mode}, {schema}, {size}")
        else:
            yield note(area, "facts", f"{mode}, {schema}, {size}")
