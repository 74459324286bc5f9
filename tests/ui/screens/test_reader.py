"""Reading something long: scrolling, searching, stepping through files, and implementing the plan that is shown."""

from collections.abc import Callable
from typing import Any

import pytest
from asking import SIZES, AskHost, Clock, typed
from hosts import settle
from talking import ONE, pen, plan, question
from textual.screen import Screen

from cockpit.core.commands import ImplementPlan
from cockpit.model.errors import SourceError
from cockpit.ui import messages as m
from cockpit.ui.held import SEEN
from cockpit.ui.present import pages
from cockpit.ui.present.lines import line
from cockpit.ui.screens.reader import ReaderScreen
from cockpit.ui.widgets.page_view import PageView

LONG = "# Title\n\n" + "\n\n".join(f"Paragraph {n} with a word{' needle' if n % 10 == 5 else ''}" for n in range(100))
DIFF = "".join(
    f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -0,0 +1,40 @@\n" + "+line of it\n" * 40
    for name in ("one.py", "two.py", "three.py")
)


class Reading(AskHost):
    def __init__(self, make: Callable[[], Screen[Any]]) -> None:
        super().__init__(make)
        self.posted = []

    def on_act(self, message: m.Act) -> None:
        self.posted.append(message)


@pytest.mark.parametrize("size", SIZES)
async def test_markdown_at_every_size(size: tuple[int, int]) -> None:
    host = Reading(lambda: ReaderScreen("A [bold]plan[/]", LONG))
    async with host.run_test(size=size) as pilot:
        await settle(pilot)
        assert "A [bold]plan[/]" in host.page
        assert "Paragraph 0" in host.page
        assert "q closes" in host.page
        await pilot.press("end")
        await settle(pilot)
        assert "Paragraph 99" in host.page
        assert "100 %" in host.page


async def test_lines_with_roles() -> None:
    host = Reading(lambda: ReaderScreen("Why", [line("because"), line("[b]really[/b]")]))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "[b]really[/b]" in host.page


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_it_closes(key: str) -> None:
    host = Reading(lambda: ReaderScreen("Why", LONG))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert host.answers == [None]


async def test_a_search_marks_and_steps_round() -> None:
    host = Reading(lambda: ReaderScreen("Plan", LONG))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press("slash")
        await typed(pilot, "NEEDLE\n")
        view = host.screen.query_one(PageView)
        assert view.found == (1, 10)
        assert "“NEEDLE” 1/10" in host.page
        await pilot.press("n", "n")
        await settle(pilot)
        assert view.found == (3, 10)
        assert "Paragraph 25 with a word needle" in host.page
        await pilot.press("N", "N", "N")
        assert view.found == (10, 10)
        await pilot.press("escape")
        await settle(pilot)
        assert view.words == ""
        assert host.answers == []


async def test_a_match_is_drawn_in_other_colours() -> None:
    host = Reading(lambda: ReaderScreen("Plan", "a needle here"))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press("slash")
        await typed(pilot, "needle\n")
        await settle(pilot)
        found = [s for strip in host.screen._compositor.render_strips() for s in strip if s.text == "needle"]
        assert [s.style.bgcolor.get_truecolor().hex for s in found if s.style and s.style.bgcolor] == [
            pen().palette.needs
        ]


async def test_what_is_not_there_says_so() -> None:
    host = Reading(lambda: ReaderScreen("Plan", LONG))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press("slash")
        await typed(pilot, "nothing\n")
        assert "“nothing” 0/0" in host.page


async def test_the_files_of_a_diff() -> None:
    async def read() -> pages.Draw:
        return pages.diff(DIFF)

    host = Reading(lambda: ReaderScreen("Changes", load=read))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot, 3)
        assert "file 1/3" in host.page
        await pilot.press("n")
        await settle(pilot)
        assert "two.py" in host.page
        assert "file 2/3" in host.page
        await pilot.press("right_square_bracket")
        await settle(pilot)
        assert "file 3/3" in host.page
        await pilot.press("p", "p")
        await settle(pilot)
        assert "one.py" in host.page


async def test_while_it_is_read_and_when_it_cannot_be_read() -> None:
    import asyncio

    gate = asyncio.Event()

    async def read() -> pages.Draw:
        await gate.wait()
        raise SourceError("home did not answer.", fix="Look at its health: F7.")

    host = Reading(lambda: ReaderScreen("Changes", load=read))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "reading…" in host.page
        gate.set()
        await settle(pilot, 3)
        assert "It could not be read: home did not answer. Look at its health: F7." in host.words
        await pilot.press("q")
        await settle(pilot)
        assert host.answers == [None]


async def test_another_width_keeps_the_search() -> None:
    host = Reading(lambda: ReaderScreen("Plan", LONG))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press("slash")
        await typed(pilot, "needle\n")
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert host.screen.query_one(PageView).found[1] == 10


async def test_the_plan_is_implemented_by_a_fresh_key_only() -> None:
    clock = Clock()
    host = Reading(lambda: ReaderScreen("Plan", plan().body, plan=plan(), clock=clock))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "a implements it" in host.page
        for _ in range(20):
            await pilot.press("a")
            clock.pass_(0.1)
        assert host.posted == []
        clock.pass_(SEEN + 1)
        await pilot.press("a")
        await settle(pilot)
        assert [act.command for act in host.of(m.Act)] == [ImplementPlan(ONE, "p1")]
        assert host.answers == [None]


@pytest.mark.parametrize("ask", [None, question()])
async def test_without_an_open_plan_there_is_nothing_to_implement(ask: Any) -> None:
    clock = Clock()
    host = Reading(lambda: ReaderScreen("Plan", "text", plan=ask, clock=clock))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        clock.pass_(10)
        await pilot.press("a")
        assert host.posted == []
        assert "implements" not in host.page


async def test_something_that_draws_itself() -> None:
    host = Reading(lambda: ReaderScreen("Error", pages.text("Traceback\n  [red]line[/red]", "failed")))
    async with host.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "  [red]line[/red]" in host.page
