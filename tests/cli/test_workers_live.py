"""Workers on a real tmux server of the test's own: started, paused, lost with their server, brought back, stopped; here
and on a machine that is reached by `ssh`, for which a shell stands here (over a real one: tests/runtimes/tmux)."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Cockpit

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository, and a directory for sockets whose path is short enough."""
    with tempfile.TemporaryDirectory() as root:
        monkeypatch.setenv("TMUX_TMPDIR", root)
        monkeypatch.setenv("SHELL", "/bin/sh")
        here = Path(root) / "site"
        subprocess.run(["git", "init", "-q", "-b", "main", str(here)], check=True)
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", str(here), *who, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
        monkeypatch.chdir(here)
        try:
            yield here
        finally:
            _kill()


def _kill() -> None:
    subprocess.run(["tmux", "kill-server"], check=False, capture_output=True, env={**os.environ})


@pytest.fixture(params=["here", "far"])
def where(request: pytest.FixtureRequest, place: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How a place of that machine is named."""
    if request.param == "here":
        return []
    monkeypatch.setenv("HOME", str(place.parent))
    ssh = place.parent / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    config.write_text('[[tmux]]\nname = "box"\nhost = "far"\n[panes]\ndiscover = false\n')
    return ["--source", "box", "--project", f"~/{place.name}"]


def test_the_life_of_workers(bare: Cockpit, place: Path, where: list[str]) -> None:
    made = bare.json("dispatch", "sleep 300", "--harness", "shell", "-w", "-n", "2", *where)["threads"]
    assert len(made) == 2
    again = bare.run("dispatch", "sleep 300", "--harness", "shell", "-w", "-n", "2", *where, code=1)
    assert "still runs" in again.stderr

    first, second = (name.partition(":")[2] for name in made)
    bare.run("freeze", first, "--hard")
    assert bare.thread(first)["status"] == "frozen"
    bare.run("thaw", first)
    bare.run("stop", second, "--yes")

    _kill()
    assert bare.thread(first)["lost"]
    assert not bare.thread(second)["lost"]
    assert bare.json("restore", "--yes")["threads"] == [made[0]]
    assert bare.thread(first)["terminal"]
    assert "nothing to bring back" in bare.run("restore", "--yes").stdout

    (worktree,) = (place.parent / "site-worktrees").glob("*-2")
    (worktree / "unsaved").write_text("x")
    assert "was not closed" in bare.run("close", second, "--yes", code=1).stderr
    (worktree / "unsaved").unlink()
    bare.run("close", second, "--yes")
    assert not worktree.exists()
