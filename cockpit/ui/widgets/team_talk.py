"""What the members of a team said: their messages, or the whole timeline; of all of them, of two, or of one.

It follows nothing and sends nothing: it says when another one is wanted."""

from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from cockpit.model.fleet import Fleet
from cockpit.model.teams import Team, TeamMessage
from cockpit.ui.clock import now_of
from cockpit.ui.present.message_rows import MessageRow, Narrowed, message_rows
from cockpit.ui.present.team_rows import stops
from cockpit.ui.present.team_timeline import timeline
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.conversation import Conversation
from cockpit.ui.widgets.row_list import RowList
from cockpit.ui.widgets.tail_list import TailList


class TeamTalk(Vertical):
    """`look` gives the team; `whole` shows the timeline instead of the messages, `narrowed` says whose."""

    DEFAULT_CSS = """
    TeamTalk Conversation { display: none; }
    TeamTalk.-whole Conversation { display: block; }
    TeamTalk.-whole TailList { display: none; }
    """

    class Opened(Message):
        """A person wants to read this one in full."""

        def __init__(self, message: TeamMessage) -> None:
            super().__init__()
            self.message = message

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._messages = TailList(id="message-rows")
        self._timeline = Conversation(now=self._now)
        self._team: Team | None = None
        self._fleet = Fleet()
        self._drawn: tuple[object, ...] = ()
        self._kept: tuple[TeamMessage, ...] = ()
        self.whole = False
        self.narrowed = Narrowed()

    def compose(self) -> ComposeResult:
        yield self._messages
        yield self._timeline

    def _now(self) -> datetime:
        return now_of(self)

    @property
    def list(self) -> Widget:
        """What takes the keys now."""
        return self._timeline if self.whole else self._messages

    def look(self, team: Team, fleet: Fleet) -> None:
        self._team, self._fleet = team, fleet
        self._show()

    def show(self, *, whole: bool | None = None, narrowed: Narrowed | None = None) -> None:
        self.whole = self.whole if whole is None else whole
        self.narrowed = narrowed or self.narrowed
        self._show()

    def plain(self) -> None:
        """Leave out what is protocol, or show it again."""
        self.show(narrowed=Narrowed(self.narrowed.names, not self.narrowed.plain))

    def _show(self) -> None:
        team = self._team
        if team is None:
            return
        self.set_class(self.whole, "-whole")
        if self.whole:
            told = timeline(team, self._fleet, self.narrowed)
            self._timeline.show(told, settled={each.ask.id: each for each in self._fleet.settled})
            ending = " · being stopped…" if stops(team, self._fleet) else ""
            title, count = f"Timeline of {team.title}{ending}", told.failed or f"{len(told.entries):,}"
        else:
            # A thousand messages are not laid out anew because a member began a turn.
            drawn = (team.ref, id(team.messages), self.narrowed, self._messages.room)
            if drawn != self._drawn:
                self._drawn, self._kept = drawn, team.messages
                self._messages.show(message_rows(team, self.narrowed, self._messages.room))
            shown, there = sum(row.selectable for row in self._messages.rows), len(team.messages)
            title, count = "Messages", f"{shown:,} of {there:,}" if shown < there else f"{there:,}"
        entitle(self, title=title, below=" · ".join(part for part in (self.narrowed.words, count) if part))

    def on_sized_list_resized(self) -> None:
        self._show()

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if isinstance(row := self._messages.selected_row, MessageRow):
            self.post_message(self.Opened(row.message))
