"""Which conversation a worker's program began, where that chooses the id itself.

It reads what the program holds open or keeps, and writes nothing there. What it reads on this machine blocks on the
disk, so it belongs off the loop."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.agents import children
from cockpit.runtimes.tmux.processes import tree
from cockpit.runtimes.tmux.workers.harness import Harness, expanded
from cockpit.runtimes.tmux.workers.machine import Machine

_MOST = 64
"""Processes of one worker that are looked at."""
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,127}")
"""What may stand in a command line as an id, and in no case as an option."""
_PATIENCE = 0.2
_OPEN = 'for pid; do for file in /proc/"$pid"/fd/*; do readlink "$file"; done; done 2>/dev/null; true'


def found(harness: Harness, worker: Worker, pid: int) -> frozenset[str]:
    """The ids that may be its conversation's; `pid` is its pane's first process. None before a turn began, and more
    than one where it cannot be told whose is whose."""
    where = harness.conversation
    if where is None:
        return frozenset()
    ids = (
        _held(where.file, pid)
        if where.file is not None
        else _asked(expanded(where.database, os.environ), where.query, worker)
    )
    return frozenset(each for each in ids if _ID.fullmatch(each))


async def held_there(machine: Machine, harness: Harness, pid: int) -> frozenset[str]:
    """As `found`, on any machine with /proc, for a program that holds the record of its conversation open. Raises
    Rejected, SourceError."""
    if harness.conversation is None or (name := harness.conversation.file) is None:
        return frozenset()
    pids = (await tree(machine.where, pid))[:_MOST]
    files = (await machine.sh(_OPEN, *map(str, pids))).said.decode("utf-8", "replace").splitlines()
    ids = (match["session"] for file in files if (match := name.search(file)))
    return frozenset(each for each in ids if _ID.fullmatch(each))


def _held(name: re.Pattern[str], root: int) -> set[str]:
    ids: set[str] = set()
    pids = [root] if root > 1 else []
    for pid in pids:
        try:
            for number in os.listdir(f"/proc/{pid}/fd"):
                if match := name.search(os.readlink(f"/proc/{pid}/fd/{number}")):
                    ids.add(match["session"])
        except OSError:
            pass  # it has ended, or just closed that file
        if len(pids) < _MOST:
            pids += children(pid)
    return ids


def _asked(databases: list[str], query: str, worker: Worker) -> set[str]:
    """`query` may name :directory, :prompt (as much of it as is kept) and :started (Unix milliseconds)."""
    values = {
        "directory": worker.directory, "prompt": worker.prompt,
        "started": int(worker.started_at.timestamp() * 1000),
    }  # fmt: skip
    file = next((path for path in map(Path, databases) if path.is_file()), None)
    if file is None:
        return set()
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as opened:
            return {str(row[0]) for row in opened.execute(query, values)}
    except sqlite3.Error:
        return set()  # busy, or of a version with other tables: it stays unknown
