"""The app with a fleet of any size that no server sent, told by a pipe what to do next: `python -m tests.bench.inside`.

It shows what the screen itself costs, without a wire. It reads no configuration."""

import argparse
import asyncio
import gc
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from cockpit.config import load
from cockpit.core.act import Actions
from cockpit.core.session import Session
from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.demo.t3 import content
from cockpit.model.facts import SourceChanged, SourceRead, TalkRead, ThreadSeen
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import Message, Role, Talk
from cockpit.model.work import Project, Status, Thread
from cockpit.storage.ledger import SqliteLedger
from cockpit.ui.app import CockpitApp
from cockpit.ui.messages import FleetChanged
from cockpit.ui.screens.register import screens
from cockpit.ui.theme import load_themes

_SOURCE = "home"
_STATUSES = (Status.IDLE, Status.WORKING, Status.DONE, Status.ENDED)
_CHANGED = 1
"""The number of the thread that changes: the only one that failed, and so the first in the list."""
NOW = datetime.now(UTC)


class Inside:
    """Does what it is told by name, and says when it began, in monotonic seconds."""

    def __init__(self, directory: Path, threads: int, messages: int) -> None:
        self._refs = [Ref(_SOURCE, f"thread-{number}") for number in range(threads)]
        self._messages = messages
        self._renamed = 0
        self._store = store = Store(lambda: NOW)
        store.apply(SourceChanged(SourceState(_SOURCE, "t3", Health.UP, since=NOW, read_at=NOW)))
        ledger = SqliteLedger(directory / "ledger.db")
        actions = Actions(store, {}, ledger, clock=lambda: NOW, new_id=lambda: "1", who="bench")
        session = Session(
            store, {}, ledger, actions, Supervisor(store, {}, ledger, clock=lambda: NOW), lambda: NOW
        )  # fmt: skip
        loaded = load(None)
        self.app = CockpitApp(
            session, loaded.config, load_themes(), screens(loaded, session.terminal), supervised=False
        )

    @property
    def read(self) -> SourceRead:
        projects = tuple(Project(Ref(_SOURCE, f"project-{n}"), f"project {n}", f"/home/dev/{n}") for n in range(20))
        return SourceRead(_SOURCE, projects, tuple(self._thread(number) for number in range(len(self._refs))))

    def _thread(self, number: int) -> Thread:
        at = NOW - timedelta(hours=2, seconds=7 * number)
        project = Ref(_SOURCE, f"project-{number % 20}")
        status = Status.FAILED if number == _CHANGED else _STATUSES[number % len(_STATUSES)]
        return Thread(self._refs[number], f"Thread number {number}", status, str(status), at, "pytest -x", project)

    # What it can be told

    def apply(self) -> float:
        """Facts about every thread come in at once."""
        fact = self.read
        begin = monotonic()
        self._store.apply(fact)
        return begin

    def show(self) -> float:
        """A fleet that the store has put together already reaches the screen."""
        other = Store(lambda: NOW)
        other.apply(self.read)
        message = FleetChanged(other.fleet)
        begin = monotonic()
        self.app.post_message(message)
        return begin

    def clear(self) -> float:
        self.app.post_message(FleetChanged(Store(lambda: NOW).fleet))
        return monotonic()

    def update(self) -> float:
        """One thread gets another title."""
        self._renamed += 1
        fact = ThreadSeen(replace(self._thread(_CHANGED), title=f"Renamed {self._renamed} times"))
        begin = monotonic()
        self._store.apply(fact)
        return begin

    def open(self) -> float:
        fact = TalkRead(self._talk(self._messages))
        begin = monotonic()
        self._store.apply(fact)
        return begin

    def append(self) -> float:
        self._messages += 1
        fact = TalkRead(self._talk(self._messages))
        begin = monotonic()
        self._store.apply(fact)
        return begin

    def _talk(self, count: int) -> Talk:
        return Talk(self._refs[_CHANGED], tuple(self._entries(count)), read_at=NOW)

    def _entries(self, count: int) -> Iterator[Message]:
        for number in range(count):
            at = NOW - timedelta(days=3) + timedelta(seconds=30 * number)
            job = content.ERRANDS[number % len(content.ERRANDS)]
            text = (job.opening, job.insight, content.LONG_ANSWER, job.conclusion)[number % 4]
            role = Role.ASSISTANT if number % 2 else Role.USER
            yield Message(f"message-{number}", role, f"{text}\n\nThis was message {number}.", at, f"turn-{number // 2}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.inside")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--messages", type=int, default=0)
    parser.add_argument("--orders", type=int, required=True, help="a file descriptor to read from")
    parser.add_argument("--answers", type=int, required=True, help="a file descriptor to write to")
    chosen = parser.parse_args()
    inside = Inside(chosen.directory, chosen.threads, chosen.messages)

    def obey() -> None:
        """Carry out the order that has come, and answer with when it began."""
        order: Callable[[], float] = getattr(inside, os.read(chosen.orders, 64).decode().strip())
        os.write(chosen.answers, json.dumps({"at": order()}).encode() + b"\n")

    async def listen(_: object) -> None:
        """In the context that the app's own tasks have."""
        asyncio.get_running_loop().add_reader(chosen.orders, obey)

    # As the program itself does.
    gc.set_threshold(50_000, 20, 20)
    inside.app.run(auto_pilot=listen)


if __name__ == "__main__":
    main()
