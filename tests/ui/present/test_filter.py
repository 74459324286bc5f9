"""What a person types behind `/`, and which threads stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import NOW, busy_fleet, shelved_fleet, sick_fleet

from cockpit.model.fleet import Fleet
from cockpit.ui.present.filter import parse
from cockpit.ui.present.rows import ThreadRow
from cockpit.ui.present.thread_rows import View, thread_rows

ALL = 14


def titles(text: str, fleet: Fleet | None = None) -> list[str]:
    rows = thread_rows(fleet or busy_fleet(), View(parse(text)), NOW)
    return [row.thread.title for row in rows if isinstance(row, ThreadRow)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("needs:me", ["Fix flaky auth test", "Choose the ledger schema", "Rework invoice export"]),
        ("needs:you flaky", ["Fix flaky auth test"]),
        ("status:failed", ["Upgrade to Python 3.13"]),
        ("status:plan,fail", ["Rework invoice export", "Upgrade to Python 3.13"]),
        ("project:infra", ["Upgrade to Python 3.13", "Migrate CI to runners"]),
        ("PROJECT:Infra STATUS:Frozen", ["Migrate CI to runners"]),
        ("source:devvm", ["Spike: otel exporter"]),
        ("team:release status:idle", ["reviewer"]),
        ("branch:auth", ["Fix flaky auth test"]),
        ("is:frozen", ["Migrate CI to runners"]),
        ("is:stale", ["Spike: otel exporter"]),
        ('"otel exp"', ["Spike: otel exporter"]),
        ('"otel exp', ["Spike: otel exporter"]),
        ("which database", ["Choose the ledger schema"]),
        ("Bash", ["Fix flaky auth test"]),
        ("-project:infra -needs:me status:failed", []),
        ("httpx -status:working", ["Bump httpx and adapt"]),
        ("nothing has these words", []),
    ],
)  # fmt: skip
def test_a_filter_keeps(text: str, kept: list[str]) -> None:
    assert titles(text) == kept


@pytest.mark.parametrize("text", ["", "   ", "needs:", "status:", "-", '"', "is:", "project:"])
def test_half_a_word_hides_nothing(text: str) -> None:
    assert len(titles(text)) == ALL
    assert not parse(text).problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("foo:bar", "foo: is not a filter"),
        ("status:sleepy", "status:sleepy is not known"),
        ("is:blue", "is:blue is not known"),
        ("needs:coffee", "needs:coffee is not known"),
    ],
)
def test_what_is_not_understood_is_told_and_hides_nothing(text: str, told: str) -> None:
    assert parse(text).problems[0].startswith(told)
    assert len(titles(text)) == ALL


def test_a_quoted_word_is_never_a_key() -> None:
    assert not parse('"foo:bar"').problems


def test_what_was_put_aside_shows_only_when_asked_for() -> None:
    fleet = shelved_fleet()
    assert len(titles("", fleet)) == ALL
    assert len(titles("is:snoozed", fleet)) == 3
    assert len(titles("is:settled", fleet)) == 12
    assert len(titles("is:all", fleet)) == ALL + 15


def test_a_stale_fleet_is_found_by_that() -> None:
    assert "Fix flaky auth test" in titles("is:stale", sick_fleet())


@given(st.text(alphabet='abn:-"s is status needs me, \t', max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = parse(text)
    fleet = busy_fleet()
    for thread in fleet.threads.values():
        found.keeps(thread, fleet, NOW)
