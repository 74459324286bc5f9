"""The worker of a pane paused and continued: its whole process tree, except for the pane's first process.

tmux continues that one as soon as it stops (facts: tmux 3.3a to 3.7, server_child_stopped), so a pane whose first
process is the agent itself cannot be paused. Under a shell it can: a shell that merely waits (`sh -c`) notices nothing,
and one that a person types into calls it a stopped job, which `fg` brings back. Nothing is lost, nothing is killed."""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cockpit.model.errors import Rejected
from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux import once
from cockpit.runtimes.tmux.address import Address

SHELLS = frozenset({"bash", "zsh", "fish", "sh", "dash", "ash", "ksh", "mksh", "tcsh", "nu", "elvish", "xonsh"})
_ROUNDS = 5
_STOPPED = "T"
_TICKS = os.sysconf("SC_CLK_TCK")
_PS = ["ps", "-A", *(f"-o{column}=" for column in ("pid", "ppid", "pgid", "tpgid", "stat", "comm"))]
_ROW = re.compile(r"^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(\S)\S*\s+(\S+)", re.MULTILINE)


@immutable
class Process:
    """`group` is its process group, `front` the one that has its terminal."""

    pid: int
    parent: int
    group: int
    front: int
    state: str
    name: str


@immutable
class Life:
    """Of a pane's first process: since when it runs, whether it is a shell, whether what it started is stopped, and
    whether it has the terminal itself (a shell then waits at its prompt)."""

    since: datetime | None
    shell: bool
    stopped: bool
    front: bool = False


@immutable
class Worker:
    """What of a pane can be paused, parents before children. `job`: a shell has it as a job, and `fg` must bring it
    back; then `asleep` says that it waits for that."""

    tree: tuple[int, ...]
    job: bool
    asleep: bool


class NothingThere(Rejected):
    """No process in a pane can be paused, or is."""


def worker(known: Mapping[int, Process], root: int) -> Worker:
    """Raises Rejected when nothing can be paused, with the reason."""
    first = known.get(root)
    if first is None or root <= 1:
        raise NothingThere("The pane has no process any more.", fix="Look at it; it may have ended.")
    if not _is_shell(first.name):
        raise Rejected(
            f"{first.name} is the first process of its pane, and tmux continues that one at once.",
            fix="Interrupt it instead; started under a shell (sh -c '…; true') it can be paused.",
        )
    below = descend(known, root)[1:]
    waits_for_fg = first.front == first.group and any(
        known[pid].state == _STOPPED and known[pid].group != first.group for pid in below
    )
    job = first.front != first.group or waits_for_fg
    if job and not waits_for_fg:
        tree = tuple(pid for pid in below if _in_front(known, pid, first.front, root))
    elif waits_for_fg:
        tree = tuple(pid for pid in below if known[pid].state == _STOPPED)
    else:
        tree = tuple(below)
    if not tree:
        raise NothingThere("Only a shell runs there; there is nothing to pause.")
    return Worker(tree, job, waits_for_fg)


def _in_front(known: Mapping[int, Process], pid: int, front: int, root: int) -> bool:
    """Whether it belongs to the job that has the terminal, or was started by it."""
    while pid != root and pid in known:
        if known[pid].group == front:
            return True
        pid = known[pid].parent
    return False


async def pause(where: Address, root: int) -> int:
    """Stop the worker (SIGSTOP); returns how many processes it has. Looks again until none is left running, since they
    may start others meanwhile. Raises Rejected when it cannot be done."""
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        known = await _processes(where)
        if stopped:
            tree = tuple(dict.fromkeys(pid for top in stopped if top in known for pid in descend(known, top)))
        else:
            tree = worker(known, root).tree
        if not where.host and os.getpid() in tree:
            raise Rejected("This cockpit itself runs in that pane.", fix="Leave it alone, or quit the cockpit.")
        running = [pid for pid in tree if known[pid].state not in (_STOPPED, "Z")]
        if not running:
            return len(tree)
        await _signal(where, "STOP", running)
        stopped.update(running)
    raise Rejected("Its processes start others faster than they can be stopped.", fix="Stop the session instead.")


async def resume(where: Address, root: int) -> Worker:
    """Continue the worker (SIGCONT), children first. A job of a shell is left for `fg`: continued from outside it would
    go on in the background, and stop again as it reads."""
    found = worker(await _processes(where), root)
    if not found.asleep:
        await _signal(where, "CONT", list(found.tree[::-1]))
    return found


async def running(where: Address, pids: Iterable[int]) -> bool:
    """Whether any of them runs now."""
    known = await _processes(where)
    return any(known[pid].state != _STOPPED for pid in pids if pid in known)


async def stopped(where: Address, pids: Collection[int]) -> frozenset[int]:
    """Those of the panes' first processes of which a child stands still, on any machine."""
    known = (await _processes(where)).values() if pids else ()
    return frozenset(each.parent for each in known if each.parent in pids and each.state == _STOPPED)


async def tree(where: Address, root: int) -> list[int]:
    """As `descend`, of what runs there now. Raises Rejected, SourceError."""
    return descend(await _processes(where), root)


def descend(known: Mapping[int, Process], root: int) -> list[int]:
    """`root` and all below it, parents before children; empty when there is no such process."""
    below: dict[int, list[int]] = {}
    for process in known.values():
        below.setdefault(process.parent, []).append(process.pid)
    tree = [root] if root in known else []
    for pid in tree:
        tree.extend(sorted(below.get(pid, ())))
    return tree


def _is_shell(name: str) -> bool:
    return name.lstrip("-").rpartition("/")[2] in SHELLS


def lives(pids: Iterable[int]) -> dict[int, Life]:
    """What this machine's process table says of panes' first processes; empty where there is none to read."""
    booted = _booted()
    found = {}
    for pid in pids:
        if (fields := _stat(pid)) is not None:
            since = booted + timedelta(seconds=int(fields[20]) / _TICKS) if booted else None
            children = _read(Path(f"/proc/{pid}/task/{pid}/children")).split()
            states = [stat[1] for child in children if (stat := _stat(int(child)))]
            found[pid] = Life(since, _is_shell(fields[0]), _STOPPED in states, fields[3] == fields[6])
    return found


async def _processes(where: Address) -> dict[int, Process]:
    if not where.host and (found := _from_proc()):
        return found
    done = await once.run(where, where.there(_PS))
    rows = _ROW.findall(done.said.decode("utf-8", "replace"))
    if done.code or not rows:
        raise Rejected(f"The processes on {where} cannot be listed.", fix="Install ps there.")
    return {
        int(pid): Process(int(pid), int(parent), int(group), int(front), state.upper(), name)
        for pid, parent, group, front, state, name in rows
    }


def _from_proc() -> dict[int, Process]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if (fields := _stat(pid)) is not None:
            name, state, parent, group, _, _, front, *_ = fields
            found[pid] = Process(pid, int(parent), int(group), int(front), state.upper(), name)
    return found


def _stat(pid: int) -> list[str] | None:
    """The name of the process and the fields of /proc/PID/stat after it; None for one that is gone."""
    stat = _read(Path(f"/proc/{pid}/stat"))
    name, bracket, rest = stat.rpartition(")")  # the name stands in brackets and may hold anything, brackets too
    return [name.partition("(")[2], *rest.split()] if bracket else None


@lru_cache(1)
def _booted() -> datetime | None:
    found = re.search(r"^btime (\d+)$", _read(Path("/proc/stat")), re.MULTILINE)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


async def _signal(where: Address, name: str, pids: list[int]) -> None:
    """One word to all, in this order. Who has ended meanwhile is no failure."""
    done = await once.run(where, where.there(["kill", f"-{name}", *map(str, pids)]))
    if done.code and "not permitted" in done.complained.lower():
        raise Rejected("Its processes belong to somebody else.", fix="Do it as their owner.")
