"""Every recorded version, played write by write: members, tasks, messages, states and costs at recorded moments."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from claude_kit import PRICES, TAPES, VERSIONS, Fake, Replay
from moments import NAMES, TEAM, clock

from cockpit.model.asks import AskKind
from cockpit.model.work import Status, Thread
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.teams import decode_team
from cockpit.runtimes.claude.usage import Claims, Tally


@pytest.fixture
def play(tmp_path: Path):
    def at(version: str, text: str) -> Replay:
        mates = {f"{name}@{TEAM[version]}": 100 + index for index, name in enumerate(NAMES)}
        replay = Replay(version, tmp_path / "home", Fake(mates))
        replay.until(clock(text))
        return replay

    return at


def statuses(rows: dict[str, Thread]) -> dict[str, str]:
    return {name: str(row.status) for name, row in rows.items()}


def test_every_version_is_here() -> None:
    assert list(TEAM) == VERSIONS


@pytest.mark.parametrize(
    ("version", "moment", "members"),
    [
        ("2.1.150-tmux", "moment1", [("alice", "tmux", "%1", False), ("bob", "tmux", "%2", True)]),
        ("2.1.170-tmux", "moment1", [("alice", "tmux", "%1", False), ("bob", "tmux", "%2", True)]),
        (
            "2.1.329-inprocess", "moment1", [("bob", "in-process", None, False), ("alice", "in-process", None, False)],
        ),
        ("2.1.329-outside-tmux", "moment1", [("bob", "tmux", "%0", False), ("alice", "tmux", "%1", False)]),
        (
            "2.1.329-outside-tmux", "moment2",
            [("bob", "tmux", "%0", False), ("alice", "tmux", "%1", False), ("frank", "tmux", "%2", False)],
        ),
        (
            "2.1.329-tmux", "moment3",
            [("alice", "tmux", "%1", False), ("carol", "tmux", "%3", False), ("dave", "tmux", "%4", False),
             ("erin", "tmux", "%5", True)],
        ),
    ],
)  # fmt: skip
def test_members_of_every_layout(version: str, moment: str, members: list[tuple[str, str, str | None, bool]]) -> None:
    path = TAPES / version / moment / "teams" / TEAM[version] / "config.json"
    team = decode_team(json.loads(path.read_text()), path)
    assert team is not None
    assert (team.name, team.lead) == (TEAM[version], "team-lead")
    assert [mate.name for mate in team.mates if mate.lead] == ["team-lead"]
    assert [(mate.name, mate.backend, mate.pane, mate.plan) for mate in team.mates if not mate.lead] == members
    assert team.created_at is not None
    assert team.chosen == version.startswith(("2.1.150", "2.1.170"))
    assert team.lead_session
    assert (team.lead_pid is not None) == version.startswith("2.1.329")


PROMPTS = [
    ("2.1.329-tmux", "02:54:50", {"lead": "working", "alice": "approval", "bob": "approval"}),
    ("2.1.329-inprocess", "03:06:30", {"lead": "working", "alice": "approval", "bob": "idle"}),
    ("2.1.329-outside-tmux", "03:08:10", {"lead": "working", "alice": "approval", "bob": "idle"}),
    ("2.1.170-tmux", "03:12:40", {"lead": "working", "alice": "approval", "bob": "idle"}),
    ("2.1.150-tmux", "03:20:50", {"lead": "working", "alice": "approval", "bob": "idle"}),
]


@pytest.mark.parametrize(("version", "at", "expected"), PROMPTS)
def test_a_prompt_is_counted_once_and_at_the_one_who_asks(
    play, version: str, at: str, expected: dict[str, str]
) -> None:
    """By its request where the watcher saw it, by exclusion where it came too late."""
    replay = play(version, at)
    replay.take_letters()
    late = statuses(replay.rows())
    if version == "2.1.329-tmux":  # two requests: who came late cannot tell them apart, and says so at the lead
        assert late == {"lead": "approval", "alice": "working", "bob": "working"}
    else:
        assert late == expected


@pytest.mark.parametrize(("version", "at", "expected"), PROMPTS)
def test_a_watcher_sees_the_requests_themselves(tmp_path, version: str, at: str, expected: dict[str, str]) -> None:
    mates = {f"{name}@{TEAM[version]}": 100 + index for index, name in enumerate(NAMES)}
    replay = Replay(version, tmp_path / "home", Fake(mates))
    replay.read()
    while replay.writes[replay._next]["at"] <= clock(at):
        replay.reader.look(replay.step())
    rows = {row.title if "@" in row.ref.native else "lead": row for row in replay.reader.threads.values()}
    assert statuses(rows) == expected
    (ask,) = rows["alice"].asks
    assert ask.kind is AskKind.APPROVAL
    assert ask.title == "alice wants Bash"
    assert 'printf "def parse(s)' in ask.body
    assert not rows["lead"].asks


@pytest.mark.parametrize("version", VERSIONS)
def test_no_write_ever_makes_something_disappear_or_unclear(tmp_path, version: str) -> None:
    """Half-written files and stale tails are among the writes: a row is never lost and no state unknown for them."""
    mates = {f"{name}@{TEAM[version]}": 100 + index for index, name in enumerate(NAMES)}
    replay = Replay(version, tmp_path / "home", Fake(mates))
    replay.read()
    while not replay.done:
        broken = replay.writes[replay._next]["event"] == "MODIFY"
        before = dict(replay.reader.threads), dict(replay.reader.teams)
        touched = replay.step()
        replay.reader.look(touched)
        assert all(row.status is not Status.UNKNOWN for row in replay.reader.threads.values())
        if broken:
            assert replay.reader.threads.keys() >= before[0].keys()
            assert replay.reader.teams.keys() >= before[1].keys()
            assert replay.root / replay.writes[replay._next - 1]["path"] in replay.reader.home.doubtful
    replay.reader.again()
    assert not replay.reader.home.troubles()


def test_the_whole_story_of_a_team_in_tmux(play) -> None:
    replay = play("2.1.329-tmux", "02:56:07")
    assert statuses(replay.rows()) == {"lead": "working", "alice": "working", "bob": "idle"}
    replay.until(clock("02:56:20"))
    assert statuses(replay.rows()) == {"lead": "idle", "alice": "idle", "bob": "idle"}, (
        "busy in its file, at its prompt"
    )
    replay.until(clock("02:58:30"))
    rows = replay.rows()
    assert statuses(rows) == {"lead": "approval", "alice": "idle", "bob": "idle"}, (
        "the dialog stays up, refused by file"
    )
    replay.until(clock("02:59:00"))
    assert replay.rows()["lead"].status is Status.QUESTION
    assert "dialog open" in replay.rows()["lead"].detail
    replay.until(clock("02:59:30"))
    assert replay.rows()["lead"].status is not Status.QUESTION
    replay.until(clock("03:00:05"))
    assert "bob" in replay.rows(), "who runs on is shown, also when the config has dropped him"
    assert replay.team().members[-1].agent_type == "left behind"
    replay.processes.dead.add(101)
    assert "bob" not in replay.rows(), "it was shut down and left the team"
    replay.until(clock("03:03:48"))
    assert replay.rows()["lead"].status is Status.APPROVAL
    assert replay.rows()["lead"].detail.endswith("for Explore")
    replay.until(clock("03:04:16"))
    (ask,) = replay.rows()["lead"].asks
    assert ask.kind is AskKind.QUESTION
    assert [option.label for option in ask.questions[0].options][:1] == ["SQLite"]
    replay.until(clock("03:06:00"))
    replay.read()
    rows = replay.rows()
    assert not replay.read().teams, "renamed to .deleted-… and emptied"
    assert {row.status for row in rows.values()} == {Status.ENDED}


def test_the_dead_are_known_from_their_processes(play) -> None:
    replay = play("2.1.329-tmux", "03:04:00")
    replay.processes.dead |= {102, 103}
    rows = replay.rows()
    assert rows["carol"].status is rows["dave"].status is Status.ENDED
    assert "process is gone" in rows["dave"].evidence[0].fact
    assert rows["erin"].status is Status.IDLE
    statuses_of = {member.name: member.status for member in replay.team().members}
    assert (statuses_of["dave"], statuses_of["erin"]) == ("ended", "idle")


def test_who_was_left_behind_goes_with_its_process(play) -> None:
    replay = play("2.1.329-tmux", "03:00:05")
    assert "bob" in replay.rows()
    replay.processes.dead.add(101)
    replay.reader.check()
    assert f"bob@{TEAM['2.1.329-tmux']}" not in {ref.native for ref in replay.reader.threads}


def test_a_killed_lead_never_keeps_waiting(play) -> None:
    replay = play("2.1.329-outside-tmux", "03:08:10")
    replay.processes.dead |= {16875}
    row = replay.rows()["lead"]
    assert row.status is Status.ENDED
    assert "its session file says waiting: permission prompt" in row.evidence[0].fact
    assert not row.asks
    assert all(thread.status is not Status.APPROVAL for thread in replay.rows().values())


def test_panes_are_joined_by_socket(play) -> None:
    replay = play("2.1.329-outside-tmux", "03:08:10")
    keys = {name: sorted(row.joins) for name, row in replay.rows().items()}
    assert keys["bob"] == [
        "agent:session-4d24fe4a/bob",
        "pane:/tmp/tmux-1000/claude-swarm-16875/%0",
        "session:eb0cffa3-8074-4f4c-a239-84dd110bc934",
    ]
    inside = play("2.1.329-tmux", "02:54:50")
    inside.processes.terminals = {7494: ("/tmp/tmux-1000/default", "%0")}
    keys = {name: sorted(row.joins) for name, row in inside.rows().items()}
    assert "pane:/tmp/tmux-1000/default/%0" in keys["lead"]
    assert "pane:/tmp/tmux-1000/default/%2" in keys["bob"]
    assert "session:636d9785-84c0-44a0-9814-779c669ccdb6" in keys["lead"]


@pytest.mark.parametrize("version", VERSIONS)
def test_tasks(play, version: str) -> None:
    at = {"2.1.150-tmux": "03:20:50", "2.1.170-tmux": "03:12:40", "2.1.329-inprocess": "03:06:30",
          "2.1.329-outside-tmux": "03:08:10", "2.1.329-tmux": "02:54:50"}[version]  # fmt: skip
    replay = play(version, at)
    assert [(task.id, task.status, task.owner, task.blocked_by) for task in replay.team().tasks] == [
        ("1", "in_progress", "alice", ()),
        ("2", "pending", "bob", ("1",)),
        ("3", "pending", None, ("1", "2")),
    ]
    assert next(member.task for member in replay.team().members if member.name == "alice") == "1"


def test_a_finished_blocker_blocks_no_more_and_a_leaver_loses_its_task(play) -> None:
    tasks = play("2.1.329-tmux", "03:00:05").team().tasks
    assert [(task.id, task.status, task.owner, task.blocked_by) for task in tasks] == [
        ("1", "completed", "alice", ()),
        ("2", "pending", None, ()),
        ("3", "pending", None, ("2",)),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_messages_are_kept_though_inboxes_are_emptied(tmp_path, version: str) -> None:
    replay = Replay(version, tmp_path / "home", Fake())
    replay.read()
    last = ()
    while not replay.done:
        replay.reader.look(replay.step())
        last = next((team.messages for team in replay.reader.teams.values()), last)
    plain = [(message.sender, message.to, message.text) for message in last if message.kind == "message"]
    assert ("alice", "bob", "Parser is in, you can wire the CLI now.") in plain
    assert ("alice", "team-lead", "Task 1 is finished: parser in src/parser.py.") in plain
    assert len(plain) == len(set(plain)), "none is there twice, from its inbox and from a transcript"
    assert {"idle_notification", "task_assignment"} <= {message.kind for message in last}
    assert list(last) == sorted(last, key=lambda message: message.at)


def test_who_comes_late_has_the_messages_from_the_transcripts(play) -> None:
    watched = play("2.1.329-tmux", "03:04:00").team().messages
    plain = {(message.sender, message.to, message.text) for message in watched if message.kind == "message"}
    assert ("bob", "team-lead", "Should the CLI read stdin as well?") in plain
    assert ("team-lead", "alice", "Please cover empty input too.\nSecond line of the message.") in plain
    assert any("(unverified)" in message.sender for message in watched)


# What the CLI itself reckoned at the end of a process, from its cost-state lines: dollars, by session.
COSTS = {
    "2.1.329-tmux": {
        "636d9785-84c0-44a0-9814-779c669ccdb6": 0.33380000,
        "3050821e-67cd-4888-bcea-efe9a57f846c": 0.026802,
        "a4134465-7039-466f-9f22-20df82433be3": 0.0619936,
        "fa50c78e-1e98-4a09-8ced-8f130cea3bd3": 0.0735568,
    },
    "2.1.329-inprocess": {"11111111-2222-4333-8444-555555555555": 0.146560675},
}


@pytest.mark.parametrize("version", list(COSTS))
def test_costs_are_what_the_cli_reckoned(version: str) -> None:
    folder = TAPES / version / "final" / "projects"
    claims, tallies = Claims(), {}
    for path in sorted(folder.rglob("*.jsonl")):
        log = Log(path, claims, sidechain="subagents" in path.parts)
        while log.grow():
            pass
        owner = path.parts[-3] if log.sidechain else path.stem
        tallies.setdefault(owner, []).append(log.tally)
    for session, dollars in COSTS[version].items():
        usage = Tally.joined(tallies[session]).usage(PRICES)
        assert usage is not None
        if version == "2.1.329-inprocess":  # its second model is priced differently by the two tables below
            assert usage.tokens_in == 324 + 69
            assert usage.cache_read == 508419 + 115910
        assert usage.cost == pytest.approx(dollars, abs=1e-9)


def test_costs_at_a_recorded_moment(play) -> None:
    rows = play("2.1.329-tmux", "03:02:40").rows()
    assert rows["carol"].usage.cost == pytest.approx(0.026802, abs=1e-9)
    assert rows["carol"].usage.requests == 3
    assert rows["lead"].usage.cost < 0.3338
    assert 20_000 < rows["lead"].context.used < 40_000


def test_a_price_that_nobody_gave_is_no_cost(play) -> None:
    for row in play("2.1.170-tmux", "03:13:00").rows().values():
        assert row.usage.cost is None
        assert row.usage.total_tokens > 10_000


def test_rows_say_what_a_person_wants_to_know(play) -> None:
    rows = play("2.1.329-tmux", "02:54:50").rows()
    lead, alice = rows["lead"], rows["alice"]
    assert lead.title == "Build the feature [[script:lead-a]]"
    assert lead.team == alice.team == "demoA 636d"
    assert lead.project == alice.project
    assert lead.project.native == "/home/dev/demoA"
    assert (alice.model.model, rows["bob"].model.model) == ("claude-opus-5-5", "claude-haiku-5-5")
    assert lead.branch == "master"
    assert alice.authority > 0
    assert alice.since == datetime(2026, 11, 21, 2, 54, 46, 156000, UTC) or alice.since is not None


def test_a_lone_lead_is_no_team(play) -> None:
    read = play("2.1.329-outside-tmux", "03:07:46.200").read()
    assert [row.status for row in read.threads]
    assert read.teams == ()
    assert all(row.team is None for row in read.threads)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_request_to_a_killed_lead_is_broken_and_not_work(tmp_path: Path, resumed: bool) -> None:
    version = "2.1.329-outside-tmux"
    replay = Replay(
        version, tmp_path / "home", Fake({f"{name}@{TEAM[version]}": i for i, name in enumerate(NAMES, 100)})
    )
    replay.read()
    while replay.writes[replay._next]["at"] <= clock("03:08:10"):
        replay.reader.look(replay.step())
    replay.processes.dead.add(16875)
    if resumed:
        told = json.loads((replay.root / "sessions" / "16875.json").read_text())
        fresh = told | {"pid": 16999, "status": "idle", "startedAt": int(clock("03:08:11") * 1000)}
        (replay.root / "sessions" / "16999.json").write_text(json.dumps(fresh))
    rows = replay.rows()
    assert rows["alice"].status is Status.FAILED
    assert "nobody can answer it" in rows["alice"].detail
    assert rows["lead"].status is (Status.IDLE if resumed else Status.ENDED)
    assert not rows["alice"].asks
