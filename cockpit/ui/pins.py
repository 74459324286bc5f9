"""The threads that the panes show, kept from run to run. It does not know who shows them."""

import asyncio
from collections.abc import Callable

from cockpit.core.session import Session
from cockpit.model.errors import CockpitError
from cockpit.model.ids import Ref


class Pins:
    """`threads` as they are now. `tell` is told what could not be read or kept."""

    def __init__(self, session: Session, tell: Callable[[str, str], None]) -> None:
        self.threads: tuple[Ref, ...] = ()
        self._session = session
        self._tell = tell
        self._turn = asyncio.Lock()

    async def recall(self) -> None:
        """Take those of the last run, unless the person was faster."""
        try:
            kept = await self._session.pins()
        except CockpitError as error:
            self._tell(str(error), "warning")
            return
        self.threads = self.threads or kept

    async def keep(self) -> None:
        async with self._turn:
            try:
                await self._session.pin(self.threads)
            except CockpitError as error:
                self._tell(f"Pinned for this run only: {error}", "warning")
