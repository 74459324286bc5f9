"""The hands of several sources as one: whoever reaches a pane types into it. It types nothing by itself."""

from collections.abc import Sequence

from cockpit.core.ports import Hands
from cockpit.model.errors import NotFound
from cockpit.model.terminal import Screen


class AnyHands:
    """See core.ports.Hands. Raises NotFound for a pane that none of them has in sight."""

    def __init__(self, hands: Sequence[Hands]) -> None:
        self._hands = tuple(hands)

    def reaches(self, pane: str) -> bool:
        return any(hands.reaches(pane) for hands in self._hands)

    async def type(self, pane: str, text: str) -> None:
        await self._of(pane).type(pane, text)

    async def press(self, pane: str, key: str) -> None:
        await self._of(pane).press(pane, key)

    async def screen(self, pane: str) -> Screen:
        return await self._of(pane).screen(pane)

    def _of(self, pane: str) -> Hands:
        for hands in self._hands:
            if hands.reaches(pane):
                return hands
        raise NotFound(f"The terminal {pane} is not in sight.", fix="See whether its tmux server is read: doctor.")
