"""The history of messages outlives inboxes and the cockpit, shows none twice, and a ledger in trouble loses none."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from claude_kit import PRICES, VERSIONS, Fake, Replay

from cockpit.model.errors import LedgerError
from cockpit.model.teams import TeamMessage
from cockpit.runtimes.claude.reader import Reader
from cockpit.storage.ledger import SqliteLedger
from cockpit.storage.post import Post

AT = {"2.1.150-tmux": "03:20:50", "2.1.170-tmux": "03:12:40", "2.1.329-inprocess": "03:06:30",
      "2.1.329-outside-tmux": "03:08:10", "2.1.329-tmux": "02:54:50"}  # fmt: skip


class Sick:
    """A ledger that fails as long as the test says."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.sick = True

    def _check(self) -> Post:
        if self.sick:
            raise LedgerError("The ledger is locked.")
        return self._post

    def kept(self, *arguments):
        return self._check().kept(*arguments)

    def keep(self, *arguments):
        return self._check().keep(*arguments)


def reader(replay: Replay, post: object) -> Reader:
    return Reader(
        "claude", replay.root, now=replay.now, prices=PRICES, processes=Fake(), recent=timedelta(hours=24),
        monotonic=replay._monotonic, post=post,
    )  # fmt: skip


def watched(replay: Replay, post: object, version: str) -> tuple[TeamMessage, ...]:
    """What a cockpit has that saw every write up to the moment, and then the emptied inboxes."""
    replay.reader = reader(replay, post)
    replay.read()
    end = datetime.fromisoformat(f"2026-11-21T{AT[version]}+00:00").timestamp()
    while replay.writes[replay._next]["at"] <= end:
        replay.reader.look(replay.step())
    replay.take_letters()
    return replay.team().messages


def words(messages: tuple[TeamMessage, ...]) -> list[tuple[str, str, str, datetime]]:
    return [(each.sender.removesuffix(" (unverified)"), each.to, each.text, each.at) for each in messages]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_restart_keeps_what_was_seen_and_doubles_nothing(tmp_path: Path, version: str) -> None:
    post = SqliteLedger(tmp_path / "ledger.db").post
    replay = Replay(version, tmp_path / "home")
    before = watched(replay, post, version)
    assert "permission_request" in {each.kind for each in before} or version == "2.1.329-inprocess"
    replay.reader = reader(replay, post)
    after = replay.team().messages
    assert words(after) == words(before)
    assert len(set(words(after))) == len(after)


def test_without_a_ledger_only_transcripts_remember(tmp_path: Path) -> None:
    replay = Replay("2.1.329-tmux", tmp_path / "home")
    before = watched(replay, None, "2.1.329-tmux")
    replay.reader = reader(replay, None)
    assert len(replay.team().messages) < len(before)


def test_a_sick_ledger_is_said_and_loses_nothing_once_it_is_well(tmp_path: Path) -> None:
    post = Sick(SqliteLedger(tmp_path / "ledger.db").post)
    replay = Replay("2.1.329-tmux", tmp_path / "home")
    before = watched(replay, post, "2.1.329-tmux")
    assert replay.reader.home.troubles() == ["Messages are not kept: The ledger is locked."]
    post.sick = False
    replay.read()
    assert replay.reader.home.troubles() == []
    replay.reader = reader(replay, post)
    assert words(replay.team().messages) == words(before)


def test_another_team_of_the_same_name_has_its_own_history(tmp_path: Path) -> None:
    post = SqliteLedger(tmp_path / "ledger.db").post
    replay = Replay("2.1.170-tmux", tmp_path / "home")
    watched(replay, post, "2.1.170-tmux")
    config = replay.root / "teams" / "parser-crew" / "config.json"
    later = int((replay.at + 100) * 1000)
    config.write_text(json.dumps(json.loads(config.read_text()) | {"createdAt": later}))
    replay.reader = reader(replay, post)
    assert "permission_request" not in {each.kind for each in replay.team().messages}
