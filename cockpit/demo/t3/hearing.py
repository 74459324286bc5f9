"""What an agent hears from people and from its server, as those see it who only know that there is one."""

from typing import Protocol

from cockpit.demo.t3.state import Row


class Hearing(Protocol):
    """The provider session of one thread."""

    @property
    def busy(self) -> bool:
        """Whether it works on a turn, or is about to."""

    @property
    def pending(self) -> object | None:
        """What it waits for: a person's word on a request."""

    def start(self, text: str, *, model: Row | None = None, plan: Row | None = None) -> None: ...
    def decide(self, request: str, decision: str) -> None: ...
    def answer(self, request: str, answers: Row) -> None: ...
    def interrupt(self) -> None: ...
    def change_mode(self) -> None: ...
    def stop(self) -> None: ...
    def lose(self) -> None:
        """It is gone, and with it what it waited for."""
