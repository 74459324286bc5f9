"""What one session writes from now on, read afresh: to see that an order was taken. It sends nothing and keeps nothing.

It reads its own way, beside the source: a command line has no running source, and typing needs the file of this very
moment, not the last one told."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from cockpit.runtimes.claude.activity import Activity, prompt_of
from cockpit.runtimes.claude.files import Unreadable, read_bounded
from cockpit.runtimes.claude.sessions import Session, decode_session
from cockpit.runtimes.claude.tail import Tail
from cockpit.runtimes.claude.wire import parse
from cockpit.runtimes.foreign import Json, mapping

_LOOK_SECONDS = 0.05


class Lookout:
    """`registry` is the session's file (None for a teammate), `transcript` its transcript, there or not.

    `session` is what the file last said, None once it is gone; `activity` is made of the lines since the beginning
    alone, and `prompts` are what was said to the agent since."""

    def __init__(self, registry: Path | None, transcript: Path | None, *, sidechain: bool = False) -> None:
        self._registry = registry
        self._tail = Tail(transcript, _size(transcript)) if transcript else None
        self._sidechain = sidechain
        self.session: Session | None = None
        self.activity = Activity()
        self.prompts: list[str] = []
        self.look()

    def look(self) -> None:
        if self._registry is not None:
            self.session = _session(self._registry, self.session)
        while self._tail is not None:
            chunk = self._tail.read()
            for line in chunk.lines:
                self._take(mapping(parse(line)))
            if not chunk.more:
                break

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Look again and again until it holds, for so long at most."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            await asyncio.to_thread(self.look)
            if true():
                return True
            if loop.time() >= end:
                return False
            await asyncio.sleep(_LOOK_SECONDS)

    def _take(self, record: Json) -> None:
        self.activity.take(record, sidechain=self._sidechain)
        if record.get("type") == "user":
            said = prompt_of(mapping(record.get("message")).get("content"))
            if said:
                self.prompts.append(said)
        elif record.get("type") == "queue-operation" and isinstance(record.get("content"), str):
            self.prompts.append(str(record["content"]))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _session(path: Path, last: Session | None) -> Session | None:
    """What the file says; a half-written one says nothing new."""
    try:
        data, _ = read_bounded(path, 256 << 10)
    except FileNotFoundError:
        return None
    except Unreadable:
        return last
    return decode_session(parse(data), path) or last
