"""What a runtime brings to the contract: a source against the real or simulated thing, and hands to move it with."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from cockpit.core.ports import Source
from cockpit.model.ids import Ref


class Rig(Protocol):
    """At least one thread is there from the beginning. `waiting` has an open approval where the runtime knows such."""

    source: Source
    thread: Ref
    waiting: Ref | None

    async def change(self) -> None:
        """Let something visible happen to `thread`."""

    async def add(self) -> Ref:
        """Let another thread appear."""

    async def remove(self, thread: Ref) -> None:
        """Let that thread disappear."""

    async def break_down(self) -> None:
        """Make the outside unreadable."""

    async def mend(self) -> None:
        """Undo `break_down`."""


class RigMaker(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Rig]: ...
