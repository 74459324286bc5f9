"""What is special about workers on a far machine: the link, what travels over it, and what can go wrong with it."""

import asyncio
import shlex
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from source_kit import Running
from ssh_rig import Sshd, need_sshd
from tmux_rig import until
from worker_kit import Site, git, order, repository, threads

from cockpit.core import commands as c
from cockpit.model.errors import AuthError, HalfDone, Refused, Rejected, SourceError
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status
from cockpit.runtimes.tmux import once
from cockpit.runtimes.tmux.address import SSH
from cockpit.runtimes.tmux.link import one_link


@pytest.fixture
def daemon(tmp_path: Path, sockets: Path) -> Iterator[Sshd]:
    need_sshd()
    made = Sshd(tmp_path, sockets / "links")
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def site(tmp_path: Path, daemon: Sshd) -> Iterator[Site]:
    made = Site(tmp_path, daemon)
    try:
        yield made
    finally:
        made.tmux.kill()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "work" / "it's a “demo”")


def spied(site: Site) -> Path:
    """Let every ssh write down its arguments, one process a line, in this file."""
    log, spy = site.root / "argv", site.root / "ssh-spy"
    spy.write_text(f'#!/bin/sh\nprintf "%s " "$@" | tr "\\n" " " >>{log}; echo >>{log}\nexec ssh "$@"\n')
    spy.chmod(0o755)
    assert site.sshd is not None
    site.sshd.client = (str(spy), *site.sshd.client[1:])
    return log


async def test_a_prompt_never_stands_among_the_arguments_of_ssh(site: Site, repo: Path) -> None:
    log = spied(site)
    source = site.source(setup=("sh", "-c", "true"))
    await threads(source)
    secret = "Fix the parser\n" + "the 'swordfish'\n" * 6000
    await source.dispatch(order("pasted", repo, secret, worktree=True, setup=True), "i")
    assert len(log.read_text().splitlines()) > 5
    assert "swordfish" not in log.read_text()
    assert site.prompts() == [secret.replace("\n", "\r")] or site.prompts() == [secret]


async def test_all_errands_share_one_link_whose_socket_is_ours_alone(site: Site, repo: Path, sockets: Path) -> None:
    source = site.source()
    await threads(source)
    (link,) = [each for each in (sockets / "links").iterdir() if each.is_socket()]
    assert stat.S_IMODE(link.stat().st_mode) == 0o600
    assert stat.S_IMODE((sockets / "links").stat().st_mode) == 0o700
    assert site.sshd is not None
    before = len(site.sshd.logins())
    await source.dispatch(order("pasted", repo, worktree=True, count=12), "i")
    assert len(site.sshd.logins()) == before, "no step was a new handshake"
    assert len(await threads(source)) == 12


def test_where_a_link_cannot_be_shared_ssh_is_used_without(tmp_path: Path, sockets: Path) -> None:
    assert one_link(tmp_path / ("long" * 20)) == SSH
    (sockets / "file").touch()
    assert one_link(sockets / "file" / "links") == SSH
    own = sockets / "own"
    own.write_text("Host *\nControlPath none\n")
    file = Path(one_link(sockets / "links", (str(own),))[-1])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = subprocess.run(["ssh", "-G", "-F", file, "box"], capture_output=True, text=True, check=True).stdout
    assert "controlpath" not in said, "what a person says comes first"


async def test_a_program_is_found_where_a_login_shell_finds_it(site: Site, repo: Path) -> None:
    assert site.sshd is not None
    place = site.sshd.home / "own programs"
    place.mkdir()
    (place / "far-agent").write_text((site.root / "agent").read_text())
    (place / "far-agent").chmod(0o755)
    (site.sshd.home / ".profile").write_text(f"echo Welcome; TOKEN=t0k3n; export TOKEN\nPATH='{place}':$PATH\n")
    text = (site.harnesses / "pasted.toml").read_text().replace(str(site.root / "agent"), "far-agent")
    (site.harnesses / "mine.toml").write_text(text)
    source = site.source()
    await threads(source)
    ref = (await source.dispatch(order("mine", repo), "i")).threads[0]
    (thread,) = await threads(source)
    assert (thread.ref, thread.status) == (ref, Status.WORKING)
    shown = Path(f"/proc/{site.tmux.show('#{pane_pid}', 'cockpit:0')}/environ").read_text()  # noqa: ASYNC240
    assert "TOKEN=t0k3n" in shown, "it has what the person's own shell has"


async def test_its_row_belongs_to_its_repository_and_says_what_is_not_seen_of_it(site: Site, repo: Path) -> None:
    source = site.source()
    await threads(source)
    await source.dispatch(order("pasted", repo, worktree=True), "i")
    run = Running(source)
    await source.read(run.emit)
    (thread,) = run.threads
    assert (thread.project, thread.branch) == (Ref("local", str(repo)), "fix-parser")
    assert run.read is not None
    assert [project.key for project in run.read.projects] == [f"far:{repo}"]
    assert "another machine" in thread.reason(Capability.APPROVE)


async def test_a_path_is_read_there_and_checked_there(site: Site, repo: Path) -> None:
    assert site.sshd is not None
    (site.sshd.home / "notes").mkdir()
    source = site.source()
    await threads(source)
    await source.dispatch(order("pasted", Path("~/notes")), "i")
    (thread,) = await threads(source)
    assert thread.project == Ref("local", str(site.sshd.home / "notes"))
    with pytest.raises(Refused, match="There is no directory ~/nowhere on far"):
        await source.dispatch(order("pasted", Path("~/nowhere")), "i")
    with pytest.raises(Refused, match="notes is no whole path"):
        await source.dispatch(order("pasted", Path("notes")), "i")


async def test_of_another_host_it_is_neither_ended_nor_started(site: Site, repo: Path) -> None:
    source = site.source()
    await threads(source)
    ref = (await source.dispatch(order("pasted", repo), "i")).threads[0]
    source._crew.means = replace(source._crew.means, where=replace(source._crew.means.where, host="elsewhere"))
    for command in (c.Resume(ref), c.StopSession(ref), c.Close(ref, confirmed=True)):
        with pytest.raises(Refused, match="belongs to far, and local is on elsewhere now"):
            await source.manage(command, "i")


async def test_who_asks_there_needs_a_person_while_it_prints_and_only_until_it_is_answered(
    site: Site, repo: Path
) -> None:
    run = Running(site.source())
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.read is not None)
        with pytest.raises(HalfDone):
            await run.source.dispatch(order("restless", repo), "i")
        await run.until(lambda r: r.threads[0].status is Status.QUESTION and r.threads[0].dialog)
        site.tmux("send-keys", "-t", "cockpit:0", "Enter")
        await run.until(lambda r: not r.threads[0].dialog)
        assert run.threads[0].raw_status == "printing", "and not only when it has been silent for long"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# Faults


async def test_a_link_that_drops_half_way_is_said_with_what_is_left(site: Site, repo: Path) -> None:
    assert site.sshd is not None
    mark = site.root / "there"
    source = site.source(setup=("sh", "-c", f"touch {mark}; sleep 30"))
    await threads(source)
    starting = asyncio.create_task(source.dispatch(order("pasted", repo, worktree=True, setup=True), "i"))
    await until(mark.exists)
    site.sshd.stop()
    with pytest.raises(Rejected, match="The ssh link to far dropped") as error:
        await starting
    tree = repo.parent / f"{repo.name}-worktrees" / "fix-parser"
    assert f"{tree} on far could not be taken back" in error.value.message
    assert error.value.fix.endswith(f"worktree remove --force {shlex.quote(str(tree))}")
    assert await threads(source) == []
    with pytest.raises(SourceError, match="Nothing listens for ssh on far"):
        await source.dispatch(order("pasted", repo), "i")
    site.sshd.start()
    await source.dispatch(order("pasted", repo), "i")
    assert len(await threads(source)) == 1


async def test_a_link_that_drops_once_the_window_is_there_loses_no_worker(site: Site, repo: Path) -> None:
    assert site.sshd is not None
    client, script = " ".join(map(shlex.quote, site.sshd.client)), site.root / "drops"
    script.write_text(
        f'#!/bin/sh\n{client} "$@"; code=$?\n'
        f'case "$*" in *new-session*|*new-window*) [ $code = 0 ] && mkdir {site.root}/dropped && exit 255;; esac\n'
        "exit $code\n"
    )
    script.chmod(0o755)
    site.sshd.client = (str(script),)
    source = site.source()
    await threads(source)
    ref = (await source.dispatch(order("pasted", repo, worktree=True), "i")).threads[0]
    assert (site.root / "dropped").exists()
    (thread,) = await threads(source)
    assert (thread.ref, thread.status, thread.branch) == (ref, Status.WORKING, "fix-parser")
    assert site.prompts() == ["Fix the parser"]


async def test_while_the_link_is_down_nothing_is_brought_back_or_closed(site: Site, repo: Path) -> None:
    assert site.sshd is not None
    source = site.source()
    await threads(source)
    ref = (await source.dispatch(order("pasted", repo, worktree=True), "i")).threads[0]
    site.sshd.stop()
    other = site.source()
    assert await threads(other) == [], "of which nobody says that it has gone"
    for each in (source, other):
        for command in (c.Resume(ref), c.Close(ref, confirmed=True)):
            with pytest.raises(SourceError, match="Nothing listens for ssh on far"):
                await each.manage(command, "i")
    site.sshd.start()
    (thread,) = await threads(other)
    assert thread.ref == ref
    assert thread.terminal
    assert git(repo, "branch", "--format=%(refname:short)").split() == ["fix-parser", "main"]


async def test_a_link_that_hangs_is_said_in_time(site: Site, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = site.source()
    await threads(source)
    script = site.root / "hangs"
    script.write_text("#!/bin/sh\nexec sleep 100\n")
    script.chmod(0o755)
    assert site.sshd is not None
    site.sshd.client = (str(script),)
    monkeypatch.setattr(once, "_FAR_SECONDS", 0.2)
    stuck = site.source()
    run = Running(stuck)
    await stuck.read(run.emit)
    assert run.state is not None
    assert (run.state.health, run.state.can_dispatch) == (Health.DOWN, True)
    with pytest.raises(SourceError, match=r"far:crew did not answer within 0\.2 s"):
        await stuck.dispatch(order("pasted", repo), "i")


async def test_who_would_be_asked_for_a_password_is_told_before_anything_is_made(
    site: Site, repo: Path, tmp_path: Path
) -> None:
    (tmp_path / "authorized").write_text("")
    source = site.source()
    assert await threads(source) == []
    with pytest.raises(AuthError, match="far lets nobody in without asking") as error:
        await source.dispatch(order("pasted", repo), "i")
    assert error.value.fix == "Make ssh far work without a password."


async def test_without_git_there_it_is_said(site: Site, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.program("git", "#!/bin/sh\necho 'git: not found' >&2; exit 127\n", monkeypatch)
    source = site.source()
    await threads(source)
    with pytest.raises(Refused, match="git is not installed on far"):
        await source.dispatch(order("pasted", repo, worktree=True), "i")
    await source.dispatch(order("pasted", repo), "i")


async def test_a_terminal_that_vanished_meanwhile_is_not_brought_back_by_itself(site: Site, repo: Path) -> None:
    run = Running(site.source())
    task = asyncio.create_task(run.source.run(run.emit))
    try:
        await run.until(lambda r: r.read is not None)
        await run.source.dispatch(order("pasted", repo, count=4), "i")
        seen = [thread for fact in run.facts for thread in getattr(fact, "threads", ())]
        assert not any(thread.lost for thread in seen), "no new one ever looked as if it had gone"
        site.tmux("kill-window", "-t", "cockpit:0")
        await run.until(lambda r: [each.raw_status for each in r.threads if each.lost] == ["gone"])
        (gone,) = [each for each in run.threads if each.lost]
        await run.source.manage(c.Resume(gone.ref), "i")
        await run.until(lambda r: len(r.threads) == 4 and all(each.terminal for each in r.threads))
    except HalfDone as error:
        raise AssertionError(error.fix) from error
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
