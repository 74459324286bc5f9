"""Workers that are started, fed, watched, stopped and brought back, with fake agents in a real tmux of their own."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from source_kit import Running
from tmux_rig import until, wait_until
from worker_kit import Site, order, threads

from cockpit.core import commands as c
from cockpit.core.ports import CanDispatch, TakesDefaults
from cockpit.model.errors import CockpitError, HalfDone, Refused, SourceError, Stale
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane
from cockpit.model.work import Capability, Status
from cockpit.runtimes.tmux import sending
from cockpit.runtimes.tmux.source import TmuxSource


@pytest.fixture
def here(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    return place


async def started(source: TmuxSource, command: c.Dispatch) -> c.Outcome:
    await threads(source)
    return await source.dispatch(command, "i")


async def test_it_offers_harnesses_where_no_server_runs_yet(site: Site) -> None:
    run = Running(site.source(harness="pasted"))
    assert isinstance(run.source, CanDispatch)
    await run.source.read(run.emit)
    assert run.state is not None
    assert (run.state.health, run.state.can_dispatch, run.state.machine) == (
        Health.ABSENT,
        True,
        f"{site.host or 'here'}:",
    )
    assert run.state.bulk
    assert run.state.worktrees
    assert run.state.offers[0].instance == "pasted"
    missing = {offer.instance: offer.note for offer in run.state.offers if not offer.ready}
    assert missing.get("aider", "aider is not installed").startswith("aider is not installed")
    with pytest.raises(Refused, match="no project"):
        await run.source.create_project(c.CreateProject("local", "x", "/tmp"), "i")


@pytest.mark.parametrize("harness", ["argument", "pasted", "slow"])
async def test_a_prompt_arrives_whole_and_its_turn_is_seen(site: Site, here: Path, harness: str) -> None:
    prompt = "-- Fix “this”, $HOME `x` 'y' \\n\n\nand\tthat; #{pane_id}\n"
    source = site.source()
    outcome = await started(source, order(harness, here, prompt))
    assert outcome.text.startswith("Started “-- Fix “this”")
    if harness == "argument":
        assert site.argv()[0][-1] == f" {prompt}", "with a space, since it begins like an option"
    else:
        assert site.prompts() == [prompt.replace("\n", "\r")] or site.prompts() == [prompt]
    (thread,) = await threads(source)
    assert thread.ref == outcome.thread
    assert thread.harness == harness
    assert thread.status is Status.WORKING
    assert any(key.startswith("session:") for key in thread.joins)
    assert not list((site.root / "scripts").iterdir()), "what started it is gone"


async def test_a_prompt_of_a_hundred_kilobytes_is_typed_in_where_no_argument_holds_it(site: Site, here: Path) -> None:
    prompt = "Read all of this. " + "x" * 150_000 + " End."
    source = site.source()
    await threads(source)
    (site.harnesses / "argument.toml").write_text(
        (site.harnesses / "argument.toml").read_text().replace("FAKE_MODE = 'argument'", "FAKE_MODE = 'pasted'")
    )
    source = site.source()
    await started(source, order("argument", here, prompt))
    wait_until(site.prompts)
    assert site.prompts() == [prompt]


@pytest.mark.parametrize(
    ("harness", "why", "raw"),
    [
        ("trust", "It asks “❯ 1. Yes” first, and has no prompt yet.", "asks"),
        ("swallow", "shows nothing of it", "not submitted"),
        ("dies", "It ended at once: No API key found", "not submitted"),
    ],
)
async def test_a_prompt_that_is_not_taken_is_said(site: Site, here: Path, harness: str, why: str, raw: str) -> None:
    source = site.source()
    with pytest.raises(HalfDone, match="not given its prompt") as error:
        await started(source, order(harness, here))
    assert why in error.value.fix
    (thread,) = await threads(source)
    assert error.value.threads == (thread.ref,)
    assert thread.status is (Status.QUESTION if raw == "asks" else Status.FAILED)
    if harness == "dies":
        assert thread.can(Capability.RESUME)
    assert thread.raw_status == raw
    assert why in thread.detail
    assert not site.prompts(), "and nothing was typed into a dialog"
    assert ("answer", "\r") not in site.told


async def test_one_that_has_its_prompt_and_asks_first_needs_a_person_and_no_second_prompt(
    site: Site, here: Path
) -> None:
    source = site.source()
    with pytest.raises(HalfDone, match="“Fix the parser” has its prompt, and no turn was seen to begin") as error:
        await started(source, order("guarded", here))
    assert error.value.fix == "It asks “❯ 1. Yes” before it begins on its prompt. Open it and answer."
    (thread,) = await threads(source)
    assert (thread.status, thread.dialog, thread.detail) == (Status.QUESTION, True, error.value.fix)
    site.tmux("send-keys", "-t", "cockpit:0", "Enter")
    wait_until(lambda: "working" in site.tmux.screen("cockpit:0"))
    assert site.argv()[0][-1] == "Fix the parser"


async def test_the_same_again_is_refused_with_the_name_of_the_first(site: Site, here: Path) -> None:
    source, other = site.source(), site.source()
    await threads(other)
    await started(source, order("pasted", here))
    for again in (source, other):
        with pytest.raises(Refused, match="“Fix the parser” was started on just this"):
            await again.dispatch(order("pasted", here), "i")
    assert len(site.tmux("list-panes", "-a").splitlines()) == 1
    await source.dispatch(order("pasted", here, "Something else"), "i")
    assert len(await threads(source)) == 2


async def test_two_cockpits_at_once_start_it_once(site: Site, here: Path) -> None:
    one, two = site.source(), site.source()
    await threads(one)
    await threads(two)
    done = await asyncio.gather(
        one.dispatch(order("pasted", here), "i"), two.dispatch(order("pasted", here), "i"), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Outcome", "Refused"]


async def test_many_at_once_are_numbered(site: Site, here: Path) -> None:
    source = site.source()
    outcome = await started(source, order("pasted", here, count=3))
    assert len(outcome.threads) == 3
    titles = {thread.title for thread in await threads(source)}
    assert titles == {f"{number}/3 Fix the parser" for number in (1, 2, 3)}
    names = site.tmux("list-windows", "-a", "-F", "#{window_name}").split()
    assert sorted(names) == ["fix-parser-1", "fix-parser-2", "fix-parser-3"]


async def test_what_cannot_be_started_is_refused_before_anything_is_made(site: Site, here: Path) -> None:
    source = site.source()
    await threads(source)
    for command, why in (
        (order("nobody", here), "no harness 'nobody'"),
        (order("pasted", here / "nowhere"), "no directory"),
        (order("pasted", here, runtime_mode="bold"), "no mode 'bold'"),
        (order("pasted", here, worktree=True), "no git repository"),
        (order("pasted", here, count=1000), "too many"),
    ):
        with pytest.raises(Refused, match=why):
            await source.dispatch(command, "i")
    assert await threads(source) == []
    assert site.told == []


async def test_interrupting_and_sending_are_seen_to_work(site: Site, here: Path) -> None:
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]
    assert (await source.manage(c.Interrupt(ref), "i")).text == "Pressed Escape: it stopped working."
    await source.send(c.Send(ref, "Go on"), "i")
    assert site.prompts()[-1] == "Go on"


async def test_nothing_is_typed_into_a_dialog(site: Site, here: Path) -> None:
    source = site.source()
    with pytest.raises(HalfDone):
        await started(source, order("trust", here))
    (thread,) = await threads(source)
    with pytest.raises(Refused, match="asks “❯ 1"):
        await source.send(c.Send(thread.ref, "Go on"), "i")
    site.tmux("send-keys", "-t", "cockpit:0", "Enter")
    wait_until(lambda: ("answer", "\r") in site.told and "ready" in site.tmux.screen("cockpit:0"))
    await source.send(c.Send(thread.ref, "Go on"), "i")
    assert site.prompts() == ["Go on"]
    (thread,) = await threads(source)
    assert thread.raw_status != "not submitted"


async def test_stopped_it_can_be_brought_back_in_its_own_conversation(site: Site, here: Path) -> None:
    source = site.source()
    ref = (await started(source, order("argument", here))).threads[0]
    session = site.argv()[0][1]
    said = await source.manage(c.StopSession(ref), "i")
    assert said.text == "Stopped “Fix the parser”. Its window fix-parser (%0) is closed, with Fake argument in it."
    (thread,) = await threads(site.source())
    assert (thread.ref, thread.status, thread.raw_status) == (ref, Status.ENDED, "stopped")
    assert thread.can(Capability.RESUME)
    await source.manage(c.Resume(ref), "i")
    assert site.argv()[1] == ["--id", session, "resume"]
    (thread,) = await threads(source)
    assert thread.ref == ref
    with pytest.raises(Refused, match="still runs"):
        await source.manage(c.Resume(ref), "i")


async def test_after_the_server_was_killed_each_comes_back_once(site: Site, here: Path) -> None:
    source, other = site.source(), site.source()
    refs = (await started(source, order("pasted", here, count=3))).threads
    site.tmux.kill()
    gone = await threads(source)
    assert {thread.ref for thread in gone} == set(refs)
    assert {thread.status for thread in gone} == {Status.ENDED}
    assert all("can be brought back" in thread.detail and thread.can(Capability.RESUME) for thread in gone)
    await threads(other)
    tries = [each.manage(c.Resume(ref), "i") for each in (source, other) for ref in refs]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(each, c.Outcome | Stale | Refused) for each in done), done
    assert [type(each) for each in done].count(c.Outcome) == 3
    assert len(site.tmux("list-panes", "-a").splitlines()) == 3
    assert len(site.argv()) == 6


async def test_afresh_it_begins_with_its_prompt_in_a_new_conversation(site: Site, here: Path) -> None:
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]
    await source.manage(c.StopSession(ref), "i")
    await source.manage(c.Resume(ref, fresh=True), "i")
    assert site.prompts() == ["Fix the parser", "Fix the parser"]
    first, second = site.argv()
    assert first[1] != second[1]


async def test_a_dead_terminal_gives_way_to_the_new_one(site: Site, here: Path) -> None:
    source = site.source()
    with pytest.raises(HalfDone):
        await started(source, order("dies", here))
    (thread,) = await threads(source)
    with pytest.raises(HalfDone, match="It ended at once: No API key found"):
        await source.manage(c.Resume(thread.ref), "i")
    (again,) = await threads(source)
    assert again.ref == thread.ref
    assert len(site.tmux("list-panes", "-a").splitlines()) == 1
    # By its name whoever shows a terminal sees that it is another one.
    assert again.terminal
    assert again.terminal != thread.terminal
    shown = source.terminal(Ref.parse(again.terminal))
    shown.watch(Lane.PROMPT, lambda: None)
    await until(lambda: shown.screen.lines and not shown.trouble)
    await shown.close()


async def test_who_is_brought_back_gets_its_prompt_though_its_old_terminal_stays(
    site: Site, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HalfDone):
        await started(site.source(), order("dies", here))
    (site.harnesses / "dies.toml").write_text((site.harnesses / "pasted.toml").read_text())
    source = site.source()
    (thread,) = await threads(source)

    async def broken(*_: object) -> str:
        raise SourceError("The link broke.")

    monkeypatch.setattr(sending, "end", broken)
    outcome = await source.manage(c.Resume(thread.ref, fresh=True), "i")
    assert outcome.notes == ("Its old terminal is still there: The link broke.",)
    assert site.prompts() == ["Fix the parser"]


@pytest.mark.parametrize("order_", [c.StopSession, lambda ref: c.Close(ref, confirmed=True)])
async def test_who_could_not_be_ended_is_not_recorded_as_ended(
    site: Site, here: Path, order_: Callable[[Ref], c.ThreadCommand], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]

    async def broken(*_: object) -> str:
        raise SourceError("The link broke.")

    monkeypatch.setattr(sending, "end", broken)
    with pytest.raises(SourceError):
        await source.manage(order_(ref), "i")
    site.tmux("kill-window", "-t", "cockpit:0")
    (thread,) = await threads(site.source())
    assert (thread.raw_status, thread.lost) == ("gone", True)


async def test_closed_it_is_gone_from_the_list(site: Site, here: Path) -> None:
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]
    await source.manage(c.Close(ref, confirmed=True), "i")
    assert await threads(source) == []


async def test_a_running_source_tells_of_a_worker_that_another_one_starts_and_ends(site: Site, here: Path) -> None:
    run = Running(site.source())
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.read is not None)
        ref = (await started(site.source(), order("pasted", here))).threads[0]
        await run.until(lambda r: any(each.ref == ref and each.terminal for each in r.threads))
        await site.source().close()
        site.tmux("kill-window", "-t", "cockpit:0")
        await run.until(lambda r: [each.raw_status for each in r.threads] == ["gone"])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_running_source_starts_one_itself(site: Site, here: Path) -> None:
    run = Running(site.source())
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.read is not None)
        ref = (await run.source.dispatch(order("pasted", here), "i")).threads[0]
        await run.until(lambda r: r.threads[0].ref == ref and r.threads[0].status is Status.WORKING)
        assert run.source.terminal(ref)
        site.tmux.kill()
        await run.until(lambda r: [(each.ref, each.raw_status) for each in r.threads] == [(ref, "gone")])
        await run.source.manage(c.Resume(ref), "i")
        await run.until(lambda r: r.threads[0].ref == ref and r.threads[0].terminal)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_paused_it_stays_so_over_a_restart_and_its_death_is_seen(site: Site, here: Path) -> None:
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]
    await source.pause(ref)
    again = site.source()
    (thread,) = await threads(again)
    assert thread.raw_status == "paused"
    await again.unpause(ref)
    await again.manage(c.Interrupt(ref), "i")
    await again.pause(ref)
    shell = int(site.tmux("display-message", "-p", "-t", "cockpit:0", "#{pane_pid}"))
    child = int(Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0])  # noqa: ASYNC240
    os.kill(child, signal.SIGKILL)
    last = site.source()
    await until(lambda: site.tmux("display-message", "-p", "-t", "cockpit:0", "#{pane_dead}") == "1")
    (thread,) = await threads(last)
    assert thread.status in (Status.FAILED, Status.ENDED)  # tmux loses the exit code now and then
    assert thread.can(Capability.RESUME)
    assert thread.ref == ref


async def test_a_harness_that_is_not_there_is_refused(site: Site, here: Path) -> None:
    (site.harnesses / "ghost.toml").write_text("title = 'Ghost'\nprogram = 'no-such-program-here'\n")
    source = site.source()
    with pytest.raises(Refused, match="no-such-program-here is not installed"):
        await started(source, order("ghost", here))
    assert await threads(source) == []


async def test_tmux_that_refuses_leaves_nothing(site: Site, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker_kit.SOCKET", str(site.root / "nowhere" / "socket"))
    with pytest.raises(CockpitError, match="opened no window"):
        await started(site.source(), order("pasted", here))
    assert not list((site.root / "scripts").iterdir())
    assert await threads(site.source()) == []


async def test_workers_outlive_a_server_that_lets_sessions_go_with_their_last_client(site: Site, here: Path) -> None:
    site.tmux("new-session", "-d", "-s", "one", "cat")
    site.tmux("set-option", "-g", "destroy-unattached", "on")
    source = site.source()
    ref = (await started(source, order("pasted", here))).threads[0]
    site.tmux("kill-session", "-t", "one", check=False)
    await source.manage(c.Interrupt(ref), "i")
    assert [thread.ref for thread in await threads(site.source())] == [ref]


async def test_doctor_hears_which_harnesses_are_ready_and_which_files_are_wrong(site: Site) -> None:
    (site.harnesses / "broken.toml").write_text("title = 'Broken'")
    (site.harnesses / "ghost.toml").write_text("title = 'Ghost'\nprogram = 'no-such-program-here'\n")
    source = site.source()
    run = Running(source)
    await source.read(run.emit)
    said = dict(await source.diagnose())
    assert said["harness pasted"] == "ready"
    assert said["harness ghost"] == f"no-such-program-here is not installed{' on far' * bool(site.host)}"
    assert run.state is not None
    assert sum("broken.toml: program is missing" in note for note in run.state.notes) == 1
    assert "broken.toml" not in str(said), "or doctor would say it twice"


async def test_what_a_harness_is_started_with_can_be_changed_while_the_cockpit_runs(site: Site) -> None:
    file = site.harnesses / "pasted.toml"
    file.write_text("model = ['--model', '{model}']\n" + file.read_text())
    source = site.source(defaults={"pasted": {"model": "old"}})
    assert isinstance(source, TakesDefaults)
    run = Running(source)

    async def model() -> str | None:
        await source.read(run.emit)
        assert run.state is not None
        return {offer.instance: offer.defaults for offer in run.state.offers}["pasted"].get("model")

    assert await model() == "old"
    source.take_defaults({"pasted": {"model": "new"}})
    assert await model() == "new"
    source.take_defaults({})
    assert await model() is None


async def test_what_a_start_left_behind_goes_after_a_day(site: Site, here: Path) -> None:
    old = site.root / "scripts" / "start-old"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    await started(site.source(), order("pasted", here))
    assert list((site.root / "scripts").iterdir()) == []
