"""How each entry of a conversation looks: its words, its colours, and never a cell too wide."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import AT, asked, call, colour, colour_of, pen, said, words
from textual.strip import Strip

from cockpit.model.talk import (
    CallState,
    Changes,
    Entry,
    Exchange,
    FileChange,
    Notice,
    Plan,
    Role,
    Step,
    Steps,
    StepState,
)
from cockpit.ui.present.talk_items import Item
from cockpit.ui.present.talk_lines import Look, draw

TODAY = date(2026, 11, 21)


def drawn(entry: Entry, opened: bool = False, width: int = 50, today: date = TODAY, **fields: Any) -> list[Strip]:
    return draw(Item(entry.id, (entry,), **fields), opened, Look(width, pen(), today, UTC, "Claude"))


def test_a_message_has_its_speaker_and_its_time() -> None:
    strips = drawn(asked(0, "Find out why.\nAnd fix it."), heading=True, width=30)
    assert words(strips) == ["You                      14:02", "Find out why.", "And fix it."]
    assert colour_of(strips, "You") == colour("you")


def test_an_answer_is_markdown_and_a_question_is_what_was_typed() -> None:
    assert words(drawn(said(1, "a **b** `c`"))) == ["a b c"]
    assert words(drawn(asked(1, "a **b** `c`"))) == ["a **b** `c`"]


def test_a_time_of_another_day_has_its_date() -> None:
    first = words(drawn(said(0), heading=True, width=30, today=TODAY + timedelta(days=2)))[0]
    assert first == "Claude            21 Nov 14:02"


def test_a_new_day_stands_above() -> None:
    assert words(drawn(said(0), day=TODAY, width=20))[:2] == ["", "── today ───────────"]
    assert words(drawn(said(0), day=date(2026, 11, 20), width=40))[1].startswith("── Friday 20 Nov ──")


def test_text_that_still_comes_ends_in_a_still_mark() -> None:
    assert words(drawn(said(1, "so far", streaming=True))) == ["so far▍"]
    assert words(drawn(said(1, "", streaming=True))) == ["▍"]


def test_a_long_text_that_still_comes_looks_as_it_will_when_it_is_complete() -> None:
    parts = [f"Paragraph {n} with `code` and words." for n in range(200)]
    parts[50] = "```python\nx = 1\n\ny = 2\n```"
    parts[90] = "- one\n\n- two"
    whole = "\n\n".join(parts)
    for size in (100, 2_500, 4_000, len(whole)):
        text = whole[:size]
        assert words(drawn(said(1, text, streaming=True)))[:-1] == words(drawn(said(1, text)))[:-1]


def test_a_long_text_that_still_comes_is_not_drawn_from_its_start_each_time() -> None:
    sizes: list[int] = []

    def prose(source: str, width: int) -> list[Strip]:
        sizes.append(len(source))
        return pen().prose(source, width)

    whole = "\n\n".join(f"Paragraph {n} with words." for n in range(1000))
    look = Look(50, replace(pen(), prose=prose), TODAY, UTC)
    for size in range(15_000, 16_900, 20):
        draw(Item("m1", (said(1, whole[:size], streaming=True),)), False, look)
    assert sum(size > 4_000 for size in sizes) <= 2
    assert len(sizes) > 95


def test_attachments_are_named() -> None:
    assert words(drawn(asked(1, "see", attachments=("a.png", "b.txt")))) == [
        "see",
        "+ a.png  attached",
        "+ b.txt  attached",
    ]


def test_a_message_of_nothing_says_so() -> None:
    assert words(drawn(said(1, " "))) == ["(nothing was said)"]


CALLS = [
    (call(1), False, ["  ▸ Read  file1.py                           1.2 s"]),
    (call(1, state=CallState.RUNNING), False, ["  ▸ Read  file1.py                         running"]),
    (
        call(1, "Bash", CallState.FAILED, detail="ls /x", output="no such file"),
        False,
        ["  ▸ Bash  ls /x                     failed · 1.2 s", "    no such file"],
    ),
    (
        call(1, "Bash", CallState.FAILED, output="Traceback\n a\n b\nValueError"),
        False,
        ["  ▸ Bash  file1.py                  failed · 1.2 s", "    Traceback                         3 more lines"],
    ),
    (
        call(1, "Bash", output="one\ntwo"),
        True,
        ["  ▾ Bash  file1.py                           1.2 s", "    one", "    two"],
    ),
    (call(1), True, ["  ▾ Read  file1.py                           1.2 s", "    no output was reported"]),
    (
        call(1, "Bash", detail="echo a\necho b", output="a"),
        True,
        ["  ▾ Bash  echo a …                           1.2 s", "    echo a", "    echo b", "    a"],
    ),
]


@pytest.mark.parametrize(("entry", "opened", "expected"), CALLS)
def test_calls(entry: Entry, opened: bool, expected: list[str]) -> None:
    assert words(drawn(entry, opened)) == expected


def test_a_failure_is_red_and_what_runs_is_not() -> None:
    failed = drawn(call(1, "Bash", CallState.FAILED, output="no such file"))
    assert {colour_of(failed, word) for word in ("Bash", "failed", "no such file")} == {colour("failed")}
    assert colour_of(drawn(call(1, state=CallState.RUNNING)), "running") == colour("working")


def test_a_run_of_calls_is_counted_by_tool_and_by_failure() -> None:
    calls = [call(n) for n in range(4)] + [call(n, "Bash", CallState.FAILED) for n in range(5, 8)]
    item = Item("run:c0", tuple(calls), run=True)
    assert words(draw(item, False, Look(50, pen(), TODAY, UTC))) == [
        "  ▸ 7 calls  Read 4 · Bash 3              3 failed"
    ]


@pytest.mark.parametrize(
    ("seconds", "words_"), [(0.04, "0.0 s"), (59.96, "1 m 00 s"), (125, "2 m 05 s"), (3720, "1 h 02 m")]
)
def test_how_long_a_call_took(seconds: float, words_: str) -> None:
    entry = replace(call(1), ended_at=call(1).at + timedelta(seconds=seconds))
    assert words(drawn(entry))[0].endswith(f" {words_}")


NOTES = [
    (Notice("n", "error", "It broke", AT), False, ["    ✗ It broke"]),
    (Notice("n", "error", "It broke\nbadly", AT), False, ["  ▸ ✗ It broke"]),
    (Notice("n", "error", "It broke\nbadly", AT), True, ["  ▾ ✗ It broke", "    It broke", "    badly"]),
    (Notice("n", "info", "frobnicate.began", AT), False, ["    · frobnicate.began"]),
    (Notice("n", "info", "Context compacted", AT), False, ["── Context compacted " + "─" * 29]),
    (Notice("n", "info", "", AT), False, ["    · (info)"]),
    (Exchange("e", "approval", "Bash: x", AT), False, ["    ! waits for you  Bash: x"]),
    (Exchange("e", "approval", "Bash: x", AT, "accept"), False, ["    ✓ approved  Bash: x"]),
    (Exchange("e", "approval", "Bash: x", AT, "decline"), False, ["    ✗ declined  Bash: x"]),
    (Exchange("e", "approval", "Bash: x", AT, "stale"), False, ["    · went stale  Bash: x"]),
    (Exchange("e", "approval", "Bash: x", AT, "odd-word"), False, ["    · odd-word  Bash: x"]),
    (Exchange("e", "question", "Which?", AT), False, ["    ? waits for you  Which?"]),
    (Exchange("e", "question", "Which?", AT, "Red"), False, ["    ? Which?", "    → Red"]),
    (Exchange("e", "question", "Which?", AT, "answered"), False, ["    ✓ answered  Which?"]),
]


@pytest.mark.parametrize(("entry", "opened", "expected"), NOTES)
def test_notices_and_exchanges(entry: Entry, opened: bool, expected: list[str]) -> None:
    assert words(drawn(entry, opened)) == expected


def test_who_settled_it_stands_at_the_edge() -> None:
    entry = Exchange("e", "approval", "Bash: x", AT, "accept")
    assert words(drawn(entry, by="dana", width=40)) == ["    ✓ approved  Bash: x          by dana"]


def test_only_what_waits_is_amber() -> None:
    assert colour_of(drawn(Exchange("e", "approval", "Bash: x", AT)), "waits for you") == colour("needs")
    assert colour_of(drawn(Exchange("e", "approval", "Bash: x", AT, "accept")), "approved") == colour("done")


STEPS = Steps(
    "s", (Step("read", StepState.DONE), Step("write", StepState.RUNNING), Step("rest", StepState.PENDING)), AT
)


def test_steps_folded_name_the_one_that_runs() -> None:
    assert words(drawn(STEPS, width=40)) == ["  ▸ To do  write                  1 of 3"]


def test_steps_unfolded() -> None:
    assert words(drawn(STEPS, True, 40)) == [
        "  ▾ To do                         1 of 3",
        "    ☑ read",
        "    ◐ write",
        "    ☐ rest",
    ]


def test_a_plan_is_a_card_with_its_title() -> None:
    assert words(drawn(Plan("p", "# Rework it\n\n1. one\n2. two", AT), width=40)) == [
        "╭─ ≡ Rework it ────────────────────────╮",
        "│ 1. one                               │",
        "│ 2. two                               │",
        "╰───────────────── P reads it in full ─╯",
    ]


def test_a_long_plan_counts_what_is_left_out() -> None:
    plan = Plan("p", "# Long\n\n" + "\n".join(f"{n}. step" for n in range(1, 31)), AT)
    folded, opened = words(drawn(plan, width=60)), words(drawn(plan, True, 60))
    assert "18 more lines · P reads it in full" in folded[-1]
    assert (len(folded), len(opened)) == (14, 32)


def test_an_implemented_plan_is_one_line() -> None:
    plan = Plan("p", "# Rework it\n\n1. one", AT, implemented_at=AT)
    assert words(drawn(plan, width=50)) == ["  ▸ ≡ Rework it                  implemented 14:02"]
    assert len(drawn(plan, True)) == 3


def test_a_plan_on_the_card_is_not_shown_twice() -> None:
    assert words(drawn(Plan("p", "# Rework it\n\n1. one", AT), on_card=True)) == [
        "  ▸ ≡ Rework it                        on the card"
    ]


def test_changed_files_are_counted() -> None:
    files = tuple(FileChange(f"f{n}.py", "added" if n == 0 else "modified", n, 1) for n in range(9))
    folded = words(drawn(Changes("c", files, 3, AT), width=60))
    assert folded[0] == f"{'  ± 9 files changed  Enter opens the diff':<54}+36 −9"
    assert folded[1].startswith("    f0.py  added")
    assert folded[-1] == "    ▸ 4 more files"
    assert len(drawn(Changes("c", files, 3, AT), True)) == 10


HOSTILE = [
    "[bold]x[/bold]",
    "[@click=app.quit]x[/]",
    "日本語" * 30,
    "é" * 90,
    "a" * 500,
    "👩‍👩‍👧‍👦 x" * 20,
    "",
    "\t\t",
    "x\n" * 40,
]
KINDS = [
    lambda text: said(1, text),
    lambda text: said(1, text, streaming=True),
    lambda text: asked(1, text),
    lambda text: said(1, text, Role.SYSTEM, author=text[:40]),
    lambda text: call(1, text[:80] or "Tool", CallState.FAILED, detail=text, output=text),
    lambda text: Notice("n", "error", text, AT),
    lambda text: Exchange("e", "question", text, AT, text),
    lambda text: Steps("s", (Step(text, StepState.RUNNING),), AT),
    lambda text: Plan("p", text, AT),
    lambda text: Changes("c", (FileChange(text or "?", "odd", 1, 1),), 1, AT),
]


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [1, 8, 18, 58])
def test_nothing_is_wider_than_it_may_be(make: Any, text: str, width: int) -> None:
    for opened in (False, True):
        for strip in drawn(make(text), opened, width, heading=True, gap=True):
            assert strip.cell_length <= max(width, 8)
            assert "\n" not in strip.text


@pytest.mark.parametrize("make", KINDS)
def test_markup_is_text(make: Any) -> None:
    shown = " ".join(words(drawn(make("[bold]x[/bold] [@click=app.quit]y[/]"), True, 120)))
    assert "[bold]x[/bold]" in shown
    assert "[@click=app.quit]y[/]" in shown


@given(st.text(max_size=300), st.integers(10, 70))
def test_any_text_fits(text: str, width: int) -> None:
    for make in KINDS:
        for strip in drawn(make(text), True, width):
            assert strip.cell_length <= width
