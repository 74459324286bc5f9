"""How well Claude Code's files can be read: told when it changes, and now and then so that it is known to be so still.

It reads nothing itself."""

from datetime import datetime, timedelta

from cockpit.core.ports import Clock, Emit
from cockpit.model.facts import SourceChanged
from cockpit.model.health import Health, SourceState
from cockpit.runtimes.claude.reader import Reader
from cockpit.runtimes.claude.watch import Watcher

KIND = "claude"
_TOLD_EVERY = timedelta(seconds=15)
_MOST_NOTES = 10


class Pulse:
    """Of the source called `name`; `watcher` knows how changes are learned of."""

    def __init__(self, name: str, reader: Reader, watcher: Watcher, clock: Clock) -> None:
        self._reader = reader
        self._watcher = watcher
        self._clock = clock
        self._told = SourceState(name, KIND, Health.ABSENT)

    def tell(self, emit: Emit, *, anyway: bool = False) -> None:
        now, old = self._clock(), self._told
        state = self._judged(now)
        same = (old.health, old.reason, old.version, old.link, old.notes) == (
            state.health, state.reason, state.version, state.link, state.notes,
        )  # fmt: skip
        if same and not anyway and old.checked_at is not None and now - old.checked_at < _TOLD_EVERY:
            return
        self._told = state
        emit(SourceChanged(state))

    def _judged(self, now: datetime) -> SourceState:
        reader, old = self._reader, self._told
        root, why = reader.home.root, reader.trouble()
        if why:
            health, fix = Health.DOWN, "Let this user read it, or set another home under [claude]."
        elif not reader.home.there:
            health, why = Health.ABSENT, f"There is no {root}."
            fix = "Start Claude Code once, or set its home under [claude]."
        else:
            health, fix = Health.UP, ""
        return SourceState(
            name=old.name,
            kind=KIND,
            health=health,
            reason=why,
            fix=fix,
            read_at=now if health is Health.UP else old.read_at,
            checked_at=now,
            since=old.since if old.health is health and old.since else now,
            version=reader.version or old.version,
            link=self._watcher.link,
            tried=(str(root),),
            notes=tuple(reader.home.troubles()[:_MOST_NOTES]),
        )
