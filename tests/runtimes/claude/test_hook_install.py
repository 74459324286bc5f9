"""Our hooks go into settings beside the person's own and come out again without a trace."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.errors import ConfigError
from cockpit.runtimes.claude.hooks import install
from cockpit.runtimes.claude.hooks.settings import Ours, found_in, own_line, with_ours, without_ours
from cockpit.runtimes.claude.hooks.splice import put

OURS = Ours(Path("/home/dev/my state/cockpit-hook.py"), "/usr/bin/python3.11")
THEIRS = """{
    "model": "opus",
    "permissions": {"allow": ["Bash(ls:*)", "Edit"]},
    "hooks": {
        "Stop": [{"hooks": [{"type": "command", "command": "say hi"}]}],
        "PermissionRequest": [
            {"hooks": [{"type": "command", "command": "notify"}]}
        ]
    },
    "statusLine": {"type": "command", "command": "echo \\"$USER's\\"", "padding": 0},
    "last": 1.50
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(THEIRS)
    return path


def installed(file: Path, state: Path, **more: Any) -> install.Change:
    change = install.installing(file, install.ours(state), state, status_line=True, **more)
    install.carry_out(change)
    return change


def removed(file: Path, state: Path) -> None:
    install.carry_out(install.uninstalling(file, state))


def test_ours_stands_beside_theirs_and_everything_else_stays_as_it_was(file: Path, tmp_path: Path) -> None:
    installed(file, tmp_path / "state")
    text = file.read_text()
    assert found_in(text) == ("PermissionRequest", "PreToolUse", "statusLine")
    told = json.loads(text)
    assert told["hooks"]["PermissionRequest"][0] == {"hooks": [{"type": "command", "command": "notify"}]}
    assert list(told) == ["model", "permissions", "hooks", "statusLine", "last"]
    for kept in (
        '    "permissions": {"allow": ["Bash(ls:*)", "Edit"]},\n',
        '"Stop": [{"hooks"',
        '    "last": 1.50\n}\n',
    ):
        assert kept in text
    (asking,) = told["hooks"]["PermissionRequest"][1]["hooks"]
    assert asking["timeout"] > 3600


def test_it_is_there_once_however_often_it_is_installed(file: Path, tmp_path: Path) -> None:
    installed(file, tmp_path / "state")
    assert not install.installing(file, install.ours(tmp_path / "state"), tmp_path / "state", status_line=True).needed
    install.carry_out(
        install.installing(file, install.ours(tmp_path / "state", 60, 5), tmp_path / "state", status_line=True)
    )
    assert file.read_text().count(" ask 60 5") == 2
    assert " ask 3600" not in file.read_text()
    removed(file, tmp_path / "state")
    assert file.read_text() == THEIRS


def test_settings_that_changed_meanwhile_keep_the_change(file: Path, tmp_path: Path) -> None:
    installed(file, tmp_path / "state")
    file.write_text(file.read_text().replace('"model": "opus"', '"model": "haiku"'))
    removed(file, tmp_path / "state")
    assert json.loads(file.read_text()) == json.loads(THEIRS) | {"model": "haiku"}
    assert found_in(file.read_text()) == ()


def test_settings_that_were_not_there_are_gone_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.json"
    installed(file, tmp_path / "state")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["hooks"]
    removed(file, tmp_path / "state")
    assert not file.exists()


def test_a_link_stays_a_link_and_the_mode_stays(file: Path, tmp_path: Path) -> None:
    real = file.rename(tmp_path / "dotfiles.json")
    real.chmod(0o640)
    file.symlink_to(real)
    change = installed(file, tmp_path / "state")
    assert change.path == real
    assert file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    removed(file, tmp_path / "state")
    assert real.read_text() == THEIRS


@pytest.mark.parametrize("text", ["{ // why\n}", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}', "{", "\ufeff{}"])
def test_settings_that_we_do_not_understand_are_left_alone(file: Path, tmp_path: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        installed(file, tmp_path / "state")
    assert str(file) in error.value.message
    assert error.value.fix
    assert file.read_text() == text


def test_settings_that_were_changed_while_the_person_was_asked_are_not_overwritten(file: Path, tmp_path: Path) -> None:
    change = install.installing(file, install.ours(tmp_path), tmp_path, status_line=True)
    file.write_text("{}")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        install.carry_out(change)
    assert file.read_text() == "{}"


def test_the_persons_own_status_line_runs_inside_ours_and_comes_back() -> None:
    text = with_ours(THEIRS, OURS, status_line=True)
    own = json.loads(THEIRS)["statusLine"]
    assert own_line(json.loads(text)) == own
    assert json.loads(text)["statusLine"]["padding"] == 0
    assert json.loads(without_ours(text))["statusLine"] == own
    alone = with_ours("{}", OURS, status_line=True)
    assert own_line(json.loads(alone)) is None
    assert without_ours(alone).split() == ["{}"]


def test_commands_whose_program_is_gone_do_and_say_nothing() -> None:
    told = json.loads(with_ours(THEIRS, OURS, status_line=True))
    for event in ("PermissionRequest", "PreToolUse"):
        command = told["hooks"][event][-1]["hooks"][0]["command"]
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, input="{}")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run(
        ["/bin/sh", "-c", told["statusLine"]["command"]], capture_output=True, text=True, env={"USER": "ada"}
    )
    assert (done.returncode, done.stdout) == (0, "ada's\n")


def test_workers_get_ours_beside_the_persons_status_line(file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    made = install.worker_settings(state, file.parent)
    told = json.loads(made.read_text())
    assert made.stat().st_mode & 0o777 == 0o600
    assert list(told) == ["hooks", "statusLine"]
    assert "$USER" in told["statusLine"]["command"]
    assert (state / "cockpit-hook.py").exists()
    assert file.read_text() == THEIRS


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)
_KEYS = st.text(min_size=1, max_size=4)


@given(
    st.dictionaries(_KEYS, _JSON, max_size=5),
    _KEYS,
    _JSON.filter(lambda value: value is not None),
    st.sampled_from([None, 2, "\t"]),
)
def test_putting_a_member_in_changes_that_and_nothing_else(
    told: dict[str, Any], key: str, value: Any, indent: int | str | None
) -> None:
    text = json.dumps(told, indent=indent)
    assert json.loads(put(text, (key,), value)) == told | {key: value}
    without = json.loads(put(text, (key,), None))
    assert without == {name: each for name, each in told.items() if name != key}
    if key not in told:
        assert json.loads(put(put(text, (key,), value), (key,), None)) == told
        assert json.loads(put(text, (key, "inner"), value)) == told | {key: {"inner": value}}
