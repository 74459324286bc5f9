"""The help shows every key there is, as this person has it, and finds it again."""

import pytest
from asking import SIZES, typed
from hosts import ScreenHost, settle
from scenes import busy_fleet

from cockpit.ui.actions import ACTIONS
from cockpit.ui.messages import GoTo
from cockpit.ui.present.help_rows import help_rows
from cockpit.ui.screens.help import HelpScreen
from cockpit.ui.widgets.row_list import RowList


def host(**keys: str) -> ScreenHost:
    own = {name.replace("_", "."): key for name, key in keys.items()}
    return ScreenHost(lambda: HelpScreen(lambda: own), busy_fleet())


def words(app: ScreenHost) -> str:
    return " ".join(" ".join(app.text).translate({ord(char): " " for char in "│╭╮╰╯─▐"}).split())


@pytest.mark.parametrize("width", [40, 56, 76, 116, 196])
def test_every_action_is_there_with_its_whole_tooltip(width: int) -> None:
    said = {
        row.id: " ".join(" ".join(line.text for line in row.lines(None)).split()) for row in help_rows({}, "", width)
    }  # type: ignore[arg-type]
    for action in ACTIONS:
        text = said[action.id]
        assert action.label in text
        left = text
        for word in action.tooltip.split():
            assert word in left


@pytest.mark.parametrize(
    ("query", "finds"),
    [("freeze", "thread.freeze"), ("f12", "thread.freeze"), ("health", "go.status"), ("?", "go.help")],
)
def test_it_is_found_by_key_word_and_meaning(query: str, finds: str) -> None:
    rows = help_rows({"thread.freeze": "f12"}, query, 100)
    assert finds in [row.id for row in rows]
    assert len(rows) < 20


async def test_slash_searches_and_escape_shows_all_again() -> None:
    app = host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        everything = len(app.screen.query_one(RowList).rows)
        await pilot.press("slash")
        await typed(pilot, "unarchi")
        assert "No key does “unarchi”" in words(app)
        await pilot.press(*["backspace"] * 7)
        await typed(pilot, "palette")
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen.query_one(RowList).has_focus
        assert "Every action by name" in words(app)
        await pilot.press("escape")
        await settle(pilot)
        assert len(app.screen.query_one(RowList).rows) == everything
        await pilot.press("escape")
        await settle(pilot)
        assert [go.screen for go in app.of(GoTo)] == ["fleet"]


async def test_a_remapped_key_shows_as_ones_own() -> None:
    app = host(thread_freeze="f12")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "F12 freeze Stop it now and keep it as it is; again to thaw yours" in words(app)


@pytest.mark.parametrize("size", SIZES)
async def test_it_can_be_read_to_the_end_at_every_size(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "ANSWERING" in words(app)
        await pilot.press("end")
        await settle(pilot)
        assert "rhythm allows" in words(app)
