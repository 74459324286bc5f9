"""The words around a terminal: who works there and how, what it is about, and whether the keys go to it.

Pure; the text is plain, and nothing in it is parsed."""

from collections.abc import Mapping

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.terminal import Screen
from cockpit.model.work import Thread
from cockpit.ui.present.cells import cells, fit
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import money
from cockpit.ui.present.pane_reading import Reading

_LEAST_WORDS = 8
_LEAST_NAME = 12


def above(thread: Thread | None, number: int, width: int) -> str:
    """`1 api  ● working`, for a border of `width` cells."""
    if thread is None:
        return fit(f"{number} gone", max(width, 0)).rstrip()
    state = mark(thread)
    status = f"  {state.glyph} {state.word}"
    room = width - cells(f"{number} ") - cells(status)
    name = thread.title if cells(thread.title) <= room else fit(thread.title, max(room, 3)).rstrip()
    return f"{number} {name}{status}"


def below(
    thread: Thread | None, screen: Screen, *, trouble: str = "", driving: bool = False, back: int = 0, note: str = "",
    reading: Reading | None = None, leader: str = "Ctrl+G", width: int = 80,
) -> str:  # fmt: skip
    """What it is about, and what a person must know before typing. `back`: rows scrolled up; `note`: why its size is
    not ours. Where there is little room, the last words stay, and the way out of a driven one above all."""
    if driving:
        out = f"DRIVING   {leader} leaves"
        out = out if cells(out) <= width else fit(f"{leader} leaves", max(width, 0)).rstrip()
        room = width - cells(out) - 3
        words = below(thread, screen, trouble=trouble, back=back, note=note, reading=reading, width=room)
        return f"{words} · {out}" if words and room > _LEAST_WORDS else out
    last = [f"scrolled up {back}"] if back else []
    if reading is not None and reading.sought:
        last.insert(0, f"“{reading.sought}” {reading.place} of {reading.count}")
    if screen.mode:
        last.insert(0, screen.mode.replace("-", " "))
    if screen.ended:
        code = "" if screen.exit_code is None else f" ({screen.exit_code})"
        last.insert(0, f"ended{code}")
    if trouble:
        last.insert(0, trouble)
    about = [thread.detail, thread.backend or "", money(thread.usage.cost) if thread.usage else ""] if thread else []
    if note:
        about.append(note)
    parts = [part for part in (*about, *last) if part]
    while len(parts) > max(len(last), 1) and cells(" · ".join(parts)) > width:
        parts.pop(0)
    words = " · ".join(parts)
    return words if cells(words) <= width else fit(words, max(width, 0)).rstrip()


def counted(shown: int, count: int, pinned: int) -> str:
    """The screen's word in the header."""
    how = f" {shown} of {count}" if shown < count else ""
    return f"Panes{how}{' · pinned' if pinned else ''}"


def no_panes(fleet: Fleet, pinned: bool) -> list[str]:
    """Why no terminal is shown, and what to do. A source that cannot be read may have some."""
    if pinned:
        return ["None of the pinned threads has a terminal now.", "p on the list unpins one; F2 goes there."]
    dark = [state for state in fleet.sources.values() if state.health in (Health.DOWN, Health.AUTH)]
    words = [f"Cannot read {state.name}: {state.reason or state.health}." for state in dark]
    if not fleet.sources:
        return ["Looking for your agents…"]
    return [
        *(words or ["No thread here has a terminal."]),
        "Workers in tmux have one: name their server under [[tmux]], or start one with d on the list.",
    ]


def driving_hints(name: str, leader: str, keys: Mapping[str, str], width: int) -> Line:
    """While one is driven all keys but the leader go to it; what follows the leader works once it has left."""
    then = [
        ("panes.zoom", "zoom"), ("thread.attach", "full screen"), ("thread.next", "next that needs me"),
        ("panes.literal", f"send {leader}"),
    ]  # fmt: skip
    known = [(f"{leader} {keys[action]}", word) for action, word in then if action in keys]
    left = [(leader, "leave"), (f"{leader} 1…9", "focus"), *known]
    goes = "every other key goes to "
    least = cells(goes) + min(cells(name), _LEAST_NAME) + 1
    while len(left) > 1 and _needed(left) + least > width:
        left.pop()
    room = width - _needed(left) - cells(goes) - 1
    if room < min(cells(name), _LEAST_NAME):
        return Line(_keys(left))
    who = name if cells(name) <= room else fit(name, room).rstrip()
    return Line(_keys(left), (Span(f"{goes}{who} ", "drive"),))


def search_hints() -> Line:
    return Line(_keys([("n", "older"), ("N", "newer"), ("y", "copy"), ("esc", "end the search")]))


def _needed(keys: list[tuple[str, str]]) -> int:
    return 1 + sum(cells(key) + cells(word) + 4 for key, word in keys)


def _keys(keys: list[tuple[str, str]]) -> tuple[Span, ...]:
    spans: list[Span] = [Span(" ")]
    for key, word in keys:
        spans += [Span(key, "you", bold=True), Span(f" {word}   ", "dim")]
    return tuple(spans)
