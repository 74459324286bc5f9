"""Agents of other makers: what their terminals show is understood, and each comes back in its own conversation."""

import asyncio
import contextlib
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from source_kit import Running
from worker_kit import Site, order, threads

from cockpit.core import commands as c
from cockpit.model.errors import HalfDone, Refused
from cockpit.model.ids import Ref
from cockpit.model.work import Status
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux import activity, picture
from cockpit.runtimes.tmux.source import TmuxSource
from cockpit.runtimes.tmux.workers import conversation, crew
from cockpit.runtimes.tmux.workers.harness_files import load_harnesses, read_harness

TAPES = Path(__file__).parents[2] / "tapes" / "harnesses"
FAKE = Path(__file__).with_name("fake_maker.py")
TRUST = "“Trust this folder? Codex can read, edit, and run files here, subject to your pe…”"
RUN = "“Would you like to run the following command?”"


@pytest.mark.parametrize(
    ("tape", "works", "asks"),
    [
        ("aider-gitignore", False, "“Add .aider* to .gitignore (recommended)? (Y)es/(N)o [Yes]:”"),
        ("aider-interrupted", False, ""),
        ("aider-login", False, "“Login to OpenRouter or create a free account? (Y)es/(N)o [Yes]:”"),
        ("aider-ready", False, ""),
        ("codex-approval", False, RUN),
        ("codex-interrupted", False, ""),
        ("codex-login", False, "“Choose how you want to use Codex.”"),
        ("codex-ready", False, ""),
        ("codex-trust", False, TRUST),
        ("codex-working", True, ""),
        ("gemini-approval", False, "“Allow execution of [Shell]?”"),
        ("gemini-interrupted", False, ""),
        ("gemini-login", False, "“How would you like to authenticate for this project?”"),
        ("gemini-question", False, "“Which colour?”"),
        ("gemini-ready", False, ""),
        ("gemini-trust", False, "“Do you trust the files in this folder?”"),
        ("gemini-working", True, ""),
        ("opencode-again", True, ""),
        ("opencode-approval", False, "“△ Permission required”"),
        ("opencode-interrupted", False, ""),
        ("opencode-question", False, "“Which colour?”"),
        ("opencode-working", True, ""),
    ],
)
def test_what_the_real_ones_show_is_understood(tape: str, works: bool, asks: str) -> None:
    title, _, screen = (TAPES / f"{tape}.txt").read_text().partition("\n")
    harness = load_harnesses().known[tape.partition("-")[0]]
    assert harness.works(title, screen) is works
    assert harness.asks(title, screen) == asks
    assert harness.ready is not None
    if not asks and not works:
        assert harness.ready.search(screen), "a prompt could be typed in"
    assert bool(harness.again and harness.again.search(screen)) is (tape == "opencode-again")


@pytest.mark.parametrize(("tape", "works", "asks"), [("codex", True, "something"), ("gemini", True, "something")])
def test_some_tell_it_by_their_titles_alone(tape: str, works: bool, asks: str) -> None:
    harness = load_harnesses().known[tape]
    working, approval = (
        (TAPES / f"{tape}-{what}.txt").read_text().partition("\n")[0] for what in ("working", "approval")
    )
    assert harness.works(working, "") is works
    assert harness.asks(approval, "") == asks


@pytest.fixture
def site(site: Site, tmp_path: Path) -> Site:
    program = tmp_path / "maker"
    program.write_text(f"#!{sys.executable}\n{FAKE.read_text()}")
    program.chmod(0o755)
    (site.harnesses / "maker.toml").write_text(
        f"title = 'Maker'\nprogram = '{program}'\nprompt = ['{{prompt}}']\nresume = ['resume', '{{session}}']\n"
        f"continue = ['resume', 'newest']\n"
        f"interrupt = 'escape'\nagain = 'esc again'\nworking_title = '^[⠁-⣿] '\ndialog = '❯ 1\\. '\nseconds = 8\n"
        f"[conversation]\nfile = '/rollout-(?P<session>[0-9a-f-]{{36}})\\.jsonl$'\n"
        f"[environment]\nFAKE_OUT = '{site.out}'\n"
    )
    return site


@pytest.fixture
def here(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    return place


@asynccontextmanager
async def running(source: TmuxSource) -> AsyncIterator[Running]:
    run = Running(source)
    task = asyncio.create_task(source.run(run.emit))
    try:
        await run.until(lambda r: r.read is not None)
        yield run
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def begun(source: TmuxSource, here: Path, prompt: str) -> Ref:
    await threads(source)
    return (await source.dispatch(order("maker", here, prompt), "i")).threads[0]


async def test_a_title_says_that_it_works_and_the_key_is_pressed_again_where_that_is_wanted(
    site: Site, here: Path
) -> None:
    source = site.source()
    ref = await begun(source, here, "Fix it")
    (thread,) = await threads(source)
    assert (thread.status, thread.raw_status) == (Status.WORKING, "working")
    assert thread.detail == "Maker · place", "the wheel in front of its title stays out of the row"
    assert (await source.manage(c.Interrupt(ref), "i")).text == "Pressed Escape: it stopped working."
    (thread,) = await threads(source)
    assert thread.raw_status != "working"


async def test_two_in_one_directory_come_back_each_in_its_own_conversation(site: Site, here: Path) -> None:
    source = site.source()
    one, two = await begun(source, here, "One"), await begun(source, here, "Two")
    sessions = {prompt: session for session, prompt in site.prompts()}
    await source.manage(c.StopSession(two), "i")
    site.tmux.kill()
    again = site.source()
    await threads(again)
    for ref in (one, two):
        await again.manage(c.Resume(ref), "i")
    assert site.argv()[-2:] == [["resume", sessions["One"]], ["resume", sessions["Two"]]]


async def test_one_that_never_showed_its_conversation_is_not_mixed_up_with_another(
    site: Site, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_LOOKS", 0)
    file = site.harnesses / "maker.toml"
    file.write_text(file.read_text().replace("/rollout-", "/elsewhere-"))
    source = site.source()
    one, two = await begun(source, here, "One"), await begun(source, here, "Two")
    for ref in (one, two):
        await source.manage(c.StopSession(ref), "i")
    with pytest.raises(Refused, match="which conversation is whose cannot be told"):
        await source.manage(c.Resume(one), "i")
    await source.manage(c.Resume(two), "i")
    assert site.argv()[-1] == ["resume", "newest"]
    file.write_text(file.read_text().replace("continue =", "# "))
    await threads(source)
    await source.manage(c.StopSession(two), "i")
    again = site.source()
    await threads(again)
    with pytest.raises(Refused, match="was never seen"):
        await again.manage(c.Resume(two), "i")


async def test_who_asks_and_falls_silent_needs_a_person(
    site: Site, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (activity, picture):  # tmux dates in whole seconds
        monkeypatch.setattr(module, "QUIET", timedelta(seconds=1.2))
    async with running(site.source()) as run:
        with contextlib.suppress(HalfDone):  # over ssh it may ask before anybody saw it begin
            await run.source.dispatch(order("maker", here, "Ask"), "i")
        await run.until(lambda r: r.threads[0].status is Status.QUESTION)
        (thread,) = run.threads
        assert thread.dialog
        assert "sks “❯ 1. Allow it?”" in thread.detail
        with pytest.raises(Refused, match="Enter would answer that"):
            await run.source.send(c.Send(thread.ref, "Go on"), "i")
        site.tmux("send-keys", "-t", "cockpit:0", "Enter")
        await run.until(lambda r: r.threads[0].status is Status.IDLE)
        assert not run.threads[0].dialog


AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WORKER = Worker("worker-1", "local", "opencode", "Fix it", "fix-it", "/p", "/p", "/p", "Fix it", "d", AT, AT)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables of OpenCode 1.18.33 that are asked, with one conversation for each reason not to be WORKER's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    file = tmp_path / "opencode" / "opencode.db"
    file.parent.mkdir()
    at = int(AT.timestamp() * 1000)
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("CREATE TABLE session (id TEXT, directory TEXT, parent_id TEXT, time_created INTEGER)")
        opened.execute("CREATE TABLE part (session_id TEXT, data TEXT)")
        for session, directory, parent, created, text in (
            ("ses_mine", "/p", None, at + 900, "Fix it"),
            ("ses_other", "/p", None, at + 900, "Fix that"),
            ("ses_elsewhere", "/q", None, at + 900, "Fix it"),
            ("ses_child", "/p", "ses_mine", at + 900, "Fix it"),
            ("ses_before", "/p", None, at - 900, "Fix it"),
        ):
            opened.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (session, directory, parent, created))
            data = f'{{"type":"text","text":"{text}"}}'
            opened.execute("INSERT INTO part VALUES (?, ?)", (session, data))
    return file


def test_a_conversation_of_opencode_is_known_by_directory_time_and_prompt(database: Path) -> None:
    opencode = load_harnesses().known["opencode"]
    assert conversation.found(opencode, WORKER, 0) == {"ses_mine"}


async def test_of_two_on_one_prompt_in_one_directory_neither_is_guessed_at(
    site: Site, here: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if site.host:
        pytest.skip("no database is read over ssh")
    monkeypatch.setattr(crew, "_LOOKS", 0)
    file = site.harnesses / "maker.toml"
    query = "SELECT id FROM session WHERE parent_id IS NULL AND :prompt = 'Fix it' AND directory = '/q'"
    file.write_text(
        re.sub("(?m)^file = .*", f'database = ["{database}"]\nquery = "{query}"', file.read_text())
        .replace("continue =", "# ")
    )  # fmt: skip
    source = site.source()
    await threads(source)
    for twin in (await source.dispatch(order("maker", here, "Fix it", count=2), "i")).threads:
        await source.manage(c.StopSession(twin), "i")
        with pytest.raises(Refused, match=r"cannot be told|was never seen"):
            await source.manage(c.Resume(twin), "i")
    (there := here / "there").mkdir()
    alone = (await source.dispatch(order("maker", there, "Fix it"), "i")).threads[0]
    await source.manage(c.StopSession(alone), "i")
    await source.manage(c.Resume(alone), "i")
    assert site.argv()[-1] == ["resume", "ses_elsewhere"]


@pytest.mark.parametrize("content", [b"", b"no database"])
def test_a_database_of_another_kind_tells_nothing(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    assert conversation.found(load_harnesses().known["opencode"], WORKER, 0) == frozenset()


def test_what_could_be_an_option_is_no_id(tmp_path: Path) -> None:
    held = tmp_path / "rollout--rf.jsonl"
    file = tmp_path / "mine.toml"
    file.write_text(
        "title = 'Mine'\nprogram = 'sh'\nresume = ['{session}']\n"
        "[conversation]\nfile = '/rollout-(?P<session>.*)\\.jsonl$'\n"
    )
    with held.open("w"):
        assert conversation.found(read_harness(file), WORKER, os.getpid()) == frozenset()
        held.rename(tmp_path / "rollout-good-1.jsonl")
        assert conversation.found(read_harness(file), WORKER, os.getpid()) == {"good-1"}
