"""One terminal in a frame: what is drawn of it, what the keys do, and what is said about it."""

import asyncio
from typing import ClassVar

import pytest
from hosts import WidgetHost, settle
from pane_kit import LOST, FakeTerminal, lines, screen, worker
from rich.color import ColorSystem
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from cockpit.model.terminal import Attribute, Lane, Mouse, Style, Wheel
from cockpit.model.work import Freeze, Status
from cockpit.ui.messages import Told
from cockpit.ui.widgets.ink import palette_of
from cockpit.ui.widgets.terminal_ink import TerminalInk, rich_style, sixteen
from cockpit.ui.widgets.terminal_pane import TerminalPane


class Host(WidgetHost):
    """One pane of 40 by 10 cells inside its border. Ctrl+Q is an ordinary key, as in the program."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False)]

    def __init__(self) -> None:
        self.pane = TerminalPane()
        self.pane.through = self.pane.leaders = ("ctrl+g",)
        self.pane.styles.width, self.pane.styles.height = 42, 12
        self.terminal = FakeTerminal(screen("hello", size=(40, 10)))
        super().__init__(self.pane)

    def on_mount(self) -> None:
        self.pane.name_it(worker(1), 1)
        self.pane.give(self.terminal)
        self.pane.look(Lane.PROMPT)
        self.terminal.show(self.terminal.screen)
        self.pane.focus()

    def on_told(self, message: Told) -> None:
        self.posted.append(message)

    @property
    def rows(self) -> list[str]:
        return [line.strip().strip("│┃").rstrip() for line in self.text[1:11]]

    @property
    def told(self) -> list[str]:
        return [message.text for message in self.of(Told)]


async def shown(pilot: Pilot[None]) -> None:
    await settle(pilot, 3)


async def test_the_screen_is_drawn_and_drawn_anew() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await shown(pilot)
        assert app.rows[0] == "hello"
        app.terminal.show(screen("hello", "漢字 👍 x", size=(40, 10)))
        await shown(pilot)
        assert app.rows[:2] == ["hello", "漢字 👍 x"]


async def test_only_rows_that_changed_are_drawn() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        first = screen("one", "two", "three", size=(40, 10))
        app.terminal.show(first)
        await shown(pilot)
        drawn: list[Region] = []
        refresh = app.pane.refresh
        app.pane.refresh = lambda *regions, **options: (drawn.extend(regions), refresh(*regions, **options))[1]  # type: ignore[method-assign, assignment, return-value]
        app.terminal.show(first)
        assert drawn == []
        second = screen("one", "2", "three", size=(40, 10))
        second = type(first)(40, 10, (first.lines[0], second.lines[1], *first.lines[2:]), cursor=(0, 0))
        app.terminal.show(second)
        assert drawn == [Region(0, 1, 40, 1)]


async def test_a_terminal_that_is_larger_shows_its_last_used_rows() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen(*(f"row {number} {'x' * 60}" for number in range(20)), size=(80, 30), cursor=(0, 20)))
        await shown(pilot)
        assert app.rows[0].startswith("row 11 xxx")
        assert app.rows[9] == ""
        assert all(len(row) <= 40 for row in app.rows)


async def test_the_driven_cursor_is_never_out_of_sight() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("a" * 60 + "b" * 20, size=(80, 24), cursor=(70, 0)))
        await shown(pilot)
        assert app.rows[0].startswith("aaaa")
        app.pane.drive(True)
        await shown(pilot)
        assert app.rows[0] == "a" * 29 + "b" * 11
        strip = app.pane.render_line(0)
        cursor = [segment for segment in strip if segment.style and segment.style.reverse]
        assert [segment.text for segment in cursor] == ["b"]


async def test_the_frame_says_whose_it_is_and_how_it_is() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await shown(pilot)
        assert "1 agent-1  ● working" in app.text[0]
        assert "task 1" in app.text[11]
        app.pane.name_it(worker(1, Status.APPROVAL), 1)
        app.terminal.show(screen("x", size=(40, 10), mode="copy-mode"))
        await shown(pilot)
        assert "! approval" in app.text[0]
        assert app.pane.has_class("-needs")
        assert "copy mode" in app.text[11]
        app.terminal.show(screen("x", size=(40, 10), ended=True, exit_code=3))
        await shown(pilot)
        assert "ended (3)" in app.text[11]
        app.terminal.show(screen("x", size=(40, 10)), trouble="The link broke.")
        await shown(pilot)
        assert "The link broke." in app.text[11]


async def test_words_of_agents_are_no_markup() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("[bold red]x[/] [@click=app.quit]y[/]", size=(40, 10)))
        app.pane.name_it(worker(1, detail="[/nothing]"), 1)
        await shown(pilot)
        assert app.rows[0] == "[bold red]x[/] [@click=app.quit]y[/]"
        assert "[/nothing]" in app.text[11]


async def test_while_watched_no_key_goes_through() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("a", "enter", "ctrl+c")
        app.pane.post_message(__import__("textual.events").events.Paste("secret"))
        await shown(pilot)
        assert app.terminal.got == []
        assert app.told == ["Nothing was pasted: press Enter to drive the terminal first."]


async def test_while_driven_every_key_goes_through_but_the_leader() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.drive(True)
        await shown(pilot)
        assert "DRIVING   Ctrl+G leaves" in app.text[11]
        assert app.text[0].startswith("┏")
        keys = [
            "a",
            "tab",
            "escape",
            "ctrl+c",
            "ctrl+q",
            "ctrl+p",
            "f1",
            "pageup",
            "up",
            "shift+tab",
            "enter",
            "ctrl+z",
        ]
        await pilot.press(*keys)
        assert app.terminal.got == keys
        for key in ("ctrl+g", "z"):
            app.pane.post_message(events.Key(key, None))
        await shown(pilot)
        assert app.terminal.got == keys


async def test_a_key_without_bytes_and_a_lost_link_are_told() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.drive(True)
        await pilot.press("ctrl+1")
        app.terminal.failure = LOST
        await pilot.press("a")
        await shown(pilot)
        assert app.told == ["A terminal has no bytes for ctrl+1.", "The link broke. It is tried again."]


async def test_a_paste_goes_in_whole() -> None:
    from textual.events import Paste

    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.drive(True)
        app.pane.post_message(Paste("two\nlines 👍"))
        await shown(pilot)
        assert app.terminal.got == [("paste", "two\nlines 👍")]


async def test_scrolling_back_by_page_and_wheel() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.past = lines(*(f"past {number}" for number in range(100)))
        rows = [f"row {number}" for number in range(10)]
        app.terminal.show(screen(*rows, size=(40, 10), history=100, cursor=(0, 9)))
        await shown(pilot)
        await pilot.press("pageup")
        await shown(pilot)
        assert app.rows == [f"past {number}" for number in range(91, 100)] + ["row 0"]
        assert "scrolled up 9" in app.text[11]
        await pilot.press("pageup")
        await shown(pilot)
        assert app.rows[0] == "past 82"
        app.terminal.show(screen("new", size=(40, 10), history=105, cursor=(0, 9)))
        await shown(pilot)
        assert app.rows[0] == "past 82"
        assert "scrolled up 23" in app.text[11]
        await pilot.press("end")
        await shown(pilot)
        assert app.rows[0] == "new"


async def test_a_program_with_the_whole_screen_has_nothing_to_scroll() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("editor", size=(40, 10), history=100, alternate=True))
        await pilot.press("pageup")
        await shown(pilot)
        assert app.rows[0] == "editor"


async def test_the_mouse_goes_to_the_driven_program_that_asked() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("x", size=(40, 10), mouse=True))
        await pilot.click(app.pane, offset=(6, 4))
        assert app.terminal.got == []
        app.pane.drive(True)
        await pilot.mouse_down(app.pane, offset=(6, 4))
        await pilot.mouse_up(app.pane, offset=(6, 4))
        await shown(pilot)
        pressed = [mouse for mouse in app.terminal.got if not mouse.moved]
        assert pressed == [Mouse(5, 3, button=1), Mouse(5, 3, button=1, released=True)]


async def test_a_button_let_go_outside_is_let_go_in_the_program() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("x", size=(40, 10), mouse=True))
        app.pane.drive(True)
        await shown(pilot)
        await pilot.mouse_down(app.pane, offset=(6, 4))
        await pilot.mouse_up(offset=(59, 4))
        await shown(pilot)
        pressed = [mouse for mouse in app.terminal.got if not mouse.moved]
        assert pressed == [Mouse(5, 3, button=1), Mouse(39, 3, button=1, released=True)]
        assert app.mouse_captured is None


async def test_the_wheel_of_a_driven_program() -> None:
    from textual.events import MouseScrollUp

    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.terminal.show(screen("x", size=(40, 10), mouse=True))
        app.pane.drive(True)
        app.pane.post_message(MouseScrollUp(app.pane, 6, 4, 0, 0, 0, False, False, False, 6, 4))
        await shown(pilot)
        assert app.terminal.got == [Mouse(5, 3, wheel=Wheel.UP)]


async def test_why_it_is_not_driven() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await shown(pilot)
        assert app.pane.why_not_drive() is None
        app.pane.name_it(worker(1, frozen=Freeze("hold on", "dana", worker(1).since)), 1)  # type: ignore[arg-type]
        assert app.pane.why_not_drive() == "it is frozen; thaw it first."
        app.terminal.show(screen("x", ended=True))
        assert app.pane.why_not_drive() == "its program has ended."
        app.terminal.trouble = "The pane is closed."
        assert app.pane.why_not_drive() == "The pane is closed."
        app.pane.give(None)
        assert app.pane.why_not_drive() == "it has no terminal now."


async def test_its_size_follows_the_pane_while_it_is_fitted() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await shown(pilot)
        app.pane.fit(True)
        app.pane.styles.width = 32
        await pilot.pause(0.3)
        assert app.terminal.sizes == [(30, 10)]
        app.pane.fit(False)
        await pilot.pause(0.05)
        assert app.terminal.sizes == [(30, 10), None]


async def test_ink() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)):
        colours = sixteen(palette_of(app.pane))
        red = rich_style(Style(ink=1, attributes=Attribute.BOLD | Attribute.CURLY), colours)
        assert red.color is not None
        assert red.color.name == palette_of(app.pane).failed
        assert red.bold
        assert red.underline
        assert rich_style(Style(ink=(1, 2, 3), ground=200), colours).color.name == "#010203"  # type: ignore[union-attr]
        plain = rich_style(Style(), colours)
        assert (plain.color.name, plain.bgcolor.name) == (colours.text, colours.ground)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("style", "codes"),
    [
        (Style(attributes=Attribute.UNDERLINE), []),
        (Style(attributes=Attribute.CURLY), ["4:3"]),
        (Style(attributes=Attribute.CURLY, line=(255, 0, 10)), ["4:3", "58:2::255:0:10"]),
        (Style(attributes=Attribute.DOTTED), ["4:4"]),
        (Style(attributes=Attribute.DASHED, line=3), ["4:5", "58:5:3"]),
        (Style(attributes=Attribute.UNDERLINE, line=200), ["58:5:200"]),
        (Style(line=200), []),
    ],
)
async def test_underlines_keep_their_shape_and_colour_behind_a_straight_one(style: Style, codes: list[str]) -> None:
    app = Host()
    async with app.run_test(size=(60, 20)):
        for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT):
            ink = TerminalInk(palette_of(app.pane), 24, system)
            strip = ink.row((("ab", style),), 0, 2)
            first, *own = Strip.render_style(strip._segments[0].style or ink.blank, "ab", system).split("m\x1b[")
            assert first.startswith("\x1b[4;") is bool(style.attributes)
            assert "38;2;" in first if system is ColorSystem.TRUECOLOR else "38;5;" in first
            assert [each.split("m")[0] for each in own] == codes


async def test_ink_has_24_bits_and_dims_by_itself_since_nothing_behind_it_does() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)):
        colours = sixteen(palette_of(app.pane))
        many = [rich_style(Style(ink=number, ground=number), colours) for number in range(256)]
        assert all(each.color.triplet and each.bgcolor.triplet for each in many)  # type: ignore[union-attr]
        dim = rich_style(Style(ink=(200, 200, 200), ground=(0, 0, 0), attributes=Attribute.DIM), colours)
        assert not dim.dim
        assert 0 < dim.color.triplet.red < 200  # type: ignore[union-attr]


async def test_ink_remembers_lines_and_no_more_than_it_should() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)):
        ink = TerminalInk(palette_of(app.pane), 24)
        line = lines("x")[0]
        assert ink.pieces(line) is ink.pieces(line)
        many = [lines(str(number))[0] for number in range(1000)]
        for each in many:
            ink.pieces(each)
        assert 24 <= len(ink._pieces) <= 48
        assert ink.row(lines("漢字")[0], 1, 3).cell_length == 3
        under = [segment.text for segment in ink.row(lines("a漢字")[0], 0, 8, 1) if segment.style.reverse]  # type: ignore[union-attr]
        assert under == ["漢"]
        await asyncio.sleep(0)
