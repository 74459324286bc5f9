"""Copying: what is sent where, and that no more is said than is known."""

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import pytest

from cockpit.ui import clipboard


async def test_straight_to_the_terminal() -> None:
    sent: list[str] = []
    said, severity = await clipboard.copy("two\nlines äö", sent.append, {})
    assert sent[0].startswith("\x1b]52;c;")
    assert base64.b64decode(sent[0][7:-1]).decode() == "two\nlines äö"
    assert (said, severity) == (
        "2 lines sent to your terminal by OSC 52; it does not say whether it took it.", "information",
    )  # fmt: skip


async def test_too_much_is_refused() -> None:
    sent: list[str] = []
    assert (await clipboard.copy("x" * (clipboard.LONGEST + 1), sent.append, {}))[1] == "warning"
    assert sent == []


@pytest.mark.parametrize(
    ("setting", "loaded", "severity"), [("external", "", "information"), ("off", "", "warning"), ("on", None, "error")]
)
async def test_through_the_tmux_around_us(
    monkeypatch: pytest.MonkeyPatch, setting: str, loaded: str | None, severity: str
) -> None:
    asked: list[tuple[tuple[str, ...], bytes]] = []

    async def tmux(*arguments: str, data: bytes = b"") -> str | None:
        asked.append((arguments, data))
        return setting if arguments[0] == "show-options" else loaded

    monkeypatch.setattr(clipboard, "_tmux", tmux)
    sent: list[str] = []
    said, told = await clipboard.copy("text", sent.append, {"TMUX": "/x,1,0"})
    assert (told, sent, asked[-1]) == (severity, [], (("load-buffer", "-w", "-"), b"text"))
    assert ("Not copied" in said) is (loaded is None)


async def test_a_tmux_that_hangs_is_given_up_and_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "tmux"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def starting(*command: str, **how: Any) -> asyncio.subprocess.Process:
        started.append(await start(*command, **how))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(clipboard, "_SECONDS", 0.05)
    said, _ = await clipboard.copy("text", lambda _: None, {"TMUX": "/x,1,0"})
    assert "Not copied" in said
    assert [process.returncode is not None for process in started] == [True, True]
