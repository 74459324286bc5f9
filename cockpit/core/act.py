"""Carrying out a command: check, audit, send, confirm, record. Keys, palette and command line all come through here.

It draws nothing and decides nothing for the person."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from cockpit.core import commands as c
from cockpit.core import ports
from cockpit.core.ports import Clock, Ledger, Source
from cockpit.core.store import Store
from cockpit.core.why_not import NEEDS, thread_of, why_not
from cockpit.model.asks import Ask, SettledAsk
from cockpit.model.errors import CockpitError, HalfDone, LedgerError, Refused, Rejected, Stale
from cockpit.model.facts import SendEnded, SendStarted
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Freeze, Hold

_Port = TypeVar("_Port")
_About = TypeVar("_About", bound=c.ThreadCommand | c.Unarchive)


class Actions:
    """`who` is the person's name for the record; `new_id` makes a fresh id per intent, which resends keep."""

    def __init__(
        self, store: Store, sources: Mapping[str, Source], ledger: Ledger, *, clock: Clock,
        new_id: Callable[[], str], who: str,
    ) -> None:  # fmt: skip
        self._store = store
        self._sources = sources
        self._ledger = ledger
        self._clock = clock
        self._new_id = new_id
        self._who = who

    def why_not(self, command: c.Command) -> str | None:
        return why_not(command, self._store.fleet)

    async def act(self, command: c.Command) -> c.Outcome:
        """Raises Refused when it cannot be done now, and whatever the source says otherwise (see model.errors)."""
        if reason := self.why_not(command):
            raise Refused(f"Not done: {reason.removesuffix('.')}.")
        if isinstance(command, c.Look):
            return await self._look(command)
        intent = self._new_id()
        note = await self._audit_begin(intent, command)
        try:
            outcome = await self._carry_out(command, intent)
        except CockpitError as error:
            await self._audit_end(intent, f"{type(error).__name__}: {error.message}")
            raise
        except asyncio.CancelledError:
            await self._audit_end(intent, "cancelled before an answer came")
            raise
        note = note or await self._audit_end(intent, outcome.text)
        return replace(outcome, notes=(*outcome.notes, note)) if note else outcome

    async def _carry_out(self, command: c.Command, intent: str) -> c.Outcome:
        match command:
            case c.Freeze():
                return await self._freeze(command, intent)
            case c.Thaw():
                return await self._thaw(command)
            case c.HoldFleet(reason):
                await self._record(self._ledger.hold, Hold(reason, self._who, self._clock()))
                return c.Outcome("The fleet is on hold: nothing new starts; what runs goes on.")
            case c.ReleaseFleet():
                await self._record(self._ledger.hold, None)
                return c.Outcome("The fleet is released.")
            case c.Decide() | c.Answer() | c.ImplementPlan():
                return await self._settle(command, intent)
            case _:
                key = str(thread_of(command) or getattr(command, "team", None) or intent)
                self._store.apply(SendStarted(key, _label(command)))
                try:
                    return await self._send(command, intent)
                finally:
                    self._store.apply(SendEnded(key))

    async def _send(self, command: c.Command, intent: str) -> c.Outcome:
        match command:
            case c.Send():
                command = self._addressed(command)
                return await self._port(command.thread.source, ports.CanSend).send(command, intent)
            case c.Dispatch(source=source, project=project):
                if project is not None and not command.path:
                    command = replace(command, path=self._store.fleet.projects[project].path)
                return await self._port(source, ports.CanDispatch).dispatch(command, intent)
            case c.StopTeam(team=team):
                return await self._port(team.source, ports.CanStopTeam).stop_team(command, intent)
            case c.CreateProject(source=source):
                return await self._port(source, ports.CanDispatch).create_project(command, intent)
            case c.Freeze() | c.Thaw() | c.HoldFleet() | c.ReleaseFleet() | c.Look():
                raise AssertionError(f"{command} is not sent anywhere")
            case _:
                command = self._addressed(command)
                return await self._port(command.thread.source, ports.CanManage).manage(command, intent)

    def _addressed(self, command: _About) -> _About:
        """The same to the source that carries it out, under the name by which that source knows the thread."""
        capability = NEEDS.get(type(command))
        found = self._store.doer(command.thread, capability) if capability else None
        return replace(command, thread=found) if found else command

    async def _settle(self, command: c.Decide | c.Answer | c.ImplementPlan, intent: str) -> c.Outcome:
        ask = self._store.fleet.ask(command.ask)
        if ask is None:
            raise Refused("Not done: that request is no longer open.")
        self._store.apply(SendStarted(command.ask, _label(command)))
        command = replace(command, thread=self._store.asker(ask))
        try:
            match command:
                case c.Decide(decision=decision):
                    ending = str(decision)
                    outcome = await self._port(command.thread.source, ports.CanApprove).decide(command, intent)
                case c.Answer():
                    ending = "answered"
                    outcome = await self._port(command.thread.source, ports.CanAnswer).answer(command, intent)
                case c.ImplementPlan():
                    ending = "implement"
                    outcome = await self._port(command.thread.source, ports.CanPlan).implement(command, intent)
        except Stale:
            await self._settled(ask, "stale")
            raise
        finally:
            self._store.apply(SendEnded(command.ask))
        note = await self._settled(ask, ending)
        return c.Outcome(outcome.text, outcome.thread, (*outcome.notes, note)) if note else outcome

    async def _freeze(self, command: c.Freeze, intent: str) -> c.Outcome:
        """Recorded first, so that nothing new is sent even if the interrupt fails. A hard freeze interrupts nothing:
        what runs stands still and loses nothing; it counts as hard once something may stand still."""
        thread = self._store.fleet.thread(command.thread)
        assert thread is not None
        freeze = Freeze(command.reason, self._who, self._clock())
        await self._record(self._ledger.freeze, thread.ref, freeze)
        note = ""
        try:
            if command.hard:
                at = self._store.doer(thread.ref, Capability.HARD_FREEZE) or thread.ref
                note = (await self._port(at.source, ports.CanPause).pause(at)).text
                await self._record(self._ledger.freeze, thread.ref, replace(freeze, hard=True))
            elif (thread.status.busy or thread.status.needs_you) and thread.can(Capability.INTERRUPT):
                await self._send(c.Interrupt(thread.ref), intent)
        except CockpitError as error:
            if command.hard and not isinstance(error, Refused | Rejected):
                # It may stand still all the same, and has to go on when it is thawed.
                await self._record(self._ledger.freeze, thread.ref, replace(freeze, hard=True))
            what = "its processes were not paused" if command.hard else "what runs was not interrupted"
            raise HalfDone(
                f"{self._name(thread.ref)} is frozen here, but {what}: {error.message}",
                fix="It gets no new messages; interrupt it again, or stop its session.",
            ) from error
        return c.Outcome(f"Froze {self._name(thread.ref)}; nothing was deleted.", thread.ref, (note,) if note else ())

    async def _thaw(self, command: c.Thaw) -> c.Outcome:
        """What was paused goes on first: a thread that stands still must not look as if it could run."""
        thread = self._store.fleet.thread(command.thread)
        assert thread is not None
        note = ""
        at = self._store.doer(thread.ref, Capability.HARD_FREEZE)
        if thread.frozen and thread.frozen.hard and at is not None:
            note = (await self._port(at.source, ports.CanPause).unpause(at)).text
        await self._record(self._thaw_all, thread.refs)
        return c.Outcome(f"Thawed {self._name(thread.ref)}.", thread.ref, (note,) if note else ())

    def _thaw_all(self, refs: Iterable[Ref]) -> None:
        for ref in refs:
            self._ledger.thaw(ref)

    async def _look(self, command: c.Look) -> c.Outcome:
        await self._record(self._ledger.look, command.thread, self._clock())
        return c.Outcome("", command.thread)

    async def _record(self, write: Callable[..., None], *arguments: object) -> None:
        await asyncio.to_thread(write, *arguments)
        self._store.apply(await asyncio.to_thread(self._ledger.read))

    async def _settled(self, ask: Ask, ending: str) -> str:
        try:
            await self._record(self._ledger.settle, SettledAsk(ask, ending, self._who, self._clock()))
        except LedgerError as error:
            return f"Not recorded: {error.message}"
        return ""

    async def _audit_begin(self, intent: str, command: c.Command) -> str:
        """A broken ledger does not stop a person from answering; the outcome carries the note."""
        target = str(thread_of(command) or "") or str(getattr(command, "source", "fleet"))
        try:
            await asyncio.to_thread(
                self._ledger.begin, intent, type(command).__name__, target, _detail(command), self._clock()
            )
        except LedgerError as error:
            return f"Not recorded: {error.message}"
        return ""

    async def _audit_end(self, intent: str, outcome: str) -> str:
        try:
            await asyncio.to_thread(self._ledger.end, intent, outcome, self._clock())
        except LedgerError as error:
            return f"Not recorded: {error.message}"
        return ""

    def _port(self, name: str, wanted: type[_Port]) -> _Port:
        source = self._sources.get(name)
        if not isinstance(source, wanted):
            raise Refused(f"Not done: {name} cannot do that.")
        return source

    def _name(self, ref: Ref) -> str:
        thread = self._store.fleet.thread(ref)
        return f"“{thread.title}”" if thread else str(ref)


def _label(command: c.Command) -> str:
    return type(command).__name__.lower()


def _detail(command: c.Command) -> dict[str, object]:
    return {name: value for name, value in asdict(command).items() if name not in ("thread", "source")}
