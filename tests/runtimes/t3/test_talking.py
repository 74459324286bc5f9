"""Conversations: whole at first, paged backwards, growing while followed, and never lost to a failure."""

import asyncio

import pytest
from t3_kit import APPROVAL, Facts, Stage, eventually

from cockpit.demo.t3 import faults
from cockpit.demo.t3.state import Edit
from cockpit.demo.t3.steps import Say, Use
from cockpit.model.errors import NotFound, Refused
from cockpit.model.facts import TalkDropped, TalkRead
from cockpit.model.ids import Ref
from cockpit.model.talk import Changes, Exchange, Message, Role, Talk
from cockpit.runtimes.t3.follow import joined

REF = Ref("home", "t1")
THREADS = "/api/orchestration/threads"
EDIT = Edit("src/a.py", "@@ -1,1 +1,1 @@\n-old\n+new\n")


def said(talk: Talk) -> list[str]:
    return [entry.text for entry in talk.entries if isinstance(entry, Message)]


def long_thread(stage: Stage, turns: int = 50) -> None:
    stage.thread(runtimeMode="full-access")
    for number in range(turns):
        stage.turn("t1", f"question {number}", Say(f"answer {number}", 0.1), seconds=5)


@pytest.mark.parametrize("version", ["0.0.28", "0.0.33"])
async def test_one_page_is_read_on_demand(version: str) -> None:
    async with Stage(version=version) as stage:
        stage.thread()
        stage.turn("t1", "go", *APPROVAL)
        talk = await stage.source().talk(REF)
    assert said(talk) == ["go", "I will run it."]
    (exchange,) = [entry for entry in talk.entries if isinstance(entry, Exchange)]
    assert (exchange.text, exchange.outcome) == ("Bash: touch made.txt", "")
    assert talk.read_at is not None


async def test_pages_go_back_to_the_beginning_without_a_gap(stage: Stage) -> None:
    long_thread(stage)
    source = stage.source()
    talk = await source.talk(REF)
    pages = [talk]
    while talk.older:
        talk = await source.talk(REF, older=talk.older)
        pages.append(talk)
    texts = [text for page in reversed(pages) for text in said(page)]
    assert len(pages) > 1
    assert texts == [text for number in range(50) for text in (f"question {number}", f"answer {number}")]


async def test_a_thread_that_is_put_away_has_no_conversation(stage: Stage) -> None:
    stage.thread()
    stage.do("thread.archive", threadId="t1")
    with pytest.raises(NotFound, match="archived or deleted"):
        await stage.source().talk(REF)


async def test_a_followed_conversation_grows_over_the_socket(stage: Stage, facts: Facts) -> None:
    stage.thread(runtimeMode="full-access")
    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        stage.turn("t1", "hello", Say("Good morning.", 0.1), seconds=5)
        await facts.until(lambda: said(facts.talks["t1"]) == ["hello", "Good morning."])
        source.follow(None, facts)
        assert isinstance(facts.all[-1], TalkDropped)
        assert "t1" not in facts.talks


async def test_a_followed_conversation_grows_by_polls_alone(stage: Stage, facts: Facts) -> None:
    stage.server.faults.refuse_websockets()
    stage.thread(runtimeMode="full-access")
    source = stage.source(poll_seconds=0.02)
    async with stage.running(source, facts):
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        stage.turn("t1", "hello", Say("Good morning.", 0.1), seconds=5)
        await facts.until(lambda: said(facts.talks["t1"]) == ["hello", "Good morning."])


async def test_an_old_server_is_followed_too(old: Stage, facts: Facts) -> None:
    old.thread(runtimeMode="full-access")
    source = old.source(poll_seconds=0.02)
    async with old.running(source, facts):
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        old.turn("t1", "hello", Say("Good morning.", 0.1), seconds=5)
        await facts.until(lambda: said(facts.talks["t1"]) == ["hello", "Good morning."])


async def test_streamed_text_is_appended_as_it_comes(stage: Stage, facts: Facts) -> None:
    stage.thread(runtimeMode="full-access")
    stage.world.settings["enableLegacyTokenStreaming"] = True
    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        words = " ".join(f"word{number}" for number in range(40))
        stage.turn("t1", "stream", Say(words, 20.0), seconds=10)

        def streaming() -> Message | None:
            messages = [entry for entry in facts.talks["t1"].entries if isinstance(entry, Message)]
            return next((m for m in messages if m.role is Role.ASSISTANT and m.streaming), None)

        await facts.until(lambda: streaming() is not None)
        partial = streaming()
        assert partial is not None
        assert words.startswith(partial.text.strip())
        asked = sum(THREADS in request for request in stage.server.faults.requests)
        stage.world.advance(5)
        await facts.until(lambda: (now := streaming()) is not None and len(now.text) > len(partial.text))
        stage.world.advance(60)
        await facts.until(lambda: said(facts.talks["t1"])[-1] == words and streaming() is None)
        assert sum(THREADS in request for request in stage.server.faults.requests) <= asked + 6


async def test_a_page_more_is_joined_in_front(stage: Stage, facts: Facts) -> None:
    long_thread(stage)
    source = stage.source()
    async with stage.running(source, facts):
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        first = facts.talks["t1"]
        assert first.older
        while (before := facts.talks["t1"]).older:
            await source.more(REF, facts)
            await facts.until(lambda before=before: facts.talks["t1"] is not before)
        everything = [text for number in range(50) for text in (f"question {number}", f"answer {number}")]
        assert said(facts.talks["t1"]) == everything
        stage.turn("t1", "one more", Say("done", 0.1), seconds=5)
        await facts.until(lambda: said(facts.talks["t1"])[-1] == "done")
        assert said(facts.talks["t1"]) == [*everything, "one more", "done"]


async def test_what_was_read_stays_when_a_read_fails(stage: Stage, facts: Facts) -> None:
    stage.thread(runtimeMode="full-access")
    stage.turn("t1", "hello", Say("Good morning.", 0.1), seconds=5)
    source = stage.source()
    async with stage.running(source, facts):
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        stage.server.faults.add(faults.Status(500, path=THREADS))
        source._follower.poke()
        await facts.until(lambda: facts.talks["t1"].failed)
        assert said(facts.talks["t1"]) == ["hello", "Good morning."]
        assert "failed (500)" in facts.talks["t1"].failed


async def test_another_thread_takes_over_from_the_one_before(stage: Stage, facts: Facts) -> None:
    for name in ("t1", "t2"):
        stage.thread(name, runtimeMode="full-access")
        stage.turn(name, f"hello {name}", Say("Hi.", 0.1), seconds=5)
    source = stage.source()
    async with stage.running(source, facts):
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        source.follow(Ref("home", "t2"), facts)
        await facts.until(lambda: "t2" in facts.talks)
        assert set(facts.talks) == {"t2"}


async def test_reports_are_no_more_than_fifteen_a_second(stage: Stage, facts: Facts) -> None:
    stage.thread(runtimeMode="full-access")
    stage.world.settings["enableLegacyTokenStreaming"] = True
    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
        source.follow(REF, facts)
        await facts.until(lambda: "t1" in facts.talks)
        loop = asyncio.get_running_loop()
        began, before = loop.time(), facts.count(TalkRead)
        words = " ".join(f"word{number}" for number in range(300))
        stage.turn("t1", "stream", Say(words, 20.0), seconds=60)
        await facts.until(lambda: said(facts.talks["t1"])[-1:] == [words])
        assert facts.count(TalkRead) - before <= (loop.time() - began) * 15 + 2


# diffs and search


async def test_diffs_come_by_checkpoint_and_as_a_whole(stage: Stage) -> None:
    stage.thread(runtimeMode="full-access")
    edit = Use("Edit", {"file_path": "src/a.py"}, edits=(EDIT,))
    stage.turn("t1", "change it", edit, Say("Done.", 0.1), seconds=20)
    source = stage.source()
    talk = await source.talk(REF)
    (changes,) = [entry for entry in talk.entries if isinstance(entry, Changes)]
    assert "+new" in await source.diff(REF, changes.count)
    assert "+new" in await source.diff(REF, None)


async def test_a_thread_without_checkpoints_has_no_diff(stage: Stage) -> None:
    stage.thread()
    with pytest.raises(Refused, match="changed nothing yet"):
        await stage.source().diff(REF, None)


async def test_conversations_are_searched_on_the_server(stage: Stage) -> None:
    stage.thread(runtimeMode="full-access")
    stage.turn("t1", "where is the needle", Say("In the haystack.", 0.1), seconds=5)
    source = stage.source()
    found = await source.search("needle")
    assert [ref for ref, _ in found] == [REF]
    assert "needle" in found[0][1]
    assert await source.search("xyzzy") == []
    with pytest.raises(Refused, match="two characters"):
        await source.search("x")


# joining


def test_a_page_keeps_what_is_older_and_drops_what_it_no_longer_has() -> None:
    from datetime import UTC, datetime

    def message(name: str, minute: int) -> Message:
        return Message(name, Role.USER, name, datetime(2026, 11, 21, 3, minute, tzinfo=UTC))

    old = Talk(REF, (message("a", 1), message("b", 2), message("c", 3)), older="before a")
    page = Talk(REF, (message("b", 2), message("d", 4)), older="before b")
    merged = joined(old, page)
    assert [entry.id for entry in merged.entries] == ["a", "b", "d"]
    assert merged.older == "before a"
    whole = Talk(REF, (message("d", 4),), older=None)
    assert joined(old, whole) is whole


async def test_closing_while_following_ends_everything(stage: Stage, facts: Facts) -> None:
    stage.thread()
    source = stage.source()
    source.follow(REF, facts)
    await facts.until(lambda: "t1" in facts.talks)
    await source.close()
    await eventually(lambda: not [task for task in asyncio.all_tasks() if task.get_name().startswith("t3 talk")])
