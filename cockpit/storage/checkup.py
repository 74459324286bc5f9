"""Looks at a ledger file without changing it, for `cockpit doctor`. It never creates, migrates or repairs one."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from cockpit.model.errors import LedgerError
from cockpit.model.immutable import immutable
from cockpit.storage.database import explain
from cockpit.storage.migrations import NEWEST


@immutable
class Checkup:
    """What was found. `schema` and `size` (bytes) are None when there is no file; `trouble` is empty if all is well."""

    path: Path
    exists: bool
    mode: int | None = None
    schema: int | None = None
    size: int | None = None
    trouble: str = ""
    fix: str = ""


def check_up(path: Path) -> Checkup:
    """Mode, schema, size and SQLite's own integrity check. Never raises."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return _absent(path)
    except OSError as error:
        return Checkup(path, False, trouble=_why(error), fix="Make its directory readable, or set XDG_STATE_HOME.")
    mode, size = stat.S_IMODE(status.st_mode), status.st_size
    if not stat.S_ISREG(status.st_mode):
        return Checkup(path, True, mode, trouble="it is not a file", fix=f"Move {path} away.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1.0)) as connection:
            (schema,) = connection.execute("PRAGMA user_version").fetchone()
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        said = explain(path, error)
        return Checkup(path, True, mode, None, size, said.message, _move(path) if _damaged(said) else said.fix)
    if schema > NEWEST:
        return Checkup(
            path,
            True,
            mode,
            schema,
            size,
            "it was written by a newer cockpit",
            "Update cockpit, or set XDG_STATE_HOME.",
        )
    if found != ["ok"]:
        return Checkup(path, True, mode, schema, size, f"it is damaged: {found[0]}", _move(path))
    if mode & 0o077:
        return Checkup(path, True, mode, schema, size, "others can read it", f"Run `chmod 600 {path}`.")
    return Checkup(path, True, mode, schema, size)


def _absent(path: Path) -> Checkup:
    """No file yet is well, if one could be made."""
    near = path.parent
    while not near.exists() and near != near.parent:
        near = near.parent
    if near.is_dir() and os.access(near, os.W_OK | os.X_OK):
        return Checkup(path, False)
    return Checkup(path, False, trouble=f"{near} is not a directory that can be written", fix="Set XDG_STATE_HOME.")


def _damaged(error: LedgerError) -> bool:
    return "damaged" in error.message


def _move(path: Path) -> str:
    return (
        f"Quit every cockpit, then `mkdir {path}.aside && mv {path}* {path}.aside/`: a new ledger begins at the next"
        " start; freezes and the hold are to be set again, nothing of the agents is lost."
    )


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
