"""Liveness from /proc: the very process, by pid and start; and the terminal it was started in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.runtimes.claude.processes import Processes


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    environment = {"TMUX": "/tmp/tmux-1000/rig,1,0", "TMUX_PANE": "%3", "TMUX_TMPDIR": "/run/x", "SECRET": "no"}
    command = [
        sys.executable,
        "-c",
        "import sys; print(1, flush=True); sys.stdin.read()",
        "--agent-id",
        "alice@session-1",
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def test_a_process_lives_by_pid_and_start(child: subprocess.Popen[bytes]) -> None:
    found = Processes()
    start = found.start(child.pid)
    assert start is not None
    assert found.alive(child.pid, start) is True
    assert found.alive(child.pid, "1") is False, "another process has that pid now"
    assert found.alive(child.pid, None) is True
    assert found.alive(2**22 + 1, None) is False


def test_a_zombie_is_dead(child: subprocess.Popen[bytes]) -> None:
    found = Processes()
    start = found.start(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert found.alive(child.pid, start) is False


def test_a_process_of_another_counting_is_unknown(child: subprocess.Popen[bytes]) -> None:
    assert Processes().alive(child.pid, "1", "linux:0000:pid:[1]") is None


def test_a_teammate_and_its_terminal(child: subprocess.Popen[bytes]) -> None:
    found = Processes()
    assert found.agent(child.pid) == "alice@session-1"
    assert found.agents()["alice@session-1"] == child.pid
    assert found.terminal(child.pid) == ("/tmp/tmux-1000/rig", "%3")
    assert found.tmux_folder(child.pid) == f"/run/x/tmux-{os.getuid()}"
    assert found.agent(os.getpid()) is None


def test_where_there_is_no_proc_nothing_is_known(tmp_path: Path) -> None:
    found = Processes(tmp_path)
    assert found.alive(1, None) is None
    assert found.agents() == {}
    assert found.terminal(1) is None
