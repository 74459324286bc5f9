"""The first screen: projects, threads and the selected thread's conversation, in as many panels as there is room for.

It decides what is selected and what is in sight; it draws nothing, and the only command it sends is `Look`."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Input, TextArea

from cockpit.core.commands import Look
from cockpit.core.find import restorable
from cockpit.core.ports import Terminal
from cockpit.model.asks import AskKind
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.talk import Plan
from cockpit.model.work import Status, Thread
from cockpit.ui.actions import At
from cockpit.ui.clock import now_of
from cockpit.ui.messages import Act, DiffWanted, Followed, NotDone, Told
from cockpit.ui.present.filter import on_shelf
from cockpit.ui.present.project_rows import ALL, place_title
from cockpit.ui.present.worker_words import lost_words
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.widgets.crumb_bar import CrumbBar
from cockpit.ui.widgets.key_bar import KeyBar
from cockpit.ui.widgets.project_list import ProjectList
from cockpit.ui.widgets.talk_panel import TalkPanel
from cockpit.ui.widgets.thread_list import ThreadList

WIDE, MIDDLE, LOW = 120, 80, 10
FOLLOW_SECONDS = 0.12
"""How long the selection must rest on a thread before its conversation is asked for."""


class FleetScreen(CockpitScreen):
    """Three panels from 120 columns on; under that projects become headings; under 80 one panel at a time."""

    NAME = "fleet"
    CSS_PATH = "fleet.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (MIDDLE, "-middle"), (WIDE, "-wide")]  # noqa: RUF012 (Textual's own type)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012
    AUTO_FOCUS = "ThreadList RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "panel(-1)", "panel to the left", show=False, priority=True),
        Binding("right,tab", "panel(1)", "panel to the right", show=False, priority=True),
        Binding("escape", "back", "back", show=False),
    ]

    selected: reactive[Ref | None] = reactive(None, repaint=False)
    panel: reactive[int] = reactive(1, repaint=False)
    """The panel that is shown when there is room for one: 0 projects, 1 threads, 2 conversation."""

    def __init__(self, terminal: Callable[[Ref], Terminal] | None = None) -> None:
        """`terminal` opens one by its ref; without it none is looked into."""
        super().__init__()
        self._projects = ProjectList()
        self._threads = ThreadList()
        self._talk = TalkPanel(now=lambda: now_of(self), terminal=terminal)
        self._crumbs = CrumbBar()
        self._follow_timer: Timer | None = None
        self._followed: Ref | None = None
        self._lost_told = False
        self._finished: Ref | None = None
        """The followed thread, if it was done when the person came to it or became so since."""

    def middle(self) -> ComposeResult:
        yield self._crumbs
        with Horizontal(id="panels"):
            yield self._projects
            yield self._threads
            yield self._talk

    def on_mount(self) -> None:
        self._threads.keys = self._talk.keys = self.query_one(KeyBar).keys
        self._show_panel()

    # Where the person is

    def at(self) -> At:
        """Read from the list itself: a key may come before the message about the selection has arrived."""
        ref = self._threads.selected
        thread = self.fleet.threads.get(ref) if ref else None
        ask = self._talk.card_ask
        typing = isinstance(self.focused, Input | TextArea)
        return At(self.NAME, self.fleet, thread, ask if ask and ask.thread == ref else None, typing)

    def card_since(self) -> float | None:
        return self._talk.card_since

    def thread_since(self) -> float:
        return self._threads.slid_at

    def drawn(self) -> bool:
        return self._talk.drawn and self._follow_timer is None

    def arrive(self, thread: Ref | None) -> None:
        if thread is None:
            return
        known = self.fleet.thread(thread)
        self._reveal(known.ref if known else thread)
        self._threads.select(known.ref if known else thread)

    # The fleet, downwards

    def watch_fleet(self, fleet: Fleet) -> None:
        if fleet.threads and not fleet.differs(self._threads.fleet):
            return  # a source was looked at, and that was all: the header alone tells it
        self._projects.fleet = fleet
        self._threads.fleet = fleet
        self._tell_talk()
        self._note_finished()
        self._tell_lost()
        super().watch_fleet(fleet)

    def _tell_lost(self) -> None:
        """Once: who is gone can be brought back."""
        if not self._lost_told and (lost := restorable(self.fleet)):
            self._lost_told = True
            self.post_message(Told(lost_words(len(lost), self._threads.keys.get("fleet.restore", "")), "warning"))

    def watch_selected(self, selected: Ref | None) -> None:
        self._tell_talk()
        if self._follow_timer is not None:
            self._follow_timer.stop()
        self._follow_timer = self.set_timer(FOLLOW_SECONDS, self._follow)
        self._show_panel()
        self.update_keys()

    def _tell_talk(self) -> None:
        self._talk.fleet = self.fleet
        self._talk.thread = self._thread()
        self._talk.talk = self.fleet.talks.get(self.selected) if self.selected else None

    def _thread(self) -> Thread | None:
        return self.fleet.threads.get(self.selected) if self.selected else None

    def _follow(self) -> None:
        self._follow_timer = None
        if self.selected != self._followed:
            self._leave()
            self._followed = self._talk.followed = self.selected
            self.post_message(Followed(self.selected))
            self._note_finished()

    def _note_finished(self) -> None:
        thread = self.fleet.threads.get(self._followed) if self._followed else None
        if thread is not None and thread.status is Status.DONE:
            self._finished = thread.ref

    def _leave(self) -> None:
        """What was done and has been on the screen counts as looked at when the person goes on."""
        left, self._finished = self._finished, None
        if left is not None:
            self.post_message(Act(Look(left)))

    def on_screen_suspend(self) -> None:
        self._talk.seen = False
        self._leave()

    def on_screen_resume(self) -> None:
        self._talk.seen = True
        self._threads.rows.redraw()
        self._projects.redraw()
        self._note_finished()
        if self.selected is not None and self.selected == self._followed:
            self.post_message(Followed(self.selected))
        self.update_keys()

    # Panels

    @property
    def is_narrow(self) -> bool:
        return self.size.width < MIDDLE

    def on_resize(self) -> None:
        width = self.size.width
        self._threads.by_project = MIDDLE <= width < WIDE
        self._threads.badges = self.is_narrow
        if width < WIDE and not self.is_narrow and self._projects.place != ALL:
            self._projects.select(ALL)
        self._show_panel()
        self.call_after_refresh(self._keep_focus)

    def _show_panel(self) -> None:
        place, thread = self._threads.place, self._thread()
        threads = "Threads" if place == ALL else place_title(place, self.fleet)
        self._crumbs.names = ("Projects", threads, thread.title if thread else "—")
        self._crumbs.shown = self.panel
        for index, name in enumerate(("-at-projects", "-at-threads", "-at-talk")):
            self.set_class(index == self.panel, name)

    def watch_panel(self) -> None:
        self._show_panel()

    def _keep_focus(self) -> None:
        """The focus may not stay on a panel that went away."""
        if self.focused is None or not self.focused.is_on_screen:
            self._go(self.panel if self.is_narrow else 1)

    def _panels(self) -> list[int]:
        return [1, 2] if MIDDLE <= self.size.width < WIDE else [0, 1, 2]

    def _here(self) -> int:
        if self.is_narrow:
            return self.panel
        focused = self.focused
        inside = [focused, *focused.ancestors] if focused else []
        return 0 if self._projects in inside else 2 if self._talk in inside else 1

    def _go(self, panel: int) -> None:
        self.panel = panel
        self._threads.settle()
        self.call_after_refresh(self._focus_on, panel)

    def _focus_on(self, panel: int) -> None:
        inside = (self._projects, self._threads, self._talk)[panel]
        target = next((each for each in self.focus_chain if inside in each.ancestors_with_self), None)
        if target is not None:
            target.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Left and Right belong to a text field while somebody types in it."""
        return action != "panel" or not isinstance(self.focused, Input | TextArea)

    def action_panel(self, step: int) -> None:
        panels = self._panels()
        here = self._here()
        place = panels.index(here) if here in panels else 1
        self._go(panels[max(min(place + step, len(panels) - 1), 0)])

    def action_next_ask(self) -> None:
        self._talk.turn(1)

    def action_ask_before(self) -> None:
        self._talk.turn(-1)

    def action_back(self) -> None:
        """Out of a text field, then to the threads, then out of a filter."""
        if self._here() != 1 or isinstance(self.focused, Input | TextArea):
            self._go(1)
        elif self._threads.filter:
            self._threads.clear_filter()

    def on_key(self) -> None:
        self._threads.settle()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._threads.settle()

    # What happens in the panels

    @on(ThreadList.Chosen)
    def _chosen(self, message: ThreadList.Chosen) -> None:
        self.selected = message.thread

    @on(ThreadList.Opened)
    def _opened(self, message: ThreadList.Opened) -> None:
        self._go(2)

    @on(ProjectList.Chosen)
    def _place_chosen(self, message: ProjectList.Chosen) -> None:
        self._threads.place = message.place
        self._show_panel()

    @on(ProjectList.Opened, "ProjectList")
    def _place_opened(self, message: ProjectList.Opened) -> None:
        self._go(1)

    @on(CrumbBar.Chosen)
    def _crumb_chosen(self, message: CrumbBar.Chosen) -> None:
        self._go(message.index)

    def on_not_done(self, message: NotDone) -> None:
        """What was typed for a command that failed goes back to where it was typed."""
        self._talk.give_back(message.command, message.text)

    # Actions of the register

    def action_next_needing(self) -> None:
        """The next one that waits, from the selected one on and round again; what hides them all gives way."""
        waiting, here = self._threads.needing, self._threads.selected
        if not waiting:
            waiting = [ref for ref in self.fleet.order if self.fleet.threads[ref].status.needs_you]
            if not waiting:
                return
            self._reveal(waiting[0])
        place = waiting.index(here) + 1 if here in waiting else 0
        self._threads.select(waiting[place % len(waiting)], by_person=True)
        if self.is_narrow and self.panel == 0:
            self._go(1)

    def _reveal(self, ref: Ref) -> None:
        """Take away a filter or a project that hides the thread; bring out what was put aside."""
        if any(row.id == ref for row in self._threads.rows.rows):
            return
        if self._threads.filter:
            self._threads.clear_filter()
            self.post_message(Told("The filter was cleared: it hid that thread."))
        if self._projects.place != ALL:
            self._projects.select(ALL)
            self._threads.place = ALL
        thread = self.fleet.threads.get(ref)
        if thread is not None and on_shelf(thread, now_of(self)):
            self._threads.filter = "is:all"

    def action_open(self) -> None:
        self._go(2)

    def action_open_card(self) -> None:
        if self.is_narrow:
            self._go(2)
        self._talk.show_card()

    def action_reply(self) -> None:
        self.panel = 2
        self.call_after_refresh(self._talk.focus_reply)

    def action_filter(self) -> None:
        self.panel = 1
        self.call_after_refresh(self._threads.open_filter)

    def action_diff(self) -> None:
        if self.selected:
            self.post_message(DiffWanted(self.selected))

    def action_plan(self) -> None:
        thread = self._thread()
        if thread is None:
            return
        ask = next((ask for ask in thread.asks if ask.kind is AskKind.PLAN and ask.body), None)
        plan, talk = ask.body if ask else "", self.fleet.talks.get(thread.ref)
        if not plan and talk is not None:
            plan = next((entry.markdown for entry in reversed(talk.entries) if isinstance(entry, Plan)), "")
        if not plan:
            self.post_message(Told("This thread has proposed no plan.", "warning"))
            return
        from cockpit.ui.screens.reader import ReaderScreen

        self.app.push_screen(ReaderScreen(f"Plan of {thread.title}", plan, plan=ask))
