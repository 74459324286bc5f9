"""Carrying out commands: what is checked, sent, confirmed and written down, and in which order."""

import asyncio
from dataclasses import dataclass

import pytest
from fakes import FakeSource, MemoryLedger
from fleet_kit import NOW, approval, question, ref, source, thread

from cockpit.core import commands as c
from cockpit.core.act import Actions
from cockpit.core.store import Store
from cockpit.model.asks import Decision
from cockpit.model.errors import HalfDone, LedgerError, Refused, Rejected, SourceError, Stale
from cockpit.model.facts import LedgerFailed, ProjectSeen, TeamSeen, ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.teams import Team
from cockpit.model.work import Capability, Freeze, Project, Status

ONE = ref("one")
ACCEPT = c.Decide(ONE, "req-1", Decision.ACCEPT)


@dataclass
class Desk:
    store: Store
    source: FakeSource
    ledger: MemoryLedger
    actions: Actions


@pytest.fixture
def desk() -> Desk:
    store, home, ledger = Store(lambda: NOW), FakeSource(), MemoryLedger()
    ids = iter(f"intent-{n}" for n in range(100))
    store.apply(source())
    actions = Actions(store, {"home": home}, ledger, clock=lambda: NOW, new_id=lambda: next(ids), who="ann")
    return Desk(store, home, ledger, actions)


def waiting(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread(status=Status.APPROVAL, asks=(approval(),))))


async def test_an_approval_is_sent_once_confirmed_and_recorded(desk: Desk) -> None:
    waiting(desk)
    outcome = await desk.actions.act(ACCEPT)
    assert outcome.text == "Done."
    assert desk.source.sent == [(ACCEPT, "intent-0")]
    assert [(s.ask.id, s.ending, s.by) for s in desk.ledger.settled] == [("req-1", "accept", "ann")]
    assert desk.ledger.audit == ["begin intent-0 Decide home:one", "end intent-0 Done."]


async def test_while_one_answer_is_on_its_way_a_second_is_refused(desk: Desk) -> None:
    waiting(desk)
    desk.source.gate = asyncio.Event()
    first = asyncio.create_task(desk.actions.act(ACCEPT))
    while not desk.source.sent:
        await asyncio.sleep(0)
    assert desk.store.fleet.sending == {"req-1": "decide"}
    with pytest.raises(Refused, match="on its way"):
        await desk.actions.act(ACCEPT)
    desk.source.gate.set()
    await first
    assert desk.store.fleet.sending == {}
    assert len(desk.source.sent) == 1


async def test_a_team_is_known_to_be_stopping_until_it_has_stopped(desk: Desk) -> None:
    crew = Team(ref("t"), "Release", "lead")
    desk.store.apply(TeamSeen(crew))
    desk.source.gate = asyncio.Event()
    stop = c.StopTeam(crew.ref, confirmed=True)
    first = asyncio.create_task(desk.actions.act(stop))
    while not desk.source.sent:
        await asyncio.sleep(0)
    assert str(crew.ref) in desk.store.fleet.sending
    with pytest.raises(Refused, match="being stopped"):
        await desk.actions.act(stop)
    desk.source.gate.set()
    await first
    assert desk.store.fleet.sending == {}


async def test_two_equal_orders_are_two_intents(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread()))
    await desk.actions.act(c.Send(ONE, "go"))
    await desk.actions.act(c.Send(ONE, "go"))
    assert [intent for _, intent in desk.source.sent] == ["intent-0", "intent-1"]


async def test_a_refused_command_reaches_neither_source_nor_audit(desk: Desk) -> None:
    with pytest.raises(Refused, match="no longer in the fleet"):
        await desk.actions.act(c.Send(ONE, "go"))
    assert (desk.source.sent, desk.ledger.audit) == ([], [])


async def test_a_stale_answer_is_recorded_as_stale_and_raised(desk: Desk) -> None:
    waiting(desk)
    desk.source.failure = Stale("The request is no longer open there.", fix="Send a message.")
    with pytest.raises(Stale):
        await desk.actions.act(ACCEPT)
    assert [s.ending for s in desk.ledger.settled] == ["stale"]
    assert desk.ledger.audit[-1] == "end intent-0 Stale: The request is no longer open there."
    assert desk.store.fleet.sending == {}


async def test_a_failed_answer_is_not_recorded_as_given(desk: Desk) -> None:
    waiting(desk)
    desk.source.failure = SourceError("home did not answer.")
    with pytest.raises(SourceError):
        await desk.actions.act(ACCEPT)
    assert desk.ledger.settled == []


async def test_an_answer_is_possible_with_a_broken_ledger_and_says_so(desk: Desk) -> None:
    waiting(desk)
    desk.ledger.broken = True
    outcome = await desk.actions.act(ACCEPT)
    assert desk.source.sent
    assert any("locked" in note for note in outcome.notes)


async def test_freezing_records_first_then_interrupts(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread(status=Status.WORKING)))
    await desk.actions.act(c.Freeze(ONE, "odd output"))
    assert desk.ledger.freezes[ONE] == Freeze("odd output", "ann", NOW)
    assert desk.source.sent == [(c.Interrupt(ONE), "intent-0")]
    assert desk.store.fleet.threads[ONE].status is Status.FROZEN
    with pytest.raises(Refused, match="frozen by ann"):
        await desk.actions.act(c.Send(ONE, "go on"))


async def test_freezing_what_is_idle_sends_nothing(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread()))
    await desk.actions.act(c.Freeze(ONE))
    assert desk.source.sent == []


async def test_a_freeze_whose_interrupt_fails_still_stands_and_says_so(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread(status=Status.WORKING)))
    desk.source.failure = SourceError("home did not answer.")
    with pytest.raises(HalfDone, match="frozen here, but"):
        await desk.actions.act(c.Freeze(ONE))
    assert ONE in desk.ledger.freezes


async def test_a_freeze_that_cannot_be_recorded_does_not_interrupt(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread(status=Status.WORKING)))
    desk.ledger.broken = True
    with pytest.raises(LedgerError):
        await desk.actions.act(c.Freeze(ONE))
    assert desk.source.sent == []


async def test_a_reason_that_is_a_sentence_ends_once(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread()))
    desk.store.apply(LedgerFailed("The ledger is damaged. Run `cockpit doctor`."))
    with pytest.raises(Refused) as refusal:
        await desk.actions.act(c.Freeze(ONE))
    assert str(refusal.value).endswith("Run `cockpit doctor`.")
    assert not str(refusal.value).endswith("..")


def test_a_foreign_message_and_the_fix_are_two_sentences() -> None:
    assert str(Refused("fatal: no such branch", fix="Name another.")) == "fatal: no such branch. Name another."
    assert str(Refused("It is gone.", fix="Look.")) == "It is gone. Look."


async def test_thaw_hold_and_release_change_what_is_refused(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread()))
    await desk.actions.act(c.Freeze(ONE))
    await desk.actions.act(c.Thaw(ONE))
    await desk.actions.act(c.HoldFleet("demo day"))
    with pytest.raises(Refused, match="demo day"):
        await desk.actions.act(c.Send(ONE, "go"))
    await desk.actions.act(c.ReleaseFleet())
    await desk.actions.act(c.Send(ONE, "go"))
    assert [command for command, _ in desk.source.sent] == [c.Send(ONE, "go")]


async def test_looking_is_no_entry_in_the_audit(desk: Desk) -> None:
    desk.store.apply(ThreadSeen(thread(finished_at=NOW)))
    await desk.actions.act(c.Look(ONE))
    assert desk.ledger.looked == {ONE: NOW}
    assert desk.ledger.audit == []


async def test_a_cancelled_command_is_closed_in_the_audit(desk: Desk) -> None:
    waiting(desk)
    desk.source.gate = asyncio.Event()
    task = asyncio.create_task(desk.actions.act(ACCEPT))
    while not desk.source.sent:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.ledger.audit[-1] == "end intent-0 cancelled before an answer came"
    assert desk.store.fleet.sending == {}


async def test_a_source_without_the_capability_refuses(desk: Desk) -> None:
    desk.store.apply(source("bare"))
    desk.store.apply(ThreadSeen(thread("x", Status.QUESTION, "bare", asks=(question("q-9"),))))
    desk.actions._sources = {"home": desk.source, "bare": object()}  # type: ignore[dict-item]
    with pytest.raises(Refused, match="cannot do that"):
        await desk.actions.act(c.Send(ref("x", "bare"), "hello"))


class Stillness(FakeSource):
    """A source whose workers can be paused."""

    def __init__(self) -> None:
        super().__init__()
        self.paused: list[Ref] = []

    async def pause(self, thread: Ref) -> c.Outcome:
        if self.failure:
            raise self.failure
        self.paused.append(thread)
        return c.Outcome("Paused 2 processes.")

    async def unpause(self, thread: Ref) -> c.Outcome:
        self.paused.remove(thread)
        return c.Outcome("Continued 2 processes.")


@pytest.fixture
def still(desk: Desk) -> Stillness:
    source = Stillness()
    desk.actions = Actions(
        desk.store, {"home": source}, desk.ledger, clock=lambda: NOW, new_id=lambda: "intent", who="ann"
    )
    desk.store.apply(ThreadSeen(thread(status=Status.WORKING, capabilities=frozenset(Capability))))
    return source


async def test_a_hard_freeze_pauses_and_interrupts_nothing_and_a_thaw_lets_go_on(desk: Desk, still: Stillness) -> None:
    outcome = await desk.actions.act(c.Freeze(ONE, hard=True))
    assert still.paused == [ONE]
    assert still.sent == []
    assert desk.ledger.freezes[ONE].hard
    assert outcome.notes == ("Paused 2 processes.",)
    await desk.actions.act(c.Thaw(ONE))
    assert still.paused == []
    assert desk.ledger.freezes == {}


async def test_a_hard_freeze_that_pauses_nothing_stands_and_says_so(desk: Desk, still: Stillness) -> None:
    still.failure = SourceError("The link is down.")
    with pytest.raises(HalfDone, match="not paused"):
        await desk.actions.act(c.Freeze(ONE, hard=True))
    assert ONE in desk.ledger.freezes


async def test_what_could_not_be_paused_is_frozen_no_harder_than_it_is_and_can_be_thawed(
    desk: Desk, still: Stillness
) -> None:
    still.failure = Rejected("Only a shell runs there; there is nothing to pause.")
    with pytest.raises(HalfDone, match="not paused: Only a shell"):
        await desk.actions.act(c.Freeze(ONE, hard=True))
    assert desk.ledger.freezes[ONE].hard is False
    await desk.actions.act(c.Thaw(ONE))
    assert desk.ledger.freezes == {}


async def test_a_command_goes_to_the_source_that_can_under_the_name_it_knows(desk: Desk) -> None:
    pane, row = ref("%3", "tmux"), ref("s1")
    other = FakeSource()
    both = {"home": desk.source, "tmux": other}
    actions = Actions(desk.store, both, desk.ledger, clock=lambda: NOW, new_id=lambda: "i", who="ann")  # type: ignore[arg-type]
    desk.store.apply(source("tmux"))
    joined = frozenset({"k"})
    stops = frozenset({Capability.STOP})
    desk.store.apply(ThreadSeen(thread("%3", source="tmux", joins=joined, authority=-1, capabilities=stops)))
    desk.store.apply(ThreadSeen(thread("s1", joins=joined, capabilities=frozenset({Capability.SEND}))))
    await actions.act(c.StopSession(row))
    await actions.act(c.Send(pane, "go on"))
    assert [command for command, _ in other.sent] == [c.StopSession(pane)]
    assert [command for command, _ in desk.source.sent] == [c.Send(row, "go on")]


async def test_a_dispatch_learns_the_directory_of_its_project(desk: Desk) -> None:
    desk.store.apply(ProjectSeen(Project(ref("p"), "web", "/home/dev/web")))
    await desk.actions.act(c.Dispatch("home", ref("p"), "fix it"))
    assert desk.source.sent[0][0] == c.Dispatch("home", ref("p"), "fix it", path="/home/dev/web")


async def test_all_that_a_command_made_is_told_also_when_it_could_not_be_recorded(desk: Desk) -> None:
    made = (ref("new-1"), ref("new-2"))
    desk.store.apply(ProjectSeen(Project(ref("p"), "Demo", "/ws")))
    desk.source.outcome = c.Outcome("Started 2.", made[0], threads=made)
    desk.ledger.broken = True
    outcome = await desk.actions.act(c.Dispatch("home", ref("p"), "do it", count=2))
    assert outcome.threads == made
    assert outcome.notes
