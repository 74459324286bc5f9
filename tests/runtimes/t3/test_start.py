"""Starting threads: over the socket with a worktree, over HTTP in two steps, and never half by surprise."""

from contextlib import suppress
from typing import Any

import pytest
from t3_kit import PROJECT, Facts, Stage

from cockpit.core import commands as c
from cockpit.demo.t3 import faults
from cockpit.demo.t3.rpc import Call, Rpc
from cockpit.model.errors import AuthError, HalfDone, NotFound, Refused, Rejected, Unconfirmed
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice
from cockpit.runtimes.t3 import T3Source
from cockpit.runtimes.t3.start import _branch_name

CLAUDE = ModelChoice("claudeAgent", "claude-sonnet-4-5")
DISPATCH = "/api/orchestration/dispatch"


def order(**more: Any) -> c.Dispatch:
    return c.Dispatch("home", Ref("home", PROJECT), "Fix the parser!\nAll of it.", **({"model": CLAUDE} | more))


async def ready(stage: Stage, facts: Facts, **more: Any) -> T3Source:
    """A source that has read the fleet, in which there is a project."""
    stage.project()
    source = stage.source(**more)
    await source.read(facts)
    return source


def made(stage: Stage) -> Any:
    (thread,) = stage.world.threads.values()
    return thread


async def test_a_thread_starts_over_the_socket_with_its_prompt(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    outcome = await source.dispatch(order(runtime_mode="full-access", interaction_mode="plan"), "intent")
    thread = made(stage)
    assert outcome.thread == Ref("home", thread.id)
    assert (thread.title, thread.runtime_mode, thread.interaction_mode) == (
        "Fix the parser! All of it.",
        "full-access",
        "plan",
    )
    assert [message["text"] for message in thread.messages] == ["Fix the parser!\nAll of it."]
    assert f"POST {DISPATCH}" not in stage.server.faults.requests


async def test_a_worktree_is_made_on_a_branch_from_a_base(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    await source.dispatch(order(worktree=True, base_branch="main", branch="fix/parser", title="Parser"), "intent")
    thread = made(stage)
    assert (thread.title, thread.branch) == ("Parser", "fix/parser")
    assert thread.worktree_path.endswith("/fix-parser")


async def test_a_branch_without_a_name_gets_one_that_is_fit_for_git(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    await source.dispatch(order(worktree=True, base_branch="main"), "intent")
    assert made(stage).branch.startswith("cockpit/fix-the-parser-all-of-")
    assert _branch_name("~^:?*[\\ ..", "Z-9") == "cockpit/work-z9"


async def test_without_a_base_branch_nothing_is_made(stage: Stage, facts: Facts) -> None:
    stage.world.branches.clear()
    source = await ready(stage, facts)
    with pytest.raises(Refused, match="which branch to start from"):
        await source.dispatch(order(worktree=True), "intent")
    assert not stage.world.threads


async def test_the_branch_that_is_checked_out_is_the_base(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    answer, bases = Rpc.call, []

    async def call(rpc: Rpc, call: Call) -> Any:
        if call.method == "orchestration.dispatchCommand":
            bases.append(call.payload["bootstrap"]["prepareWorktree"]["baseBranch"])
        if call.method != "vcs.listRefs":
            return await answer(rpc, call)
        refs = [{"name": "main", "isDefault": True}, {"name": "develop", "current": True}]
        return {"refs": refs, "isRepo": True}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rpc, "call", call)
        await source.dispatch(order(worktree=True), "intent")
    assert bases == ["develop"]


async def test_a_bootstrap_that_fails_leaves_nothing(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    with pytest.raises(Rejected, match="invalid reference: nowhere") as error:
        await source.dispatch(order(worktree=True, base_branch="nowhere"), "intent")
    assert "Nothing was left behind" in error.value.fix
    await source.read(facts)
    assert not facts.threads


async def test_without_a_socket_it_takes_two_steps_and_says_so(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    source = await ready(stage, facts)
    outcome = await source.dispatch(order(), "intent")
    assert outcome.notes == ("Over HTTP, in two steps: there is no socket now.",)
    assert [message["role"] for message in made(stage).messages] == ["user"]
    assert {"intent", "intent-create"} <= set(stage.world.receipts)


@pytest.mark.parametrize("more", [{"worktree": True, "base_branch": "main"}, {"setup": True}])
async def test_what_only_the_socket_can_is_refused_before_anything_is_made(
    stage: Stage, facts: Facts, more: dict[str, Any]
) -> None:
    stage.server.faults.refuse_websockets()
    source = await ready(stage, facts)
    with pytest.raises(Refused, match="over the socket alone"):
        await source.dispatch(order(**more), "intent")
    assert not stage.world.threads


async def test_a_prompt_that_was_not_taken_is_a_half_done_state(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    source = await ready(stage, facts)
    passed = stage.server.faults._pick

    def second_dispatch_fails(path: str) -> Any:
        if path == DISPATCH and stage.server.faults.requests.count(f"POST {DISPATCH}") == 2:
            return faults.Status(500)
        return passed(path)

    stage.server.faults._pick = second_dispatch_fails  # type: ignore[method-assign]
    with pytest.raises(HalfDone, match="thread was made, but the prompt was not taken") as error:
        await source.dispatch(order(), "intent")
    assert "Send the prompt" in error.value.fix
    assert made(stage).messages == []


async def test_a_socket_that_drops_in_the_middle_is_looked_into(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    connection = await source._connector.get()
    await connection.socket.connect()
    stage.server.faults.mute_websockets()
    stage.world.listen(lambda event: stage.server.faults.drop_websockets() if event["type"].endswith("sent") else None)
    with suppress(Unconfirmed):
        assert (await source.dispatch(order(), "intent")).text == "Started."
    assert len(stage.world.threads) == 1


async def test_the_model_is_taken_from_the_project_then_from_a_sibling(stage: Stage, facts: Facts) -> None:
    stage.thread("sibling", modelSelection={"instanceId": "claudeAgent", "model": "claude-opus-5"})
    source = await ready(stage, facts)
    outcome = await source.dispatch(order(model=None), "one")
    assert outcome.thread is not None
    assert stage.world.threads[outcome.thread.native].model["model"] == "claude-opus-5"
    wanted = {"instanceId": "claudeAgent", "model": "claude-haiku-4-5"}
    stage.do("project.meta.update", projectId=PROJECT, defaultModelSelection=wanted)
    await source.read(facts)
    outcome = await source.dispatch(order(model=None), "two")
    assert outcome.thread is not None
    assert stage.world.threads[outcome.thread.native].model["model"] == "claude-haiku-4-5"


async def test_without_any_model_nothing_is_made(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    source = await ready(stage, facts)
    with pytest.raises(Refused, match="which model"):
        await source.dispatch(order(model=None), "intent")
    assert not stage.world.threads


async def test_a_token_that_may_only_read_starts_nothing(stage: Stage, facts: Facts) -> None:
    stage.project()
    source = stage.source(token=stage.server.issue("orchestration:read"))
    await source.read(facts)
    with pytest.raises(AuthError, match="orchestration:operate"):
        await source.dispatch(order(), "intent")
    assert not stage.world.threads


async def test_a_project_that_is_not_there(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    with pytest.raises(NotFound, match="project is not there"):
        await source.dispatch(c.Dispatch("home", Ref("home", "nope"), "x", model=CLAUDE), "intent")


async def test_supervised_is_the_mode_when_none_is_named(stage: Stage, facts: Facts) -> None:
    source = await ready(stage, facts)
    await source.dispatch(order(), "intent")
    assert made(stage).runtime_mode == "approval-required"
