"""What the ledger lets go of: records of what has long been over, in small steps, once a day for all cockpits together.

It never touches what is open, frozen or held, nor a worker that can be brought back. The file does not shrink; its room
is used again."""

from datetime import datetime, timedelta

from cockpit.storage.codec import moment
from cockpit.storage.database import Database

_DAY = timedelta(days=1)
_STEP = 500
"""Rows in one transaction, so that nobody waits for it."""
_OVER = (
    # Whose outcome nobody knows has no end, and stays.
    ("audit", "intent", "ended < :before"),
    ("settled", "source, native, ask", "at < :before"),
    ("asks", "id", "expires < :before"),
    ("post", "rowid", "at < :before"),
    ("looked", "source, native", "at < :before"),
    (
        "workers", "id",
        "ending = 'closed' AND json_extract(record, '$.moved_at') < :before AND NOT EXISTS"
        " (SELECT 1 FROM freezes WHERE freezes.source = workers.source AND freezes.native = workers.id)",
    ),
)  # fmt: skip
"""By table: its key, and what of it is over."""


def forget(database: Database, keep: timedelta, now: datetime) -> None:
    """Let go of what was over `keep` ago. Blocks, and may raise LedgerError half way: the rest goes another day."""
    before = moment(now - keep)
    with database.writing() as connection:
        last = connection.execute("SELECT value FROM meta WHERE key = 'forgot_at'").fetchone()
        if last and moment(now - _DAY) < last[0] <= moment(now):
            return
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('forgot_at', ?)", (moment(now),))
        # Whose look is forgotten must not count as not looked at. What a clock that was ahead wrote there is corrected.
        connection.execute(
            "UPDATE meta SET value = CASE WHEN value > :now THEN :before ELSE max(value, :before) END"
            " WHERE key = 'opened_at'",
            {"now": moment(now), "before": before},
        )
    for table, key, over in _OVER:
        step = f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {over} LIMIT {_STEP})"  # noqa: S608
        gone = _STEP
        while gone == _STEP:
            with database.writing() as connection:
                gone = connection.execute(step, {"before": before}).rowcount
