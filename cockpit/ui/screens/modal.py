"""A screen that lies over another one and returns something, once.

Keys that queued up while it was closing must not close what lies under it as well."""

from typing import Generic, TypeVar

from textual.screen import ModalScreen

_Result = TypeVar("_Result")


class Modal(ModalScreen[_Result | None], Generic[_Result]):
    """Ends with `give`, never with `dismiss`: that one pops whatever is on top."""

    def __init__(self) -> None:
        super().__init__()
        self._given = False

    def give(self, result: _Result | None) -> None:
        """Return `result` and go, with all that still lies over it; every further call does nothing."""
        if self._given:
            return
        self._given = True
        if not self.is_active:
            self.pop_until_active()
        self.dismiss(result)
