"""Usage limits: the texts that were reported, when they end, and that one is gone with the next answer or its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from claude_kit import SOLO, Facts, House, source
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.work import Status
from cockpit.runtimes.claude.walls import wall


def utc(*at: int) -> datetime:
    return datetime(*at, tzinfo=UTC)


AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("Claude AI usage limit reached|1795240800", utc(2026, 11, 21, 6)),
        ("Claude usage limit reached. Your limit will reset at 5pm (Europe/Warsaw).", utc(2026, 11, 21, 16)),
        ("You've hit your limit · resets 1:30am (Asia/Dhaka)", utc(2026, 11, 21, 19, 30)),
        ("You've hit your session limit · resets 12:50am (America/Los_Angeles)", utc(2026, 11, 21, 8, 50)),
        ("You've hit your weekly limit · resets Sep 29, 4pm (UTC)", utc(2027, 9, 29, 16)),
        ("You've hit your weekly limit · resets Nov 23 at 10pm (Europe/Lisbon)", utc(2026, 11, 23, 22)),
        ("You've hit your weekly limit · resets Mon 12:00am (UTC)", utc(2026, 11, 23, 0)),
        ("You've hit your weekly limit · resets Sat 2am (UTC)", utc(2026, 11, 28, 2)),
        ("You're out of extra usage · resets 11:59pm (UTC)", utc(2026, 11, 21, 23, 59)),
        ("You've hit your limit · resets 3pm (Nowhere/Land)", None),
        ("You've hit your weekly limit · resets Monday", None),
        ("5-hour limit reached", None),
    ],
)  # fmt: skip
def test_reported_limits_and_their_ends(said: str, ends: datetime | None) -> None:
    found = wall(said, AT)
    assert found is not None
    assert found.resets_at == ends
    assert found.text == said.partition("|")[0]


def test_without_a_zone_it_is_the_machines_own() -> None:
    found = wall("5-hour limit reached ∙ resets 2am", AT)
    assert found is not None
    assert found.resets_at is not None
    assert AT <= found.resets_at <= AT + timedelta(days=1)
    assert found.resets_at.astimezone().hour == 2


@pytest.mark.parametrize("said", ["API Error: 529 overloaded", "API Error: 429 rate_limit_error", "prompt is too long"])
def test_other_errors_are_no_limit(said: str) -> None:
    assert wall(said, AT) is None


@given(st.text(max_size=200), st.sampled_from(["", "limit reached resets ", "hit your limit · resets Feb 31, 9"]))
def test_any_text_is_read_or_not(said: str, before: str) -> None:
    wall(before + said, AT)


async def test_a_wall_stands_on_the_row_until_the_next_answer(tmp_path: Path, facts: Facts) -> None:
    house = House(tmp_path / ".claude")
    house.session("idle")
    house.line("user", "Build it")
    said = [{"type": "text", "text": "You've hit your session limit · resets Nov 30, 4pm (UTC)"}]
    house.line("assistant", said, isApiErrorMessage=True, error="rate_limit", apiErrorStatus=429)
    made = source(house.root)
    await made.read(facts)
    row = facts.threads[SOLO]
    assert (row.status, row.detail) == (Status.FAILED, said[0]["text"])
    assert row.wall is not None
    assert row.wall.text == said[0]["text"]
    house.line("user", "Again")
    await made.read(facts)
    assert facts.threads[SOLO].wall is None


async def test_a_wall_whose_time_has_come_is_none(tmp_path: Path, facts: Facts) -> None:
    house = House(tmp_path / ".claude")
    house.session("idle")
    house.line("user", "Build it")
    house.line("assistant", [{"type": "text", "text": "Claude AI usage limit reached|1700000000"}],
               isApiErrorMessage=True)  # fmt: skip
    made = source(house.root)
    await made.read(facts)
    assert facts.threads[SOLO].wall is None
    assert facts.threads[SOLO].status is Status.FAILED
