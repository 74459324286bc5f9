"""Foreign JSON of any shape: decoders give what is right and pass over the rest; prefixes of every recorded file."""

import json
import re
from pathlib import Path

import pytest
from claude_kit import TAPES, VERSIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.text import clean
from cockpit.runtimes.claude import calls, edits
from cockpit.runtimes.claude.activity import Activity, usage_line
from cockpit.runtimes.claude.home import decode_meta
from cockpit.runtimes.claude.messages import decode_inbox, describe, protocol
from cockpit.runtimes.claude.sessions import decode_session, key_pid, session_pid
from cockpit.runtimes.claude.tasks import TaskFile, board, decode_task, is_task
from cockpit.runtimes.claude.teams import decode_team
from cockpit.runtimes.claude.transcript import Conversation
from cockpit.runtimes.claude.usage import Claims, Tally
from cockpit.runtimes.claude.wire import parse
from cockpit.runtimes.foreign import mapping

DECODERS = {
    "config.json": (decode_team, Path("teams/t/config.json")),
    "session": (decode_session, Path("sessions/12.json")),
    "task": (decode_task, Path("tasks/t/3.json")),
    "inbox": (decode_inbox, Path("teams/t/inboxes/bob.json")),
    "meta": (decode_meta, Path("agent-a.meta.json")),
}


def _one_of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(re.findall(r"\S+", words))


KEYS = _one_of(
    "type name members agentId leadAgentId leadProcess pid procStart sessionId status waitingFor updatedAt tmux cwd "
    "subject blockedBy owner metadata from text timestamp request_id requestId message content role usage model id "
    "input_tokens output_tokens cache_creation tool_use_id input isSidechain uuid subtype permissionDecision decision "
    "source toolUseResult structuredPatch lines filePath compactMetadata preTokens attachment isApiErrorMessage "
    "thinking questions options label todos plan totalCostUSD startTime joinedAt tmuxPaneId teamName agentName is_error"
)
WORDS = _one_of(
    "user assistant system attachment tool_use tool_result text thinking compact_boundary cost-state turn_duration "
    "permission_request idle_notification busy waiting AskUserQuestion ExitPlanMode Edit Write Bash TodoWrite "
    "2026-11-21T03:00:00.000Z 9999-12-31T23:59:59Z hook_permission_decision end_turn user_reject create"
) | st.text(max_size=12)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=8),
    max_leaves=30,
)


@pytest.mark.parametrize("kind", list(DECODERS))
@given(value=VALUES)
@settings(max_examples=150, deadline=None)
def test_any_json_is_decoded_or_refused(kind: str, value: object) -> None:
    decode, path = DECODERS[kind]
    decode(value, path)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=12), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_lines_make_a_conversation(lines: list[dict[str, object]]) -> None:
    talk, activity, tally = Conversation("bob"), Activity(), Tally(Claims())
    for record in lines:
        talk.take(record)
        activity.take(record)
        if (used := usage_line(record)) is not None:
            tally.add(*used)
        tally.report(record)
    entries = talk.entries(alive=False)
    assert len({entry.id for entry in entries}) == len(entries)
    tally.usage({})


@given(st.text(), st.dictionaries(KEYS, VALUES, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_words_are_put_into_words(text: str, given_: dict[str, object]) -> None:
    kind, body = protocol(text)
    describe(kind, body)
    for tool in ("Bash", "Edit", "Write", "AskUserQuestion", "SendMessage", "Agent", text[:20]):
        assert "\n" not in calls.told(tool, given_)
        assert calls.body(tool, given_) == clean(calls.body(tool, given_))
        edits.diff_of(tool, given_, given_)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_prefix_of_every_small_file(version: str) -> None:
    """A prefix is refused or, where it happens to be whole, says what the file says."""
    for path in (TAPES / version).rglob("*.json"):
        data = path.read_bytes()
        decode = next((pair for name, pair in DECODERS.items() if _is(name, path)), None)
        if decode is None:
            continue
        whole = decode[0](parse(data), path)
        for end in range(len(data)):
            value = parse(data[:end])
            if value is not None:
                assert decode[0](value, path) in (None, whole)


def _is(kind: str, path: Path) -> bool:
    match kind:
        case "config.json":
            return path.name == "config.json"
        case "session":
            return path.parent.name == "sessions"
        case "task":
            return path.parent.parent.name == "tasks"
        case "inbox":
            return path.parent.name == "inboxes"
        case _:
            return path.name.endswith(".meta.json")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_line_of_every_transcript_and_prefixes_of_it(version: str) -> None:
    for path in (TAPES / version / "final").rglob("*.jsonl"):
        talk, activity = Conversation(), Activity()
        for number, line in enumerate(path.read_bytes().splitlines()):
            for end in range(number % 97, len(line), 97):
                assert mapping(parse(line[:end])) == {}
            record = parse(line)
            talk.take(record)
            activity.take(record, sidechain="subagents" in path.parts)
        assert activity.turn


def task(id: str, status: str = "pending", blocked: tuple[str, ...] = (), **more: object) -> tuple[TaskFile, None]:
    return TaskFile(id, f"task {id}", status, None, blocked, **more), None


def test_the_board() -> None:
    rows = board([
        task("10", blocked=("2", "9", "1")), task("2", "in_progress", ("1",)), task("1", "completed", ("2",)),
        task("3", internal=True), task("4", "deleted"), task("5", blocked=("3", "5", "5")), task("6", "odd"),
    ])  # fmt: skip
    assert [(row.id, row.status, row.blocked_by) for row in rows] == [
        ("1", "completed", ()),
        ("2", "in_progress", ()),
        ("5", "pending", ("3",)),
        ("6", "odd", ()),
        ("10", "pending", ("2",)),
    ]


def test_what_lies_beside_tasks_and_sessions_is_not_read() -> None:
    assert [
        name for name in ("1.json", ".lock", ".highwatermark", "1.json.lock", "a.json", "1.json.tmp") if is_task(name)
    ] == ["1.json"]
    assert (session_pid("12.json"), session_pid("12.abc.key"), session_pid("12.json.tmp.1")) == (12, None, None)
    assert key_pid(f"12.{'0' * 64}.key") == 12


def test_a_session_file_must_be_of_its_own_process() -> None:
    told = {"pid": 12, "sessionId": "abc", "status": "busy", "updatedAt": 1795229684366, "tmux": "my.session:@0.%7"}
    session = decode_session(told, Path("sessions/12.json"))
    assert (session.state, session.pane, session.state_at.year) == ("busy", "%7", 2026)
    assert decode_session(told, Path("sessions/13.json")) is None
    assert json.loads(json.dumps(told))


def test_odd_member_names_are_made_harmless() -> None:
    path = Path("teams/t/config.json")
    team = decode_team(
        {"members": [{"name": "../../x"}, {"name": "a\x1bb"}, {"name": ""}, {"name": "ok"}, {"name": "ok"}]}, path
    )
    assert [mate.name for mate in team.mates] == ["x", "a-b", "ok"]
