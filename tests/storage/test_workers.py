"""The table of workers: what two cockpits may do to it at once."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.model.errors import LedgerError
from cockpit.model.workers import Ending, Worker
from cockpit.storage.ledger import SqliteLedger

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ONE = Worker(
    "worker-1", "local", "claude", "Fix it", "fix-it", "/home/dev/demo", "/home/dev/demo", "/home/dev/demo", "Fix it",
    "d1", AT, AT, options=(("team", "off"),), session="s1",
)  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.db")


def test_what_is_kept_comes_back_whole(log: SqliteLedger) -> None:
    assert log.workers.begin([ONE], ()) is None
    assert log.workers.workers("local") == (ONE,)
    assert log.workers.workers("other") == ()


def test_the_same_again_names_the_first_and_records_nothing(log: SqliteLedger) -> None:
    log.workers.begin([ONE], ())
    assert log.workers.begin([replace(ONE, id="worker-2")], ()) == ONE
    assert log.workers.begin([replace(ONE, id="worker-3", digest="d2")], ()) is None
    assert [worker.id for worker in log.workers.workers("local")] == ["worker-1", "worker-3"]


def test_several_of_one_command_are_meant(log: SqliteLedger) -> None:
    assert log.workers.begin([ONE, replace(ONE, id="worker-2")], ()) is None


@pytest.mark.parametrize("way", ["gone", "stopped"])
def test_who_has_ended_stands_in_nobodys_way(log: SqliteLedger, way: str) -> None:
    log.workers.begin([ONE], ())
    if way == "stopped":
        log.workers.change(replace(ONE, ending=Ending.STOPPED), 1)
    assert log.workers.begin([replace(ONE, id="worker-2")], {"worker-1"} if way == "gone" else ()) is None


def test_of_two_who_begin_the_next_life_one_wins(log: SqliteLedger, tmp_path: Path) -> None:
    other = SqliteLedger(tmp_path / "ledger.db")
    log.workers.begin([ONE], ())
    assert log.workers.change(replace(ONE, life=2, pane="%1"), 1)
    assert not other.workers.change(replace(ONE, life=2, pane="%2"), 1)
    assert [worker.pane for worker in other.workers.workers("local")] == ["%1"]


def test_closed_ones_are_not_shown_and_forgotten_ones_are_gone(log: SqliteLedger) -> None:
    log.workers.begin([ONE, replace(ONE, id="worker-2"), replace(ONE, id="worker-3")], ())
    log.workers.change(replace(ONE, ending=Ending.CLOSED), 1)
    log.workers.forget(replace(ONE, id="worker-2"))
    assert [worker.id for worker in log.workers.workers("local")] == ["worker-3"]


def test_others_see_that_something_was_written(log: SqliteLedger, tmp_path: Path) -> None:
    other = SqliteLedger(tmp_path / "ledger.db")
    before = other.workers.version()
    log.workers.begin([ONE], ())
    assert other.workers.version() != before


def test_a_prompt_that_is_no_unicode_is_refused_and_nothing_stays(log: SqliteLedger) -> None:
    with pytest.raises(LedgerError):
        log.workers.begin([ONE, replace(ONE, id="worker-2", title="\ud800")], ())
    assert log.workers.workers("local") == ()
