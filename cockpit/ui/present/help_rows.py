"""The help as rows: all keys by group from the register, how a status is found, and how to move. Searchable.

It holds no key of its own: what is remapped or added shows here by itself."""

from collections.abc import Iterable, Mapping

from cockpit.model.work import Status
from cockpit.ui.actions import Action
from cockpit.ui.present.cells import wrap
from cockpit.ui.present.glyphs import STALE, STATUS
from cockpit.ui.present.keys_table import LABEL, by_group, keys_of
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.rows import Row, TextRow

KEYS = 13
"""How wide the column of keys is; where there are more, the rest of the line moves."""
NARROW, WIDE = 70, 100
_MEANINGS = (
    (Status.APPROVAL, "it asks whether it may do something; its card shows exactly what"),
    (Status.QUESTION, "it asks you something, with options or in words"),
    (Status.PLAN, "it proposes a plan and waits for your word"),
    (Status.FAILED, "its last turn ended in an error, or its provider did"),
    (Status.FROZEN, "somebody froze it here: it gets no messages until it is thawed"),
    (Status.STARTING, "its session or worktree is being made"),
    (Status.WORKING, "a turn is running"),
    (Status.DONE, "it finished since you last looked at it"),
    (Status.IDLE, "it waits for a message, and you have seen its last one"),
    (Status.ENDED, "its session was stopped; a message starts a new one"),
    (Status.UNKNOWN, "the source says something that nobody here knows; its own word is shown"),
)
_MOVING = (
    ("↑ ↓ / j k", "move; PgUp, PgDn, Home and End too"),
    ("← →", "from panel to panel; so does Tab"),
    ("Esc", "leave a field, a form or a filter; on a screen, back to the fleet"),
    ("[ ]", "in a conversation: from part to part; Enter unfolds one, c copies it"),
    (", .", "the ask before and the next one, where a thread has several"),
    ("Ctrl+J", "a new line in a message; Enter sends it"),
    ("Ctrl+D", "start what is on the form of a new thread"),
    ("mouse", "click a row, a key in the footer or a chip on a card; the wheel scrolls"),
)


def help_rows(remapped: Mapping[str, str], query: str, width: int) -> list[Row]:
    """`query` keeps the lines that have all its words. `width` is that of the list in cells."""
    words = query.casefold().split()
    rows: list[Row] = []
    for heading, actions in by_group():
        found = [_action(each, remapped, width) for each in actions if _has(each, remapped, words)]
        _section(rows, heading, found, width)
    moving = [_plain(("move", keys), keys, said, width) for keys, said in _MOVING if _all(words, f"{keys} {said}")]
    _section(rows, "Moving", moving, width)
    meanings = [_status(status, said, width) for status, said in _MEANINGS if _all(words, f"{status} {said}")]
    _section(rows, "What a status says", meanings, width, _DERIVED if not words else ())
    if not rows:
        rows.append(TextRow(("empty", ""), (line(f"No key does “{query}”"), dim("Esc shows them all"))))
    return rows


_DERIVED = (
    "The first that applies, from the top. Each comes from what its source said, with the time: e shows the evidence.",
    f"{STALE} before the word: the evidence is older than the source's own rhythm allows.",
)


def _section(rows: list[Row], heading: str, found: list[TextRow], width: int, notes: Iterable[str] = ()) -> None:
    if not found:
        return
    head = line(Span(heading.upper(), "dim", True))
    rows.append(TextRow(("heading", heading), (BLANK, head) if rows else (head,)))
    rows += found
    for place, note in enumerate(notes):
        rows.append(
            TextRow(("note", heading, place), tuple(dim(f"  {part}") for part in wrap(note, max(width - 2, 10))))
        )


def _action(action: Action, remapped: Mapping[str, str], width: int) -> TextRow:
    keys = "  ".join(keys_of(action, remapped)) or "—"
    own = remapped.get(action.id) is not None
    extra = (Span("  yours", "blue"),) if own else ()
    first = [Span(f"  {keys:<{KEYS - 2}}  ", bold=True), Span(f"{action.label:<{LABEL}}")]
    where = f"on {', '.join(sorted(action.screens))}" if action.screens and width >= WIDE else ""
    right = (Span(where, "dim"),) if where else ()
    indent = 2 + KEYS if width < NARROW else 2 + KEYS + LABEL
    said = wrap(action.tooltip, max(width - indent - len(where) - bool(where), 10))
    if width >= NARROW:
        first.append(Span(said.pop(0), "dim"))
    return TextRow(action.id, (Line(tuple(first), right, extra), *(dim(" " * indent + part) for part in said)), True)


def _plain(row: tuple[str, str], keys: str, said: str, width: int) -> TextRow:
    return _wrapped(row, Span(f"  {keys:<{KEYS}}", bold=True), said, width)


def _status(status: Status, said: str, width: int) -> TextRow:
    glyph, word, role = STATUS[status]
    return _wrapped(("status", word), Span(f"  {glyph} {word:<{KEYS - 2}}", role), said, width)


def _wrapped(id: tuple[str, str], begin: Span, said: str, width: int) -> TextRow:
    first, *rest = wrap(said, max(width - KEYS - 2, 10))
    return TextRow(id, (line(begin, Span(first, "dim")), *(dim(f"  {'':<{KEYS}}{part}") for part in rest)), True)


def _has(action: Action, remapped: Mapping[str, str], words: list[str]) -> bool:
    keys = " ".join((*keys_of(action, remapped), action.keys))
    return _all(words, f"{keys} {action.id} {action.label} {action.tooltip} {action.group}")


def _all(words: list[str], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)
