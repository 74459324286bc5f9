"""A Claude Code that is started from here carries our hooks; no other program does."""

import json
from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.config import Loaded, load, paths


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    return load(None)


def test_worker_settings_lie_beside_the_ledger_and_touch_nothing_of_the_persons(loaded: Loaded, tmp_path: Path) -> None:
    made = wiring.worker_settings(loaded, paths())
    assert made.parent == paths().state_dir
    assert set(json.loads(made.read_text())["hooks"]) == {"PermissionRequest", "PreToolUse"}
    assert not (tmp_path / "claude").exists()
