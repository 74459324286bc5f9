"""A small fleet made by hand, for what is pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.fleet import Counts, Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Evidence, ModelChoice, Project, Status, Thread

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
DEMO = Project(Ref("home", "p1"), "Demo", "/home/dev/demo")
SITE = Project(Ref("home", "p2"), "Site", "/home/dev/site")


def approval(ask_id: str, thread: Ref) -> Ask:
    return Ask(
        ask_id,
        thread,
        AskKind.APPROVAL,
        "wants to run a command",
        "Bash: touch x",
        body="touch x",
        place="/home/dev/demo",
        created_at=NOW,
        decisions=(Decision.ACCEPT, Decision.DECLINE),
    )


def question(ask_id: str, thread: Ref, *questions: Question) -> Ask:
    return Ask(ask_id, thread, AskKind.QUESTION, "asks", "Which?", created_at=NOW, questions=questions)


COLOUR = Question("q-colour", "Which colour?", "Colour", (Option("Red", "warm"), Option("Blue")))
TOOLS = Question("q-tools", "Which tools?", "Tools", (Option("ruff"), Option("mypy"), Option("3")), multi=True)


def thread(native: str, title: str, status: Status, *asks: Ask, **more: object) -> Thread:
    return Thread(
        Ref("home", native),
        title,
        status,
        raw_status=str(more.pop("raw", status)),
        since=NOW,
        project=DEMO.ref,
        asks=asks,
        evidence=(Evidence("home", "session running", NOW),),
        capabilities=frozenset({Capability.INTERRUPT, Capability.SEND, Capability.APPROVE}),
        sources=("home",),
        model=ModelChoice("claudeAgent", "claude-sonnet-4-5"),
        **more,  # type: ignore[arg-type]
    )


def fleet(threads: Iterable[Thread], *, health: Health = Health.UP, **more: object) -> Fleet:
    rows = {row.ref: row for row in threads}
    state = SourceState(
        "home", "t3", health, reason="" if health is Health.UP else "refused", read_at=NOW, version="0.0.33"
    )
    return Fleet(
        sources={"home": state},
        projects={DEMO.ref: DEMO, SITE.ref: SITE},
        threads=rows,
        order=tuple(rows),
        asks=tuple(ask for row in rows.values() for ask in row.asks),
        counts=Counts(threads=len(rows), needs_you=sum(row.status.needs_you for row in rows.values())),
        **more,  # type: ignore[arg-type]
    )
