"""The source over a real folder with a real watcher: every test waits for what must come, and nothing sleeps."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from claude_kit import SOLO, TEAM, Facts, Fake, House, source, stamp

from cockpit.core import ports
from cockpit.model.errors import NotFound
from cockpit.model.facts import SourceChanged, SourceRead, TalkDropped
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.talk import CallState, Message, ToolCall
from cockpit.model.work import Capability, Status
from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.runtimes.claude.watch import Watcher

Child = subprocess.Popen[bytes]


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / ".claude").mkdir()
    return House(tmp_path / ".claude")


@pytest.fixture
def child() -> Iterator[Child]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield child
    child.kill()
    child.wait()


@contextlib.asynccontextmanager
async def running(made: ClaudeSource, facts: Facts) -> AsyncIterator[None]:
    task = asyncio.create_task(made.run(facts))
    try:
        await facts.until(lambda: any(isinstance(fact, SourceRead) for fact in facts.all), "the first whole read")
        yield
        assert not task.done(), "run ended by itself"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await made.close()


async def test_a_session_from_its_first_line_to_its_end(house: House, facts: Facts) -> None:
    async with running(source(house.root), facts):
        house.session("busy")
        await facts.until(lambda: SOLO in facts.threads, "the session")
        assert facts.threads[SOLO].status is Status.WORKING
        house.line("user", "Build it")
        await facts.until(lambda: facts.threads[SOLO].title == "Build it", "its title")
        house.line("assistant", [{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "make"}}])
        house.session("waiting", "permission prompt")
        await facts.until(lambda: facts.threads[SOLO].asks, "the ask")
        (ask,) = facts.threads[SOLO].asks
        assert (facts.threads[SOLO].status, ask.summary, ask.body) == (Status.APPROVAL, "make", "make")
        house.line("user", [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}])
        house.line("assistant", [{"type": "text", "text": "Done."}])
        house.session("idle")
        await facts.until(lambda: facts.threads[SOLO].status is Status.IDLE, "idle")
        assert facts.threads[SOLO].finished_at is not None
        assert facts.threads[SOLO].usage.requests == 2
        (house.root / "sessions" / "7494.json").unlink()
        await facts.until(lambda: facts.threads[SOLO].status is Status.ENDED, "the end")
        house.transcript.unlink()
        await facts.until(lambda: SOLO not in facts.threads, "it is forgotten")


async def test_a_lead_whose_mate_is_only_starting_is_not_done(house: House, facts: Facts) -> None:
    config = house.team("alice")
    told = json.loads(config.read_text())
    told["members"][1]["joinedAt"] = int(datetime.now(UTC).timestamp() * 1000)
    config.write_text(json.dumps(told))
    house.line("user", "Form a team")
    house.line("assistant", [{"type": "text", "text": "It is formed."}])
    house.session("idle")
    await source(house.root).read(facts)
    assert facts.threads[f"alice@{TEAM}"].status is Status.STARTING
    assert (facts.threads[SOLO].status, facts.threads[SOLO].detail) == (Status.WORKING, "waits for alice")


async def test_a_killed_process_is_seen_though_nothing_is_written(house: House, facts: Facts) -> None:
    house.session("waiting", "permission prompt")
    house.line("user", "go")
    processes = Fake()
    async with running(source(house.root, processes, process_seconds=0.02), facts):
        assert facts.threads[SOLO].status is Status.APPROVAL
        processes.dead.add(house.pid)
        await facts.until(lambda: facts.threads[SOLO].status is Status.ENDED, "the death")


async def test_a_killed_process_is_told_by_the_kernel_without_a_look(house: House, facts: Facts, child: Child) -> None:
    house.session("waiting", "permission prompt", pid=child.pid, start=Processes().start(child.pid) or "")
    house.line("user", "go")
    before = len(os.listdir("/proc/self/fd"))
    async with running(source(house.root, Processes(), process_seconds=3600.0), facts):
        assert facts.threads[SOLO].status is Status.APPROVAL
        child.kill()
        await facts.until(lambda: facts.threads[SOLO].status is Status.ENDED, "the death")
    assert len(os.listdir("/proc/self/fd")) <= before


async def test_a_session_resumed_under_a_new_pid_is_one_row(house: House, facts: Facts) -> None:
    house.session("waiting", "permission prompt")
    processes = Fake()
    processes.dead.add(house.pid)
    async with running(source(house.root, processes), facts):
        house.session("idle", pid=8000)
        await facts.until(
            lambda: SOLO in facts.threads and facts.threads[SOLO].status is Status.IDLE, "the resumed one"
        )
        assert len(facts.threads) == 1


async def test_a_home_that_appears_later_goes_and_comes_again(tmp_path: Path, facts: Facts) -> None:
    house = House(tmp_path / "not" / "yet" / ".claude")
    async with running(source(house.root), facts):
        assert facts.state.health is Health.ABSENT
        assert str(house.root) in facts.state.reason
        for _ in range(2):
            house.session("busy")
            await facts.until(lambda: SOLO in facts.threads, "the session in the new home")
            await facts.until(lambda: facts.state.health is Health.UP, "up")
            shutil.rmtree(house.root)
            await facts.until(lambda: SOLO not in facts.threads, "the home is gone")
            await facts.until(lambda: facts.state.health is Health.ABSENT, "absent")


async def test_a_root_deleted_and_made_again(house: House, facts: Facts) -> None:
    house.session("busy")
    async with running(source(house.root), facts):
        for status in ("idle", "busy"):
            shutil.rmtree(house.root / "sessions")
            house.session(status)
            word = Status.IDLE if status == "idle" else Status.WORKING
            await facts.until(lambda word=word: SOLO in facts.threads and facts.threads[SOLO].status is word, status)


async def test_a_half_written_file_changes_nothing_until_it_is_whole(house: House, facts: Facts) -> None:
    house.session("busy")
    path = house.root / "sessions" / "7494.json"
    async with running(source(house.root), facts):
        path.write_text(path.read_text().replace("busy", "idle") + '33,"waitingFor":"dialog open"}')
        other = house.session("busy", pid=9, id="other")
        await facts.until(lambda: "other" in facts.threads, "another file, written later")
        assert facts.threads[SOLO].status is Status.WORKING
        house.session("idle")
        await facts.until(lambda: facts.threads[SOLO].status is Status.IDLE, "the whole file")
        assert other.exists()


async def test_a_team_forms_talks_and_is_renamed_away(house: House, facts: Facts) -> None:
    house.session("busy")
    async with running(source(house.root), facts):
        house.team()
        house.team("alice")
        await facts.until(lambda: TEAM in facts.teams, "the team")
        inbox = house.root / "teams" / TEAM / "inboxes" / "alice.json"
        inbox.parent.mkdir()
        fresh = inbox.with_suffix(".tmp")
        fresh.write_text(json.dumps([{"from": "team-lead", "text": "hello", "timestamp": stamp(), "msg_id": "m1"}]))
        fresh.rename(inbox)
        await facts.until(lambda: facts.teams[TEAM].messages, "the message")
        inbox.write_text("[]")
        house.json(f"tasks/{TEAM}/1.json", {"id": "1", "subject": "Add", "status": "pending", "blockedBy": []})
        await facts.until(lambda: facts.teams[TEAM].tasks, "the task")
        assert [message.text for message in facts.teams[TEAM].messages] == ["hello"], "kept though the inbox is empty"
        assert facts.threads[f"alice@{TEAM}"].team == facts.teams[TEAM].title
        gone = house.root / "teams" / f"{TEAM}.deleted-0"
        (house.root / "teams" / TEAM).rename(gone)
        shutil.rmtree(gone)
        await facts.until(lambda: TEAM not in facts.teams, "the team is gone")
        await facts.until(lambda: f"alice@{TEAM}" not in facts.threads, "its mate too")


async def test_polling_sees_the_same(house: House, facts: Facts) -> None:
    async with running(source(house.root, poll=True, poll_seconds=0.02), facts):
        assert facts.state.link == "polling"
        house.session("busy")
        await facts.until(lambda: SOLO in facts.threads, "the session")
        house.session("idle")
        await facts.until(lambda: facts.threads[SOLO].status is Status.IDLE, "idle")


async def test_a_home_that_cannot_be_read_is_down_not_empty(tmp_path: Path, facts: Facts) -> None:
    (tmp_path / "file").write_text("")
    made = source(tmp_path / "file")
    await made.read(facts)
    assert facts.state.health is Health.DOWN
    assert facts.state.fix


async def test_a_read_tells_health_and_then_the_whole(house: House, facts: Facts) -> None:
    house.session("busy")
    await source(house.root).read(facts)
    assert [type(fact) for fact in facts.all] == [SourceChanged, SourceRead]
    assert (facts.state.health, facts.state.version, facts.state.kind) == (Health.UP, "2.1.329", "claude")


async def test_a_conversation_is_followed(house: House, facts: Facts) -> None:
    house.session("busy")
    house.line("user", "Build it")
    made = source(house.root)
    assert isinstance(made, ports.CanConverse)
    ref = Ref("claude", SOLO)
    async with running(made, facts):
        assert facts.threads[SOLO].can(Capability.CONVERSE)
        made.follow(ref, facts)
        await facts.until(lambda: facts.talk and facts.talk.entries, "the talk")
        house.line("assistant", [{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}}])
        await facts.until(lambda: len(facts.talk.entries) == 2, "the call")
        call = facts.talk.entries[1]
        assert isinstance(call, ToolCall)
        assert call.state is CallState.RUNNING
        house.line("user", [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "a\nb"}])
        await facts.until(lambda: facts.talk.entries[1].state is CallState.COMPLETED, "its result")
        made.follow(None, facts)
        assert any(isinstance(fact, TalkDropped) for fact in facts.all)
        with pytest.raises(NotFound):
            await made.talk(Ref("claude", "nobody"))


async def test_a_long_conversation_comes_in_pages(house: House, facts: Facts) -> None:
    house.session("idle")
    for number in range(300):
        house.line("user", f"{number} " + "x" * 3000)
    made = source(house.root)
    ref = Ref("claude", SOLO)
    await made.read(facts)
    page, seen = await made.talk(ref), []
    while True:
        seen = [entry.text.split(" ")[0] for entry in page.entries if isinstance(entry, Message)] + seen
        if page.older is None:
            break
        page = await made.talk(ref, older=page.older)
    assert seen == [str(number) for number in range(300)]
    made.follow(ref, facts)
    await made.read(facts)
    shown = len(facts.talk.entries)
    assert 0 < shown < 300
    await made.more(ref, facts)
    assert len(facts.talk.entries) > shown
    assert facts.talk.entries[-1].text.startswith("299 ")
    await made.close()


async def test_the_kernels_refusal_falls_back_to_polling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*folders: object) -> AsyncIterator[object]:
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr("cockpit.runtimes.claude.watch.touched", refuse)
    watcher = Watcher(tmp_path, poll_seconds=0.01)
    seen = []
    async with contextlib.aclosing(watcher.changes()) as changes:
        async for change in changes:
            seen.append(change)
            if watcher.link.startswith("polling"):
                break
    assert set(seen) == {None}
    assert watcher.link == "polling: No space left on device"


async def test_a_transcript_in_which_nobody_spoke_yet_is_no_row(house: House, facts: Facts) -> None:
    early = house.json(f"projects/-home-dev-demo/{'0' * 8}-mate.jsonl", {"type": "mode", "mode": "normal"})
    early.write_text(early.read_text() + "\n")
    await source(house.root).read(facts)
    assert facts.threads == {}


async def test_a_leads_prompt_is_the_mates_if_that_is_said_soon_and_its_own_if_not(house: House, facts: Facts) -> None:
    house.team("alice")
    house.session("idle")
    async with running(source(house.root, process_seconds=60.0), facts):
        house.session("waiting", "permission prompt")
        await facts.until(lambda: facts.threads[SOLO].detail == "a request has just come up", "the prompt")
        assert facts.threads[SOLO].status is Status.WORKING
        await facts.until(lambda: facts.threads[SOLO].status is Status.APPROVAL, "nobody said whose it is")
