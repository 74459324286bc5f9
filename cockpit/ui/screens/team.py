"""A team: its members, its tasks and what they said to each other; a list of teams first where there are several.

It answers nothing itself: the card and the keys do. All that it sends goes through the register of actions."""

from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.model.asks import AskKind
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import Member, Team
from cockpit.model.work import Thread
from cockpit.ui.actions import At
from cockpit.ui.clock import now_of
from cockpit.ui.messages import Do, Followed, GoTo, Told
from cockpit.ui.present.ask_choice import AskChoice
from cockpit.ui.present.message_rows import Narrowed, message_page, value, ways
from cockpit.ui.present.pages import Draw
from cockpit.ui.present.task_rows import task_counts, task_of, task_page, task_rows
from cockpit.ui.present.team_rows import (
    MemberRow,
    heading,
    member_of,
    member_rows,
    needs,
    next_waiting,
    spent,
    team_of,
    team_rows,
    thread_of,
    threads_of,
)
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.crumb_bar import CrumbBar
from cockpit.ui.widgets.key_bar import KeyBar
from cockpit.ui.widgets.row_list import RowList
from cockpit.ui.widgets.sized_list import QuietList, SizedList
from cockpit.ui.widgets.team_talk import TeamTalk

WIDE, MIDDLE = 110, 80
PANELS = ("members", "tasks", "talk")


class TeamScreen(CockpitScreen):
    """Three panels from 110 columns on; from 80 what they said stands below; under that one panel at a time."""

    NAME = "team"
    TITLE_WORD = "Team"
    CSS_PATH = "team.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (MIDDLE, "-middle"), (WIDE, "-wide")]  # noqa: RUF012 (Textual's own type)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "panel(-1)", show=False, priority=True),
        Binding("right,tab", "panel(1)", show=False, priority=True),
        Binding("escape", "back", show=False),
    ]

    panel: reactive[int] = reactive(0, repaint=False)
    """The panel that has the keys, and is shown where there is room for one."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives monotonic seconds."""
        super().__init__()
        self._clock = clock
        self._crumbs = CrumbBar()
        self._teams = SizedList(id="teams")
        self._members = SizedList(id="member-rows")
        self._members.keeps_top = True
        self._tasks = QuietList(id="task-rows")
        self._talk = TeamTalk(id="talk", classes="panel")
        self._card = AskCard(clock=clock)
        self._choice = AskChoice()
        self._chosen: Ref | None = None
        self._slid_at = float("-inf")

    def middle(self) -> ComposeResult:
        yield self._crumbs
        yield self._teams
        with Container(id="panels"):
            with Container(id="left"):
                with Container(id="pair"):
                    with Vertical(id="members", classes="panel"):
                        yield self._members
                    with Vertical(id="tasks", classes="panel"):
                        yield self._tasks
                yield self._card
            yield self._talk

    def on_mount(self) -> None:
        entitle(self._teams, title="Teams")

    # Where the person is

    @property
    def team(self) -> Team | None:
        """The team that is shown: the only one, or the one that was chosen."""
        teams = self.fleet.teams
        return next(iter(teams.values())) if len(teams) == 1 else teams.get(self._chosen) if self._chosen else None

    def _member(self) -> Member | None:
        team = self.team
        return next((each for each in team.members if each.name == self._members.selected), None) if team else None

    def _thread(self) -> Thread | None:
        member = self._member()
        return thread_of(member, self.fleet) if member else None

    def at(self) -> At:
        """The card's own ask, and only while it can be seen."""
        if not self.is_mounted:
            return At(self.NAME, self.fleet)
        thread = self._thread()
        seen = self._card.ask if self._card.since is not None else None
        ask = seen if seen and thread and seen in thread.asks else None
        return At(self.NAME, self.fleet, thread, ask, isinstance(self.focused, Input | TextArea), self.team)

    def card_since(self) -> float | None:
        return self._card.since

    def thread_since(self) -> float:
        return self._slid_at

    def arrive(self, thread: Ref | None) -> None:
        team = team_of(thread, self.fleet) if thread else None
        row = self.fleet.thread(thread) if thread else None
        if team is None or row is None:
            return
        self._choose(team.ref)
        if (member := member_of(row, team)) and self._members.select(member.name, later=True) and self.is_current:
            self._show_card()

    # The fleet, downwards

    def watch_fleet(self, fleet: Fleet) -> None:
        self._show()
        super().watch_fleet(fleet)

    def on_screen_resume(self) -> None:
        if self._talk.whole:
            self._follow()
        self._show()
        self._focus()
        self.update_keys()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def on_sized_list_resized(self) -> None:
        self._show()

    def _show(self) -> None:
        if not self.is_mounted or not self.is_current:
            return
        team = self.team
        if team is not None and team.ref != self._chosen:
            # The only one there is. It stays when another comes.
            self._turn_to(team.ref)
        if self.has_class("-listing") is not (team is None):
            self.call_after_refresh(self._focus)
        self.set_class(team is None, "-listing")
        self.set_class(team is not None and self._talk.whole, "-timeline")
        if team is None:
            self._card.look(None)
            keys = self.query_one(KeyBar).keys
            self._teams.rows = team_rows(self.fleet, now_of(self), self._teams.room, keys)
            return
        before = self._members.selected
        self._members.rows = member_rows(team, self.fleet, self._members.room)
        if before is not None and self._members.selected != before:
            self._slid_at = self._clock()
        self._tasks.rows = task_rows(team, self._tasks.room)
        self._talk.look(team, self.fleet)
        self._show_card()
        self._name_panels(team)

    def _name_panels(self, team: Team) -> None:
        entitle(self.query_one("#members"), title=heading(team, self.fleet), below=spent(team, self.fleet))
        entitle(self.query_one("#tasks"), title="Tasks", below=task_counts(team.tasks, self._tasks.room - 3))
        self._crumbs.names = (team.title, "Tasks", "Messages")
        self._crumbs.shown = self.panel
        for index, name in enumerate(PANELS):
            self.set_class(index == self.panel, f"-at-{name}")

    def _show_card(self) -> None:
        thread = self._thread()
        card = self._choice.card(thread, self.fleet)
        if card is None and self._card.answering:
            # Else the next focusable would get the keys that were meant for the answer.
            self._members.focus()
        self._card.look(card)
        self.set_class(card is not None, "-asking")

    # Panels

    def watch_panel(self) -> None:
        if self.is_mounted and (team := self.team):
            self._name_panels(team)

    def _focus(self) -> None:
        target = self._teams if self.team is None else self._panels[self.panel]
        target.focus()

    @property
    def _panels(self) -> tuple[Widget, ...]:
        return self._members, self._tasks, self._talk.list

    def _go(self, panel: int) -> None:
        self.panel = panel
        self.call_after_refresh(self._focus)

    def _choose(self, team: Ref | None) -> None:
        if team != self._chosen:
            self._turn_to(team)
        self._show()
        self.call_after_refresh(self._focus)
        self.update_keys()

    def _turn_to(self, team: Ref | None) -> None:
        """Nothing is kept of how the team before was looked at."""
        self._chosen = team
        followed = self._talk.whole
        self._talk.show(whole=False, narrowed=Narrowed())
        if followed:
            self._follow()
        self.panel = 0
        self._members.rows = ()

    def on_descendant_focus(self) -> None:
        focused = self.focused
        if focused in self._panels:
            self.panel = self._panels.index(focused)
        super().on_descendant_focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Left and Right belong to a text field while somebody types in it."""
        return action != "panel" or not isinstance(self.focused, Input | TextArea)

    def action_panel(self, step: int) -> None:
        if self.team is not None and not self._talk.whole:
            self._go(max(min(self.panel + step, len(PANELS) - 1), 0))

    def action_back(self) -> None:
        """Out of a text field or the timeline, then to the members, then to the list of teams, then to the fleet."""
        if self._talk.whole:
            self.action_timeline()
        elif self.team is not None and (self.panel or self.focused is not self._members):
            self._go(0)
        elif self._chosen is not None and len(self.fleet.teams) > 1:
            self.action_pick()
        else:
            self.post_message(GoTo("fleet"))

    # What happens in the panels

    @on(RowList.Highlighted, "#member-rows")
    def _moved(self) -> None:
        self._show_card()
        self.update_keys()

    @on(RowList.Opened, "#teams")
    def _team_opened(self, message: RowList.Opened) -> None:
        if isinstance(message.id, Ref):
            self._choose(message.id)

    @on(RowList.Opened, "#member-rows")
    def _member_opened(self) -> None:
        self.action_open()

    @on(RowList.Opened, "#task-rows")
    def _task_opened(self, message: RowList.Opened) -> None:
        if found := task_of(self.fleet, message.id):
            self._read(f"Task #{found[1].id} {found[1].subject}", task_page(*found, now_of(self)))

    @on(TeamTalk.Opened)
    def _message_opened(self, event: TeamTalk.Opened) -> None:
        self._read("Message", message_page(event.message))

    def _read(self, title: str, page: Draw) -> None:
        from cockpit.ui.screens.reader import ReaderScreen

        self.app.push_screen(ReaderScreen(title, page))

    # What actions ask of it

    def action_open(self) -> None:
        """The member's conversation."""
        if thread := self._thread():
            self.post_message(GoTo("fleet", thread.ref))
        elif member := self._member():
            self.post_message(Told(f"{member.name} has no conversation that could be read.", "warning"))

    def action_open_card(self) -> None:
        if self._talk.whole:
            self.action_timeline()
        self._go(0)
        self._card.rearm()

    def action_reply(self) -> None:
        """The form of a question; for the rest a message."""
        ask = self._card.ask
        if ask is not None and ask.kind is AskKind.QUESTION and self._card.form is not None:
            self._card.focus_form()
        else:
            self.post_message(Do("team.message"))

    def action_next_ask(self) -> None:
        self._turn(1)

    def action_ask_before(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        if self._choice.turn(self._thread(), step):
            self._go(0)
            self._show_card()

    def action_next_needing(self) -> None:
        """The next member of this team that waits, then those of the other teams."""
        names = [row.id for row in self._members.rows if isinstance(row, MemberRow)]
        match next_waiting(self.fleet, self.team, names, self._members.selected):
            case str(name):
                self._members.select(name, by_person=True)
                self._go(0)
            case Ref() as team:
                self._choose(team)
            case None if self.team is None or not any(map(needs, threads_of(self.team, self.fleet))):
                self.post_message(Told("Who waits for you is in no team; i shows everybody.", "warning"))

    def action_timeline(self) -> None:
        """On and off. While it is on, the members' own conversations are followed."""
        self._talk.show(whole=not self._talk.whole)
        self._follow()
        self._show()
        self._go(2)

    def _follow(self) -> None:
        team = self.team
        self.post_message(Followed(team.ref if team and self._talk.whole else None))

    def action_plain(self) -> None:
        self._talk.plain()

    def action_narrow(self) -> None:
        if team := self.team:
            self.run_worker(self._narrow(team))

    async def _narrow(self, team: Team) -> None:
        from cockpit.ui.screens.dialogs import ChooseScreen

        before = self._talk.narrowed
        found = await self.app.push_screen_wait(ChooseScreen("Who said it", ways(team), value(before.names)))
        if found is not None:
            self._talk.show(narrowed=Narrowed(frozenset(filter(None, found.split("\n"))), before.plain))
            self._go(2)

    def action_pick(self) -> None:
        self._choose(None)
