"""From entries to items: who speaks, gaps, days, folded runs; and growing at the price of what grew."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import AT, approval, asked, call, said

from cockpit.model.asks import SettledAsk
from cockpit.model.talk import (
    CallState,
    Changes,
    Entry,
    Exchange,
    FileChange,
    Message,
    Notice,
    Plan,
    Role,
    Step,
    Steps,
    StepState,
)
from cockpit.ui.present.talk_items import Item, came_below, estimate, foldable, items_of, plain, unfolded


def made(*entries: Entry, flipped: frozenset[str] = frozenset()) -> list[Item]:
    return list(items_of(entries, flipped, zone=UTC).items)


def ids(items: list[Item]) -> list[str]:
    return [item.id for item in items]


def test_a_person_is_named_each_time_and_the_agent_once_per_answer() -> None:
    items = made(asked(1), said(2), call(3), said(4), asked(5), asked(6), said(7))
    assert [item.heading for item in items] == [True, True, False, False, True, True, True]


def test_another_author_is_named() -> None:
    items = made(said(1, author="alice"), said(2, author="bob"), said(3, author="bob"))
    assert [item.heading for item in items] == [True, True, False]


def test_calls_and_notices_stand_together_and_messages_apart() -> None:
    note = Notice("n", "info", "hm", AT)
    items = made(asked(1), call(2), call(3), note, said(4), call(5))
    assert [item.gap for item in items] == [False, True, False, False, True, True]


def test_a_new_day_is_told_once() -> None:
    late = Message("late", Role.USER, "next morning", AT + timedelta(days=1))
    later = Message("later", Role.USER, "and on", AT + timedelta(days=1, minutes=1))
    items = made(asked(1), late, later)
    assert [str(item.day) for item in items] == ["None", "2026-11-22", "None"]


def test_a_long_run_of_calls_is_folded_but_for_its_last() -> None:
    run = [call(n) for n in range(10)]
    items = made(asked(50), *run)
    assert ids(items) == ["m50", "run:c0", "c7", "c8", "c9"]
    assert len(items[1].entries) == 7


def test_a_short_run_stays_as_it_is() -> None:
    assert len(made(*(call(n) for n in range(6)))) == 6


def test_an_unfolded_run_shows_its_calls_inside() -> None:
    items = made(*(call(n) for n in range(10)), flipped=frozenset({"run:c0"}))
    assert len(items) == 11
    assert [item.inside for item in items] == [False, *[True] * 7, False, False, False]


def test_a_running_call_and_an_opened_one_are_never_folded_away() -> None:
    running = [call(0), call(1), call(2), call(3, state=CallState.RUNNING), *(call(n) for n in range(4, 12))]
    assert ids(made(*running))[:2] == ["run:c0", "c3"]
    opened = made(*(call(n) for n in range(12)), flipped=frozenset({"c4"}))
    assert ids(opened)[:2] == ["run:c0", "c4"]


def test_only_the_newest_list_of_steps_is_open() -> None:
    steps = [Steps(name, (Step("x", StepState.DONE),), AT) for name in ("s1", "s2")]
    items = made(*steps)
    assert [unfolded(item, frozenset()) for item in items] == [False, True]
    assert [unfolded(item, frozenset({"s1", "s2"})) for item in items] == [True, False]


def test_an_open_exchange_takes_its_ending_from_the_ledger() -> None:
    entry = Exchange("a1", "approval", "Bash: x", AT)
    settled = {"a1": SettledAsk(approval("a1"), "decline", "dana", AT)}
    (item,) = items_of([entry], settled=settled).items
    assert isinstance(item.entry, Exchange)
    assert (item.entry.outcome, item.by) == ("decline", "dana")


def test_the_source_knows_best_how_an_exchange_ended() -> None:
    entry = Exchange("a1", "approval", "Bash: x", AT, outcome="accept")
    settled = {"a1": SettledAsk(approval("a1"), "elsewhere", "", AT)}
    (item,) = items_of([entry], settled=settled).items
    assert isinstance(item.entry, Exchange)
    assert item.entry.outcome == "accept"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (asked(1), False),
        (call(1), True),
        (call(1, detail="", output=""), False),
        (Notice("n", "error", "one\ntwo", AT), True),
        (Notice("n", "info", "short", AT), False),
        (Plan("p", "x", AT), True),
        (Changes("c", (FileChange("a", "", 1, 1),), 1, AT), False),
        (Changes("c", tuple(FileChange(str(n), "", 1, 1) for n in range(9)), 1, AT), True),
    ],
)
def test_what_can_be_unfolded(entry: Entry, expected: bool) -> None:
    assert foldable(Item(entry.id, (entry,))) is expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (asked(1, "**hi**"), "**hi**"),
        (call(1, "Bash", detail="ls", output="a\nb"), "Bash: ls\na\nb"),
        (Exchange("e", "question", "Which?", AT, "Red"), "Which?\nRed"),
        (Steps("s", (Step("one", StepState.DONE),), AT), "[done] one"),
        (Changes("c", (FileChange("a.py", "", 2, 1),), 1, AT), "a.py +2 -1"),
    ],
)
def test_the_clipboard_gets_the_source_not_the_drawing(entry: Entry, expected: str) -> None:
    assert plain(Item(entry.id, (entry,))) == expected


def test_what_came_below() -> None:
    old = [asked(1), said(2)]
    assert came_below(old, old) is None
    assert came_below(old, [asked(0), *old]) is None
    assert came_below(old, [*old, said(3), said(4)]) == 2
    assert came_below(old, [old[0], said(2, "longer now")]) == 0


def test_a_guess_is_never_less_than_a_line() -> None:
    for entry in (said(1, "x"), call(2), Notice("n", "", "", AT), Steps("s", (), AT), Changes("c", (), 1, AT)):
        assert estimate(Item(entry.id, (entry,)), 1, False) >= 1


kinds = st.sampled_from(["asked", "said", "call", "note", "steps", "asking"])


def entry_of(kind: str, number: int) -> Entry:
    match kind:
        case "asked":
            return asked(number)
        case "said":
            return said(number)
        case "call":
            return call(number)
        case "note":
            return Notice(f"n{number}", "info", "x", AT + timedelta(seconds=number))
        case "steps":
            return Steps(f"s{number}", (), AT + timedelta(hours=number))
    return Exchange(f"e{number}", "approval", "x", AT + timedelta(seconds=number))


@given(st.lists(kinds, max_size=40), st.lists(kinds, max_size=10), st.integers(0, 5))
def test_growing_gives_what_making_anew_gives(first: list[str], more: list[str], lost: int) -> None:
    """However a conversation changes at its end, what is taken over is what would have been made."""
    entries = [entry_of(kind, n) for n, kind in enumerate(first)]
    before = items_of(entries, zone=UTC)
    grown = [*entries[: len(entries) - lost], *(entry_of(kind, 100 + n) for n, kind in enumerate(more))]
    assert items_of(grown, zone=UTC, before=before) == items_of(grown, zone=UTC)


@given(st.lists(kinds, max_size=60))
def test_every_entry_is_in_one_item(found: list[str]) -> None:
    entries = [entry_of(kind, n) for n, kind in enumerate(found)]
    held = [entry.id for item in items_of(entries, zone=UTC).items for entry in item.entries]
    assert held == [entry.id for entry in entries]


def test_a_conversation_that_grows_keeps_its_items() -> None:
    entries = [entry for n in range(0, 1000, 2) for entry in (asked(n), said(n + 1))]
    before = items_of(entries, zone=UTC)
    after = items_of([*entries, said(5000)], zone=UTC, before=before)
    same = sum(old is new for old, new in zip(before.items, after.items, strict=False))
    assert same >= 998
