"""Files that are for their owner alone. It keeps nothing in memory and never loosens a mode."""

import os
import stat
import tempfile
from pathlib import Path

_MOST = 65536


def replace_file(path: Path, text: str) -> None:
    """Write the whole file at once with mode 0600, or leave it as it was; a link is followed, not replaced.

    Makes the directory (0700) if need be. Raises OSError."""
    real = path.resolve()
    real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)  # mode 0600 by its contract
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, real)
    except OSError:
        Path(made).unlink(missing_ok=True)
        raise


class NotPrivate(Exception):
    """The file cannot be trusted with a secret; the message says why, `fix` what to do."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


def read_private(path: Path) -> str:
    """The text of a regular file of at most 64 KiB that its owner alone may read. Raises OSError or NotPrivate."""
    # Not blocking, so that a pipe in the file's place cannot hang the cockpit.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotPrivate("is not a regular file", "Put the token into a file.")
        if status.st_mode & 0o077:
            raise NotPrivate("can be read by others", f"Run `chmod 600 {path}`.")
        raw = file.read(_MOST + 1)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NotPrivate("is not text", "Put the token alone into it.") from None
    if len(raw) > _MOST:
        raise NotPrivate("is too large", "Put the token alone into it.")
    return text
