"""Conversations and asks for tests, a pen with our colours, and an app that hosts the panel and notes what it wants."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asking import Clock
from hosts import WidgetHost, settle
from scenes import NOW, SONNET, T3_CAN
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from cockpit.core.store import Store
from cockpit.model import facts as f
from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import CallState, Entry, Message, Role, Talk, ToolCall
from cockpit.model.work import Status, Thread
from cockpit.ui import messages as m
from cockpit.ui.present.markdown import render
from cockpit.ui.present.markdown_styles import markdown_styles
from cockpit.ui.present.pen import Pen
from cockpit.ui.theme import load_themes
from cockpit.ui.widgets.conversation import Conversation
from cockpit.ui.widgets.talk_panel import TalkPanel

ONE, TWO = Ref("home", "one"), Ref("home", "two")
AT = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)


@cache
def pen() -> Pen:
    palette = load_themes().palette("night")
    styles = markdown_styles(palette)
    return Pen(palette, lambda source, width: render(source, width, styles))


def words(strips: list[Strip]) -> list[str]:
    return [strip.text.rstrip() for strip in strips]


def colour(role: str) -> str:
    return pen().palette.colours[role]


def colour_of(strips: list[Strip], text: str) -> str:
    """The colour in which `text` is drawn."""
    for strip in strips:
        for segment in strip:
            if text in segment.text and segment.style and segment.style.color:
                return segment.style.color.get_truecolor().hex
    raise AssertionError(f"{text!r} is not there")


# Entries


def said(number: int, text: str | None = None, role: Role = Role.ASSISTANT, **fields: Any) -> Message:
    at = AT + timedelta(seconds=number)
    return Message(f"m{number}", role, f"Message number {number}" if text is None else text, at, **fields)


def asked(number: int, text: str | None = None, **fields: Any) -> Message:
    return said(number, text, Role.USER, **fields)


def call(number: int, tool: str = "Read", state: CallState = CallState.COMPLETED, **fields: Any) -> ToolCall:
    at = AT + timedelta(seconds=number)
    ended = None if state is CallState.RUNNING else at + timedelta(seconds=1.25)
    given: dict[str, Any] = {"detail": f"file{number}.py", "ended_at": ended}
    return ToolCall(f"c{number}", tool, state=state, at=at, **(given | fields))


def long_talk(count: int, start: int = 0, older: str | None = None, thread: Ref = ONE) -> Talk:
    """Questions and answers of a few lines each."""
    entries = tuple(
        asked(n) if n % 2 == 0 else said(n, f"Answer {n}\n\n- first\n- second\n\n```python\nx = {n}\n```")
        for n in range(start, start + count)
    )
    return Talk(thread, entries, older=older)


def talk(*entries: Entry, **fields: Any) -> Talk:
    return Talk(ONE, entries, **fields)


# Asks

RED = (Option("Red", "like fire"), Option("Blue", "like the sea"), Option("Green"))


def approval(name: str = "a1", body: str = "pytest -x", **fields: Any) -> Ask:
    return Ask(
        name, ONE, AskKind.APPROVAL, "Claude wants to run a command", f"Bash: {body}", body=body, place="/src/repo",
        created_at=NOW - timedelta(minutes=2), decisions=tuple(Decision), **fields,
    )  # fmt: skip


def question(*questions: Question, name: str = "q1") -> Ask:
    found = questions or (Question("colour", "Which colour?", "Colour", RED),)
    return Ask(name, ONE, AskKind.QUESTION, "Claude asks", found[0].text, created_at=NOW, questions=found)


def plan(markdown: str = "# Rework\n\n1. one\n2. two\n") -> Ask:
    return Ask("p1", ONE, AskKind.PLAN, "Claude proposes a plan", "Rework", body=markdown, created_at=NOW)


def thread(*asks: Ask, ref: Ref = ONE, status: Status | None = None, **fields: Any) -> Thread:
    kinds = {AskKind.APPROVAL: Status.APPROVAL, AskKind.QUESTION: Status.QUESTION, AskKind.PLAN: Status.PLAN}
    status = status or (kinds[asks[0].kind] if asks else Status.WORKING)
    given: dict[str, Any] = {"title": f"Thread {ref.native}", "capabilities": T3_CAN, "sources": ("home",)}
    return Thread(ref, asks=asks, status=status, model=SONNET, **(given | fields))


def fleet(*threads: Thread, extra: tuple[f.Fact, ...] = (), health: Health = Health.UP) -> Fleet:
    store = Store(lambda: NOW)
    store.apply(f.SourceChanged(SourceState("home", "t3", health, reason="no answer" if health is Health.DOWN else "")))
    for each in threads:
        store.apply(f.ThreadSeen(each))
    for fact in extra:
        store.apply(fact)
    return store.fleet


# Hosts


class TalkHost(WidgetHost):
    """Notes every intent that comes up."""

    def on_act(self, message: m.Act) -> None:
        self.posted.append(message)

    def on_told(self, message: m.Told) -> None:
        self.posted.append(message)

    def on_do(self, message: m.Do) -> None:
        self.posted.append(message)

    def on_older_wanted(self, message: m.OlderWanted) -> None:
        self.posted.append(message)

    def on_diff_wanted(self, message: m.DiffWanted) -> None:
        self.posted.append(message)

    @property
    def commands(self) -> list[object]:
        return [message.command for message in self.of(m.Act)]

    @property
    def told(self) -> list[str]:
        return [message.text for message in self.of(m.Told)]

    @property
    def lines(self) -> list[str]:
        """The lines of the screen without scrollbars."""
        return [line.replace("▐", " ").rstrip() for line in self.text]

    @property
    def page(self) -> str:
        return "\n".join(self.lines)


def conversation_host() -> TalkHost:
    return TalkHost(Conversation(now=lambda: NOW, zone=UTC))


class PanelHost(TalkHost):
    """One panel and a field beside it that takes the focus at first, as the list does."""

    def __init__(self) -> None:
        self.clock_ = Clock()
        super().__init__(Elsewhere(), TalkPanel(now=lambda: NOW, zone=UTC, clock=self.clock_))

    @property
    def panel(self) -> TalkPanel:
        return self.query_one(TalkPanel)

    def give(self, fleet: Fleet, ref: Ref | None = ONE, talk: Talk | None = None) -> None:
        self.panel.fleet = fleet
        self.panel.thread = fleet.threads.get(ref) if ref else None
        self.panel.talk = talk


class Elsewhere(Widget, can_focus=True):
    DEFAULT_CSS = "Elsewhere { height: 1; }"


async def given(host: PanelHost, pilot: Pilot[Any], *asks: Ask, talk: Talk | None = None, **fields: Any) -> None:
    host.give(fleet(thread(*asks, **fields)), talk=talk)
    await settle(pilot, 3)


Make = Callable[[], TalkHost]
