"""One running cockpit without a face: store, sources, actions and supervisor together. Screens and scripts hold this.

It makes nothing itself; `wiring` puts it together."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Self, TypeVar

from cockpit.core.act import Actions
from cockpit.core.ports import (
    Attachment,
    CanAttach,
    CanConverse,
    CanHandOver,
    Clock,
    Ledger,
    Source,
    TakesDefaults,
    Terminal,
)
from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.core.why_not import cannot
from cockpit.model.errors import Refused
from cockpit.model.facts import TalkDropped
from cockpit.model.ids import Ref
from cockpit.model.work import Capability

_Port = TypeVar("_Port")


@dataclass(slots=True)
class Session:
    store: Store
    sources: Mapping[str, Source]
    ledger: Ledger
    actions: Actions
    supervisor: Supervisor
    clock: Clock
    _followed: Ref | None = field(default=None, init=False)

    def port(self, source: str, wanted: type[_Port]) -> _Port:
        """The source as that capability; raises Refused when it has not got it."""
        found = self.sources.get(source)
        if not isinstance(found, wanted):
            raise Refused(f"{source} cannot do that.")
        return found

    def able(self, wanted: type[_Port]) -> dict[str, _Port]:
        """All sources that have the capability, by name."""
        return {name: source for name, source in self.sources.items() if isinstance(source, wanted)}

    def terminal(self, ref: Ref) -> Terminal:
        """The terminal of that name (`Thread.terminal`). Raises Refused or SourceError."""
        return self.port(ref.source, CanAttach).terminal(ref)

    def attach(self, thread: Ref) -> AbstractAsyncContextManager[Attachment]:
        """What shows that thread's terminal in full, by whoever can. Raises as `CanHandOver.attach`."""
        row = self.store.fleet.thread(thread)
        if row is None:
            raise Refused(f"Not attached: {thread} is no longer in the fleet.")
        if reason := cannot(row, Capability.ATTACH):
            raise Refused(f"Not attached: {reason}.")
        at = self.store.doer(row.ref, Capability.ATTACH) or row.ref
        return self.port(at.source, CanHandOver).attach(at)

    def follow(self, thread: Ref | None) -> None:
        """Keep that thread's conversation in the fleet, and let go of the one before."""
        if thread == self._followed:
            return
        left, self._followed = self._followed, thread
        if left is not None:
            self._converse(left, None)
            self.store.apply(TalkDropped(left))
        if thread is not None:
            self._converse(thread, thread)

    def shows(self, thread: Ref) -> bool:
        """Whether that thread's conversation is followed and read, or there is none to read."""
        if not isinstance(self.sources.get(thread.source), CanConverse):
            return True
        return thread == self._followed and thread in self.store.fleet.talks

    def _converse(self, at: Ref, thread: Ref | None) -> None:
        source = self.sources.get(at.source)
        if isinstance(source, CanConverse):
            source.follow(thread, self.store.apply)

    async def more(self, thread: Ref) -> None:
        """Read one older page of the followed conversation."""
        await self.port(thread.source, CanConverse).more(thread, self.store.apply)

    async def pins(self) -> tuple[Ref, ...]:
        """The threads that were pinned when a cockpit ran last. Raises LedgerError."""
        return await asyncio.to_thread(self.ledger.pins)

    async def pin(self, threads: Sequence[Ref]) -> None:
        """Remember that these are pinned. Raises LedgerError."""
        await asyncio.to_thread(self.ledger.pin, threads)

    def take_defaults(self, defaults: Mapping[str, Mapping[str, str]]) -> None:
        """Harnesses are started with these from now on, where nothing else is said."""
        for source in self.able(TakesDefaults).values():
            source.take_defaults(defaults)

    def quiet(self, away: bool) -> None:
        """The person looks away, or back: sources slow down, or read at once."""
        for source in self.sources.values():
            source.quiet(away)
            if not away:
                source.nudge()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.supervisor.stop()
        self.ledger.close()
