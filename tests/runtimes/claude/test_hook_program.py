"""The hook program as a process: it waits for a person, gives way to the terminal, and never fails a session."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hook_kit import State, ended, now, wait_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.model.asks import HeldAsk
from cockpit.runtimes.claude.hooks import program
from cockpit.storage.presence import present


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def decision(said: str) -> Any:
    return json.loads(said)["hookSpecificOutput"]


def test_an_approval_is_passed_on_and_noted_as_taken(state: State) -> None:
    state.called()
    child = state.start(state.payload())
    ask = state.waiting()
    assert (ask.id, ask.source, ask.payload["tool_input"]) == ("toolu_1", "claude", {"command": "make"})
    assert state.ledger.asks.answer(ask.id, {"decision": "allow"}, "ada", now())
    said = decision(ended(child))
    assert said == {"hookEventName": "PermissionRequest", "decision": {"behavior": "allow"}}
    taken = state.ledger.asks.get(ask.id)
    assert taken is not None
    assert taken.taken_at is not None
    assert not taken.withdrawn


def test_a_decline_says_why(state: State) -> None:
    child = state.start(state.payload())
    state.ledger.asks.answer(
        state.waiting().id, {"decision": "deny", "message": "not now", "interrupt": True}, "ada", now()
    )
    assert decision(ended(child))["decision"] == {"behavior": "deny", "message": "not now", "interrupt": True}


def test_rules_and_input_go_with_an_approval(state: State) -> None:
    child = state.start(state.payload())
    answer = {"decision": "allow", "updated_input": {"a": 1}, "updated_permissions": [{"type": "setMode"}]}
    state.ledger.asks.answer(state.waiting().id, answer, "ada", now())
    said = decision(ended(child))["decision"]
    assert said == {"behavior": "allow", "updatedInput": {"a": 1}, "updatedPermissions": [{"type": "setMode"}]}


def test_only_a_person_answers_and_only_in_words_that_are_known(state: State) -> None:
    for answer, by in (({"decision": "allow"}, ""), ({"decision": "maybe"}, "ada"), ({}, "ada")):
        child = state.start(state.payload())
        state.ledger.asks.answer(state.waiting().id, answer, by, now())
        assert ended(child) == ""


@pytest.mark.parametrize("told", [True, False], ids=["told by the kernel", "looking again and again"])
def test_it_waits_for_the_kernels_word_where_that_is_to_be_had(state: State, told: bool) -> None:
    state.called()
    state.session("waiting")
    if not told:
        state.transcript.unlink()
    child = state.start(state.payload())
    ask = state.waiting()
    wait_for(lambda: _listens(child.pid) is told, "its way to wait")
    assert state.ledger.asks.answer(ask.id, {"decision": "allow"}, "ada", now())
    assert decision(ended(child))["decision"] == {"behavior": "allow"}


def _listens(pid: int) -> bool:
    place = Path(f"/proc/{pid}/fd")
    return any(os.readlink(each) == "anon_inode:inotify" for each in place.iterdir())


def test_without_an_answer_it_says_nothing_and_takes_the_ask_back(state: State) -> None:
    assert state.run(state.payload(), wait=0.3) == ""
    assert state.none_waits()


def test_the_terminal_takes_the_ask_back(state: State) -> None:
    state.session("waiting")
    child = state.start(state.payload())
    state.waiting()
    wait_for(lambda: child.poll() is None, "the hook")
    # It must have seen the dialog before that can go: another moment of the same dialog changes nothing.
    state.session("waiting")
    _let_it_look(state)
    state.session("busy", 2)
    assert ended(child) == ""
    assert state.none_waits()


def test_the_next_dialog_takes_the_ask_of_the_one_before_back(state: State) -> None:
    state.session("waiting", 1)
    child = state.start(state.payload())
    state.waiting()
    _let_it_look(state)
    state.session("waiting", 2)
    assert ended(child) == ""


def test_a_result_in_the_transcript_takes_the_ask_back(state: State) -> None:
    state.called()
    child = state.start(state.payload())
    state.waiting()
    state.result()
    assert ended(child) == ""
    assert state.none_waits()


def _let_it_look(state: State) -> None:
    """Wait for the hook's next look: it reads the session file each time, which moves the access time."""
    path = state.home / "sessions" / f"{os.getpid()}.json"
    os.utime(path, (1, 1))
    if "noatime" in Path("/proc/mounts").read_text():  # pragma: no cover
        pytest.skip("this file system does not tell when a file was read")
    wait_for(lambda: path.stat().st_atime > 1, "a look at the session file")


def test_a_hook_that_is_ended_takes_its_ask_back(state: State) -> None:
    child = state.start(state.payload())
    state.waiting()
    child.send_signal(signal.SIGTERM)
    assert ended(child) == ""
    assert state.none_waits()


def test_what_was_asked_long_ago_is_forgotten_and_who_answered_is_not(state: State) -> None:
    old, soon = (now() - timedelta(days=days) for days in (8, 6))
    for name, at in (("old", old), ("soon", soon)):
        state.ledger.asks.add(HeldAsk(name, "claude", "s", {"tool_input": {"command": "secret"}}, at, at))
    assert state.run(state.payload(), wait=0.2) == ""
    kept = [state.ledger.asks.get(name) for name in ("old", "soon")]
    assert [dict(ask.payload) if ask else None for ask in kept] == [{}, {"tool_input": {"command": "secret"}}]


def test_two_scopes_that_name_it_twice_make_one_ask(state: State) -> None:
    state.called()
    first = state.start(state.payload())
    ask = state.waiting()
    assert state.run(state.payload()) == ""
    state.ledger.asks.answer(ask.id, {"decision": "allow"}, "ada", now())
    assert decision(ended(first))["decision"]["behavior"] == "allow"


def test_several_at_once_each_get_their_own_answer(state: State) -> None:
    for number in range(3):
        state.called(f"toolu_{number}", command=f"make {number}")
    children = [state.start(state.payload(tool_input={"command": f"make {number}"})) for number in range(3)]
    wait_for(lambda: len(state.ledger.asks.waiting(now())) == 3, "three asks")
    for number in (2, 0, 1):
        answer = {"decision": "deny", "message": f"no {number}"}
        assert state.ledger.asks.answer(f"toolu_{number}", answer, "ada", now())
    assert [decision(ended(child))["decision"]["message"] for child in children] == ["no 0", "no 1", "no 2"]


def test_without_state_there_is_silence_and_no_state_is_made(tmp_path: Path) -> None:
    state = State(tmp_path, ledger=False)
    assert state.run(state.payload()) == ""
    assert not (state.dir / "ledger.db").exists()


def test_a_broken_ledger_is_silence(state: State) -> None:
    state.ledger.close()
    for path in state.dir.glob("ledger.db*"):
        path.write_bytes(b"no ledger at all" * 100)
    assert state.run(state.payload()) == ""


def test_a_ledger_that_somebody_keeps_locked_is_silence(state: State) -> None:
    other = sqlite3.connect(state.dir / "ledger.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert state.run(state.payload()) == ""
    other.close()


def test_a_subagents_call_is_held_only_while_a_cockpit_is_there(state: State) -> None:
    payload = state.payload(agent_id="aalice-1", agent_type="alice")
    assert state.run(payload) == ""
    assert state.none_waits()
    with present(state.dir / "present"):
        child = state.start(payload)
        assert state.waiting().payload["held"] is True
    assert ended(child) == ""


def test_a_mark_that_a_crash_left_counts_for_nothing(state: State) -> None:
    (state.dir / "present").mkdir()
    (state.dir / "present" / "1").write_text("no such start")
    assert state.run(state.payload(agent_id="a", agent_type="alice")) == ""


def test_before_a_call_it_holds_only_split_pane_mates(state: State) -> None:
    payload = state.payload(hook_event_name="PreToolUse", tool_use_id="toolu_9")
    cli = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", "--agent-name", "alice", "--team-name", "session-1"]
    )
    try:
        with present(state.dir / "present"):
            assert state.run(payload) == ""
            wait_for(lambda: "--agent-name" in program.arguments_of(str(cli.pid)), "the arguments")
            child = state.start(payload, cli=cli.pid)
            ask = state.waiting()
            assert (ask.id, ask.payload["mate"], ask.payload["team"]) == ("toolu_9", "alice", "session-1")
            state.ledger.asks.answer(ask.id, {"decision": "allow"}, "ada", now())
            said = decision(ended(child))
        assert (said["hookEventName"], said["permissionDecision"]) == ("PreToolUse", "allow")
    finally:
        cli.kill()
        cli.wait()


def test_no_secret_of_the_environment_is_written_down(state: State) -> None:
    child = state.start(state.payload())
    state.waiting()
    state.ledger.asks.answer(state.waiting().id, {"decision": "allow"}, "ada", now())
    assert "sesame" not in ended(child)
    state.ledger.close()
    assert not any(b"sesame" in path.read_bytes() for path in state.dir.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "raw",
    ["", "null", "[]", "{", '{"tool_input": 3}', '{"hook_event_name": "PermissionRequest"}', "\x00", "9" * 5000,
     json.dumps({"hook_event_name": "PermissionRequest", "tool_input": {"x": "y" * (5 << 20)}})],
    ids=["empty", "null", "list", "half", "odd", "bare", "nul", "number", "huge"],
)  # fmt: skip
def test_what_it_does_not_understand_is_silence(state: State, raw: str) -> None:
    assert state.run(raw, wait=0.2) == ""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_input_and_any_settings_are_judged_without_a_word(tmp_path: Path, value: Any) -> None:
    given = value if isinstance(value, dict) else {"command": value}
    payload = {"tool_name": "Bash", "tool_input": given, "permission_mode": "default", "cwd": str(tmp_path)}
    assert program.would_ask(payload, ["claude", "--settings", json.dumps({"permissions": {}})]) in (True, False)
    assert program.is_edited(value, given) in (True, False)
    assert program.parsed(json.dumps(value)) is None or isinstance(value, dict)


@pytest.mark.parametrize(
    ("tool", "given", "mode", "rules", "asks"),
    [
        ("Bash", {"command": "make"}, "default", [], True),
        ("Bash", {"command": "make"}, "bypassPermissions", [], False),
        ("Bash", {"command": "make"}, "auto", [], False),
        ("Bash", {"command": "make"}, "plan", [], False),
        ("Bash", {"command": "ls -la | head -3 && git status"}, "default", [], False),
        ("Bash", {"command": "ls > there"}, "default", [], True),
        ("Bash", {"command": "ls 2>/dev/null"}, "default", [], False),
        ("Bash", {"command": "git push"}, "default", [], True),
        ("Bash", {"command": "cd a && git push"}, "default", ["Bash(git push:*)"], False),
        ("Bash", {"command": "make"}, "default", ["Bash(git push:*)", "Edit", "mcp__x"], True),
        ("Bash", {"command": "make"}, "default", ["Bash"], False),
        ("Bash", {"command": "mkdir x"}, "acceptEdits", [], False),
        ("Write", {"file_path": "x"}, "default", [], True),
        ("Write", {"file_path": "x"}, "default", ["Edit(/docs/**)"], False),
        ("Write", {"file_path": "x"}, "acceptEdits", [], False),
        ("WebFetch", {"url": "https://docs.example"}, "default", ["WebFetch(domain:docs.example)"], False),
        ("WebFetch", {"url": "https://other.example"}, "default", ["WebFetch(domain:docs.example)"], True),
        ("mcp__x__go", {}, "default", ["mcp__x"], False),
        ("mcp__x__go", {}, "default", ["mcp__y"], True),
        ("Read", {"file_path": "x"}, "default", [], False),
        ("SendMessage", {"to": "bob"}, "default", [], False),
    ],
)
def test_it_holds_only_what_no_rule_could_be_about(
    tmp_path: Path, tool: str, given: dict[str, str], mode: str, rules: list[str], asks: bool
) -> None:
    payload = {"tool_name": tool, "tool_input": given, "permission_mode": mode, "cwd": str(tmp_path)}
    told = json.dumps({"permissions": {"allow": rules}})
    assert program.would_ask(payload, ["claude", "--settings", told]) is asks


def test_settings_that_cannot_be_read_hold_nothing(tmp_path: Path) -> None:
    payload = {
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        "permission_mode": "default",
        "cwd": str(tmp_path),
    }
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text("{ // a comment\n}")
    assert not program.would_ask(payload, [])


def test_input_that_another_hook_changed_is_told() -> None:
    assert program.is_edited({"command": "make"}, {"command": "make install"})
    assert not program.is_edited({"file_path": "a.txt"}, {"file_path": "/home/dev/a.txt"})
    assert not program.is_edited({}, {"plan": "# Plan"})


def test_the_status_line_keeps_the_numbers_and_is_the_persons_own(state: State) -> None:
    told = {"session_id": "s-1", "cost": {"total_cost_usd": 1.5}, "model": {"id": "opus"}, "token": "sesame"}
    argv = [sys.executable, "-I", "-S", str(state.program), "line", "cat; echo done; exit 3"]
    done = subprocess.run(argv, input=json.dumps(told), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, json.dumps(told) + "done\n")
    (kept,) = (state.dir / "claude-lines").iterdir()
    assert kept.name == "s-1.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["cost"] == {"total_cost_usd": 1.5}
    assert "sesame" not in kept.read_text()


def test_the_numbers_of_sessions_long_over_go_when_a_new_one_begins(state: State) -> None:
    folder = state.dir / "claude-lines"
    folder.mkdir()
    for name, days in (("old.json", 31), (".torn.7", 31), ("young.json", 29)):
        (folder / name).write_text("{}")
        then = now().timestamp() - days * 86_400
        os.utime(folder / name, (then, then))
    argv = [sys.executable, "-I", "-S", str(state.program), "line"]
    subprocess.run(argv, input=json.dumps({"session_id": "new"}), text=True, check=True)
    assert {each.name for each in folder.iterdir()} == {"young.json", "new.json"}


@pytest.mark.parametrize("session", ["../x", "a/b", "", None, "x" * 65])
def test_no_file_is_named_after_a_session_that_is_none(state: State, session: str | None) -> None:
    argv = [sys.executable, "-I", "-S", str(state.program), "line"]
    done = subprocess.run(argv, input=json.dumps({"session_id": session}), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (state.dir / "claude-lines").exists()
