"""What commands do beyond their answer: modes, interrupts, answers, plans, shelves (facts: T3 0.0.33 §5, §6, §8)."""

from typing import Any

import pytest

from cockpit.demo.t3.refusals import Refused
from cockpit.demo.t3.steps import Ask, Propose, Question, Say, Think, Use

T = "t"
RUN = Use("Bash", {"command": "make"}, 2, asks=True)
WRITE = Use("Write", {"file_path": "a", "content": "b"}, 2, asks=True)
LATER = Say("and then this", 5)


def kinds(stage: Any, thread: str = T) -> list[str]:
    return [row["kind"] for row in stage.world.threads[thread].activities]


def payload(stage: Any, kind: str) -> Any:
    return next(row["payload"] for row in stage.world.threads[T].activities if row["kind"] == kind)


def answer(stage: Any, decision: str) -> None:
    stage.do("thread.approval.respond", threadId=T, requestId=stage.request(T), decision=decision)


async def test_the_modes_of_a_turn_are_required_and_ignored(stage: Any) -> None:
    stage.thread(T, runtimeMode="approval-required")
    message = {"messageId": "m", "role": "user", "text": "run it", "attachments": []}
    modes = {"runtimeMode": "full-access", "interactionMode": "plan"}
    assert (await stage.dispatch("thread.turn.start", threadId=T, message=message, **modes)).status_code == 200
    stage.world.advance(10)
    row = stage.row(T)
    assert (row["runtimeMode"], row["interactionMode"]) == ("approval-required", "default")
    assert row["hasPendingApprovals"] is True


@pytest.mark.parametrize(
    ("mode", "step", "asks"),
    [
        ("approval-required", RUN, True),
        ("approval-required", WRITE, True),
        ("auto-accept-edits", RUN, True),
        ("auto-accept-edits", WRITE, False),
        ("auto", RUN, False),
        ("full-access", RUN, False),
        ("full-access", WRITE, False),
    ],
)
async def test_what_must_be_asked_depends_on_the_threads_mode(stage: Any, mode: str, step: Use, asks: bool) -> None:
    stage.thread(T, runtimeMode=mode)
    stage.turn(T, "go", step)
    assert stage.row(T)["hasPendingApprovals"] is asks


async def test_a_first_turn_goes_from_nothing_to_ready(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Think(2), seconds=0)
    seen: list[Any] = []
    for _ in range(80):
        row = stage.row(T)
        now = (row["session"] and row["session"]["status"], row["latestTurn"] and row["latestTurn"]["state"])
        seen += [now] if seen[-1:] != [now] else []
        stage.world.advance(0.1)
    assert seen == [(None, None), ("starting", None), ("running", "running"), ("ready", "completed")]


@pytest.mark.parametrize("word", ["decline", "cancel"])
async def test_a_denied_tool_fails_and_the_turn_goes_on(stage: Any, word: str) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN, LATER)
    answer(stage, word)
    stage.world.advance(1)
    assert payload(stage, "tool.completed")["status"] == "failed"
    assert stage.row(T)["session"]["status"] == "running"
    stage.world.advance(10)
    assert stage.world.threads[T].messages[-1]["text"] == LATER.text
    assert stage.row(T)["latestTurn"]["state"] == "completed"


async def test_an_answer_is_confirmed_by_an_activity_and_not_by_the_200(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN)
    assert stage.row(T)["hasPendingApprovals"] is True
    request = stage.request(T)
    reply = await stage.dispatch("thread.approval.respond", threadId=T, requestId=request, decision="accept")
    assert reply.status_code == 200
    assert "approval.resolved" not in kinds(stage)
    stage.world.advance(0.1)
    assert payload(stage, "approval.resolved")["decision"] == "accept"
    assert stage.row(T)["hasPendingApprovals"] is False


async def test_accepting_for_the_session_asks_no_more_for_that_kind(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN, RUN, WRITE)
    answer(stage, "acceptForSession")
    stage.world.advance(20)
    assert kinds(stage).count("approval.requested") == 2
    assert stage.row(T)["hasPendingApprovals"] is True


async def test_answering_twice_leaves_an_error_and_harms_nothing(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN, LATER)
    answer(stage, "accept")
    answer(stage, "decline")
    stage.world.advance(20)
    assert kinds(stage).count("approval.resolved") == 1
    assert "Stale pending approval request" in payload(stage, "provider.approval.respond.failed")["detail"]
    assert stage.row(T)["session"]["status"] == "ready"


async def test_a_question_takes_choices_and_free_text(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Ask((Question("H", "Which?", (("a", "b"),)),)), LATER)
    assert stage.row(T)["hasPendingUserInput"] is True
    request = stage.request(T, "user-input.requested")
    stage.do("thread.user-input.respond", threadId=T, requestId=request, answers={"Which?": "none of these"})
    stage.world.advance(10)
    assert payload(stage, "user-input.resolved")["answers"] == {"Which?": "none of these"}
    assert stage.row(T)["hasPendingUserInput"] is False


async def test_a_stale_question_is_told_like_a_stale_approval(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Ask((Question("H", "Which?", (("a", "b"),)),)))
    stage.world.restart()
    row = stage.row(T)
    assert (row["session"]["status"], row["hasPendingUserInput"]) == ("error", True)
    request = stage.request(T, "user-input.requested")
    stage.do("thread.user-input.respond", threadId=T, requestId=request, answers={"Which?": "a"})
    stage.world.advance(1)
    assert "Stale pending user-input request" in payload(stage, "provider.user-input.respond.failed")["detail"]
    row = stage.row(T)
    assert (row["session"]["status"], row["hasPendingUserInput"]) == ("ready", False)


async def test_a_stale_approval_stays_flagged_until_somebody_answers_it(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN)
    stage.world.restart()
    assert stage.row(T)["hasPendingApprovals"] is True
    answer(stage, "accept")
    stage.world.advance(1)
    row = stage.row(T)
    assert (row["session"]["status"], row["hasPendingApprovals"]) == ("ready", False)
    assert "approval.resolved" not in kinds(stage)


async def test_changing_the_runtime_mode_ends_a_turn_unfinished(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", RUN, LATER)
    stage.do("thread.runtime-mode.set", threadId=T, runtimeMode="full-access")
    row = stage.row(T)
    assert payload(stage, "approval.resolved")["decision"] == "cancel"
    assert (row["session"]["status"], row["latestTurn"]["state"]) == ("ready", "completed")
    assert row["session"]["runtimeMode"] == "full-access"
    stage.world.advance(60)
    assert stage.world.threads[T].messages[-1]["role"] == "user"


async def test_an_interrupt_when_idle_is_accepted_and_does_nothing(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", LATER)
    before = stage.row(T)
    assert (await stage.dispatch("thread.turn.interrupt", threadId=T)).status_code == 200
    stage.world.advance(5)
    after = stage.row(T)
    assert {**after, "updatedAt": 0} == {**before, "updatedAt": 0}


async def test_a_message_during_a_turn_is_folded_into_it(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Think(20), seconds=5)
    stage.turn(T, "more", LATER, seconds=2)
    turn = stage.row(T)["latestTurn"]
    assert stage.row(T)["session"]["status"] == "running"
    stage.world.advance(60)
    messages = stage.world.threads[T].messages
    assert [row["text"] for row in messages] == ["go", "more", LATER.text]
    assert messages[-1]["turnId"] == turn["turnId"]


async def test_after_an_interrupt_a_waiting_message_runs_beside_the_latest_turn(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Think(20), seconds=5)
    stage.turn(T, "more", LATER, seconds=1)
    first = stage.row(T)["latestTurn"]["turnId"]
    stage.do("thread.turn.interrupt", threadId=T)
    stage.world.advance(30)
    messages = stage.world.threads[T].messages
    assert messages[-1]["text"] == LATER.text
    assert stage.row(T)["latestTurn"]["turnId"] == first != messages[-1]["turnId"]


async def test_a_stopped_session_starts_again_with_the_next_message(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Think(20), seconds=5)
    stage.do("thread.session.stop", threadId=T)
    assert stage.row(T)["session"]["status"] == "ready"
    stage.world.advance(2.1)
    assert stage.row(T)["session"]["status"] == "stopped"
    stage.turn(T, "again", LATER, seconds=20)
    assert stage.row(T)["session"]["status"] == "ready"


async def test_stopping_only_if_settled_leaves_an_active_session_alone(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", Think(60), seconds=5)
    stage.do("thread.session.stop", threadId=T, onlyIfSettled=True)
    stage.world.advance(5)
    assert stage.row(T)["session"]["status"] == "running"


async def test_an_error_of_the_models_api_looks_like_a_finished_turn(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "please cause an API error")
    row = stage.row(T)
    assert (row["session"]["status"], row["session"]["lastError"]) == ("ready", None)
    assert row["latestTurn"]["state"] == "completed"
    assert stage.world.threads[T].messages[-1]["text"].startswith("API Error: 400")


async def test_a_crash_leaves_a_stack_trace_of_many_lines(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "please crash")
    session = stage.row(T)["session"]
    assert session["status"] == "error"
    assert len(session["lastError"].splitlines()) > 5


async def test_a_plan_is_put_up_and_stamped_when_it_is_implemented(stage: Any) -> None:
    stage.thread(T, interactionMode="plan")
    stage.turn(T, "think", Propose("# Plan"))
    plan = stage.world.threads[T].plans[0]
    assert stage.row(T)["hasActionableProposedPlan"] is True
    stage.do("thread.interaction-mode.set", threadId=T, interactionMode="default")
    source = {"threadId": T, "planId": plan["id"]}
    stage.turn(T, "PLEASE IMPLEMENT THIS PLAN:\n# Plan", LATER, sourceProposedPlan=source)
    assert stage.row(T)["hasActionableProposedPlan"] is False
    assert plan["implementationThreadId"] == T
    assert stage.row(T)["latestTurn"]["sourceProposedPlan"] == source


async def test_a_plan_that_does_not_exist_is_refused(stage: Any) -> None:
    stage.thread(T)
    with pytest.raises(Refused, match="Proposed plan 'nope' does not exist"):
        stage.turn(T, "go", sourceProposedPlan={"threadId": T, "planId": "nope"})


@pytest.mark.parametrize("step", [RUN, Think(60), Ask((Question("H", "Which?", (("a", "b"),)),))])
async def test_a_thread_at_work_cannot_be_settled(stage: Any, step: Any) -> None:
    stage.thread(T)
    stage.turn(T, "go", step)
    assert (await stage.dispatch("thread.settle", threadId=T)).status_code == 500


async def test_a_queued_start_cannot_be_settled_and_a_message_wakes_what_is(stage: Any) -> None:
    stage.thread(T)
    assert (await stage.dispatch("thread.settle", threadId=T)).status_code == 200
    assert (await stage.dispatch("thread.settle", threadId=T)).status_code == 200
    assert stage.row(T)["settledOverride"] == "settled"
    stage.turn(T, "go", seconds=0)
    assert stage.row(T)["settledOverride"] is None
    assert (await stage.dispatch("thread.settle", threadId=T)).status_code == 500


async def test_shelves_keep_what_they_are_given(stage: Any) -> None:
    stage.thread(T)
    stage.do("thread.snooze", threadId=T, snoozedUntil="2026-11-22T00:00:00.000Z")
    stage.do("thread.pin", threadId=T, orderKey="a0")
    stage.do("thread.pin.reorder", threadId=T, orderKey="a1")
    row = stage.row(T)
    assert (row["snoozedUntil"], row["pinOrderKey"]) == ("2026-11-22T00:00:00.000Z", "a1")
    assert row["snoozedAt"]
    assert row["pinnedAt"]
    stage.do("thread.unsnooze", threadId=T, reason="user")
    stage.do("thread.unpin", threadId=T)
    stage.do("thread.unsettle", threadId=T, reason="user")
    row = stage.row(T)
    assert (row["snoozedUntil"], row["pinnedAt"], row["settledOverride"]) == (None, None, "active")


async def test_archived_threads_are_gone_for_readers_and_not_for_the_snapshot(stage: Any) -> None:
    stage.thread("put-away")
    stage.thread("thrown-away")
    stage.do("thread.archive", threadId="put-away")
    stage.do("thread.delete", threadId="thrown-away")
    shell = (await stage.http.get("/api/orchestration/shell")).json()
    snapshot = (await stage.http.get("/api/orchestration/snapshot")).json()
    assert shell["threads"] == []
    assert [row["id"] for row in snapshot["threads"]] == ["put-away", "thrown-away"]
    for thread in ("put-away", "thrown-away"):
        assert (await stage.http.get(f"/api/orchestration/threads/{thread}")).status_code == 404
    stage.turn("put-away", "still accepted", LATER, seconds=20)
    assert stage.world.threads["put-away"].archived_at is not None
    assert (await stage.dispatch("thread.archive", threadId="thrown-away")).status_code == 500


async def test_the_new_server_keeps_its_own_time_and_the_old_one_believes_the_client(stage: Any, old: Any) -> None:
    lie = "2020-01-01T00:00:00.000Z"
    stage.thread(T, createdAt=lie)
    old.thread(T, createdAt=lie)
    assert stage.world.threads[T].created_at == stage.world.now()
    assert old.world.threads[T].created_at == lie


async def test_a_new_model_is_kept_by_a_meta_update_and_not_by_a_turn(stage: Any) -> None:
    stage.thread(T)
    opus = {"instanceId": "claudeAgent", "model": "claude-opus-5", "options": [{"id": "effort", "value": "high"}]}
    stage.turn(T, "go", LATER, modelSelection=opus)
    assert stage.row(T)["modelSelection"]["model"] == "claude-sonnet-4-5"
    stage.do("thread.meta.update", threadId=T, modelSelection=opus)
    assert stage.row(T)["modelSelection"] == opus


async def test_a_read_after_a_dispatch_sees_it(stage: Any) -> None:
    stage.thread(T)
    sequence = (await stage.dispatch("thread.meta.update", threadId=T, title="New name")).json()["sequence"]
    shell = (await stage.http.get("/api/orchestration/shell")).json()
    assert shell["snapshotSequence"] >= sequence
    assert shell["threads"][0]["title"] == "New name"


async def test_a_restarted_old_server_leaves_its_threads_working_for_ever(old: Any) -> None:
    old.thread(T)
    old.turn(T, "go", Think(60))
    old.world.restart()
    old.world.advance(600)
    assert old.world.threads[T].status == "running"


async def test_only_legacy_and_proper_model_selections_are_read(stage: Any) -> None:
    stage.project()
    base = {"projectId": "proj-demo-0001", "title": "T", "runtimeMode": "auto", "branch": None, "worktreePath": None}
    for number, (model, status) in enumerate(
        (
            ({"provider": "claudeAgent", "model": "m"}, 200),
            ({"instanceId": "claudeAgent", "model": "m"}, 200),
            ({"instanceId": "no such slug!", "model": "m"}, 400),
            ({"instanceId": "claudeAgent", "model": "  "}, 400),
            ({"instanceId": "claudeAgent"}, 400),
            ("claudeAgent", 400),
        )
    ):
        reply = await stage.dispatch("thread.create", threadId=f"t{number}", modelSelection=model, **base)
        assert reply.status_code == status, model


BAD: dict[str, dict[str, Any]] = {
    "an empty commandId": {"type": "thread.archive", "threadId": T, "commandId": " "},
    "a number for a string": {"type": "thread.archive", "threadId": 7},
    "both ways to a title": {"type": "thread.meta.update", "threadId": T, "title": "x", "regenerateTitle": True},
    "a null that is not allowed": {"type": "thread.meta.update", "threadId": T, "title": None},
    "a reason that is not the user's": {"type": "thread.unsettle", "threadId": T, "reason": "activity"},
    "no reason": {"type": "thread.unsnooze", "threadId": T},
    "an unknown mode": {"type": "thread.runtime-mode.set", "threadId": T, "runtimeMode": "yolo"},
    "a negative turn": {"type": "thread.checkpoint.revert", "threadId": T, "turnCount": -1},
    "a fraction of a turn": {"type": "thread.checkpoint.revert", "threadId": T, "turnCount": 1.5},
    "a truth for a number": {"type": "thread.checkpoint.revert", "threadId": T, "turnCount": True},
    "answers in a list": {"type": "thread.user-input.respond", "threadId": T, "requestId": "r", "answers": []},
    "what only the server may say": {"type": "thread.session.set", "threadId": T, "session": {}},
    "no order": {"type": "thread.pin.reorder", "threadId": T},
    "an unknown icon": {
        "type": "project.meta.update",
        "projectId": "p",
        "scripts": [{"id": "a", "name": "b", "command": "c", "icon": "rocket", "runOnWorktreeCreate": True}],
    },
}


@pytest.mark.parametrize("what", BAD)
async def test_what_does_not_fit_the_schema_gets_nothing_but_a_400(stage: Any, what: str) -> None:
    stage.thread(T)
    before = stage.world.sequence
    data = {"commandId": "c", "createdAt": stage.world.now()} | BAD[what]
    reply = await stage.http.post("/api/orchestration/dispatch", json=data)
    assert (reply.status_code, reply.content) == (400, b"")
    assert "content-type" not in reply.headers
    assert stage.world.sequence == before


@pytest.mark.parametrize(
    ("text", "attachments", "status"),
    [
        ("x" * 120_000, [], 200),
        ("x" * 120_001, [], 400),
        ("x", [{"type": "image", "name": "n" * 255, "mimeType": "image/png", "sizeBytes": 10 * 1024 * 1024}], 200),
        ("x", [{"type": "image", "name": "n" * 256, "mimeType": "image/png", "sizeBytes": 1}], 400),
        ("x", [{"type": "image", "name": "n", "mimeType": "text/plain", "sizeBytes": 1}], 400),
        ("x", [{"type": "image", "name": "n", "mimeType": "image/png", "sizeBytes": 10 * 1024 * 1024 + 1}], 400),
        ("x", [{"type": "image", "name": "n", "mimeType": "image/png", "sizeBytes": 1}] * 9, 400),
    ],
)
async def test_messages_and_attachments_have_limits(stage: Any, text: str, attachments: Any, status: int) -> None:
    stage.thread(T)
    given = [item | {"dataUrl": "data:image/png;base64,AA=="} for item in attachments]
    message = {"messageId": "m", "role": "user", "text": text, "attachments": given}
    modes = {"runtimeMode": "auto", "interactionMode": "default"}
    reply = await stage.dispatch("thread.turn.start", threadId=T, message=message, **modes)
    assert reply.status_code == status


async def test_a_stored_attachment_has_lost_its_data(stage: Any) -> None:
    stage.thread(T)
    image = {"type": "image", "name": "a.png", "mimeType": "image/png", "sizeBytes": 3}
    message = {
        "messageId": "m",
        "role": "user",
        "text": "",
        "attachments": [image | {"dataUrl": "data:image/png;base64,AA=="}],
    }
    modes = {"runtimeMode": "auto", "interactionMode": "default"}
    await stage.dispatch("thread.turn.start", threadId=T, message=message, **modes)
    stored = stage.world.threads[T].messages[0]["attachments"]
    assert [set(row) for row in stored] == [{"type", "id", "name", "mimeType", "sizeBytes"}]


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ("please run it", "hasPendingApprovals"),
        ("write that file", "hasPendingApprovals"),
        ("ask me", "hasPendingUserInput"),
        ("ask me many things", "hasPendingUserInput"),
        ("make a plan", "hasActionableProposedPlan"),
    ],
)
async def test_an_agent_reacts_to_the_words_of_a_message(stage: Any, words: str, flag: str) -> None:
    stage.thread(T)
    stage.turn(T, words, seconds=20)
    assert stage.row(T)[flag] is True


async def test_an_ordinary_message_makes_an_ordinary_turn(stage: Any) -> None:
    stage.thread(T)
    stage.turn(T, "Fix the importer, it drops the last line", seconds=5)
    assert stage.row(T)["session"]["status"] == "running"
    assert stage.row(T)["planProgress"]["totalSteps"] == 3
    stage.world.advance(30)
    thread = stage.world.threads[T]
    assert thread.status == "ready"
    assert stage.row(T)["planProgress"] is None
    assert thread.checkpoints[0]["files"][0]["additions"] > 0
    assert "`" in "".join(row["text"] for row in thread.messages)
