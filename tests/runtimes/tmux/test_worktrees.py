"""Worktrees of workers in real repositories: made, prepared, taken back, and closed only when nothing is lost."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest
from worker_kit import Site, git, order, repository, threads

from cockpit.core import commands as c
from cockpit.model.errors import CockpitError, HalfDone, Refused, Rejected
from cockpit.model.ids import Ref
from cockpit.model.work import Capability


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "work" / "demo")


async def begun(site: Site, repo: Path, *, config: dict[str, object] | None = None, **more: object) -> tuple[Ref, Path]:
    source = site.source(**config or {})
    await threads(source)
    outcome = await source.dispatch(order("pasted", repo, worktree=True, **more), "i")
    (thread,) = [thread for thread in await threads(source) if thread.ref == outcome.thread]
    assert thread.worktree is not None
    return thread.ref, Path(thread.worktree)


def untouched(repo: Path) -> bool:
    """Nothing is there that was not before."""
    beside = sorted(path.name for path in repo.parent.iterdir())
    return (
        git(repo, "branch", "--format=%(refname:short)") == "main"
        and len(git(repo, "worktree", "list").splitlines()) == 1
        and beside == [repo.name]
    )


async def test_it_stands_beside_the_repository_on_a_branch_named_from_the_prompt(site: Site, repo: Path) -> None:
    _, tree = await begun(site, repo)
    assert tree == repo.parent / "demo-worktrees" / "fix-parser"
    assert git(tree, "branch", "--show-current") == "fix-parser"
    (thread,) = await threads(site.source())
    assert (thread.branch, thread.project) == ("fix-parser", Ref("local", str(repo)))


async def test_each_of_many_has_its_own(site: Site, repo: Path) -> None:
    await begun(site, repo, count=3)
    branches = git(repo, "branch", "--format=%(refname:short)").split()
    assert branches == ["fix-parser-1", "fix-parser-2", "fix-parser-3", "main"]


async def test_below_the_root_it_works_below_the_root(site: Site, repo: Path) -> None:
    (repo / "src").mkdir()
    (repo / "src" / "b.txt").write_text("two\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "Two")
    _, tree = await begun(site, repo / "src")
    assert site.tmux("display-message", "-p", "-t", "cockpit:0", "#{pane_current_path}") == str(tree / "src")


async def test_branch_base_and_place_as_they_are_said(site: Site, repo: Path, tmp_path: Path) -> None:
    git(repo, "branch", "old")
    git(repo, "commit", "-q", "--allow-empty", "-m", "Two")
    _, tree = await begun(
        site, repo, branch="ada/try", base_branch="old", config={"worktrees": str(tmp_path / "trees")}
    )
    assert tree == tmp_path / "trees" / "ada-try"
    assert git(tree, "rev-parse", "HEAD") == git(repo, "rev-parse", "old")


async def test_ignored_files_are_copied_and_the_setup_is_run_in_it(site: Site, repo: Path) -> None:
    (repo / ".env").write_text("KEY=1")
    (repo / "build").mkdir()
    (repo / "build" / "cache").write_text("c")
    (repo / "mine.txt").write_text("not ignored")
    setup = ("sh", "-c", "cat .env > build/seen; echo $COCKPIT_BRANCH >> build/seen")
    _, tree = await begun(
        site, repo, setup=True, config={"copy": (".env", "build", "*.txt", "no-such*"), "setup": setup}
    )
    assert (tree / "build" / "cache").read_text() == "c"
    assert (tree / "build" / "seen").read_text() == "KEY=1fix-parser\n"
    assert not (tree / "mine.txt").exists()


async def test_what_the_setup_leaves_running_holds_nothing_up(site: Site, repo: Path) -> None:
    setup = ("sh", "-c", 'sleep 60 & echo $! > "$COCKPIT_REPOSITORY/left"')
    async with asyncio.timeout(30):
        await begun(site, repo, setup=True, config={"setup": setup})
    left = int((repo / "left").read_text())
    os.kill(left, signal.SIGKILL)  # fails if it was waited for, or ended


FULL = """#!/bin/sh
case " $* " in
*" worktree add "*) printf "SAID" >&2; exit 128;;
esac
exec REAL "$@"
"""


@pytest.mark.parametrize("fault", ["setup", "copy", "disk", "unwritten", "branch", "taken", "base", "window"])
async def test_a_failure_half_way_is_told_and_leaves_nothing(
    site: Site, repo: Path, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: dict[str, object] = {}
    more: dict[str, object] = {}
    match fault:
        case "setup":
            config, more = {"setup": ("sh", "-c", "echo cannot install; exit 4")}, {"setup": True}
            why = "The setup command failed: cannot install"
        case "copy":
            (repo / ".env").write_text("KEY=1")
            site.program("cp", "#!/bin/sh\necho 'cp: .env: Permission denied' >&2; exit 1\n", monkeypatch)
            config, why = {"copy": (".env",)}, "Copying .env failed: cp: .env: Permission denied"
        case "disk":
            said = "fatal: cannot create directory: No space left on device"
            site.program("git", FULL.replace("REAL", str(shutil.which("git"))).replace("SAID", said), monkeypatch)
            why = "The disk is full: git worktree failed"
        case "unwritten":  # git 2.39 on a disk that fills up meanwhile
            said = "error: unable to write file big\\nfatal: Could not reset index file to revision 'HEAD'."
            site.program("git", FULL.replace("REAL", str(shutil.which("git"))).replace("SAID", said), monkeypatch)
            why = "git worktree failed: unable to write file big. See whether the disk is full"
        case "branch":
            more, why = {"branch": "not..good"}, "'not..good' is not a valid branch name"
        case "taken":
            more, why = {"branch": "main"}, "There is a branch or worktree main already"
        case "base":
            more, why = {"base_branch": "nowhere"}, "has no commit 'nowhere' to begin from"
        case _:
            monkeypatch.setattr("worker_kit.SOCKET", str(tmp_path / "none" / "socket"))
            why = "opened no window"
    source = site.source(**config)
    await threads(source)
    with pytest.raises(Rejected, match=why.replace(".", r"\.")):
        await source.dispatch(order("pasted", repo, worktree=True, **more), "i")
    assert untouched(repo)
    assert await threads(source) == []
    assert site.told == []


async def test_a_start_that_is_given_up_leaves_nothing(site: Site, repo: Path, tmp_path: Path) -> None:
    source = site.source(setup=("sh", "-c", f"touch {tmp_path}/there; sleep 0.5"))
    await threads(source)
    starting = asyncio.create_task(source.dispatch(order("pasted", repo, worktree=True, setup=True), "i"))
    async with asyncio.timeout(10):
        while not os.path.exists(tmp_path / "there"):  # noqa: ASYNC240
            await asyncio.sleep(0.01)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert untouched(repo)
    assert await threads(source) == []


async def test_when_some_cannot_the_others_run_and_are_named(site: Site, repo: Path) -> None:
    setup = ("sh", "-c", 'test "$COCKPIT_BRANCH" != fix-parser-2')
    source = site.source(setup=setup)
    await threads(source)
    with pytest.raises(HalfDone, match="2 of 3 started with Fake pasted; another was not") as error:
        await source.dispatch(order("pasted", repo, worktree=True, setup=True, count=3), "i")
    assert {thread.ref for thread in await threads(source)} == set(error.value.threads)
    assert git(repo, "branch", "--format=%(refname:short)").split() == ["fix-parser-1", "fix-parser-3", "main"]


# Closing


async def test_closing_removes_the_worktree_and_keeps_the_branch(site: Site, repo: Path) -> None:
    ref, tree = await begun(site, repo)
    source = site.source()
    (thread,) = await threads(source)
    assert thread.can(Capability.CLOSE)
    outcome = await source.manage(c.Close(ref, confirmed=True), "i")
    assert not tree.exists()
    assert git(repo, "branch", "--format=%(refname:short)").split() == ["fix-parser", "main"]
    assert f"git -C {repo} worktree add {tree} fix-parser" in outcome.notes[0]
    assert await threads(source) == []


@pytest.mark.parametrize("state", ["changed", "new", "staged", "committed", "detached"])
async def test_closing_is_refused_while_work_would_be_lost_and_says_which(site: Site, repo: Path, state: str) -> None:
    ref, tree = await begun(site, repo)
    why = r"1 file is not committed \(b\.txt\)"
    if state == "changed":
        (tree / "a.txt").write_text("other")
        why = r"1 file is not committed \(a\.txt\)"
    else:
        (tree / "b.txt").write_text("new")
    if state == "detached":
        git(tree, "checkout", "-q", "--detach")
    if state in ("staged", "committed", "detached"):
        git(tree, "add", ".")
    if state in ("committed", "detached"):
        git(tree, "commit", "-qm", "Two")
        why = r"1 commit is not pushed \(the last: “Two”\)"
    source = site.source()
    await threads(source)
    with pytest.raises(Refused, match=why):
        await source.manage(c.Close(ref, confirmed=True), "i")
    (thread,) = await threads(source)
    assert thread.terminal, "and it runs on"
    assert tree.is_dir()


@pytest.mark.parametrize("how", ["pushed", "merged"])
async def test_what_is_elsewhere_too_is_not_lost(site: Site, repo: Path, tmp_path: Path, how: str) -> None:
    ref, tree = await begun(site, repo)
    git(tree, "commit", "-q", "--allow-empty", "-m", "Two")
    if how == "pushed":
        git(repo, "init", "-q", "--bare", str(tmp_path / "far.git"))
        git(repo, "remote", "add", "origin", str(tmp_path / "far.git"))
        git(tree, "push", "-q", "origin", "fix-parser")
    else:
        git(repo, "merge", "-q", "fix-parser")
    source = site.source()
    await threads(source)
    await source.manage(c.Close(ref, confirmed=True), "i")
    assert not tree.exists()


async def test_a_worktree_that_another_worker_uses_is_left(site: Site, repo: Path) -> None:
    ref, tree = await begun(site, repo)
    source = site.source()
    await threads(source)
    await source.dispatch(order("pasted", tree, "Look at it"), "i")
    with pytest.raises(Refused, match="“Look at it” works in"):
        await source.manage(c.Close(ref, confirmed=True), "i")


async def test_one_whose_worktree_is_gone_says_how_to_get_it_back(site: Site, repo: Path) -> None:
    ref, tree = await begun(site, repo)
    source = site.source()
    await threads(source)
    await source.manage(c.StopSession(ref), "i")
    git(repo, "worktree", "remove", "--force", str(tree))
    with pytest.raises(Refused) as error:
        await source.manage(c.Resume(ref), "i")
    assert error.value.fix.startswith(f"Run git -C {repo} worktree add {tree} fix-parser")
    with pytest.raises(CockpitError):
        await source.manage(c.Interrupt(ref), "i")
    await source.manage(c.Close(ref, confirmed=True), "i")
    assert await threads(source) == []
