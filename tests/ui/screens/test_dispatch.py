"""The form that starts threads: keys in, one command out, and nothing that was typed is ever lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from asking import SIZES, AskHost, typed
from hosts import settle
from scenes import AUDIT, BILLING, FLAKY, WEB, busy_fleet, held_fleet
from textual import events

from cockpit.core.commands import Command, CreateProject, Dispatch, Outcome
from cockpit.model.errors import CockpitError, HalfDone, Refused, Rejected
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Project
from cockpit.ui.messages import Told
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.screens.dispatch import DispatchScreen
from cockpit.ui.widgets.fields import Choice, LineField, TextField

MADE = Ref("home", "new-thread")


class Desk:
    """Takes commands; each answer is used once, the last one again and again."""

    def __init__(self, *answers: Outcome | CockpitError, fleet: Fleet | None = None) -> None:
        self.fleet = fleet or one_source()
        self.sent: list[Command] = []
        self.gate: asyncio.Event | None = None
        self._answers: Sequence[Outcome | CockpitError] = answers or (Outcome("Started.", MADE),)

    async def send(self, command: Command) -> Outcome:
        self.sent.append(command)
        answer = self._answers[min(len(self.sent), len(self._answers)) - 1]
        if self.gate:
            await self.gate.wait()
        if isinstance(answer, CockpitError):
            raise answer
        return answer

    def host(self) -> AskHost:
        thread = self.fleet.threads[FLAKY]
        return AskHost(lambda: DispatchScreen(lambda: self.fleet, thread, send=self.send))


def one_source(**state: object) -> Fleet:
    fleet = busy_fleet()
    home = replace(fleet.sources["home"], **state)  # type: ignore[arg-type]
    return replace(fleet, sources={"home": home})


def field(app: AskHost, name: str) -> str:
    return app.screen.query_one(f"#{name}", Choice).value


async def test_a_prompt_and_one_key_start_a_thread_where_the_person_was() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "Fix it\nand say why")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert desk.sent == [
            Dispatch(
                "home", BILLING, "Fix it\nand say why", runtime_mode="approval-required", interaction_mode="default"
            )
        ]
        assert app.answers == [MADE]
        assert [told.text for told in app.of(Told)] == ["Started."]


async def test_everything_can_be_chosen_by_keyboard() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "Rework the invoice export")
        await pilot.press("tab", "right")  # project: infra
        await pilot.press("tab", "enter", "3", "tab", "right", "tab", "right", "tab", "right")
        await settle(pilot)
        assert app.screen.query_one("#branch", LineField).value == "rework-invoice-export"
        await pilot.press("tab")
        await typed(pilot, "main")
        await pilot.press("tab", "tab", "space", "ctrl+d")
        await settle(pilot)
        assert desk.sent == [
            Dispatch(
                "home", Ref("home", "infra"), "Rework the invoice export",
                model=ModelChoice("claudeAgent", "claude-opus-4-5"), runtime_mode="auto-accept-edits",
                interaction_mode="plan", worktree=True, base_branch="main", branch="rework-invoice-export", setup=True,
            )
        ]  # fmt: skip


async def test_a_branch_of_ones_own_is_kept() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one("#where", Choice).value = "worktree"
        branch = app.screen.query_one("#branch", LineField)
        branch.focus()
        await typed(pilot, "mine")
        app.screen.query_one("#prompt").focus()
        await typed(pilot, "Something else")
        assert branch.value == "mine"


async def test_pasting_never_sends_and_carries_no_controls() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        app.screen.query_one(TextField).post_message(events.Paste("one\ntwo\x1b[31m\r\n\tthree\x04\n"))
        await settle(pilot)
        assert desk.sent == []
        assert app.screen.query_one(TextField).text == "one\ntwo\n\tthree\n"


@pytest.mark.parametrize(
    "error",
    [
        Refused("Not done: the fleet is on hold by dana (release day); release it first."),
        HalfDone("The thread was made, but the prompt was not taken: 500.", fix="Send the prompt to that thread."),
        Rejected("branch exists already", fix="Nothing was left behind; correct it and try again."),
    ],
)
async def test_a_failure_stands_in_the_form_and_nothing_is_lost(error: CockpitError) -> None:
    desk = Desk(error, Outcome("Started.", MADE))
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "Fix it")
        app.screen.query_one("#where", Choice).value = "worktree"
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert str(error) in app.words
        assert app.answers == []
        assert app.screen.query_one(TextField).text == "Fix it"
        assert field(app, "where") == "worktree"
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert desk.sent[0] == desk.sent[1]
        assert app.answers == [MADE]


async def test_it_is_sent_once_and_stays_while_it_is_on_its_way() -> None:
    desk = Desk()
    desk.gate = asyncio.Event()
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "Fix it")
        await pilot.press("ctrl+d", "ctrl+d", "ctrl+d")
        await pilot.click("#start")
        await settle(pilot)
        assert "Starting…" in app.words
        await pilot.press("escape")
        await settle(pilot)
        assert "wait for the answer" in app.words
        assert len(desk.sent) == 1
        desk.gate.set()
        await settle(pilot)
        assert app.answers == [MADE]


async def test_what_cannot_be_started_is_not_sent() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "Not started: the prompt is empty." in app.words
        desk.fleet = replace(desk.fleet, hold=held_fleet().hold)
        await typed(pilot, "x")
        await pilot.click("#start")
        await settle(pilot)
        assert "the fleet is on hold by dana (release day); release it first" in app.words
        assert desk.sent == []


async def test_leaving_asks_before_it_drops_what_was_written() -> None:
    app = Desk().host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "Much thought")
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen.query_one(TextField).text == "Much thought"
    empty = Desk().host()
    async with empty.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert empty.answers == [None]


async def test_without_a_socket_the_form_says_why_there_is_no_worktree() -> None:
    desk = Desk(fleet=one_source(link="polling"))
    app = desk.host()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "a new worktree is made over home's socket, and that is not up (polling)" in app.words
        app.screen.query_one("#where").focus()
        await pilot.press("right")
        await typed(pilot, "x")
        app.screen.query_one(TextField).focus()
        await typed(pilot, "Fix it")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert [command.worktree for command in desk.sent if isinstance(command, Dispatch)] == [False]


async def test_another_source_has_other_projects() -> None:
    fleet = busy_fleet()
    there = Project(Ref("devvm", "p"), "vm-tools", "/srv/vm-tools")
    fleet = replace(fleet, projects={**fleet.projects, there.ref: there})
    desk = Desk(fleet=fleet)
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        assert field(app, "project") == str(BILLING)
        app.screen.query_one("#source").focus()
        await pilot.press("right")
        await settle(pilot)
        assert "devvm (late)" in app.words
        assert field(app, "project") == str(there.ref)
        app.screen.query_one("#prompt").focus()
        await typed(pilot, "Look")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert [(c.source, c.project) for c in desk.sent if isinstance(c, Dispatch)] == [("devvm", there.ref)]


async def test_a_model_that_is_not_offered_can_be_typed() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "Fix it")
        app.screen.query_one("#model").focus()
        await pilot.press("enter", "end", "enter")
        await settle(pilot)
        assert isinstance(app.screen, PromptScreen)
        await typed(pilot, "claudeAgent:opus-9")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert [c.model for c in desk.sent if isinstance(c, Dispatch)] == [ModelChoice("claudeAgent", "opus-9")]


async def test_a_new_project_is_made_where_its_path_says_and_chosen_once_it_is_seen() -> None:
    desk = Desk(
        Rejected("There is no directory /srv/new on the server's machine.", fix="Create it there."),
        Outcome("Made the project “new”."),
        Outcome("Started.", MADE),
    )
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await typed(pilot, "Begin")
        app.screen.query_one("#project").focus()
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        await typed(pilot, "is there")
        await pilot.press("enter")
        await settle(pilot)
        await typed(pilot, "/srv/new")
        await pilot.press("enter")
        await settle(pilot)
        assert "There is no directory /srv/new" in app.words
        made = Project(Ref("home", "p-new"), "new", "/srv/new")
        desk.fleet = replace(desk.fleet, projects={**desk.fleet.projects, made.ref: made})
        await pilot.press("enter")
        await settle(pilot)
        assert field(app, "project") == str(made.ref)
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert desk.sent[:2] == [CreateProject("home", "", "/srv/new")] * 2
        assert isinstance(desk.sent[2], Dispatch)
        assert desk.sent[2].project == made.ref


async def test_the_list_of_projects_is_open_to_the_mouse() -> None:
    desk = Desk()
    app = desk.host()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.click("#project")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        row = next(y for y, line in enumerate(app.text) if " web" in line)
        await pilot.click(offset=(app.text[row].index(" web") + 1, row))
        await pilot.click(offset=(app.text[row].index(" web") + 1, row))
        await settle(pilot)
        if isinstance(app.screen, ChooseScreen):  # Too soon to be meant: the second click opens it.
            await pilot.press("down", "up", "enter")
            await settle(pilot)
        assert field(app, "project") == str(WEB)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_with_every_field_in_reach(size: tuple[int, int]) -> None:
    app = Desk(fleet=busy_fleet()).host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.screen.query_one("#where", Choice).value = "worktree"
        await settle(pilot)
        assert app.screen.region.contains_region(app.screen.query_one("#form").region)
        assert "Ctrl+D start" in app.words
        for _ in range(12):
            await pilot.press("tab")
            await settle(pilot, 1)
            focused = app.screen.focused
            assert focused is not None
            form = app.screen.query_one("#form").region
            assert form.contains_region(focused.region.intersection(form))
            assert focused.region.intersection(form).area


async def test_nothing_to_start_on_is_said() -> None:
    fleet = one_source(health=Health.DOWN, reason="connection refused")
    desk = Desk(fleet=replace(fleet, projects={}, threads={FLAKY: replace(fleet.threads[AUDIT], ref=FLAKY)}))
    app = desk.host()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await typed(pilot, "x")
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert "Choose a project first." in app.words
