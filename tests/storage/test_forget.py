"""What the ledger lets go of after a while, and what it never does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.model.asks import Ask, AskKind, HeldAsk, SettledAsk
from cockpit.model.errors import LedgerError
from cockpit.model.ids import Ref
from cockpit.model.teams import Posted
from cockpit.model.work import Freeze, Hold
from cockpit.model.workers import Ending, Worker
from cockpit.storage.ledger import SqliteLedger

NOW = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)
KEEP = timedelta(days=30)
OLD, NEW = NOW - timedelta(days=31), NOW - timedelta(days=29)
BORN = NOW - timedelta(days=300)
WORKER = Worker("worker-1", "tmux", "claude", "Fix it", "fix-it", "/p", "/p", "/p", "x" * 64_000, "d", OLD, OLD)


@pytest.fixture
def ledger(path: Path) -> SqliteLedger:
    return SqliteLedger(path, lambda: BORN)


def settled(number: int, at: datetime) -> SettledAsk:
    ask = Ask(f"ask-{number}", Ref("home", "one"), AskKind.APPROVAL, "Claude wants Bash", "touch x")
    return SettledAsk(ask, "accept", "ada", at)


def held(name: str, expires: datetime) -> HeldAsk:
    return HeldAsk(name, "claude", "session", {}, OLD, expires)


def test_what_was_over_long_ago_goes_and_the_rest_stays(ledger: SqliteLedger) -> None:
    for at, name in ((OLD, "old"), (NEW, "new")):
        ledger.begin(name, "Send", "home:one", {}, at)
        ledger.end(name, "done", at)
        ledger.look(Ref("home", name), at)
        ledger.asks.add(held(name, at))
        ledger.settle(settled(at.day, at))
        ledger.post.keep("claude", "crew", [Posted("ada", "bob", name, at)])
    ledger.forget(KEEP, NOW)
    assert [each.intent for each in ledger.audit()] == ["new"]
    read = ledger.read()
    assert list(read.looked) == [Ref("home", "new")]
    assert [each.at for each in read.settled] == [NEW]
    assert (ledger.asks.get("old"), ledger.asks.get("new") is not None) == (None, True)
    assert [each.text for each in ledger.post.kept("claude", "crew")] == ["new"]


def test_what_is_open_or_frozen_or_held_is_never_forgotten(ledger: SqliteLedger) -> None:
    ledger.begin("unknown", "Send", "home:one", {}, OLD)
    ledger.asks.add(held("open", NOW + timedelta(minutes=5)))
    ledger.freeze(Ref("home", "one"), Freeze("wait", "ada", OLD))
    ledger.hold(Hold("stop", "ada", OLD))
    ledger.forget(KEEP, NOW)
    assert [each.intent for each in ledger.audit()] == ["unknown"]
    assert [each.id for each in ledger.asks.waiting(NOW)] == ["open"]
    read = ledger.read()
    assert read.hold is not None
    assert list(read.freezes) == [Ref("home", "one")]


def test_of_workers_only_those_go_that_were_closed_long_ago(ledger: SqliteLedger, path: Path) -> None:
    closed = replace(WORKER, ending=Ending.CLOSED)
    kinds = {
        "lost": WORKER,
        "stopped": replace(WORKER, ending=Ending.STOPPED),
        "closed": closed,
        "closed-lately": replace(closed, moved_at=NEW),
        "closed-frozen": closed,
    }
    for name, worker in kinds.items():
        ledger.workers.begin([replace(worker, id=name, digest=name)], ())
    ledger.freeze(Ref("tmux", "closed-frozen"), Freeze("wait", "ada", OLD))
    ledger.forget(KEEP, NOW)
    assert [worker.id for worker in ledger.workers.workers("tmux")] == ["lost", "stopped"]
    changed = {name: ledger.workers.change(replace(worker, id=name), 1) for name, worker in kinds.items()}
    assert [name for name, there in changed.items() if not there] == ["closed"]


def test_what_was_looked_at_long_ago_is_not_done_again(ledger: SqliteLedger) -> None:
    ledger.look(Ref("home", "one"), OLD)
    assert ledger.read().opened_at == BORN
    ledger.forget(KEEP, NOW)
    assert ledger.read().opened_at == NOW - KEEP


def test_a_young_ledger_keeps_its_birth(path: Path) -> None:
    ledger = SqliteLedger(path, lambda: NEW)
    ledger.forget(KEEP, NOW)
    assert ledger.read().opened_at == NEW


def test_more_than_one_step_goes_whole(ledger: SqliteLedger) -> None:
    ledger.post.keep("claude", "a", [Posted("ada", "bob", str(number), OLD) for number in range(500)])
    ledger.post.keep("claude", "b", [Posted("ada", "bob", str(number), OLD) for number in range(500)])
    ledger.post.keep("claude", "c", [Posted("ada", "bob", str(number), OLD) for number in range(1)])
    ledger.forget(KEEP, NOW)
    assert [ledger.post.kept("claude", team) for team in ("a", "b", "c")] == [(), (), ()]


def test_it_is_done_once_a_day_for_all_cockpits(ledger: SqliteLedger, path: Path) -> None:
    ledger.forget(KEEP, NOW)
    ledger.look(Ref("home", "one"), OLD)
    other = SqliteLedger(path)
    other.forget(KEEP, NOW + timedelta(hours=23))
    assert ledger.read().looked
    other.forget(KEEP, NOW + timedelta(hours=25))
    assert not ledger.read().looked


def test_a_clock_that_was_ahead_stops_nothing(ledger: SqliteLedger) -> None:
    ledger.forget(timedelta(days=3650), NOW + timedelta(days=1000))
    ledger.look(Ref("home", "one"), OLD)
    ledger.forget(KEEP, NOW)
    assert not ledger.read().looked


def test_a_clock_that_was_ahead_does_not_hide_for_ever_who_is_done(ledger: SqliteLedger) -> None:
    ledger.forget(KEEP, NOW + timedelta(days=1000))
    ledger.forget(KEEP, NOW)
    assert ledger.read().opened_at == NOW - KEEP


def test_a_ledger_that_cannot_be_written_says_so(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(LedgerError):
        SqliteLedger(path).forget(KEEP, NOW)
