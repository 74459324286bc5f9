"""One running cockpit without a face: store, sources, actions and supervisor together. Screens and scripts hold this.

It makes nothing itself; `wiring` puts it together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, TypeVar

from cockpit.core.act import Actions
from cockpit.core.ports import CanConverse, Clock, Ledger, Source
from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.model.errors import Refused
from cockpit.model.facts import TalkDropped
from cockpit.model.ids import Ref

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
