"""Directories of a test's own, a demo server, and the kit beside the tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cli_kit import Cockpit, Served, configure

from cockpit.demo.t3.fleet import demo_world


@pytest.fixture(autouse=True)
def own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COCKPIT_CONFIG", "NO_COLOR", "TMUX", "T3CODE_HOME", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Where the configuration is looked for."""
    file = tmp_path / "config" / "cockpit" / "config.toml"
    file.parent.mkdir(parents=True)
    return file


@pytest.fixture
def served() -> Iterator[Served]:
    """The demo's fleet; its agents take a twentieth of their time."""
    with Served(demo_world(speed=20)) as served:
        yield served


@pytest.fixture
def bare() -> Cockpit:
    """Nothing configured and no server."""
    return Cockpit(None)


@pytest.fixture
def fly(served: Served, config: Path) -> Cockpit:
    """The demo's server configured as `home`."""
    configure(config, ("home", served.server.url, served.server.token))
    return Cockpit(served)
