"""Orders against a server that refuses like the real one: confirmed, stale, refused in words, sent once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from t3_kit import APPROVAL, PLAN, PROJECT, QUESTIONS, Facts, Stage, eventually

from cockpit.core import commands as c
from cockpit.core.commands import Outcome
from cockpit.demo.t3 import faults
from cockpit.demo.t3.steps import Think
from cockpit.model.asks import Decision
from cockpit.model.errors import (
    AuthError,
    NotFound,
    Refused,
    Rejected,
    SourceError,
    Stale,
    Unconfirmed,
)
from cockpit.model.ids import Ref
from cockpit.model.work import Status
from cockpit.runtimes.t3 import T3Source
from cockpit.runtimes.t3.confirm import Patience

REF = Ref("home", "t1")
DISPATCH = "/api/orchestration/dispatch"


def dispatches(stage: Stage) -> int:
    return stage.server.faults.requests.count(f"POST {DISPATCH}")


async def carried_out(stage: Stage, order: Any) -> Any:
    """The order's end, in a world whose time goes on meanwhile."""
    task = asyncio.ensure_future(order)
    while not task.done():
        stage.world.advance(0.2)
        await asyncio.sleep(0.001)
    return task.result()


def approval(stage: Stage) -> c.Decide:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    return c.Decide(REF, stage.request("t1"), Decision.ACCEPT)


# approvals


@pytest.mark.parametrize("version", ["0.0.28", "0.0.33"])
@pytest.mark.parametrize(
    ("decision", "wire"),
    [
        (Decision.ACCEPT, "accept"),
        (Decision.ACCEPT_FOR_SESSION, "acceptForSession"),
        (Decision.DECLINE, "decline"),
        (Decision.CANCEL, "cancel"),
    ],
)
async def test_a_decision_is_done_when_the_server_says_so(version: str, decision: Decision, wire: str) -> None:
    async with Stage(version=version) as stage:
        ask = approval(stage).ask
        outcome = await carried_out(stage, stage.source().decide(c.Decide(REF, ask, decision), "intent"))
        assert isinstance(outcome, Outcome)
        resolved = [row for row in stage.world.threads["t1"].activities if row["kind"] == "approval.resolved"]
        assert [row["payload"]["decision"] for row in resolved] == [wire]


async def test_a_decision_keeps_the_intent_as_its_command_id(stage: Stage) -> None:
    await carried_out(stage, stage.source().decide(approval(stage), "the-intent"))
    assert "the-intent" in stage.world.receipts


async def test_what_was_answered_elsewhere_is_stale_and_not_sent(stage: Stage) -> None:
    command = approval(stage)
    stage.do("thread.approval.respond", threadId="t1", requestId=command.ask, decision="decline")
    stage.world.advance(5)
    with pytest.raises(Stale, match="answered elsewhere: decline"):
        await stage.source().decide(command, "intent")
    assert dispatches(stage) == 0


async def test_two_cockpits_answer_and_one_of_them_is_told(stage: Stage) -> None:
    command = approval(stage)
    ours, theirs = stage.source(), stage.source()
    other = c.Decide(REF, command.ask, Decision.DECLINE)
    results = await carried_out(
        stage, asyncio.gather(ours.decide(command, "a"), theirs.decide(other, "b"), return_exceptions=True)
    )
    assert {type(result) for result in results} == {Outcome, Stale}
    (stale,) = [result for result in results if isinstance(result, Stale)]
    assert "answered elsewhere" in str(stale)


async def test_a_request_that_died_with_its_session_is_stale_with_the_ways_out(stage: Stage) -> None:
    command = approval(stage)
    stage.world.restart()
    with pytest.raises(Stale, match="gone") as error:
        await carried_out(stage, stage.source().decide(command, "intent"))
    assert "Send the thread a message" in error.value.fix
    assert "stop its session" in error.value.fix


async def test_a_request_that_never_was_is_stale(stage: Stage) -> None:
    approval(stage)
    with pytest.raises(Stale, match="no such request"):
        await stage.source().decide(c.Decide(REF, "nope", Decision.ACCEPT), "intent")
    assert dispatches(stage) == 0


async def test_a_thread_that_was_archived_takes_its_request_along(stage: Stage) -> None:
    command = approval(stage)
    stage.do("thread.archive", threadId="t1")
    with pytest.raises(Stale, match="archived or deleted"):
        await stage.source().decide(command, "intent")


async def test_what_is_not_confirmed_in_time_is_said_so(stage: Stage) -> None:
    command = approval(stage)
    stage.world.agents["t1"].decide = lambda *_: None  # type: ignore[method-assign]
    source = stage.source(patience=Patience(seconds=0.1, pauses=(0.01,)))
    with pytest.raises(Unconfirmed, match=r"did not confirm it within 0\.1 s"):
        await source.decide(command, "intent")


async def test_a_token_that_may_only_read_is_refused_by_scope(stage: Stage) -> None:
    command = approval(stage)
    with pytest.raises(AuthError, match="orchestration:operate") as error:
        await stage.source(token=stage.server.issue("orchestration:read")).decide(command, "intent")
    assert error.value.scope == "orchestration:operate"


# nothing is sent twice


@pytest.mark.parametrize("after", [True, False])
async def test_a_lost_answer_is_asked_for_again_under_the_same_id(stage: Stage, after: bool) -> None:
    stage.thread()
    stage.server.faults.add(faults.Drop(path=DISPATCH, after=after, times=1))
    await stage.source().send(c.Send(REF, "hello"), "intent")
    assert dispatches(stage) == 2
    assert [row["text"] for row in stage.world.threads["t1"].messages if row["role"] == "user"] == ["hello"]


async def test_a_time_out_resends_and_never_doubles(stage: Stage) -> None:
    stage.thread()
    stage.server.faults.add(faults.Hang(path=DISPATCH, times=1))
    await stage.source(timeout=0.1).send(c.Send(REF, "hello"), "intent")
    stage.server.faults.clear()
    await eventually(lambda: dispatches(stage) == 2)
    assert [row["text"] for row in stage.world.threads["t1"].messages if row["role"] == "user"] == ["hello"]


async def test_an_answer_that_never_comes_is_unconfirmed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.runtimes.t3.http._RESEND_AFTER", (0.01, 0.01))
    stage.thread()
    stage.server.faults.add(faults.Drop(path=DISPATCH))
    with pytest.raises(Unconfirmed, match="no answer came"):
        await stage.source().send(c.Send(REF, "hello"), "intent")
    assert dispatches(stage) == 3


@pytest.mark.parametrize("after", [True, False])
async def test_what_arrived_without_an_answer_is_looked_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr("cockpit.runtimes.t3.http._RESEND_AFTER", ())
    command = approval(stage)
    stage.thread("t2")
    stage.server.faults.add(faults.Drop(path=DISPATCH, after=after))
    source = stage.source(patience=Patience(seconds=0.5, pauses=(0.01,)))
    orders = (source.decide(command, "one"), source.send(c.Send(Ref("home", "t2"), "hello"), "two"))
    results = await carried_out(stage, asyncio.gather(*orders, return_exceptions=True))
    assert [type(result) for result in results] == ([Outcome, Outcome] if after else [Unconfirmed, Unconfirmed])
    assert after or str(results[0]).startswith("The server said nothing to the answer")


async def test_a_server_that_is_gone_got_nothing(stage: Stage) -> None:
    stage.thread()
    source = stage.source()
    await stage.server.stop()
    with pytest.raises(SourceError, match="Nothing listens"):
        await source.send(c.Send(REF, "hello"), "intent")


# questions


async def test_answers_arrive_as_the_server_wants_them(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", *QUESTIONS)
    answers = {"Which colour?": "Blue", "Which toppings?": ("Cheese", "Basil")}
    outcome = await carried_out(stage, stage.source().answer(c.Answer(REF, stage.request("t1"), answers), "intent"))
    assert outcome.text == "Answered: Blue; Cheese, Basil."
    (resolved,) = [row for row in stage.world.threads["t1"].activities if row["kind"] == "user-input.resolved"]
    assert resolved["payload"]["answers"] == {"Which colour?": "Blue", "Which toppings?": ["Cheese", "Basil"]}


async def test_free_text_is_an_answer_too(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", *QUESTIONS)
    answers = {"Which colour?": "  a warm grey ", "Which toppings?": "none"}
    await carried_out(stage, stage.source().answer(c.Answer(REF, stage.request("t1"), answers), "intent"))
    (resolved,) = [row for row in stage.world.threads["t1"].activities if row["kind"] == "user-input.resolved"]
    assert resolved["payload"]["answers"]["Which toppings?"] == ["none"]


async def test_an_answer_to_a_question_nobody_asked_is_not_sent(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", *QUESTIONS)
    with pytest.raises(Refused, match="no such question"):
        await stage.source().answer(c.Answer(REF, stage.request("t1"), {"Why?": "Because"}), "intent")
    assert dispatches(stage) == 0


async def test_questions_answered_elsewhere_are_told_with_the_answer(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", *QUESTIONS)
    request, theirs = stage.request("t1"), {"Which colour?": "Red", "Which toppings?": ["Basil"]}
    stage.do("thread.user-input.respond", threadId="t1", requestId=request, answers=theirs)
    stage.world.advance(5)
    with pytest.raises(Stale, match="answered elsewhere: Red; Basil"):
        await stage.source().answer(c.Answer(REF, request, {"Which colour?": "Blue"}), "intent")


# plans


async def test_a_plan_is_implemented_in_default_mode(stage: Stage) -> None:
    stage.thread(interactionMode="plan")
    stage.turn("t1", "plan it", *PLAN)
    plan = stage.world.threads["t1"].plans[0]["id"]
    await carried_out(stage, stage.source().implement(c.ImplementPlan(REF, plan), "intent"))
    row = stage.world.threads["t1"]
    assert row.interaction_mode == "default"
    assert row.plans[0]["implementedAt"]
    assert row.messages[-1]["text"].startswith("PLEASE IMPLEMENT THIS PLAN:\n# Demo plan") or any(
        message["text"].startswith("PLEASE IMPLEMENT THIS PLAN:\n# Demo plan") for message in row.messages
    )
    assert {"intent", "intent-2"} <= set(stage.world.receipts)


async def test_a_plan_is_not_implemented_twice_nor_an_unknown_one_once(stage: Stage) -> None:
    stage.thread(interactionMode="plan")
    stage.turn("t1", "plan it", *PLAN)
    plan = stage.world.threads["t1"].plans[0]["id"]
    source = stage.source()
    await carried_out(stage, source.implement(c.ImplementPlan(REF, plan), "intent"))
    with pytest.raises(Stale, match="being implemented already"):
        await source.implement(c.ImplementPlan(REF, plan), "again")
    with pytest.raises(Stale, match="does not know that plan"):
        await source.implement(c.ImplementPlan(REF, "nope"), "other")


# messages


async def test_a_message_repeats_the_threads_own_modes(stage: Stage) -> None:
    stage.thread(runtimeMode="full-access", interactionMode="plan")
    assert (await stage.source().send(c.Send(REF, "hello"), "intent")).text == "Sent."
    row = stage.world.threads["t1"]
    assert (row.runtime_mode, row.interaction_mode) == ("full-access", "plan")


async def test_a_message_to_a_running_turn_says_that_it_waits(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(1000))
    assert "after what runs now" in (await stage.source().send(c.Send(REF, "more"), "intent")).text


async def test_a_message_to_an_archived_thread_is_not_swallowed(stage: Stage) -> None:
    stage.thread()
    stage.do("thread.archive", threadId="t1")
    with pytest.raises(NotFound, match="archived or deleted"):
        await stage.source().send(c.Send(REF, "hello"), "intent")
    assert dispatches(stage) == 0


# management


async def test_an_interrupt_is_done_when_the_turn_rests(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(1000))
    outcome = await carried_out(stage, stage.source().manage(c.Interrupt(REF), "intent"))
    assert outcome.text == "Interrupted."
    assert stage.world.threads["t1"].status == "ready"


async def test_an_interrupt_of_nothing_says_so(stage: Stage) -> None:
    stage.thread()
    assert (await stage.source().manage(c.Interrupt(REF), "intent")).text == "Nothing was running."
    assert dispatches(stage) == 0


async def test_a_session_is_stopped_when_it_is_stopped(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(1000))
    source = stage.source()
    await carried_out(stage, source.manage(c.StopSession(REF), "intent"))
    assert stage.world.threads["t1"].status == "stopped"
    assert (await source.manage(c.StopSession(REF), "again")).text == "It had no session any more."


async def test_modes_are_set_one_after_the_other(stage: Stage) -> None:
    stage.thread()
    command = c.SetModes(REF, runtime_mode="full-access", interaction_mode="plan")
    outcome = await stage.source().manage(command, "intent")
    assert outcome.text == "Set interaction mode plan and runtime mode full-access."
    row = stage.world.threads["t1"]
    assert (row.runtime_mode, row.interaction_mode) == ("full-access", "plan")


async def test_a_runtime_mode_is_not_changed_under_a_running_turn_unasked(stage: Stage) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(1000))
    source = stage.source()
    with pytest.raises(Refused, match="ends the running turn"):
        await source.manage(c.SetModes(REF, runtime_mode="full-access"), "intent")
    assert dispatches(stage) == 0
    await source.manage(c.SetModes(REF, runtime_mode="full-access", confirmed=True), "intent")


async def test_shelves_and_names(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source()

    async def after(command: Any, intent: str) -> Any:
        await source.manage(command, intent)
        await source.read(facts)
        return facts.threads.get("t1")

    assert (await after(c.Rename(REF, "Better"), "1")).title == "Better"
    assert (await after(c.Settle(REF), "2")).settled
    assert not (await after(c.Unsettle(REF), "3")).settled
    until = stage.world.clock.now() + timedelta(hours=1)
    assert (await after(c.Snooze(REF, until), "4")).snoozed_until == until
    assert (await after(c.Unsnooze(REF), "5")).snoozed_until is None
    assert await after(c.Archive(REF), "6") is None
    assert (await after(c.Unarchive(REF), "7")).title == "Better"
    with pytest.raises(Refused, match="must be confirmed"):
        await source.manage(c.Delete(REF), "8")
    assert await after(c.Delete(REF, confirmed=True), "9") is None


# refusals in words


@pytest.mark.parametrize(
    ("prepare", "command", "words"),
    [
        (["thread.archive"], c.Archive(REF), "not in the fleet any more"),
        (["thread.delete"], c.Rename(REF, "x"), "not in the fleet any more"),
        ([], c.Unarchive(REF), "is not archived"),
    ],
)
async def test_a_refusal_is_explained_from_the_state(
    stage: Stage, prepare: list[str], command: Any, words: str
) -> None:
    stage.thread()
    for kind in prepare:
        stage.do(kind, threadId="t1")
    with pytest.raises(Rejected, match=words) as error:
        await stage.source().manage(command, "intent")
    assert error.value.fix
    assert dispatches(stage) == 1


@pytest.mark.parametrize(("steps", "words"), [((Think(1000),), "it works"), (APPROVAL, "it works|waits for an answer")])
async def test_why_a_thread_does_not_settle(stage: Stage, steps: Any, words: str) -> None:
    stage.thread()
    stage.turn("t1", "go", *steps)
    with pytest.raises(Rejected, match=words):
        await stage.source().manage(c.Settle(REF), "intent")


async def test_an_old_server_does_not_know_the_command(old: Stage) -> None:
    old.thread()
    with pytest.raises(Rejected, match="does not understand"):
        await old.source().manage(c.Settle(REF), "intent")


async def test_the_socket_lends_its_words_where_the_state_says_nothing(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
        stage.thread("t2")
        stage.do("thread.archive", threadId="t2", commandId="taken")
        with pytest.raises(Rejected) as error:
            await source.manage(c.Rename(REF, "x"), "taken")
        assert "taken" in error.value.message
        assert "without saying why" not in error.value.message


# projects


async def test_a_project_is_made_and_a_second_one_there_is_not(stage: Stage, facts: Facts) -> None:
    stage.world.directories.add("/ws/new")
    source = stage.source()
    outcome = await source.create_project(c.CreateProject("home", "New", "/ws/new"), "intent")
    assert "New" in outcome.text
    await source.read(facts)
    assert [project.path for project in facts.projects.values()] == ["/ws/new"]
    with pytest.raises(Rejected, match="“New” already has that directory"):
        await source.create_project(c.CreateProject("home", "Again", "/ws/new/"), "other")


async def test_a_project_where_there_is_no_directory(stage: Stage) -> None:
    with pytest.raises(Rejected, match="no directory /nowhere/at/all"):
        await stage.source().create_project(c.CreateProject("home", "X", "/nowhere/at/all"), "intent")


async def test_every_order_asks_for_a_read(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    stage.thread()
    source = stage.source(poll_seconds=30.0)
    async with stage.running(source, facts):
        await facts.until(lambda: PROJECT in facts.projects)
        await source.manage(c.Rename(REF, "Better"), "intent")
        await facts.until(lambda: facts.threads["t1"].title == "Better")
        assert facts.threads["t1"].status is Status.IDLE


def test_a_source_has_every_capability_of_the_ports() -> None:
    from cockpit.core import ports

    for port in (
        ports.CanConverse,
        ports.CanDiff,
        ports.CanSearch,
        ports.CanArchive,
        ports.CanApprove,
        ports.CanAnswer,
        ports.CanPlan,
        ports.CanSend,
        ports.CanDispatch,
        ports.CanManage,
    ):
        assert issubclass(T3Source, port)
