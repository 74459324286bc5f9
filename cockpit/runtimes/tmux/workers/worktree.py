"""A worktree for one worker: made beside the repository on a branch of its own, and removed when nothing in it is lost.

It blocks on git and the disk. What it made it takes back when a later step fails; a branch it deletes only then, and
only while it stands where it was made."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from cockpit.config import WorkersConfig
from cockpit.model.errors import Rejected
from cockpit.model.text import one_line
from cockpit.runtimes.tmux.workers.git import failed, git

_SETUP_SECONDS = 900.0
_COMPLAINT = 1 << 16
"""Bytes of the setup command's last words that are read."""
_TRIES = 100
_SHOWN = 3
_ADDING = threading.Lock()
"""Two at once would choose the same free name."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """`base` is the commit that `branch` was made at."""

    repository: Path
    path: Path
    branch: str
    base: str


def make(repository: Path, branch: str, base: str, config: WorkersConfig, *, exact: bool, setup: bool) -> Worktree:
    """A new worktree on a new branch: `branch` itself if that is `exact`, else with a number where it is taken. Files
    are copied and the setup command is run in it. Raises Rejected when nothing is left of it."""
    commit = _commit(repository, base or "HEAD")
    if not commit:
        raise Rejected(
            f"{repository} has no commit {one_line(base or 'HEAD', 60)!r} to begin from.", fix="Name another base."
        )
    directory = _directory(repository, config.worktrees)
    with _ADDING:
        made = _add(repository, directory, branch, commit, exact=exact)
    try:
        _copy(repository, made.path, config.copy)
        if setup and config.setup:
            _set_up(made, config.setup)
    except BaseException:
        unmake(made)
        raise
    return made


def unmake(made: Worktree) -> None:
    """Take back what `make` made, moments ago: nobody has worked in it yet."""
    with contextlib.suppress(Rejected):
        git(made.repository, "worktree", "remove", "--force", str(made.path))
    if made.path.exists():
        shutil.rmtree(made.path, ignore_errors=True)
    with contextlib.suppress(Rejected):
        git(made.repository, "worktree", "prune")
    with contextlib.suppress(Rejected):
        git(made.repository, "update-ref", "-d", f"refs/heads/{made.branch}", made.base)
    with contextlib.suppress(OSError):
        made.path.parent.rmdir()  # only if it is empty


def unsaved(path: Path, branch: str, base: str) -> str:
    """What would be lost or left alone with the worktree, in words; empty when it is all committed and pushed, or on
    another branch as well. Raises Rejected when git cannot say."""
    changed = [line[3:] for line in git(path, "status", "--porcelain", "--untracked-files=all").splitlines()]
    if changed:
        names = ", ".join(one_line(name, 60) for name in changed[:_SHOWN]) + (", …" if len(changed) > _SHOWN else "")
        return f"{len(changed)} {'file is' if len(changed) == 1 else 'files are'} not committed ({names})"
    elsewhere = ["--not", f"--exclude={branch}", "--branches", "--remotes", *([base] if base else [])]
    count = int(git(path, "rev-list", "--count", "HEAD", *elsewhere) or 0)
    if count:
        last = one_line(git(path, "log", "-1", "--format=%s"), 60)
        return f"{count} {'commit is' if count == 1 else 'commits are'} not pushed (the last: “{last}”)"
    return ""


def remove(repository: Path, path: Path) -> None:
    """Remove the worktree; its branch stays. git refuses while anything in it is not committed. Raises Rejected."""
    git(repository, "worktree", "remove", str(path))
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _commit(repository: Path, name: str) -> str:
    """The full id of what is called so; empty when there is none."""
    try:
        return git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except Rejected:
        return ""


def _directory(repository: Path, pattern: str) -> Path:
    return Path(os.path.normpath(repository / Path(pattern.replace("{repository}", repository.name)).expanduser()))


def _add(repository: Path, directory: Path, branch: str, commit: str, *, exact: bool) -> Worktree:
    made = _free(repository, directory, branch, commit, exact=exact)
    try:
        # Made by us and empty, so that nobody else's is taken back when git fails.
        made.path.mkdir(parents=True)
    except OSError as error:
        raise Rejected(
            f"{made.path} cannot be made: {(error.strerror or str(error)).lower()}.", fix="Set worktrees in [workers]."
        ) from error
    try:
        git(repository, "worktree", "add", "--quiet", "-b", made.branch, "--", str(made.path), commit)
    except BaseException:
        unmake(made)
        raise
    return made


def _free(repository: Path, directory: Path, branch: str, commit: str, *, exact: bool) -> Worktree:
    """The first name with which there is neither branch nor directory."""
    for number in range(1, _TRIES):
        name = branch if number == 1 else f"{branch}-{number}"
        made = Worktree(repository, directory / name.replace("/", "-"), name, commit)
        if not made.path.exists() and not _commit(repository, f"refs/heads/{name}"):
            return made
        if exact:
            break
    raise Rejected(f"There is a branch or worktree {one_line(branch, 60)} already.", fix="Choose another name.")


def _copy(repository: Path, to: Path, patterns: tuple[str, ...]) -> None:
    """Copy what those patterns find and git ignores; what is there already stays."""
    for pattern in patterns:
        for found in sorted(repository.glob(pattern)):
            relative = found.relative_to(repository)
            target = to / relative
            if relative.parts[:1] == (".git",) or target.exists() or not _ignored(repository, relative):
                continue
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                if found.is_dir() and not found.is_symlink():
                    shutil.copytree(found, target, symlinks=True)
                else:
                    shutil.copy2(found, target, follow_symlinks=False)
            except (OSError, shutil.Error) as error:
                raise failed(f"Copying {one_line(str(relative), 80)}", str(error)) from error


def _ignored(repository: Path, relative: Path) -> bool:
    try:
        git(repository, "check-ignore", "--quiet", "--", str(relative))
    except Rejected:
        return False
    return True


def _set_up(made: Worktree, command: tuple[str, ...]) -> None:
    """Run the setup command there; what it starts and leaves behind holds nothing up."""
    words = {
        "COCKPIT_REPOSITORY": str(made.repository),
        "COCKPIT_WORKTREE": str(made.path),
        "COCKPIT_BRANCH": made.branch,
    }
    # A file and no pipe: whatever it leaves running may keep that open for ever.
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(  # noqa: S603
                list(command), cwd=made.path, env={**os.environ, **words}, stdin=subprocess.DEVNULL, stdout=said,
                stderr=subprocess.STDOUT, check=False, timeout=_SETUP_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Rejected(
                f"The setup command did not end within {_SETUP_SECONDS:g} s.", fix="Run it by hand."
            ) from None
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise Rejected(f"The setup command cannot be run: {why}.", fix="Correct setup in [workers].") from error
        if done.returncode:
            said.seek(max(0, said.seek(0, os.SEEK_END) - _COMPLAINT))
            raise failed("The setup command", said.read().decode("utf-8", "replace"))
