"""The order of evidence: process, session file, request, transcript, config; and that nothing latches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.model.work import Status
from cockpit.runtimes.claude.activity import Activity, Turn
from cockpit.runtimes.claude.asks import Request, waiting
from cockpit.runtimes.claude.calls import Call
from cockpit.runtimes.claude.messages import Letter
from cockpit.runtimes.claude.sessions import Session
from cockpit.runtimes.claude.status import Signs, judge, judge_mate
from cockpit.runtimes.claude.teams import Mate

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def call(tool: str = "Bash", **given: object) -> Call:
    return Call(f"toolu_{tool}", tool, given or {"command": "ls"}, ago(5))


def turn(state: Turn, *calls: Call, at: datetime = NOW, error: str = "") -> Activity:
    return Activity(state, at, at, {each.id: each for each in calls}, error=error, last_at=at)


def session(state: str, waiting_for: str = "", at: datetime = NOW) -> Session:
    return Session(1, "s", state=state, waiting_for=waiting_for, state_at=at)


@pytest.mark.parametrize(
    ("signs", "status"),
    [
        (Signs(True, session("idle")), Status.IDLE),
        (Signs(True, session("busy")), Status.WORKING),
        (Signs(True, session("busy"), turn(Turn.ENDED)), Status.WORKING),
        (Signs(True, session("waiting", "permission prompt")), Status.APPROVAL),
        (Signs(True, session("waiting", "worker request")), Status.APPROVAL),
        (Signs(True, session("waiting", "sandbox request")), Status.APPROVAL),
        (Signs(True, session("waiting", "input needed")), Status.QUESTION),
        (Signs(True, session("waiting", "dialog open")), Status.QUESTION),
        (Signs(True, session("waiting", "something new")), Status.QUESTION),
        (Signs(True, session("waiting")), Status.APPROVAL),
        (
            Signs(True, session("waiting", "permission prompt"), turn(Turn.CALLING, call("ExitPlanMode", plan="x"))),
            Status.PLAN,
        ),
        (Signs(True, session("dreaming")), Status.UNKNOWN),
        (Signs(True, session("")), Status.IDLE),
        (Signs(True, session(""), turn(Turn.CALLING, call())), Status.WORKING),
        (Signs(None, session("busy")), Status.WORKING),
        (Signs(True, session("idle"), turn(Turn.FAILED, error="529 overloaded")), Status.FAILED),
        (Signs(True, session("idle"), turn(Turn.INTERRUPTED)), Status.IDLE),
        (Signs(True, session("idle"), turn(Turn.CALLING, call())), Status.IDLE),
        (Signs(True, session("idle"), turn(Turn.ENDED), busy=["alice"]), Status.WORKING),
        (Signs(True, session("busy"), turn(Turn.ENDED), mates=True), Status.IDLE),
        (Signs(True, session("busy"), turn(Turn.ENDED), busy=["alice"], mates=True), Status.WORKING),
        (Signs(True, session("busy"), turn(Turn.ASKED), mates=True), Status.WORKING),
        (Signs(), Status.ENDED),
        (Signs(activity=turn(Turn.CALLING, call())), Status.ENDED),
    ],
)
def test_a_session(signs: Signs, status: Status) -> None:
    standing = judge(signs)
    assert standing.status is status
    assert standing.seen
    assert all(fact for fact, _ in standing.seen)


@pytest.mark.parametrize("state", ["busy", "idle", "waiting", "dreaming", ""])
@pytest.mark.parametrize("activity", [None, turn(Turn.CALLING, call()), turn(Turn.FAILED, error="x"), turn(Turn.ENDED)])
def test_a_dead_process_beats_every_file(state: str, activity: Activity | None) -> None:
    standing = judge(Signs(False, session(state, "permission prompt"), activity, busy=["alice"]))
    assert standing.status is Status.ENDED
    assert "gone" in standing.seen[0][0]
    assert not standing.calls


def test_an_api_error_ends_with_the_next_turn() -> None:
    activity = turn(Turn.FAILED, error="529")
    assert judge(Signs(True, session("idle"), activity)).status is Status.FAILED
    assert judge(Signs(True, session("busy"), activity)).status is Status.WORKING
    activity.take({"type": "user", "timestamp": "2026-11-21T03:01:00Z", "message": {"content": "again"}})
    assert judge(Signs(True, session("idle"), activity)).status is Status.IDLE


def test_only_one_open_call_is_an_ask() -> None:
    one = judge(Signs(True, session("waiting", "permission prompt"), turn(Turn.CALLING, call())))
    assert [each.id for each in one.calls] == ["toolu_Bash"]
    two = judge(Signs(True, session("waiting", "permission prompt"), turn(Turn.CALLING, call(), call("Write"))))
    assert not two.calls
    assert two.detail.startswith("one of 2 calls")
    asked = judge(Signs(True, session("waiting", "input needed"), turn(Turn.CALLING, call(), call("AskUserQuestion"))))
    assert [each.tool for each in asked.calls] == ["AskUserQuestion"]


def test_a_lead_whose_terminal_shows_a_mates_prompt() -> None:
    request = Request("alice", call(), "permission request perm-1")
    lead = judge(Signs(True, session("waiting", "permission prompt"), turn(Turn.ENDED), asking=[request]))
    assert (lead.status, lead.detail) == (Status.WORKING, "its terminal shows the request of alice")
    own = Signs(True, session("waiting", "permission prompt"), turn(Turn.CALLING, call()), asking=[request])
    assert judge(own).status is Status.APPROVAL


REQUEST = Request("alice", call(), "permission request perm-1")


def idle(at: datetime, **body: str) -> Letter:
    return Letter("alice", "team-lead", "{}", at, "idle_notification", {"idleReason": "available"} | body)


ALICE = Mate("alice", "alice@t", pane="%1", backend="tmux", active=True, joined_at=ago(600))


@pytest.mark.parametrize(
    ("signs", "more", "status"),
    [
        (Signs(True, activity=turn(Turn.ENDED)), {}, Status.IDLE),
        (Signs(True, activity=turn(Turn.CALLING, call())), {}, Status.WORKING),
        (Signs(None, activity=turn(Turn.ASKED)), {}, Status.WORKING),
        (Signs(False, activity=turn(Turn.CALLING, call())), {}, Status.ENDED),
        (Signs(True, activity=turn(Turn.FAILED, error="x")), {}, Status.FAILED),
        (Signs(True), {}, Status.WORKING),
        (Signs(False, activity=turn(Turn.CALLING, call())), {"request": REQUEST, "lead_waits": True}, Status.ENDED),
        (Signs(True, activity=turn(Turn.CALLING, call())), {"request": REQUEST, "lead_waits": True}, Status.APPROVAL),
        (Signs(True, activity=turn(Turn.CALLING, call())), {"request": REQUEST}, Status.WORKING),
        (
            Signs(True, activity=turn(Turn.ANSWERING, at=ago(9))),
            {"idle": idle(ago(1))},
            Status.IDLE,
        ),
        (
            Signs(True, activity=turn(Turn.ANSWERING)),
            {"idle": idle(ago(9))},
            Status.WORKING,
        ),
        (
            Signs(True, activity=turn(Turn.ENDED)),
            {"idle": idle(NOW, idleReason="failed", failureReason="Not logged in")},
            Status.FAILED,
        ),
    ],
)
def test_a_mate(signs: Signs, more: dict[str, object], status: Status) -> None:
    assert judge_mate(signs, ALICE, NOW, **more).status is status


def test_a_mate_starts_for_half_a_minute_and_no_longer() -> None:
    young = Mate("bob", "bob@t", pane="%2", joined_at=ago(3))
    standing = judge_mate(Signs(), young, NOW)
    assert standing.status is Status.STARTING
    assert standing.until == ago(3) + timedelta(seconds=30)
    assert judge_mate(Signs(), young, standing.until).status is Status.IDLE


def test_a_word_that_waits_for_nothing_known_says_it() -> None:
    assert waiting("something new", ()).detail == "waits for: something new"
    assert waiting("input needed", ()).status is Status.QUESTION


@pytest.mark.parametrize("state", ["", "idle", "busy"])
def test_a_turn_that_a_killed_process_left_open_is_not_the_resumed_ones(state: str) -> None:
    left = turn(Turn.CALLING, call(), at=ago(60))
    resumed = replace(session(state), started_at=ago(10))
    standing = judge(Signs(True, resumed, left))
    assert standing.status is (Status.WORKING if state == "busy" else Status.IDLE)
    assert "Bash" not in standing.detail
    assert any("without a result" in fact for fact, _ in standing.seen), "what the transcript says is still told"
    asked = judge(Signs(True, replace(session("waiting", "permission prompt"), started_at=ago(10)), left))
    assert asked.status is Status.APPROVAL
    assert not asked.calls, "it cannot be about the old call"
    assert (
        judge(Signs(True, replace(session(state), started_at=ago(70)), left)).status is not Status.IDLE
        or state == "idle"
    )
