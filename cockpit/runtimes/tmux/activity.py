"""When each pane of a server printed last, from what tmux dates (windows, in whole seconds) and from what we hear.

It has no clock, and never guesses: what it cannot tell apart it says of the whole window."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux.panes import Pane

QUIET = timedelta(seconds=5)
"""Who printed nothing for so long is quiet: tmux tells at most once a second, in seconds."""

ANSWER = timedelta(seconds=2)
"""So long a program may take to draw itself anew in another size."""
_SECOND = timedelta(seconds=1)


@immutable
class Prints:
    """When a pane printed last, and since when it prints without a pause; `exactly` it, or something in its window."""

    last: datetime
    since: datetime
    exactly: bool = True

    def lately(self, now: datetime) -> bool:
        return now - self.last < QUIET


class Activity:
    def __init__(self) -> None:
        self._prints: dict[str, Prints] = {}
        self._resized: dict[str, datetime] = {}

    def __getitem__(self, pane: str) -> Prints:
        return self._prints[pane]

    def printed(self, pane: str, at: datetime, *, exactly: bool) -> bool:
        """The pane printed at that time; returns whether it had been quiet before."""
        known = self._prints.get(pane)
        if known is None or at <= known.last:
            return False
        quiet = not known.lately(at)
        if quiet and self._answers(pane, at):
            return False
        self._prints[pane] = Prints(at, at if quiet else known.since, exactly)
        return quiet

    def resized(self, pane: str, at: datetime) -> None:
        """We gave it another size: what it prints upon that, having been quiet, is no work of its own."""
        self._resized[pane] = at

    def _answers(self, pane: str, at: datetime) -> bool:
        resized = self._resized.get(pane)
        # tmux dates in whole seconds, so its answer may seem to come before.
        return resized is not None and resized - _SECOND <= at < resized + ANSWER

    def listed(self, before: Mapping[str, Pane], found: Mapping[str, Pane], skew: timedelta) -> None:
        """The list says this now; `skew` is how far the server's clock is ahead of ours."""
        for pane in found.values():
            at = datetime.fromtimestamp(pane.activity, UTC) - skew
            known = before.get(pane.id)
            if pane.id not in self._prints or known is None:
                self._prints[pane.id] = Prints(at, at, exactly=not pane.split)
            elif pane.activity != known.activity:
                moved = pane.mark != known.mark
                if moved or not (pane.split and _another_moved(pane, before, found)):
                    self.printed(pane.id, at, exactly=moved or not pane.split)
        for gone in self._prints.keys() - found.keys():
            del self._prints[gone]
            self._resized.pop(gone, None)


def _another_moved(pane: Pane, before: Mapping[str, Pane], found: Mapping[str, Pane]) -> bool:
    """Whether another pane of its window shows that it was the one that printed."""
    return any(
        other.window == pane.window and other.id in before and other.mark != before[other.id].mark
        for other in found.values()
    )
