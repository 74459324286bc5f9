"""Gives a person's answer to the hook that waits for it, and sees that Claude went on by it.

It decides nothing and knows no rows; an answer that nobody took, or that came too late, is an error."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cockpit.core.ports import Clock, HeldAsks
from cockpit.model.asks import HeldAsk
from cockpit.model.errors import Stale, Unconfirmed
from cockpit.runtimes.claude.held import Held
from cockpit.runtimes.claude.verdict import Verdict, dialog_changed, verdict

_TAKEN_SECONDS, _CONFIRM_SECONDS, _GRACE_SECONDS, _STEP = 3.0, 5.0, 0.4, 0.05


class Giving:
    """`held` is the ledger's port, `who` the person's name for the record, `root` the Claude home, `lives` says whether
    a hook still waits."""

    def __init__(self, held: HeldAsks, who: str, root: Path, clock: Clock, lives: Callable[[Held], bool]) -> None:
        self._held = held
        self._who = who
        self._root = root
        self._clock = clock
        self._lives = lives

    async def give(self, held: Held, answer: Mapping[str, Any], *, allowed: bool) -> None:
        """Raises Stale when it was settled otherwise, Unconfirmed when nothing shows that Claude went on."""
        at = self._clock()
        if not await asyncio.to_thread(self._held.answer, held.id, answer, self._who, at):
            raise Stale(await self._why_late(held.id))
        await self._taken(held)
        await self._gone_on(held, at, allowed=allowed)

    async def _get(self, ask_id: str) -> HeldAsk | None:
        return await asyncio.to_thread(self._held.get, ask_id)

    async def _why_late(self, ask_id: str) -> str:
        row = await self._get(ask_id)
        if row is not None and row.answer is not None:
            return f"It was answered before, by {row.answered_by or 'somebody'}."
        return "It was settled in its terminal, or waited too long."

    async def _taken(self, held: Held) -> None:
        """The hook has passed the answer on."""
        for _ in range(round(_TAKEN_SECONDS / _STEP)):
            lived = self._lives(held)  # asked first: it takes the answer and ends, which may be in between
            row = await self._get(held.id)
            if row is not None and row.taken_at is not None:
                return
            if not lived:
                raise Stale(
                    "Its hook has ended without taking the answer.", fix="If it still waits, answer in its terminal."
                )
            await asyncio.sleep(_STEP)
        raise Unconfirmed("Its hook has not taken the answer so far.", fix="Look at its terminal.")

    async def _gone_on(self, held: Held, at: datetime, *, allowed: bool) -> None:
        """Claude has: its dialog is gone, or the call has its result. A call that stood still for the hook has nobody
        else to wait for. A result that says a person decided at the terminal beats all."""
        loop = asyncio.get_running_loop()
        began, moved = loop.time(), held.standing
        settled: float | None = began + _GRACE_SECONDS if moved else None
        while True:
            match await asyncio.to_thread(verdict, self._root, held.transcript, held.call.id):
                case Verdict.HOOK:
                    return
                case Verdict.PERSON:
                    raise Stale("It was answered in its terminal first.")
                case Verdict.SOMEHOW if moved or not allowed:
                    return
            if not moved and await asyncio.to_thread(
                dialog_changed, self._root, held.cli, at - timedelta(milliseconds=5)
            ):
                moved, settled = True, loop.time() + _GRACE_SECONDS
            if settled is not None and loop.time() > settled:
                return
            if loop.time() - began > _CONFIRM_SECONDS:
                raise Unconfirmed("Claude has the answer and has not gone on so far.", fix="Look at its terminal.")
            await asyncio.sleep(_STEP)
