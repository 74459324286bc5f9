"""Repositories as git makes them, read without git."""

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.runtimes.tmux.repository import Checkout, Checkouts


def git(place: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *arguments],
        cwd=place, check=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(place)},
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "demo"
    place.mkdir()
    git(place, "init")
    git(place, "commit", "--allow-empty", "-m", "first")
    return place


def look(path: Path) -> Checkout | None:
    return Checkouts().of([str(path)])[str(path)]


def test_a_directory_inside_of_a_repository(repository: Path) -> None:
    (repository / "src" / "deep").mkdir(parents=True)
    assert look(repository / "src" / "deep") == Checkout(str(repository), "main")


def test_a_pipe_in_its_place_holds_nobody_up(repository: Path) -> None:
    os.mkfifo(repository / ".git" / "commondir")
    assert look(repository) == Checkout(str(repository), "main")


def test_a_worktree_belongs_to_its_repository(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-b", "fix/one", str(tmp_path / "demo-fix"))
    assert look(tmp_path / "demo-fix") == Checkout(str(repository), "fix/one", str(tmp_path / "demo-fix"))


def test_a_worktree_of_a_bare_repository(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--bare", str(repository), "bare.git")
    git(tmp_path / "bare.git", "worktree", "add", "-b", "two", str(tmp_path / "two"))
    assert look(tmp_path / "two") == Checkout(str(tmp_path / "bare.git"), "two", str(tmp_path / "two"))


def test_a_commit_without_a_branch(repository: Path) -> None:
    git(repository, "checkout", "--detach")
    found = look(repository)
    assert found is not None
    assert found.branch is not None
    assert len(found.branch) == 8


def test_a_switch_of_branches_is_seen(repository: Path) -> None:
    known = Checkouts()
    assert known.of([str(repository)])[str(repository)] == Checkout(str(repository), "main")
    git(repository, "switch", "-c", "other")
    os.utime(repository / ".git" / "HEAD", ns=(1, 1))
    assert known.of([str(repository)])[str(repository)] == Checkout(str(repository), "other")


def test_an_unchanged_head_is_not_read_again(repository: Path) -> None:
    known = Checkouts()
    first = known.of([str(repository)])[str(repository)]
    assert known.of([str(repository)])[str(repository)] is first


def test_a_repository_that_appears_later_is_seen(tmp_path: Path) -> None:
    known = Checkouts()
    assert known.of([str(tmp_path)]) == {str(tmp_path): None}
    git(tmp_path, "init")
    assert known.of([str(tmp_path)]) == {str(tmp_path): Checkout(str(tmp_path), "main")}


@pytest.mark.parametrize(
    "path", ["", "relative", "/proc/1/root/nowhere", "/srv/a\x00b", "/x" * 3000], ids=lambda path: repr(path[:20])
)
def test_no_repository(path: str) -> None:
    assert Checkouts().of([path]) == {path: None}


def test_broken_files_are_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").write_bytes(b"\xff\xfegitdir: nowhere")
    assert look(tmp_path) is None
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert look(tmp_path) == Checkout(str(tmp_path), None)
