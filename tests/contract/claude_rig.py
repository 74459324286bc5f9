"""Claude Code in the contract: a home that is written as the CLI writes it, with processes that live."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from claude_kit import SOLO, House, source

from cockpit.model.ids import Ref


class ClaudeRig:
    def __init__(self, root: Path) -> None:
        self.house = House(root / ".claude")
        self.house.session("waiting", "permission prompt")
        self.house.line("user", "Build it")
        call = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "make"}}
        self.house.line("assistant", [call])
        self.source = source(self.house.root)
        self.thread = self.waiting = Ref("claude", SOLO)
        self._number = 0

    async def change(self) -> None:
        self.house.session("idle")

    async def add(self) -> Ref:
        self._number += 1
        self.house.session("busy", pid=self._number, id=f"session-{self._number}")
        return Ref("claude", f"session-{self._number}")

    async def remove(self, thread: Ref) -> None:
        (self.house.root / "sessions" / f"{self._number}.json").unlink()

    async def break_down(self) -> None:
        self.house.root.rename(self.house.root.with_name("aside"))
        self.house.root.write_text("no directory")

    async def mend(self) -> None:
        self.house.root.unlink()
        self.house.root.with_name("aside").rename(self.house.root)


@contextlib.asynccontextmanager
async def at_home() -> AsyncIterator[ClaudeRig]:
    with tempfile.TemporaryDirectory() as folder:
        yield ClaudeRig(Path(folder))
