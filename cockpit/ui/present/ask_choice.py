"""Which of several requests of a thread its card shows: the one that the person turned to, else the first. Pure.

It answers nothing."""

from cockpit.model.asks import Ask
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.present.ask_lines import Card


class AskChoice:
    def __init__(self) -> None:
        self._turned: dict[Ref, str] = {}

    def of(self, thread: Thread | None) -> Ask | None:
        if thread is None or not thread.asks:
            return None
        turned = self._turned.get(thread.ref)
        return next((ask for ask in thread.asks if ask.id == turned), thread.asks[0])

    def turn(self, thread: Thread | None, step: int) -> bool:
        """To the next one, or the one before; whether there was another."""
        ask = self.of(thread)
        if thread is None or ask is None or len(thread.asks) < 2:
            return False
        self._turned[thread.ref] = thread.asks[(thread.asks.index(ask) + step) % len(thread.asks)].id
        return True

    def card(self, thread: Thread | None, fleet: Fleet, *, airy: bool = False) -> Card | None:
        ask = self.of(thread)
        if thread is None or ask is None:
            return None
        return Card(ask, thread, fleet, thread.asks.index(ask), len(thread.asks), airy=airy)
