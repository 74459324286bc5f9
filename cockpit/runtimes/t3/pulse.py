"""One source's health, from what its reads and its socket did. It must never call a source up on old evidence."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cockpit.core.ports import Clock
from cockpit.model.errors import AuthError, CockpitError, SourceError
from cockpit.model.health import Health, Offer, SourceState
from cockpit.model.work import ModelChoice
from cockpit.runtimes.t3.server import Server

_DOWN_AFTER = timedelta(seconds=60)
_LATE_AFTER_FAILURES = 2
_REMARK_FOR = timedelta(minutes=5)
_EXPIRES_SOON = timedelta(days=3)
_NO_ANSWER = SourceError("The server has not answered yet.", fix="Wait, or look at the server.")
SKEW_TOLD = timedelta(seconds=30)


@dataclass(slots=True)
class Pulse:
    """`socket` is true while the socket brings changes; `tried` says where a server was looked for."""

    name: str
    clock: Clock
    interval: float
    server: Server = field(default_factory=Server)
    offers: tuple[Offer, ...] = ()
    default_model: ModelChoice | None = None
    tried: tuple[str, ...] = ()
    socket: bool = False
    socket_trouble: str = ""
    unusable: int = 0
    skew: timedelta = timedelta(0)
    _health: Health | None = None
    _since: datetime | None = None
    _read_at: datetime | None = None
    _checked_at: datetime | None = None
    _error: CockpitError | None = None
    _absent: bool = False
    _failures: int = 0
    _waiting: bool = False
    _remarks: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def failures(self) -> int:
        return self._failures

    @property
    def read_at(self) -> datetime | None:
        return self._read_at

    def good(self) -> None:
        self._read_at = self._checked_at = self.clock()
        self._error, self._failures, self._absent, self._waiting = None, 0, False, False

    def heard(self) -> None:
        """The socket brought something."""
        self._read_at = self.clock()

    def failed(self, error: CockpitError, *, absent: bool = False) -> None:
        self._checked_at = self.clock()
        self._error, self._absent, self._waiting = error, absent, False
        self._failures += 1

    def slow(self) -> None:
        """A read is under way for longer than it should be; it has not failed yet."""
        self._checked_at = self.clock()
        self._waiting = True

    def remark(self, words: str) -> None:
        """Something that a person should know for a while."""
        self._remarks = [(at, said) for at, said in self._remarks if said != words]
        self._remarks.append((self.clock(), words))

    def state(self) -> SourceState:
        now = self.clock()
        health = self._judge(now)
        if health is not self._health:
            self._health, self._since = health, now
        told = self._error or (_NO_ANSWER if self._waiting else None)
        if health is Health.UP:
            told = None
        return SourceState(
            name=self.name,
            kind="t3",
            health=health,
            reason=told.message if told else "",
            fix=told.fix if told else "",
            read_at=self._read_at,
            checked_at=self._checked_at,
            since=self._since,
            version=self.server.version,
            link=("socket" if self.socket else "polling") if self._read_at else "",
            can_dispatch=self.server.operates and health in (Health.UP, Health.LATE),
            tried=self.tried,
            offers=self.offers,
            runtime_modes=self.server.runtime_modes,
            default_model=self.default_model or _first_ready(self.offers),
            notes=tuple(self._notes(now, health)),
        )

    def _judge(self, now: datetime) -> Health:
        if isinstance(self._error, AuthError):
            return Health.AUTH
        if self._absent and self._read_at is None:
            return Health.ABSENT
        if self._read_at is None:
            return Health.DOWN
        if self.socket or (self._error is None and not self._waiting):
            return Health.UP
        if now - self._read_at > _DOWN_AFTER:
            return Health.DOWN
        overdue = now - self._read_at > timedelta(seconds=3 * self.interval)
        return Health.LATE if self._waiting or overdue or self._failures >= _LATE_AFTER_FAILURES else Health.UP

    def _notes(self, now: datetime, health: Health) -> list[str]:
        self._remarks = [(at, said) for at, said in self._remarks if now - at < _REMARK_FOR]
        notes = [said for _, said in self._remarks]
        if not self.server.operates:
            notes.append("The token may only read: it lacks the scope orchestration:operate.")
        expires = self.server.expires_at
        if expires is not None and expires - now < _EXPIRES_SOON:
            notes.append(f"The token expires on {expires:%Y-%m-%d %H:%M} UTC.")
        if abs(self.skew) >= SKEW_TOLD:
            way = "ahead of" if self.skew > timedelta(0) else "behind"
            notes.append(f"The server's clock is {_length(abs(self.skew))} {way} this one; ages are corrected.")
        if self.unusable:
            notes.append(f"{self.unusable} of its rows cannot be shown: they have no usable id.")
        if self.socket_trouble and not self.socket and health is Health.UP:
            notes.append(f"No socket, polling instead: {self.socket_trouble}")
        if self._error is not None and health is Health.UP and self._failures >= _LATE_AFTER_FAILURES:
            notes.append(f"Polling fails, the socket still brings changes: {self._error.message}")
        return notes


def _first_ready(offers: tuple[Offer, ...]) -> ModelChoice | None:
    return next(
        (ModelChoice(offer.instance, offer.models[0]) for offer in offers if offer.ready and offer.models), None
    )


def _length(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
