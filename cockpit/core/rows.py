"""The rows of the fleet, always in order of attention. One change costs a search, not a sort.

It does not know where a row comes from."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from operator import itemgetter

from cockpit.core.merge import attention
from cockpit.model.asks import Ask
from cockpit.model.ids import Ref
from cockpit.model.work import Status, Thread

_SORT_ALL_FROM = 200
_Key = tuple[int, int, float, str, str]


class Rows:
    def __init__(self) -> None:
        self.threads: dict[Ref, Thread] = {}
        self.asking: dict[Ref, tuple[Ask, ...]] = {}
        self.statuses: Counter[Status] = Counter()
        self._keys: dict[Ref, _Key] = {}
        self._order: list[tuple[_Key, Ref]] = []

    @property
    def order(self) -> tuple[Ref, ...]:
        return tuple(map(itemgetter(1), self._order))

    @property
    def asks(self) -> tuple[Ask, ...]:
        """All asks in the order of their rows."""
        return tuple(ask for ref in sorted(self.asking, key=self._keys.__getitem__) for ask in self.asking[ref])

    def put(self, threads: Iterable[Thread]) -> None:
        fresh = list(threads)
        many = len(fresh) > _SORT_ALL_FROM
        for thread in fresh:
            self._drop(thread.ref, keep_order=many)
            key = attention(thread)
            self.threads[thread.ref] = thread
            self._keys[thread.ref] = key
            self.statuses[thread.status] += 1
            if thread.asks:
                self.asking[thread.ref] = thread.asks
            if not many:
                insort(self._order, (key, thread.ref))
        if many:
            self._order = sorted((key, ref) for ref, key in self._keys.items())

    def drop(self, refs: Iterable[Ref]) -> None:
        for ref in refs:
            self._drop(ref)

    def _drop(self, ref: Ref, *, keep_order: bool = False) -> None:
        old = self.threads.pop(ref, None)
        if old is None:
            return
        key = self._keys.pop(ref)
        if not keep_order:
            del self._order[bisect_left(self._order, (key, ref))]
        self.statuses[old.status] -= 1
        self.asking.pop(ref, None)
