"""The verbs that put our hooks into Claude Code's settings: what they show, write, refuse and take back."""

import json
from pathlib import Path

import pytest
from cli_kit import Cockpit

EVENTS = ["PermissionRequest", "PreToolUse"]
THEIRS = '{\n  "model": "opus",\n  "hooks": {"Stop": []}\n}\n'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own settings, in a home of this test's own."""
    home = tmp_path / "claude"
    home.mkdir()
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    file = home / "settings.json"
    file.write_text(THEIRS)
    return file


def test_without_a_person_it_shows_the_change_and_does_nothing(bare: Cockpit, settings: Path) -> None:
    refused = bare.run("hooks", "install", code=1)
    assert "PermissionRequest" in refused.stderr
    assert "give --yes" in refused.stderr
    assert settings.read_text() == THEIRS


def test_what_was_installed_is_told_and_comes_out_letter_by_letter(bare: Cockpit, settings: Path) -> None:
    done = bare.json("hooks", "install", "--yes", "--wait", "120", "--hold", "30")
    assert (done["changed"], done["path"]) == (True, str(settings))
    told = json.loads(settings.read_text())
    (asking,) = told["hooks"]["PermissionRequest"][0]["hooks"]
    assert asking["command"].endswith(" ask 120 30")
    assert "line" in told["statusLine"]["command"]
    status = bare.json("hooks", "status")
    assert status["scopes"][0]["found"] == [*EVENTS, "statusLine"]
    assert Path(status["program"]).exists()
    assert bare.json("hooks", "install", "--yes", "--wait", "120", "--hold", "30")["changed"] is False
    assert bare.json("hooks", "uninstall", "--yes")["changed"] is True
    assert settings.read_text() == THEIRS
    assert bare.json("hooks", "uninstall", "--yes")["changed"] is False


def test_for_one_directory_it_touches_no_settings_but_those(
    bare: Cockpit, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = bare.json("hooks", "install", "--yes", "--scope", "project")
    local = tmp_path / ".claude" / "settings.local.json"
    assert done["path"] == str(local)
    assert local.stat().st_mode & 0o777 == 0o600
    assert sorted(json.loads(local.read_text())) == ["hooks"]
    assert settings.read_text() == THEIRS
    assert [row["found"] for row in bare.json("hooks", "status")["scopes"]] == [[], EVENTS]
    bare.run("hooks", "uninstall", "--yes", "--scope", "project")
    assert not local.exists()


def test_workers_have_them_in_a_file_of_their_own(bare: Cockpit, settings: Path) -> None:
    file = Path(bare.json("hooks", "install", "--scope", "workers")["path"])
    assert sorted(json.loads(file.read_text())["hooks"]) == EVENTS
    assert settings.read_text() == THEIRS
    bare.run("hooks", "uninstall", "--scope", "workers")
    assert not file.exists()


def test_settings_that_are_not_understood_are_left_alone(bare: Cockpit, settings: Path) -> None:
    settings.write_text("{ // why\n}")
    assert "left alone" in bare.run("hooks", "install", "--yes", code=2).stderr
    assert settings.read_text() == "{ // why\n}"
    assert "no JSON" in bare.json("hooks", "status")["scopes"][0]["trouble"]
