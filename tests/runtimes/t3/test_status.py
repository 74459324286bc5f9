"""The ladder from a row to its word, rung by rung, and the rules for asks that the tapes do not show."""

from datetime import timedelta
from typing import Any

import pytest
from t3_kit import START, body_of

from cockpit.model.asks import AskKind
from cockpit.model.ids import Ref
from cockpit.model.work import Status
from cockpit.runtimes.t3.asks import asks_of, latest_plan, requests
from cockpit.runtimes.t3.decode import decode_model, decode_thread, with_flags
from cockpit.runtimes.t3.wire import stamp

REF = Ref("home", "t1")
LONG_AGO = "2026-11-21T01:00:00.000Z"


def row(**changes: Any) -> dict[str, Any]:
    """A row at rest, changed."""
    base = body_of("shell-simple-turn-done")["threads"][0]
    session = changes.pop("session", {})
    merged = base | changes
    merged["session"] = None if session is None else base["session"] | session
    return merged


def status_of(**changes: Any) -> tuple[Status, str]:
    decoded = decode_thread(row(**changes), source="home", now=START)
    assert decoded is not None
    return decoded[0].status, decoded[0].raw_status


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (Status.IDLE, "ready")),
        ({"hasPendingApprovals": True, "hasPendingUserInput": True}, (Status.APPROVAL, "ready")),
        ({"hasPendingUserInput": True, "session": {"status": "running"}}, (Status.QUESTION, "running")),
        ({"session": {"status": "running"}}, (Status.WORKING, "running")),
        ({"session": {"status": "starting"}}, (Status.STARTING, "starting")),
        ({"session": {"status": "error", "lastError": "boom"}}, (Status.FAILED, "error")),
        ({"session": {"status": "stopped"}}, (Status.ENDED, "stopped")),
        ({"session": {"status": "interrupted"}}, (Status.IDLE, "interrupted")),
        ({"session": {"status": "idle"}}, (Status.IDLE, "idle")),
        ({"session": {"status": "meditating"}}, (Status.UNKNOWN, "meditating")),
        ({"session": {"status": "meditating"}, "hasPendingApprovals": True}, (Status.APPROVAL, "meditating")),
        ({"backgroundLiveness": "working"}, (Status.WORKING, "working")),
        ({"backgroundLiveness": "monitoring"}, (Status.WORKING, "monitoring")),
        ({"backgroundLiveness": "dreaming"}, (Status.UNKNOWN, "dreaming")),
        ({"hasActionableProposedPlan": True, "interactionMode": "plan"}, (Status.PLAN, "ready")),
        ({"hasActionableProposedPlan": True, "interactionMode": "default"}, (Status.IDLE, "ready")),
        (
            {"hasActionableProposedPlan": True, "interactionMode": "plan", "session": {"status": "running"}},
            (Status.WORKING, "running"),
        ),
        (
            {"hasActionableProposedPlan": True, "interactionMode": "plan", "session": {"status": "error"}},
            (Status.FAILED, "error"),
        ),
        (
            {"hasActionableProposedPlan": True, "interactionMode": "plan", "backgroundLiveness": "working"},
            (Status.PLAN, "ready"),
        ),
        ({"latestTurn": {"state": "levitating", "turnId": "x"}}, (Status.UNKNOWN, "levitating")),
        ({"session": None, "latestTurn": None, "latestUserMessageAt": None}, (Status.IDLE, "")),
    ],
)
def test_the_first_rung_that_holds_gives_the_word(changes: dict[str, Any], expected: tuple[Status, str]) -> None:
    assert status_of(**changes) == expected


def test_a_message_that_no_turn_took_up_is_a_start_for_two_minutes() -> None:
    queued = row(session=None, latestTurn=None, latestUserMessageAt=stamp(START))
    for after, expected in ((0, Status.STARTING), (119, Status.STARTING), (121, Status.IDLE)):
        decoded = decode_thread(queued, source="home", now=START + timedelta(seconds=after))
        assert decoded is not None
        assert decoded[0].status is expected
        assert decoded[1] == (START + timedelta(minutes=2) if expected is Status.STARTING else None)


def test_a_message_from_the_far_future_starts_nothing() -> None:
    for at in ("9999-12-31T23:59:59.999Z", "2050-01-01T00:00:00.000Z", "0001-01-01T00:00:00+14:00"):
        decoded = decode_thread(row(latestUserMessageAt=at), source="home", now=START)
        assert decoded is not None
        assert decoded[0].status is Status.IDLE


def test_an_old_turn_does_not_hide_a_message_that_came_after_it() -> None:
    decoded = decode_thread(row(latestUserMessageAt=stamp(START)), source="home", now=START)
    assert decoded is not None
    assert decoded[0].status is Status.STARTING


def test_work_tells_its_step_and_when_it_began() -> None:
    progress = {"step": "Wire the CLI", "completedSteps": 1, "totalSteps": 5}
    working = row(
        planProgress=progress,
        session={"status": "running"},
        latestTurn={"turnId": "x", "state": "running", "startedAt": stamp(START), "completedAt": None},
    )
    decoded = decode_thread(working, source="home", now=START)
    assert decoded is not None
    thread = decoded[0]
    assert (thread.detail, thread.since, thread.finished_at) == ("2/5 Wire the CLI", START, None)


def test_ages_are_put_into_our_time_and_evidence_is_not() -> None:
    skew = timedelta(minutes=10)
    plain = decode_thread(row(), source="home", now=START)
    shifted = decode_thread(row(), source="home", now=START, skew=skew)
    assert plain is not None
    assert shifted is not None
    assert plain[0].since is not None
    assert plain[0].finished_at is not None
    assert shifted[0].since == plain[0].since - skew
    assert shifted[0].finished_at == plain[0].finished_at - skew
    assert shifted[0].evidence == plain[0].evidence


def test_settled_counts_only_at_rest_and_unpinned() -> None:
    def settled(**changes: Any) -> bool:
        decoded = decode_thread(row(settledOverride="settled", **changes), source="home", now=START)
        assert decoded is not None
        return decoded[0].settled

    assert settled()
    assert not settled(pinnedAt=stamp(START))
    assert not settled(session={"status": "running"})
    assert not settled(hasPendingApprovals=True)


def test_a_row_without_a_usable_id_is_no_thread() -> None:
    for bad in (None, "", 7, "a\nb", "\x1b[31m", "x" * 400):
        assert decode_thread(row(id=bad), source="home", now=START) is None


def test_the_legacy_model_selection_is_still_read() -> None:
    model = decode_model({"provider": "codex", "model": "gpt-5"})
    assert model is not None
    assert (model.instance, model.model) == ("codex", "gpt-5")
    assert decode_model({"instanceId": "x"}) is None
    assert decode_model("claude") is None


# asks


def activity(kind: str, at: str, **payload: Any) -> dict[str, Any]:
    return {"id": f"{kind}-{at}-{payload.get('requestId')}", "kind": kind, "createdAt": at, "payload": payload}


def times(*activities: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        activity(kind, f"2026-11-21T02:00:{number:02}.000Z", **payload)
        for number, (kind, payload) in enumerate(activities)
    ]


ASKED = ("approval.requested", {"requestId": "r1", "requestKind": "command", "detail": "Bash: ls"})


@pytest.mark.parametrize(
    ("then", "ending"),
    [
        ([], ""),
        ([("approval.resolved", {"requestId": "r1", "decision": "decline"})], "decline"),
        ([("approval.resolved", {"requestId": "other", "decision": "decline"})], ""),
        (
            [("provider.approval.respond.failed", {"requestId": "r1", "detail": "STALE pending approval request: r1"})],
            "stale",
        ),
        (
            [("provider.approval.respond.failed", {"requestId": "r1", "detail": "Unknown pending permission request"})],
            "stale",
        ),
        ([("provider.approval.respond.failed", {"requestId": "r1", "detail": "the provider sneezed"})], ""),
        (
            [
                (
                    "provider.user-input.respond.failed",
                    {"requestId": "r1", "detail": "unknown pending user-input request"},
                )
            ],
            "",
        ),
        (
            [
                ("approval.resolved", {"requestId": "r1", "decision": "accept"}),
                ("provider.approval.respond.failed", {"requestId": "r1", "detail": "stale pending approval request"}),
            ],
            "accept",
        ),
        ([("approval.resolved", {"requestId": "r1", "decision": "accept"}), ASKED], ""),
    ],
)
def test_a_request_ends_on_the_servers_word_alone(then: list[tuple[str, dict[str, Any]]], ending: str) -> None:
    assert requests(times(ASKED, *then))["r1"].ending == ending


def test_a_question_dies_with_its_own_words_only() -> None:
    asked = ("user-input.requested", {"requestId": "q1", "questions": []})
    failed = (
        "provider.user-input.respond.failed",
        {"requestId": "q1", "detail": "Stale pending user-input request: q1"},
    )
    assert requests(times(asked))["q1"].open
    assert requests(times(asked, failed))["q1"].ending == "stale"


def test_a_resolution_in_the_same_millisecond_may_be_listed_first() -> None:
    at = "2026-11-21T02:00:00.000Z"
    listed = [activity("approval.resolved", at, requestId="r1", decision="accept"), activity(ASKED[0], at, **ASKED[1])]
    assert requests(listed)["r1"].ending == "accept"


@pytest.mark.parametrize(
    ("payload", "wants"),
    [
        ({"requestKind": "file-read"}, "read a file"),
        ({"requestType": "apply_patch_approval"}, "edit a file"),
        ({"requestType": "exec_command_approval"}, "run a command"),
        ({"requestType": "dynamic_tool_call"}, "run a command"),
        ({"requestType": "quantum_leap"}, "do something that needs approval (quantum_leap)"),
        ({}, "do something that needs approval (of a kind it did not name)"),
    ],
)
def test_what_is_wanted_falls_back_to_the_request_type(payload: dict[str, Any], wants: str) -> None:
    detail = {
        "activities": times(("approval.requested", {"requestId": "r1", **payload})),
        "session": {"providerName": "codex"},
    }
    (ask,) = asks_of(detail, REF, "")
    assert ask.title == f"Codex wants to {wants}"


def test_a_shortened_command_is_completed_from_its_call() -> None:
    command = "echo " + "x" * 300
    call = ("tool.updated", {"toolCallId": "c1", "detail": f"Bash: {command[:50]}...", "data": {"command": command}})
    asked = ("approval.requested", {"requestId": "r1", "requestKind": "command", "detail": f"Bash: {command[:170]}..."})
    (ask,) = asks_of({"activities": times(call, asked)}, REF, "")
    assert ask.body == f"Bash: {command}"
    (alone,) = asks_of({"activities": times(asked)}, REF, "")
    assert alone.body.endswith("...\n(shortened by the server)")


def test_hidden_characters_in_a_command_are_shown_not_removed() -> None:
    asked = ("approval.requested", {"requestId": "r1", "detail": "Bash: rm \u202e/tmp\x1b[2K[bold]"})
    (ask,) = asks_of({"activities": times(asked)}, REF, "")
    assert "‹U+202E›" in ask.body
    assert "␛" in ask.body
    assert "[bold]" in ask.body
    assert "\x1b" not in ask.summary


def test_only_the_newest_plan_waits_and_only_until_it_is_implemented() -> None:
    old = {"id": "p1", "planMarkdown": "# One", "updatedAt": "2026-11-21T02:00:00.000Z", "implementedAt": None}
    new = old | {"id": "p2", "planMarkdown": "# Two", "updatedAt": "2026-11-21T02:00:01.000Z"}
    assert [ask.id for ask in asks_of({"proposedPlans": [new, old]}, REF, "")] == ["p2"]
    done = new | {"implementedAt": "2026-11-21T02:00:02.000Z"}
    assert asks_of({"proposedPlans": [old, done]}, REF, "") == ()
    assert latest_plan([old, done]) == done


def test_flags_of_old_servers_come_from_their_bodies() -> None:
    detail = body_of("v0.0.28-snapshot-approval-pending")["threads"][0]
    flagged = with_flags(detail)
    assert flagged["hasPendingApprovals"]
    assert not flagged["hasPendingUserInput"]
    assert flagged["latestUserMessageAt"] == "2026-11-21T02:58:17.315Z"


def test_kinds_of_asks_do_not_mix() -> None:
    detail = {
        "activities": times(ASKED, ("user-input.requested", {"requestId": "q1", "questions": [{"question": "Why?"}]}))
    }
    assert [ask.kind for ask in asks_of(detail, REF, "")] == [AskKind.APPROVAL, AskKind.QUESTION]
