"""What the ledger remembers, and that it remembers it for everybody."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import Secret
from cockpit.core.ports import Ledger
from cockpit.model.asks import Ask, AskKind, Decision, Option, Question, SettledAsk
from cockpit.model.errors import LedgerError
from cockpit.model.ids import Ref
from cockpit.model.work import Freeze, Hold
from cockpit.storage.asks import HeldAsk
from cockpit.storage.codec import ask_from_text, ask_to_text
from cockpit.storage.ledger import SqliteLedger

NOW = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)
ONE = Ref("home", "thread-1")
TWO = Ref("home", "thread:2")


@pytest.fixture
def other(path: Path) -> Iterator[SqliteLedger]:
    """Another cockpit on the same file."""
    other = SqliteLedger(path, lambda: NOW, patience=5)
    yield other
    other.close()


def ask(ask_id: str = "a1", thread: Ref = ONE) -> Ask:
    return Ask(
        ask_id,
        thread,
        AskKind.QUESTION,
        "Claude asks",
        "Which colour?",
        body="…",
        place="/home/dev",
        created_at=NOW,
        questions=(Question("q", "Which?", "Colour", (Option("red", "warm"), Option("blue")), multi=True),),
        decisions=(Decision.ACCEPT, Decision.DECLINE),
    )


def test_it_is_the_ledger_of_the_core(ledger: SqliteLedger) -> None:
    port: Ledger = ledger
    read = port.read()
    assert (read.freezes, read.hold, read.looked, read.settled) == ({}, None, {}, ())
    assert read.opened_at is not None
    assert read.opened_at.tzinfo is not None


def test_a_freeze_lasts_until_it_is_thawed(ledger: SqliteLedger, other: SqliteLedger) -> None:
    freeze = Freeze("looks wrong", "ada", NOW, hard=True)
    ledger.freeze(ONE, freeze)
    ledger.freeze(TWO, Freeze("", "ada", NOW))
    assert other.read().freezes == {ONE: freeze, TWO: Freeze("", "ada", NOW)}
    other.thaw(ONE)
    other.thaw(ONE)
    assert set(ledger.read().freezes) == {TWO}


def test_a_hold_is_one_for_all(ledger: SqliteLedger, other: SqliteLedger) -> None:
    ledger.hold(Hold("deploying", "ada", NOW))
    other.hold(Hold("still", "bob", NOW))
    assert ledger.read().hold == Hold("still", "bob", NOW)
    ledger.hold(None)
    assert other.read().hold is None


def test_the_latest_look_counts(ledger: SqliteLedger, other: SqliteLedger) -> None:
    later = NOW + timedelta(microseconds=1)
    ledger.look(ONE, later)
    other.look(ONE, NOW)
    assert ledger.read().looked == {ONE: later}


def test_birth_is_kept_over_a_restart(ledger: SqliteLedger, other: SqliteLedger) -> None:
    assert ledger.read().opened_at == other.read().opened_at


def test_a_settled_ask_comes_back_whole_and_newest_first(ledger: SqliteLedger, other: SqliteLedger) -> None:
    first = SettledAsk(ask("a1"), "answered", "ada", NOW)
    second = SettledAsk(ask("a1", TWO), "stale", "ada", NOW + timedelta(seconds=1))
    ledger.settle(first)
    ledger.settle(second)
    assert other.read().settled == (second, first)


def test_a_known_ending_replaces_elsewhere_and_stays(ledger: SqliteLedger) -> None:
    ledger.settle(SettledAsk(ask(), "elsewhere", "", NOW))
    ledger.settle(SettledAsk(ask(), "accept", "ada", NOW))
    ledger.settle(SettledAsk(ask(), "elsewhere", "", NOW))
    ledger.settle(SettledAsk(ask(), "decline", "bob", NOW))
    assert [(each.ending, each.by) for each in ledger.read().settled] == [("accept", "ada")]


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.builds(
        Ask,
        id=texts,
        thread=st.just(ONE),
        kind=st.sampled_from(AskKind),
        title=texts,
        summary=texts,
        body=texts,
        place=texts,
        created_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        questions=st.lists(
            st.builds(
                Question,
                id=texts,
                text=texts,
                header=texts,
                options=st.lists(st.builds(Option, texts, texts), max_size=2).map(tuple),
                multi=st.booleans(),
            ),
            max_size=2,
        ).map(tuple),
        decisions=st.lists(st.sampled_from(Decision), max_size=4).map(tuple),
    )
)
def test_every_ask_survives_its_text(each: Ask) -> None:
    assert ask_from_text(each.id, each.thread, ask_to_text(each)) == each


def test_the_audit_tells_what_became_of_a_command(ledger: SqliteLedger) -> None:
    ledger.begin("i1", "Decide", "home:thread-1", {"decision": "accept"}, NOW)
    ledger.begin("i2", "Send", "home:thread-1", {"text": "go on"}, NOW + timedelta(seconds=1))
    ledger.end("i1", "Accepted.", NOW + timedelta(seconds=2))
    later, first = ledger.audit()
    assert (later.command, later.detail, later.ended, later.outcome) == ("Send", '{"text": "go on"}', None, None)
    assert (first.intent, first.outcome, first.ended) == ("i1", "Accepted.", NOW + timedelta(seconds=2))
    assert [each.intent for each in ledger.audit(1)] == ["i2"]


def test_a_resent_intent_keeps_its_first_record(ledger: SqliteLedger) -> None:
    ledger.begin("i1", "Send", "home:thread-1", {"text": "one"}, NOW)
    ledger.begin("i1", "Send", "home:thread-1", {"text": "two"}, NOW + timedelta(seconds=9))
    assert [(each.detail, each.begun) for each in ledger.audit()] == [('{"text": "one"}', NOW)]


def test_no_secret_reaches_the_file(ledger: SqliteLedger, path: Path) -> None:
    detail = {
        "token": "hunter2",
        "deep": [{"Authorization": "Bearer hunter2", "x": Secret("hunter2")}],
        "long": "y" * 5000,
        "when": NOW,
        "ref": ONE,
    }
    ledger.begin("i1", "Dispatch", "home", detail, NOW)
    kept = json.loads(ledger.audit()[0].detail)
    assert kept["token"] == "***"
    assert kept["deep"] == [{"Authorization": "***", "x": "***"}]
    assert len(kept["long"]) < 2100
    assert kept["ref"] == "home:thread-1"
    ledger.close()
    assert not any(b"hunter2" in file.read_bytes() for file in path.parent.iterdir())


def test_files_are_for_their_owner_alone(ledger: SqliteLedger, path: Path) -> None:
    path.parent.mkdir(parents=True, mode=0o755)
    old = os.umask(0)
    try:
        ledger.freeze(ONE, Freeze("", "ada", NOW))
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}


def test_the_version_changes_with_every_writer_and_only_then(ledger: SqliteLedger, other: SqliteLedger) -> None:
    seen = [ledger.version()]
    assert ledger.version() == seen[0]
    ledger.look(ONE, NOW)
    seen.append(ledger.version())
    assert ledger.version() == seen[1]
    other.look(TWO, NOW)
    seen.append(ledger.version())
    assert ledger.version() == seen[2]
    assert seen == sorted(set(seen))


def test_a_ledger_that_was_moved_aside_is_begun_anew(ledger: SqliteLedger, path: Path) -> None:
    ledger.freeze(ONE, Freeze("", "ada", NOW))
    before = ledger.version()
    aside = path.parent / "aside"
    aside.mkdir()
    for file in path.parent.glob("ledger.db*"):
        file.rename(aside / file.name)
    assert ledger.version() > before
    assert ledger.read().freezes == {}
    assert (aside / "ledger.db").exists()


def test_it_is_usable_from_any_thread(ledger: SqliteLedger) -> None:
    threads = [threading.Thread(target=ledger.look, args=(Ref("home", str(number)), NOW)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.read().looked) == 8


def test_broken_unicode_is_refused_not_crashed(ledger: SqliteLedger) -> None:
    with pytest.raises(LedgerError, match="not Unicode"):
        ledger.look(Ref("home", "\ud800"), NOW)
    assert ledger.read().looked == {}


def held(ask_id: str = "h1", minutes: int = 10) -> HeldAsk:
    return HeldAsk(ask_id, "claude", "s-1", {"tool_name": "Bash"}, NOW, NOW + timedelta(minutes=minutes))


def test_a_held_ask_waits_until_somebody_answers(ledger: SqliteLedger, other: SqliteLedger) -> None:
    assert ledger.asks.add(held())
    assert not other.asks.add(held())
    assert other.asks.waiting(NOW) == (held(),)
    assert other.asks.answer("h1", {"behavior": "allow"}, "ada", NOW)
    assert not ledger.asks.answer("h1", {"behavior": "deny"}, "bob", NOW)
    got = ledger.asks.get("h1")
    assert got is not None
    assert (got.answer, got.answered_by, got.answered_at) == ({"behavior": "allow"}, "ada", NOW)
    assert ledger.asks.waiting(NOW) == ()
    assert ledger.asks.get("none") is None


def test_an_expired_or_withdrawn_ask_takes_no_answer(ledger: SqliteLedger) -> None:
    ledger.asks.add(held("old", minutes=1))
    ledger.asks.add(held("gone"))
    late = NOW + timedelta(minutes=1)
    assert ledger.asks.withdraw("gone", NOW)
    assert ledger.asks.waiting(late) == ()
    assert not ledger.asks.answer("old", {}, "ada", late)
    assert not ledger.asks.answer("gone", {}, "ada", NOW)
    assert not ledger.asks.answer("never", {}, "ada", NOW)


def test_a_hook_that_gives_up_after_an_answer_learns_of_it(ledger: SqliteLedger) -> None:
    ledger.asks.add(held())
    ledger.asks.answer("h1", {"behavior": "deny"}, "ada", NOW)
    assert not ledger.asks.withdraw("h1", NOW)


def test_pins_are_kept_in_their_order(ledger: SqliteLedger, other: SqliteLedger) -> None:
    assert ledger.pins() == ()
    ledger.pin((TWO, ONE))
    assert other.pins() == (TWO, ONE)
    other.pin((ONE,))
    assert ledger.pins() == (ONE,)
    ledger.pin(())
    assert other.pins() == ()
