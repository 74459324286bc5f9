"""The JSON that scripts rely on: exactly the keys and words of schema 1."""

import json
from datetime import UTC, datetime, timedelta, timezone

from cockpit.export.json import conversation_json, fleet_json, instant
from cockpit.model.asks import Ask, AskKind, Option, Question
from cockpit.model.fleet import Counts, Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import (
    CallState,
    Changes,
    Exchange,
    FileChange,
    Message,
    Notice,
    Plan,
    Role,
    Step,
    Steps,
    StepState,
    Talk,
    ToolCall,
)
from cockpit.model.teams import Member, Task, Team, TeamMessage
from cockpit.model.usage import Usage
from cockpit.model.work import Capability, Context, Evidence, Freeze, Hold, ModelChoice, Project, Status, Thread

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
REF = Ref("home", "thread-1")
STAMP = "2026-11-21T03:00:00.000Z"

THREAD = Thread(
    REF,
    "Touch [bold]x[/]",
    Status.APPROVAL,
    raw_status="running",
    since=NOW,
    project=Ref("home", "p"),
    asks=(
        Ask(
            "a8d6",
            REF,
            AskKind.QUESTION,
            "asks",
            "Bash: touch x",
            created_at=NOW,
            questions=(Question("q", "Which?", "Head", (Option("A", "first"),), multi=True),),
        ),
    ),
    evidence=(Evidence("home", "approval.requested a8d6", NOW), Evidence("home", "row", None)),
    capabilities=frozenset({Capability.INTERRUPT, Capability.SEND, Capability.APPROVE}),
    sources=("home",),
    model=ModelChoice("claudeAgent", "claude-sonnet-4-5"),
    frozen=Freeze("looks wrong", "ada", NOW),
    context=Context(1000, 200000),
    usage=Usage(total_tokens=12),
)


def fleet(**more: object) -> Fleet:
    return Fleet(
        sources={
            "home": SourceState("home", "t3", Health.UP, read_at=NOW - timedelta(milliseconds=400), version="0.0.33")
        },
        projects={Ref("home", "p"): Project(Ref("home", "p"), "Demo", "/home/dev/demo")},
        threads={REF: THREAD},
        order=(REF,),
        asks=THREAD.asks,
        counts=Counts(threads=1, needs_you=1, working=0),
        **more,  # type: ignore[arg-type]
    )


def test_the_fleet_has_the_contracts_keys_and_values() -> None:
    data = fleet_json(fleet(), NOW)
    assert (data["schema"], data["generated_at"], data["hold"]) == (1, STAMP, None)
    assert {key: data["counts"][key] for key in ("threads", "needs_you", "working")} == {
        "threads": 1,
        "needs_you": 1,
        "working": 0,
    }
    (source,) = data["sources"]
    wanted = {"name": "home", "kind": "t3", "health": "up", "reason": None, "age_seconds": 0.4, "version": "0.0.33"}
    assert wanted.items() <= source.items()
    (project,) = data["projects"]
    assert {"id": "home:p", "title": "Demo", "path": "/home/dev/demo"}.items() <= project.items()
    (thread,) = data["threads"]
    assert {
        "id": "home:thread-1",
        "project": "home:p",
        "title": "Touch [bold]x[/]",
        "status": "approval",
        "raw_status": "running",
        "since": STAMP,
        "stale": False,
        "sources": ["home"],
        "branch": None,
        "worktree": None,
        "model": "claude-sonnet-4-5",
        "backend": None,
        "frozen": {"reason": "looks wrong", "by": "ada", "at": STAMP, "hard": False},
        "capabilities": ["send", "approve", "interrupt"],
        "evidence": [
            {"source": "home", "fact": "approval.requested a8d6", "at": STAMP},
            {"source": "home", "fact": "row", "at": None},
        ],
        "terminal": None,
        "team": None,
    }.items() <= thread.items()
    assert thread["usage"]["total_tokens"] == 12
    (ask,) = thread["asks"]
    assert {"id": "a8d6", "kind": "question", "summary": "Bash: touch x", "created_at": STAMP}.items() <= ask.items()
    assert ask["questions"] == [
        {
            "id": "q",
            "text": "Which?",
            "header": "Head",
            "multi": True,
            "options": [{"label": "A", "description": "first"}],
        }
    ]
    json.dumps(data)


def test_a_hold_and_a_dark_source_are_told() -> None:
    data = fleet_json(fleet(hold=Hold("deploy", "ada", NOW), ledger_trouble="The ledger is locked."), NOW)
    assert data["hold"] == {"reason": "deploy", "by": "ada", "at": STAMP}
    assert data["ledger_trouble"] == "The ledger is locked."
    dark = Fleet(sources={"x": SourceState("x", "t3", Health.AUTH, reason="no token", fix="Pair.")})
    (source,) = fleet_json(dark, NOW)["sources"]
    assert {
        "health": "auth",
        "reason": "no token",
        "age_seconds": None,
        "version": None,
        "fix": "Pair.",
    }.items() <= source.items()


def test_teams_have_the_contracts_keys() -> None:
    team = Team(
        Ref("claude", "session-636d9785"),
        "Crew",
        "team-lead",
        (Member("alice", "teammate", "working", "claude-opus-5-5", "blue", "%1", REF),),
        (Task("1", "Do", "completed"), Task("2", "Wire the CLI", "pending", "bob", ("1",))),
    )
    (data,) = fleet_json(Fleet(teams={team.ref: team}), NOW)["teams"]
    assert {
        "id": "session-636d9785",
        "title": "Crew",
        "lead": "team-lead",
        "counts": {"pending": 1, "in_progress": 0, "completed": 1},
    }.items() <= data.items()
    (alice,) = data["members"]
    assert {
        "name": "alice",
        "role": "teammate",
        "status": "working",
        "model": "claude-opus-5-5",
        "color": "blue",
        "pane": "%1",
        "thread": "home:thread-1",
    }.items() <= alice.items()
    first, second = data["tasks"]
    assert {"id": "1", "subject": "Do", "status": "completed", "owner": None, "blocked_by": []}.items() <= first.items()
    wanted = {"id": "2", "subject": "Wire the CLI", "status": "pending", "owner": "bob", "blocked_by": ["1"]}
    assert wanted.items() <= second.items()


def test_teams_tell_what_their_members_wrote_and_run_on() -> None:
    member = Member("alice", "teammate", "idle", backend="tmux", task="2", plan_mode=True, joined_at=NOW)
    said = TeamMessage("alice", "bob", "hello", NOW, summary="hi")
    team = Team(Ref("claude", "crew"), "Crew", "team-lead", (member,), (), (said,), created_at=NOW, has_tasks=False)
    (data,) = fleet_json(Fleet(teams={team.ref: team}), NOW)["teams"]
    (alice,) = data["members"]
    assert (alice["backend"], alice["task"], alice["plan_mode"], alice["joined_at"]) == ("tmux", "2", True, STAMP)
    assert data["messages"] == [
        {"id": None, "kind": "message", "from": "alice", "to": "bob", "text": "hello", "at": STAMP, "summary": "hi"}
    ]
    assert (data["source"], data["has_tasks"], data["created_at"]) == ("claude", False, STAMP)


def test_a_conversation_adds_messages_and_activities() -> None:
    talk = Talk(
        REF,
        (
            Message("m1", Role.USER, "go", NOW),
            ToolCall("c1", "Bash", "touch x", CallState.COMPLETED, NOW, NOW, "ok", "t1"),
            Notice("n1", "error", "boom", NOW),
            Exchange("e1", "approval", "Bash: touch x", NOW, "accept"),
            Steps("s1", (Step("one", StepState.DONE),), NOW),
            Plan("p1", "# Plan", NOW),
            Changes("f1", (FileChange("a.py", "modified", 3, 1),), 2, NOW),
            Message("m2", Role.ASSISTANT, "done", NOW, turn="t1", streaming=True),
        ),
        older="cursor",
    )
    data = conversation_json(THREAD, talk, NOW)
    assert (data["schema"], data["id"], data["older"]) == (1, "home:thread-1", "cursor")
    assert [(each["role"], each["text"], each["at"], each["turn"]) for each in data["messages"]] == [
        ("user", "go", STAMP, None),
        ("assistant", "done", STAMP, "t1"),
    ]
    kinds = {each["kind"]: each for each in data["activities"]}
    assert list(kinds) == ["tool", "notice", "ask", "steps", "plan", "changes"]
    assert (kinds["tool"]["state"], kinds["tool"]["output"], kinds["tool"]["turn"]) == ("completed", "ok", "t1")
    assert kinds["changes"]["files"] == [{"path": "a.py", "change": "modified", "additions": 3, "deletions": 1}]
    json.dumps(data)


def test_times_are_utc_with_milliseconds() -> None:
    east = timezone(timedelta(hours=2))
    assert instant(datetime(2026, 11, 21, 5, 0, 0, 123999, tzinfo=east)) == "2026-11-21T03:00:00.123Z"
    assert instant(None) is None
