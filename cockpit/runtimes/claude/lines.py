"""Claude's own numbers of a session, as our status line keeps them: its cost, and how large its context may grow.

They stand in only where the transcripts leave a gap, and never for a session that has ended."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cockpit.model.facts import Fact, SourceRead, ThreadSeen
from cockpit.model.usage import Usage
from cockpit.model.work import Context, Status, Thread
from cockpit.runtimes.claude.wire import number, parse
from cockpit.runtimes.foreign import Json, count, mapping

_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")
_LARGEST = 64 << 10


class Lines:
    """`folder` is where the status line writes a file for each session; None: nobody does. Reading blocks briefly."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[Path, tuple[int, Json]] = {}

    def filled(self, facts: Iterable[Fact]) -> list[Fact]:
        return [self._fill(fact) for fact in facts]

    def kept(self, thread: Thread) -> bool:
        """Whether our status line has run in its session."""
        return bool(self._told(thread))

    def _fill(self, fact: Fact) -> Fact:
        match fact:
            case ThreadSeen(thread):
                return ThreadSeen(self._row(thread))
            case SourceRead():
                return replace(fact, threads=tuple(map(self._row, fact.threads)))
        return fact

    def _row(self, thread: Thread) -> Thread:
        if self._folder is None or thread.status is Status.ENDED:
            return thread
        cost_known = thread.usage is not None and thread.usage.cost is not None
        if cost_known and (thread.context is None or thread.context.limit is not None):
            return thread
        told = self._told(thread)
        own = number(mapping(told.get("cost")), "total_cost_usd")
        if own and not cost_known:
            thread = replace(thread, usage=replace(thread.usage or Usage(), cost=own, own_cost=True))
        limit = count(mapping(told.get("context_window")), "context_window_size")
        if limit and thread.context is not None and thread.context.limit is None:
            thread = replace(thread, context=Context(thread.context.used, limit))
        return thread

    def _told(self, thread: Thread) -> Json:
        session = next((key[8:] for key in sorted(thread.joins) if key.startswith("session:")), "")
        if self._folder is None or not _SESSION.fullmatch(session):
            return {}
        path = self._folder / f"{session}.json"
        try:
            written = path.stat().st_mtime_ns
            if (known := self._known.get(path)) is not None and known[0] == written:
                return known[1]
            with path.open("rb") as file:
                told = mapping(parse(file.read(_LARGEST)))
        except OSError:
            return {}
        self._known[path] = (written, told)
        return told
