"""The panel: what its borders and its middle say when there is something to read, and when there is not."""

from dataclasses import replace

import pytest
from hosts import settle
from scenes import NOW
from talking import ONE, TWO, PanelHost, approval, asked, fleet, given, long_talk, plan, question, said, talk, thread

from cockpit.model.asks import Ask, SettledAsk
from cockpit.model.facts import LedgerRead
from cockpit.model.talk import Exchange, Plan, Talk
from cockpit.model.usage import Usage
from cockpit.model.work import Capability, Context
from cockpit.ui.widgets.ask_parts import AskBody, OwnWords
from cockpit.ui.widgets.composer import Composer
from cockpit.ui.widgets.conversation import Conversation

SIZE = (60, 36)


async def test_without_a_thread_it_says_what_to_do() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE):
        assert "Select a thread to read its conversation." in host.page
        assert "Message" not in host.page


async def test_before_the_conversation_came_it_says_that_it_reads() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot)
        assert "reading…" in host.page
        assert "╭─ Thread one ─" in host.page


async def test_the_conversation_of_another_thread_is_not_shown() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, talk=long_talk(4, thread=TWO))
        assert "reading…" in host.page
        assert "Message number" not in host.page


async def test_a_conversation_without_words() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, talk=talk())
        assert "Nothing has been said yet." in host.page


async def test_a_source_without_conversations_says_so() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, capabilities=frozenset({Capability.ATTACH}))
        assert "home shows no conversations" in host.page
        assert "Message" not in host.page


async def test_why_it_could_not_be_read_stands_above_what_was_read_before() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, talk=Talk(ONE, (), failed="the server [b]hung up[/b]"))
        words = " ".join(host.page.replace("│", " ").split())
        assert "The conversation could not be read: the server [b]hung up[/b]" in words
        await given(host, pilot, talk=Talk(ONE, (asked(1, "hello"),), failed="gone"))
        assert "could not be read: gone" in host.page
        assert "hello" in host.page


async def test_the_title_is_text() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, title="[bold]x[/] [@click=app.quit]y[/]")
        assert "╭─ [bold]x[/] [@click=app.quit]y[/] ─" in host.page


async def test_the_lower_border_has_the_facts_or_while_reading_the_keys() -> None:
    host = PanelHost()
    async with host.run_test(size=(70, 36)) as pilot:
        known = {"branch": "fix", "usage": Usage(cost=0.84), "context": Context(61, 100)}
        await given(host, pilot, talk=long_talk(3), **known)
        assert "sonnet-4-5 · fix · 61 % · $0.84" in host.page
        host.query_one(Conversation).focus()
        await settle(pilot)
        assert "[ ] step · Enter unfold · c copy · End newest" in host.page


async def test_reply_goes_to_the_form_of_a_question_and_else_to_the_composer() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, question())
        host.panel.focus_reply()
        await settle(pilot)
        assert isinstance(host.focused, AskBody)
        await given(host, pilot, plan())
        host.panel.focus_reply()
        await settle(pilot)
        assert isinstance(host.focused, Composer)


async def test_when_the_question_is_gone_keys_do_not_become_letters() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        await given(host, pilot, question(), talk=long_talk(3))
        host.panel.focus_reply()
        await settle(pilot)
        await given(host, pilot, talk=long_talk(3))
        await pilot.press("n")
        assert isinstance(host.focused, Conversation)
        assert host.panel.drafts == {}


async def test_a_plan_on_the_card_is_one_line_in_the_conversation() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        entry = Plan("p1", plan().body, NOW)
        await given(host, pilot, plan(), talk=talk(asked(0), entry))
        assert "on the card" in host.page
        assert host.page.count("1. one") == 1
        await given(host, pilot, talk=talk(asked(0), replace(entry, implemented_at=NOW)))
        assert "implemented 14:05" in host.page


async def test_what_was_settled_elsewhere_is_told_in_the_conversation() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        entry = Exchange("a1", "approval", "Bash: pytest -x", NOW)
        await given(host, pilot, approval(), talk=talk(asked(0), entry))
        assert "waits for you" in host.page
        read = LedgerRead({}, None, {}, NOW, settled=(SettledAsk(approval(), "elsewhere", "the web", NOW),))
        host.give(fleet(thread(), extra=(read,)), talk=talk(asked(0), entry))
        await settle(pilot, 3)
        assert "settled elsewhere" in host.page
        assert "waits for you" not in host.page


@pytest.mark.parametrize("size", [(20, 8), (24, 18), (36, 20), (60, 17), (67, 36), (120, 58)])
async def test_at_every_size_the_frame_is_straight(size: tuple[int, int]) -> None:
    host = PanelHost()
    async with host.run_test(size=size) as pilot:
        await given(host, pilot, approval(body="x" * 300), talk=talk(asked(0, "日本語" * 20), said(1, "a " * 200)))
        assert len(host.text) == size[1]
        inside = host.text[2:-1]
        assert {line[0] for line in inside} == {"│"}
        assert {line[-1] for line in inside} == {"│"}


async def test_a_fleet_that_changes_elsewhere_draws_nothing_here() -> None:
    host = PanelHost()
    async with host.run_test(size=SIZE) as pilot:
        shown = long_talk(30)
        one = thread(approval())
        host.give(fleet(one), talk=shown)
        await settle(pilot, 3)
        view = host.query_one(Conversation)
        refreshed: list[object] = []
        view.refresh = lambda *regions, **flags: refreshed.append(regions) or view  # type: ignore[method-assign]
        host.give(fleet(one, thread(ref=TWO)), talk=shown)
        await settle(pilot, 3)
        assert refreshed == []


@pytest.mark.parametrize("size", [SIZE, (60, 18)])
@pytest.mark.parametrize("after", [(), (approval(),)])
async def test_who_writes_an_answer_whose_question_goes_writes_on_in_the_composer(
    size: tuple[int, int], after: tuple[Ask, ...]
) -> None:
    host = PanelHost()
    async with host.run_test(size=size) as pilot:
        await given(host, pilot, question())
        host.panel.focus_reply()
        host.query_one(OwnWords).focus()
        await pilot.press(*"pale")
        await given(host, pilot, *after)
        await pilot.press(*"blue", "enter")
        assert host.commands == []
        assert host.query_one(Composer).text == "paleblue"
        assert "has changed" in host.told[0]
