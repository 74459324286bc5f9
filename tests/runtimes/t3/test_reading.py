"""Reading a server once and again: what is in the fleet, what is fetched for it, and what is left alone."""

import asyncio
from typing import Any

import pytest
from t3_kit import APPROVAL, PLAN, PROJECT, QUESTIONS, Facts, Stage

from cockpit.demo.t3.steps import Think
from cockpit.model.asks import AskKind
from cockpit.model.facts import SourceChanged, SourceRead
from cockpit.model.health import Health
from cockpit.model.work import Capability, Status

BOTH = pytest.mark.parametrize("version", ["0.0.28", "0.0.33"])


@BOTH
async def test_one_read_brings_the_whole_fleet_with_its_asks(version: str, facts: Facts) -> None:
    async with Stage(version=version) as stage:
        for name, steps in (("a", APPROVAL), ("q", QUESTIONS), ("p", PLAN)):
            mode = "plan" if name == "p" else "default"
            stage.thread(name, interactionMode=mode)
            stage.turn(name, "go", *steps)
        stage.thread("idle")
        await stage.source().read(facts)
    assert facts.state.health is Health.UP
    assert (facts.state.version, facts.state.link, facts.state.can_dispatch) == (version, "polling", True)
    assert {name: thread.status for name, thread in facts.threads.items()} == {
        "a": Status.APPROVAL,
        "q": Status.QUESTION,
        "p": Status.PLAN,
        "idle": Status.IDLE,
    }
    assert {name: [ask.kind for ask in thread.asks] for name, thread in facts.threads.items()} == {
        "a": [AskKind.APPROVAL],
        "q": [AskKind.QUESTION],
        "p": [AskKind.PLAN],
        "idle": [],
    }
    assert facts.threads["a"].asks[0].place == "/ws/demo"
    assert [project.title for project in facts.projects.values()] == ["Demo"]
    assert str(facts.threads["a"].project) == f"home:{PROJECT}"


async def test_the_first_fact_of_a_read_is_health_and_the_second_the_whole(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    await stage.source().read(facts)
    assert [type(fact) for fact in facts.all] == [SourceChanged, SourceRead]


@BOTH
async def test_archived_and_deleted_threads_are_not_in_the_fleet(version: str, facts: Facts) -> None:
    async with Stage(version=version) as stage:
        for name in ("stays", "archived", "deleted"):
            stage.thread(name)
        stage.do("thread.archive", threadId="archived")
        stage.do("thread.delete", threadId="deleted")
        source = stage.source()
        await source.read(facts)
        assert set(facts.threads) == {"stays"}
        (put_away,) = await source.archived()
        assert (put_away.ref.native, put_away.archived, put_away.status) == ("archived", True, Status.IDLE)


async def test_archived_threads_are_had_over_http_when_there_is_no_socket(stage: Stage) -> None:
    stage.thread()
    stage.do("thread.archive", threadId="t1")
    stage.server.faults.refuse_websockets()
    assert [thread.ref.native for thread in await stage.source().archived()] == ["t1"]


async def test_an_unchanged_fleet_is_not_reported_again(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    source = stage.source()
    for _ in range(3):
        await source.read(facts)
    assert facts.count(SourceRead) == 1
    assert facts.count(SourceChanged) == 3
    details = [request for request in stage.server.faults.requests if "/threads/" in request]
    assert len(details) == 1


async def test_only_what_moved_is_read_again(stage: Stage, facts: Facts) -> None:
    for name in ("a", "b"):
        stage.thread(name)
        stage.turn(name, "go", *APPROVAL)
    source = stage.source()
    await source.read(facts)
    before = dict(facts.threads)
    stage.do("thread.meta.update", threadId="b", title="Renamed")
    await source.read(facts)
    assert facts.threads["a"] is before["a"]
    assert facts.threads["b"].title == "Renamed"
    details = [request.rpartition("/")[2] for request in stage.server.faults.requests if "/threads/" in request]
    assert details.count("a") == 1


async def test_many_asks_are_fetched_a_few_at_a_time(stage: Stage, facts: Facts) -> None:
    for number in range(20):
        stage.thread(f"t{number}")
        stage.turn(f"t{number}", "go", *APPROVAL)
    await stage.source().read(facts)
    assert all(len(thread.asks) == 1 for thread in facts.threads.values())


async def test_an_ask_beyond_the_newest_turns_is_still_found(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    stage.world.restart()
    for number in range(8):
        stage.turn("t1", f"more {number}", seconds=60)
    row = stage.world.threads["t1"]
    if not row.open_approvals:
        row.open_approvals.add("left over")
    await stage.source().read(facts)
    thread = facts.threads["t1"]
    assert thread.status is Status.APPROVAL
    assert thread.asks or "does not tell what waits" in thread.detail


async def test_a_stale_flag_is_said_to_be_one(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    stage.world.restart()
    await stage.source().read(facts)
    thread = facts.threads["t1"]
    assert thread.status is Status.APPROVAL
    assert thread.detail.endswith("(its session is error: the request may be dead)")


async def test_capabilities_follow_the_servers_version(stage: Stage, old: Stage) -> None:
    for server, modern in ((stage, True), (old, False)):
        server.thread()
        facts = Facts()
        await server.source().read(facts)
        assert facts.threads["t1"].can(Capability.SETTLE) is modern
        assert facts.threads["t1"].can(Capability.SNOOZE) is modern
        assert facts.threads["t1"].can(Capability.APPROVE)
        assert ("auto" in facts.state.runtime_modes) is modern


@pytest.mark.parametrize("web_assets", [True, False])
async def test_an_old_server_is_known_by_what_it_does_not_answer(facts: Facts, web_assets: bool) -> None:
    async with Stage(version="0.0.28", web_assets=web_assets) as stage:
        stage.thread()
        source = stage.source()
        await source.read(facts)
        await source.read(facts)
        assert set(facts.threads) == {"t1"}
        assert stage.server.faults.requests.count("GET /api/orchestration/shell") == 1


async def test_a_server_that_was_updated_meanwhile_is_read_anew(facts: Facts, old: Stage, stage: Stage) -> None:
    old.thread()
    stage.thread("new")
    token = [old.server.token]

    async def provide() -> str | None:
        return token[0]

    source = old.source(provider=provide)
    await source.read(facts)
    port = old.server.port
    await old.server.stop()
    await source.read(facts)
    await stage.server.stop()
    await stage.server.start(port)
    token[0] = stage.server.token
    await source.read(facts)
    assert set(facts.threads) == {"new"}
    assert facts.state.version == "0.0.33"


async def test_a_start_on_its_way_turns_into_rest_by_time_alone(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(1), seconds=0)
    row = stage.world.threads["t1"]
    row.session, row.latest_turn = None, None
    source = stage.source()
    await source.read(facts)
    assert facts.threads["t1"].status is Status.STARTING
    stage.world.clock.move_to(stage.world.clock.now().replace(minute=10))
    await source.read(facts)
    assert facts.threads["t1"].status is Status.IDLE


async def test_compressed_answers_are_asked_for(stage: Stage, facts: Facts) -> None:
    seen: list[bytes] = []
    answer = stage.server._answer

    async def spy(scope, receive, send):  # type: ignore[no-untyped-def]
        seen.extend(value for name, value in scope["headers"] if name == b"accept-encoding")
        await answer(scope, receive, send)

    stage.server._answer = spy  # type: ignore[method-assign]
    for number in range(30):
        stage.thread(f"t{number}")
    await stage.source().read(facts)
    assert set(seen) == {b"gzip"}
    assert len(facts.threads) == 30


async def test_a_poll_that_was_overtaken_by_the_socket_undoes_nothing(stage: Stage, facts: Facts) -> None:
    stage.thread()
    gate, built = asyncio.Event(), asyncio.Event()
    answer = stage.server._answer

    async def late(scope: Any, receive: Any, send: Any) -> None:
        kept: list[Any] = []

        async def keep(message: Any) -> None:
            kept.append(message)

        await answer(scope, receive, keep)
        built.set()
        await gate.wait()
        for message in kept:
            await send(message)

    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
        stage.server._answer = late  # type: ignore[method-assign]
        source.nudge()
        await built.wait()
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")
        reads, told = facts.count(SourceRead), len(facts.states)
        stage.server._answer = answer  # type: ignore[method-assign]
        gate.set()
        await facts.until(lambda: len(facts.states) > told, "the late poll is through")
        assert facts.threads["t1"].title == "Renamed"
        assert facts.count(SourceRead) == reads
        assert facts.state.notes == ()
