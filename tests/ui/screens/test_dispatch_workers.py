"""The form over a source that starts programs in terminals: every field, where it works, how many, and what is kept."""

from dataclasses import replace
from typing import Any

import pytest
from asking import SIZES, AskHost, typed
from hosts import settle
from scenes import BILLING, FLAKY, SHELL_WORKERS, worker_source, workers_fleet
from textual.pilot import Pilot

from cockpit.core.commands import Command, Dispatch, Outcome
from cockpit.model.errors import CockpitError, HalfDone
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Thread
from cockpit.ui.present.dispatch_options import Remembered
from cockpit.ui.screens.dialogs import PromptScreen
from cockpit.ui.screens.dispatch import DispatchScreen
from cockpit.ui.widgets.fields import Choice, LineField

HERE = "/home/dev/here"


class Desk:
    def __init__(
        self, fleet: Fleet, answer: Outcome | CockpitError | None = None, thread: Thread | None = None
    ) -> None:
        self.fleet = fleet
        self.sent: list[Command] = []
        self.last = Remembered()
        self._answer = answer or Outcome("Started.", Ref("tmux", "%9"))
        self._thread = thread

    async def send(self, command: Command) -> Outcome:
        self.sent.append(command)
        if isinstance(self._answer, CockpitError):
            raise self._answer
        return self._answer

    def host(self) -> AskHost:
        return AskHost(
            lambda: DispatchScreen(lambda: self.fleet, self._thread, send=self.send, last=self.last, here=HERE)
        )

    @property
    def order(self) -> Dispatch:
        (command,) = self.sent
        assert isinstance(command, Dispatch)
        return command


def alone(**fields: Any) -> Fleet:
    """A machine without T3 on which no tmux server runs yet."""
    return replace(Fleet(), sources={"tmux": replace(worker_source(), **fields)})


async def fill(pilot: Pilot[Any], **values: str) -> None:
    for name, value in values.items():
        pilot.app.screen.query_one(f"#{name}", Choice).value = value
        await settle(pilot)


async def test_with_no_server_at_all_a_worker_starts_in_the_directory_where_the_cockpit_runs() -> None:
    desk = Desk(alone(health=Health.ABSENT, reason="No tmux server runs here."))
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert f"this directory {HERE}" in app.words
        await typed(pilot, "Fix it")
        await pilot.press("ctrl+d")
        await settle(pilot)
    choice = ModelChoice("claude", "", ({"id": "team", "value": "off"},))
    assert desk.order == Dispatch("tmux", None, "Fix it", model=choice, runtime_mode="default", path=HERE)
    assert app.answers == [Ref("tmux", "%9")]


async def test_everything_can_be_said_by_keyboard() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 50)) as pilot:
        await settle(pilot)
        await typed(pilot, "Rework the export\nand test it")
        await pilot.press("tab", "tab", "enter", "1", "tab", "right")  # project, harness, model: opus
        await settle(pilot)
        await pilot.press("tab", "right", "tab", "right", "tab", "backspace", *"12", "tab", "right")
        await settle(pilot)
        await pilot.press("tab", *"main", "tab", "tab", "space", "ctrl+d")
        await settle(pilot)
    assert desk.order == Dispatch(
        "tmux", None, "Rework the export\nand test it",
        model=ModelChoice("claude", "opus", ({"id": "team", "value": "in-process"},)), runtime_mode="acceptEdits",
        worktree=True, base_branch="main", branch="rework-export", setup=True, count=12, path=HERE,
    )  # fmt: skip


async def test_a_program_has_models_modes_and_settings_of_its_own() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        assert "agent team" in app.words
        await fill(pilot, harness="shell")
        assert "agent team" not in app.words
        assert "may do" not in app.words
        await typed(pilot, "make test")
        await pilot.press("ctrl+d")
        await settle(pilot)
    assert (desk.order.model, desk.order.runtime_mode) == (ModelChoice("shell", ""), None)


async def test_the_form_begins_with_what_the_configuration_says_and_then_with_what_was_chosen_last() -> None:
    fleet = alone()
    state = fleet.sources["tmux"]
    own = {"team": "tmux", "mode": "plan", "model": "opus"}
    offers = tuple(replace(each, defaults=own) if each.instance == "claude" else each for each in state.offers)
    desk = Desk(replace(fleet, sources={"tmux": replace(state, offers=offers)}))
    for settings in ("tmux", "in-process"):
        app = desk.host()
        async with app.run_test(size=(100, 40)) as pilot:
            await settle(pilot)
            assert "Default: opus" in app.words
            assert "plan: reads and proposes" in app.words
            team = pilot.app.screen.query_one("#settings").query_one(Choice)
            assert team.value == settings
            team.value = "in-process"
            await typed(pilot, "x")
            await pilot.press("ctrl+d")
            await settle(pilot)
    choice = ModelChoice("claude", "", ({"id": "team", "value": "in-process"},))
    assert [(order.model, order.runtime_mode) for order in desk.sent if isinstance(order, Dispatch)] == [
        (choice, "plan"), (choice, "plan"),
    ]  # fmt: skip


async def test_a_program_that_takes_no_model_is_asked_for_none() -> None:
    app = Desk(alone()).host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "model" in app.words.split()
        await fill(pilot, harness="shell")
        assert "model" not in app.words.split()


async def test_the_form_is_open_before_a_source_was_read_and_keeps_what_was_typed_till_then() -> None:
    desk = Desk(Fleet())
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "Fix it")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "No source that can start threads is up." in app.words
        desk.fleet = alone()
        await pilot.pause(0.25)
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
    assert (desk.order.prompt, desk.order.path, desk.order.source) == ("Fix it", HERE, "tmux")


async def test_what_a_far_machine_has_is_offered_as_soon_as_it_answered() -> None:
    far = {"machine": "box:", "health": Health.UP}
    desk = Desk(alone(offers=(), **far))
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert HERE not in app.words, "this machine's directory is none of that one"
        assert "Enter names a directory" in app.words
        await typed(pilot, "Fix it")
        desk.fleet = alone(**far)
        await pilot.pause(0.25)
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "Choose a project first." in app.words
        await pilot.press("tab", "enter")
        await settle(pilot)
        await pilot.press(*"~/web", "enter")
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
    assert desk.order.model is not None
    assert (desk.order.source, desk.order.path, desk.order.model.instance) == ("tmux", "~/web", "claude")


async def test_a_program_that_is_not_there_is_shown_with_its_reason_and_refused() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await fill(pilot, harness="codex")
        assert "Codex, not ready: codex is not installed here" in app.words
        await typed(pilot, "x")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "Not started: Codex is not ready: codex is not installed here." in app.words
    assert desk.sent == []


async def test_a_t3_project_on_this_machine_can_be_worked_on_in_a_terminal() -> None:
    fleet = workers_fleet()
    desk = Desk(fleet, thread=fleet.threads[FLAKY])
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await fill(pilot, source="tmux")
        assert app.screen.query_one("#project", Choice).value == str(BILLING)
        await typed(pilot, "x")
        await pilot.press("ctrl+d")
        await settle(pilot)
    assert (desk.order.source, desk.order.project, desk.order.path) == ("tmux", BILLING, "")


async def test_on_a_workers_row_the_form_begins_at_its_source() -> None:
    fleet = workers_fleet()
    desk = Desk(fleet, thread=fleet.threads[SHELL_WORKERS[0]])
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        assert app.screen.query_one("#source", Choice).value == "tmux"
        await fill(pilot, source="home")
        assert "harness" not in app.words
        assert "how many" not in app.words
        assert "begins" in app.words


async def test_a_directory_can_be_typed() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "x")
        app.screen.query_one("#project").focus()
        await pilot.press("enter", "end", "enter")
        await settle(pilot)
        assert isinstance(app.screen, PromptScreen)
        await typed(pilot, "work")
        await pilot.press("enter")
        await settle(pilot)
        assert "it begins with / or ~/" in app.words
        await pilot.press("home")
        await typed(pilot, "/srv/")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
    assert (desk.order.project, desk.order.path) == (None, "/srv/work")


async def test_many_in_one_checkout_are_warned_of_and_none_are_refused() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "x")
        count = app.screen.query_one("#count", LineField)
        count.value = "3"
        await settle(pilot)
        assert "all of them work in one checkout" in app.words
        await fill(pilot, where="worktree")
        assert "all of them work in one checkout" not in app.words
        count.value = ""
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "Not started: there must be at least one." in app.words
    assert desk.sent == []


async def test_the_next_form_begins_with_the_last_choice_but_not_with_its_number() -> None:
    desk = Desk(alone())
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await fill(pilot, model="opus", runtime="plan", where="worktree")
        app.screen.query_one("#count", LineField).value = "4"
        setting = app.screen.query_one("#settings Choice", Choice)
        setting.value = "tmux"
        await typed(pilot, "x")
        await pilot.press("ctrl+d")
        await settle(pilot)
    desk.sent.clear()
    again = desk.host()
    async with again.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "y")
        await pilot.press("ctrl+d")
        await settle(pilot)
    order = desk.order
    assert order.model == ModelChoice("claude", "opus", ({"id": "team", "value": "tmux"},))
    assert (order.runtime_mode, order.worktree, order.count) == ("plan", True, 1)


async def test_a_model_that_is_not_listed_can_be_typed_and_is_kept() -> None:
    desk = Desk(alone())
    for prompt in ("x", "y"):
        desk.sent.clear()
        app = desk.host()
        async with app.run_test(size=(100, 40)) as pilot:
            await settle(pilot)
            await typed(pilot, prompt)
            if prompt == "x":
                app.screen.query_one("#model").focus()
                await pilot.press("enter", "end", "enter")
                await settle(pilot)
                await typed(pilot, "opus-9")
                await pilot.press("enter")
                await settle(pilot)
            await pilot.press("ctrl+d")
            await settle(pilot)
        assert desk.order.model is not None
        assert desk.order.model.model == "opus-9"


async def test_when_only_some_start_the_form_stays_with_what_happened() -> None:
    failed = HalfDone("2 of 3 started; api-3 was not: no space left on the disk.", fix="Free some and start it again.")
    desk = Desk(alone(), failed)
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "x")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert str(failed) in app.words
        assert app.answers == []


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_with_every_field_in_reach(size: tuple[int, int]) -> None:
    fleet = workers_fleet()
    app = Desk(fleet, thread=fleet.threads[SHELL_WORKERS[0]]).host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await fill(pilot, where="worktree")
        form = app.screen.query_one("#form").region
        assert app.screen.region.contains_region(form)
        reached = set()
        for _ in range(14):
            await pilot.press("tab")
            await settle(pilot, 1)
            focused = app.screen.focused
            assert focused is not None
            assert focused.region.intersection(form).area
            reached.add(focused)
        assert len(reached) == 14
