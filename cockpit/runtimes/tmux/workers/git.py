"""git as a program, off the loop: one call, its output, and its complaint in one line.

It knows no worktree and decides nothing."""

import os
import subprocess
from pathlib import Path

from cockpit.model.errors import Rejected
from cockpit.model.text import one_line

_SECONDS = 120.0


def git(place: Path, *arguments: str, seconds: float = _SECONDS) -> str:
    """What `git` prints in that directory. Raises Rejected with git's own last words. Blocks."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(place), *arguments],  # noqa: S607
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=seconds, env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )  # fmt: skip
    except FileNotFoundError:
        raise Rejected("git is not installed here.", fix="Install it, or start without a worktree.") from None
    except subprocess.TimeoutExpired:
        raise Rejected(f"git {arguments[0]} did not end within {seconds:g} s.", fix="Look at the disk.") from None
    except OSError as error:
        raise Rejected(f"git cannot be run: {(error.strerror or str(error)).lower()}.") from error
    if done.returncode:
        raise failed(f"git {arguments[0]}", done.stderr.decode("utf-8", "replace"))
    return done.stdout.decode("utf-8", "replace").rstrip("\n")


def failed(what: str, said: str) -> Rejected:
    """`said` is what the program complained of."""
    lines = [line for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    telling = next((line for line in reversed(lines) if line.startswith(("fatal:", "error:"))), last)
    if "no space left" in said.lower() or "disk quota" in said.lower():
        return Rejected(f"The disk is full: {what} failed.", fix="Make room, and try again.")
    why = one_line(telling.removeprefix("fatal:").removeprefix("error:").strip(), 200) or "it gave no reason"
    return Rejected(f"{what} failed: {why.removesuffix('.')}.", fix="Try the same in a shell.")
