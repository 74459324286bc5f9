"""Harness files: what ships can be read, and what a person writes is used or named with its mistake."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.shipped import toml_files
from cockpit.model.errors import ConfigError, Refused
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.harness_files import load_harnesses, read_harness, with_defaults

GOOD = 'title = "Mine"\nprogram = "sh"\n'


def written(at: Path, text: str, name: str = "mine.toml") -> Path:
    at.mkdir(exist_ok=True)
    (at / name).write_text(text)
    return at / name


def test_what_ships_can_be_read() -> None:
    loaded = load_harnesses()
    assert loaded.problems == ()
    assert set(loaded.known) == {"claude", "codex", "opencode", "gemini", "aider", "shell"}
    assert [file.stem for file in toml_files("harnesses", None)] == sorted(loaded.known)


def test_claude_is_told_its_session_and_leads_a_team() -> None:
    claude = load_harnesses().known["claude"]
    assert claude.named
    assert claude.resume == ("--resume", "{session}")
    off, inside, panes, _ = claude.settings[0].choices
    assert not off.arguments
    assert not off.environment
    assert panes.arguments == ("--teammate-mode", "tmux")
    assert inside.environment == {"CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS": "1"}


def test_ones_own_wins_by_name_and_a_broken_one_is_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "shell.toml")
    written(tmp_path, "title = ", "broken.toml")
    loaded = load_harnesses(tmp_path)
    assert loaded.known["shell"].title == "Mine"
    assert "claude" in loaded.known
    (problem,) = loaded.problems
    assert problem.startswith(f"{tmp_path / 'broken.toml'} is not TOML")
    assert problem.endswith("This harness is left out.")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('title = "Mine"', "program is missing"),
        (GOOD + "promt = []", "promt is no key of a harness. Did you mean prompt?"),
        (GOOD + "start = 'x'", "start is not a list in brackets"),
        (GOOD + "start = ['{sesion}']", "start has the place {sesion}; here there can be: {session}"),
        (GOOD + "resume = ['{session}']", "resume needs a session id that neither start nor conversation gives"),
        (GOOD + "working = '('", "working is no regular expression"),
        (GOOD + "interrupt = 'q'", "interrupt is not one of: escape, ctrl+c"),
        (GOOD + "[conversation]\nfile = 'x'", "conversation has a file without the group (?P<session>…)"),
        (GOOD + "[conversation]\nquery = 'x'", "conversation is neither a file nor a database with a query"),
        (GOOD + "seconds = 0", "seconds is not a number of seconds from 1 to 600"),
        (GOOD + "[environment]\n'A B' = '1'", "environment has 'A B', which is no variable's name"),
        (GOOD + "[[settings]]\nid='mode'\ntitle='X'\nchoices=[{value='1', label='One'}]", "has the id 'mode'"),
        (GOOD + "[[settings]]\nid = 'x'\ntitle = 'X'", "settings lacks choices"),
        (GOOD + "[[settings]]\nid='x'\ntitle='X'\nchoices=[{value='1', lable='One'}]", "settings has 'lable'"),
    ],
)
def test_each_mistake_has_a_name(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_harness(written(tmp_path, text))
    assert what in str(error.value)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
VALUE = st.integers() | st.booleans() | TEXT | st.lists(TEXT) | st.dictionaries(TEXT.filter(bool), TEXT)


@given(st.dictionaries(st.sampled_from(["title", "program", "start", "prompt", "working", "modes", "settings"]), VALUE))
def test_nothing_in_a_file_makes_it_crash(tmp_path_factory: pytest.TempPathFactory, data: dict[str, object]) -> None:
    import tomlkit

    place = tmp_path_factory.mktemp("own")
    (place / "any.toml").write_text(tomlkit.dumps(data))
    load_harnesses(place)


def test_a_choice_that_there_is_not_is_refused() -> None:
    claude = load_harnesses().known["claude"]
    assert claude.completed("opus", "plan", {"team": "tmux"}) == ("opus", "plan", {"team": "tmux"})
    for model, mode, options in (("", "bold", {}), ("", "", {"team": "huge"}), ("", "", {"colour": "red"})):
        with pytest.raises(Refused):
            claude.completed(model, mode, options)
    with pytest.raises(Refused, match="takes no model"):
        load_harnesses().known["shell"].completed("opus", "", {})


def configured(**said: str) -> tuple[Harness, list[str]]:
    """Claude Code as `[harness.claude]` has it, and what is wrong with that."""
    loaded, wrong = with_defaults(load_harnesses(), {"claude": said})
    return loaded.known["claude"], [f"{each.key}: {each.what}. {each.fix}" for each in wrong]


def test_the_configuration_says_what_is_not_said_otherwise() -> None:
    claude, wrong = configured(team="tmux", mode="plan", model="opus")
    assert wrong == []
    assert claude.completed("", "", {}) == ("opus", "plan", {"team": "tmux"})
    assert claude.completed("haiku", "auto", {"team": "off"}) == ("haiku", "auto", {"team": "off"})
    assert claude.offer().defaults == {"team": "tmux", "mode": "plan", "model": "opus"}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"team": "huge"}, "Agent team cannot be 'huge'. There are: off, in-process, tmux, auto."),
        ({"mode": "bold"}, "Claude Code has no mode 'bold'. There are: default, acceptEdits, plan, auto"),
        ({"tem": "tmux"}, "Claude Code has no such setting. Did you mean team?"),
    ],
)
def test_what_the_configuration_cannot_say_is_told_and_never_guessed(said: dict[str, str], what: str) -> None:
    claude, (problem,) = configured(**said)
    ((key, _),) = said.items()
    assert problem.startswith(f"harness.claude.{key}: {what}")
    assert claude.offer().defaults == {}
    with pytest.raises(Refused, match=f"harness.claude.{key} in the configuration"):
        claude.completed("", "", {})


def test_a_wrong_default_stops_nobody_who_says_otherwise() -> None:
    claude, _ = configured(team="huge")
    assert claude.completed("", "", {"team": "tmux"}) == ("", "", {"team": "tmux"})


def test_a_harness_that_there_is_not_is_named_with_the_nearest() -> None:
    _, (wrong,) = with_defaults(load_harnesses(), {"clade": {"team": "tmux"}})
    assert (wrong.where, wrong.what, wrong.fix) == (("harness", "clade"), "no such harness", "Did you mean claude?")
