"""What the cockpit itself remembers, in SQLite: freezes, hold, last looks, settled asks, the audit of commands.

It forgets what has long been over, and only when it is told to; it never blocks for longer than its patience."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.core.ports import Clock
from cockpit.model.asks import SettledAsk
from cockpit.model.errors import LedgerError
from cockpit.model.facts import LedgerRead
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Freeze, Hold
from cockpit.storage.asks import HeldAsks
from cockpit.storage.codec import ask_from_text, ask_to_text, detail_to_text, moment
from cockpit.storage.database import Database
from cockpit.storage.forget import forget
from cockpit.storage.post import Post
from cockpit.storage.stirs import stirs
from cockpit.storage.workers import WorkerTable

_SETTLED_SHOWN = 200


def _utc_now() -> datetime:
    return datetime.now(UTC)


@immutable
class Audited:
    """One command in the audit; `ended` and `outcome` are None while nobody knows what became of it."""

    intent: str
    command: str
    target: str
    detail: str
    begun: datetime
    ended: datetime | None
    outcome: str | None


class SqliteLedger:
    """Implements `core.ports.Ledger`. Nothing is opened before the first call, and every call may raise LedgerError
    and may succeed the next time; several processes may use the same file at once. Usable from any thread."""

    def __init__(self, path: Path, clock: Clock = _utc_now, *, patience: float = 2.0) -> None:
        """`clock` dates the birth of a new ledger; `patience` is how long (seconds) a call waits for another writer."""
        self._database = Database(path, clock, patience=patience)
        self.asks = HeldAsks(self._database)
        self.workers = WorkerTable(self._database)
        self.post = Post(self._database)

    @property
    def path(self) -> Path:
        return self._database.path

    def read(self) -> LedgerRead:
        with self._database.reading() as connection:
            try:
                born = connection.execute("SELECT value FROM meta WHERE key = 'opened_at'").fetchone()
                holds = connection.execute("SELECT reason, by, at FROM hold").fetchall()
                return LedgerRead(
                    freezes={
                        Ref(source, native): Freeze(reason, by, datetime.fromisoformat(at), bool(hard))
                        for source, native, reason, by, at, hard in connection.execute(
                            "SELECT source, native, reason, by, at, hard FROM freezes"
                        )
                    },
                    hold=next((Hold(reason, by, datetime.fromisoformat(at)) for reason, by, at in holds), None),
                    looked={
                        Ref(source, native): datetime.fromisoformat(at)
                        for source, native, at in connection.execute("SELECT source, native, at FROM looked")
                    },
                    opened_at=datetime.fromisoformat(born[0]) if born else None,
                    settled=tuple(
                        SettledAsk(
                            ask_from_text(ask, Ref(source, native), payload), ending, by, datetime.fromisoformat(at)
                        )
                        for source, native, ask, payload, ending, by, at in connection.execute(
                            "SELECT source, native, ask, payload, ending, by, at FROM settled ORDER BY at DESC LIMIT ?",
                            (_SETTLED_SHOWN,),
                        )
                    ),
                )
            except (ValueError, KeyError, TypeError) as error:
                raise LedgerError(
                    f"The ledger {self.path} holds a record that cannot be read ({error}).",
                    fix="Run `cockpit doctor`: it says how to move it aside and keep it.",
                ) from error

    def version(self) -> int:
        return self._database.version(wait=False)

    def stirs(self) -> AsyncGenerator[None, None]:
        return stirs(self._database.path)

    def freeze(self, thread: Ref, freeze: Freeze) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO freezes (source, native, reason, by, at, hard) VALUES (?, ?, ?, ?, ?, ?)",
                (thread.source, thread.native, freeze.reason, freeze.by, moment(freeze.at), int(freeze.hard)),
            )

    def thaw(self, thread: Ref) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM freezes WHERE source = ? AND native = ?", (thread.source, thread.native))

    def hold(self, hold: Hold | None) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM hold")
            if hold is not None:
                connection.execute(
                    "INSERT INTO hold (one, reason, by, at) VALUES (1, ?, ?, ?)",
                    (hold.reason, hold.by, moment(hold.at)),
                )

    def look(self, thread: Ref, at: datetime) -> None:
        """The latest look counts, whichever process writes last."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO looked (source, native, at) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
                (thread.source, thread.native, moment(at)),
            )

    def pins(self) -> tuple[Ref, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT source, native FROM pins ORDER BY place").fetchall()
        return tuple(Ref(source, native) for source, native in rows)

    def pin(self, threads: Sequence[Ref]) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM pins")
            connection.executemany(
                "INSERT INTO pins (source, native, place) VALUES (?, ?, ?)",
                [(thread.source, thread.native, place) for place, thread in enumerate(threads)],
            )

    def settle(self, settled: SettledAsk) -> None:
        """The first ending stays, but `elsewhere` (nobody here knew) gives way to a better one."""
        ask = settled.ask
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO settled (source, native, ask, payload, ending, by, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET payload = excluded.payload, ending = excluded.ending,"
                " by = excluded.by, at = excluded.at WHERE ending = 'elsewhere'",
                (
                    ask.thread.source,
                    ask.thread.native,
                    ask.id,
                    ask_to_text(ask),
                    settled.ending,
                    settled.by,
                    moment(settled.at),
                ),
            )

    def begin(self, intent: str, command: str, target: str, detail: Mapping[str, object], at: datetime) -> None:
        """An intent that is sent again keeps its first record."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO audit (intent, command, target, detail, begun) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (intent, command, target, detail_to_text(detail), moment(at)),
            )

    def end(self, intent: str, outcome: str, at: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE audit SET ended = ?, outcome = ? WHERE intent = ?", (moment(at), outcome, intent)
            )

    def audit(self, limit: int = 50) -> tuple[Audited, ...]:
        """The latest commands, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT intent, command, target, detail, begun, ended, outcome FROM audit"
                " ORDER BY begun DESC, intent LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(
            Audited(intent, command, target, detail, datetime.fromisoformat(begun), _moment(ended), outcome)
            for intent, command, target, detail, begun, ended, outcome in rows
        )

    def forget(self, keep: timedelta, now: datetime) -> None:
        """At most once a day, whoever asks; in steps that hold nobody up."""
        forget(self._database, keep, now)

    def close(self) -> None:
        self._database.close()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
