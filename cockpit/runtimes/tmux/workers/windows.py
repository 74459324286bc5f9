"""A window for a worker, in the one session that all of them share. It makes them and looks at nothing else."""

import contextlib

from cockpit.model.errors import Rejected, SourceError
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.tmux import failures
from cockpit.runtimes.tmux.workers.machine import Machine

SESSION = "cockpit"
_SIZE = ("-x", "120", "-y", "40")
_WHERE = "#{pane_id} #{start_time} #{socket_path}"
_SAYING = ("-c", "/", "-P", "-F", _WHERE)
# In one go: where sessions go with their last client, it would go with the one that makes it.
_KEEP = (";", "set-option", "-t", SESSION, "destroy-unattached", "off")


@immutable
class Window:
    """Where a worker's terminal is: as `Worker` has it."""

    socket: str
    birth: int
    pane: str


async def open_window(machine: Machine, name: str, command: str, mark: str) -> Window:
    """Open a window called `name` that runs the shell command, and start the server if there is none; `mark` is a word
    that stands in this command alone. Raises Rejected or SourceError. One at a time: two at once would both make the
    session."""
    where = machine.where
    into = ("new-window", "-d", "-t", f"={SESSION}:", "-n", name, *_SAYING, command)
    first = ("new-session", "-d", "-s", SESSION, "-n", name, *_SIZE, *_SAYING, command, *_KEEP)
    said = complaint = ""
    for order in (into, first, into):  # again: another cockpit may be faster
        try:
            done = await machine.run(*where.starting(*order))
        except SourceError:
            # Of a link that broke on the way back, the order was carried out.
            if (made := await _marked(machine, mark)) is None:
                raise
            return made
        if done.code == 127:
            raise failures.no_tmux(where)
        said, complaint = done.said.decode("utf-8", "replace").strip(), done.complained.strip()
        if not done.code or not _lacks(complaint, order is first):
            break
    try:
        return _window(said)
    except ValueError:
        why = one_line(complaint, 160) or "it does not say which"
        raise Rejected(f"tmux on {where} opened no window: {why}.", fix="Try the same in a shell.") from None


def _window(said: str) -> Window:
    pane, born, socket = said.split(" ", 2)
    return Window(socket, int(born), pane)


async def _marked(machine: Machine, mark: str) -> Window | None:
    """The window whose command has that word, if it is there and the machine can be asked."""
    with contextlib.suppress(SourceError):
        listed = await machine.run(
            *machine.where.asking("list-panes", "-a", "-F", f"{_WHERE}\t#{{pane_start_command}}")
        )
        for line in listed.said.decode("utf-8", "replace").splitlines():
            said, _, command = line.partition("\t")
            if mark in command:
                return _window(said)
    return None


def _lacks(complaint: str, made: bool) -> bool:
    """Whether it failed because the session was not there, or was there already where it should be `made`."""
    if made:
        return "duplicate session" in complaint
    return any(words in complaint for words in ("can't find", "no server running", "No such file", "no sessions"))
