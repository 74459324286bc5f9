"""Which repository a directory belongs to, and on which branch it is, read from git's own files.

No git is run: a fleet would start one for every pane. It blocks on the disk, so it belongs off the loop. Facts: git
2.39, gitrepository-layout."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from cockpit.model.immutable import immutable

_LONGEST = 4096
_SHORT = 8


@immutable
class Checkout:
    """`repository` is the main one's directory, also for a linked worktree, whose own root is `worktree`.

    `branch` is a short commit id when no branch is checked out."""

    repository: str
    branch: str | None
    worktree: str | None = None


class Checkouts:
    """The checkouts of directories, remembered until their HEAD is another."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Path | None, int, Checkout | None]] = {}

    def of(self, paths: Iterable[str]) -> dict[str, Checkout | None]:
        """None for a directory outside of any repository. What is not asked for again is forgotten."""
        found = {path: self._look(path) for path in dict.fromkeys(paths)}
        self._known = {path: self._known[path] for path in found}
        return found

    def _look(self, path: str) -> Checkout | None:
        known = self._known.get(path)
        if known is not None and known[0] is not None and _changed(known[0]) == known[1]:
            return known[2]
        place = git_directory(Path(path)) if path.startswith("/") else None
        if place is None:
            self._known[path] = (None, 0, None)
            return None
        root, git = place
        self._known[path] = (git / "HEAD", _changed(git / "HEAD"), checkout(root, git))
        return self._known[path][2]


def git_directory(path: Path) -> tuple[Path, Path] | None:
    """The root of the checkout that `path` lies in, and its git directory."""
    for root in (path, *path.parents):
        git = root / ".git"
        try:
            if (git / "HEAD").is_file():
                return root, git
            if git.is_file():
                told = _read(git)
                if told.startswith("gitdir:"):
                    return root, root / told.removeprefix("gitdir:").strip()
        except OSError:
            return None
    return None


def checkout(root: Path, git: Path) -> Checkout:
    common = _read(git / "commondir")
    if not common:
        return Checkout(str(root), _branch(git))
    shared = Path(_resolved(git / common))
    main = shared.parent if shared.name == ".git" else shared
    return Checkout(str(main), _branch(git), str(root))


def _branch(git: Path) -> str | None:
    head = _read(git / "HEAD")
    if head.startswith("ref:"):
        name = head.removeprefix("ref:").strip().removeprefix("refs/heads/")
        return None if name.startswith(".") else name or None
    return head[:_SHORT] or None


def _read(file: Path) -> str:
    """The beginning of a small file as one line; empty when it cannot be read."""
    try:
        # Not blocking, so that a pipe in its place cannot hold us up.
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                return ""
            return opened.read(_LONGEST).decode("utf-8", "replace").split("\n", 1)[0].strip()
    except OSError:
        return ""


def _resolved(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, RuntimeError):
        return str(path)


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return -1
