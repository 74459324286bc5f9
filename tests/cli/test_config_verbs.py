"""`config` and `doctor`: what is set, what is wrong, and how to mend it."""

from pathlib import Path

from cli_kit import Cockpit, Served, configure

from cockpit.cli.findings import Verdict, terminal


def test_set_show_check_and_path(bare: Cockpit, config: Path) -> None:
    assert bare.run("config", "path").stdout.strip() == str(config)
    assert "all is default" in bare.run("config", "check").stdout
    bare.run("config", "set", "ui.theme", "day")
    bare.run("config", "set", "notify.on", '["failed"]')
    bare.run("config", "set", "keys.thread.approve", "A")
    data = bare.json("config", "show")["config"]
    assert (data["ui"]["theme"], data["notify"]["on"], data["keys"]) == ("day", ["failed"], {"thread.approve": "A"})
    bare.run("config", "set", "ui.theme", "default")
    assert bare.json("config", "show")["config"]["ui"]["theme"] == "night"
    assert "frame_rate" in bare.run("config", "show").stdout
    assert "is fine" in bare.run("config", "check").stdout


def test_a_bad_change_is_refused_with_the_nearest_name(bare: Cockpit, config: Path) -> None:
    assert "Did you mean theme?" in bare.run("config", "set", "ui.thme", "x", code=2).stderr
    assert "at most 60" in bare.run("config", "set", "ui.frame_rate", "500", code=2).stderr
    assert not config.exists()


def test_a_typo_stops_every_verb_and_check_lists_them_all(bare: Cockpit, config: Path) -> None:
    config.write_text('[ui]\nthme = "x"\n[keys]\n"thread.approve" = "a"\n[notfy]\n')
    stopped = bare.run("ls", code=2).stderr
    assert f"{config}:2: ui.thme: unknown key" in stopped
    assert "Did you mean theme?" in stopped
    problems = bare.json("config", "check", code=2)["problems"]
    assert [(each["line"], each["key"]) for each in problems] == [(2, "ui.thme"), (5, "notfy")]
    config.write_text('[keys]\n"thread.aprove" = "a"\n')
    (problem,) = bare.json("config", "check", code=2)["problems"]
    assert problem["key"] == "keys.thread.aprove"
    assert problem["fix"].startswith("Did you mean ")


def test_a_named_file_is_used_and_must_exist(bare: Cockpit, served: Served, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    configure(own, ("mine", served.server.url, served.server.token))
    assert "mine" in {each["name"] for each in bare.json("--config", str(own), "ls")["sources"]}
    assert "no configuration file" in bare.run("--config", str(tmp_path / "no.toml"), "ls", code=2).stderr


def test_doctor_is_content_with_a_working_fleet(fly: Cockpit) -> None:
    report = fly.json("doctor")
    assert report["ok"]
    areas = {finding["area"] for finding in report["findings"]}
    assert areas == {"versions", "configuration", "terminal", "sources", "ledger"}
    told = {finding["name"]: finding["text"] for finding in report["findings"]}
    assert {"cockpit", "python", "textual", "tmux"} <= told.keys()
    text = fly.run("doctor").stdout
    assert "t3 at http://127.0.0.1:" in text
    assert "version 0.0.33" in text
    assert "All is well." in text


def test_doctor_names_every_ill_with_its_fix(bare: Cockpit, config: Path, tmp_path: Path) -> None:
    configure(config, ("dead", "http://127.0.0.1:9", "x"))
    ledger = tmp_path / "state" / "cockpit" / "ledger.db"
    ledger.parent.mkdir(parents=True)
    ledger.write_text("no ledger " * 100)
    report = bare.json("doctor", code=1)
    sick = {finding["area"]: finding for finding in report["findings"] if finding["verdict"] == "bad"}
    assert sick.keys() == {"sources", "ledger"}
    assert all(finding["fix"] for finding in sick.values())
    assert "mv" in sick["ledger"]["fix"]
    assert ledger.read_text().startswith("no ledger")
    config.write_text("[ui]\nthme = 1")
    report = bare.json("doctor", code=1)
    assert {"configuration", "ledger"} == {f["area"] for f in report["findings"] if f["verdict"] == "bad"}
    assert "2 to mend." in bare.run("doctor", code=1).stdout


def test_doctor_tells_of_a_theme_that_is_not_there(fly: Cockpit, config: Path) -> None:
    config.write_text(config.read_text() + '\n[ui]\ntheme = "nihgt"\n')
    (told,) = [each for each in fly.json("doctor")["findings"] if each["name"] == "theme"]
    assert "Did you mean night?" in told["text"]


def test_doctor_says_what_it_looked_for_when_nothing_is_there(bare: Cockpit) -> None:
    text = bare.run("doctor", code=1).stdout
    assert "server-runtime.json" in text
    assert "is absent" in text


def verdicts(environ: dict[str, str], size: tuple[int, int] = (120, 40), encoding: str = "utf-8") -> dict[str, Verdict]:
    return {each.name: each.verdict for each in terminal(environ, is_tty=True, size=size, encoding=encoding)}


def test_terminals_are_judged_by_what_they_say_of_themselves() -> None:
    good = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    assert set(verdicts(good).values()) == {Verdict.WELL}
    assert verdicts(good, size=(50, 10))["size"] is Verdict.NOTE
    assert verdicts(good, encoding="ascii")["encoding"] is Verdict.BAD
    assert verdicts({"TERM": "dumb"})["TERM"] is Verdict.BAD
    assert verdicts({**good, "NO_COLOR": "1"})["colour"] is Verdict.NOTE
    assert verdicts({**good, "TMUX": "/tmp/tmux"})["tmux"] is Verdict.NOTE
    assert verdicts({**good, "SSH_CONNECTION": "1 2 3 4"})["ssh"] is Verdict.NOTE


def test_what_a_harness_is_started_with_is_checked_by_who_knows_it(bare: Cockpit, config: Path) -> None:
    assert (
        "There are: off, in-process, tmux, auto."
        in bare.run("config", "set", "harness.claude.team", "huge", code=2).stderr
    )
    assert not config.exists()
    bare.run("config", "set", "harness.claude.team", "tmux")
    assert bare.json("config", "show")["config"]["harness"] == {"claude": {"team": "tmux"}}
    assert "harness.claude.team" in bare.run("config", "show").stdout
    config.write_text('[harness.claude]\nmode = "plan"\nteam = "huge"\n')
    (problem,) = bare.json("config", "check", code=2)["problems"]
    assert (problem["line"], problem["key"]) == (3, "harness.claude.team")
    assert problem["what"] == "Agent team cannot be 'huge'"
