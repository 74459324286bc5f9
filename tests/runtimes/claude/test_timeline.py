"""A team's timeline: every member's part in the order of time, what they wrote to each other once, no gap at a page."""

from datetime import datetime
from pathlib import Path

import pytest
from claude_kit import SOLO, TEAM, Facts, House, Replay, source, stamp

from cockpit.model.ids import Ref
from cockpit.model.talk import Message, Notice, ToolCall
from cockpit.runtimes.claude.timeline import Chorus, read_timeline


def test_members_and_their_messages_are_one_timeline(tmp_path: Path) -> None:
    replay = Replay("2.1.329-tmux", tmp_path / "home")
    replay.until(datetime.fromisoformat("2026-11-21T02:56:20+00:00").timestamp())
    (team,) = replay.read().teams
    chorus = replay.reader.talks(team.ref)
    assert isinstance(chorus, Chorus)
    talk = read_timeline(team.ref, chorus, replay.now(), older=None)
    assert talk.thread == team.ref
    assert list(talk.entries) == sorted(talk.entries, key=lambda entry: entry.at)
    assert {entry.author for entry in talk.entries} >= {"team-lead", "alice", "bob"}
    assert len({entry.id for entry in talk.entries}) == len(talk.entries)
    said = [entry for entry in talk.entries if isinstance(entry, Message) and entry.to]
    (wired,) = [each for each in said if each.text == "Parser is in, you can wire the CLI now."]
    assert (wired.author, wired.to) == ("alice", "bob")
    assert not [each for each in talk.entries if isinstance(each, ToolCall) and each.tool == "SendMessage"]
    assert [each for each in talk.entries if isinstance(each, Notice) and each.text.startswith("→ team-lead: idle")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / ".claude")
    house.session("busy")
    house.team("alice")
    meta = {"agentType": "alice", "taskKind": "in_process_teammate", "teamName": TEAM}
    lead, mate = house.transcript, house.transcript.with_suffix("") / "subagents" / "agent-aalice-1.jsonl"
    for number in range(400):
        house.transcript = lead if number % 2 else mate
        house.line("user", f"{number} " + "x" * 3000, isSidechain=number % 2 == 0, timestamp=stamp(number - 500))
    house.json(str(mate.with_suffix(".meta.json").relative_to(house.root)), meta)
    house.transcript = lead
    return house


async def test_pages_of_a_timeline_meet_without_a_gap(house: House, facts: Facts) -> None:
    made = source(house.root)
    await made.read(facts)
    ref = Ref("claude", TEAM)
    page, seen = await made.talk(ref), []
    while True:
        seen = [entry.text.split(" ")[0] for entry in page.entries if isinstance(entry, Message)] + seen
        if page.older is None:
            break
        page = await made.talk(ref, older=page.older)
    assert seen == [str(number) for number in range(400)]


async def test_a_timeline_is_followed(house: House, facts: Facts) -> None:
    made = source(house.root)
    await made.read(facts)
    ref = Ref("claude", TEAM)
    made.follow(ref, facts)
    await made.read(facts)
    assert facts.talk.thread == ref
    shown = len(facts.talk.entries)
    assert 0 < shown < 400
    await made.more(ref, facts)
    assert len(facts.talk.entries) > shown
    house.line("assistant", [{"type": "text", "text": "Done."}])
    made.nudge()
    await made.read(facts)
    assert facts.talk.entries[-1].text == "Done."
    assert facts.talk.entries[-1].author == "team-lead"
    made.follow(Ref("claude", SOLO), facts)
    await made.read(facts)
    assert facts.talk.thread == Ref("claude", SOLO)
    await made.close()
