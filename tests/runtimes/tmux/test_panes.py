"""The list of panes: what tmux says of them, hostile names and all, and what that makes of a row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_kit import NOW, PANE
from tmux_rig import Tmux, wait_until

from cockpit.config.pane_rule import PaneRule
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status
from cockpit.runtimes.tmux import rows
from cockpit.runtimes.tmux.activity import Activity, Prints
from cockpit.runtimes.tmux.panes import LOOK, Pane, Session, choose, read_look, read_panes
from cockpit.runtimes.tmux.repository import Checkout
from cockpit.runtimes.tmux.rules import judge


def seen(pane: Pane = PANE, *, quiet: float = 60, **fields: object) -> rows.Seen:
    last = NOW - timedelta(seconds=quiet)
    return rows.Seen(pane, Prints(last, last - timedelta(seconds=30)), **fields)  # type: ignore[arg-type]


def row(pane: Pane = PANE, **fields: object) -> rows.Thread:
    return rows.row(seen(pane, **fields), Ref("local", "%1@a"), "pane:/tmp/x/%1", NOW)  # type: ignore[arg-type]


def look(tmux: Tmux) -> dict[str, Pane]:
    return read_look(tmux(*LOOK)).panes


def test_one_process_tells_sessions_panes_and_the_time(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-s", "two", "-x", "100", "-y", "30", "cat")
    tmux("split-window", "-d", "-t", "two:0", "cat")
    tmux("new-window", "-d", "-n", "agent-1", "-t", "one", "sleep 1000")
    wait_until(lambda: look(tmux)["%3"].command == "sleep")
    seen = read_look(tmux(*LOOK))
    assert [session.id for session in seen.sessions] == ["$0", "$1"]
    assert seen.birth is not None
    assert seen.birth.socket == tmux.show("#{socket_path}")
    assert seen.birth.numbers >= (3, 2)
    assert abs(seen.now - datetime.now(UTC).timestamp()) < 5
    panes = seen.panes
    assert {pane.id: (pane.sessions, pane.split, pane.named) for pane in panes.values()} == {
        "%0": (("$0",), False, False),
        "%1": (("$1",), True, False),
        "%2": (("$1",), True, False),
        "%3": (("$0",), False, True),
    }
    assert (panes["%3"].command, panes["%3"].window_name, panes["%3"].start) == ("sleep", "agent-1", "sleep 1000")
    assert panes["%3"].path == str(Path.cwd())


def test_a_pane_of_grouped_sessions_is_one_pane(tmux: Tmux) -> None:
    tmux("new-session", "-d", "-t", "one", "-s", "view")
    assert set(look(tmux)["%0"].sessions) == {"$0", "$1"}


def test_names_with_line_ends_cannot_write_rows(tmux: Tmux, tmp_path: Path) -> None:
    """A directory and an argv that look like a notification and like a row."""
    evil = tmp_path / "a\n%exit\x1e%9\x1f@9"
    evil.mkdir()
    script = tmp_path / "run"
    script.write_text(f"cd '{evil}'; exec -a $'x\\n%exit\\x1e%9\\x1f' sleep 1000")
    tmux("new-window", "-d", "-t", "one", f"exec bash {script}")
    wait_until(lambda: "exit" in look(tmux)["%1"].command)
    found = look(tmux)
    assert set(found) == {"%0", "%1"}
    assert found["%1"].path == str(tmp_path / "a?%exit?%9?@9")


def test_how_a_dead_pane_ended(tmux: Tmux) -> None:
    tmux("set-option", "-g", "remain-on-exit", "on")
    endings = {"%1": "exit 3", "%2": "kill -9 $$", "%3": "true"}
    for command in endings.values():
        tmux("new-window", "-d", "-t", "one", command)

    def known(pane: str) -> bool:
        """tmux 3.3a loses how one pane in ten ended: then it is done again."""
        if look(tmux)[pane].dead and (look(tmux)[pane].exit_code, look(tmux)[pane].signal) == (None, None):
            tmux("respawn-pane", "-k", "-t", pane, endings[pane])
        return (look(tmux)[pane].exit_code, look(tmux)[pane].signal) != (None, None)

    wait_until(lambda: all(map(known, endings)))
    found = look(tmux)
    assert (found["%1"].exit_code, found["%1"].signal) == (3, None)
    assert (found["%2"].exit_code, found["%2"].signal) == (None, 9)
    assert (found["%3"].exit_code, found["%3"].signal) == (0, None)
    assert [row(found[pane]).status for pane in endings] == [Status.FAILED, Status.FAILED, Status.ENDED]


def test_a_session_that_dies_with_its_clients(tmux: Tmux) -> None:
    tmux("set-option", "-t", "one", "destroy-unattached", "on", check=False)
    assert choose([Session("$0", 0, True)]) is None
    assert choose([Session("$0", 1, True), Session("$1", 0, False)]) == Session("$1", 0, False)
    assert choose([Session("$0", 0, False), Session("$1", 2, False)]) == Session("$1", 2, False)
    assert choose([Session("$0", 1, True)]) == Session("$0", 1, True)


def test_newer_tmux_writes_separators_as_octal(tmux: Tmux) -> None:
    value = tmux(*LOOK)
    rows = value[value.index("%") :]
    assert read_panes(rows.replace("\x1f", "\\037").replace("\x1e", "\\036")) == read_panes(rows)
    assert set(read_panes(rows)) == {"%0"}


@given(st.text(max_size=300))
def test_any_text_is_a_list_of_panes(text: str) -> None:
    read_panes(text)
    read_look(text)
    read_panes(text.replace("a", "\x1f").replace("b", "\x1e"))


def test_a_row_says_how_it_knows() -> None:
    quiet = row()
    assert (quiet.status, quiet.raw_status, quiet.since) == (Status.IDLE, "quiet", NOW - timedelta(seconds=60))
    assert [fact.fact for fact in quiet.evidence] == ["printed last", "in front: claude"]
    working = row(quiet=2)
    assert (working.status, working.since) == (Status.WORKING, NOW - timedelta(seconds=32))
    assert working.authority < 0
    assert working.joins == {"pane:/tmp/x/%1"}
    assert working.terminal == "local:%1@a"


def test_a_working_row_does_not_change_with_every_letter() -> None:
    activity = Activity()
    activity.listed({}, {"%1": PANE}, timedelta(0))
    began = NOW
    assert activity.printed("%1", began, exactly=True)
    first = rows.row(rows.Seen(PANE, activity["%1"]), Ref("l", "1"), "j", began)
    assert not activity.printed("%1", began + timedelta(seconds=3), exactly=True)
    later = rows.row(rows.Seen(PANE, activity["%1"]), Ref("l", "1"), "j", began + timedelta(seconds=4))
    assert later == first


def test_a_split_window_is_told_apart_by_what_moved() -> None:
    left, right = replace(PANE, split=True), replace(PANE, id="%2", split=True)
    activity = Activity()
    activity.listed({}, {"%1": left, "%2": right}, timedelta(0))
    now = PANE.activity + 30
    moved = {"%1": replace(left, activity=now, mark="5/0/0"), "%2": replace(right, activity=now)}
    activity.listed({"%1": left, "%2": right}, moved, timedelta(0))
    assert activity["%1"] == Prints(datetime.fromtimestamp(now, UTC), datetime.fromtimestamp(now, UTC), exactly=True)
    assert activity["%2"].last == datetime.fromtimestamp(PANE.activity, UTC)
    again = {name: replace(pane, activity=now + 30) for name, pane in moved.items()}
    activity.listed(moved, again, timedelta(0))
    assert not activity["%1"].exactly
    assert not activity["%2"].exactly


def test_the_clock_of_another_machine_is_set_right() -> None:
    activity = Activity()
    activity.listed({}, {"%1": PANE}, timedelta(hours=1))
    assert activity["%1"].last == datetime.fromtimestamp(PANE.activity, UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "title", "detail"),
    [
        ({"named": True, "window_name": "agent-1", "title": "✳ Claude Code"}, "agent-1", "claude · ✳ Claude Code"),
        ({"title": "✳ Fix it"}, "✳ Fix it", "claude"),
        ({}, "one 0.0", "claude"),
        ({"session_name": "3"}, "claude 0.0", "claude"),
        ({"named": True, "split": True, "window_name": "swarm-view", "title": "alice"}, "alice", "claude"),
    ],
)
def test_titles(fields: dict[str, object], title: str, detail: str) -> None:
    made = row(replace(PANE, **fields))  # type: ignore[arg-type]
    assert (made.title, made.detail) == (title, detail)


def test_worktrees_group_under_their_repository() -> None:
    made = row(checkout=Checkout("/home/dev/demo", "fix-1", "/home/dev/demo-fix-1"))
    assert (made.project, made.branch, made.worktree) == (
        Ref("local", "/home/dev/demo"),
        "fix-1",
        "/home/dev/demo-fix-1",
    )
    project = rows.project(Ref("local", "/home/dev/demo"))
    assert (project.title, project.key) == ("demo", "here:/home/dev/demo")
    assert rows.project(Ref("far", "/srv/demo"), "box:").key == "box:/srv/demo"
    assert row().project == Ref("local", "/home/dev/demo")


def test_what_a_dead_pane_can_do() -> None:
    assert row(replace(PANE, dead=True)).capabilities == {Capability.STOP, Capability.ATTACH}
    assert Capability.HARD_FREEZE in row(pausable=True).capabilities
    assert Capability.HARD_FREEZE not in row().capabilities
    assert "tmux continues that one at once" in row().reason(Capability.HARD_FREEZE)


def test_the_first_rule_that_matches_decides() -> None:
    rules = [PaneRule.parse("show session=one"), PaneRule.parse("hide command=cl*")]
    assert judge(PANE, rules).hidden is False
    assert judge(PANE, rules).reason == "the rule “show session=one” matches its session “one”"
    assert judge(PANE, rules[1:]).hidden
    assert judge(replace(PANE, command="vim"), rules[1:]) == judge(PANE, [])
    assert judge(PANE, [], own="%1").reason == "this cockpit runs in it"


@pytest.mark.parametrize("text", ["hide", "hide command", "drop command=x", "hide colour=red", "hide command="])
def test_a_bad_rule_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"no rule|nothing a rule can look at"):
        PaneRule.parse(text)


@given(st.sampled_from(["hide", "show"]), st.sampled_from(["command", "title", "path"]), st.text("ab*?[]", min_size=1))
def test_rules_are_written_as_they_are_read(verb: str, field: str, pattern: str) -> None:
    rule = PaneRule.parse(f"{verb} {field}={pattern}")
    assert PaneRule.parse(str(rule)) == rule
    judge(PANE, [rule])
