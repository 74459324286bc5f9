"""The table of workers: who was started from here and how each ended. It starts and ends none."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from cockpit.model.workers import Ending, Worker
from cockpit.storage.codec import moment
from cockpit.storage.database import Database

_TIMES = ("started_at", "moved_at")


class WorkerTable:
    """Implements `core.ports.WorkerLog`. Every call may raise LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        return self._database.version()

    def workers(self, source: str) -> tuple[Worker, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT record FROM workers WHERE source = ? AND ending IS NOT ? ORDER BY started, rowid",
                (source, Ending.CLOSED),
            ).fetchall()
        return tuple(_worker(record) for (record,) in rows)

    def begin(self, workers: Sequence[Worker], gone: Collection[str]) -> Worker | None:
        with self._database.writing() as connection:
            for worker in workers:
                same = connection.execute(
                    "SELECT id, record FROM workers"
                    " WHERE source = ? AND place = ? AND harness = ? AND digest = ? AND ending IS NULL"
                    " ORDER BY started, rowid",
                    (worker.source, worker.place, worker.harness, worker.digest),
                ).fetchall()
                for known, record in same:
                    if known not in gone and all(known != other.id for other in workers):
                        return _worker(record)
            connection.executemany(
                "INSERT INTO workers (id, source, place, harness, digest, started, ending, life, record)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(worker) for worker in workers],
            )
        return None

    def change(self, worker: Worker, life: int) -> bool:
        with self._database.writing() as connection:
            *_, ending, new_life, record = _row(worker)
            done = connection.execute(
                "UPDATE workers SET ending = ?, life = ?, record = ? WHERE id = ? AND life = ?",
                (ending, new_life, record, worker.id, life),
            )
            return done.rowcount == 1

    def forget(self, worker: Worker) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM workers WHERE id = ? AND life = ?", (worker.id, worker.life))


def _row(worker: Worker) -> tuple[Any, ...]:
    record = {**asdict(worker), **{name: moment(getattr(worker, name)) for name in _TIMES}}
    return (
        worker.id, worker.source, worker.place, worker.harness, worker.digest, moment(worker.started_at),
        worker.ending, worker.life, json.dumps(record, ensure_ascii=False),
    )  # fmt: skip


def _worker(record: str) -> Worker:
    """What a newer cockpit wrote beside is left out."""
    found = json.loads(record)
    known = {field.name: found[field.name] for field in fields(Worker) if field.name in found}
    known |= {name: datetime.fromisoformat(known[name]) for name in _TIMES}
    known["options"] = tuple((key, value) for key, value in known["options"])
    known["ending"] = Ending(known["ending"]) if known["ending"] else None
    return Worker(**known)
