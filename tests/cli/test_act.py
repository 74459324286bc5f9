"""What scripts can do, against a server that refuses what the real one refuses."""

from pathlib import Path

import pytest
from cli_kit import Cockpit, Served, configure

from cockpit.storage.ledger import SqliteLedger


def ask_of(fly: Cockpit, native: str) -> str:
    ask: str = fly.thread(native)["asks"][0]["id"]
    return ask


def test_approve_by_thread_settles_it(fly: Cockpit) -> None:
    done = fly.json("approve", "flaky auth")
    assert done["ok"]
    assert "flaky-auth" in done["thread"] or done["thread"] is None
    assert fly.thread("flaky-auth")["status"] != "approval"
    assert "waits for no approval" in fly.run("approve", "flaky auth", code=1).stderr


def test_approve_by_the_asks_own_id_for_the_session(fly: Cockpit, served: Served) -> None:
    fly.run("approve", ask_of(fly, "flaky-auth"), "--session")
    kinds = served.do(lambda: [a["payload"].get("decision") for a in served.world.threads["flaky-auth"].activities])
    assert "acceptForSession" in kinds


def test_decline(fly: Cockpit, served: Served) -> None:
    assert fly.run("decline", "flaky auth").stdout.strip()
    kinds = served.do(lambda: [a["payload"].get("decision") for a in served.world.threads["flaky-auth"].activities])
    assert "decline" in kinds


def test_answer_by_number(fly: Cockpit, served: Served) -> None:
    fly.run("answer", "ledger", "2")
    given = served.do(
        lambda: [
            a["payload"]["answers"]
            for a in served.world.threads["ledger-schema"].activities
            if "answers" in a["payload"]
        ]
    )
    assert [list(answers.values()) for answers in given] == [["SQLite"]]
    assert fly.thread("ledger-schema")["status"] != "question"


def test_an_unfinished_answer_is_refused_and_nothing_is_sent(fly: Cockpit) -> None:
    assert "still to answer: Database" in fly.run("answer", "ledger", code=1).stderr
    assert "2 answers for 1 questions" in fly.run("answer", "ledger", "a", "b", code=1).stderr
    assert fly.thread("ledger-schema")["status"] == "question"


def test_a_plan_is_implemented(fly: Cockpit) -> None:
    assert fly.json("implement", "invoice")["ok"]
    assert fly.thread("invoice-export")["status"] in ("starting", "working", "done", "idle")


def test_an_approval_is_no_question(fly: Cockpit) -> None:
    assert "waits for no question; it is approval" in fly.run("answer", "flaky auth", "1", code=1).stderr
    assert fly.thread("flaky-auth")["status"] == "approval"


def test_send_takes_text_or_standard_input(fly: Cockpit, served: Served) -> None:
    fly.run("send", "settings", "Now the tests.")
    fly.run("send", "otel", "-", stdin="line one\nline two\n")
    texts = served.do(
        lambda: [m["text"] for name in ("settings-forms", "otel-spike") for m in served.world.threads[name].messages]
    )
    assert "Now the tests." in texts
    assert any(text.startswith("line one\nline two") for text in texts)
    assert "the message is empty" in fly.run("send", "settings", " ", code=1).stderr


def test_a_frozen_thread_refuses_with_the_reason_until_it_is_thawed(fly: Cockpit) -> None:
    assert "Froze “Move settings to the form kit”" in fly.run("freeze", "settings", "--reason", "looks odd").stdout
    assert fly.thread("settings-forms")["frozen"]["reason"] == "looks odd"
    assert fly.run("ls", "settings").stdout.count("looks odd") == 1
    refused = fly.run("send", "settings", "go on", code=1)
    assert "frozen by" in refused.stderr
    assert "looks odd" in refused.stderr
    assert fly.json("send", "settings", "go on", code=1)["error"]["kind"] == "refused"
    fly.run("thaw", "settings")
    fly.run("send", "settings", "go on")
    assert "it is not frozen" in fly.run("thaw", "settings", code=1).stderr


def test_freezing_what_asks_interrupts_it(fly: Cockpit) -> None:
    fly.run("freeze", "flaky")
    assert fly.thread("flaky-auth")["frozen"]


def test_a_held_fleet_starts_nothing(fly: Cockpit) -> None:
    fly.run("hold", "--reason", "deploying")
    assert "HOLD by" in fly.run("ls").stdout
    assert fly.json("snapshot")["hold"]["reason"] == "deploying"
    assert "deploying" in fly.run("dispatch", "Do it", "-p", "infra", code=1).stderr
    fly.run("release")
    assert fly.json("snapshot")["hold"] is None
    assert "not on hold" in fly.run("release", code=1).stderr


def test_dispatch_starts_a_thread_and_says_which(fly: Cockpit, served: Served) -> None:
    made = fly.json("dispatch", "Say hello", "-p", "infra", "--title", "Greeter")["thread"]
    assert made.startswith("home:")
    assert fly.thread(made.removeprefix("home:"))["title"] == "Greeter"
    assert "several projects" in fly.run("dispatch", "Say hello", "--source", "home", code=1).stderr


def test_dispatch_into_a_worktree(fly: Cockpit) -> None:
    made = fly.json(
        "dispatch", "-", "-p", "web", "--worktree", "--base", "main", "--branch", "hello", "--plan", stdin="Plan it\n"
    )
    thread = fly.thread(made["thread"].removeprefix("home:"))
    assert (thread["branch"], thread["interaction_mode"]) == ("hello", "plan")
    assert thread["worktree"]
    assert "belong to --worktree" in fly.run("dispatch", "x", "--base", "main", code=2).stderr


def test_a_project_is_made_and_used(fly: Cockpit, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    assert fly.json("create-project", str(tmp_path / "fresh"))["ok"]
    assert "fresh" in {project["title"] for project in fly.json("projects")["projects"]}
    assert fly.json("dispatch", "Begin", "-p", "fresh")["thread"]
    assert fly.run("create-project", str(tmp_path / "absent"), code=1).stderr
    assert "there is no source x" in fly.run("create-project", "/a", "--source", "x", code=1).stderr


def test_interrupt_and_stop(fly: Cockpit) -> None:
    fly.run("interrupt", "flaky")
    assert "nothing is running" in fly.run("interrupt", "settings", code=1).stderr
    fly.run("stop", "settings")


def test_rename_settle_snooze_archive_and_back(fly: Cockpit) -> None:
    fly.run("rename", "settings", "Forms, moved")
    assert fly.thread("settings-forms")["title"] == "Forms, moved"
    fly.run("settle", "settings-forms")
    assert fly.thread("settings-forms")["settled"]
    assert "settings-forms" not in fly.run("ls").stdout
    assert "settled or snoozed" in fly.run("ls").stdout
    fly.run("settle", "settings-forms", "--undo")
    fly.run("snooze", "settings-forms", "2h")
    assert fly.thread("settings-forms")["snoozed_until"]
    fly.run("snooze", "settings-forms", "--undo")
    assert not fly.thread("settings-forms")["snoozed_until"]
    fly.run("archive", "settings-forms")
    assert "No thread matches" in fly.run("show", "settings-forms", code=1).stderr
    fly.run("unarchive", "Forms, moved")
    assert fly.thread("settings-forms")


@pytest.mark.parametrize("until", ["soon", "2020-01-01", "5x", "3h nonsense"])
def test_a_snooze_needs_a_time_to_come(fly: Cockpit, until: str) -> None:
    assert fly.run("snooze", "settings", until, code=2).stderr


def test_deleting_must_be_confirmed_by_name(fly: Cockpit) -> None:
    refused = fly.run("delete", "settings", code=2)
    assert (
        "Deleting “Move settings to the form kit” (home:settings-forms) must be confirmed. Add --yes." in refused.stderr
    )
    assert fly.thread("settings-forms")
    fly.run("delete", "settings", "--yes")
    assert "No thread matches" in fly.run("show", "settings", code=1).stderr


def test_modes(fly: Cockpit) -> None:
    fly.run("modes", "settings", "--runtime", "approval-required", "--interaction", "plan")
    thread = fly.thread("settings-forms")
    assert (thread["runtime_mode"], thread["interaction_mode"]) == ("approval-required", "plan")
    assert "confirm it" in fly.run("modes", "flaky", "--runtime", "full-access", code=1).stderr
    assert "Say what to change" in fly.run("modes", "settings", code=2).stderr


def test_a_read_only_token_acts_on_nothing_and_doctor_names_the_scope(
    fly: Cockpit, served: Served, config: Path
) -> None:
    token = served.do(lambda: served.server.issue("orchestration:read"))
    configure(config, ("home", served.server.url, token))
    assert "Not done" in fly.run("send", "settings", "go on", code=1).stderr
    assert "lacks the scope orchestration:operate" in fly.run("doctor").stdout


def test_every_command_is_on_the_record_without_its_secrets(fly: Cockpit, served: Served, tmp_path: Path) -> None:
    fly.run("send", "settings", "go on")
    fly.run("rename", "settings", "Other")
    ledger = SqliteLedger(tmp_path / "state" / "cockpit" / "ledger.db")
    records = ledger.audit()
    ledger.close()
    assert [record.command for record in records] == ["Rename", "Send"]
    assert all(record.outcome and record.target == "home:settings-forms" for record in records)
    assert not any(served.server.token in record.detail for record in records)
