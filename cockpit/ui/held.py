"""Tells a fresh key press from one that is still held down.

A terminal sends no key-up: a held key is the same key again and again. Presses that follow each other within
`GAP` seconds are one run, also when they queued up while the program was busy."""

GAP = 0.75
SEEN = 0.5


class Held:
    """`press` returns when the run began that this press belongs to. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}

    def press(self, key: str, now: float) -> float:
        start, last = self._last.get(key, (now, float("-inf")))
        if now - last > GAP:
            start = now
        self._last[key] = (start, now)
        return start

    def begins(self, key: str, now: float, since: float) -> bool:
        """Whether this press begins a run, upon what has been there since `since`: what took the place of something
        else a moment ago is not what the person meant."""
        repeats = now - self._last.get(key, (now, float("-inf")))[1] <= GAP
        self.press(key, now)
        return not repeats and now - since >= SEEN

    def allows(self, key: str, now: float, shown_at: float | None) -> bool:
        """Whether this press may act on what has been on the screen since `shown_at`: it must have been there for
        `SEEN` seconds before the run began, so that neither a held key nor a late one reaches it."""
        start = self.press(key, now)
        return shown_at is not None and start - shown_at >= SEEN
