"""Every recorded moment of every version against what it truly shows; every prefix of every recorded file."""

import json
from pathlib import Path

import pytest
from claude_kit import TAPES, Fake, Replay
from moments import MESSAGES, MOMENTS, NAMES, TEAM, clock

from cockpit.model.teams import TeamMessage
from cockpit.runtimes.claude.files import LastGood
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.messages import decode_inbox
from cockpit.runtimes.claude.sessions import decode_session
from cockpit.runtimes.claude.tasks import decode_task
from cockpit.runtimes.claude.teams import decode_team
from cockpit.runtimes.claude.usage import Claims


def watched(version: str, at: str, home: Path, dead: set[int]) -> Replay:
    """A cockpit that saw every write up to then."""
    replay = Replay(version, home, Fake({f"{name}@{TEAM[version]}": 100 + i for i, name in enumerate(NAMES)}))
    replay.read()
    while not replay.done and replay.writes[replay._next]["at"] <= clock(at):
        replay.reader.look(replay.step())
    replay.reader.look(replay.until(clock(at)))
    replay.processes.dead |= dead
    return replay


def said(message: TeamMessage) -> str:
    at = message.at.strftime("%H:%M:%S.%f")[:-3]
    return f"{at} {message.sender.removesuffix(' (unverified)')} > {message.to} {message.kind}"


@pytest.mark.parametrize(("version", "moment"), list(MOMENTS))
def test_a_recorded_moment_is_shown_as_it_was(tmp_path: Path, version: str, moment: str) -> None:
    at, rows, tasks = MOMENTS[version, moment]
    dead = {101} if version == "2.1.329-tmux" and moment != "moment1" else set()
    replay = watched(version, at, tmp_path / "home", dead | ({102, 103} if moment == "moment3" else set()))
    for recorded in (TAPES / version / moment).rglob("*.json"):
        if "inboxes" not in recorded.parts:  # those were emptied after their last recorded write
            path = replay.root / recorded.relative_to(TAPES / version / moment)
            assert json.loads(path.read_text()) == json.loads(recorded.read_text()), path
    found = replay.rows()
    assert {name: str(row.status) for name, row in found.items()} == {name: row[0] for name, row in rows.items()}
    for name, (_, dollars, requests) in rows.items():
        usage = found[name].usage
        assert usage is not None
        assert (usage.requests, usage.cost) == (requests, pytest.approx(dollars, abs=1e-9) if dollars else None), name
    team = replay.team()
    assert [member.name for member in team.members if member.role != "lead"] == [
        name for name in rows if name != "lead"
    ]
    assert (
        tuple(
            f"{task.id} {task.status} {task.owner or '-'}"
            + (f" < {' '.join(task.blocked_by)}" if task.blocked_by else "")
            for task in team.tasks
        )
        == tasks
    )
    wanted = [line.strip() for line in MESSAGES[version].split("\n") if line.strip() and line.strip() <= at]
    shown = [said(message) for message in team.messages]
    assert [line for line in sorted(shown) if line in wanted] == sorted(wanted), "each once, none lost"
    assert set(shown) - set(wanted) <= set(ONLY_DELIVERED.get(version, ()))


ONLY_DELIVERED = {
    "2.1.329-inprocess": (
        "03:06:12.702 team-lead > bob message", "03:06:12.828 team-lead > alice message",  # the spawn prompts
        "03:07:04.131 system > team-lead teammate_terminated",
    ),
    "2.1.329-tmux": (
        "02:59:42.330 system > team-lead teammate_terminated",
        "03:03:05.064 team-lead > erin message",  # "[Plan Approved]", in the words for the model
    ),
}  # fmt: skip
"""Messages that never lay in a watched inbox, known from transcripts alone."""

KINDS = [("sessions", decode_session), ("teams", decode_team), ("tasks", decode_task), ("inboxes", decode_inbox)]


@pytest.mark.parametrize("version", list(TEAM))
def test_every_prefix_of_every_small_file_keeps_the_last_good_value(tmp_path: Path, version: str) -> None:
    """In the form of a file that is being written over: the new beginning, then nothing, then the old tail."""
    seen: set[str] = set()
    for row in map(json.loads, (TAPES / version / "writes.jsonl").read_text().splitlines()):
        kind = "inboxes" if "inboxes" in row["path"] else row["path"].split("/")[0]
        if row["event"] not in ("CLOSE_WRITE", "MOVED_TO") or kind in seen or kind == "projects":
            continue
        seen.add(kind)
        good: LastGood = LastGood(dict(KINDS)[kind], 1 << 20, clock=lambda: 0.0)
        path = tmp_path / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        data = row["text"].encode()
        path.write_bytes(data)
        whole = good.look(path).value
        assert whole is not None
        shorter = json.dumps(json.loads(row["text"]), separators=(",", ":")).encode()[:-9] + b"}" * 3
        for half in [*(data[:length] for length in range(len(data.rstrip()))), shorter + data[len(shorter) :]]:
            path.write_bytes(half)
            look = good.look(path)
            assert not look.gone
            assert look.value == whole, half


@pytest.mark.parametrize("version", list(TEAM))
def test_every_prefix_of_a_transcript_is_read_on_to_the_same_end(tmp_path: Path, version: str) -> None:
    """Cut anywhere, then whole: nothing counts twice, nothing is lost, and no cut is an error."""
    source = min((TAPES / version / "final" / "projects").rglob("*.jsonl"), key=lambda path: path.stat().st_size)
    data = source.read_bytes()
    want = Log(source, Claims(), sidechain="subagents" in source.parts)
    while want.grow():
        pass
    path = tmp_path / "a.jsonl"
    cuts = range(0, len(data), max(1, len(data) // 400))
    for cut in cuts:
        path.write_bytes(data[:cut])
        log = Log(path, Claims(), sidechain=want.sidechain)
        while log.grow():
            pass
        with path.open("ab") as file:
            file.write(data[cut:])
        while log.grow():
            pass
        assert (log.activity, log.tally.totals, log.tally.requests) == (
            want.activity, want.tally.totals, want.tally.requests,
        )  # fmt: skip
        path.unlink()
    path.write_bytes(b"")
    log = Log(path, Claims(), sidechain=want.sidechain)
    for byte in range(0, len(data), 7):
        with path.open("ab") as file:
            file.write(data[byte : byte + 7])
        if byte % 1001 == 0:
            log.grow()
    log.grow()
    assert log.activity == want.activity
