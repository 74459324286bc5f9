"""T3 in the contract: the simulator over real HTTP and a real socket."""

import contextlib
from collections.abc import AsyncIterator

from t3_kit import APPROVAL, Stage

from cockpit.demo.t3 import faults
from cockpit.model.ids import Ref


class T3Rig:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.thread = stage.thread("t1")
        self.waiting: Ref | None = stage.thread("t2")
        stage.turn("t2", "go", *APPROVAL)
        self.source = stage.source(poll_seconds=0.02, reconnect_seconds=0.02)
        self._number = 2

    async def change(self) -> None:
        self.stage.do("thread.meta.update", threadId="t1", title="Renamed")

    async def add(self) -> Ref:
        self._number += 1
        return self.stage.thread(f"t{self._number}")

    async def remove(self, thread: Ref) -> None:
        self.stage.do("thread.archive", threadId=thread.native)

    async def break_down(self) -> None:
        self.stage.server.faults.add(faults.Status(500))
        self.stage.server.faults.refuse_websockets()
        self.stage.server.faults.drop_websockets()

    async def mend(self) -> None:
        self.stage.server.faults.clear()


@contextlib.asynccontextmanager
async def modern() -> AsyncIterator[T3Rig]:
    async with Stage() as stage:
        yield T3Rig(stage)


@contextlib.asynccontextmanager
async def old() -> AsyncIterator[T3Rig]:
    async with Stage(version="0.0.28") as stage:
        yield T3Rig(stage)


@contextlib.asynccontextmanager
async def without_a_socket() -> AsyncIterator[T3Rig]:
    async with Stage() as stage:
        stage.server.faults.refuse_websockets()
        yield T3Rig(stage)
