"""Keys in the order they were typed, each to what the ones before it opened. It reads none of them.

A terminal may hand over several keys at once, and Textual sends all of them to whatever has the focus then: `dhello`
would open a form with its first letter and act on the list below with the others. Here the next key waits until the
one before has done what it does, and until a screen that it opens can be typed into."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

Typed = events.Key | events.Paste
_ARRIVES_SECONDS = 0.25
"""Who takes a key and leaves with it never says that it is done."""
_OPENS_SECONDS = 1.0
_ROUNDS = 3
"""A field comes into sight with one refresh, asks for the focus with the next, and has it a message later."""


class TypeAhead:
    """`deliver` gives one key to whatever has the focus; `at_once` says that the next need not wait for this one,
    because who has the focus takes both. Everything here runs in the app's own task."""

    def __init__(
        self, app: App[None], deliver: Callable[[Typed], Awaitable[None]], at_once: Callable[[Typed], bool]
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._at_once = at_once
        self._waiting: deque[Typed] = deque()
        self._under_way: Typed | None = None
        self._opening: asyncio.TimerHandle | None = None

    async def take(self, key: Typed) -> None:
        self._waiting.append(key)
        await self._go_on()

    def hold(self) -> None:
        """Something begins that may open a screen: keys wait for `settled`."""
        self._end_hold()
        self._opening = asyncio.get_running_loop().call_later(_OPENS_SECONDS, self._let_go)

    def settled(self, screen: Screen[object] | None = None) -> None:
        """What was begun has opened all that it opens: keys go on once the screen stands."""
        if self._opening is not None:
            self._stand(screen or self._app.screen, self._opening, _ROUNDS)

    def opened(self, screen: Screen[object]) -> None:
        """Another screen is on top, and its fields are not there yet."""
        self.hold()
        self.settled(screen)

    def drop(self) -> None:
        """Forget what waits: it was meant for something that does not come."""
        self._waiting.clear()

    async def _go_on(self) -> None:
        while self._waiting and self._under_way is None and self._opening is None:
            key, focused = self._waiting.popleft(), self._app.focused or self._app.screen
            at_once = self._at_once(key)
            await self._deliver(key)
            if not at_once:
                self._under_way = key
                asyncio.get_running_loop().call_later(_ARRIVES_SECONDS, self._app.call_later, self._arrived, key)
                self._follow(focused, key)

    def _follow(self, node: DOMNode, key: Typed) -> None:
        """Behind the key, from whoever has it up to the app, where it does what it is bound to."""
        if node is self._app:
            self._app.call_later(self._arrived, key)
            return
        above = node.parent
        if above is None or not node.call_later(self._follow, above, key):
            self._follow(self._app, key)

    async def _arrived(self, key: Typed) -> None:
        if key is self._under_way:  # else it was given up, and another one is on its way
            self._under_way = None
            await self._go_on()

    def _stand(self, screen: Screen[object], hold: asyncio.TimerHandle, rounds: int) -> None:
        if hold is not self._opening:
            return
        if rounds and screen.call_after_refresh(self._app.call_later, self._stand, screen, hold, rounds - 1):
            return
        self._let_go()

    def _let_go(self) -> None:
        self._end_hold()
        self._app.call_later(self._go_on)

    def _end_hold(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
