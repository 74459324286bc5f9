"""Every scene at every size looks as it did. `--snapshot-update` takes the pictures anew: look at them then."""

from pathlib import Path
from typing import Any

import pytest
from poses import POSES, SIZES, Pose, posed

_EVERYWHERE = ("fleet", "question", "inbox", "panes", "team", "tasks", "dispatch", "status", "settings", "help")
CASES = [(pose, size) for pose in POSES for size in (SIZES if pose.name in _EVERYWHERE else SIZES[2:3])]


@pytest.mark.parametrize(("pose", "size"), CASES, ids=[f"{pose.name}-{w}x{h}" for pose, (w, h) in CASES])
def test_scene(pose: Pose, size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    with posed(pose, tmp_path / "home") as (app, strike):
        assert snap_compare(app, terminal_size=size, run_before=strike)
