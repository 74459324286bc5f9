"""Which sightings are the same worker. Sightings that share a join key, directly or through others, are one group.

It knows nothing of status or order."""

from collections.abc import Iterable

from cockpit.model.ids import Ref
from cockpit.model.work import Thread


class Sightings:
    """All threads as their sources reported them, by ref."""

    def __init__(self) -> None:
        self._seen: dict[Ref, Thread] = {}
        self._peers: dict[str, set[Ref]] = {}

    def __getitem__(self, ref: Ref) -> Thread:
        return self._seen[ref]

    def __contains__(self, ref: Ref) -> bool:
        return ref in self._seen

    def get(self, ref: Ref) -> Thread | None:
        return self._seen.get(ref)

    def of(self, source: str) -> list[Ref]:
        return [ref for ref in self._seen if ref.source == source]

    def see(self, threads: Iterable[Thread]) -> set[Ref]:
        """Take in what was seen; returns the sightings whose group or content may have changed."""
        dirty: set[Ref] = set()
        for thread in threads:
            old = self._seen.get(thread.ref)
            if old == thread:
                continue
            dirty.add(thread.ref)
            if old is not None and old.joins != thread.joins:
                dirty |= self._unlink(old)
            self._seen[thread.ref] = thread
            for key in thread.joins:
                peers = self._peers.setdefault(key, set())
                dirty |= peers
                peers.add(thread.ref)
        return dirty

    def forget(self, refs: Iterable[Ref]) -> set[Ref]:
        """Drop what is gone; returns it together with the sightings it was joined to."""
        dirty: set[Ref] = set()
        for ref in refs:
            if (old := self._seen.pop(ref, None)) is not None:
                dirty |= self._unlink(old) | {ref}
        return dirty

    def group(self, ref: Ref) -> set[Ref]:
        found, todo = {ref}, [ref]
        while todo:
            for key in self._seen[todo.pop()].joins:
                fresh = self._peers[key] - found
                found |= fresh
                todo.extend(fresh)
        return found

    def _unlink(self, thread: Thread) -> set[Ref]:
        left: set[Ref] = set()
        for key in thread.joins:
            peers = self._peers[key]
            peers.discard(thread.ref)
            left |= peers
            if not peers:
                del self._peers[key]
        return left
