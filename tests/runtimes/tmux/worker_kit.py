"""Workers in tests: a source with a ledger, harnesses of a fake agent, a repository; all of it in temporary places."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from source_kit import Running, make
from ssh_rig import Sshd
from tmux_rig import Tmux

from cockpit.config import WorkersConfig
from cockpit.core import commands as c
from cockpit.model.work import ModelChoice, Thread
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.source import TmuxSource
from cockpit.runtimes.tmux.workers.crew import Means
from cockpit.storage.ledger import SqliteLedger

SOCKET = "crew"
_FAKE = Path(__file__).with_name("fake_agent.py")
_PARTS = {
    "argument": "prompt = ['{prompt}']",
    "pasted": "ready = '(?m)^>'",
    "slow": "ready = '(?m)^>'",
    "swallow": "ready = '(?m)^>'",
    "trust": "ready = '(?m)^>'",
    "guarded": "prompt = ['{prompt}']",
    "restless": "ready = '(?m)^>'",
    "dies": "ready = '(?m)^>'",
}


class Site:
    """One machine's state: ledger, harnesses, what the fake agents told. `source()` is one cockpit on it; with `sshd`
    its workers are started over that."""

    def __init__(self, root: Path, sshd: Sshd | None = None) -> None:
        self.root = root
        self.sshd = sshd
        self.host = "far" if sshd else ""
        self.tmux = Tmux(SOCKET)
        self.out = root / "told.jsonl"
        self.harnesses = root / "harnesses"
        self.harnesses.mkdir()
        program = root / "agent"
        program.write_text(f"#!{sys.executable}\n{_FAKE.read_text()}")
        program.chmod(0o755)
        for mode, part in _PARTS.items():
            (self.harnesses / f"{mode}.toml").write_text(
                f"title = 'Fake {mode}'\nprogram = '{program}'\nstart = ['--id', '{{session}}', 'start']\n"
                f"resume = ['--id', '{{session}}', 'resume']\ninterrupt = 'escape'\nworking = 'esc to interrupt'\n"
                f"dialog = '❯ 1\\. '\nseconds = 8\njoin = 'session:{{session}}'\n{part}\n"
                f"[environment]\nFAKE_MODE = '{mode}'\nFAKE_OUT = '{self.out}'\n"
            )

    def source(self, *, defaults: Mapping[str, Mapping[str, str]] | None = None, **config: Any) -> TmuxSource:
        log = SqliteLedger(self.root / "ledger.db").workers
        where = Address(SOCKET, self.host, self.sshd.client) if self.sshd else Address(SOCKET)
        scripts = str(self.root / "scripts")
        means = Means(where, log, scripts, WorkersConfig(**config), defaults or {}, self.harnesses)
        return make(where if self.sshd else None, means=means)

    def program(self, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put a program of our own before that of the machine."""
        place = self.root / "bin"
        place.mkdir(exist_ok=True)
        (place / name).write_text(text)
        (place / name).chmod(0o755)
        if self.sshd:
            (self.sshd.home / ".profile").write_text(f"PATH={place}:$PATH\n")
        else:
            monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")

    @property
    def told(self) -> list[tuple[str, Any]]:
        lines = self.out.read_text().splitlines() if self.out.exists() else []
        return [tuple(json.loads(line)) for line in lines]

    def prompts(self) -> list[str]:
        return [what for kind, what in self.told if kind == "prompt"]

    def argv(self) -> list[list[str]]:
        return [what for kind, what in self.told if kind == "argv"]


def order(harness: str, path: Path, prompt: str = "Fix the parser", **more: Any) -> c.Dispatch:
    return c.Dispatch("local", None, prompt, path=str(path), model=ModelChoice(harness, ""), **more)


async def threads(source: TmuxSource) -> list[Thread]:
    """What the source says when it is read once."""
    run = Running(source)
    await source.read(run.emit)
    return list(run.threads)


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    command: Sequence[str] = ("git", "-C", str(place), *who, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def repository(at: Path) -> Path:
    at.mkdir(parents=True)
    git(at, "init", "-q", "-b", "main")
    (at / "a.txt").write_text("one\n")
    (at / ".gitignore").write_text(".env\nbuild/\n")
    git(at, "add", ".")
    git(at, "commit", "-qm", "One")
    return at
