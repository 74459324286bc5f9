"""A Claude Code that is started from here carries our hooks; no other program does."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.config import Loaded, load, paths
from cockpit.core import commands as c
from cockpit.model.work import ModelChoice


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


_ASKS_AT_ONCE = """#!/bin/sh
# claude --session-id ID …: its turn begins, and asks something before anybody could see it work
mkdir -p "{home}/projects/here"
echo '{{"type":"user"}}' >"{home}/projects/here/$2.jsonl"
printf 'Do you want to proceed?\\n❯ 1. Yes\\n'
exec cat
"""


@pytest.fixture
def socket() -> Iterator[str]:
    name = f"cockpit-{uuid.uuid4().hex[:8]}"
    yield name
    subprocess.run(["tmux", "-L", name, "kill-server"], check=False, capture_output=True)


async def test_a_turn_is_seen_to_begin_in_the_home_that_the_configuration_names(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket: str
) -> None:
    home, program, file = tmp_path / "other home", tmp_path / "bin" / "claude", tmp_path / "config.toml"
    program.parent.mkdir()
    program.write_text(_ASKS_AT_ONCE.format(home=home))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    tmux = f'[panes]\ndiscover = false\n[[tmux]]\nname = "t"\nsocket = "{socket}"\n'
    file.write_text(f'[claude]\nhome = "{home}"\n{tmux}')
    order = c.Dispatch("t", None, "Build it", path=str(tmp_path), model=ModelChoice("claude", ""))
    async with wiring.headless(load(file), seconds=10) as session:
        done = await session.actions.act(order)
    assert done.text.startswith("Started “Build it”")
