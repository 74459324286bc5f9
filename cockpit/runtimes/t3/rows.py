"""The rows of one server as last seen, each decoded once: only what changed is decoded again.

It must never read or emit; it is told what was read and says what became of it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.core.ports import Clock
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Project, Status, Thread
from cockpit.runtimes.foreign import Json, identity
from cockpit.runtimes.t3.asks import asks_of
from cockpit.runtimes.t3.decode import (
    NOTHING_KNOWN,
    READING,
    Known,
    decode_context,
    decode_project,
    decode_thread,
    in_fleet,
    latest_doing,
    place_of,
    waits,
    with_flags,
)
from cockpit.runtimes.t3.status import session_word

_SLICE = 300
LEARN_AGAIN = 1.0
GLANCE_AGAIN = 5.0
"""Seconds between two looks into the same thread."""


_MAY_WAIT = frozenset({Status.APPROVAL, Status.QUESTION, Status.PLAN, Status.FAILED})


@dataclass(slots=True)
class _Row:
    """`row` is what the server sent, `flagged` the same with flags on servers that send none; `known_for` is the row
    that `known` was read for."""

    row: Json
    flagged: Json
    thread: Thread
    until: datetime | None
    known: Known = NOTHING_KNOWN
    known_for: Json | None = None
    learned_at: float | None = None
    glanced_at: float | None = None
    fresh: bool = True
    retry: bool = False


class Rows:
    """Threads and projects by native id."""

    def __init__(self, source: str, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._monotonic = monotonic
        self._rows: dict[str, _Row] = {}
        self._meanwhile: dict[str, _Row | None] = {}
        self._projects: dict[str, Project] = {}
        self._raw_projects: dict[str, Json] = {}
        self.capabilities: frozenset[Capability] = READING
        self.machine = ""
        """How the keys of its projects begin, by which other sources know the same places; empty: nobody else does."""
        self.skew = timedelta(0)

    def whole(self, projects: Iterable[Json], threads: Iterable[Json], *, full: bool) -> None:
        """These are all."""
        for _ in self.in_slices(projects, threads, full=full):
            pass

    def in_slices(self, projects: Iterable[Json], threads: Iterable[Json], *, full: bool) -> Iterator[None]:
        """As `whole`, with a pause after every few hundred rows for whoever else wants to run. Rows that are put or
        dropped in a pause are newer than what is being taken in, and win."""
        self._meanwhile.clear()
        self._raw_projects, self._projects = {}, {}
        for project in projects:
            self.put_project(project)
        fresh: dict[str, _Row] = {}
        for number, row in enumerate(threads, 1):
            native = identity(row)
            if native is not None:
                fresh[native] = self._kept(self._rows.get(native), row, full=full)
            if number % _SLICE == 0:
                yield
        for native, newer in self._meanwhile.items():
            if newer is None:
                fresh.pop(native, None)
            else:
                fresh[native] = newer
        self._rows = fresh

    def put(self, row: Json) -> Thread | None:
        """One shell row, new or changed; None when it belongs to no fleet (archived, deleted, without an id)."""
        native = identity(row)
        if native is None or not in_fleet(row):
            return None
        kept = self._kept(self._rows.get(native), row, full=False)
        kept.known_for = None  # something happened in it, even if its row reads the same
        self._rows[native] = self._meanwhile[native] = kept
        return kept.thread

    def drop(self, native: str) -> bool:
        self._meanwhile[native] = None
        return self._rows.pop(native, None) is not None

    def put_project(self, row: Json) -> Project | None:
        project = decode_project(row, self._source)
        if project is not None and project.path and self.machine:
            project = replace(project, key=self.machine + project.path)
        if project is not None:
            self._projects[project.ref.native] = project
            self._raw_projects[project.ref.native] = row
        return project

    def drop_project(self, native: str) -> bool:
        self._raw_projects.pop(native, None)
        return self._projects.pop(native, None) is not None

    @property
    def threads(self) -> tuple[Thread, ...]:
        return tuple(kept.thread for kept in self._rows.values())

    @property
    def projects(self) -> tuple[Project, ...]:
        return tuple(self._projects.values())

    def raw(self, native: str) -> Json | None:
        """The row as the server sent it."""
        kept = self._rows.get(native)
        return kept.row if kept else None

    def raw_rows(self) -> Sequence[Json]:
        return [kept.row for kept in self._rows.values()]

    def raw_project(self, native: str) -> Json | None:
        return self._raw_projects.get(native)

    def thread(self, native: str) -> Thread | None:
        kept = self._rows.get(native)
        return kept.thread if kept else None

    def unread(self, *, again: bool = False) -> list[str]:
        """Threads in which something waits whose words were not read since the row changed; those never read first.
        With `again` those too whose reading failed."""
        now = self._monotonic()
        found: list[tuple[bool, str]] = []
        for native, kept in self._rows.items():
            if kept.thread.status not in _MAY_WAIT or not waits(kept.flagged):
                continue
            failed = again and kept.retry
            rested = kept.learned_at is None or now - kept.learned_at >= LEARN_AGAIN
            if failed or (kept.known_for is not kept.row and (rested or not kept.thread.asks)):
                found.append((bool(kept.thread.asks), native))
        return [native for _, native in sorted(found, key=lambda pair: pair[0])]

    def unglanced(self, limit: int) -> list[str]:
        """A few threads that moved since somebody looked what they do: those that work, and those that came to rest;
        first those of which nothing is known."""
        now = self._monotonic()
        found = [
            (bool(kept.thread.detail), native)
            for native, kept in self._rows.items()
            if self._moved(kept) and (kept.glanced_at is None or now - kept.glanced_at >= GLANCE_AGAIN)
        ]
        return [native for _, native in sorted(found, key=lambda pair: pair[0])[:limit]]

    def resting(self, *, glance: bool) -> bool:
        """Some thread is to be read again, or (`glance`) looked at again, but not yet."""
        return any(
            kept.known_for is not kept.row
            and ((glance and self._moved(kept)) or (kept.thread.status in _MAY_WAIT and waits(kept.flagged)))
            for kept in self._rows.values()
        )

    def _moved(self, kept: _Row) -> bool:
        if kept.known_for is kept.row:
            return False
        return kept.thread.status is Status.WORKING or (kept.thread.status is Status.IDLE and not kept.fresh)

    def look_no_more(self, native: str, asked_for: Json) -> None:
        """Its doing could not be read; it is not tried again before the row changes."""
        kept = self._rows.get(native)
        if kept is not None and kept.row is asked_for:
            kept.known_for = asked_for

    def glancing(self, native: str) -> None:
        if kept := self._rows.get(native):
            kept.glanced_at = self._monotonic()

    def learn(self, native: str, asked_for: Json, detail: Json) -> Thread | None:
        """The thread's detail was read while its row was `asked_for`; returns the thread if it changed."""
        kept = self._rows.get(native)
        if kept is None:
            return None
        return self._know(kept, asked_for, self._known(detail))

    def learn_not(self, native: str, asked_for: Json, why: str, *, retry: bool) -> Thread | None:
        """The detail could not be read. What was known before stays; `retry` when another try may help."""
        kept = self._rows.get(native)
        if kept is None:
            return None
        changed = self._know(kept, asked_for, replace(kept.known, note=why))
        kept.retry = retry
        return changed

    def unborne(self, native: str) -> bool:
        """The row's flags say that something waits, but no ask that was read tells what."""
        kept = self._rows.get(native)
        return kept is not None and waits(kept.flagged) and not kept.thread.asks

    def overdue(self) -> list[Thread]:
        """Threads whose status changed by the passing of time alone."""
        now = self._server_now()
        due = [kept for kept in self._rows.values() if kept.until is not None and now > kept.until]
        return [kept.thread for kept in due if self._redo(kept)]

    def redo(self) -> None:
        """Decode all anew: capabilities or skew changed."""
        for kept in self._rows.values():
            self._redo(kept)

    def _kept(self, old: _Row | None, row: Json, *, full: bool) -> _Row:
        if old is not None and old.row == row:
            if old.until is not None and self._server_now() > old.until:
                self._redo(old)
            return old
        flagged = with_flags(row) if full else row
        known = self._known(row) if full else _still_known(old, row)
        moved = old is None or session_word(old.flagged) != session_word(row)
        thread, until = self._decode(flagged, known)
        return _Row(
            row=row,
            flagged=flagged,
            thread=thread,
            until=until,
            known=known,
            known_for=row if full else None,
            learned_at=old.learned_at if old else None,
            glanced_at=old.glanced_at if old and not moved else None,
            fresh=old is None,
        )

    def _known(self, detail: Json) -> Known:
        place = place_of(detail, self._projects)
        return Known(
            asks=asks_of(detail, Ref(self._source, identity(detail) or "?"), place),
            latest=latest_doing(detail),
            context=decode_context(detail.get("activities")),
        )

    def _know(self, kept: _Row, asked_for: Json, known: Known) -> Thread | None:
        kept.known = known
        kept.known_for = asked_for
        kept.retry = False
        kept.learned_at = self._monotonic()
        return kept.thread if self._redo(kept) else None

    def _redo(self, kept: _Row) -> bool:
        before = kept.thread
        kept.thread, kept.until = self._decode(kept.flagged, kept.known)
        return kept.thread != before

    def _decode(self, flagged: Json, known: Known) -> tuple[Thread, datetime | None]:
        decoded = decode_thread(
            flagged,
            source=self._source,
            now=self._server_now(),
            known=known,
            capabilities=self.capabilities,
            skew=self.skew,
        )
        assert decoded is not None, "rows without an id are left out before"
        return decoded

    def _server_now(self) -> datetime:
        return self._clock() + self.skew


def _still_known(old: _Row | None, row: Json) -> Known:
    """What of the old row's detail holds for the new row until it is read again."""
    if old is None:
        return NOTHING_KNOWN
    same = session_word(old.flagged) == session_word(row)
    return Known(
        asks=old.known.asks if waits(row) else (),
        note=old.known.note if waits(row) else "",
        latest=old.known.latest if same else "",
        context=old.known.context,
    )
