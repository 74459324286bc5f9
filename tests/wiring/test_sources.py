"""The register of sources: what the configuration names is in one list, and what it does not name is not looked at."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.config import Paths, load
from cockpit.core.session import Session
from cockpit.demo.t3.fleet import demo_world
from cockpit.demo.t3.server import simulator
from cockpit.model.health import Health

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def socket() -> Iterator[str]:
    """A tmux server of our own with one pane."""
    name = f"cockpit-{uuid.uuid4().hex[:8]}"
    tmux = ["tmux", "-L", name, "-f", "/dev/null"]
    env = {key: value for key, value in os.environ.items() if key not in ("TMUX", "TMUX_PANE")}
    subprocess.run([*tmux, "new-session", "-d", "-s", "crew", "-n", "worker", "cat"], check=True, env=env)
    yield name
    subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, env=env)


def session(tmp_path: Path, text: str) -> Session:
    where = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    file = tmp_path / "config.toml"
    file.write_text(text)
    return wiring.connect(load(file, {}), where, lambda: NOW)


def test_nothing_configured_looks_for_what_runs_here(tmp_path: Path) -> None:
    assert list(session(tmp_path, "").sources) == ["local", "claude"]


async def test_three_sources_stand_in_one_list(tmp_path: Path, socket: str) -> None:
    async with simulator(demo_world(now=NOW)) as server:
        secret = tmp_path / "token"
        secret.touch(0o600)
        secret.write_text(server.token)
        made = session(
            tmp_path,
            f'[[t3]]\nname = "home"\nurl = "{server.url}"\ntoken_file = "{secret}"\n'
            f'[[tmux]]\nname = "here"\nsocket = "{socket}"\n'
            f'[claude]\nenabled = true\nhome = "{tmp_path / "nowhere"}"\n',
        )
        async with made:
            await made.supervisor.read_once(10)
            fleet = made.store.fleet
    healths = {name: state.health for name, state in fleet.sources.items()}
    assert healths == {"home": Health.UP, "here": Health.UP, "claude": Health.ABSENT}
    assert {ref.source for ref in fleet.threads} == {"home", "here"}
    assert fleet.counts.needs_you == 3
