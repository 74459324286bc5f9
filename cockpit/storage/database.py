"""One SQLite file, opened when first needed and again after trouble. It never deletes, moves or repairs a file."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit.core.ports import Clock
from cockpit.model.errors import LedgerError
from cockpit.storage.codec import moment
from cockpit.storage.migrations import NEWEST, STEPS


class Database:
    """A connection that may be used from any thread, by one at a time. Every sqlite3 error leaves as a LedgerError.

    `patience` is how long, in seconds, a call waits for another process that writes."""

    def __init__(self, path: Path, clock: Clock, *, patience: float = 2.0) -> None:
        self.path = path
        self._clock = clock
        self._patience = patience
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._seen = -1
        self._version = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view over several queries."""
        with self._mapped(), self._lock:
            connection = self._open()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; the write lock is taken first, so that what is read inside still holds at the end."""
        with self._mapped(), self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._version += 1

    def version(self, *, wait: bool = True) -> int:
        """A number that grows whenever anybody has written, in this process or another. Without `wait` it is the last
        known one while another thread is at work here: a writer may stand in a queue for `patience` seconds."""
        if not self._lock.acquire(blocking=wait):
            return self._version
        try:
            with self._mapped():
                (seen,) = self._open().execute("PRAGMA data_version").fetchone()
                if seen != self._seen:
                    self._seen = seen
                    self._version += 1
                return self._version
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # The next call opens afresh, so that a disk with room again or a file put right is noticed.
            self.close()
            raise explain(self.path, error) from error
        except UnicodeEncodeError as error:
            raise LedgerError(
                "Not recorded: the text is not Unicode.", fix="Write it anew, without the broken characters."
            ) from error
        except OSError as error:
            self.close()
            why = (error.strerror or str(error)).lower()
            raise LedgerError(
                f"The ledger {self.path} cannot be opened: {why}.",
                fix="Make its directory writable, or point XDG_STATE_HOME at one that is.",
            ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._file == _identity(self.path):
            return self._connection
        self.close()
        _prepare(self.path)
        connection = sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._file, self._seen = connection, _identity(self.path), -1
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        self._check(schema)
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            self._switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        if schema == NEWEST:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read again: another process may have done the steps while this one waited for the lock.
            (schema,) = connection.execute("PRAGMA user_version").fetchone()
            self._check(schema)
            for step in STEPS[schema:]:
                for statement in step.split(";"):
                    connection.execute(statement)
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('opened_at', ?)", (moment(self._clock()),))
            connection.execute(f"PRAGMA user_version = {NEWEST}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        """SQLite does not wait for a lock here, so that two first starts at once need a loop."""
        until = time.monotonic() + self._patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= until:
                    raise
                time.sleep(0.01)

    def _check(self, schema: int) -> None:
        if schema > NEWEST:
            raise LedgerError(
                f"The ledger {self.path} was written by a newer cockpit (schema {schema}; this one knows {NEWEST}).",
                fix="Update cockpit, or point XDG_STATE_HOME at another directory.",
            )


def explain(path: Path, error: sqlite3.Error) -> LedgerError:
    """What a person should know about an SQLite error."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LedgerError(f"The ledger {path} is locked by another program.", fix="Close that program, or try again.")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return LedgerError(
            f"The ledger {path} is damaged.", fix="Run `cockpit doctor`: it says how to move it aside and keep it."
        )
    if code.startswith("SQLITE_FULL"):
        return LedgerError(f"The disk that holds the ledger {path} is full.", fix="Make room on it.")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LedgerError(
            f"The ledger {path} cannot be written.",
            fix="Make the file and its directory yours and writable, or point XDG_STATE_HOME elsewhere.",
        )
    if code.startswith("SQLITE_IOERR"):
        return LedgerError(
            f"The disk failed under the ledger {path} ({code}).", fix="See whether it is full, over quota or broken."
        )
    return LedgerError(f"The ledger {path} cannot be used: {error}.", fix="Run `cockpit doctor`.")


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there now; somebody may have moved ours aside."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _prepare(path: Path) -> None:
    """Make the file and its directory for their owner alone; SQLite gives its side files the same mode.

    A file that is there is not opened: closing it would take away the locks of every connection of this process, and
    the next program to leave would remove the log under them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
