"""The settings form on a real file: one change at a time, comments kept, mistakes told where they were made."""

from pathlib import Path

import pytest
from asking import SIZES, typed, until
from hosts import ScreenHost, settle
from scenes import worker_source
from textual.pilot import Pilot

from cockpit.config import Config, load
from cockpit.config.write import add_server, remove_server, write
from cockpit.model.fleet import Fleet
from cockpit.ui import messages as m
from cockpit.ui.present.settings_rows import clashes
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.screens.press_key import PressKeyScreen
from cockpit.ui.screens.settings import About, SettingsScreen
from cockpit.ui.widgets.row_list import RowList

OWN = """# mine
[ui]   # looks
theme = "night" # for the evening

[[t3]]
name = "home" # the big one
url = "http://127.0.0.1:3773"
token_command = ["pass", "show", "hunter2"]

[keys]
"thread.freeze" = "f12"
"""


class Host(ScreenHost):
    def on_configured(self, message: m.Configured) -> None:
        self.posted.append(message)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    return path


def host(file: Path, fleet: Fleet | None = None) -> Host:
    return Host(
        lambda: SettingsScreen(
            load(file, {}).config, file,
            save=lambda changes: write(file, changes),
            add=lambda name, url: add_server(file, name, url),
            remove=lambda name: remove_server(file, name),
            offers={"ui.theme": ["day", "ember", "night"]},
        ),
        fleet or Fleet(),
    )  # fmt: skip


def text(file: Path) -> str:
    return file.read_text()


def spoil(file: Path) -> None:
    file.write_text("[ui\n")


def extend(file: Path, more: str) -> None:
    file.write_text(file.read_text() + more)


def now(file: Path) -> Config:
    return load(file, {}).config


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


async def to(pilot: Pilot[None], key: object, word: object = None) -> None:
    assert pilot.app.screen.query_one(RowList).select((key, word))
    await settle(pilot)


async def waited(pilot: Pilot[None]) -> None:
    """Until no flow is under way any more; what is written is written off the loop."""
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
    await settle(pilot)


async def test_a_switch_is_written_and_told_and_the_comments_stay(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, "notify.bell")
        await pilot.press("space")
        await waited(pilot)
        assert now(file).notify.bell is False
        assert text(file).startswith('# mine\n[ui]   # looks\ntheme = "night" # for the evening\n')
        assert [told.text for told in app.of(m.Told)] == ["Saved notify.bell. The next start uses it."]
        assert [saved.config for saved in app.of(m.Configured)] == [now(file)]


async def test_one_of_several_words_is_switched_alone(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, "notify.on", "done")
        await pilot.press("enter")
        await waited(pilot)
        assert now(file).notify.on == ("needs-you", "failed", "done")
        await to(pilot, "notify.on", "needs-you")
        await pilot.press("enter")
        await waited(pilot)
        assert now(file).notify.on == ("failed", "done")


@pytest.mark.parametrize(
    ("key", "answer", "told"), [("ui.theme", "day", "Saved ui.theme."), ("notify.terminal", "osc9", "Saved")]
)
async def test_a_choice_is_offered_as_a_list(file: Path, key: str, answer: str, told: str) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, key)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        await typed(pilot, answer)
        await pilot.press("enter")
        await waited(pilot)
        table, _, name = key.partition(".")
        assert getattr(getattr(now(file), table), name) == answer
        assert app.of(m.Told)[0].text.startswith(told)


@pytest.mark.parametrize(
    ("key", "bad", "says", "good"),
    [
        ("ui.frame_rate", "1000", "ui.frame_rate: 1000 is not at most 60", "30"),
        ("ui.frame_rate", "fast", "ui.frame_rate: 'fast' is not a whole number", "30"),
        ("notify.command", 'say "x', "notify.command: no closing quotation", "say x"),
        ("t3.home.url", "127.0.0.1:3773", "t3.home.url", "http://127.0.0.1:4000"),
    ],
)
async def test_a_mistake_is_told_where_it_was_typed_with_its_key(
    file: Path, key: str, bad: str, says: str, good: str
) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, key)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("home", "ctrl+k")
        await typed(pilot, bad)
        await pilot.press("enter")
        await until(pilot, lambda: says in words(app))
        assert isinstance(app.screen, PromptScreen)
        assert says in words(app)
        assert text(file) == OWN
        await pilot.press("home", "ctrl+k")
        await typed(pilot, good)
        await pilot.press("enter")
        await waited(pilot)
        assert good in text(file).replace('", "', " ")


async def test_backspace_goes_back_to_the_default(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, "ui.theme")
        await pilot.press("backspace")
        await waited(pilot)
        assert "theme" not in text(file)
        await to(pilot, "t3.home.url")
        await pilot.press("backspace")
        await waited(pilot)
        assert "t3.home.url: is missing" in words(app)
        assert 'url = "http://127.0.0.1:3773"' in text(file)


async def test_a_token_command_is_never_shown(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert "pass …" in words(app)
        await to(pilot, "t3.home.token_command")
        await pilot.press("enter")
        await settle(pilot)
        assert "hunter2" not in words(app)


async def test_a_key_is_pressed_to_be_set_and_a_collision_is_told(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, "keys.thread.diff")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PressKeyScreen)
        await pilot.press("s")
        await settle(pilot)
        assert "It is the key for interrupt as well." in words(app)
        await pilot.press("ctrl+y")
        await settle(pilot)
        assert "as well" not in words(app)
        await pilot.press("enter")
        await waited(pilot)
        assert now(file).keys == {"thread.freeze": "f12", "thread.diff": "ctrl+y"}
        assert "Ctrl+Y" in words(app)
        assert app.of(m.Told)[0].text == "Saved keys.thread.diff."


async def test_a_key_that_was_freed_collides_no_more_and_can_go_back(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await to(pilot, "keys.thread.diff")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        assert "as well" not in words(app)
        await pilot.press("escape")
        await settle(pilot)
        await to(pilot, "keys.thread.freeze")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("backspace")
        await waited(pilot)
        assert now(file).keys == {}


async def test_a_server_is_added_by_its_url_and_a_name(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        rows = app.screen.query_one(RowList)
        assert rows.select(next(row.id for row in rows.rows if "add to" in str(row)))
        await pilot.press("enter")
        await settle(pilot)
        await typed(pilot, "http://devvm.lan:3773")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("home", "ctrl+k")
        await typed(pilot, "home")
        await pilot.press("enter")
        await until(pilot, lambda: "names another source" in words(app))
        await pilot.press("home", "ctrl+k")
        await typed(pilot, "devvm")
        await pilot.press("enter")
        await waited(pilot)
        assert [(t3.name, t3.url) for t3 in now(file).t3][1] == ("devvm", "http://devvm.lan:3773")
        assert "T3 CODE SERVERS: DEVVM" in words(app)


async def test_a_server_is_removed_only_after_a_question_that_names_it(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        rows = app.screen.query_one(RowList)
        assert rows.select(next(row.id for row in rows.rows if "remove home" in str(row)))
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        assert "Remove the source “home”" in words(app)
        await pilot.press("enter")
        await waited(pilot)
        assert text(file) == OWN


async def test_a_file_that_cannot_be_written_is_told_under_the_setting(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        spoil(file)
        await to(pilot, "notify.bell")
        await pilot.press("space")
        await waited(pilot)
        assert "nothing was changed" in words(app)
        assert text(file) == "[ui\n"


@pytest.mark.parametrize("size", SIZES)
async def test_form_and_description_are_in_sight_at_every_size(file: Path, size: tuple[int, int]) -> None:
    app = host(file)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await to(pilot, "ui.frame_rate")
        about = app.screen.query_one(About).region
        assert app.screen.region.contains_region(about)
        said = " ".join(
            " ".join(line[about.x : about.right].strip() for line in app.text[about.y : about.bottom]).split()
        )
        assert said.startswith(
            "Frame rate ui.frame_rate How many times a second the screen may change at most. Default: 15. From 1 to 60."
        )


def test_a_key_for_two_actions_at_one_place_is_told() -> None:
    told = clashes({"thread.approve": "x"})
    assert told == ["The key x is for “approve” and for “decline”. Change one of them under [keys]."]
    assert clashes({"thread.approve": "x", "thread.decline": "a"}) == []


WORKERS = Fleet(sources={"tmux": worker_source()})


async def test_a_program_has_defaults_of_its_own_that_it_says_itself(file: Path) -> None:
    app = host(file, WORKERS)
    async with app.run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        await to(pilot, "harness.claude.team")
        assert "WORKERS: CLAUDE CODE" in words(app)
        assert "in-process: Lead" in words(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press("down", "down", "enter")
        await waited(pilot)
        assert now(file).harness == {"claude": {"team": "tmux"}}
        assert app.of(m.Told)[-1].text == "Saved harness.claude.team."
        assert "‹ tmux › yours" in words(app)
        await to(pilot, "harness.claude.model")
        await pilot.press("enter")
        await typed(pilot, "opus")
        await pilot.press("enter")
        await waited(pilot)
        assert now(file).harness == {"claude": {"team": "tmux", "model": "opus"}}
        await to(pilot, "harness.claude.team")
        await pilot.press("backspace")
        await waited(pilot)
        assert now(file).harness == {"claude": {"model": "opus"}}
        assert text(file).startswith("# mine\n[ui]   # looks\n")


async def test_a_program_that_is_not_there_has_a_form_only_where_the_file_speaks_of_it(file: Path) -> None:
    assert "WORKERS: CODEX" not in await drawn(file)
    extend(file, '\n[harness.codex]\nmodel = "gpt-9"\n')
    assert "WORKERS: CODEX" in await drawn(file)


async def drawn(file: Path) -> str:
    app = host(file, WORKERS)
    async with app.run_test(size=(120, 90)) as pilot:
        await settle(pilot)
        return words(app)


async def test_programs_come_when_their_source_was_read(file: Path) -> None:
    app = host(file)
    async with app.run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        assert "WORKERS: CLAUDE CODE" not in words(app)
        app.give(WORKERS)
        await settle(pilot)
        assert "WORKERS: CLAUDE CODE" in words(app)
