"""Orders: what is typed only where no dialog is open, what is written into an inbox, and each seen to be taken."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from claude_kit import SOLO, TEAM, Facts, Fake, House, source

from cockpit.core import commands as c
from cockpit.core import ports
from cockpit.model.errors import HalfDone, Refused, Rejected, SourceError, Unconfirmed
from cockpit.model.ids import Ref
from cockpit.model.terminal import BLANK, Screen
from cockpit.model.work import Capability
from cockpit.runtimes.claude import inboxes
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.runtimes.claude.steer import Steering

LEAD, ALICE = Ref("claude", SOLO), Ref("claude", f"alice@{TEAM}")
PANE = "pane:/tmp/tmux-1000/default/%0"


class Pane:
    """Hands over a pane that does what the test says when a key is pressed."""

    def __init__(self, on: Callable[[str], None] = lambda _: None) -> None:
        self.done: list[str] = []
        self.on = on
        self.there = True

    def reaches(self, pane: str) -> bool:
        return self.there and pane == PANE

    async def type(self, pane: str, text: str) -> None:
        self.done.append(text)
        self.on(text)

    async def press(self, pane: str, key: str) -> None:
        self.done.append(key)
        self.on(key)

    async def screen(self, pane: str) -> Screen:
        return BLANK


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / ".claude")
    house.session("idle")
    house.line("user", "Build it")
    house.line("assistant", [{"type": "text", "text": "Done."}])
    return house


async def made(house: House, hands: ports.Hands | None, facts: Facts) -> ClaudeSource:
    processes = Fake()
    processes.terminals[house.pid] = ("/tmp/tmux-1000/default", "%0")
    found = source(house.root, processes, hands=hands)
    quick = {"taken": 0.3, "begun": 0.3, "stopped": 0.3, "team": 0.3}
    found._steering = Steering(found._reader.target, hands, lambda: datetime.now(UTC), **quick)
    await found.read(facts)
    return found


async def test_a_message_is_typed_entered_and_seen_to_begin_a_turn(house: House, facts: Facts) -> None:
    pane = Pane(lambda key: house.line("user", "Now the tests,\nplease") if key == "enter" else None)
    claude = await made(house, pane, facts)
    assert isinstance(claude, ports.CanSend)
    assert isinstance(claude, ports.CanManage)
    assert facts.threads[SOLO].can(Capability.SEND)
    outcome = await claude.send(c.Send(LEAD, "Now the tests,\nplease"), "i")
    assert pane.done == ["Now the tests,\nplease", "enter"]
    assert "a turn began" in outcome.text


async def test_what_a_busy_one_queues_is_said_to_be_queued(house: House, facts: Facts) -> None:
    house.session("busy")

    def queue(key: str) -> None:
        if key == "enter":
            with house.transcript.open("a") as file:
                file.write(
                    json.dumps({"type": "queue-operation", "operation": "enqueue", "content": "and this"}) + "\n"
                )

    claude = await made(house, Pane(queue), facts)
    assert "queue" in (await claude.send(c.Send(LEAD, "and this"), "i")).text


async def test_nothing_is_typed_into_a_dialog(house: House, facts: Facts) -> None:
    pane = Pane()
    claude = await made(house, pane, facts)
    house.session("waiting", "permission prompt")  # after the last look of the source
    with pytest.raises(Rejected, match="permission prompt"):
        await claude.send(c.Send(LEAD, "yes"), "i")
    assert pane.done == []


async def test_a_dialog_that_comes_while_it_is_typed_is_not_entered(house: House, facts: Facts) -> None:
    pane = Pane(lambda key: house.session("waiting", "dialog open") and None)
    claude = await made(house, pane, facts)
    with pytest.raises(Rejected, match="was not entered"):
        await claude.send(c.Send(LEAD, "go on"), "i")
    assert pane.done == ["go on"]


async def test_what_begins_no_turn_is_not_submitted(house: House, facts: Facts) -> None:
    claude = await made(house, Pane(), facts)
    with pytest.raises(Unconfirmed, match="not submitted") as error:
        await claude.send(c.Send(LEAD, "go on"), "i")
    assert "press Enter" in error.value.fix


async def test_an_interrupt_is_seen_to_stop_or_said_not_to(house: House, facts: Facts) -> None:
    house.session("busy")
    house.line("user", "Go")
    stops = Pane(lambda _: house.line("user", "[Request interrupted by user]"))
    claude = await made(house, stops, facts)
    assert (await claude.manage(c.Interrupt(LEAD), "i")).text.startswith("Interrupted")
    assert stops.done == ["escape"]
    stops.on = lambda _: None
    with pytest.raises(Unconfirmed, match="did not say that it stopped"):
        await claude.manage(c.Interrupt(LEAD), "i")
    house.session("idle")
    with pytest.raises(Refused, match="nothing runs"):
        await claude.manage(c.Interrupt(LEAD), "i")
    assert stops.done == ["escape", "escape"], "Escape at a prompt is no interrupt"


async def test_why_not_is_told_where_no_terminal_is_reached(house: House, facts: Facts) -> None:
    await made(house, None, facts)
    assert "tmux" in facts.threads[SOLO].reason(Capability.SEND)
    claude = await made(house, (pane := Pane()), facts)
    pane.there = False
    with pytest.raises(Refused, match=r"\[\[tmux\]\]"):
        await claude.send(c.Send(LEAD, "x"), "i")
    claude._reader.reach(pane.reaches)
    await claude.read(facts)
    assert not facts.threads[SOLO].can(Capability.INTERRUPT)


def alices(house: House) -> Path:
    return house.root / "teams" / TEAM / "inboxes" / "alice.json"


def take(inbox: Path) -> None:
    """Empty it as a teammate does, once something lies there."""
    while not (inbox.exists() and len(json.loads(inbox.read_text())) > 1):
        time.sleep(0.005)
    fresh = inbox.with_suffix(".tmp")
    fresh.write_text("[]")
    fresh.rename(inbox)


async def test_a_mate_is_written_to_and_seen_to_take_it(house: House, facts: Facts) -> None:
    house.team("alice")
    claude = await made(house, None, facts)
    row = facts.threads[f"alice@{TEAM}"]
    assert row.can(Capability.SEND)
    assert "interrupt the lead" in row.reason(Capability.INTERRUPT)
    alices(house).parent.mkdir()
    alices(house).write_text('[{"from": "bob", "text": "earlier", "timestamp": "x", "read": false}]')
    taker = asyncio.create_task(asyncio.to_thread(take, alices(house)))
    outcome = await claude.send(c.Send(ALICE, "Look at the tests"), "i")
    assert outcome.text == "“alice” took the message."
    await taker
    assert [path.name for path in alices(house).parent.iterdir()] == ["alice.json"], "no lock, no part left"


async def test_a_message_that_is_not_taken_is_said_to_lie_there(house: House, facts: Facts) -> None:
    house.team("alice")
    claude = await made(house, None, facts)
    with pytest.raises(Unconfirmed, match="was not taken yet"):
        await claude.send(c.Send(ALICE, "Look"), "i")
    (message,) = json.loads(alices(house).read_text())
    assert {key: message[key] for key in ("from", "text", "read")} == {"from": "cockpit", "text": "Look", "read": False}


def test_another_writers_lock_is_kept_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "_LOCK_SECONDS", 0.05)
    inbox = tmp_path / "inboxes" / "alice.json"
    (tmp_path / "inboxes" / "alice.json.lock").mkdir(parents=True)
    with pytest.raises(SourceError, match="locked"):
        inboxes.post(inbox, "x", datetime.now(UTC))
    assert not inbox.exists()
    assert (tmp_path / "inboxes" / "alice.json.lock").exists()


@pytest.mark.parametrize("text", ["", '[{"from"', "{}"])
def test_an_inbox_that_makes_no_sense_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    inbox = tmp_path / "alice.json"
    inbox.write_text(text)
    with pytest.raises(SourceError, match="makes no sense"):
        inboxes.post(inbox, "x", datetime.now(UTC))
    assert inbox.read_text() == text


def test_one_that_is_marked_as_read_is_taken(tmp_path: Path) -> None:
    inbox = tmp_path / "alice.json"
    stamp = inboxes.post(inbox, "x", datetime.now(UTC))
    assert inboxes.lies_there(inbox, stamp, "x")
    inbox.write_text(json.dumps([each | {"read": True} for each in json.loads(inbox.read_text())]))
    assert not inboxes.lies_there(inbox, stamp, "x")


async def test_a_team_is_stopped_through_its_lead(house: House, facts: Facts) -> None:
    house.team("alice", "bob")

    def obey(key: str) -> None:
        if key == "enter" and "shutdown request" in pane.done[-2]:
            house.line("user", pane.done[-2])
            house.team()
        elif key == "enter":
            (house.root / "sessions" / f"{house.pid}.json").unlink()

    pane = Pane(obey)
    claude = await made(house, pane, facts)
    assert isinstance(claude, ports.CanStopTeam)
    outcome = await claude.stop_team(c.StopTeam(Ref("claude", TEAM), confirmed=True), "i")
    assert "alice, bob" in pane.done[0]
    assert pane.done[2:] == ["/exit", "enter"]
    assert outcome.text == "alice, bob and the lead have ended."


async def test_a_team_is_not_told_twice_at_once_to_stop(house: House, facts: Facts) -> None:
    house.team("alice", "bob")
    told = asyncio.Event()
    pane = Pane(lambda _: told.set())
    claude = await made(house, pane, facts)
    stop = c.StopTeam(Ref("claude", TEAM), confirmed=True)
    first = asyncio.create_task(claude.stop_team(stop, "i"))
    await told.wait()
    with pytest.raises(Refused, match="is just being told something"):
        await claude.stop_team(stop, "i")
    with pytest.raises(Unconfirmed):
        await first
    assert pane.done[1:] == ["enter"]


async def test_those_who_stay_are_named_and_the_lead_stays_with_them(house: House, facts: Facts) -> None:
    house.team("alice", "bob")

    def obey(key: str) -> None:
        if key == "enter":
            house.line("user", pane.done[-2])
            house.team("bob")

    pane = Pane(obey)
    claude = await made(house, pane, facts)
    with pytest.raises(HalfDone, match="still there: bob"):
        await claude.stop_team(c.StopTeam(Ref("claude", TEAM), confirmed=True), "i")
    assert "/exit" not in pane.done
