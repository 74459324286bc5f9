"""Asks that hooks brought: held on the ledger until a person answers. It never answers one by itself."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cockpit.model.asks import HeldAsk
from cockpit.storage.codec import moment
from cockpit.storage.database import Database

_SELECT = (
    "SELECT id, source, thread, payload, created, expires, answer, answered_by, answered_at, taken, withdrawn FROM asks"
)


class HeldAsks:
    """The table of held asks. Every call may raise LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, ask: HeldAsk) -> bool:
        """Hold a new ask; False when its id is held already."""
        with self._database.writing() as connection:
            done = connection.execute(
                "INSERT INTO asks (id, source, thread, payload, created, expires) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (
                    ask.id,
                    ask.source,
                    ask.thread,
                    json.dumps(ask.payload),
                    moment(ask.created_at),
                    moment(ask.expires_at),
                ),
            )
            return done.rowcount == 1

    def waiting(self, now: datetime) -> tuple[HeldAsk, ...]:
        """Those that a person can still answer, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _SELECT + " WHERE answered_at IS NULL AND withdrawn IS NULL AND expires > ? ORDER BY created, id",
                (moment(now),),
            ).fetchall()
        return tuple(_ask(row) for row in rows)

    def get(self, ask_id: str) -> HeldAsk | None:
        with self._database.reading() as connection:
            row = connection.execute(_SELECT + " WHERE id = ?", (ask_id,)).fetchone()
        return _ask(row) if row else None

    def answer(self, ask_id: str, answer: Mapping[str, Any], by: str, at: datetime) -> bool:
        """The first answer wins: False when it was answered, withdrawn or had expired before, or is not held."""
        with self._database.writing() as connection:
            done = connection.execute(
                "UPDATE asks SET answer = ?, answered_by = ?, answered_at = ?"
                " WHERE id = ? AND answered_at IS NULL AND withdrawn IS NULL AND expires > ?",
                (json.dumps(answer), by, moment(at), ask_id, moment(at)),
            )
            return done.rowcount == 1

    def withdraw(self, ask_id: str, at: datetime) -> bool:
        """The hook no longer waits; False when an answer came first, so that the hook must take that."""
        with self._database.writing() as connection:
            done = connection.execute(
                "UPDATE asks SET withdrawn = ? WHERE id = ? AND answered_at IS NULL AND withdrawn IS NULL",
                (moment(at), ask_id),
            )
            return done.rowcount == 1

    def taken(self, ask_id: str, at: datetime) -> None:
        """The hook has passed the answer on."""
        with self._database.writing() as connection:
            connection.execute("UPDATE asks SET taken = ? WHERE id = ?", (moment(at), ask_id))


def _ask(row: tuple[Any, ...]) -> HeldAsk:
    ask_id, source, thread, payload, created, expires, answer, by, at, taken, withdrawn = row
    return HeldAsk(
        ask_id,
        source,
        thread,
        json.loads(payload),
        datetime.fromisoformat(created),
        datetime.fromisoformat(expires),
        json.loads(answer) if answer is not None else None,
        by or "",
        datetime.fromisoformat(at) if at else None,
        datetime.fromisoformat(taken) if taken else None,
        withdrawn is not None,
    )
