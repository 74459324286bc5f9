"""What the core may rely on with every source, whatever runs behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from rig import Rig
from t3_kit import Facts

from cockpit.core import commands as c
from cockpit.core import ports
from cockpit.model.asks import AskKind, Decision
from cockpit.model.errors import CockpitError, NotFound, Stale
from cockpit.model.facts import SourceChanged, SourceRead, TalkDropped, TalkRead, ThreadGone
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.text import clean
from cockpit.model.work import Capability, Status

PORT_OF = {
    Capability.SEND: ports.CanSend,
    Capability.APPROVE: ports.CanApprove,
    Capability.ANSWER: ports.CanAnswer,
    Capability.PLAN: ports.CanPlan,
    Capability.CONVERSE: ports.CanConverse,
    Capability.DIFF: ports.CanDiff,
    Capability.INTERRUPT: ports.CanManage,
    Capability.STOP: ports.CanManage,
    Capability.MODES: ports.CanManage,
    Capability.RENAME: ports.CanManage,
    Capability.ARCHIVE: ports.CanManage,
    Capability.SETTLE: ports.CanManage,
    Capability.SNOOZE: ports.CanManage,
    Capability.DELETE: ports.CanManage,
    Capability.RESUME: ports.CanManage,
    Capability.CLOSE: ports.CanManage,
}


@contextlib.asynccontextmanager
async def running(rig: Rig, facts: Facts) -> AsyncIterator[None]:
    task = asyncio.create_task(rig.source.run(facts))
    try:
        await facts.until(lambda: rig.thread.native in facts.threads, "the first whole read")
        yield
        assert not task.done(), "run ended by itself"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def times(value: Any) -> list[datetime]:
    if isinstance(value, datetime):
        return [value]
    if isinstance(value, tuple):
        return [at for item in value for at in times(item)]
    fields = getattr(value, "__dataclass_fields__", {})
    return [at for name in fields for at in times(getattr(value, name))]


async def test_a_read_tells_health_and_then_the_whole(rig: Rig, facts: Facts) -> None:
    await rig.source.read(facts)
    kinds = [type(fact) for fact in facts.all]
    assert kinds.index(SourceChanged) < kinds.index(SourceRead)
    assert (facts.state.name, facts.state.kind) == (rig.source.name, rig.source.kind)
    assert facts.state.health is Health.UP
    assert facts.state.reason == ""
    assert rig.thread.native in facts.threads


async def test_threads_are_named_by_their_source_and_come_with_evidence(rig: Rig, facts: Facts) -> None:
    await rig.source.read(facts)
    for thread in facts.threads.values():
        assert thread.ref.source == rig.source.name
        assert thread.evidence
        assert all(fact.source == rig.source.name and fact.fact for fact in thread.evidence)
        assert thread.status not in (Status.FROZEN, Status.DONE), "those need the ledger"
        assert not thread.stale
        assert not thread.archived
        assert thread.title == clean(thread.title)
        assert thread.detail == clean(thread.detail)


async def test_every_time_is_aware_utc(rig: Rig, facts: Facts) -> None:
    await rig.source.read(facts)
    found = [at for fact in facts.all for at in times(fact)]
    assert found
    assert all(at.tzinfo is not None and at.utcoffset() == UTC.utcoffset(None) for at in found)


async def test_a_capability_has_its_port(rig: Rig, facts: Facts) -> None:
    await rig.source.read(facts)
    for thread in facts.threads.values():
        for capability in thread.capabilities:
            if capability in PORT_OF:
                assert isinstance(rig.source, PORT_OF[capability])


async def test_an_ask_tells_all_and_needs_you(rig: Rig, facts: Facts) -> None:
    if rig.waiting is None:
        pytest.skip("this runtime knows no asks")
    await rig.source.read(facts)
    thread = facts.threads[rig.waiting.native]
    assert thread.status.needs_you
    for ask in thread.asks:
        assert ask.id
        assert ask.thread == thread.ref
        assert ask.title
        assert ask.summary
        assert "\n" not in ask.summary
        assert (ask.kind is AskKind.APPROVAL) == bool(ask.decisions)
    assert thread.asks


async def test_a_second_read_of_the_same_says_the_same(rig: Rig, facts: Facts) -> None:
    await rig.source.read(facts)
    before = dict(facts.threads)
    await rig.source.read(facts)
    assert facts.threads == before


async def test_what_cannot_be_read_is_a_fact_and_no_exception(rig: Rig, facts: Facts) -> None:
    await rig.break_down()
    await rig.source.read(facts)
    assert facts.state.health in (Health.DOWN, Health.AUTH, Health.ABSENT)
    assert facts.state.reason.endswith((".", "!", "?"))
    assert facts.state.fix
    assert not facts.count(SourceRead), "an empty list is not what was read"


async def test_a_running_source_tells_changes(rig: Rig, facts: Facts) -> None:
    async with running(rig, facts):
        before = facts.threads[rig.thread.native]
        await rig.change()
        await facts.until(lambda: facts.threads[rig.thread.native] != before)
        new = await rig.add()
        await facts.until(lambda: new.native in facts.threads)
        await rig.remove(new)
        await facts.until(lambda: new.native not in facts.threads)


async def test_a_failure_loses_nothing_and_heals(rig: Rig, facts: Facts) -> None:
    async with running(rig, facts):
        known = set(facts.threads)
        await rig.break_down()
        rig.source.nudge()
        await facts.until(lambda: facts.state.health is not Health.UP)
        assert facts.state.reason
        assert set(facts.threads) == known
        assert not facts.count(ThreadGone)
        await rig.mend()
        rig.source.nudge()
        await facts.until(lambda: facts.state.health is Health.UP)
        assert set(facts.threads) == known


async def test_a_source_can_be_run_again_after_it_was_cancelled(rig: Rig, facts: Facts) -> None:
    async with running(rig, facts):
        pass
    anew = Facts()
    async with running(rig, anew):
        assert anew.threads == facts.threads, "whoever listens anew hears the whole"


async def test_nothing_is_told_after_the_end(rig: Rig, facts: Facts) -> None:
    async with running(rig, facts):
        pass
    told = len(facts.all)
    await rig.change()
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(facts.all) == told


async def test_hints_may_come_at_any_time(rig: Rig, facts: Facts) -> None:
    rig.source.nudge()
    rig.source.quiet(True)
    rig.source.quiet(False)
    async with running(rig, facts):
        rig.source.quiet(True)
        rig.source.nudge()
        rig.source.quiet(False)
    await rig.source.close()
    await rig.source.close()


async def test_a_conversation_is_told_while_it_is_followed(rig: Rig, facts: Facts) -> None:
    source = rig.source
    if not isinstance(source, ports.CanConverse):
        pytest.skip("this runtime has no conversations")
    thread = rig.waiting or rig.thread
    source.follow(thread, facts)
    await facts.until(lambda: facts.count(TalkRead))
    talk = facts.talks[thread.native]
    assert talk.thread == thread
    assert len({entry.id for entry in talk.entries}) == len(talk.entries)
    assert [entry.at for entry in talk.entries] == sorted(entry.at for entry in talk.entries)
    source.follow(None, facts)
    assert facts.count(TalkDropped) == 1
    with pytest.raises(CockpitError):
        await source.talk(Ref(source.name, "no-such-thread"))


async def test_an_answer_to_nothing_is_stale(rig: Rig, facts: Facts) -> None:
    source = rig.source
    if not isinstance(source, ports.CanApprove) or rig.waiting is None:
        pytest.skip("this runtime takes no decisions")
    await source.read(facts)
    with pytest.raises((Stale, NotFound)):
        await source.decide(c.Decide(rig.waiting, "no-such-request", Decision.ACCEPT), "intent")
    assert facts.threads[rig.waiting.native].asks


async def test_an_order_that_cannot_be_given_says_what_to_do(rig: Rig, facts: Facts) -> None:
    source = rig.source
    if not isinstance(source, ports.CanSend):
        pytest.skip("this runtime takes no messages")
    await source.read(facts)
    await rig.break_down()
    with pytest.raises(CockpitError) as error:
        await source.send(c.Send(rig.thread, "hello"), "intent")
    assert error.value.message
    assert error.value.fix
