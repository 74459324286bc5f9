"""The app through its keys, with a source that notes what reaches it: a key that stays down acts once."""

from collections.abc import Mapping

import pytest
from asking import until
from hosts import settle
from recording import Recorded, app_of, give
from scenes import BUMP, NOW, RUNNERS, UPGRADE, busy_fleet, without
from textual._compositor import LayoutUpdate

from cockpit.config import Config
from cockpit.core.commands import Command, Outcome, Send, Settle
from cockpit.model.errors import Refused
from cockpit.ui import messages
from cockpit.ui.screens.dialogs import ConfirmScreen
from cockpit.ui.screens.help import HelpScreen
from cockpit.ui.screens.reader import ReaderScreen
from cockpit.ui.widgets.talk_panel import TalkPanel


class Refusing(Recorded):
    async def act(self, command: Command) -> Outcome:
        self.sent.append(command)
        raise Refused("Not done: the server is down.")


async def test_a_held_key_acts_once() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        app.goto("fleet", UPGRADE)
        await pilot.press("v", "v", "v")
        await pilot.pause()
    assert len(actions.sent) == 1


async def test_a_held_key_never_reaches_the_thread_that_takes_the_place_of_one_that_went() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        app.goto("fleet", UPGRADE)
        await pilot.press("v")
        await give(pilot, without(busy_fleet(), [UPGRADE]))
        await pilot.press("v", "v")
        await pilot.pause()
    assert len(actions.sent) == 1


async def test_the_same_key_on_another_thread_that_the_person_chose_acts_at_once() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        for thread in (BUMP, RUNNERS):
            app.goto("fleet", thread)
            await pilot.press("v")
            await settle(pilot)
    assert [sent for sent in actions.sent if isinstance(sent, Settle)] == [Settle(BUMP), Settle(RUNNERS)]


async def test_a_key_is_about_the_thread_that_was_selected_when_it_went_down() -> None:
    actions = Recorded()
    app = app_of(actions)
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        app.goto("fleet", BUMP)
        app.action_do("thread.settle")
        app.goto("fleet", RUNNERS)
        await pilot.pause()
    assert actions.sent == [Settle(BUMP)]


async def test_a_refusal_is_told_once_while_it_stands() -> None:
    app = app_of(Refusing())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await give(pilot, busy_fleet())
        app.goto("fleet", UPGRADE)
        for _ in range(5):
            app.tell("Not done: the server is down.", "error")
        await pilot.pause()
        assert len(app._notifications) == 1


async def test_what_was_typed_comes_back_also_under_another_screen() -> None:
    app = app_of(Refusing())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        app.goto("fleet", BUMP)
        await pilot.pause()
        app.push_screen(HelpScreen(dict))
        await pilot.pause()
        app.post_message(messages.Act(Send(BUMP, "try again"), keep="try again"))
        await pilot.pause()
        await pilot.pause()
        panel = app.get_screen_stack("fleet")[0].query_one(TalkPanel)
        assert panel.drafts == {BUMP: "try again"}


async def test_all_is_drawn_again_after_the_program_was_stopped_and_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet())
        drawn: list[object] = []
        monkeypatch.setattr(app, "_display", lambda screen, update: drawn.append(update))
        app.app_resume_signal.publish(app)
        await pilot.pause()
        await pilot.pause()
        whole = app.screen.region
    assert any(isinstance(update, LayoutUpdate) and update.region == whole for update in drawn)


@pytest.mark.parametrize(("width", "most"), [(60, 58), (120, 72)])
async def test_what_is_told_is_never_wider_than_the_screen(width: int, most: int) -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(width, 20), notifications=True) as pilot:
        app.tell("12 workers have ended although nobody ended them; B brings all of them back. " * 2)
        await pilot.pause()
        (toast,) = app.screen.query("Toast")
        assert toast.region.width == most
        assert app.screen.region.contains_region(toast.region)


async def test_a_toast_does_not_lie_on_what_is_read_first() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await give(pilot, busy_fleet())
        app.tell("One worker has ended although nobody ended it; B brings it back.", "warning")
        app.push_screen(ReaderScreen("Plan", "# Plan\n\n1. Add the parser"))
        await until(pilot, lambda: len(app.screen.query("Toast")) == 1)
        (toast,) = app.screen.query("Toast")
        assert toast.region.y > 10
        assert app.screen.region.contains_region(toast.region)


async def test_a_toast_gives_way_to_the_next_of_its_kind() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        app.tell("Something else.")
        app.tell("Pinned one.", kind="pin")
        await pilot.pause()
        app.tell("Pinned two.", kind="pin")
        await pilot.pause()
        app.tell("Something else.")
        await pilot.pause()
        assert [toast.message for toast in app._notifications] == ["Pinned two.", "Something else."]


async def test_every_colour_on_the_screen_has_24_bits_since_no_filter_makes_it_so() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        app.goto("fleet", UPGRADE)
        await pilot.pause()
        styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip]
        colours = [colour for style in styles if style for colour in (style.color, style.bgcolor) if colour]
        assert colours
        assert all(colour.triplet for colour in colours)
        assert not any(style.dim for style in styles if style)


async def test_what_harnesses_are_started_with_is_told_to_the_sources_at_once() -> None:
    class Started:
        def take_defaults(self, defaults: Mapping[str, Mapping[str, str]]) -> None:
            self.defaults = defaults

    app, source = app_of(Recorded()), Started()
    app._session.sources = {"tmux": source}  # type: ignore[dict-item]
    async with app.run_test(size=(120, 40)) as pilot:
        app.post_message(messages.Configured(Config(harness={"claude": {"team": "tmux"}})))
        await pilot.pause()
        app._session.sources = {}
    assert source.defaults == {"claude": {"team": "tmux"}}


async def test_a_screen_behind_another_keeps_no_drawn_lines_and_one_behind_a_dialog_keeps_them() -> None:
    app = app_of(Recorded())
    async with app.run_test(size=(120, 40)) as pilot:
        await give(pilot, busy_fleet(NOW))
        fleet = app.screen

        def lines() -> int:
            return sum(len(widget._styles_cache._cache) for widget in fleet.walk_children())

        shown, before = lines(), app.export_screenshot()
        app.push_screen(ConfirmScreen("Really?", "do it"))
        await pilot.pause()
        assert lines() >= shown > 0
        await pilot.press("escape")
        app.push_screen(HelpScreen(dict))
        await pilot.pause()
        assert lines() == 0
        app.pop_screen()
        await pilot.pause()
        assert app.export_screenshot() == before
