"""The fleet screen through its keys: what is selected, what is in sight, what it asks for."""

from dataclasses import replace
from typing import Any

import pytest
from hosts import ScreenHost, settle
from rich.cells import cell_len
from scenes import (
    AUDIT,
    BUMP,
    FLAKY,
    INVOICES,
    LEDGER_SCHEMA,
    NOW,
    SCENES,
    UPGRADE,
    busy_fleet,
    empty_fleet,
    hostile_fleet,
    nothing_yet,
    thread,
    without,
)
from textual.pilot import Pilot
from textual.widget import Widget

from cockpit.core.commands import Look
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Status
from cockpit.ui import messages as m
from cockpit.ui.screens.fleet import FleetScreen
from cockpit.ui.widgets.key_bar import KeyBar
from cockpit.ui.widgets.project_list import ProjectList
from cockpit.ui.widgets.talk_panel import TalkPanel
from cockpit.ui.widgets.thread_list import ThreadList

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]


def host(fleet: Fleet | None = None) -> ScreenHost:
    return ScreenHost(FleetScreen, fleet or busy_fleet())


def fleet_screen(app: ScreenHost) -> FleetScreen:
    screen = app.screen
    assert isinstance(screen, FleetScreen)
    return screen


def in_sight(app: ScreenHost) -> set[str]:
    kinds = (ProjectList, ThreadList, TalkPanel)
    return {kind.__name__ for kind in kinds if app.screen.query_one(kind).is_on_screen}


def told(fleet: Fleet, **fields: Any) -> dict[str, SourceState]:
    return {name: replace(state, **fields) for name, state in fleet.sources.items()}


async def rested(pilot: Pilot[Any]) -> None:
    """Long enough on one thread for its conversation to be asked for."""
    await pilot.pause()
    while pilot.app.screen._follow_timer is not None:  # type: ignore[attr-defined]
        await pilot.pause(0.01)
    await pilot.pause()


async def carded(pilot: Pilot[Any], app: ScreenHost) -> None:
    """Until the card of the selected thread can be seen, and its keys as well."""
    await rested(pilot)
    while "x decline" not in app.text[-1]:
        await pilot.pause(0.01)


def text(app: ScreenHost) -> str:
    return "\n".join(app.text)


# Rooms


@pytest.mark.parametrize(
    ("size", "panels"),
    [
        ((200, 60), {"ProjectList", "ThreadList", "TalkPanel"}),
        ((120, 40), {"ProjectList", "ThreadList", "TalkPanel"}),
        ((119, 40), {"ThreadList", "TalkPanel"}),
        ((80, 24), {"ThreadList", "TalkPanel"}),
        ((79, 24), {"ThreadList"}),
        ((60, 20), {"ThreadList"}),
    ],
)
async def test_there_are_as_many_panels_as_there_is_room_for(size: tuple[int, int], panels: set[str]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert in_sight(app) == panels


@pytest.mark.parametrize("scene", SCENES)
async def test_every_scene_stands_at_every_size(scene: str) -> None:
    app = ScreenHost(FleetScreen, SCENES[scene](NOW))
    async with app.run_test(size=(120, 40)) as pilot:
        for width, height in (*SIZES, (20, 5), (1, 1)):
            await pilot.resize_terminal(width, height)
            await pilot.press("down", "left", "right")
            assert [cell_len(line) for line in app.text] == [width] * height


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_titles_keep_every_border_straight(size: tuple[int, int]) -> None:
    app = host(hostile_fleet())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("down", "down")
        await settle(pilot)
        panel = app.screen.query_one(ThreadList).region
        for y in range(panel.y + 1, panel.bottom - 1):
            strip = app.screen._compositor.render_strips()[y]
            assert strip.crop(panel.x, panel.x + 1).text == "│"
            assert strip.crop(panel.right - 1, panel.right).text == "│"


async def test_markup_in_a_title_stays_text() -> None:
    app = host(hostile_fleet())
    async with app.run_test(size=(200, 40)) as pilot:
        await settle(pilot)
        assert "[bold red]not markup[/] [@click=app.quit]x[/]" in text(app)


async def test_on_a_narrow_screen_left_and_right_go_through_the_panels() -> None:
    app = host()
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "Projects › Threads › Fix flaky auth test" in app.text[1]
        await pilot.press("right")
        assert in_sight(app) == {"TalkPanel"}
        await pilot.press("right")
        assert in_sight(app) == {"TalkPanel"}
        await pilot.press("left", "left")
        assert in_sight(app) == {"ProjectList"}
        await pilot.press("down", "enter")
        assert in_sight(app) == {"ThreadList"}
        assert "billing-api" in app.text[1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("on", "back"), [("right", "left"), ("tab", "shift+tab")])
async def test_keys_move_the_focus_from_panel_to_panel(size: tuple[int, int], on: str, back: str) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        screen = fleet_screen(app)
        assert screen._here() == 1
        await pilot.press(on)
        await settle(pilot)
        assert screen._here() == 2
        await pilot.press(back)
        await settle(pilot)
        assert screen._here() == 1
        await pilot.press(back)
        await settle(pilot)
        assert screen._here() == (0 if size[0] >= 120 else 1)


async def test_the_focus_survives_a_change_of_size() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("left")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert fleet_screen(app)._here() == 1
        await pilot.press("down")
        assert fleet_screen(app).selected == LEDGER_SCHEMA
        await pilot.resize_terminal(60, 20)
        await pilot.resize_terminal(200, 60)
        await settle(pilot)
        assert fleet_screen(app).selected == LEDGER_SCHEMA


async def test_a_narrower_screen_gives_up_the_chosen_project() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("left", "down", "down")
        await settle(pilot)
        assert "Threads · web" in text(app)
        await pilot.resize_terminal(90, 30)
        await settle(pilot)
        assert "Threads · web" not in text(app)
        assert "Paginate the audit API" in text(app)


# Selecting


async def test_at_first_the_most_urgent_thread_is_selected_and_followed() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await rested(pilot)
        assert fleet_screen(app).selected == FLAKY
        assert [message.thread for message in app.of(m.Followed)] == [FLAKY]


async def test_passing_over_threads_follows_only_the_one_that_is_rested_on() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await rested(pilot)
        app.posted.clear()
        for step in (1, 1, 1, -1):
            app.screen.query_one(ThreadList).rows.action_move(step)
        await rested(pilot)
        assert [message.thread for message in app.of(m.Followed)] == [INVOICES]


async def test_a_source_that_was_looked_at_again_draws_no_list_anew() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = app.screen.query_one(ThreadList).fleet
        later = replace(before, revision=before.revision + 1, sources=told(before, read_at=NOW, checked_at=NOW))
        app.give(later)
        await settle(pilot)
        assert app.screen.query_one(ThreadList).fleet is before
        assert fleet_screen(app).fleet is later
        worse = replace(later, sources=told(later, health=Health.DOWN))
        app.give(worse)
        await settle(pilot)
        assert app.screen.query_one(ThreadList).fleet is worse


async def test_until_the_person_does_something_the_most_urgent_one_stays_selected() -> None:
    app = host(without(busy_fleet(), [FLAKY]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert fleet_screen(app).selected == LEDGER_SCHEMA
        app.give(busy_fleet())
        await settle(pilot)
        assert fleet_screen(app).selected == FLAKY


@pytest.mark.parametrize("key", ["down", "tab", "b"])
async def test_from_the_first_key_on_the_selection_stays_on_its_thread(key: str) -> None:
    app = host(without(busy_fleet(), [FLAKY]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(key)
        before = fleet_screen(app).selected
        app.give(busy_fleet())
        await settle(pilot)
        assert fleet_screen(app).selected == before


async def test_an_action_is_about_the_row_that_is_selected_now() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(ThreadList).rows.select(UPGRADE)
        at = fleet_screen(app).at()
        assert at.thread is not None
        assert at.thread.ref == UPGRADE
        assert at.ask is None


async def test_when_the_selected_thread_goes_its_neighbour_is_selected() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        app.give(without(busy_fleet(), [LEDGER_SCHEMA]))
        await settle(pilot)
        assert fleet_screen(app).selected == INVOICES


async def test_an_empty_fleet_has_nothing_selected_and_no_thread_keys() -> None:
    app = host(empty_fleet())
    async with app.run_test(size=(120, 40)) as pilot:
        await rested(pilot)
        at = fleet_screen(app).at()
        assert (at.thread, at.ask) == (None, None)
        assert "No threads yet" in text(app)
        assert "freeze" not in app.text[-1]


async def test_a_thread_that_was_done_counts_as_looked_at_when_the_person_goes_on() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.fleet.threads[BUMP].status is Status.DONE
        app.screen.query_one(ThreadList).select(BUMP, by_person=True)
        await rested(pilot)
        assert app.of(m.Act) == []
        await pilot.press("down")
        await rested(pilot)
        assert [message.command for message in app.of(m.Act)] == [Look(BUMP)]


async def test_passing_over_a_done_thread_is_not_looking_at_it() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        threads = app.screen.query_one(ThreadList)
        threads.select(BUMP, by_person=True)
        threads.rows.action_move(1)
        await rested(pilot)
        assert app.of(m.Act) == []


async def test_being_sent_to_a_thread_takes_away_what_hides_it() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("left", "end")
        await settle(pilot)
        fleet_screen(app).arrive(UPGRADE)
        await settle(pilot)
        assert fleet_screen(app).selected == UPGRADE


async def test_being_sent_to_a_thread_that_is_still_to_come_selects_it_when_it_comes() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        ref = Ref("home", "brand-new")
        fleet_screen(app).arrive(ref)
        await settle(pilot)
        fresh = thread(ref, "Brand new", Status.STARTING, NOW)
        fleet = busy_fleet()
        app.give(replace(fleet, threads={**fleet.threads, ref: fresh}, order=(*fleet.order, ref)))
        await settle(pilot)
        assert fleet_screen(app).selected == ref


# Next that needs me


async def test_next_goes_round_those_that_wait() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = fleet_screen(app)
        seen = []
        for _ in range(4):
            screen.action_next_needing()
            await settle(pilot)
            seen.append(screen.selected)
        assert seen == [LEDGER_SCHEMA, INVOICES, FLAKY, LEDGER_SCHEMA]


async def test_next_starts_at_the_first_from_a_thread_that_does_not_wait() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("end")
        fleet_screen(app).action_next_needing()
        await settle(pilot)
        assert fleet_screen(app).selected == FLAKY


async def test_next_takes_away_a_filter_that_hides_all_who_wait_and_says_so() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(ThreadList).filter = "status:idle"
        await settle(pilot)
        fleet_screen(app).action_next_needing()
        await settle(pilot)
        assert fleet_screen(app).selected == FLAKY
        assert "filter was cleared" in app.of(m.Told)[0].text


# Filter


async def test_a_filter_is_typed_and_narrows_at_once() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        fleet_screen(app).action_filter()
        await settle(pilot)
        await pilot.press(*"status:fail")
        await settle(pilot)
        assert "Upgrade to Python 3.13" in text(app)
        assert "Paginate" not in text(app)
        assert "/ status:fail · 1 of 14" in text(app)
        assert fleet_screen(app).at().typing
        await pilot.press("enter")
        await settle(pilot)
        assert not fleet_screen(app).at().typing
        assert "/ status:fail · 1 of 14" in text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert "Paginate" in text(app)
        assert fleet_screen(app).selected == UPGRADE


async def test_escape_while_typing_clears_the_filter() -> None:
    app = host()
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        fleet_screen(app).action_filter()
        await settle(pilot)
        await pilot.press("z", "q", "escape")
        await settle(pilot)
        assert "by attention" in text(app)
        assert fleet_screen(app).focused is app.screen.query_one(ThreadList).rows


async def test_a_filter_that_is_not_understood_is_told_in_the_border() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(ThreadList).filter = "stauts:x"
        await settle(pilot)
        assert "stauts: is not a filter" in text(app)


async def test_letters_and_arrows_are_text_while_a_filter_is_typed() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        fleet_screen(app).action_filter()
        await settle(pilot)
        await pilot.press("j", "x", "left", "k")
        await settle(pilot)
        assert app.screen.query_one(ThreadList).filter == "jkx"


# Projects


async def test_a_project_narrows_the_threads() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("left", "down")
        await settle(pilot)
        assert "Threads · billing-api" in text(app)
        assert "Upgrade to Python" not in text(app)
        await pilot.press("home")
        await settle(pilot)
        assert "Upgrade to Python" in text(app)


# Frame


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await carded(pilot, app)
        await pilot.click(KeyBar, (app.text[-1].index("explain"), 0))
        assert [message.action for message in app.of(m.Do)] == ["thread.explain"]


async def test_a_hold_pushes_the_panels_down_by_its_line_and_gives_it_back() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.give(SCENES["held"](NOW))
        await settle(pilot)
        assert "HOLD" in app.text[1]
        assert "LEDGER" in app.text[2]
        assert app.screen.query_one(ThreadList).region.y == 3
        app.give(busy_fleet())
        await settle(pilot)
        assert app.screen.query_one(ThreadList).region.y == 1


async def test_the_first_frame_comes_before_anybody_answered() -> None:
    app = host(nothing_yet())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "Looking for your agents…" in text(app)


async def test_a_diff_is_asked_for() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        fleet_screen(app).action_diff()
        await settle(pilot)
        assert [(message.thread, message.count) for message in app.of(m.DiffWanted)] == [(FLAKY, None)]


async def test_a_thread_without_a_plan_says_so() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(ThreadList).select(AUDIT)
        await settle(pilot)
        fleet_screen(app).action_plan()
        await settle(pilot)
        assert "no plan" in app.of(m.Told)[0].text


async def test_the_evidence_of_a_status_can_be_read() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        fleet_screen(app).action_explain()
        await settle(pilot, 4)
        assert "Why Fix flaky auth test" in text(app)
        assert "approval.requested req-a8d6" in text(app)


async def test_a_proposed_plan_can_be_read_in_full() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(ThreadList).select(INVOICES)
        await settle(pilot)
        fleet_screen(app).action_plan()
        await settle(pilot, 4)
        assert "Plan of Rework invoice export" in text(app)
        assert "Cover the empty month with a test" in text(app)


# What is sent to the terminal


class Watching:
    """Which widgets ask to be drawn again, by their names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        original = Widget.refresh

        def refresh(widget: Widget, *regions: Any, **wishes: Any) -> Any:
            lines = sum(region.height for region in regions)
            self.asked.append(f"{type(widget).__name__} {lines or 'all'}")
            return original(widget, *regions, **wishes)

        monkeypatch.setattr(Widget, "refresh", refresh)


async def test_a_fleet_without_news_draws_nothing_outside_the_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await carded(pilot, app)
        await pilot.press("b")
        await settle(pilot)
        watching = Watching(monkeypatch)
        app.give(replace(busy_fleet(), revision=999))
        await settle(pilot)
        parts = ("FleetScreen", "HeaderBar", "KeyBar", "ThreadList", "RowList", "ProjectList", "CrumbBar")
        assert [each for each in watching.asked if each.startswith(parts)] == []


async def test_one_thread_that_changed_draws_its_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await carded(pilot, app)
        await pilot.press("b")
        await settle(pilot)
        fleet = busy_fleet()
        changed = replace(fleet.threads[AUDIT], detail="writing a test")
        watching = Watching(monkeypatch)
        app.give(replace(fleet, threads={**fleet.threads, AUDIT: changed}))
        await settle(pilot)
        assert [each for each in watching.asked if each.startswith(("RowList", "ThreadList", "FleetScreen"))] == [
            "RowList 1"
        ]


async def test_the_keys_of_a_card_show_once_it_can_be_seen() -> None:
    app = host()
    async with app.run_test(size=(120, 40)) as pilot:
        await carded(pilot, app)
        app.screen.query_one(ThreadList).select(AUDIT, by_person=True)
        await rested(pilot)
        assert "x decline" not in app.text[-1]


async def test_being_sent_to_a_thread_that_was_put_aside_brings_it_out() -> None:
    app = ScreenHost(FleetScreen, SCENES["shelved"](NOW))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        ref = Ref("home", "settled-3")
        fleet_screen(app).arrive(ref)
        await settle(pilot)
        assert fleet_screen(app).selected == ref
        assert "/ is:all · 29 of 29" in text(app)
