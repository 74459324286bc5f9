"""Polls and socket together: quick while there is no socket, quiet while there is one, and never a flap."""

import asyncio

import pytest
from t3_kit import APPROVAL, Facts, Stage, eventually

from cockpit.demo.t3 import faults, record
from cockpit.demo.t3.steps import Say, Think, Use
from cockpit.model.facts import SourceRead, ThreadSeen
from cockpit.model.health import Health
from cockpit.model.work import Status

SHELL = "GET /api/orchestration/shell"


def polls(stage: Stage) -> int:
    return stage.server.faults.requests.count(SHELL)


async def socketed(facts: Facts) -> None:
    await facts.until(lambda: facts.states and facts.state.link == "socket", "the socket is up")


async def test_the_socket_takes_over_from_the_polls(stage: Stage, facts: Facts) -> None:
    stage.thread()
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        before = polls(stage)
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")
        stage.thread("t2")
        await facts.until(lambda: "t2" in facts.threads)
        stage.do("thread.archive", threadId="t1")
        await facts.until(lambda: "t1" not in facts.threads)
        stage.project("p2", "/ws/two", "Two")
        await facts.until(lambda: "p2" in facts.projects)
        stage.do("project.delete", projectId="p2")
        await facts.until(lambda: "p2" not in facts.projects)
        assert polls(stage) == before
        assert facts.count(SourceRead) == 1


async def test_an_ask_that_comes_over_the_socket_comes_with_its_words(stage: Stage, facts: Facts) -> None:
    stage.thread()
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        stage.turn("t1", "go", *APPROVAL)
        await facts.until(lambda: facts.threads["t1"].status is Status.APPROVAL)
        first = next(
            fact.thread for fact in facts.all if isinstance(fact, ThreadSeen) and fact.thread.status is Status.APPROVAL
        )
        assert [ask.summary for ask in first.asks] == ["Bash: touch made.txt"]


async def test_a_dropped_socket_is_polled_around_and_comes_back(stage: Stage, facts: Facts) -> None:
    stage.thread()
    async with stage.running(stage.source(reconnect_seconds=0.02), facts):
        await socketed(facts)
        reads = facts.count(SourceRead)
        stage.server.faults.drop_websockets()
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")
        await eventually(lambda: stage.server.sockets.count == 1)
        await socketed(facts)
        stage.do("thread.meta.update", threadId="t1", title="Renamed again")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed again")
        assert {state.health for state in facts.states} == {Health.UP}
        assert facts.count(SourceRead) <= reads + 2


async def test_a_server_that_drops_each_socket_is_asked_less_and_less(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source(reconnect_seconds=0.01)
    async with stage.running(source, facts):
        for drops in range(4):
            await eventually(lambda drops=drops: source._live._tries == drops and source._live.up.is_set())
            stage.server.faults.drop_websockets()
        await facts.until(lambda: facts.state.link == "polling")
        assert source._live._pause() > 0.05
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")
        assert {state.health for state in facts.states} == {Health.UP}


async def test_what_happened_while_the_socket_was_gone_is_not_missed(stage: Stage, facts: Facts) -> None:
    stage.thread()
    async with stage.running(stage.source(reconnect_seconds=0.02), facts):
        await socketed(facts)
        stage.server.faults.refuse_websockets()
        stage.server.faults.drop_websockets()
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")
        assert facts.state.health is Health.UP
        await facts.until(lambda: any("No socket, polling instead" in note for note in facts.state.notes))


async def test_without_a_socket_the_polls_go_on(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.server.faults.refuse_websockets()
    async with stage.running(stage.source(poll_seconds=0.02), facts):
        await eventually(lambda: polls(stage) >= 4)
        stage.turn("t1", "go", *APPROVAL)
        await facts.until(lambda: bool(facts.threads["t1"].asks))
        assert facts.state.link == "polling"


async def test_a_mute_socket_leaves_the_polls_their_rhythm(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.server.faults.mute_websockets()
    async with stage.running(stage.source(poll_seconds=0.02), facts):
        await eventually(lambda: polls(stage) >= 4)
        assert facts.state.link == "polling"
        assert facts.state.health is Health.UP


async def test_failures_back_off_and_a_nudge_does_not_wait(stage: Stage, facts: Facts) -> None:
    stage.server.faults.add(faults.Status(500))
    source = stage.source(poll_seconds=0.02)
    async with stage.running(source, facts):
        await facts.until(lambda: len(facts.states) >= 3)
        delays = []
        for failures in range(1, 14):
            source._feed.pulse._failures = failures
            delays.append(source._delay())
        assert delays[0] < 0.03
        assert delays[-1] > 15
        assert delays[-1] <= 33
        stage.server.faults.clear()
        source.nudge()
        await facts.until(lambda: facts.state.health is Health.UP)


async def test_nobody_looking_means_reading_less_and_coming_back_reads_now(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    source = stage.source(poll_seconds=0.02)
    async with stage.running(source, facts):
        await eventually(lambda: polls(stage) >= 2)
        source.quiet(True)
        assert source._delay() >= 9
        await eventually(lambda: not source._wake.is_set())
        before = polls(stage)
        source.quiet(False)
        await eventually(lambda: polls(stage) > before)


async def test_a_restart_of_the_server_is_gone_through(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source(poll_seconds=0.02, reconnect_seconds=0.02)
    async with stage.running(source, facts):
        await socketed(facts)
        port = stage.server.port
        await stage.server.stop()
        await facts.until(lambda: facts.state.health is Health.LATE)
        assert set(facts.threads) == {"t1"}
        assert "Nothing listens" in facts.state.reason
        stage.thread("t2")
        await stage.server.start(port)
        await facts.until(lambda: "t2" in facts.threads)
        await socketed(facts)


async def test_a_history_that_went_back_starts_the_subscription_over(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source(reconnect_seconds=0.02)
    async with stage.running(source, facts):
        await socketed(facts)
        stage.server.faults.add(faults.Backwards(path="/api/orchestration/shell", by=1, times=2))
        source.nudge()
        await facts.until(lambda: any("went back" in note for note in facts.state.notes))
        await facts.until(lambda: facts.state.link == "polling" or facts.states[-1].link == "socket")
        stage.do("thread.meta.update", threadId="t1", title="Renamed")
        await facts.until(lambda: facts.threads["t1"].title == "Renamed")


async def test_an_old_server_is_nudged_by_its_socket(old: Stage, facts: Facts) -> None:
    old.thread()
    async with old.running(old.source(poll_seconds=0.05), facts):
        await socketed(facts)
        old.turn("t1", "go", *APPROVAL)
        await facts.until(lambda: bool(facts.threads["t1"].asks))


async def test_offers_come_with_the_socket(stage: Stage, facts: Facts) -> None:
    async with stage.running(stage.source(), facts):
        await facts.until(lambda: facts.states and facts.state.offers)
    claude = facts.state.offers[0]
    assert claude.instance == "claudeAgent"
    assert claude.ready
    assert claude.models
    assert facts.state.default_model is not None


async def test_a_working_thread_tells_what_it_does(stage: Stage, facts: Facts) -> None:
    stage.thread(runtimeMode="full-access")
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        stage.turn("t1", "go", Say("Hm."), Use("Bash", {"command": "pytest -q"}, seconds=500), seconds=20)
        await facts.until(lambda: facts.threads["t1"].detail == "Bash: pytest -q")
        assert facts.threads["t1"].status is Status.WORKING


async def test_what_a_thread_does_is_looked_at_again_as_it_goes_on(
    stage: Stage, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.runtimes.t3.rows.GLANCE_AGAIN", 0.01)
    monkeypatch.setattr("cockpit.runtimes.t3.learn.LEARN_AGAIN", 0.01)
    stage.thread(runtimeMode="full-access")
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        steps = (Use("Bash", {"command": "make one"}, seconds=50), Use("Bash", {"command": "make two"}, seconds=500))
        stage.turn("t1", "go", *steps, seconds=20)
        await facts.until(lambda: facts.threads["t1"].detail == "Bash: make one")
        stage.world.advance(60)
        await facts.until(lambda: facts.threads["t1"].detail == "Bash: make two")


async def test_a_second_ask_right_behind_the_first_is_read_too(
    stage: Stage, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.runtimes.t3.rows.LEARN_AGAIN", 0.05)
    monkeypatch.setattr("cockpit.runtimes.t3.learn.LEARN_AGAIN", 0.05)
    stage.thread()
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        stage.turn("t1", "go", *APPROVAL)
        await facts.until(lambda: len(facts.threads["t1"].asks) == 1)
        row = stage.world.threads["t1"]
        payload = {"requestId": "second", "requestKind": "command", "detail": "Bash: two"}
        record.note(stage.world, row, "approval.requested", "Command approval requested", payload, tone="approval")
        await facts.until(lambda: len(facts.threads["t1"].asks) == 2)


async def test_a_frozen_world_stays_silent(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", Think(100000), seconds=5)
    async with stage.running(stage.source(), facts):
        await socketed(facts)
        await facts.until(lambda: facts.state.offers)
        quiet = len(facts.all)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(facts.all) == quiet


async def test_stopping_leaves_nothing_behind(stage: Stage, facts: Facts) -> None:
    stage.thread()
    before = asyncio.all_tasks()
    source = stage.source()
    async with stage.running(source, facts):
        await socketed(facts)
    await source.close()
    await eventually(lambda: {task for task in asyncio.all_tasks() - before if "t3" in task.get_name()} == set())
    await eventually(lambda: stage.server.sockets.count == 0)


@pytest.mark.parametrize("fault", [faults.Html(), faults.Status(503)])
async def test_a_source_that_starts_before_its_server_is_ready_gets_there(
    stage: Stage, facts: Facts, fault: faults.Fault
) -> None:
    stage.thread()
    stage.server.faults.add(fault)
    async with stage.running(stage.source(poll_seconds=0.02, reconnect_seconds=0.02), facts):
        await facts.until(lambda: facts.states and facts.state.health is Health.DOWN)
        stage.server.faults.clear()
        await facts.until(lambda: "t1" in facts.threads)
        await socketed(facts)
