"""The poses can be imported, and nothing of the person who runs the tests shows in a picture."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
for name in ("NO_COLOR", "TEXTUAL_THEME"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COCKPIT_CONFIG", "T3CODE_HOME", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/dev")
    monkeypatch.setenv("LOGNAME", "dev")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
