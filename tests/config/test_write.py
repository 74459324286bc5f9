"""Changing settings keeps everything else of the file, or changes nothing."""

import os
import stat
from pathlib import Path

import pytest

from cockpit.config import load
from cockpit.config.write import add_server, remove_server, write
from cockpit.model.errors import ConfigError

OWN = """# mine
[ui]   # looks
theme = "light" # for the sun
# rate next

[[t3]]
url = "http://a" # first
name = "home"

[notify]
bell = true
"""


def test_comments_and_order_stay(file: Path) -> None:
    file.write_text(OWN)
    config = write(file, {"ui.theme": "dark", "t3.home.poll_seconds": 5.0, "keys.thread.approve": "A"})
    assert (config.ui.theme, config.t3[0].poll_seconds, config.keys) == ("dark", 5.0, {"thread.approve": "A"})
    assert load(file, {}).config == config
    text = file.read_text()
    assert text.startswith('# mine\n[ui]   # looks\ntheme = "dark" # for the sun\n# rate next\n')
    assert text.index("[ui]") < text.index("[[t3]]") < text.index("poll_seconds") < text.index("[notify]")
    assert '"thread.approve" = "A"' in text


def test_none_goes_back_to_the_default(file: Path) -> None:
    file.write_text(OWN)
    assert write(file, {"ui.theme": None, "keys.thread.approve": None}).ui.theme == "night"
    assert "theme" not in file.read_text()


def test_a_new_file_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "config.toml"
    write(file, {"notify.on": ("failed",), "notify.bell": False})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert load(file, {}).config.notify.on == ("failed",)
    assert os.listdir(file.parent) == ["config.toml"]


def test_a_link_is_followed(tmp_path: Path, file: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(OWN)
    file.symlink_to(real)
    write(file, {"ui.frame_rate": 30})
    assert file.is_symlink()
    assert "frame_rate = 30" in real.read_text()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ui.them": "x"}, "ui.them: there is no such setting. Did you mean theme?"),
        ({"notfy.bell": True}, "notfy: there is no such setting. Did you mean notify?"),
        ({"ui.frame_rate": 1000}, "ui.frame_rate: 1000 is not at most 60"),
        ({"ui.frame_rate": "fast"}, "ui.frame_rate: 'fast' is not a whole number"),
        ({"t3.hom.url": "http://b"}, "t3.hom: no such source. Did you mean home?"),
        ({"t3.home.ur": "http://b"}, "there is no such setting. Did you mean url?"),
        ({"t3.home": "http://b"}, "no such setting"),
        ({"ui.theme.dark": 1}, "no such setting"),
        (
            {"harness.claude": "tmux"},
            "harness.claude: 'tmux' is not a table; nothing was changed. Write [harness.claude].",
        ),
        ({"harness.claude.team": 3}, "harness.claude.team: 3 is not text in quotes"),
        ({"harness.claude.team.mode": "x"}, "no such setting"),
        ({"ui": "dark"}, "ui: 'dark' is not a table"),
        ({"t3.home.name": None}, "name: is missing"),
    ],
)
def test_a_bad_change_changes_nothing(file: Path, change: dict[str, object], says: str) -> None:
    file.write_text(OWN)
    with pytest.raises(ConfigError) as caught:
        write(file, change)
    assert says in str(caught.value)
    assert file.read_text() == OWN


def test_a_broken_file_is_not_touched(file: Path) -> None:
    file.write_text("[ui\n")
    with pytest.raises(ConfigError, match="nothing was changed"):
        write(file, {"ui.theme": "x"})
    assert file.read_text() == "[ui\n"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be"):
        write(tmp_path / "file" / "config.toml", {"ui.theme": "x"})


def test_a_server_is_added_to_any_file(file: Path) -> None:
    assert [t3.name for t3 in add_server(file, "home", "http://a").t3] == ["home"]
    file.write_text(OWN)
    assert [t3.name for t3 in add_server(file, "work", "http://b").t3] == ["home", "work"]
    assert "# first" in file.read_text()
    with pytest.raises(ConfigError, match="names another source"):
        add_server(file, "work", "http://c")


def test_a_server_is_removed_and_the_rest_stays(file: Path) -> None:
    file.write_text(OWN + '\n[[t3]]\nname = "work" # second\nurl = "http://b"\n')
    assert [t3.name for t3 in remove_server(file, "work").t3] == ["home"]
    assert file.read_text().startswith("# mine")
    assert "# first" in file.read_text()
    assert remove_server(file, "home").t3 == ()
    assert "t3" not in file.read_text()
    assert "bell = true" in file.read_text()
    with pytest.raises(ConfigError, match="no such source"):
        remove_server(file, "home")


def test_what_a_harness_is_started_with_is_written_under_its_name(file: Path) -> None:
    file.write_text("# mine\n")
    assert write(file, {"harness.claude.team": "tmux"}).harness == {"claude": {"team": "tmux"}}
    assert file.read_text() == '# mine\n\n[harness.claude]\nteam = "tmux"\n'
    assert write(file, {"harness.codex.model": "o9"}).harness["codex"] == {"model": "o9"}
    write(file, {"harness.codex.model": None})
    assert write(file, {"harness.claude.team": None}).harness == {"claude": {}, "codex": {}}
