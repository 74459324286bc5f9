"""A worktree for one worker: made beside the repository on a branch of its own, and removed when nothing in it is lost.

What it made it takes back when a later step fails; a branch it deletes only then, and only while it stands where it was
made."""

import asyncio
import contextlib
import posixpath
import shlex
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from cockpit.config import WorkersConfig
from cockpit.model.errors import CockpitError, Rejected
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.tmux.failures import Hung
from cockpit.runtimes.tmux.workers.machine import Machine, failed

_SETUP_SECONDS = 900.0
_TRIES = 100
_SHOWN = 3
_NAMES = ("for-each-ref", "--format=%(refname:short)", "refs/heads")
_MAKE = 'mkdir -p -- "${1%/*}" && mkdir -- "$1"'
_TAKEN = 'cd -- "$1" 2>/dev/null && ls -A; true'
_COPY = (
    'while IFS= read -r name; do to=$1/$name; if [ -e "$to" ] || [ -L "$to" ]; then continue; fi; '
    'mkdir -p -- "${to%/*}" && cp -RPp -- "./$name" "$to" || { echo "$name"; exit 1; }; done'
)
# What it prints goes to a file and no pipe: whatever it leaves running may keep that open for ever.
_SET_UP = (
    'said=$(mktemp) || exit; "$@" >"$said" 2>&1 </dev/null; code=$?; tail -c 65536 "$said" >&2; rm -f "$said"; '
    "exit $code"
)


@immutable
class Worktree:
    """`base` is the commit that `branch` was made at."""

    repository: str
    path: str
    branch: str
    base: str


async def make(
    machine: Machine, repository: str, branch: str, base: str, config: WorkersConfig, adding: asyncio.Lock,
    *, exact: bool, setup: bool,
) -> Worktree:  # fmt: skip
    """A new worktree on a new branch: `branch` itself if that is `exact`, else with a number where it is taken. Files
    are copied and the setup command is run in it. `adding`: two at once would choose the same free name. Raises
    Rejected when nothing is left of it, SourceError."""
    commit = await _commit(machine, repository, base or "HEAD")
    if not commit:
        raise Rejected(
            f"{repository} has no commit {one_line(base or 'HEAD', 60)!r} to begin from.", fix="Name another base."
        )
    directory = await _directory(machine, repository, config.worktrees)
    async with adding:
        made = await _add(machine, repository, directory, branch, commit, exact=exact)
    try:
        await _copy(machine, repository, made.path, config.copy)
        if setup and config.setup:
            await _set_up(machine, made, config.setup)
    except BaseException as error:
        await take_back(machine, made, error)
        raise
    return made


async def take_back(machine: Machine, made: Worktree, error: BaseException) -> None:
    """Unmake it because of `error`, or raise Rejected with what is left when its machine cannot be reached."""
    try:
        await unmake(machine, made)
    except CockpitError:
        why = error.message if isinstance(error, CockpitError) else "It was given up."
        raise Rejected(
            f"{why} {made.path} {machine.name} could not be taken back.",
            fix=f"Run there: {shlex.join(('git', '-C', made.repository, 'worktree', 'remove', '--force', made.path))}",
        ) from error


async def unmake(machine: Machine, made: Worktree) -> None:
    """Take back what `make` made, moments ago: nobody has worked in it yet. Raises SourceError."""
    for arguments in (
        ("worktree", "remove", "--force", made.path),
        (),
        ("worktree", "prune"),
        ("update-ref", "-d", f"refs/heads/{made.branch}", made.base),
    ):
        with contextlib.suppress(Rejected):
            await (machine.git(made.repository, *arguments) if arguments else machine.remove(made.path))
    await _drop_if_empty(machine, made.path)


async def unsaved(machine: Machine, path: str, branch: str, base: str) -> str:
    """What would be lost or left alone with the worktree, in words; empty when it is all committed and pushed, or on
    another branch as well. Raises Rejected when git cannot say, SourceError."""
    said = await machine.git(path, "status", "--porcelain", "--untracked-files=all")
    changed = [line[3:] for line in said.splitlines()]
    if changed:
        names = ", ".join(one_line(name, 60) for name in changed[:_SHOWN]) + (", …" if len(changed) > _SHOWN else "")
        return f"{len(changed)} {'file is' if len(changed) == 1 else 'files are'} not committed ({names})"
    elsewhere = ["--not", f"--exclude={branch}", "--branches", "--remotes", *([base] if base else [])]
    count = int(await machine.git(path, "rev-list", "--count", "HEAD", *elsewhere) or 0)
    if count:
        last = one_line(await machine.git(path, "log", "-1", "--format=%s"), 60)
        return f"{count} {'commit is' if count == 1 else 'commits are'} not pushed (the last: “{last}”)"
    return ""


async def remove(machine: Machine, repository: str, path: str) -> None:
    """Remove the worktree; its branch stays. git refuses while anything in it is not committed. Raises Rejected,
    SourceError."""
    await machine.git(repository, "worktree", "remove", path)
    await _drop_if_empty(machine, path)


async def _drop_if_empty(machine: Machine, path: str) -> None:
    await machine.run("rmdir", "--", posixpath.dirname(path))


async def _commit(machine: Machine, repository: str, name: str) -> str:
    """The full id of what is called so; empty when there is none."""
    try:
        return await machine.git(
            repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
    except Rejected:
        return ""


async def _directory(machine: Machine, repository: str, pattern: str) -> str:
    named = pattern.replace("{repository}", posixpath.basename(repository))
    return await machine.whole(named if named.startswith("~") else posixpath.join(repository, named))


async def _add(machine: Machine, repository: str, directory: str, branch: str, commit: str, *, exact: bool) -> Worktree:
    made = await _free(machine, repository, directory, branch, commit, exact=exact)
    # Made by us and empty, so that nobody else's is taken back when git fails.
    done = await machine.sh(_MAKE, made.path)
    if done.code:
        why = one_line(done.complained.strip().rpartition(": ")[2], 120).lower()
        raise Rejected(f"{made.path} cannot be made: {why}.", fix="Set worktrees in [workers].")
    try:
        await machine.git(repository, "worktree", "add", "--quiet", "-b", made.branch, "--", made.path, commit)
    except BaseException as error:
        await take_back(machine, made, error)
        raise
    return made


async def _free(
    machine: Machine, repository: str, directory: str, branch: str, commit: str, *, exact: bool
) -> Worktree:
    """The first name with which there is neither branch nor directory."""
    branches = set((await machine.git(repository, *_NAMES)).splitlines())
    beside = set((await machine.sh(_TAKEN, directory)).said.decode("utf-8", "replace").splitlines())
    for number in range(1, _TRIES):
        name = branch if number == 1 else f"{branch}-{number}"
        place = name.replace("/", "-")
        if name not in branches and place not in beside:
            return Worktree(repository, posixpath.join(directory, place), name, commit)
        if exact:
            break
    raise Rejected(f"There is a branch or worktree {one_line(branch, 60)} already.", fix="Choose another name.")


async def _copy(machine: Machine, repository: str, to: str, patterns: tuple[str, ...]) -> None:
    """Copy what those patterns find and git ignores; what is there already stays."""
    found = [name for pattern in patterns for name in await _ignored(machine, repository, pattern)]
    if not found:
        return
    data = "".join(f"{name}\n" for name in dict.fromkeys(found)).encode("utf-8", "surrogateescape")
    done = await machine.sh(_COPY, to, directory=repository, data=data)
    if done.code:
        raise failed(f"Copying {one_line(done.said.decode('utf-8', 'replace'), 80)}", done.complained)


async def _ignored(machine: Machine, repository: str, pattern: str) -> list[str]:
    """What git ignores there and the pattern finds: a directory as one where the pattern names that itself."""
    names = await _listed(machine, repository, "--directory", "--", f":(glob){pattern}")
    parts = pattern.split("/")
    if any(name.endswith("/") and not _fits(PurePosixPath(name).parts, parts) for name in names):
        names = await _listed(machine, repository, "--", f":(glob){pattern}", f":(glob){pattern}/**")
    return [name.rstrip("/") for name in names if "\n" not in name]


async def _listed(machine: Machine, repository: str, *arguments: str) -> list[str]:
    if await machine.git(repository, "rev-parse", "--is-inside-work-tree") != "true":
        return []
    said = await machine.git(repository, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", *arguments)
    return [name for name in said.split("\0") if name]


def _fits(path: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_fits(path[skipped:], pattern[1:]) for skipped in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _fits(path[1:], pattern[1:])


async def _set_up(machine: Machine, made: Worktree, command: tuple[str, ...]) -> None:
    """Run the setup command there; what it starts and leaves behind holds nothing up."""
    words = (
        f"COCKPIT_REPOSITORY={made.repository}", f"COCKPIT_WORKTREE={made.path}", f"COCKPIT_BRANCH={made.branch}",
    )  # fmt: skip
    try:
        done = await machine.run(
            "env", *words, "sh", "-c", _SET_UP, "sh", *command, directory=made.path, seconds=_SETUP_SECONDS
        )
    except Hung:
        raise Rejected(f"The setup command did not end within {_SETUP_SECONDS:g} s.", fix="Run it by hand.") from None
    if done.code in (126, 127):
        raise Rejected("The setup command cannot be run.", fix="Correct setup in [workers].")
    if done.code:
        raise failed("The setup command", done.complained)
