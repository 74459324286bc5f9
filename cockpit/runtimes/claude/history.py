"""A team's messages over time. Inboxes are emptied within a second and transcripts tell late: both are kept as one.

It must never show one message twice because it was met in both places."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from cockpit.model.teams import TeamMessage
from cockpit.runtimes.claude.messages import Letter, requests

KEPT = 500
_TAKEN_WITHIN = timedelta(hours=1)
"""How long a message may lie in an inbox before its reader takes it up (a mate that waits for a person reads none)."""
_EARLY = timedelta(seconds=5)


@dataclass(slots=True)
class _Kept:
    letter: Letter
    posted: bool
    delivered: bool


class History:
    """The last `KEPT` messages of one team."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []
        self._seen: set[tuple[object, ...]] = set()
        self._shown: tuple[TeamMessage, ...] | None = None

    def posted(self, letters: Iterable[Letter]) -> list[Letter]:
        """Take in what lies in an inbox now; returns those that were not met in one before."""
        return self._take(letters, posted=True)

    def delivered(self, letters: Iterable[Letter]) -> list[Letter]:
        """Take in what a transcript says was delivered; what an inbox showed already is the same message."""
        return self._take(letters, posted=False)

    def shown(self) -> tuple[TeamMessage, ...]:
        if self._shown is None:
            self._kept.sort(key=lambda kept: (kept.letter.at, kept.letter.sender, kept.letter.to))
            self._shown = tuple(kept.letter.shown() for kept in self._kept)
        return self._shown

    def requests(self) -> dict[str, Letter]:
        """Open permission requests, by the tool call that each is about."""
        self.shown()
        return requests(kept.letter for kept in self._kept)

    def latest(self, kind: str) -> dict[str, Letter]:
        """The newest message of that kind, by sender."""
        self.shown()
        return {kept.letter.sender: kept.letter for kept in self._kept if kept.letter.kind == kind}

    def _take(self, letters: Iterable[Letter], *, posted: bool) -> list[Letter]:
        fresh = []
        for letter in letters:
            key = (posted, letter.id or (letter.sender, letter.text.strip(), letter.at), letter.to)
            if key in self._seen:
                continue
            self._seen.add(key)
            fresh.append(letter)
            twin = next((kept for kept in reversed(self._kept) if _twins(kept, letter, posted)), None)
            if twin is None:
                self._kept.append(_Kept(letter, posted, not posted))
            elif posted:
                twin.letter, twin.posted = replace(letter, unverified=twin.letter.unverified), True
            else:
                twin.letter, twin.delivered = replace(twin.letter, unverified=letter.unverified), True
        if fresh:
            self._shown = None
            if len(self._kept) > KEPT:
                self._kept.sort(key=lambda kept: kept.letter.at)
                del self._kept[:-KEPT]
        return fresh


def _twins(kept: _Kept, letter: Letter, posted: bool) -> bool:
    """The same message, met in the other place."""
    if (kept.posted if posted else kept.delivered) or not _same(kept.letter, letter):
        return False
    if (kept.letter.sender, kept.letter.to) != (letter.sender, letter.to):
        return False
    waited = kept.letter.at - letter.at if posted else letter.at - kept.letter.at
    return -_EARLY <= waited <= _TAKEN_WITHIN


def _same(one: Letter, other: Letter) -> bool:
    """A protocol message is what it asks or answers: its words differ between inbox and transcript (2.1.329)."""
    if one.request is not None:
        return (one.kind, one.request) == (other.kind, other.request)
    return one.text.strip() == other.text.strip()
