"""Drawn items of a conversation, kept for as long as they are looked at, and a person's place in it.

It must never keep more than a few screens of strips, nor hand out those of another width or theme."""

from collections import OrderedDict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from textual.strip import Strip

from cockpit.model.ids import Ref
from cockpit.ui.present.talk_items import Item, estimate, unfolded
from cockpit.ui.present.talk_lines import Look, draw
from cockpit.ui.present.talk_space import Anchor

_KEPT_ITEMS = 400
_KEPT_PLACES = 200


@dataclass(slots=True)
class Place:
    """Where a person is in one conversation. `anchor` is None while the tail is followed; `fresh` counts what came
    since it was left, and `grew` says that something did."""

    anchor: Anchor | None = None
    cursor: str | None = None
    flipped: set[str] = field(default_factory=set)
    fresh: int = 0
    grew: bool = False


class Places:
    """One place per thread, those of the threads that were looked at last."""

    def __init__(self) -> None:
        self._places: OrderedDict[Ref, Place] = OrderedDict()

    def of(self, thread: Ref) -> Place:
        place = self._places.setdefault(thread, Place())
        self._places.move_to_end(thread)
        while len(self._places) > _KEPT_PLACES:
            self._places.popitem(last=False)
        return place


class TalkStrips:
    """Draws an item once for as long as it stays the same; `look` is set by whoever knows the width."""

    def __init__(self) -> None:
        self.look: Look | None = None
        self.flipped: AbstractSet[str] = frozenset()
        self._kept: OrderedDict[str, tuple[Item, bool, list[Strip]]] = OrderedDict()

    def clear(self) -> None:
        self._kept.clear()

    def of(self, item: Item) -> list[Strip]:
        """All lines of the item; none while nobody knows the width."""
        if self.look is None:
            return []
        opened = unfolded(item, self.flipped)
        known = self._kept.get(item.id)
        if known is not None and known[1] is opened and (known[0] is item or known[0] == item):
            self._kept.move_to_end(item.id)
            return known[2]
        strips = draw(item, opened, self.look)
        self._kept[item.id] = (item, opened, strips)
        self._kept.move_to_end(item.id)
        if len(self._kept) > _KEPT_ITEMS:
            self._kept.popitem(last=False)
        return strips

    def height(self, item: Item) -> int:
        return len(self.of(item))

    def guess(self, item: Item) -> int:
        return estimate(item, self.look.width if self.look else 80, unfolded(item, self.flipped))
