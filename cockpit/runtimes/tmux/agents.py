"""Which agent runs in a pane: the first process below it whose argument vector runs one that we know by name.

Neither the foreground command nor a title would do: an agent is `node` here, `python` there, writes its own title and
is started by wrappers. It blocks on the process table, so it belongs off the loop; far away there is none to read."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from time import monotonic

from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux.panes import Pane

_NAMES = {name: name for name in ("claude", "codex", "opencode", "gemini", "aider")}
_PACKAGES = {"claude-code": "claude", "gemini-cli": "gemini", "opencode-ai": "opencode", "aider-chat": "aider"}
_RUNNERS = frozenset({
    "node", "nodejs", "bun", "bunx", "deno", "npx", "npm", "pnpm", "yarn", "python", "uv", "uvx", "pipx",
    "env", "sudo", "nice", "nohup", "timeout", "stdbuf", "script", "docker", "podman", "ssh", "mosh", "nix",
    "devcontainer", "distrobox", "firejail", "bwrap", "systemd-run",
})  # fmt: skip
"""Programs whose arguments name the program that really runs."""
_VERSION = re.compile(r"[\d.]+$")
_WORDS = 12
_MOST = 64
_AGAIN_SECONDS = 3.0


@immutable
class Agent:
    """`name` is the word for the harness everywhere, `pid` the process that runs it; 0 where that is not known."""

    name: str
    pid: int = 0


def named(argv: Iterable[str]) -> str:
    """The agent that this argument vector runs; empty for anything else."""
    words = list(argv)[:_WORDS]
    if not words:
        return ""
    first = _agent(words[0])
    if first or _VERSION.sub("", _program(words[0])) not in _RUNNERS:
        return first
    return next((found for word in words[1:] if not word.startswith("-") and (found := _agent(word))), "")


def by_command(pane: Pane) -> Agent | None:
    """What the pane's own words say where no process can be looked at."""
    name = named([pane.command]) or named(pane.start.split())
    return Agent(name) if name else None


class Agents:
    """The agents of panes on this machine. A pane is looked at again when something else runs in front, when it printed
    and nothing was found (not at once each time), and when its agent is gone."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Agent | None, tuple[str, int], float]] = {}

    def of(self, panes: Iterable[Pane]) -> dict[int, Agent]:
        """By the pid of the pane's first process."""
        self._known = {pane.pid: self._look(pane) for pane in panes if pane.pid and not pane.dead}
        return {pid: agent for pid, (agent, _, _) in self._known.items() if agent is not None}

    def _look(self, pane: Pane) -> tuple[Agent | None, tuple[str, int], float]:
        now, mark = monotonic(), (pane.command, pane.activity)
        known = self._known.get(pane.pid)
        if known is not None:
            agent, seen, at = known
            same = seen[0] == mark[0]
            if same and agent is not None and named(_argv(agent.pid)) == agent.name:
                return known
            if same and agent is None and (seen == mark or now - at < _AGAIN_SECONDS):
                return known
        return _below(pane.pid), mark, now


def _below(root: int) -> Agent | None:
    """The nearest one: what an agent starts itself is its own affair."""
    found = [root]
    for pid in found:
        if name := named(_argv(pid)):
            return Agent(name, pid)
        if len(found) < _MOST:
            found.extend(children(pid))
    return None


def _argv(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            said = file.read(4096).decode("utf-8", "replace").rstrip("\x00")
    except OSError:
        return []
    # One that set its own title has it there, with blanks instead of ends.
    return said.split("\x00") if "\x00" in said else said.split()


def children(pid: int) -> list[int]:
    """The processes that it started, where this machine has a /proc."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    except OSError:
        pass
    return found


def _agent(word: str) -> str:
    path = PurePosixPath(word)
    return _NAMES.get(path.stem) or next((_PACKAGES[part] for part in path.parts if part in _PACKAGES), "")


def _program(word: str) -> str:
    return PurePosixPath(word).name
