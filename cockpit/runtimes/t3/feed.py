"""The flow of facts from one T3 server: polls, what the socket brings, and the health that follows from both.

It must never lose the last good state to a failure, nor let an older read overwrite a newer one."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from cockpit.core.ports import Clock, Emit
from cockpit.model.errors import CockpitError
from cockpit.model.facts import Fact, ProjectGone, ProjectSeen, SourceChanged, SourceRead, ThreadGone, ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Thread
from cockpit.runtimes.foreign import Json, text, when
from cockpit.runtimes.t3.connection import Absent, Connector
from cockpit.runtimes.t3.decode import capabilities_of, decode_model
from cockpit.runtimes.t3.learn import Learner
from cockpit.runtimes.t3.pulse import Pulse
from cockpit.runtimes.t3.reader import Reader, Reading
from cockpit.runtimes.t3.rows import Rows
from cockpit.runtimes.t3.server import Server

_FIRST_ANSWER_SECONDS = 1.0
_ASKS_SECONDS = 0.15
_PROBE_SECONDS = 0.5
_BEHIND_SECONDS = 0.3
_GLANCES = 10_000
_FEW_GLANCES = 6
"""Bodies that a single read may fetch to tell what working threads do."""
_SKEW_BELIEVED = timedelta(days=366)
_SKEW_STEP = timedelta(seconds=5)


class Feed:
    """Owns what is known of the server. `sequence` is the newest that was taken in."""

    def __init__(self, name: str, connector: Connector, clock: Clock, poll_seconds: float) -> None:
        self.name = name
        self.connector = connector
        self.rows = Rows(name, clock)
        self.pulse = Pulse(name, clock, poll_seconds)
        self.sequence = 0
        self.turned_back = asyncio.Event()
        self.read_once = asyncio.Event()
        self.moved: Callable[[], None] = lambda: None
        """Called after rows may have changed."""
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._emit: Emit | None = None
        self._learner = Learner(self.rows, self._reader, self._say_thread)
        self._probed = False
        self._probe: asyncio.Task[Server] | None = None
        self._suspect = False
        self._whole = False
        self._full = False
        self._holding = 0
        self._taking = asyncio.Lock()

    @property
    def full(self) -> bool:
        """Reads are full snapshots: the server has no shell."""
        return self._full

    async def poll(self, emit: Emit, *, patient: bool = False) -> bool:
        """Read once and report. `patient` waits for the words of all asks; otherwise late ones follow by themselves.
        Returns whether the read was good."""
        if emit != self._emit:
            self._emit, self._whole = emit, False
        reading = asyncio.create_task(self._read(), name="t3 read")
        try:
            slow_after = 3 * self._poll_seconds if self.pulse.read_at else _FIRST_ANSWER_SECONDS
            done, _ = await asyncio.wait({reading}, timeout=slow_after)
            if not done:
                self.pulse.slow()
                self.tell()
            known = await reading
        except CockpitError as error:
            self._failed(error)
            return False
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await self._take(known, patient=patient)
        self.moved()
        return True

    async def take_snapshot(self, reading: Reading) -> None:
        """The socket brought the whole fleet."""
        async with self._taking:
            if reading.sequence >= self.sequence or not self._whole:
                await self._take_rows(reading)
                await self._report_whole(patient=False)

    async def take_thread(self, row: Json, sequence: int) -> None:
        """The socket brought one row."""
        native = text(row, "id") or ""
        before = self.rows.thread(native)
        thread = self.rows.put(row)
        self._heard(sequence)
        if thread is None:
            self.drop_thread(native, sequence)
            return
        if thread.status.needs_you and (before is None or before.status is not thread.status):
            await self._learn(_ASKS_SECONDS)
        else:
            self._learner.kick(glances=_GLANCES)
        self._say_thread(self.rows.thread(native))
        self.moved()

    def drop_thread(self, native: str, sequence: int) -> None:
        self._heard(sequence)
        if self.rows.drop(native):
            self._say(ThreadGone(Ref(self.name, native)))

    def take_project(self, row: Json, sequence: int) -> None:
        self._heard(sequence)
        project = self.rows.put_project(row)
        if project is not None:
            self._say(ProjectSeen(project))

    def drop_project(self, native: str, sequence: int) -> None:
        self._heard(sequence)
        if self.rows.drop_project(native):
            self._say(ProjectGone(Ref(self.name, native)))

    def tell(self) -> None:
        """Report the source's health as it is now."""
        if self._emit is not None:
            self._emit(SourceChanged(self.pulse.state()))

    def suspect(self) -> None:
        """The server may be another one now: the next read starts at the bottom of the ladder."""
        self._suspect = True

    def hush(self) -> None:
        """Report nothing more."""
        self._emit = None

    async def close(self) -> None:
        self._emit = None
        await self._learner.close()
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
            self._probe = None

    async def _read(self) -> Reading | None:
        """One read of the server; None when it was overtaken by the socket and says nothing new."""
        before = self.sequence
        if self.pulse.failures or self._suspect:
            await self.connector.look()
            (await self._reader()).forget()
            self._suspect = self._probed = False
        reader = await self._reader()
        self.pulse.tried = self.connector.tried
        reading = await reader.read()
        if not self._probed and self._probe is None:
            self._probe = asyncio.create_task(reader.probe(), name="t3 probe")
        if reading.sequence < before:
            await asyncio.sleep(_BEHIND_SECONDS)  # the socket may be a moment ahead of the read model
            reader.forget()
            reading = await reader.read()
            if reading.sequence < before:
                self._turn_back(before, reading.sequence)
        elif reading.sequence < self.sequence:
            return None
        self._reckon_skew(reading)
        return reading

    async def _hear_probe(self, seconds: float) -> None:
        """Take in what the server said of itself, if it says so in time; otherwise a later read asks again."""
        if self._probe is None:
            return
        done, _ = await asyncio.wait({self._probe}, timeout=seconds)
        if done:
            probe, self._probe = self._probe, None
            self._probed = True
            self._know_server(probe.result())

    async def _take(self, reading: Reading | None, *, patient: bool) -> None:
        self.pulse.good()
        if reading is None:
            self.tell()
            return
        await self._hear_probe(0)
        async with self._taking:
            if reading.changed:
                await self._take_rows(reading)
            if reading.changed or not self._whole:
                await self._report_whole(patient=patient)
                return
        self.tell()
        for thread in self.rows.overdue():
            self._say_thread(thread)
        self._learner.kick(again=True, glances=_FEW_GLANCES if patient else _GLANCES)

    async def _take_rows(self, reading: Reading) -> None:
        self.sequence = reading.sequence
        self._full = reading.full
        self.pulse.unusable = reading.unusable
        for _ in self.rows.in_slices(reading.projects, reading.threads, full=reading.full):
            await asyncio.sleep(0)

    async def _report_whole(self, *, patient: bool) -> None:
        """All of it, with the words of its asks where those come quickly."""
        self._holding += 1
        try:
            await self._learn(None if patient else _ASKS_SECONDS, glances=_FEW_GLANCES if patient else _GLANCES)
            await self._hear_probe(_PROBE_SECONDS)
        finally:
            self._holding -= 1
        self._whole = True
        self.read_once.set()
        self.pulse.default_model = self._default_model()
        self.tell()
        self._say(SourceRead(self.name, self.rows.projects, self.rows.threads))

    async def _learn(self, seconds: float | None, *, glances: int = 0) -> None:
        """Have everything read that the rows only hint at, and wait for it so long; None waits to the end."""
        unread = self.rows.unread(again=True)
        if not unread and not (glances and self.rows.unglanced(1)):
            return
        task = self._learner.kick(again=True, glances=glances)
        if unread or seconds is None:
            await asyncio.wait({task}, timeout=seconds)

    def _failed(self, error: CockpitError) -> None:
        self.pulse.tried = self.connector.tried
        self.pulse.failed(error, absent=isinstance(error, Absent))
        self.tell()

    def _turn_back(self, before: int, now: int) -> None:
        self.pulse.remark(f"The server's history went back from {before} to {now}; everything was read again.")
        self.turned_back.set()

    def _know_server(self, server: Server) -> None:
        self.pulse.server = server
        capabilities = capabilities_of(operate=server.operates, settle=server.settle, snooze=server.snooze)
        if capabilities != self.rows.capabilities:
            self.rows.capabilities = capabilities
            self.rows.redo()
            self._whole = False

    def _reckon_skew(self, reading: Reading) -> None:
        """The server's clock against ours, in steps: the header has whole seconds and travels."""
        if reading.server_time is None:
            return
        skew = reading.server_time - self._clock()
        if abs(skew) > _SKEW_BELIEVED:
            self.pulse.remark("The server's clock is more than a year off; its ages are not to be trusted.")
        elif abs(skew - self.rows.skew) >= _SKEW_STEP:
            self.rows.skew = self.pulse.skew = _SKEW_STEP * round(skew / _SKEW_STEP)
            self.rows.redo()
            self._whole = False

    def _default_model(self) -> ModelChoice | None:
        """What was used last on this server."""
        rows: Sequence[Json] = self.rows.raw_rows()
        dated = [(created, row) for row in rows if (created := when(row, "createdAt"))]
        newest = max(dated, key=lambda pair: pair[0], default=None)
        return decode_model(newest[1].get("modelSelection")) if newest else None

    def _heard(self, sequence: int) -> None:
        self.sequence = max(self.sequence, sequence)
        self.pulse.heard()

    def _say_thread(self, thread: Thread | None) -> None:
        if thread is not None:
            self._say(ThreadSeen(thread))

    def _say(self, fact: Fact) -> None:
        """Report, unless a whole report is being put together that will contain it."""
        if self._emit is not None and not self._holding:
            self._emit(fact)

    async def _reader(self) -> Reader:
        return (await self.connector.get()).reader
