"""A window in full on a person's own terminal: a throw-away session that holds it alone, and the command to attach.

It selects and resizes nothing for anybody else; what it made is gone afterwards, and the window has its size back."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from cockpit.core.ports import Attachment
from cockpit.model.errors import Refused, SourceError
from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.failures import CommandFailed
from cockpit.runtimes.tmux.panes import Pane
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.wire import quoted

_OUTSIDE = {"TMUX": None, "TMUX_PANE": None}
"""tmux refuses to attach inside of itself, unless it does not know."""
_PLACEHOLDER = "exec sleep 60"
_WINDOW = "#{window_width} #{window_height} #{window_panes} #{window_zoomed_flag}"


@asynccontextmanager
async def in_full(server: Server, pane: Pane, *, nested: bool = False) -> AsyncIterator[Attachment]:
    """See core.ports.CanHandOver. `nested`: a client of this very server shows us already, and takes the first prefix.

    Raises Refused when the pane is gone, SourceError."""
    session = f"cockpit-{secrets.token_hex(4)}"
    # Nobody types here meanwhile, and the person's own terminal decides on the size.
    await server.sizing.release()
    made: _Made | None = None
    try:
        try:
            async with server.linked() as client:
                made = await _make(client, session, pane, nested=nested)
        except CommandFailed as error:
            raise Refused(f"There is nothing to attach to: {error.message}", fix="List the fleet again.") from error
        yield Attachment(_argv(server.where, session, made.choose), made.way_out, _OUTSIDE)
    finally:
        # Gone with the server, or out of reach: then tmux itself ends the session with its last client.
        with contextlib.suppress(SourceError, CommandFailed):
            async with server.linked() as client:
                client.tell(f"kill-session -t '={session}'")
                if made is not None:
                    await server.sizing.restore(client, pane, made.size)


@immutable
class _Made:
    """The window's size before, the pane to choose in it (empty: none), the way out of the session."""

    size: tuple[int, int]
    choose: str
    way_out: str


async def _make(client: ControlClient, session: str, pane: Pane, *, nested: bool) -> _Made:
    """All in one write, so that nobody ever lists the placeholder. A window that is zoomed keeps the pane it shows.

    The session ends with its client, whatever becomes of us: by a hook, since with `destroy-unattached` a server dies
    of a client that detaches while its window is resized (facts: 3.3a, a segmentation fault)."""
    _, _, _, _, window, prefix, keys = await client.ask_all(
        [
            f"new-session -d -s {session} '{_PLACEHOLDER}'",
            f"link-window -k -s {pane.window} -t '={session}:^'",
            f"set-option -t {session} detach-on-destroy on",
            f"set-hook -t {session} client-detached 'kill-session -t ={session}'",
            f"display-message -p -t {pane.id} '{_WINDOW}'",
            "show-options -gv prefix",
            "list-keys -T prefix",
        ]
    )
    width, height, panes, zoomed = (int(part) if part.isdigit() else 0 for part in b"".join(window).split(b" "))
    way_out = _way_out(b"".join(prefix).decode("ascii", "replace"), keys, nested=nested)
    client.tell(f"set-option -t {session} status-left-length 40")
    client.tell(f"set-option -t {session} status-left {quoted(f' {way_out} comes back ')}")
    return _Made((width, height), pane.id if panes > 1 and not zoomed else "", way_out)


def _argv(where: Address, session: str, pane: str) -> tuple[str, ...]:
    """`pane` is chosen for this client alone."""
    if where.host:
        where = replace(where, ssh=(where.ssh[0], "-t", *(word for word in where.ssh[1:] if word != "-T")))
    return tuple(
        where.tmux(
            "attach-session", "-f", "active-pane", "-t", f"={session}",
            *((";", "select-pane", "-t", pane) if pane else ()),
        )
    )  # fmt: skip


def _way_out(prefix: str, keys: Sequence[bytes], *, nested: bool) -> str:
    """`Ctrl+B d`, by the keys that this server has; nested `Ctrl+B Ctrl+B d`."""
    for line in keys:
        words = line.decode("utf-8", "replace").split()
        if words[-1:] == ["detach-client"] and len(words) > 1:
            return " ".join([_spelled(prefix)] * (1 + nested) + [_spelled(words[-2])])
    return "tmux detach-client"


def _spelled(key: str) -> str:
    return f"Ctrl+{key[2:].upper()}" if key.startswith("C-") else key.replace("M-", "Alt+")
