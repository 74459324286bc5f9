"""Keeps on the ledger what inboxes held, and brings it back after a restart. A ledger in trouble is tried again.

It must never show a message twice: what it brings back goes through the history like any other."""

from collections.abc import Iterable
from datetime import datetime

from cockpit.core.ports import Post
from cockpit.model.errors import LedgerError
from cockpit.model.teams import Posted
from cockpit.runtimes.claude.history import History
from cockpit.runtimes.claude.messages import Letter, protocol

_WAITING = 2_000


class Keeping:
    """`trouble` says why the ledger could not be used last, empty when it could."""

    def __init__(self, source: str, post: Post | None) -> None:
        self._source = source
        self._post = post
        self._brought: set[str] = set()
        self._fresh: list[tuple[str, Letter]] = []
        self.trouble = ""

    def take(self, team: str, letters: Iterable[Letter]) -> None:
        """These lay in an inbox and were not known before."""
        if self._post is not None:
            self._fresh += [(team, letter) for letter in letters]
            del self._fresh[:-_WAITING]

    def bring(self, team: str, history: History, since: datetime | None = None) -> bool:
        """Put what was kept of that team into its history, once; True when that was news. `since`: what is older is of
        another team, which had the same name."""
        if self._post is None or team in self._brought:
            return False
        try:
            kept = self._post.kept(self._source, team)
        except LedgerError as error:
            self.trouble = error.message
            return False
        self._brought.add(team)
        return bool(history.posted(_letter(each) for each in kept if since is None or each.at >= since))

    def keep(self) -> None:
        """Write down what is fresh. It blocks briefly."""
        if self._post is None or not self._fresh:
            return
        try:
            for team in dict.fromkeys(team for team, _ in self._fresh):
                messages = [_posted(letter) for each, letter in self._fresh if each == team]
                self._post.keep(self._source, team, messages)
        except LedgerError as error:
            self.trouble = error.message
            return
        self._fresh, self.trouble = [], ""


def _posted(letter: Letter) -> Posted:
    return Posted(letter.sender, letter.to, letter.text, letter.at, letter.id, letter.summary, letter.color)


def _letter(kept: Posted) -> Letter:
    kind, body = protocol(kept.text)
    return Letter(kept.sender, kept.to, kept.text, kept.at, kind, body, kept.id, kept.summary, kept.color)
