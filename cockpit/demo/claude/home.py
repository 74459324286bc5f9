"""A Claude home on disk: registry, teams, tasks and inboxes, written in the ways the CLI writes them.

In place where it does so, by rename where it does so, and under the same lock directories (facts: 2.1.329, §3)."""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.demo.claude import VERSION

Json = dict[str, Any]
_LOCK_SECONDS = 2.0


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def slug(cwd: str) -> str:
    """The name of a directory's project: every character that is no letter or digit as `-`."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in cwd)


def process_start(pid: int) -> str:
    """Field 22 of /proc/<pid>/stat, by which a pid that was used again is known; empty where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except OSError:
        return ""


def in_place(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Write, then cut off what was longer before: a reader may meet the old tail behind the new beginning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, data)
        os.ftruncate(descriptor, len(data))
    finally:
        os.close(descriptor)


def renamed(path: Path, value: Any) -> None:
    """Write beside it and put it in its place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.tmp.{os.getpid()}")
    beside.write_text(json.dumps(value, indent=2, ensure_ascii=False))
    beside.replace(path)


def read(path: Path, otherwise: Any) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return otherwise


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `<path>.lock`, a directory. One that stays is taken to be left behind."""
    lock = path.with_name(f"{path.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + _LOCK_SECONDS
    while time.monotonic() < end:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.rmdir()


class Registry:
    """The entry of one process: a file for a session, or for a teammate in a pane only a key that tells its pid."""

    def __init__(self, root: Path, session: str, cwd: str, *, mate: bool, key: str) -> None:
        pid = os.getpid()
        folder = root / "sessions"
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / (f"{pid}.{key}.key" if mate else f"{pid}.json")
        self._mate = mate
        self._told: Json = {
            "pid": pid, "sessionId": session, "cwd": cwd, "startedAt": int(time.time() * 1000),
            "procStart": process_start(pid), "version": VERSION, "peerProtocol": 1, "kind": "interactive",
            "entrypoint": "cli", "name": Path(cwd).name, "nameSource": "derived",
        }  # fmt: skip
        if pane := os.environ.get("TMUX_PANE"):
            self._told["tmux"] = f"demo:@0.{pane}"
        if mate:
            self._path.touch(0o600)

    def tell(self, status: str, waiting_for: str = "") -> None:
        """`busy`, `idle`, or `waiting` and for what."""
        if self._mate or (self._told.get("status"), self._told.get("waitingFor", "")) == (status, waiting_for):
            return
        now = int(time.time() * 1000)
        self._told |= {"status": status, "updatedAt": now, "statusUpdatedAt": now}
        self._told.pop("waitingFor", None)
        if waiting_for:
            self._told["waitingFor"] = waiting_for
        in_place(self._path, self._told, indent=None)

    def leave(self) -> None:
        self._path.unlink(missing_ok=True)


class Team:
    """The files of one team: who belongs to it, its tasks and its inboxes."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.folder = root / "teams" / name
        self.config = self.folder / "config.json"
        self._tasks = root / "tasks" / name

    def member(self, who: str, change: Callable[[Json], None]) -> None:
        with locked(self.config):
            told = read(self.config, {})
            for member in told.get("members", []):
                if member["name"] == who:
                    change(member)
            if told:
                in_place(self.config, told)

    def claim(self) -> None:
        """This process leads the team."""
        space = os.readlink("/proc/self/ns/pid") if os.path.exists("/proc/self/ns/pid") else ""
        process = {"pid": os.getpid(), "pidSpace": f"demo#{space}", "claimedAt": int(time.time() * 1000),
                   "procStart": process_start(os.getpid())}  # fmt: skip
        with locked(self.config):
            in_place(self.config, read(self.config, {}) | {"leadProcess": process})

    def active(self, who: str, active: bool) -> None:
        """Whether a turn of that teammate runs, as the config says it of those in panes."""
        self.member(who, lambda member: member.update(isActive=active))

    def mates(self) -> list[str]:
        """The names of all but the lead, as the config has them."""
        return [member["name"] for member in read(self.config, {}).get("members", []) if "color" in member]

    def dismiss(self, who: str) -> None:
        """That member has left, and its unfinished tasks have no owner any more (facts §2)."""
        with locked(self.config):
            told = read(self.config, {})
            if told:
                told["members"] = [member for member in told["members"] if member["name"] != who]
                in_place(self.config, told)
        for path in self._tasks.glob("*.json"):
            task = read(path, {})
            if task.get("owner") == who and task.get("status") != "completed":
                task.pop("owner")
                in_place(path, task)

    def disband(self, word: str) -> None:
        """The team's directory is given another name and then emptied; its tasks stay (facts §3)."""
        gone = self.folder.with_name(f"{self.name}.deleted-{word}")
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    # Tasks

    def add(self, task: Json) -> None:
        self._tasks.mkdir(parents=True, exist_ok=True)
        (self._tasks / ".lock").touch()
        in_place(self._task(task["id"]), task)

    def change(self, task: str, **fields: Any) -> None:
        path = self._task(task)
        with locked(path):
            in_place(path, read(path, {}) | fields)

    def task(self, task: str) -> Json:
        found: Json = read(self._task(task), {})
        return found

    def done(self, *tasks: str) -> bool:
        return all(self.task(task).get("status") == "completed" for task in tasks)

    def _task(self, task: str) -> Path:
        return self._tasks / f"{task}.json"

    # Messages

    def post(self, to: str, letter: Json) -> None:
        path = self._inbox(to)
        with locked(path):
            renamed(path, [*read(path, []), letter])

    def take(self, who: str) -> list[Json]:
        """What lies in that inbox; it is empty then."""
        path = self._inbox(who)
        try:
            if path.stat().st_size <= 2:
                return []
        except OSError:
            return []
        with locked(path):
            found: list[Json] = read(path, [])
            renamed(path, [])
        return found

    def _inbox(self, who: str) -> Path:
        return self.folder / "inboxes" / f"{who}.json"
