"""Messages kept for teams: each once, whoever writes it, the newest, for a while."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.core import ports
from cockpit.model.teams import Posted
from cockpit.storage.ledger import SqliteLedger
from cockpit.storage.post import KEPT

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def message(number: int, text: str = "hello", **more: str) -> Posted:
    return Posted("alice", "bob", text, NOW + timedelta(milliseconds=number), **more)


def test_two_cockpits_keep_one_copy(tmp_path: Path) -> None:
    one, two = SqliteLedger(tmp_path / "l.db"), SqliteLedger(tmp_path / "l.db")
    post: ports.Post = one.post
    said = [message(1, id="m1", summary="hi"), message(2), message(2, "other")]
    post.keep("claude", "crew", said)
    two.post.keep("claude", "crew", said[1:])
    assert list(two.post.kept("claude", "crew")) == said
    assert two.post.kept("claude", "others") == ()
    assert two.post.kept("elsewhere", "crew") == ()


def test_the_newest_stay(tmp_path: Path) -> None:
    post = SqliteLedger(tmp_path / "l.db").post
    post.keep("claude", "crew", [message(number) for number in range(KEPT + 20)])
    kept = post.kept("claude", "crew")
    assert (len(kept), kept[0]) == (KEPT, message(20))


def test_a_message_too_long_to_keep_is_left_out_whole(tmp_path: Path) -> None:
    post = SqliteLedger(tmp_path / "l.db").post
    post.keep("claude", "crew", [message(1, "x" * 70_000), message(2)])
    assert post.kept("claude", "crew") == (message(2),)
