"""Ages, figures and marks: short words with one meaning each."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from scenes import NOW, SCENES

from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import Status, Thread
from cockpit.ui.present.ages import age, changes_in, until
from cockpit.ui.present.colours import ALIASES, ROLES
from cockpit.ui.present.glyphs import HEALTH, STATUS, mark
from cockpit.ui.present.numbers import money, percent, plural, tokens
from cockpit.ui.present.walls import clock


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"), (4, "4s"), (9.9, "9s"), (10, "10s"), (19, "10s"), (59, "50s"), (60, "1m"), (119, "1m"),
        (3599, "59m"), (3600, "1h"), (86399, "23h"), (86400, "1d"), (3 * 86400, "3d"), (364 * 86400, "364d"),
        (365 * 86400, "1y"), (-30, "0s"),
    ],
)  # fmt: skip
def test_ages_are_short(seconds: float, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_what_has_no_time_has_no_age() -> None:
    assert age(None, NOW) == ""
    assert changes_in(None, NOW) is None


@given(st.integers(0, 3 * 86400).map(float))
def test_an_age_changes_when_it_says_and_not_before(seconds: float) -> None:
    since = NOW - timedelta(seconds=seconds)
    wait = changes_in(since, NOW)
    assert wait is not None
    if seconds >= 10:
        assert age(since, NOW + timedelta(seconds=wait - 0.5)) == age(since, NOW)
    assert age(since, NOW + timedelta(seconds=wait)) != age(since, NOW)


def test_ahead_in_the_same_words() -> None:
    assert until(NOW + timedelta(hours=3), NOW) == "3h"


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (None, ""), (0.0, "$0.00"), (0.004, "<$0.01"), (0.84, "$0.84"), (4.119, "$4.12"), (1234.5, "$1,234.50"),
        (-2, "-$2.00"),
    ],
)  # fmt: skip
def test_money_has_two_decimals(dollars: float | None, words: str) -> None:
    assert money(dollars) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, ""), (0, "0"), (950, "950"), (1_000, "1.0 k"), (1_249, "1.2 k"), (9_960, "10 k"), (84_000, "84 k"),
        (999_949, "1.0 M"), (1_200_000, "1.2 M"), (12_000_000, "12 M"), (3_000_000_000, "3.0 G"),
    ],
)  # fmt: skip
def test_tokens_are_rounded(count: int | None, words: str) -> None:
    assert tokens(count) == words


def test_nothing_reported_shows_nothing() -> None:
    assert (percent(None), money(None), tokens(None)) == ("", "", "")
    assert percent(61) == "61 %"
    assert [plural(1, "thread"), plural(3, "thread"), plural(2, "it is", "are")] == ["1 thread", "3 threads", "2 are"]


def test_every_status_and_health_has_a_mark_of_one_cell_in_a_known_colour() -> None:
    assert set(STATUS) == set(Status)
    assert set(HEALTH) == set(Health)
    for each in (*STATUS.values(), *HEALTH.values()):
        assert cell_len(each.glyph) == 1
        assert each.role in {*ROLES, *ALIASES}


def test_no_two_statuses_share_a_glyph() -> None:
    assert len({each.glyph for each in STATUS.values()}) == len(STATUS)


def thread(status: Status, **fields: object) -> Thread:
    return Thread(Ref("home", "one"), "One", status, **fields)  # type: ignore[arg-type]


def test_only_what_needs_a_person_is_amber() -> None:
    amber = {status for status, each in STATUS.items() if each.role == "amber"}
    assert amber == {Status.APPROVAL}
    assert all(each.role != "amber" for each in HEALTH.values())


def test_an_unknown_status_shows_the_word_of_its_source() -> None:
    assert mark(thread(Status.UNKNOWN, raw_status="hibernating")).word == "hibernating"


def test_without_fresh_evidence_nothing_is_green() -> None:
    assert mark(thread(Status.WORKING)).role == "teal"
    stale = mark(thread(Status.WORKING, stale=True))
    assert (stale.word, stale.role) == ("~working", "dim")
    assert mark(thread(Status.APPROVAL, stale=True)).role == "amber"


def test_the_scenes_have_what_their_names_promise() -> None:
    fleets = {name: make(NOW) for name, make in SCENES.items()}
    busy = fleets["busy"].counts
    assert (busy.threads, busy.needs_you, busy.working, busy.tokens) == (14, 3, 4, 1_200_000)
    assert busy.cost == pytest.approx(4.12)
    assert fleets["held"].hold is not None
    assert not fleets["starting"].sources


def test_an_end_beyond_the_change_of_the_clocks_is_told_as_the_clock_will_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        now = datetime(2026, 10, 24, 12, tzinfo=UTC)
        assert clock(now + timedelta(hours=2), now) == "16:00"
        assert clock(now + timedelta(days=2), now) == "Mon 13:00"
    finally:
        monkeypatch.undo()
        time.tzset()
