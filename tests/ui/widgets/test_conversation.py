"""A conversation on the screen: it follows its tail, keeps its place, folds, copies, and is quick when it is long."""

from dataclasses import replace
from typing import Any

import pytest
from hosts import settle
from scenes import NOW
from talking import AT, ONE, TWO, TalkHost, approval, asked, call, conversation_host, long_talk, said, talk
from textual.pilot import Pilot

from cockpit.model.asks import SettledAsk
from cockpit.model.talk import CallState, Changes, Exchange, FileChange, Notice, Plan, Talk
from cockpit.ui import messages as m
from cockpit.ui.present import talk_strips
from cockpit.ui.widgets.conversation import Conversation

SIZE = (50, 20)


async def show(host: TalkHost, pilot: Pilot[Any], shown: Talk | None) -> Conversation:
    view = host.query_one(Conversation)
    view.talk = shown
    await settle(pilot)
    return view


def more(shown: Talk, *entries: Any) -> Talk:
    return replace(shown, entries=(*shown.entries, *entries))


# The tail


async def test_it_opens_at_its_end() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, long_talk(100))
        assert view.following
        assert "x = 99" in host.page


async def test_what_comes_is_followed() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(100)
        await show(host, pilot, shown)
        await show(host, pilot, more(shown, asked(100, "the newest")))
        assert host.lines[-1].strip() == "the newest"


async def test_a_name_that_changes_while_it_is_hidden_is_there_when_it_is_shown_again() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(said(1, "All is done.")))
        assert "Agent" in host.page
        view.display = False
        await settle(pilot)
        view.show(view.talk, settled={}, agent="Claude")
        view.display = True
        await settle(pilot)
        assert "Claude" in host.page
        assert "All is done." in host.page


async def test_text_that_grows_is_followed() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(40)
        for count in range(1, 8):
            words = "\n\n".join(f"part {n}" for n in range(count))
            await show(host, pilot, more(shown, said(40, words, streaming=True)))
        assert host.lines[-1].strip() == "part 6▍"


async def test_reading_further_up_nothing_moves_and_news_are_counted() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(100)
        view = await show(host, pilot, shown)
        view.focus()
        await pilot.press("pageup", "pageup", "up")
        before = host.lines[:-1]
        assert not view.following
        assert "↓" not in host.page
        await show(host, pilot, more(shown, said(200), said(201), said(202)))
        assert host.lines[:-1] == before
        assert host.lines[-1].rstrip().endswith("↓ 3 new")


async def test_a_growing_tail_is_told_without_a_number() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(100)
        view = await show(host, pilot, more(shown, said(200, "a", streaming=True)))
        view.focus()
        await pilot.press("pageup")
        await show(host, pilot, more(shown, said(200, "a b c", streaming=True)))
        assert host.lines[-1].rstrip().endswith("↓ more")


@pytest.mark.parametrize("way", ["key", "click", "wheel"])
async def test_back_to_the_tail(way: str) -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(100)
        view = await show(host, pilot, shown)
        view.focus()
        await pilot.press("pageup")
        await show(host, pilot, more(shown, said(200, "the newest")))
        match way:
            case "key":
                await pilot.press("end")
            case "click":
                await pilot.click(Conversation, offset=(45, 19))
            case "wheel":
                view.scroll_to(y=view.max_scroll_y, animate=False)
        await settle(pilot)
        assert view.following
        assert view.fresh == 0
        assert "the newest" in host.page
        assert "↓" not in host.page


# The place


async def test_older_pages_do_not_move_what_is_read() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        newest = long_talk(60, start=100, older="page-1")
        view = await show(host, pilot, newest)
        view.focus()
        await pilot.press("home")
        await settle(pilot)
        (wanted,) = host.of(m.OlderWanted)
        assert wanted.thread == ONE
        assert "reading earlier messages…" in host.page
        seen = [line for line in host.lines if "Message number 100" in line]
        row = host.lines.index(seen[0])
        page = long_talk(60, start=40)
        await show(host, pilot, Talk(ONE, (*page.entries, *newest.entries)))
        assert host.lines.index(seen[0]) == row
        assert "earlier messages" not in host.page
        await pilot.press("up")
        await settle(pilot)
        assert host.lines.index(seen[0]) == row + 1


async def test_older_is_asked_for_once_per_page() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        newest = long_talk(60, start=100, older="page-1")
        view = await show(host, pilot, newest)
        view.focus()
        await pilot.press("home", "up", "up", "home")
        assert len(host.of(m.OlderWanted)) == 1
        older = Talk(ONE, (*long_talk(30, start=70).entries, *newest.entries), older="page-2")
        await show(host, pilot, older)
        await pilot.press("home")
        assert len(host.of(m.OlderWanted)) == 2


async def test_a_page_that_leaves_room_asks_for_the_one_before() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        await show(host, pilot, Talk(ONE, (asked(5),), older="page-1"))
        assert len(host.of(m.OlderWanted)) == 1


async def test_the_place_of_each_conversation_is_kept() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, long_talk(100))
        view.focus()
        await pilot.press("pageup", "pageup")
        before = host.lines
        await show(host, pilot, long_talk(50, thread=TWO))
        assert view.following
        await show(host, pilot, long_talk(100))
        assert host.lines == before


async def test_scrolling_up_line_by_line_shows_every_line_once() -> None:
    """Estimated heights turn true above what is read: the text still moves by exactly one line per step."""
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, long_talk(60))
        view.focus()
        for _ in range(120):
            before = host.lines
            await pilot.press("up")
            await settle(pilot, 1)
            assert host.lines[1:] == before[:-1]


async def test_another_width_keeps_the_tail_and_the_place() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, long_talk(100))
        await pilot.resize_terminal(30, 14)
        await settle(pilot)
        assert view.following
        assert "x = 99" in host.page
        view.focus()
        await pilot.press("pageup", "pageup")
        named = next(line for line in host.lines if "Message number" in line).strip()
        await pilot.resize_terminal(70, 14)
        await settle(pilot)
        assert named in host.page


async def test_an_entry_that_goes_away_under_the_eye_does_no_harm() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(100)
        view = await show(host, pilot, shown)
        view.focus()
        await pilot.press("pageup", "pageup")
        await show(host, pilot, Talk(ONE, shown.entries[:30]))
        assert host.page.strip()
        await show(host, pilot, Talk(ONE, ()))
        assert not host.page.strip()
        await show(host, pilot, None)
        assert not host.page.strip()


# Folding and the cursor


CALL = call(1, "Bash", detail="ls", output="one\ntwo")


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_call_is_unfolded_and_folded(key: str) -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(asked(0), CALL))
        view.focus()
        await pilot.press("left_square_bracket", key)
        await settle(pilot)
        assert [line.strip() for line in host.lines[3:6]] == [
            "▎  ▾ Bash  ls                               1.2 s",
            "▎    one",
            "▎    two",
        ]
        await pilot.press(key)
        await settle(pilot)
        assert "two" not in host.page


async def test_a_click_on_its_line_unfolds_it() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        await show(host, pilot, talk(asked(0), CALL))
        await pilot.click(Conversation, offset=(8, 3))
        await settle(pilot)
        assert "two" in host.page


async def test_unfolding_keeps_the_line_where_it_is() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        long = call(900, "Bash", detail="seq", output="\n".join(str(n) for n in range(200)))
        view = await show(host, pilot, more(long_talk(50), long))
        view.focus()
        row = next(y for y, line in enumerate(host.lines) if "Bash" in line)
        await pilot.press("left_square_bracket", "enter")
        await settle(pilot)
        assert "▾ Bash" in host.lines[row]
        assert not view.following
        await pilot.press("enter")
        await settle(pilot)
        assert "▸ Bash" in host.lines[row]
        assert view.following


async def test_a_run_of_calls_opens_into_its_calls() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(asked(0), *(call(n) for n in range(1, 12))))
        assert "▸ 8 calls  Read 8" in host.page
        view.focus()
        await pilot.press("home", "right_square_bracket", "right_square_bracket", "enter")
        await settle(pilot)
        assert "▾ 8 calls" in host.page
        assert "file1.py" in host.page


async def test_the_cursor_walks_through_all_and_stays_in_sight() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(30)
        view = await show(host, pilot, shown)
        view.focus()
        seen = []
        for _ in range(30):
            await pilot.press("left_square_bracket")
            await settle(pilot, 1)
            assert view.cursor is not None
            seen.append(view.cursor.id)
            assert "▎" in host.page
        assert seen == [entry.id for entry in reversed(shown.entries)]


async def test_enter_on_changed_files_wants_their_diff() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(asked(0), Changes("c", (FileChange("a.py", "", 1, 0),), 7, AT)))
        view.focus()
        await pilot.press("left_square_bracket", "enter")
        await pilot.click(Conversation, offset=(8, 3))
        assert [(wanted.thread, wanted.count) for wanted in host.of(m.DiffWanted)] == [(ONE, 7), (ONE, 7)]


async def test_enter_on_a_plan_reads_it_in_full() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(asked(0), Plan("p", "# It\n\n1. one", AT)))
        view.focus()
        await pilot.press("left_square_bracket", "enter")
        assert [done.action for done in host.of(m.Do)] == ["thread.plan"]


async def test_enter_without_a_cursor_says_how_to_get_one() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(asked(0)))
        view.focus()
        await pilot.press("enter")
        assert "[ and ]" in host.told[0]


# Asks and their endings


async def test_how_an_ask_ended_is_told_where_it_was_asked() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        entry = Exchange("a1", "approval", "Bash: x", AT)
        view = await show(host, pilot, talk(asked(0), entry))
        assert "! waits for you  Bash: x" in host.page
        settled = {"a1": SettledAsk(approval("a1"), "decline", "dana", NOW)}
        view.show(talk(asked(0), entry), settled=settled)
        await settle(pilot)
        assert "✗ declined  Bash: x" in host.page
        assert "by dana" in host.page


# Copying


async def test_copy_takes_the_source_of_the_entry_and_claims_no_more_than_it_knows() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(said(1, "a **bold** word")))
        view.focus()
        await pilot.press("c")
        assert "Nothing to copy" in host.told[-1]
        await pilot.press("left_square_bracket", "c")
        assert host.clipboard == "a **bold** word"
        assert "OSC 52" in host.told[-1]
        assert "may ignore" in host.told[-1]


async def test_what_the_mouse_selects_is_copied_as_it_stands() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        view = await show(host, pilot, talk(said(1, "first line"), said(2, "second line")))
        await pilot.mouse_down(Conversation, offset=(7, 1))
        await pilot.hover(Conversation, offset=(7, 3))
        await pilot.mouse_up(Conversation, offset=(7, 3))
        await settle(pilot)
        view.focus()
        await pilot.press("ctrl+c")
        assert host.clipboard == "line\n\nsecond"


# Cost


async def test_a_long_conversation_draws_only_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = talk_strips.draw

    def noting(item: Any, *rest: Any) -> Any:
        drawn.append(item.id)
        return draw(item, *rest)

    monkeypatch.setattr(talk_strips, "draw", noting)
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(5000)
        view = await show(host, pilot, shown)
        assert len(drawn) < 20
        drawn.clear()
        await show(host, pilot, more(shown, asked(5000)))
        assert drawn == ["m5000"]
        drawn.clear()
        view.focus()
        await pilot.press("pageup", "home", "end")
        assert len(drawn) < 40


async def test_what_was_drawn_is_given_up_again() -> None:
    host = conversation_host()
    async with host.run_test(size=(50, 50)) as pilot:
        view = await show(host, pilot, long_talk(1000))
        for top in range(0, 8000, 45):
            view.scroll_to(y=top, animate=False)
        assert len(view._strips._kept) <= 400


# Odd text, odd sizes


@pytest.mark.parametrize("size", [(20, 6), (24, 20), (40, 18), (60, 20), (200, 60)])
async def test_any_text_at_any_size(size: tuple[int, int]) -> None:
    host = conversation_host()
    async with host.run_test(size=size) as pilot:
        view = await show(
            host,
            pilot,
            talk(
                asked(0, "[bold]x[/bold] [@click=app.quit]y[/]"),
                said(1, "日本語のとても長い文章がここにあります" * 4),
                said(2, "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n" + "x" * 300 + "\n```"),
                call(3, "Bash", CallState.FAILED, detail="y" * 300, output="e\u0301" * 200),
                Notice("n", "error", "[red]no[/]\nmore", AT),
            ),
        )
        view.focus()
        for _ in range(6):
            await pilot.press("left_square_bracket", "space")
        await settle(pilot)
        assert len(host.text) == size[1]
        assert all(len(line) <= size[0] for line in host.lines if line.isascii())


async def test_markup_is_drawn_as_it_stands() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        await show(host, pilot, talk(asked(0, "[bold]x[/bold] [@click=app.quit]y[/]")))
        assert "[bold]x[/bold] [@click=app.quit]y[/]" in host.page
        await pilot.click(Conversation, offset=(20, 1))
        assert host.is_running


async def test_another_theme_draws_in_its_colours() -> None:
    host = conversation_host()
    async with host.run_test(size=SIZE) as pilot:
        await show(host, pilot, talk(asked(0)))
        before = [segment.style.color for segment in host.screen._compositor.render_strips()[0] if segment.style]
        host.theme = "day"
        await settle(pilot)
        after = [segment.style.color for segment in host.screen._compositor.render_strips()[0] if segment.style]
        assert before != after
