"""tmux in the contract: a real server on a private socket, which is held still to be unreadable."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from unittest import mock

from tmux_rig import Tmux, short_directory

from cockpit.model.ids import Ref
from cockpit.runtimes.tmux import control, once, server
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.sockets import Sockets
from cockpit.runtimes.tmux.source import TmuxSource
from cockpit.runtimes.tmux.workers.crew import Means
from cockpit.storage.ledger import SqliteLedger
from cockpit.wiring import utc_now


class TmuxRig:
    waiting: Ref | None = None

    def __init__(self, tmux: Tmux, place: Address | Sockets, means: Means) -> None:
        self.tmux = tmux
        self.source = TmuxSource("local", place, clock=utc_now, means=means)
        self._label = f"{tmux.socket}/" if isinstance(place, Sockets) else ""
        self._birth = int(tmux.show("#{start_time}"))
        self._pid = int(tmux.show("#{pid}"))
        self.thread = self._ref("%0")

    def _ref(self, pane: str) -> Ref:
        return Ref("local", f"{self._label}{pane}@{self._birth:x}")

    async def change(self) -> None:
        self.tmux("rename-window", "-t", "one:0", "renamed")

    async def add(self) -> Ref:
        return self._ref(self.tmux("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "one", "cat"))

    async def remove(self, thread: Ref) -> None:
        self.tmux("kill-pane", "-t", thread.native.split("/")[-1].split("@")[0])

    async def break_down(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    async def mend(self) -> None:
        os.kill(self._pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def _rig(*, found: bool) -> AsyncIterator[TmuxRig]:
    with (
        short_directory() as place,
        mock.patch.dict(os.environ, {"TMUX_TMPDIR": str(place), "TMUX": ""}),
        # A server that hangs is given up sooner than people should have to see in a test.
        mock.patch.object(once, "_SECONDS", 0.3),
        mock.patch.object(control, "_LEAVE_SECONDS", 0.05),
        mock.patch.object(server, "_ANSWER_SECONDS", 0.3),
        mock.patch.object(server, "_RETRY_SECONDS", (0.05,)),
    ):
        tmux = Tmux.start(socket="default")
        at = Address(tmux.socket)
        means = Means(at, SqliteLedger(place / "ledger.db").workers, str(place / "scripts"))
        rig = TmuxRig(tmux, Sockets(os.environ) if found else at, means)
        try:
            yield rig
        finally:
            await rig.mend()
            tmux.kill()


def here() -> contextlib.AbstractAsyncContextManager[TmuxRig]:
    return _rig(found=False)


def found() -> contextlib.AbstractAsyncContextManager[TmuxRig]:
    return _rig(found=True)
