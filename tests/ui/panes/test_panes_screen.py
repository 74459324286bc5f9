"""The screen of terminals: which are shown and how closely, who is driven, and what is let go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hosts import ScreenHost, settle
from pane_kit import Terminals, agent, fleet, lines, screen, worker, workers
from scenes import NOW, fleet_of, ledger, source
from textual.pilot import Pilot

from cockpit.model.facts import SourceChanged, SourceRead
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane
from cockpit.model.work import Freeze, Status, Thread
from cockpit.ui.messages import Copied, GoTo, Pinned, Told
from cockpit.ui.present.thread_rows import followed
from cockpit.ui.screens.panes import PanesScreen


class Host(ScreenHost):
    def __init__(self, shown: Fleet) -> None:
        self.terminals = Terminals()
        self.monotonic = 100.0
        super().__init__(lambda: PanesScreen(self.terminals.attach, clock=lambda: self.monotonic), shown)

    @property
    def panes(self) -> PanesScreen:
        assert isinstance(self.screen, PanesScreen)
        return self.screen

    @property
    def chosen(self) -> str:
        thread = self.panes.at().thread
        return thread.title if thread else ""

    @property
    def told(self) -> list[str]:
        return [message.text for message in self.of(Told)]

    def on_pinned(self, message: Pinned) -> None:
        self.posted.append(message)

    def on_copied(self, message: Copied) -> None:
        self.posted.append(message)


@asynccontextmanager
async def at(shown: Fleet, size: tuple[int, int] = (150, 42)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(shown)
    async with app.run_test(size=size) as pilot:
        await settle(pilot, 5)
        yield app, pilot


async def keys(pilot: Pilot[None], *names: str) -> None:
    await pilot.press(*names)
    await settle(pilot, 3)


async def test_all_with_a_terminal_are_shown_the_chosen_one_at_once_and_the_others_gently() -> None:
    without = replace(worker(9), terminal=None)
    async with at(fleet(worker(1), worker(2), worker(3), without)) as (app, _):
        assert app.terminals.watched == {"%1": Lane.PROMPT, "%2": Lane.GENTLE, "%3": Lane.GENTLE}
        assert app.chosen == "agent-1"
        assert "1 agent-1  ● working" in app.text[1]
        assert "terminal of %1" in app.text[2]


async def test_nobody_has_a_terminal() -> None:
    async with at(fleet()) as (app, pilot):
        assert any("No thread here has a terminal." in line for line in app.text)
        await keys(pilot, "enter", "tab", "1", "z", "n", "p", "left", "ctrl+g")
        assert app.chosen == ""


async def test_digits_tab_and_arrows_choose() -> None:
    async with at(workers(4)) as (app, pilot):
        for key, chosen in (
            ("3", "agent-3"), ("tab", "agent-4"), ("tab", "agent-1"), ("shift+tab", "agent-4"), ("up", "agent-2"),
            ("left", "agent-1"), ("down", "agent-3"), ("right", "agent-4"), ("9", "agent-4"),
        ):  # fmt: skip
            await keys(pilot, key)
            assert app.chosen == chosen, key
        assert app.terminals.watched["%4"] is Lane.PROMPT
        assert app.terminals.watched["%1"] is Lane.GENTLE


async def test_what_is_out_of_sight_is_let_go() -> None:
    async with at(workers(12), size=(100, 24)) as (app, pilot):
        assert sorted(app.terminals.watched) == ["%1", "%2", "%3", "%4"]
        await keys(pilot, "9")
        assert app.chosen == "agent-9"
        assert "%9" in app.terminals.watched
        assert "%1" not in app.terminals.watched
        assert app.terminals[1].closed


async def test_the_order_is_kept_when_attention_changes() -> None:
    async with at(workers(3)) as (app, pilot):
        app.give(fleet(worker(1), worker(2), worker(3, Status.APPROVAL), worker(4)))
        await settle(pilot, 3)
        assert [line.split("agent-")[1][0] for line in app.text if "╭─ " in line] == ["1", "3"]
        assert "3 agent-3  ! approval" in "".join(app.text)
        app.panes.action_next_needing()
        await settle(pilot, 3)
        assert app.chosen == "agent-3"


async def test_next_that_needs_me_without_any() -> None:
    async with at(workers(2)) as (app, pilot):
        app.panes.action_next_needing()
        await settle(pilot, 3)
        assert app.told == ["No terminal here waits for you."]


async def test_a_pane_that_goes_makes_room() -> None:
    async with at(workers(3)) as (app, pilot):
        await keys(pilot, "2")
        app.give(fleet(worker(1), worker(3)))
        await settle(pilot, 3)
        assert sorted(app.terminals.watched) == ["%1", "%3"]
        assert app.terminals[2].closed
        assert app.chosen == "agent-1"


# Driving


async def test_driving_is_said_everywhere_and_the_leader_leaves() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter")
        assert "every other key goes to agent-1" in app.text[-1]
        assert app.text[1].startswith("┏")
        assert app.panes.at().typing
        await keys(pilot, "q", "2", "tab", "escape")
        assert app.terminals[1].got == ["q", "2", "tab", "escape"]
        assert app.terminals[2].got == []
        await keys(pilot, "ctrl+g")
        assert "every other key" not in app.text[-1]
        await keys(pilot, "2")
        assert app.chosen == "agent-2"
        assert app.terminals[1].got == ["q", "2", "tab", "escape"]


async def test_the_leader_only_leaves_however_often_it_is_pressed() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter", "ctrl+g", "ctrl+g", "ctrl+g", "x")
        assert app.terminals[1].got == []
        assert app.panes.at().typing is False


async def test_the_leader_itself_has_a_key_that_sends_it_and_drives_on() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter", "ctrl+g", "G", "x")
        assert app.terminals[1].got == ["ctrl+g", "x"]
        assert app.panes.at().typing


async def test_only_the_driven_terminal_gets_our_size_and_leaving_gives_it_back() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter")
        await pilot.pause(0.3)
        assert app.terminals[1].sizes == [(73, 38)]
        await keys(pilot, "ctrl+g")
        await pilot.pause(0.05)
        assert app.terminals[1].sizes == [(73, 38), None]
        assert app.terminals[2].sizes == []


async def test_a_frozen_one_is_not_driven() -> None:
    frozen = worker(1, frozen=Freeze("", "dana", worker(1).since))  # type: ignore[arg-type]
    async with at(fleet(frozen)) as (app, pilot):
        await keys(pilot, "enter", "x")
        assert app.told == ["Not driven: it is frozen; thaw it first."]
        assert app.terminals[1].got == []


async def test_a_driven_terminal_that_vanishes_is_told_and_no_key_goes_to_its_neighbour() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter", "a")
        app.give(fleet(worker(2)))
        await settle(pilot, 3)
        assert app.told == ["The terminal that you drove is gone."]
        await keys(pilot, "q", "2", "enter", "x")
        assert app.terminals[2].got == []
        assert app.panes.at().typing is False


async def test_when_all_are_gone_the_keys_work_still() -> None:
    async with at(workers(3)) as (app, pilot):
        await keys(pilot, "enter", "x", "ctrl+g")
        app.give(fleet())
        await settle(pilot, 5)
        await keys(pilot, "escape")
        assert len(app.of(GoTo)) == 1
        app.give(workers(2))
        await settle(pilot, 5)
        await keys(pilot, "enter", "y")
        assert app.terminals[1].got == ["y"]


async def test_a_click_on_another_pane_chooses_it_and_leaves_the_driven_one() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter")
        await pilot.click(offset=(120, 10))
        await settle(pilot, 3)
        assert app.chosen == "agent-2"
        await keys(pilot, "x")
        assert app.terminals[1].got == []
        assert app.terminals[2].got == []


# Zoom, pins, coming and going


async def test_zooming_shows_one_and_fits_it() -> None:
    async with at(workers(3)) as (app, pilot):
        await keys(pilot, "2", "z")
        assert sorted(app.terminals.watched) == ["%2"]
        await pilot.pause(0.3)
        assert app.terminals[2].sizes == [(148, 38)]
        await keys(pilot, "escape")
        assert sorted(app.terminals.watched) == ["%1", "%2", "%3"]
        assert app.of(GoTo) == []
        await pilot.pause(0.05)
        assert app.terminals[2].sizes[-1] is None


async def test_pins_narrow_what_is_shown_and_keep_their_order() -> None:
    async with at(workers(5)) as (app, pilot):
        app.panes.pins = (agent(4), agent(2))
        await settle(pilot, 3)
        assert sorted(app.terminals.watched) == ["%2", "%4"]
        app.panes.arrive(agent(5))
        await settle(pilot, 3)
        assert app.of(Pinned)[-1].threads == (agent(4), agent(2), agent(5))
        app.panes.pins = ()
        await settle(pilot, 3)
        assert len(app.terminals.watched) == 5


def seen_by_claude(number: int) -> Thread:
    """The same worker, known by another source as well, which names its row."""
    pane = replace(worker(number), joins=frozenset({f"pane:x/%{number}"}), authority=-1)
    return replace(pane, ref=Ref("claude", f"session-{number}"), title=pane.title, terminal=None, authority=2,
                   sources=("claude",))  # fmt: skip


def joined(*numbers: int, also: tuple[int, ...]) -> Fleet:
    """Workers in panes; those in `also` are seen by Claude too."""
    panes = tuple(replace(worker(n), joins=frozenset({f"pane:x/%{n}"}), authority=-1) for n in numbers)
    return fleet_of(
        NOW, ledger(NOW), SourceChanged(source(NOW, "local", "tmux")), SourceChanged(source(NOW, "claude", "claude")),
        SourceRead("local", (), panes), SourceRead("claude", (), tuple(map(seen_by_claude, also))),
    )  # fmt: skip


async def test_a_row_that_changes_its_name_keeps_its_pane_its_place_and_the_person_in_it() -> None:
    async with at(joined(1, 2, 3, also=())) as (app, pilot):
        await keys(pilot, "2", "enter", "a")
        app.panes.pins = (agent(1), agent(2))
        app.give(joined(1, 2, 3, also=(2,)))
        app.panes.pins = followed(app.panes.pins, joined(1, 2, 3, also=()), app.fleet)
        await settle(pilot, 4)
        thread = app.panes.at().thread
        assert thread is not None
        assert thread.ref == Ref("claude", "session-2")
        await keys(pilot, "b")
        assert app.terminals[2].got == ["a", "b"]
        assert "2 agent-2" in app.text[1]
        assert len(app.terminals.made[agent(2)]) == 1
        app.give(joined(1, 2, 3, also=()))
        await settle(pilot, 4)
        await keys(pilot, "c")
        assert app.terminals[2].got == ["a", "b", "c"]
        assert app.told == []


async def test_a_worker_that_comes_back_in_another_pane_is_shown_there() -> None:
    async with at(workers(2)) as (app, pilot):
        app.give(fleet(replace(worker(1), terminal=str(agent(7))), worker(2)))
        await settle(pilot, 4)
        assert sorted(app.terminals.watched) == ["%2", "%7"]
        assert "terminal of %7" in app.text[2]


async def test_what_is_typed_on_after_the_terminal_went_is_for_nobody() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter", "a")
        app.terminals[1].show(screen("gone"), trouble="The pane is closed.")
        await settle(pilot, 3)
        await keys(pilot, "z", "2", "enter", "escape")
        assert app.told == ["No longer driven: The pane is closed."]
        assert app.of(GoTo) == []
        assert app.chosen == "agent-1"
        assert app.terminals[1].got == ["a"]
        app.monotonic += 2
        await keys(pilot, "2")
        assert app.chosen == "agent-2"


async def test_digits_with_alt_or_ctrl_choose_also_while_driving_and_plain_ones_are_typed() -> None:
    async with at(workers(3)) as (app, pilot):
        await keys(pilot, "enter", "2", "alt+2")
        assert app.terminals[1].got == ["2"]
        assert app.chosen == "agent-2"
        await keys(pilot, "enter", "ctrl+3")
        assert app.chosen == "agent-3"
        assert app.terminals[2].got == []


async def test_searching_selecting_and_copying() -> None:
    async with at(workers(1), size=(80, 24)) as (app, pilot):
        app.terminals[1].past = lines(*(f"past {number}" for number in range(100)))
        app.terminals[1].show(screen("now", size=(80, 24), history=100))
        await keys(pilot, "slash")
        await settle(pilot, 3)
        await pilot.press(*"past 5", "enter")
        await settle(pilot, 6)
        assert "“past 5” 1 of 11" in app.text[-2]
        assert any("past 59" in line for line in app.text)
        await keys(pilot, "n")
        assert "“past 5” 2 of 11" in app.text[-2]
        await keys(pilot, "N", "N")
        assert app.told == ["No newer “past 5” here."]
        await keys(pilot, "escape", "escape")
        assert "past 5" not in "".join(app.text)
        await keys(pilot, "y")
        assert app.of(Copied)[-1].text == "now"
        await pilot.mouse_down(offset=(1, 2))
        await pilot.hover(offset=(2, 2))
        await pilot.mouse_up(offset=(2, 2))
        await keys(pilot, "y")
        assert app.of(Copied)[-1].text == "no"


async def test_being_sent_to_a_thread_chooses_it() -> None:
    async with at(workers(12), size=(100, 24)) as (app, pilot):
        app.panes.arrive(agent(11))
        await settle(pilot, 3)
        assert app.chosen == "agent-11"
        assert app.terminals.watched["%11"] is Lane.PROMPT


async def test_a_hidden_screen_asks_nothing_and_drives_nothing() -> None:
    async with at(workers(2)) as (app, pilot):
        await keys(pilot, "enter")
        app.add_mode("other", lambda: type(app.panes)(app.terminals.attach))
        await app.switch_mode("other")
        await settle(pilot, 3)
        mine = [each[0] for each in app.terminals.made.values()]
        assert [terminal.lane for terminal in mine] == [Lane.HIDDEN, Lane.HIDDEN]
        await app.switch_mode("only")
        await settle(pilot, 3)
        assert [terminal.lane for terminal in mine] == [Lane.PROMPT, Lane.GENTLE]
        await keys(pilot, "x")
        assert mine[0].got == []


async def test_leaving_the_program_closes_every_terminal() -> None:
    async with at(workers(2)) as (app, _):
        made = [app.terminals[1], app.terminals[2]]
    assert all(terminal.lane is Lane.HIDDEN or terminal.closed for terminal in made)


async def test_a_terminal_that_cannot_be_opened_is_told_and_the_rest_is_shown() -> None:
    app = Host(workers(2))
    app.terminals.refused.add(agent(1))
    async with app.run_test(size=(150, 42)) as pilot:
        await settle(pilot, 5)
        assert app.told == ["agent-1: There is no such pane any more."]
        assert sorted(app.terminals.watched) == ["%2"]
        await keys(pilot, "enter")
        assert app.told[1:] == ["Not driven: it has no terminal now."]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_every_size(size: tuple[int, int]) -> None:
    async with at(workers(12), size=size) as (app, pilot):
        assert all(len(line) == size[0] for line in app.text if line.isascii())
        await keys(pilot, "enter")
        assert "DRIVING" in "".join(app.text)
        app.terminals[1].show(screen("after", size=(80, 24)))
        await keys(pilot, "ctrl+g", "z", "tab", "tab")
        assert app.chosen == "agent-3"


async def test_the_screen_is_resized_while_terminals_are_shown() -> None:
    async with at(workers(6)) as (app, pilot):
        for size in ((200, 60), (60, 20), (90, 25), (150, 42)):
            await pilot.resize_terminal(*size)
            await settle(pilot, 4)
            assert app.chosen == "agent-1"
        assert len(app.terminals.watched) == 6


async def test_the_bar_offers_n_only_while_it_goes_through_what_was_found() -> None:
    async with at(fleet(worker(1), worker(2, Status.QUESTION))) as (app, pilot):
        app.terminals[1].show(screen("a needle", "hay", size=(40, 10)))
        await keys(pilot, "1", "slash", *"needle", "enter")
        assert "n older" in app.text[-1]
        await keys(pilot, "enter")
        assert "leave" in app.text[-1]
        assert "“needle”" not in "".join(app.text)
        await keys(pilot, "ctrl+g", "slash", *"qqq", "enter")
        assert app.told[-1] == "“qqq” is nowhere in the last 10 lines."
        assert "n older" not in app.text[-1]


async def test_a_pin_of_long_ago_hides_nobody() -> None:
    async with at(workers(2)) as (app, pilot):
        app.panes.pins = (Ref("local", "%77@1"),)
        await settle(pilot, 3)
        assert app.terminals.watched == {"%1": Lane.PROMPT, "%2": Lane.GENTLE}
        assert "pinned" not in app.text[0]
        app.panes.pins = (Ref("local", "%77@1"), agent(2))
        await settle(pilot, 3)
        assert app.terminals.watched == {"%2": Lane.PROMPT}
