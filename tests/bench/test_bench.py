"""The benchmark itself runs, on loopback and in directories of its own. How fast anything is, is no test's business."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_one_measure_gives_a_table_under_its_machine() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--only", "snapshot"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    machine, empty, head, rule, floor, whole = done.stdout.splitlines()
    assert "Python" in machine
    assert empty == ""
    assert head.startswith("| figure | reach | median")
    assert rule.count("|") == head.count("|")
    assert floor.startswith("| floor:")
    assert "snapshot" in whole
    assert whole.endswith("| 5 |")


def test_an_unknown_measure_is_refused_with_those_that_there_are() -> None:
    command = [sys.executable, "-m", "tests.bench", "--only", "speed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "snapshot" in done.stderr
