"""A whole team's conversation as one timeline: every member's transcript, and what they wrote to each other, once.

It must never show a stretch of time of which some member's part was not read yet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.talk import CallState, Entry, Message, Notice, Role, Talk, ToolCall
from cockpit.model.teams import TeamMessage
from cockpit.runtimes.claude.pages import Reading, Voice, missing

_EVER = datetime.min.replace(tzinfo=UTC)
_ENOUGH = 30


@immutable
class Chorus:
    """A team as it is to be read: its members' conversations by name, and their messages."""

    voices: tuple[tuple[str, Voice], ...]
    messages: tuple[TeamMessage, ...]


class Timeline:
    """All of a team as far as it was read."""

    def __init__(self, chorus: Chorus) -> None:
        self._parts = {name: Reading(voice.log, voice.reader, letters=False) for name, voice in chorus.voices}

    def fits(self, subject: object) -> bool:
        return isinstance(subject, Chorus) and [(name, voice.log) for name, voice in subject.voices] == [
            (name, part.log) for name, part in self._parts.items()
        ]

    def grow(self) -> None:
        for part in self._parts.values():
            part.grow()

    def more(self) -> None:
        """Read one page further back where the timeline is cut off now, and the others as far back as that."""
        part = max((part for part in self._parts.values() if part.start), key=_begins, default=None)
        if part is None:
            return
        part.more()
        for other in self._parts.values():
            while other.start and _begins(other) > _begins(part):
                other.more()

    def talk(self, team: Ref, subject: Chorus, now: datetime) -> Talk:
        whole = [entry for entry in self._entries(subject) if entry.at > self._cut]
        older = self._cut.isoformat() if self._cut != _EVER else None
        return Talk(team, tuple(sorted(whole, key=lambda entry: entry.at)), older=older, read_at=now)

    @property
    def _cut(self) -> datetime:
        """Up to this moment somebody's part may not be read yet."""
        return max((_begins(part) for part in self._parts.values() if part.start), default=_EVER)

    def _entries(self, subject: Chorus) -> Iterator[Entry]:
        for name, voice in subject.voices:
            for entry in self._parts[name].entries(alive=voice.alive):
                if isinstance(entry, ToolCall) and entry.tool == "SendMessage" and entry.state is CallState.COMPLETED:
                    continue  # it is among the messages
                yield replace(entry, id=f"{name}/{entry.id}", author=name)
        for number, message in enumerate(subject.messages):
            key = f"message/{message.id or number}"
            if message.kind == "message":
                yield Message(key, Role.USER, message.text, message.at, author=message.sender, to=message.to)
            else:
                yield Notice(key, "info", f"→ {message.to}: {message.text}", message.at, author=message.sender)


def _begins(part: Reading) -> datetime:
    return next((entry.at for entry in part.entries(alive=True)), _EVER)


def read_timeline(team: Ref, chorus: Chorus, now: datetime, *, older: str | None) -> Talk:
    """The newest page, or what comes up to the time `older`. Raises NotFound."""
    try:
        timeline = Timeline(chorus)
        talk = timeline.talk(team, chorus, now)
        before = datetime.fromisoformat(older) if older else None
        while before is not None:
            entries = tuple(entry for entry in talk.entries if entry.at <= before)
            if talk.older is None or len(entries) >= _ENOUGH:
                return replace(talk, entries=entries)
            timeline.more()
            talk = timeline.talk(team, chorus, now)
        return talk
    except (OSError, ValueError) as error:
        raise missing(team) from error
