"""The register of sources: what the configuration names is in one list, and what it does not name is not looked at."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def server(window: str) -> Iterator[str]:
    """A tmux server of our own with one pane; yields its socket's name."""
    name = f"cockpit-{uuid.uuid4().hex[:8]}"
    tmux = ["tmux", "-L", name, "-f", "/dev/null"]
    env = {key: value for key, value in os.environ.items() if key not in ("TMUX", "TMUX_PANE")}
    subprocess.run([*tmux, "new-session", "-d", "-s", "crew", "-n", window, "cat"], check=True, env=env)
    yield name
    subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, env=env)


@pytest.fixture
def socket() -> Iterator[str]:
    with server("worker") as name:
        yield name


def session(tmp_path: Path, text: str) -> Session:
    where = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    file = tmp_path / "config.toml"
    file.write_text(text)
    return wiring.connect(load(file, {}), where, lambda: NOW)


def test_nothing_configured_looks_for_what_runs_here(tmp_path: Path) -> None:
    assert list(session(tmp_path, "").sources) == ["local", "tmux", "claude"]


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
    assert healths == {"home": Health.UP, "here": Health.UP, "tmux": Health.ABSENT, "claude": Health.ABSENT}
    assert {ref.source for ref in fleet.threads} == {"home", "here"}
    assert fleet.counts.needs_you == 3


async def seen(made: Session) -> dict[str, list[str]]:
    """The titles of each tmux source."""
    async with made:
        await made.supervisor.read_once(10)
        fleet = made.store.fleet
    return {
        name: [thread.title for ref, thread in fleet.threads.items() if ref.source == name]
        for name, source in made.sources.items()
        if source.kind == "tmux"
    }


async def test_servers_of_this_machine_are_found_by_themselves(tmp_path: Path, socket: str) -> None:
    assert await seen(session(tmp_path, "")) == {"tmux": ["worker"]}


@pytest.mark.parametrize("by_path", [True, False])
async def test_a_server_that_is_configured_is_not_found_again(tmp_path: Path, socket: str, by_path: bool) -> None:
    file = Path(os.environ["TMUX_TMPDIR"], f"tmux-{os.getuid()}", socket)
    with server("stranger"):
        text = f'[[tmux]]\nname = "crew"\nsocket = "{file if by_path else socket}"\n'
        assert await seen(session(tmp_path, text)) == {"crew": ["worker"], "tmux": ["stranger"]}
        assert await seen(session(tmp_path, f"{text}[panes]\ndiscover = false\n")) == {"crew": ["worker"]}


async def test_rules_of_the_configuration_hide_panes(tmp_path: Path, socket: str) -> None:
    assert await seen(session(tmp_path, '[panes]\nrules = ["hide window=work*"]\n')) == {"tmux": []}


def test_a_source_that_nobody_configured_leaves_its_name_to_one_that_somebody_did(tmp_path: Path) -> None:
    text = '[[tmux]]\nname = "local"\n[[tmux]]\nname = "tmux"\n'
    assert list(session(tmp_path, text).sources) == ["local-2", "local", "tmux", "tmux-2", "claude"]


def test_nothing_of_tmux_is_looked_for_when_it_is_switched_off(tmp_path: Path) -> None:
    assert list(session(tmp_path, "[panes]\ndiscover = false\n").sources) == ["local", "claude"]
