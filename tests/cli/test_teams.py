"""Teams from the command line: who they are, what they do and said, and that none is stopped by accident."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Cockpit

sys.path.insert(0, str(Path(__file__).parents[1] / "runtimes" / "claude"))

from claude_kit import SOLO, TEAM, House, stamp

from cockpit.core import find
from cockpit.model.errors import NotFound
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import Team


@pytest.fixture
def house(tmp_path: Path, config: Path) -> Iterator[House]:
    """A team whose lead is this very process, so that it lives."""
    config.write_text("[panes]\ndiscover = false\n")
    house = House(tmp_path / ".claude")
    start = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    told = {"pid": os.getpid(), "sessionId": SOLO, "cwd": "/home/dev/demo", "procStart": start, "version": "2.1.329",
            "status": "busy", "statusUpdatedAt": 1795229684366, "startedAt": 1795229676386}  # fmt: skip
    house.json(f"sessions/{os.getpid()}.json", told)
    house.team("alice", "bob")
    for id, subject, status, owner, after in (
        ("1", "Add the parser", "in_progress", "alice", []), ("2", "Wire the CLI", "pending", None, ["1"])
    ):  # fmt: skip
        task = {"id": id, "subject": subject, "status": status, "blocks": [], "blockedBy": after, "description": ""}
        house.json(f"tasks/{TEAM}/{id}.json", task | ({"owner": owner} if owner else {}))
    house.json(f"teams/{TEAM}/inboxes/bob.json", [
        {"from": "alice", "text": "Parser is in.", "timestamp": stamp(-60), "read": False},
        {"from": "team-lead", "text": json.dumps({"type": "shutdown_request", "requestId": "s1", "reason": "done"}),
         "timestamp": stamp(-30), "read": False},
    ])  # fmt: skip
    return house


def test_teams_and_their_tasks_are_listed(house: House, bare: Cockpit) -> None:
    listed = bare.run("teams").stdout
    assert "demo 636d" in listed
    assert "3 members" in listed
    assert "1 pending · 1 in progress" in listed
    tasks = bare.run("tasks").stdout
    assert "[~]  #1  Add the parser  alice" in tasks
    assert "blocked by #1" in tasks


def test_a_team_is_shown_with_its_members_tasks_and_words(house: House, bare: Cockpit) -> None:
    shown = bare.run("team").stdout
    for said in ("alice", "in-process", "#1", "alice → bob", "Parser is in.", "asked to stop: done"):
        assert said in shown
    assert bare.run("team", "demo").stdout.split("\n")[0] == shown.split("\n")[0]


def test_as_json_it_has_messages_and_what_members_run_on(house: House, bare: Cockpit) -> None:
    data = bare.json("team", TEAM)
    assert (data["schema"], data["id"], data["has_tasks"]) == (1, TEAM, True)
    alice = next(each for each in data["members"] if each["name"] == "alice")
    assert (alice["backend"], alice["task"], alice["role"]) == ("in-process", "1", "teammate")
    assert [(each["from"], each["to"], each["kind"]) for each in data["messages"]] == [
        ("alice", "bob", "message"), ("team-lead", "bob", "shutdown_request")
    ]  # fmt: skip
    assert bare.json("teams")["teams"][0]["counts"] == {"pending": 1, "in_progress": 1, "completed": 0}
    assert [(each["team"], each["id"], each["blocked_by"]) for each in bare.json("tasks")["tasks"]] == [
        (TEAM, "1", []), (TEAM, "2", ["1"])
    ]  # fmt: skip


def test_stopping_must_be_confirmed_and_names_everybody(house: House, bare: Cockpit) -> None:
    said = bare.run("stop-team", "demo", code=2).stderr
    for part in ("alice", "bob", "team-lead", "Add --yes."):
        assert part in said


def test_a_team_that_is_not_there_is_told(house: House, bare: Cockpit) -> None:
    assert "No team matches 'zzz'" in bare.run("team", "zzz", code=1).stderr


def test_without_a_name_the_only_one_is_meant_and_never_one_of_several() -> None:
    teams = {ref: Team(ref, ref.native, "team-lead") for ref in (Ref("claude", "one"), Ref("claude", "two"))}
    with pytest.raises(NotFound) as several:
        find.team(Fleet(teams=teams))
    assert several.value.candidates == ("claude:one  one", "claude:two  two")
    with pytest.raises(NotFound):
        find.team(Fleet())
    assert find.team(Fleet(teams=teams), "one").title == "one"
