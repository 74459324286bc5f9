"""The words around a terminal: who works there and how, what it is about, and whether the keys go to it.

Pure; the text is plain, and nothing in it is parsed."""

from cockpit.model.terminal import Screen
from cockpit.model.work import Thread
from cockpit.ui.present.cells import cells, fit
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.lines import Line, Span
from cockpit.ui.present.numbers import money

_DRIVE = "DRIVING   ctrl+g leaves"


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
    width: int = 80,
) -> str:  # fmt: skip
    """What it is about, and what a person must know before typing. `back`: rows scrolled up; `note`: why its size is
    not ours. Where there is little room, the last words stay."""
    last = [_DRIVE] if driving else []
    if back:
        last.insert(0, f"scrolled up {back}")
    if screen.mode:
        last.insert(0, screen.mode.replace("-", " "))
    if screen.ended:
        code = "" if screen.exit_code is None else f" ({screen.exit_code})"
        last.insert(0, f"ended{code}")
    if trouble:
        last.insert(0, trouble)
    about = [thread.detail, thread.backend or "", money(thread.usage.cost) if thread.usage else ""] if thread else []
    if driving and note:
        about.append(note)
    parts = [part for part in (*about, *last) if part]
    while len(parts) > max(len(last), 1) and cells(" · ".join(parts)) > width:
        parts.pop(0)
    words = " · ".join(parts)
    return words if cells(words) <= width else fit(words, max(width, 0)).rstrip()


def hints(name: str, driving: bool, zoomed: bool, count: int) -> Line:
    """The keys of the panes: while driving all but one go to the terminal."""
    if driving:
        left = [("ctrl+g", "leave"), ("ctrl+g ctrl+g", "send it")]
        return Line(_keys(left), (Span(f"every other key goes to {name}", "drive"),))
    many = count > 1
    keys = [
        ("enter", "drive"),
        ("1…9", "focus") if many else ("", ""),
        ("z", "back to all" if zoomed else "zoom") if many else ("", ""),
        ("n", "next that needs me"),
        ("PgUp", "scroll"),
        ("esc", "fleet"),
    ]
    return Line(_keys([key for key in keys if key[0]]))


def _keys(keys: list[tuple[str, str]]) -> tuple[Span, ...]:
    spans: list[Span] = [Span(" ")]
    for key, word in keys:
        spans += [Span(key, "you", bold=True), Span(f" {word}   ", "dim")]
    return tuple(spans)
