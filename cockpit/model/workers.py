"""A worker that was started from here, as the ledger remembers it over restarts, reboots and lives of its terminal."""

from datetime import datetime
from enum import StrEnum

from cockpit.model.immutable import immutable


class Ending(StrEnum):
    """How a worker ended on purpose. A person stopped it, and it can be brought back; or closed it, and it is over."""

    STOPPED = "stopped"
    CLOSED = "closed"


@immutable
class Worker:
    """`place` is the directory that was asked for, `project` the repository that it belongs to (itself, outside of
    any), and `directory` the one it works in, in `worktree` where it has one; `base` is the commit that its branch
    began at. `digest` names the whole prompt, of which `prompt` may be only the beginning. `session` is its
    conversation's id, empty where its harness has none.

    Its terminal is `pane` of the tmux server that listens on `socket` and was born at `birth` (Unix seconds), on the
    machine `host` (empty: this one), where its directories are as well; `pane` is empty while it is being started, and
    `starting` says that its prompt is on its way. `life` counts its terminals: who wants to give it another one, or
    change this record, names the life that he knows. `trouble` says why no turn is known to have begun. `moved_at` is
    when any of this last changed."""

    id: str
    source: str
    harness: str
    title: str
    window: str
    place: str
    project: str
    directory: str
    prompt: str
    digest: str
    started_at: datetime
    moved_at: datetime
    session: str = ""
    worktree: str = ""
    branch: str = ""
    base: str = ""
    model: str = ""
    mode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    host: str = ""
    socket: str = ""
    birth: int = 0
    pane: str = ""
    trouble: str = ""
    starting: bool = True
    ending: Ending | None = None
    life: int = 1
