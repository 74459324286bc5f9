"""Which terminals are shown, and where: one alone, two side by side, four in a square, one large beside small ones.

Pure: threads in an order, places in cells, and nothing of what is in them."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread

NARROW = 80
_LEAST_WIDTH, _LEAST_HEIGHT = 30, 6


class Place(NamedTuple):
    """The cells of one pane, border and all."""

    x: int
    y: int
    width: int
    height: int


def grid(count: int, width: int, height: int, *, focus: int = 0, zoomed: bool = False) -> dict[int, Place]:
    """The place of each pane that is shown, by its number from 0. The focused one always is; where there is no room for
    all, those after it go first."""
    if count <= 0 or width <= 0 or height <= 0:
        return {}
    focus = min(max(focus, 0), count - 1)
    if count == 1 or zoomed or width < NARROW:
        return {focus: Place(0, 0, width, height)}
    if count == 2:
        return dict(enumerate(_halves(width, height)))
    if count <= 4 and height >= 2 * _LEAST_HEIGHT:
        return dict(enumerate(_square(count, width, height)))
    return _large(count, width, height, focus)


def _halves(width: int, height: int) -> list[Place]:
    left = width // 2
    return [Place(0, 0, left, height), Place(left, 0, width - left, height)]


def _square(count: int, width: int, height: int) -> list[Place]:
    top = (height + 1) // 2
    upper = _halves(width, top)
    if count == 3:
        return [*upper, Place(0, top, width, height - top)]
    return [*upper, *(Place(x, top, w, height - top) for x, _, w, _ in upper)]


def _large(count: int, width: int, height: int, focus: int) -> dict[int, Place]:
    """The focused one large on the left, the others small on the right in their order."""
    small = max(width // 3, _LEAST_WIDTH)
    room = max(height // _LEAST_HEIGHT, 1)
    others = [number for number in range(count) if number != focus]
    # Two columns of small ones only where the large one keeps more than either.
    columns = 2 if len(others) > room and width - 2 * _LEAST_WIDTH > width // 2 else 1
    side = columns * _LEAST_WIDTH if columns > 1 else small
    shown = _window(others, focus, min(len(others), room * columns))
    rows = -(-len(shown) // columns)
    places = {focus: Place(0, 0, width - side, height)}
    for column in range(columns):
        left, right = (width - side + edge * side // columns for edge in (column, column + 1))
        stack = shown[column * rows : (column + 1) * rows]
        for row, number in enumerate(stack):
            y, below = row * height // len(stack), (row + 1) * height // len(stack)
            places[number] = Place(left, y, right - left, below - y)
    return places


def _window(others: Sequence[int], focus: int, room: int) -> Sequence[int]:
    """As many of the others as there is room for, those around the focused one."""
    before = sum(1 for number in others if number < focus)
    start = min(max(before - room // 2, 0), len(others) - room)
    return others[start : start + room]


def beside(places: dict[int, Place], focus: int, dx: int, dy: int) -> int:
    """The pane next to the focused one in a direction (-1, 0 or 1 each); itself if there is none."""
    here = places.get(focus)
    if here is None:
        return focus

    def distance(number: int) -> tuple[int, int]:
        there = places[number]
        if dx:
            return abs(there.x - here.x), abs(there.y - here.y)
        return abs(there.y - here.y), abs(there.x - here.x)

    def lies(there: Place) -> bool:
        if dx > 0:
            return there.x >= here.x + here.width
        if dx < 0:
            return there.x + there.width <= here.x
        return there.y >= here.y + here.height if dy > 0 else there.y + there.height <= here.y

    able = [number for number, place in places.items() if number != focus and lies(place)]
    return min(able, key=distance, default=focus)


def in_sight(fleet: Fleet, pins: Collection[Ref], before: Sequence[Ref]) -> list[Ref]:
    """The threads with a terminal, of those that are pinned if any are: one that the fleet has not got does not count,
    as it may be of long ago. Who was shown `before` keeps the place; who comes goes to the end: pinned ones as they
    were pinned, others the oldest first."""
    threads = fleet.threads
    pins = [ref for ref in pins if ref in threads]
    found = [ref for ref in pins or fleet.order if ref in threads and threads[ref].terminal is not None]
    kept = [ref for ref in before if ref in found]
    new = [ref for ref in found if ref not in kept]
    return kept + (new if pins else sorted(new, key=lambda ref: _age(threads[ref])))


def _age(thread: Thread) -> tuple[int, list[str | int]]:
    """By the second; those of one second by their names, where 10 comes after 9."""
    at = thread.created_at or thread.since
    parts = re.split(r"(\d+)", str(thread.ref))
    return int(at.timestamp()) if at else 0, [int(part) if part.isdecimal() else part for part in parts]
