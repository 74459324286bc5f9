"""Reading in a terminal: what was searched for and where it is, what was selected, and which cells that is.

Pure. Lines are counted from the oldest of the scrollback, cells from the left edge."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cockpit.model.immutable import immutable
from cockpit.model.terminal import Line, Screen
from cockpit.ui.present.cells import cells, cut


class Mark(NamedTuple):
    """Cells `start` to `end` of a row that stand out; `role` is a name of the palette."""

    start: int
    end: int
    role: str


class Spot(NamedTuple):
    line: int
    column: int


@immutable
class Reading:
    """`sought` is the text that was searched for, `found` the line of the match that the person is at, of `count`
    lines with it, the newest being the first. `anchor` and `head` are the ends of the selection."""

    sought: str = ""
    found: int | None = None
    place: int = 0
    count: int = 0
    anchor: Spot | None = None
    head: Spot | None = None

    @property
    def selection(self) -> tuple[Spot, Spot] | None:
        """From its first cell to its last one; None where nothing is selected."""
        if self.anchor is None or self.head is None or self.anchor == self.head:
            return None
        first, last = sorted((self.anchor, self.head))
        return first, last

    def marks(self, number: int, line: Line) -> tuple[Mark, ...]:
        """What stands out in the line of that number."""
        found: list[Mark] = []
        if self.sought:
            role = "you" if number == self.found else "plan"
            found += [Mark(start, end, role) for start, end in matches(plain(line), self.sought)]
        span = self.selection
        if span is not None and span[0].line <= number <= span[1].line:
            first, last = span
            start = first.column if number == first.line else 0
            end = last.column + 1 if number == last.line else max(cells(plain(line)), start + 1)
            found.append(Mark(start, end, "agent"))
        return tuple(found)

    def selected(self, lines: Sequence[Line]) -> str:
        """The text of the selection; `lines` are its lines, first to last."""
        span = self.selection
        if span is None:
            return ""
        first, last = span
        texts = [plain(line) for line in lines]
        if texts:
            texts[-1] = cut(texts[-1], last.column + 1)
            texts[0] = texts[0][len(cut(texts[0], first.column)) :]
        return joined(texts)


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def joined(texts: Iterable[str]) -> str:
    """Lines of a terminal as text: without the blanks that only fill them."""
    return "\n".join(text.rstrip() for text in texts).strip("\n")


def matches(text: str, sought: str) -> list[tuple[int, int]]:
    """Where `sought` stands, in cells. Small letters match capitals as well."""
    within = text.lower() if sought.islower() and len(text.lower()) == len(text) else text
    found = []
    at = within.find(sought)
    while at >= 0:
        start = cells(text[:at])
        found.append((start, start + cells(text[at : at + len(sought)])))
        at = within.find(sought, at + len(sought))
    return found


def lines_with(lines: Sequence[Line], sought: str) -> list[int]:
    """The numbers of the lines that have it, the newest first."""
    return [number for number in range(len(lines) - 1, -1, -1) if matches(plain(lines[number]), sought)]


def step(found: Sequence[int], now: int | None, direction: int) -> int | None:
    """The place in `found` (the newest first) to go to from the line `now`: 1 an older one, -1 a newer one."""
    if now is None:
        return 0 if found else None
    able = [place for place, number in enumerate(found) if (number < now if direction > 0 else number > now)]
    return (able[0] if direction > 0 else able[-1]) if able else None


def shown(screen: Screen) -> str:
    return joined(plain(line) for line in screen.lines)
