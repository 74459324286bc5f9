"""What is read from the file, and what a person is told when it is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import Config, PriceConfig, check, check_actions, load, paths
from cockpit.config.load import parse
from cockpit.config.settings import Kind, settings
from cockpit.model.errors import ConfigError

WHOLE = """
[[t3]]
name = "home"
url = "http://127.0.0.1:3773/"
token_env = "T3_TOKEN"
poll_seconds = 3

[[t3]]
name = "work"
url = "https://t3.example.org"
token_command = ["pass", "t3"]

[[tmux]]
name = "local"

[claude]
home = "~/.claude"

[keys]
"thread.approve" = "A"

[harness.claude]
team = "tmux"

[prices]
"claude-opus-4-7" = [5, 25, 0.5, 6.25]

[notify]
terminal = "osc9"
on = ["needs-you"]

[ui]
theme = "light"
"""


def test_a_whole_file_is_read(file: Path) -> None:
    file.write_text(WHOLE)
    loaded = load(file)
    config = loaded.config
    assert (loaded.path, loaded.exists) == (file, True)
    assert [(t3.name, t3.url, t3.poll_seconds) for t3 in config.t3] == [
        ("home", "http://127.0.0.1:3773", 3.0),
        ("work", "https://t3.example.org", 2.0),
    ]
    assert config.t3[1].token_command == ("pass", "t3")
    assert config.claude.home == Path.home() / ".claude"
    assert config.keys == {"thread.approve": "A"}
    assert config.harness == {"claude": {"team": "tmux"}}
    assert config.prices == {"claude-opus-4-7": PriceConfig(5, 25, 0.5, 6.25)}
    assert (config.notify.terminal, config.notify.on) == ("osc9", ("needs-you",))
    assert (config.tmux[0].socket, config.ui.theme) == ("default", "light")


def test_without_a_file_all_is_default() -> None:
    loaded = load(None, {})
    assert loaded.config == Config()
    assert not loaded.exists
    assert loaded.path == paths().config_file


def test_the_variable_goes_before_the_option(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text('[ui]\ntheme = "one"')
    second.write_text('[ui]\ntheme = "two"')
    assert load(second, {"COCKPIT_CONFIG": str(first)}).config.ui.theme == "one"
    assert load(second, {"COCKPIT_CONFIG": ""}).config.ui.theme == "two"


def test_a_named_file_must_exist(file: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        load(file, {})
    assert [problem.what for problem in check(file, {})] == ["the file does not exist"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ui]\nthem = 'dark'", ":2: ui.them: unknown key. Did you mean theme?"),
        ("[notfy]\nbell = true", ":1: notfy: unknown key. Did you mean notify?"),
        ('[[t3]]\nname="a"\nurl="http://x"\n\n# more\n[[t3]]\nname="b"\nurl="http://y"\npoll=1', ":9: t3.b.poll"),
        ('[[t3]]\nname = "home"', ":1: t3.home.url: is missing. Add url = …"),
        ('[[t3]]\nname = "home"\nurl = "127.0.0.1:3773"', ":3: t3.home.url: must look like http://"),
        ('[[t3]]\nname = "home"\nurl = "http://h/pair#token=ABC"', "t3.home.url: must end before any ? or #"),
        ('[[t3]]\nname = "a:b"\nurl = "http://h"', ":2: t3.a:b.name: 'a:b' is not a name of letters"),
        ("[ui]\nframe_rate = 0", ":2: ui.frame_rate: 0 is not at least 1"),
        ("[ui]\nframe_rate = '15'", ":2: ui.frame_rate: '15' is not a whole number"),
        ("[notify]\nbell = 'yes'", ":2: notify.bell: 'yes' is not true or false"),
        (
            "[notify]\non = ['need-you']",
            ":2: notify.on.0: 'need-you' is not one of the values. Did you mean needs-you?",
        ),
        ("[notify]\nterminal = 'osc777 '", "Did you mean osc777?"),
        ("keys.thread.approve = 'a'", 'keys.thread: is a table, not a key. Put the whole action in quotes: "thread.…"'),
        ("t3 = 3", ":1: t3: 3 is not a list in brackets"),
        ("[ui]\ntheme = 1979-05-27", ":2: ui.theme: 1979-05-27 is not text in quotes"),
        ("[ui\n", ":1: not TOML: "),
        ("[ui]\ntheme = \n", ":2: not TOML: invalid value"),
        ("a = 'unfinished", ":1: not TOML: "),
    ],
)
def test_a_mistake_is_named_with_its_place_and_fix(file: Path, text: str, says: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert str(caught.value).startswith(str(file))
    assert says in str(caught.value)


def test_names_are_unique_over_all_sources(file: Path) -> None:
    file.write_text('[[t3]]\nname = "home"\nurl = "http://x"\n[[tmux]]\nname = "home"')
    with pytest.raises(ConfigError, match=r":5: tmux\.home\.name: home names another source as well"):
        load(file, {})
    file.write_text('[[tmux]]\nname = "claude"')
    with pytest.raises(ConfigError, match="claude is Claude Code's own"):
        load(file, {})


def test_check_lists_every_mistake_in_the_order_of_the_file(file: Path) -> None:
    file.write_text("[ui]\ntheme = 3\nsize = 2\n[notify]\nbell = 0")
    assert [(problem.line, problem.key) for problem in check(file, {})] == [
        (2, "ui.theme"),
        (3, "ui.size"),
        (5, "notify.bell"),
    ]
    with pytest.raises(ConfigError, match="2 more; `cockpit config check` lists them"):
        load(file, {})


def test_no_message_repeats_what_may_be_a_secret(file: Path) -> None:
    file.write_text('[[t3]]\nname = "a"\nurl = "http://me:hunter2@h"\ntoken_command = "hunter2"\ntoken = "hunter2"')
    said = " ".join(f"{problem} {problem.fix}" for problem in check(file, {}))
    assert "t3.a.token_command" in said
    assert "hunter2" not in said


def test_a_file_that_cannot_be_read_is_an_error_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: is a directory"):
        load(tmp_path, {})
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"[ui]\ntheme = 'caf\xe9'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(latin, {})
    assert "UTF-8" in check(latin, {})[0].what


def test_unknown_actions_are_found_with_the_nearest_one(file: Path) -> None:
    file.write_text('[keys]\n"thread.approve" = "a"\n"thread.freze" = "z"\n')
    problems = check_actions(load(file, {}), {"thread.approve", "thread.freeze"})
    assert [(each.line, each.key, each.fix) for each in problems] == [
        (3, "keys.thread.freze", "Did you mean thread.freeze?")
    ]


@given(st.text())
def test_no_text_makes_it_crash(text: str) -> None:
    config, problems = parse(text, Path("c.toml"))
    assert (config is None) == bool(problems)


values = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 10**20), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["t3", "tmux", "claude", "keys", "notify", "ui", "x"]), values))
def test_no_values_make_it_crash(data: dict[str, object]) -> None:
    import tomlkit

    config, problems = parse(tomlkit.dumps(data), Path("c.toml"))
    assert (config is None) == bool(problems)


def test_every_setting_has_title_description_and_kind(file: Path) -> None:
    file.write_text(WHOLE)
    groups = settings(load(file, {}).config)
    keys = ["t3.home", "t3.work", "tmux.local", "panes", "workers", "claude", "notify", "ledger", "ui"]
    assert [group.key for group in groups] == keys
    for group in groups:
        assert group.title
        assert group.description
        for setting in group.settings:
            assert setting.title != setting.key
            assert setting.description.endswith(".")
    by_key = {setting.key: setting for group in groups for setting in group.settings}
    assert by_key["notify.terminal"].choices == (True, False, "auto", "osc9", "osc777")
    assert by_key["notify.on"].kind is Kind.CHOICES
    rate = by_key["ui.frame_rate"]
    assert (rate.kind, rate.spec.low, rate.spec.high, rate.spec.whole) == (Kind.NUMBER, 1, 60, True)
    assert by_key["t3.home.url"].must


@pytest.mark.parametrize(
    ("rule", "what"), [("htop", "is no rule"), ("hide colour=red", "there are command, start"), (5, "is not text")]
)
def test_a_bad_rule_for_panes_is_told_with_its_place(rule: object, what: str) -> None:
    config, (problem,) = parse(f'[panes]\nrules = ["hide command=htop", {rule!r}]\n', Path("c.toml"))
    assert config is None
    assert (problem.line, problem.key) == (2, "panes.rules.1")
    assert what in problem.what


@pytest.mark.parametrize("price", ["5", "[5, 25]", '[5, 25, 0.5, "6"]', "[5, 25, 0.5, -1]", "[5, 25, 0.5, true]"])
def test_a_price_is_four_numbers(price: str) -> None:
    config, (problem,) = parse(f'[prices]\n"claude-opus-4-7" = {price}\n', Path("c.toml"))
    assert config is None
    assert (problem.line, problem.key) == (2, "prices.claude-opus-4-7")
    assert "four numbers" in problem.what + problem.fix or "input, output" in problem.fix
