"""Each recorded request is sent to a simulator in the same state, and must get the recorded answer."""

from collections.abc import Callable
from typing import Any

import pytest

IDEM = "thread-idem-55c358"
DEMO = "thread-demo-0001"

Prepare = Callable[[Any], None]


def nothing(stage: Any) -> None:
    """An empty server."""


def root(stage: Any) -> None:
    stage.world.directories.add("/ws/demo")


def project(stage: Any) -> None:
    stage.project()


def demo(stage: Any) -> None:
    stage.thread(DEMO)


def idem(stage: Any) -> None:
    stage.thread(IDEM)


def archived(stage: Any) -> None:
    stage.thread(IDEM)
    stage.do("thread.archive", threadId=IDEM)


def busy(thread_id: str) -> Prepare:
    def prepare(stage: Any) -> None:
        stage.thread(thread_id)
        stage.turn(thread_id, "slow please")

    return prepare


def waiting(stage: Any) -> None:
    stage.thread(DEMO)
    stage.turn(DEMO, "run it")


def asking(stage: Any) -> None:
    stage.thread("thread-ask-0001")
    stage.turn("thread-ask-0001", "ask me")


def planned(stage: Any) -> None:
    stage.thread("thread-plan-d9b0", interactionMode="plan")
    stage.turn("thread-plan-d9b0", "make a plan", seconds=60)
    stage.do("thread.interaction-mode.set", threadId="thread-plan-d9b0", interactionMode="default")


def two_turns(stage: Any) -> None:
    stage.thread(DEMO)
    stage.turn(DEMO, "hello", seconds=60)
    stage.turn(DEMO, "again", seconds=60)


def new_thread(thread_id: str) -> Prepare:
    return lambda stage: stage.thread(thread_id)


def rejected(stage: Any) -> None:
    """The commandId of the tape was refused before."""
    from cockpit.demo.t3.refusals import Refused

    with pytest.raises(Refused):
        stage.do("thread.archive", threadId="nope", commandId="cmd-dea322f4-5f54-45fa-b9be-aee7f746456e")


def used_command_id(stage: Any) -> None:
    stage.thread(IDEM, commandId="cmd-4e84bce7-0e8d-4416-9fa5-f8df82c166d9", title="Idem")


def empty_project(stage: Any) -> None:
    stage.project("proj-del-d9b0", "/ws/auto-d9b0")


NEW: dict[str, Prepare] = {
    "well-known-environment": nothing,
    "auth-session-anonymous": nothing,
    "auth-session-bearer": nothing,
    "auth-websocket-ticket": nothing,
    "dispatch-approval-respond": waiting,
    "dispatch-approval-respond-again": waiting,
    "dispatch-approval-respond-unknown-request": waiting,
    "dispatch-checkpoint-revert": two_turns,
    "dispatch-duplicate-commandId": used_command_id,
    "dispatch-duplicate-commandId-other-body": used_command_id,
    "dispatch-project-create": root,
    "dispatch-project-create-missing-root-created": nothing,
    "dispatch-project-delete": empty_project,
    "dispatch-project-meta-update": project,
    "dispatch-session-stop": busy("thread-stop-d5eb"),
    "dispatch-session-stop-no-session": idem,
    "dispatch-thread-archive": idem,
    "dispatch-thread-create": project,
    "dispatch-thread-delete": idem,
    "dispatch-thread-interaction-mode-set": idem,
    "dispatch-thread-meta-update": idem,
    "dispatch-thread-pin": idem,
    "dispatch-thread-runtime-mode-set": idem,
    "dispatch-thread-settle": idem,
    "dispatch-thread-unarchive": archived,
    "dispatch-turn-interrupt": busy("thread-slow-0001"),
    "dispatch-turn-interrupt-idle": new_thread("thread-slow-0001"),
    "dispatch-turn-start": demo,
    "dispatch-turn-start-attachment": demo,
    "dispatch-turn-start-implement-plan": planned,
    "dispatch-turn-start-titleSeed": new_thread("thread-seed-d5eb"),
    "dispatch-turn-start-while-running": busy("thread-slow-0001"),
    "dispatch-user-input-respond": asking,
    "error-approval-bad-decision": waiting,
    "error-attachment-bad-dataurl": demo,
    "error-dispatch-bad-json": nothing,
    "error-dispatch-missing-commandId": idem,
    "error-dispatch-rejected-commandId-retry": rejected,
    "error-dispatch-unknown-thread": nothing,
    "error-dispatch-unknown-type": nothing,
    "error-dispatch-wrong-content-type": nothing,
    "error-oauth-token-missing-field": nothing,
    "error-project-delete-nonempty": demo,
    "error-project-duplicate-root": project,
    "error-project-missing-root": nothing,
    "error-thread-archive-twice": archived,
    "error-thread-create-duplicate-id": idem,
    "error-thread-create-no-branch": project,
    "error-thread-create-unknown-project": project,
    "error-thread-detail-bad-turnLimit": demo,
    "error-thread-detail-unknown": demo,
    "error-turn-start-no-attachments": idem,
    "error-turn-start-no-createdAt": idem,
    "error-turn-start-no-interactionMode": idem,
    "error-turn-start-no-runtimeMode": idem,
    "error-turn-start-unknown-thread": project,
    "http-dispatch-bootstrap": project,
    "shell-empty": nothing,
    "shell-one-thread": demo,
    "snapshot-empty": nothing,
    "snapshot-one-thread": demo,
    "thread-detail-archived": archived,
    "thread-detail-new": demo,
    "turn-start-archived-thread": archived,
    "unknown-get-path-with-web-assets": nothing,
}


@pytest.mark.parametrize("name", NEW)
async def test_a_recorded_request_gets_the_recorded_answer(stage: Any, tape: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    NEW[name](stage)

    def our_ids(text: str) -> str:
        if name == "dispatch-turn-start-implement-plan":
            plan = stage.world.threads["thread-plan-d9b0"].plans[0]["id"]
            return text.replace("plan:thread-plan-d9b0:turn:28af1183-050b-4a7e-a4c6-9e81b98ff009", plan)
        return text

    response = await stage.replay(recorded, change=our_ids)
    stage.compare(recorded, response)


OLD: dict[str, Prepare] = {
    "v0.0.28-well-known": nothing,
    "v0.0.28-dispatch-project-create": lambda stage: stage.world.directories.add("/ws/demo28"),
    "v0.0.28-dispatch-thread-create": lambda stage: stage.project("p1", "/ws/demo28"),
    "v0.0.28-dispatch-approval-respond": new_thread("t1"),
    "v0.0.28-error-dispatch-unknown-thread": nothing,
    "v0.0.28-error-dispatch-unknown-type": nothing,
    "v0.0.28-error-http-bootstrap": lambda stage: stage.project("p1"),
    "v0.0.28-error-runtime-mode-auto-unsupported": new_thread("t1"),
    "v0.0.28-error-shell-not-present": nothing,
    "v0.0.28-error-thread-settle-unsupported": new_thread("t1"),
    "v0.0.28-error-turn-start-no-runtimeMode": new_thread("t1"),
}


@pytest.mark.parametrize("name", OLD)
async def test_the_old_server_answers_as_recorded(old: Any, tape: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    OLD[name](old)
    old.compare(recorded, await old.replay(recorded))


async def test_the_old_server_silently_swallows_a_command_id_used_before(old: Any, tape: Any) -> None:
    recorded = tape("v0.0.28-duplicate-commandId-other-thread.json")
    old.project("p1")
    sequence = old.world.sequence + 1
    old.thread("tdup1", projectId="p1", commandId="dup1")
    response = await old.replay(recorded)
    old.compare(recorded, response)
    assert response.json() == {"sequence": sequence}
    assert "tdup2" not in old.world.threads


async def test_a_resent_command_does_nothing_and_tells_the_first_sequence(stage: Any, tape: Any) -> None:
    recorded = tape("dispatch-thread-create.json")
    stage.project()
    first = await stage.replay(recorded)
    stage.turn("thread-demo-0001", "hello")
    before = stage.world.sequence
    second = await stage.replay(recorded)
    assert second.json() == first.json()
    assert stage.world.sequence == before


async def test_a_rejected_command_stays_rejected_when_its_cause_is_gone(stage: Any) -> None:
    first = await stage.dispatch("thread.archive", threadId="late", commandId="same")
    stage.thread("late")
    again = await stage.dispatch("thread.archive", threadId="late", commandId="same")
    fresh = await stage.dispatch("thread.archive", threadId="late", commandId="other")
    assert [first.status_code, again.status_code, fresh.status_code] == [500, 500, 200]
