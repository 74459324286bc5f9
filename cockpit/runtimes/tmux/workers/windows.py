"""A window for a worker, in the one session that all of them share. It makes them and looks at nothing else.

libtmux's only place: its calls block, and importing it costs 0.1 s, so both happen off the loop and on need."""

import asyncio
import contextlib
import io
from dataclasses import dataclass

from cockpit.model.errors import CockpitError, Rejected
from cockpit.model.text import one_line
from cockpit.runtimes.tmux import failures
from cockpit.runtimes.tmux.address import Address

SESSION = "cockpit"
_WIDTH, _HEIGHT = 120, 40
_SAYING = ("-P", "-F", "#{pane_id} #{start_time} #{socket_path}")


@dataclass(frozen=True, slots=True)
class Window:
    """Where a worker's terminal is: as `Worker` has it."""

    socket: str
    birth: int
    pane: str


async def open_window(where: Address, name: str, command: str) -> Window:
    """Open a window called `name` that runs the shell command, and start the server if there is none. Raises Rejected
    or SourceError. One at a time: two at once would both make the session."""
    return await asyncio.to_thread(_open, where, name, command)


def _open(where: Address, name: str, command: str, *, again: bool = True) -> Window:
    # libtmux asks stdout for its encoding when it is imported, and what stands for stdout behind the screen has none.
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        from libtmux import Server
        from libtmux.exc import LibTmuxException, TmuxCommandNotFound

    path = "/" in where.socket
    server = Server(socket_path=where.socket) if path else Server(socket_name=where.socket)
    try:
        session = next((each for each in server.sessions if each.session_name == SESSION), None)
        if session is None:
            # In one go: where sessions go with their last client, it would go with the one that makes it.
            keep = (";", "set-option", "-t", SESSION, "destroy-unattached", "off")
            size = ("-x", str(_WIDTH), "-y", str(_HEIGHT))
            made = server.cmd(
                "new-session", "-d", "-s", SESSION, "-n", name, *size, "-c", "/", *_SAYING, command, *keep
            )
        else:
            made = session.cmd("new-window", "-d", "-n", name, "-c", "/", *_SAYING, command)
        if made.stderr or not made.stdout:
            raise LibTmuxException(" ".join(made.stderr) or "it does not say which")
        pane, born, socket = made.stdout[0].split(" ", 2)
        return Window(socket, int(born), pane)
    except TmuxCommandNotFound:
        raise failures.no_tmux(where) from None
    except (LibTmuxException, ValueError) as error:
        if again and "duplicate session" in str(error):  # another cockpit was faster
            return _open(where, name, command, again=False)
        raise _refusal(where, error) from error


def _refusal(where: Address, error: Exception) -> CockpitError:
    return Rejected(f"tmux on {where} opened no window: {one_line(str(error), 160)}.", fix="Try the same in a shell.")
