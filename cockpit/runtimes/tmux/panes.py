"""The panes of a server as tmux lists them, one value each. It asks for nothing itself and judges nothing.

The same format serves the first reading (`list-panes -a`) and the subscription that follows it: one for the whole
server, evaluated by the server at most once a second (facts: tmux 3.3a; 60 panes cost it 0.4 % of a core)."""

import re
from dataclasses import replace

from cockpit.model.immutable import immutable
from cockpit.model.text import one_line

_NUMBERS = (
    "pane_pid", "pane_dead", "pane_dead_status", "pane_dead_signal", "window_activity", "window_panes",
    "session_attached", "pane_width", "pane_height", "window_index", "pane_index", "automatic-rename",
    "destroy-unattached",
)  # fmt: skip
_WORDS = ("pane_id", "window_id", "session_id", "pane_mode")
_TEXTS = (
    "session_name", "window_name", "pane_title", "pane_current_command", "pane_current_path", "pane_start_command",
    "pane_start_path", "host",
)  # fmt: skip
# What moves when a pane prints: with several panes in a window it tells them apart (tmux dates windows, not panes).
# No comma: inside of a loop it would begin the format for the active pane.
_MARK = "#{cursor_x}/#{cursor_y}/#{history_bytes}"
_FIELD, _ROW = "\x1f", "\x1e"
_FIELDS = len(_NUMBERS) + len(_WORDS) + len(_TEXTS) + 1
# A directory or an argv may have a line's end in its name; with it, its owner could write our notifications. The
# escapes become characters when tmux reads a command line, in double quotes; an argument vector has the characters.
_CLEANED = r"#{{s/[\001-\037\177]/?/:{}}}"
_COLUMNS = (*(f"#{{{name}}}" for name in (*_WORDS, *_NUMBERS)), _MARK, *map(_CLEANED.format, _TEXTS))
_FORMAT = r"\037".join(_COLUMNS) + r"\036"
LIST = f'list-panes -a -F "{_FORMAT}"'
SUBSCRIPTION = "cockpit-panes"
SUBSCRIBE = f'refresh-client -B "{SUBSCRIPTION}::#{{S:#{{W:#{{P:{_FORMAT}}}}}}}"'
_PLAIN = _FORMAT.replace(r"\001", "\x01").replace(r"\036", _ROW).replace(r"\037", _FIELD).replace(r"\177", "\x7f")
SESSIONS = "#{session_id}|#{session_attached}|#{destroy-unattached}|#{version}|#{start_time}|#{socket_path}"
LOOK = (
    "list-sessions", "-F", SESSIONS, ";", "list-panes", "-a", "-F", _PLAIN, ";", "display-message", "-p", "now=%s",
)  # fmt: skip
"""What one short-lived process asks: all sessions, all panes, and the server's clock."""

_OCTAL = re.compile(r"\\03([67])")


@immutable
class Pane:
    """One pane. `activity` is when its window last printed, in Unix seconds of the server; `mark` changes when the
    pane itself printed (mostly); `sessions` are all that show it, `fleeting` those of them that die with their last
    client; `named` says that a person named its window, `watched` that some client shows a session with it."""

    id: str
    window: str
    sessions: tuple[str, ...]
    fleeting: tuple[str, ...]
    mode: str
    pid: int
    dead: bool
    exit_code: int | None
    signal: int | None
    activity: int
    split: bool
    watched: bool
    width: int
    height: int
    place: str
    named: bool
    mark: str
    session_name: str
    window_name: str
    title: str
    command: str
    path: str
    start: str


@immutable
class Session:
    """`attached` counts the clients that show it; `fleeting`: it dies with the last of them."""

    id: str
    attached: int
    fleeting: bool


@immutable
class Birth:
    """What a server is: its version, when it started (Unix seconds, its own clock), its socket's full path."""

    version: str
    started: int
    socket: str

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"[0-9]{1,4}", self.version)[:2])


def read_panes(value: str) -> dict[str, Pane]:
    """The rows of `LIST` (lines joined) or of the subscription, by pane id. A row that makes no sense is left out."""
    if _FIELD not in value:
        value = _OCTAL.sub(lambda found: _FIELD if found[1] == "7" else _ROW, value)  # tmux 3.4 and later, in replies
    panes: dict[str, Pane] = {}
    for row in value.split(_ROW):
        pane = _pane(row.lstrip("\n").split(_FIELD))
        if pane is None:
            continue
        known = panes.get(pane.id)
        panes[pane.id] = pane if known is None else _merged(known, pane)
    return panes


def _pane(fields: list[str]) -> Pane | None:
    if len(fields) != _FIELDS or not fields[0].startswith("%"):
        return None
    pane, window, session, mode = fields[:4]
    numbers, mark = fields[4:17], fields[17]
    pid, dead, status, signal, activity, panes, attached, width, height, index, order, automatic, _ = map(_int, numbers)
    session_name, window_name, title, command, path, start, begun, host = fields[18:]
    name = one_line(window_name, 100)
    return Pane(
        pane, window, (session,), (session,) if _fleeting(numbers[-1]) else (), one_line(mode, 20),
        pid, bool(dead), status if numbers[2] else None, signal if numbers[3] else None,
        activity, panes > 1, attached > 0, width, height, f"{index}.{order}", bool(name) and not automatic, mark,
        one_line(session_name, 100), name,
        "" if title in (host, host.partition(".")[0]) else one_line(title, 200),
        one_line(command, 100), (path or begun)[:4096], one_line(start.removeprefix('"').removesuffix('"'), 300),
    )  # fmt: skip


def _merged(one: Pane, other: Pane) -> Pane:
    """A pane that several sessions show (linked or grouped) is one pane."""
    return replace(
        one,
        sessions=(*one.sessions, *other.sessions),
        fleeting=(*one.fleeting, *other.fleeting),
        watched=one.watched or other.watched,
    )


@immutable
class Look:
    """What `LOOK` brought. `birth` is None of a server without a session; `now` is its clock in Unix seconds."""

    sessions: list[Session]
    panes: dict[str, Pane]
    birth: Birth | None
    now: int


def read_look(value: str) -> Look:
    sessions, birth = [], None
    head, _, tail = value.rpartition("now=")
    rows = head.split("\n")
    while rows and rows[0].startswith("$"):
        ident, attached, fleeting, version, started, socket = (*rows.pop(0).split("|", 5), *[""] * 5)[:6]
        sessions.append(Session(ident, _int(attached), _fleeting(fleeting)))
        birth = Birth(version, _int(started), socket)
    return Look(sessions, read_panes("\n".join(rows)), birth, _int(tail.strip()))


def choose(sessions: list[Session]) -> Session | None:
    """The session to attach to with the least effect: one that outlives its clients, best one that somebody shows
    anyway. One that dies with its last client is taken only while somebody else shows it, and left with them."""
    able = [session for session in sessions if session.attached or not session.fleeting]
    return max(able, key=lambda session: (not session.fleeting, session.attached > 0), default=None)


def _fleeting(option: str) -> bool:
    """Newer tmux has more words than on and off; each of them lets the session end."""
    return option not in ("0", "off", "")


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
