"""Messages between members of teams, kept because their inboxes are emptied within a second. It judges none of them."""

from collections.abc import Sequence
from datetime import datetime

from cockpit.model.teams import Posted
from cockpit.storage.codec import moment
from cockpit.storage.database import Database

KEPT = 500
"""So many of a team's newest messages are kept."""
_LONGEST = 64_000
"""A longer text is left to the transcripts: half a message would be another message."""


class Post:
    """The table of messages. Implements `core.ports.Post`; every call may raise LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self, source: str, team: str) -> tuple[Posted, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT sender, recipient, text, at, id, summary, color FROM post"
                " WHERE source = ? AND team = ? ORDER BY at DESC LIMIT ?",
                (source, team, KEPT),
            ).fetchall()
        return tuple(
            Posted(sender, to, text, datetime.fromisoformat(at), native, summary, color)
            for sender, to, text, at, native, summary, color in reversed(rows)
        )

    def keep(self, source: str, team: str, messages: Sequence[Posted]) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO post (source, team, sender, recipient, text, at, id, summary, color)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (source, team, each.sender, each.to, each.text, moment(each.at), each.id, each.summary, each.color)
                    for each in messages
                    if len(each.text) <= _LONGEST
                ],
            )
            connection.execute(
                "DELETE FROM post WHERE source = ? AND team = ? AND rowid NOT IN"
                " (SELECT rowid FROM post WHERE source = ? AND team = ? ORDER BY at DESC LIMIT ?)",
                (source, team, source, team, KEPT),
            )
