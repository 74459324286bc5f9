"""Small makers of nouns for the core's tests: only what a test names differs from the default."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit.model.asks import Ask, AskKind, Decision, Question
from cockpit.model.facts import SourceChanged
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status, Thread

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ALL = frozenset(Capability)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def ref(native: str, source: str = "home") -> Ref:
    return Ref(source, native)


def thread(native: str = "one", status: Status = Status.IDLE, source: str = "home", **fields: Any) -> Thread:
    given: dict[str, Any] = {
        "title": f"Title of {native}",
        "since": ago(5),
        "capabilities": ALL - {Capability.HARD_FREEZE},
        "sources": (source,),
    }
    return Thread(ref(native, source), status=status, **(given | fields))


def approval(ask_id: str = "req-1", native: str = "one", source: str = "home") -> Ask:
    return Ask(
        ask_id, ref(native, source), AskKind.APPROVAL, "Claude wants to run a command", "Bash: touch x",
        created_at=ago(2), decisions=tuple(Decision),
    )  # fmt: skip


def question(ask_id: str = "q-1", native: str = "one", *questions: Question) -> Ask:
    asked = questions or (Question("colour", "Which colour?", "Colour"),)
    return Ask(ask_id, ref(native), AskKind.QUESTION, "Claude asks", "Which colour?", questions=asked)


def plan(ask_id: str = "plan-1", native: str = "one") -> Ask:
    return Ask(ask_id, ref(native), AskKind.PLAN, "Claude proposes a plan", "4 steps", body="# Plan")


def source(name: str = "home", health: Health = Health.UP, **fields: Any) -> SourceChanged:
    given: dict[str, Any] = {"can_dispatch": True, "read_at": NOW}
    return SourceChanged(SourceState(name, "t3", health, **(given | fields)))
