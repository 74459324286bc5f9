"""The one list of the product, driven through its keys and the mouse."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hosts import WidgetHost, settle
from scenes import NOW, big_fleet
from textual import events, on
from textual.pilot import Pilot

from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.lines import BLANK, Line, Span, line
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.present.thread_rows import View, thread_rows
from cockpit.ui.widgets.row_list import RowList


class Watched(RowList):
    """Counts the lines that are sent to the terminal."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.sent: list[int] = []
        super().__init__(rows)

    def refresh(self, *regions: Any, **wishes: Any) -> Any:
        if not wishes:
            self.sent += [y for region in regions for y in region.line_range] or [-1]
        return super().refresh(*regions, **wishes)


class ListHost(WidgetHost):
    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.list = Watched(rows)
        super().__init__(self.list)

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        self.posted.append(message)

    @on(RowList.Opened)
    def _opened(self, message: RowList.Opened) -> None:
        self.posted.append(message)

    @property
    def highlighted(self) -> list[tuple[object, bool]]:
        return [(message.id, message.by_person) for message in self.of(RowList.Highlighted)]

    @property
    def opened(self) -> list[object]:
        return [message.id for message in self.of(RowList.Opened)]


def row(name: object, height: int = 1) -> TextRow:
    return TextRow(name, tuple(line(f"{name} line {place}") for place in range(height)), True)


def rows(names: Iterable[object], height: int = 1) -> list[Row]:
    return [row(name, height) for name in names]


def heading(name: str) -> TextRow:
    return TextRow(name, (BLANK, line(name)))


def y_of(app: ListHost, words: str) -> int:
    return next(y for y, text in enumerate(app.text) if words in text)


async def started(pilot: Pilot[Any], app: ListHost) -> None:
    app.list.focus()
    await settle(pilot)
    app.posted.clear()
    app.list.sent.clear()


async def test_the_first_row_that_can_be_selected_is() -> None:
    app = ListHost([heading("H"), *rows("ab")])
    async with app.run_test(size=(30, 8)):
        assert app.list.selected == "a"


@pytest.mark.parametrize(
    ("keys", "selected"),
    [
        (("down",), 1), (("j", "j", "k"), 1), (("up",), 0), (("end",), 49), (("end", "down"), 49), (("end", "home"), 0),
        (("pagedown",), 7), (("pagedown", "pageup"), 0), (("end", "pageup"), 42),
    ],
)  # fmt: skip
async def test_keys_move_the_selection_and_keep_it_in_sight(keys: tuple[str, ...], selected: int) -> None:
    app = ListHost(rows(range(50)))
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        await pilot.press(*keys)
        assert app.list.selected == selected
        assert f"{selected} line" in "\n".join(app.text)
        assert all(by_person for _, by_person in app.highlighted)


async def test_headings_are_stepped_over_and_come_into_sight_with_their_row() -> None:
    app = ListHost([heading("H1"), *rows("abcdef"), heading("H2"), *rows("ghijkl")])
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        await pilot.press("end", "home")
        assert y_of(app, "H1") == 1
        await pilot.press(*["down"] * 6)
        assert app.list.selected == "g"


async def test_the_wheel_scrolls_and_leaves_the_selection() -> None:
    app = ListHost(rows(range(50)))
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        for _ in range(3):
            await pilot._post_mouse_events([events.MouseScrollDown], app.list, (2, 2))
        assert app.list.scroll_y > 0
        assert app.list.selected == 0
        assert app.highlighted == []


async def test_a_click_selects_and_another_one_opens() -> None:
    app = ListHost([heading("H"), *rows("abc", 2)])
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        await pilot.click(app.list, (3, 5))
        assert app.highlighted == [("b", True)]
        assert app.opened == []
        await pilot.click(app.list, (3, 4))
        assert app.opened == ["b"]
        await pilot.click(app.list, (3, 1))
        await pilot.click(app.list, (3, 9))
        assert app.list.selected == "b"


async def test_enter_opens_the_selected_row() -> None:
    app = ListHost(rows("abc"))
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        await pilot.press("down", "enter")
        assert app.opened == ["b"]


# Holding still


async def test_the_selected_row_keeps_its_line_while_others_come_above_it() -> None:
    app = ListHost(rows(range(100)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.select(50)
        await settle(pilot)
        before = y_of(app, "50 line")
        app.list.rows = rows([*(f"new {place}" for place in range(7)), *range(100)])
        await settle(pilot)
        assert app.list.selected == 50
        assert y_of(app, "50 line") == before


async def test_the_selected_row_keeps_its_line_when_it_moves_through_the_list() -> None:
    app = ListHost(rows(range(100)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.select(50)
        await settle(pilot)
        before = y_of(app, "50 line")
        app.list.rows = rows([*range(20), 50, *(place for place in range(20, 100) if place != 50)])
        await settle(pilot)
        assert (app.list.selected, y_of(app, "50 line")) == (50, before)


async def test_what_is_looked_at_stays_when_the_selection_is_out_of_sight() -> None:
    app = ListHost(rows(range(100)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.scroll_to(y=40, animate=False)
        await settle(pilot)
        assert "40 line" in app.text[0]
        app.list.rows = rows(["new", *range(1, 100)])
        await settle(pilot)
        assert "40 line" in app.text[0]
        app.list.rows = rows([*range(1, 100)])
        await settle(pilot)
        assert "40 line" in app.text[0]


async def test_when_the_selected_row_goes_its_neighbour_takes_its_line() -> None:
    app = ListHost(rows(range(100)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.select(50)
        await settle(pilot)
        before = y_of(app, "50 line")
        app.posted.clear()
        app.list.rows = rows([place for place in range(100) if place != 50])
        await settle(pilot)
        assert app.highlighted == [(51, False)]
        assert y_of(app, "51 line") == before


async def test_when_the_last_row_goes_the_one_above_is_selected() -> None:
    app = ListHost(rows("abc"))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        await pilot.press("end")
        app.list.rows = rows("ab")
        assert app.list.selected == "b"
        app.list.rows = []
        assert app.list.selected is None
        app.list.rows = rows("xy")
        assert app.list.selected == "x"


async def test_until_a_person_chooses_a_list_can_follow_its_top() -> None:
    app = ListHost(rows("abc"))
    app.list.follows_top = True
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.rows = rows("xabc")
        assert app.list.selected == "x"
        await pilot.press("down")
        app.list.rows = rows("wxabc")
        assert app.list.selected == "a"


async def test_a_row_that_is_to_come_is_selected_when_it_comes() -> None:
    app = ListHost(rows("abc"))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        assert not app.list.select("z", later=True)
        app.list.rows = rows("abcz")
        assert app.list.selected == "z"
        assert not app.list.select("q", later=True)
        await pilot.press("up")
        app.list.rows = rows("abczq")
        assert app.list.selected == "c"


async def test_nothing_selectable_is_no_error() -> None:
    app = ListHost([heading("H")])
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        await pilot.press("down", "up", "pagedown", "pageup", "home", "end", "enter")
        await pilot.click(app.list, (2, 1))
        assert (app.list.selected, app.posted) == (None, [])


async def test_it_stands_in_a_hole_of_no_size() -> None:
    app = ListHost(rows(range(20)))
    async with app.run_test(size=(1, 1)) as pilot:
        await started(pilot, app)
        await pilot.press("down")
        await pilot.resize_terminal(2, 3)
        await pilot.press("end")
        assert app.list.selected == 19


# What is sent to the terminal


async def test_nothing_is_sent_when_nothing_changed() -> None:
    app = ListHost(rows(range(50), 2))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.rows = rows(range(50), 2)
        app.list.redraw()
        await settle(pilot)
        assert app.list.sent == []


async def test_a_changed_row_sends_its_lines_and_an_unseen_one_none() -> None:
    app = ListHost(rows(range(50)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        changed = rows(range(50))
        changed[3] = TextRow(3, (line("changed"),), True)
        app.list.rows = changed
        assert app.list.sent == [3]
        app.list.sent.clear()
        changed = list(changed)
        changed[40] = TextRow(40, (line("changed"),), True)
        app.list.rows = changed
        assert app.list.sent == []


async def test_a_new_row_sends_only_what_moved() -> None:
    app = ListHost(rows(range(50)))
    async with app.run_test(size=(30, 10)) as pilot:
        await started(pilot, app)
        app.list.select(5)
        await settle(pilot)
        app.list.sent.clear()
        app.list.rows = rows([*range(8), "new", *range(8, 50)])
        await settle(pilot)
        assert app.list.sent == [8, 9]


async def test_moving_the_selection_sends_two_rows() -> None:
    app = ListHost(rows(range(5), 2))
    async with app.run_test(size=(30, 12)) as pilot:
        await started(pilot, app)
        await pilot.press("down")
        assert sorted(app.list.sent) == [0, 1, 2, 3]


async def test_a_blank_line_above_a_row_is_not_filled() -> None:
    spaced = TextRow("b", (BLANK, line("b")), True)
    app = ListHost([row("a"), spaced])
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        await pilot.press("down")
        lines = [app.list.render_line(y) for y in range(3)]
        filled = [app.list.pen.palette.selection in str(strip) for strip in lines]
        assert filled == [False, False, True]


class Aged:
    """A row that tells its age."""

    height, selectable = 1, True

    def __init__(self, since: datetime) -> None:
        self.id = since
        self.since = since

    def lines(self, now: datetime) -> tuple[Line, ...]:
        return (Line((Span("work"),), (Span(age(self.since, now)),)),)

    def changes_in(self, now: datetime) -> float | None:
        return changes_in(self.since, now)


async def test_ages_are_brought_up_to_date_by_one_timer_and_only_where_they_changed() -> None:
    app = ListHost([Aged(NOW - timedelta(minutes=3)), Aged(NOW - timedelta(hours=3))])
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        assert app.list._timer is not None
        app.now = NOW + timedelta(minutes=1)
        app.list._time_passed()
        assert app.list.sent == [0]
        assert "4m" in app.text[0]


async def test_without_ages_no_timer_runs() -> None:
    app = ListHost(rows(range(5)))
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        assert app.list._timer is None


async def test_another_theme_draws_in_other_colours() -> None:
    app = ListHost(rows(range(5)))
    async with app.run_test(size=(30, 8)) as pilot:
        await started(pilot, app)
        before = app.list.render_line(3)
        app.theme = "day"
        await settle(pilot)
        assert app.list.render_line(3) != before


# Ten thousand


async def test_ten_thousand_rows_are_drawn_only_where_they_are_seen() -> None:
    fleet = big_fleet(10_000)
    drawn: list[object] = []

    class Counting(Watched):
        def draw(self, row: Row, *given: Any) -> Any:
            drawn.append(row.id)
            return super().draw(row, *given)

    app = ListHost()
    app.list = Counting(thread_rows(fleet, View(), NOW))
    app._given = (app.list,)
    async with app.run_test(size=(80, 40)) as pilot:
        await started(pilot, app)
        assert len(set(drawn)) < 50
        await pilot.press("end")
        assert app.list.selected == fleet.order[-1]
        assert len(set(drawn)) < 100
        assert app.list.show_vertical_scrollbar


async def test_wide_and_combining_text_keeps_the_columns() -> None:
    odd = ["日本語のタイトルはとても広い", "e\u0301" * 9, "👩‍👩‍👧‍👦 family 🎉", "plain"]
    app = ListHost([TextRow(text, (Line((Span(text),), (Span("end"),)),), True) for text in odd])
    async with app.run_test(size=(20, 6)) as pilot:
        await started(pilot, app)
        for y in range(len(odd)):
            strip = app.list.render_line(y)
            assert strip.cell_length == 20
            assert strip.text.endswith("end ")
