"""The words of tmux's control mode: notifications as values, quoting for commands, escapes undone.

It holds no state and reads nothing. Facts: tmux 3.3a, its manual's chapter CONTROL MODE."""

import re

from cockpit.model.immutable import immutable

_VISIBLE = re.compile(r"[^\x00-\x1f\x7f]*")


@immutable
class Output:
    """The pane printed: `size` bytes as they stood on the wire. What it printed is not kept."""

    pane: str
    size: int


@immutable
class Paused:
    """The server sends no more output of this pane until it is continued."""

    pane: str


@immutable
class Continued:
    pane: str


@immutable
class Subscribed:
    """A subscription's value is now so; `value` is what the format gave, at most once a second."""

    name: str
    value: str


@immutable
class SessionChanged:
    """This client shows that session now."""

    session: str


@immutable
class ClientMoved:
    """Another client attached or went to another session."""

    client: str


@immutable
class ClientLeft:
    client: str


@immutable
class WindowClosed:
    window: str


@immutable
class LayoutChanged:
    """A window's size or split is another."""

    window: str


@immutable
class ModeChanged:
    """A pane entered or left copy mode (or another)."""

    pane: str


@immutable
class Exited:
    """The server lets this client go; `reason` may be empty."""

    reason: str


Event = (
    Output
    | Paused
    | Continued
    | Subscribed
    | SessionChanged
    | ClientMoved
    | ClientLeft
    | WindowClosed
    | LayoutChanged
    | ModeChanged
    | Exited
)


@immutable
class Guard:
    """`%begin`, `%end` or `%error`: `key` is the same in the first and the last line of one reply; `ours` says that it
    answers a command that this client sent; `at` is the server's clock in Unix seconds."""

    word: str
    key: bytes
    ours: bool
    at: int


def guard(line: bytes) -> Guard | None:
    """`%begin 1363006971 2 1` → Guard; None for any other line."""
    parts = line.split(b" ")
    if len(parts) != 4 or parts[0] not in (b"%begin", b"%end", b"%error"):
        return None
    if not (parts[1].isdigit() and parts[2].isdigit() and parts[3].isdigit()):
        return None
    return Guard(parts[0][1:].decode(), line[line.index(b" ") :], parts[3] == b"1", int(parts[1]))


def notification(line: bytes) -> Event | None:
    """A line outside of a reply as an event; None for what nobody here asks about."""
    word, _, rest = line.partition(b" ")
    first = rest.split(b" ", 1)[0].decode("ascii", "replace")
    match word:
        case b"%output" | b"%extended-output":
            return Output(first, len(rest) - len(first) - 1) if first.startswith("%") else None
        case b"%pause":
            return Paused(first)
        case b"%continue":
            return Continued(first)
        case b"%subscription-changed":
            head, colon, value = rest.partition(b" : ")
            return Subscribed(head.split(b" ", 1)[0].decode("utf-8", "replace"), _text(value)) if colon else None
        case b"%session-changed":
            return SessionChanged(first)
        case b"%client-session-changed":
            return ClientMoved(first)
        case b"%client-detached":
            return ClientLeft(first)
        case b"%window-close" | b"%unlinked-window-close":
            return WindowClosed(first)
        case b"%layout-change":
            return LayoutChanged(first)
        case b"%pane-mode-changed":
            return ModeChanged(first)
        case b"%exit":
            return Exited(_text(rest))
    return None


def quoted(text: str) -> str:
    """`text` as one argument of a command line. Raises ValueError for what no argument can hold: a line's end would
    begin another command."""
    if not _VISIBLE.fullmatch(text):
        raise ValueError(f"a tmux argument cannot hold control characters: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"


def command(*words: str) -> str:
    """One command line; every word but the first is quoted. An empty line would detach the client (facts: 3.3a)."""
    return " ".join((words[0], *map(quoted, words[1:])))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
