"""What the README says of keys, commands, pictures and packages is so."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from cockpit.cli import cockpit
from cockpit.config import check

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()


def test_the_keys_are_those_of_the_register() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("readme", Path(__file__).with_name("readme.py"))
    assert spec is not None
    assert spec.loader is not None
    readme = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(readme)
    assert readme.current(TEXT) == TEXT, "run: python tests/docs/readme.py"


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"^cockpit ([a-z0-9]+)", TEXT, re.MULTILINE))))
def test_every_command_shown_exists(verb: str) -> None:
    assert cockpit.get_command(click.Context(cockpit), verb) is not None


@pytest.mark.parametrize("picture", re.findall(r"\]\((screenshots/[^)]+)\)", TEXT))
def test_every_picture_is_there(picture: str) -> None:
    assert (ROOT / picture).is_file()


def test_the_configuration_shown_is_valid(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert shown is not None
    file = tmp_path / "config.toml"
    file.write_text(shown[1])
    assert list(check(file)) == []


def test_every_package_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in wanted}
    table = TEXT[TEXT.index("| package | why |") :]
    assert {name for name in names if name not in table and not name.startswith("types-")} == set()
