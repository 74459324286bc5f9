"""The header, the footer and the page of evidence, as words."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from scenes import FLAKY, NOW, RUNNERS, busy_fleet, empty_fleet, held_fleet, nothing_yet, sick_fleet, unreadable_fleet

from cockpit.model.fleet import Fleet
from cockpit.model.work import Evidence
from cockpit.ui.actions import BY_ID, At
from cockpit.ui.present.explain import explain
from cockpit.ui.present.header import header, header_changes_in
from cockpit.ui.present.key_hints import _SHORT, Hint, key_hints, keys_shown

KEYS = keys_shown({})


def top(fleet: Fleet, width: int, word: str = "") -> str:
    return header(fleet, word, NOW, width)[0].text


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (120, "cockpit    ● home ● claude ● tmux ◐ devvm late 6s  3 need you · 4 working · 1.2 M tokens · $4.12"),
        (80, "cockpit    ● home ● claude ● tmux ◐ devvm late 6s  3 need you · 4 working · $4.12"),
        (60, "cockpit  ● ● ● ◐ devvm late 6s  3 need you · 4 working"),
        (40, "cockpit  ● ● ● ◐ late 6s  3! 4●"),
    ],
)
def test_the_header_gives_up_words_until_it_fits(width: int, words: str) -> None:
    assert top(busy_fleet(), width) == words


def test_the_header_never_gives_up_who_waits_or_what_is_sick() -> None:
    for width in range(20, 140, 7):
        said = top(sick_fleet(), width)
        assert "3" in said
        assert "✗" in said


@pytest.mark.parametrize(("width", "words"), [(120, "2 at a limit"), (22, "2⊘")])
def test_the_header_counts_who_stands_before_a_limit(width: int, words: str) -> None:
    fleet = busy_fleet()
    assert words in top(replace(fleet, counts=replace(fleet.counts, walls=2)), width)
    assert words not in top(fleet, width)


def test_the_header_says_when_the_first_limit_ends_and_not_when_it_has() -> None:
    def said(ends: datetime, width: int = 120) -> str:
        return top(replace(busy_fleet(), counts=replace(busy_fleet().counts, walls=2, wall_ends=ends)), width)

    soon, later = NOW + timedelta(minutes=20), NOW + timedelta(days=2)
    assert f"2 at a limit until {soon.astimezone():%H:%M} ·" in said(soon)
    assert f"2 at a limit until {later.astimezone():%a %H:%M} ·" in said(later)
    assert "2 at a limit ·" in said(NOW - timedelta(minutes=1))
    assert "2 at a limit · 4 working" in said(later, 75), "a narrow one keeps its words instead"


def test_the_header_names_the_screen() -> None:
    assert top(busy_fleet(), 120, "Inbox").startswith("cockpit  Inbox")


def test_amber_is_spent_only_when_somebody_waits() -> None:
    def roles(fleet: Fleet) -> set[str]:
        return {span.role for span in header(fleet, "", NOW, 120)[0].right}

    assert "amber" in roles(busy_fleet())
    assert "amber" not in roles(empty_fleet())


def test_figures_that_nobody_reported_are_not_shown() -> None:
    assert "$" not in top(empty_fleet(), 120)
    assert "tokens" not in top(nothing_yet(), 120)


def test_hold_and_ledger_trouble_stand_under_the_header() -> None:
    _, hold, ledger = header(held_fleet(), "", NOW, 120)
    assert hold.text.startswith("HOLD  by dana · for 5m · release day")
    assert ledger.text.startswith("LEDGER  The ledger cannot be written")


def test_the_header_changes_with_time_only_when_it_tells_an_age() -> None:
    assert header_changes_in(empty_fleet(), NOW) is None
    assert header_changes_in(busy_fleet(), NOW) == pytest.approx(4)
    assert header_changes_in(unreadable_fleet(), NOW) is not None


# The footer


def at(fleet: Fleet | None = None, **fields: object) -> At:
    fleet = fleet or busy_fleet()
    return At("fleet", fleet, fleet.threads.get(FLAKY), **fields)  # type: ignore[arg-type]


def said(hints: list[Hint]) -> list[str]:
    return ["".join(span.text for span in hint.spans) for hint in hints]


def test_the_footer_shows_the_keys_that_work_here_and_now() -> None:
    words = said(key_hints(at(), KEYS, 160))
    assert words[:3] == ["n next", "a approve", "r reply"]
    assert "x decline" not in words
    fleet = busy_fleet()
    with_card = At("fleet", fleet, fleet.threads[FLAKY], fleet.threads[FLAKY].asks[0])
    assert "x decline" in said(key_hints(with_card, KEYS, 160))


def test_the_footer_offers_other_screens_but_not_this_one() -> None:
    words = said(key_hints(at(), KEYS, 200))
    assert "F7 status" in words
    assert not any("fleet" in word for word in words)
    assert sum("inbox" in word for word in words) == 1


def test_a_remapped_key_shows_as_it_is() -> None:
    assert said(key_hints(at(), keys_shown({"thread.next": "ctrl+n"}), 160))[0] == "Ctrl+N next"


def test_an_action_without_a_key_is_not_in_the_footer() -> None:
    assert "n next" not in said(key_hints(at(), keys_shown({"thread.next": ""}), 160))


@pytest.mark.parametrize("width", [20, 40, 60, 79, 80, 100, 120, 200])
def test_the_footer_fits_and_always_has_help(width: int) -> None:
    hints = key_hints(at(), KEYS, width)
    assert hints[-1].end <= width
    assert all(one.end < two.start for one, two in pairwise(hints))
    assert any(hint.action == "go.help" for hint in hints)


def test_while_typing_letters_are_text() -> None:
    assert said(key_hints(at(typing=True), KEYS, 100)) == ["Esc back to the keys"]


def test_short_words_are_for_actions_that_exist() -> None:
    assert set(_SHORT) <= set(BY_ID)


# Why


def page(fleet: Fleet, ref: object = FLAKY) -> list[str]:
    return [line.text for line in explain(fleet.threads[ref], fleet, NOW)]  # type: ignore[index]


def test_the_evidence_comes_newest_first_with_source_and_time() -> None:
    fleet = busy_fleet()
    lines = page(fleet)
    assert lines[0].startswith("! approval for 2m")
    facts = [line for line in lines if line.startswith("home  ")]
    assert facts[0] == "home  approval.requested req-a8d6  14:03:00    2m"
    assert len(facts) == 3
    assert "an approval request is open" in "\n".join(lines)


def test_evidence_without_a_time_is_not_given_one() -> None:
    fleet = busy_fleet()
    thread = replace(fleet.threads[FLAKY], evidence=(Evidence("home", "seen", None),))
    assert "no time given" in "\n".join(line.text for line in explain(thread, fleet, NOW))


def test_a_freeze_says_who_when_and_why() -> None:
    assert "frozen by dana 1h ago: wait for the new runner image" in page(busy_fleet(), RUNNERS)


def test_staleness_says_what_it_rests_on() -> None:
    text = "\n".join(page(sick_fleet()))
    assert "no source that sees it is up" in text
    assert "home down" in text


def test_one_worker_seen_by_several_says_why_they_are_one() -> None:
    fleet = busy_fleet()
    thread = replace(fleet.threads[FLAKY], sources=("home", "tmux"), joins=frozenset({"session:1", "pane:/%1"}))
    text = "\n".join(line.text for line in explain(thread, fleet, NOW + timedelta(seconds=1)))
    assert "pane:/%1, session:1" in text
    assert "higher authority" in text
