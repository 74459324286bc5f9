"""What scripts and people read: lists, one thread, snapshots, and how honest they are about what was not read."""

import json
import stat
from pathlib import Path

import pytest
from cli_kit import Cockpit, Served, configure


def test_ls_begins_with_those_that_need_you(fly: Cockpit) -> None:
    lines = fly.run("ls").stdout.splitlines()
    assert lines[0] == "needs you"
    assert lines.index("broken") < lines.index("quiet")
    (row,) = [line for line in lines if "Fix flaky auth test" in line]
    assert row.split()[:2] == ["!", "approval"]
    assert "billing-api" in row
    assert "pytest -x tests/auth" in row
    assert "\x1b" not in "".join(lines)


def test_ls_as_json_is_the_contract(fly: Cockpit) -> None:
    data = fly.json("ls")
    assert data["schema"] == 1
    sources = {each["name"]: (each["health"], each["version"]) for each in data["sources"]}
    assert sources == {"home": ("up", "0.0.33"), "tmux": ("absent", None), "claude": ("absent", None)}
    assert {project["title"] for project in data["projects"]} >= {"billing-api", "web"}
    first = data["threads"][0]
    assert first["id"] == "home:flaky-auth"
    assert first["project"] in {project["id"] for project in data["projects"]}
    assert (first["status"], first["asks"][0]["kind"]) == ("approval", "approval")
    assert {"approve", "send", "interrupt"} <= set(first["capabilities"])
    assert first["evidence"][0]["source"] == "home"
    assert data["counts"]["needs_you"] == sum(t["status"] in ("approval", "question", "plan") for t in data["threads"])


def test_ls_filters_as_the_screen_does(fly: Cockpit) -> None:
    assert {t["status"] for t in fly.json("ls", "needs:me")["threads"]} == {"approval", "question", "plan"}
    assert [t["id"] for t in fly.json("ls", "project:infra", "python")["threads"]] == ["home:python-313"]
    assert "No thread matches." in fly.run("ls", "zzz").stdout
    assert "status:sleepy is not known" in fly.run("ls", "status:sleepy", code=2).stderr


def test_asks_show_all_that_must_be_seen(fly: Cockpit) -> None:
    text = fly.run("asks").stdout
    for part in (
        "approval: Fix flaky auth test",
        "rm -rf .cache && pytest",
        "2) SQLite: One file per tenant",
        "# Move invoice",
    ):
        assert part in text
    asks = fly.json("asks")["asks"]
    assert [ask["kind"] for ask in asks][:1] == ["approval"]
    question = next(ask for ask in asks if ask["thread"] == "home:ledger-schema")
    assert [option["label"] for option in question["questions"][0]["options"]] == ["PostgreSQL", "SQLite", "DynamoDB"]


def test_show_adds_the_conversation(fly: Cockpit) -> None:
    data = fly.json("show", "flaky")
    assert data["id"] == "home:flaky-auth"
    assert data["messages"][0]["role"] == "user"
    assert data["messages"][0]["text"].startswith("The auth suite fails")
    assert {"role", "text", "at", "turn"} <= data["messages"][0].keys()
    assert {each["kind"] for each in data["activities"]} & {"tool", "ask"}
    text = fly.run("show", "flaky").stdout
    assert "The auth suite fails one run in ten" in text
    assert "! approval" in text


def test_explain_gives_evidence_and_reasons(fly: Cockpit) -> None:
    text = fly.run("explain", "flaky").stdout
    assert "an approval request is open" in text
    assert "WHAT CAN BE DONE" in text
    assert "not settle: it cannot be settled while it is approval" in text
    data = fly.json("explain", "flaky")
    assert data["why_not"]["interrupt"] is None
    assert data["seen_by"][0]["name"] == "home"


def test_projects_are_listed(fly: Cockpit) -> None:
    assert "/home/dev/code/infra" in fly.run("projects").stdout
    assert {"id", "title", "path"} <= fly.json("projects")["projects"][0].keys()


def test_snapshot_is_json_on_one_line_for_programs(fly: Cockpit, tmp_path: Path) -> None:
    text = fly.run("snapshot", "--format", "json").stdout
    assert text.count("\n") == 1
    assert json.loads(text)["schema"] == 1
    out = tmp_path / "fleet.json"
    assert fly.run("snapshot", "-o", str(out)).stdout == ""
    assert json.loads(out.read_text())["schema"] == 1
    assert "cannot be written" in fly.run("snapshot", "-o", str(tmp_path / "no" / "x"), code=2).stderr
    assert "not WIDTHxHEIGHT" in fly.run("snapshot", "--format", "text", "--size", "wide", code=2).stderr


@pytest.mark.parametrize(
    ("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!"), ("text", b" cockpit")]
)
def test_snapshot_draws_a_screen_without_a_terminal(fly: Cockpit, tmp_path: Path, form: str, begins: bytes) -> None:
    out = tmp_path / "shot"
    fly.run("snapshot", "--format", form, "--size", "100x30", "--select", "flaky", "-o", str(out))
    assert out.read_bytes().lstrip(b"\xef\xbb\xbf").startswith(begins)
    assert "There is no screen nope" in fly.run("snapshot", "--format", form, "--screen", "nope", code=2).stderr


def test_a_dead_server_is_told_and_ends_with_its_code(fly: Cockpit, served: Served, config: Path) -> None:
    dead = ("dead", "http://127.0.0.1:9", "x")
    configure(config, ("home", served.server.url, served.server.token), dead)
    assert "✗ dead is down" in fly.run("ls").stdout
    assert fly.run("ls", "--strict", code=3)
    assert {s["name"]: s["health"] for s in fly.json("snapshot", "--strict", code=3)["sources"]} == {
        "home": "up",
        "dead": "down",
        "tmux": "absent",
        "claude": "absent",
    }
    configure(config, dead)
    text = fly.run("ls", code=4).stdout
    assert "Nothing to list: not every source could be read." in text
    assert "No threads" not in text
    assert fly.json("snapshot", code=4)["threads"] == []
    assert "No source could be read. Not read: dead" in fly.run("approve", "flaky", code=4).stderr


def test_a_wrong_token_is_auth_with_the_way_out(fly: Cockpit, served: Served, config: Path) -> None:
    configure(config, ("home", served.server.url, "wrong"))
    assert "! home is auth" in fly.run("ls", code=4).stdout
    assert "cockpit t3 pair" in fly.run("ls", code=4).stdout
    token = config.parent / "home.token"
    token.chmod(0o644)
    assert f"chmod 600 {token}" in fly.run("ls", code=4).stdout


def test_a_server_that_never_answers_delays_only_as_long_as_allowed(fly: Cockpit, served: Served, config: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        configure(config, ("home", served.server.url, served.server.token), ("mute", url, "x"))
        health = {s["name"]: s["health"] for s in fly.json("snapshot", "--timeout", "0.5")["sources"]}
    assert health["home"] == "up"
    assert health["mute"] != "up"


def test_with_nothing_there_it_says_what_it_looked_for(bare: Cockpit) -> None:
    text = bare.run("ls", code=4).stdout
    assert "server-runtime.json" in text
    assert "Start one with t3 serve" in text


def test_a_local_server_is_found_without_configuration(bare: Cockpit, served: Served, tmp_path: Path) -> None:
    import os

    note = tmp_path / ".t3" / "userdata" / "server-runtime.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"pid": os.getpid(), "host": "127.0.0.1", "port": served.server.port}))
    assert "cockpit t3 pair" in bare.run("ls", code=4).stdout
    bare.run("t3", "pair", served.server.url, "--token", served.do(served.server.pair))
    assert bare.json("ls")["counts"]["threads"] > 10


@pytest.mark.parametrize("verb", ["show", "explain", "freeze", "send"])
def test_a_vague_name_lists_the_candidates_and_does_nothing(fly: Cockpit, verb: str) -> None:
    extra = ["go on"] if verb == "send" else []
    result = fly.run(verb, "re", *extra, code=1)
    assert "matches" in result.stderr
    assert "home:release-cache  Cache wheels in the release job" in result.stderr
    failed = fly.json(verb, "re", *extra, code=1)["error"]
    assert failed["kind"] == "not-found"
    assert len(failed["candidates"]) > 1
    assert not [t for t in fly.json("ls", "--all")["threads"] if t["frozen"]]


def test_the_ledger_it_makes_is_private(fly: Cockpit, tmp_path: Path) -> None:
    fly.run("ls")
    ledger = tmp_path / "state" / "cockpit" / "ledger.db"
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_a_broken_ledger_is_told_and_stops_no_reading(fly: Cockpit, tmp_path: Path) -> None:
    ledger = tmp_path / "state" / "cockpit" / "ledger.db"
    ledger.parent.mkdir(parents=True)
    ledger.write_text("no ledger at all " * 100)
    result = fly.run("ls")
    assert "is damaged" in result.stdout
    assert "Fix flaky auth test" in result.stdout
    assert fly.json("snapshot")["ledger_trouble"]
    assert "damaged" in fly.run("freeze", "flaky", code=1).stderr
