"""The right third of the fleet: a thread's conversation, the card of what it waits for, and the line to write to it.

It decides which ask is on the card and what the borders say; it reads nothing and sends nothing itself."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from time import monotonic
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from cockpit.core.commands import Command, Send
from cockpit.core.ports import Terminal
from cockpit.model.asks import Ask, AskKind
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.model.work import Capability, Thread
from cockpit.ui.present.ask_choice import AskChoice
from cockpit.ui.present.thread_facts import agent_of, pane_keys, thread_facts
from cockpit.ui.widgets.ask_card import AskCard
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.composer import Composer
from cockpit.ui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from cockpit.ui.widgets.glimpse import Glimpse

LOW = 22
"""Under this height the composer gives its lines to the card."""
AIRY = 28
"""From this height on the card has blank lines."""
_KEYS = "[ ] step · Enter unfold · c copy · End newest"


class TalkPanel(Widget):
    """`thread`, `talk` and `fleet` flow in from the screen."""

    DEFAULT_CSS = """
    TalkPanel {
        layout: vertical; width: 1fr; height: 1fr;
        border: round $border-dim; background: $ground; color: $text;
        border-title-color: $text; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; }
    }
    TalkPanel > .said { height: 1fr; padding: 0 1; color: $text-dim; display: none; }
    TalkPanel.-said > .said { display: block; }
    TalkPanel.-said > Conversation { display: none; }
    TalkPanel.-failed > .said { color: $failed; height: auto; }
    TalkPanel.-failed > Conversation { display: block; }
    TalkPanel > Glimpse { display: none; }
    TalkPanel.-terminal > Glimpse { display: block; }
    TalkPanel.-terminal > Conversation { display: none; }
    TalkPanel.-bare > Composer { display: none; }
    TalkPanel.-low.-asked > Composer { display: none; }
    TalkPanel.-low.-asked > Composer.-open { display: block; }
    TalkPanel.-low > AskCard { max-height: 80%; }
    """

    thread: reactive[Thread | None] = reactive(None, repaint=False)
    talk: reactive[Talk | None] = reactive(None, repaint=False)
    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)
    followed: reactive[Ref | None] = reactive(None, repaint=False)
    """The thread that the selection rests on: its terminal is looked into, if it has no conversation."""
    seen: reactive[bool] = reactive(True, repaint=False)
    """Whether the screen is the one that is shown."""

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, zone: tzinfo | None = None,
        clock: Callable[[], float] = monotonic, terminal: Callable[[Ref], Terminal] | None = None,
        id: str | None = None,
    ) -> None:  # fmt: skip
        """`now` and `zone` are for the words of dates in the conversation; `clock` gives monotonic seconds; `terminal`
        opens one by its ref, and without it none is looked into."""
        super().__init__(id=id)
        self._conversation = Conversation(now=now, zone=zone)
        self._said = Static(classes="said", markup=False)
        self._card = AskCard(clock=clock)
        self._composer = Composer()
        self._choice = AskChoice()
        self._terminal = terminal
        self._glimpse: Glimpse | None = None
        self.keys: Mapping[str, str] = {}

    def compose(self) -> ComposeResult:
        yield self._said
        yield self._conversation
        yield self._card
        yield self._composer

    # What the screen asks of it

    @property
    def card_ask(self) -> Ask | None:
        """The ask whose card can really be seen."""
        return self._card.ask if self._card.since is not None else None

    @property
    def card_since(self) -> float | None:
        """Monotonic time since when that ask has been wholly on the screen."""
        return self._card.since

    @property
    def drafts(self) -> dict[Ref, str]:
        return dict(self._composer.drafts)

    def show_card(self) -> None:
        """Bring the card into sight, where it gave way to the composer."""
        self._composer.remove_class("-open")
        if self._composer.has_focus:
            self._conversation.focus()
        self._card.rearm()

    def focus_reply(self) -> None:
        """The form of the question on the card, or else the composer."""
        ask = self._ask()
        if ask is not None and ask.kind is AskKind.QUESTION and self._card.form is not None:
            self.show_card()
            self._card.focus_form()
        else:
            self._composer.add_class("-open")
            self.call_after_refresh(self._composer.focus)

    def give_back(self, command: Command, text: str) -> None:
        """The command failed: what was typed for it returns to where it was typed."""
        if isinstance(command, Send) and text:
            self._composer.give_back(command.thread, text)

    def turn(self, step: int) -> None:
        """Another of the asks of this thread."""
        if self._choice.turn(self.thread, step):
            self._show()

    # State, downwards

    def on_mount(self) -> None:
        self._show()

    def watch_thread(self) -> None:
        self._later()

    def watch_talk(self) -> None:
        self._later()

    def watch_fleet(self) -> None:
        self._later()

    def watch_followed(self) -> None:
        self._later()

    def watch_seen(self) -> None:
        self._later()

    def _later(self) -> None:
        """Three values come one after the other and belong together: draw once."""
        if self.is_mounted:
            self.call_next(self._show)

    def _show(self) -> None:
        thread, fleet = self.thread, self.fleet
        talk = self.talk if self.talk and thread and self.talk.thread == thread.ref else None
        entitle(self, title=thread.title if thread else "Conversation")
        self._tell_facts()
        agent = agent_of(thread)
        words = self._words(thread, talk)
        self._look_in(thread if not talk and self._has_only_terminal(thread) else None)
        self.set_class(bool(words), "-said")
        self.set_class(bool(words and talk), "-failed")
        self.set_class(thread is None or not thread.can(Capability.SEND), "-bare")
        if words != self._said.content:
            self._said.update(words)
        ask = self._ask()
        settled = {each.ask.id: each for each in fleet.settled if thread and each.ask.thread == thread.ref}
        self._conversation.show(talk, settled=settled, agent=agent, on_card=ask.id if ask else "")
        self.set_class(ask is not None, "-asked")
        before, written = self._card.ask, self._card.writing
        self._composer.look(thread, fleet, agent)
        if thread is None or ask is None:
            if self._card.answering:
                # Else the next focusable would get the keys: the composer, and a key would become a letter.
                self._conversation.focus()
            self._card.look(None)
        else:
            self._card.look(self._choice.card(thread, fleet, airy=self.size.height >= AIRY))
        if before and written and (ask is None or ask.id != before.id):
            self._go_on_writing(before.thread, written)

    def _go_on_writing(self, thread: Ref, words: str) -> None:
        """Who writes an answer while its ask goes away writes on in the composer: no letter becomes a key."""
        if not self.has_class("-bare"):
            self._composer.add_class("-open")
            self._composer.take_over(thread, words)
            self.call_after_refresh(self._composer.focus)

    def _ask(self) -> Ask | None:
        return self._choice.of(self.thread)

    def _words(self, thread: Thread | None, talk: Talk | None) -> str:
        """What is said in place of the conversation, or above it when only its newest reading failed."""
        if thread is None:
            return "Select a thread to read its conversation."
        if talk is not None and talk.failed:
            return f"The conversation could not be read: {talk.failed}"
        if talk is not None:
            return "" if talk.entries else "Nothing has been said yet."
        if self._has_only_terminal(thread):
            return ""
        if not thread.can(Capability.CONVERSE):
            return f"{thread.ref.source} shows no conversations, only what its threads are doing."
        return "reading…"

    @property
    def drawn(self) -> bool:
        """Whether what it reads by itself has come."""
        return self._glimpse is None or not self.has_class("-terminal") or self._glimpse.drawn

    def _has_only_terminal(self, thread: Thread | None) -> bool:
        if thread is None or self._terminal is None:
            return False
        return thread.terminal is not None and not thread.can(Capability.CONVERSE)

    def _look_in(self, thread: Thread | None) -> None:
        """At that thread's terminal, in place of a conversation."""
        self.set_class(thread is not None, "-terminal")
        if self._glimpse is None:
            if thread is None or self._terminal is None:
                return
            from cockpit.ui.widgets.glimpse import Glimpse

            self._glimpse = Glimpse(self._terminal)
            self.mount(self._glimpse, before=self._card)
        where = thread.terminal if thread and thread.ref == self.followed else None
        self._glimpse.show(where or "", pane_keys(self.keys))
        self._glimpse.watch_it(self.seen and self.is_on_screen)

    def _tell_facts(self) -> None:
        reading = self._conversation.has_focus
        room = max(self.size.width - 4, 0)
        facts = _KEYS if reading else thread_facts(self.thread, self.talk, room) if self.thread else ""
        entitle(self, below=facts)

    def on_show(self) -> None:
        self._later()

    def on_hide(self) -> None:
        self._later()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < LOW, "-low")
        self._later()

    def on_descendant_focus(self) -> None:
        self._tell_facts()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._tell_facts()
        if event.widget is self._composer:
            self._composer.remove_class("-open")
