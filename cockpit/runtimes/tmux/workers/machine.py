"""The machine that a tmux server runs on, this one or a far one: its programs, its files, its git.

All that a worker needs of a machine goes through `run`; far away each is an ssh errand over the link that stands. What
is long or private is given as input, never as an argument; it keeps nothing there and decides nothing."""

import os
import posixpath
import shlex
from collections.abc import Iterable, Mapping

from cockpit.model.errors import Refused, Rejected
from cockpit.model.text import one_line
from cockpit.runtimes.tmux import once
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.failures import Hung
from cockpit.runtimes.tmux.once import Done

_SECONDS = 30.0
_GIT_SECONDS = 120.0
# 255 is what ssh says of its own troubles.
_RUN = 'cd -- "$1" || exit 1; shift; "$@"; code=$?; [ $code = 255 ] && code=254; exit $code'
# What a login shell prints beside is taken for no variable that is asked for here.
_LOGIN = '"$SHELL" -lc env 2>/dev/null && echo "COCKPIT_LOGIN=$SHELL" || { sh -lc env; echo COCKPIT_LOGIN=/bin/sh; }'
_FIND = 'for name; do command -v "$name" || echo; done'


class Machine:
    """`name` ends a sentence: `here`, `on box`. Calls raise SourceError when a far machine cannot be reached, and
    never block the loop."""

    def __init__(self, where: Address) -> None:
        self.where = where
        self.far = bool(where.host)
        self.name = f"on {where.host}" if where.host else "here"
        self._login: dict[str, str] | None = None

    async def run(self, *command: str, directory: str = "/", data: bytes = b"", seconds: float = _SECONDS) -> Done:
        """Run a program with `data` as its input; how it ended is for the caller to judge (127: it is not there)."""
        if self.far:
            command = ("env", f"PATH={(await self.environment())['PATH']}", *command)
        return await self._sh(_RUN, directory, *command, data=data, seconds=seconds)

    async def sh(self, script: str, *arguments: str, directory: str = "/", data: bytes = b"") -> Done:
        """As `run`, for a line of POSIX shell with its $1, $2 …"""
        return await self.run("sh", "-c", script, "sh", *arguments, directory=directory, data=data)

    async def git(self, place: str, *arguments: str) -> str:
        """What git prints there. Raises Rejected with git's own last words, SourceError."""
        what = f"git {arguments[0]}"
        plain = ("env", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "git", "-C", place)
        try:
            done = await self.run(*plain, *arguments, seconds=_GIT_SECONDS)
        except Hung:
            raise Rejected(f"{what} did not end within {_GIT_SECONDS:g} s.", fix="Look at the disk.") from None
        if done.code == 127:
            raise Rejected(f"git is not installed {self.name}.", fix="Install it, or start without a worktree.")
        if done.code:
            raise failed(what, done.complained)
        return done.said.decode("utf-8", "replace").rstrip("\n")

    async def environment(self) -> Mapping[str, str]:
        """What a program sees that a person starts there; far away, what a login shell has."""
        if not self.far:
            return os.environ
        if self._login is None:
            done = await self._sh(_LOGIN)
            lines = done.said.decode("utf-8", "replace").splitlines()
            found = dict(line.split("=", 1) for line in lines if "=" in line)
            if not {"HOME", "PATH", "COCKPIT_LOGIN"} <= found.keys():
                raise Rejected(f"No shell can be run {self.name}: it tells no HOME and PATH.", fix="Log in and look.")
            self._login = found
        return self._login

    async def look_again(self) -> None:
        """Ask anew for what a login shell has: a person may have installed something."""
        self._login = None
        await self.environment()

    async def whole(self, path: str) -> str:
        """The path with its ~ replaced. Raises Refused when it is not whole then."""
        home = (await self.environment()).get("HOME", "")
        if path == "~" or path.startswith("~/"):
            path = home + path[1:]
        if not path.startswith("/"):
            raise Refused(f"{one_line(path, 200)} is no whole path.", fix="Begin it with / or ~/.")
        return posixpath.normpath(path)

    async def find(self, programs: Iterable[str]) -> dict[str, str]:
        """Where each of those programs is, by its name; `$SHELL` is the person's shell. Who lacks is left out."""
        known = await self.environment()
        names = list(dict.fromkeys(programs))
        wanted = [
            known.get("SHELL") or "/bin/sh" if name == "$SHELL" else
            known.get("HOME", "") + name[1:] if name.startswith("~/") else name
            for name in names
        ]  # fmt: skip
        done = await self.sh(_FIND, *wanted)
        files = done.said.decode("utf-8", "replace").splitlines()
        return {name: file for name, file in zip(names, files, strict=False) if file.startswith("/")}

    async def is_directory(self, path: str) -> bool:
        return (await self.run("test", "-d", path)).code == 0

    async def remove(self, path: str) -> None:
        """Remove what we made there, with all that is in it; nothing happens when it is gone."""
        await self.run("rm", "-rf", "--", path)

    async def in_window(self, command: str) -> str:
        """The shell command for a window that runs `command` as a person would there: far away with a login shell's
        environment, since a tmux server that was started over ssh has hardly any."""
        if not self.far:
            return f"exec {command}"
        shell = (await self.environment())["COCKPIT_LOGIN"]
        return f"exec {shlex.quote(shell)} -lc {shlex.quote(f'exec {command}')}"

    async def _sh(self, script: str, *arguments: str, data: bytes = b"", seconds: float = _SECONDS) -> Done:
        command = self.where.there(["sh", "-c", script, "sh", *arguments])
        return await once.run(self.where, command, data=data, seconds=seconds)


def failed(what: str, said: str) -> Rejected:
    """`said` is what the program complained of."""
    lines = [line for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    telling = next((line for line in reversed(lines) if line.startswith(("fatal:", "error:"))), last)
    if "no space left" in said.lower() or "disk quota" in said.lower():
        return Rejected(f"The disk is full: {what} failed.", fix="Make room, and try again.")
    if (unwritten := next((line for line in lines if "unable to write" in line), "")) and what.startswith("git"):
        # All that git says of a full disk while it fills a worktree (2.39).
        which = one_line(unwritten.removeprefix("error:").strip(), 200)
        return Rejected(f"{what} failed: {which}.", fix="See whether the disk is full, make room, and try again.")
    why = one_line(telling.removeprefix("fatal:").removeprefix("error:").strip(), 200) or "it gave no reason"
    return Rejected(f"{what} failed: {why.removesuffix('.')}.", fix="Try the same in a shell.")
