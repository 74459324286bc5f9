"""The program as a process: signals, pipes, encodings, terminals, and what it leaves behind."""

import contextlib
import json
import os
import pty
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_kit import Served, configure
from click.testing import CliRunner
from own_terminal import own_terminal

from cockpit.cli import VERBS, cockpit

PROGRAM = [sys.executable, "-c", "from cockpit.cli import main; main()"]


@pytest.fixture
def home(served: Served, config: Path) -> Served:
    configure(config, ("home", served.server.url, served.server.token))
    return served


class Child:
    """A running program whose lines are read as they come; it ends with its test."""

    def __init__(self, *arguments: str, **env: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **env},
            # A shell that runs the tests in the background has them, and all that they start, ignore Ctrl+C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def line(self) -> str:
        return self._lines.get(timeout=20).strip()

    def rest(self) -> str:
        """What it wrote besides, once it has ended."""
        self._reader.join(10)
        return "".join(self._lines.get() for _ in range(self._lines.qsize()))

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


Start = Callable[..., Child]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Child] = []

    def begin(*arguments: str, **env: str) -> Child:
        started.append(child := Child(*arguments, **env))
        return child

    yield begin
    for child in started:
        child.close()


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
    )


def test_watch_reports_the_fleet_and_then_each_change(home: Served, start: Start) -> None:
    child = start("watch", "--json")
    first = json.loads(child.line())
    assert (first["event"], first["schema"]) == ("fleet", 1)
    assert run("rename", "settings-forms", "Forms").returncode == 0
    while True:
        event = json.loads(child.line())
        if event["event"] == "thread" and event["thread"]["title"] == "Forms":
            break
    assert run("hold", "--reason", "lunch").returncode == 0
    while (event := json.loads(child.line()))["event"] != "hold":
        pass
    assert event["hold"]["reason"] == "lunch"
    assert child.end(signal.SIGINT) == 130
    assert "Traceback" not in child.rest()


def test_wait_returns_when_it_comes_and_gives_up_in_time(home: Served, start: Start) -> None:
    assert run("wait", "flaky", "--until", "needs-you").returncode == 0
    blocked = run("wait", "flaky", "--until", "done", "--json")
    assert (blocked.returncode, json.loads(blocked.stdout)["end"]) == (6, "blocked")
    assert "needs you first: Bash" in json.loads(blocked.stdout)["text"]
    assert run("wait", "settings", "--until", "done").returncode == 0
    assert run("wait", "python", "--until", "done").returncode == 1
    assert run("wait", "settings", "--timeout", "0.3").returncode == 5
    assert run("wait", "settings", "--timeout", "never").returncode == 2
    child = start("wait", "settings", "--until", "needs-you", "--timeout", "20")
    assert run("send", "settings", "Ask me which colour.").returncode == 0
    assert child.process.wait(25) == 0


def test_a_closed_pipe_ends_it_quietly(home: Served) -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -c 'from cockpit.cli import main; main()' snapshot | head -c 1; echo ${{PIPESTATUS[0]}}",
        ],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "{0\n"
    assert done.stderr == ""


def test_a_terminal_without_unicode_gets_an_answer_too(home: Served) -> None:
    plain = run("ls", PYTHONIOENCODING="ascii")
    assert plain.returncode == 0
    assert "Fix flaky auth test" in plain.stdout
    assert json.loads(run("snapshot", PYTHONIOENCODING="ascii").stdout)["schema"] == 1


def on_a_terminal(*arguments: str, typed: str = "", **env: str) -> str:
    """What the program writes when it has a terminal, on which a person types."""
    own, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", **env}
    with subprocess.Popen([*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as child:
        os.close(theirs)
        os.write(own, typed.encode())
        text = b""
        while True:
            try:
                text += (piece := os.read(own, 65536))
            except OSError:
                break
            if not piece:
                break
        os.close(own)
        child.wait(20)
    return text.decode()


def test_colour_is_for_terminals_that_want_it(home: Served) -> None:
    assert "\x1b[33m" in on_a_terminal("ls")
    assert "\x1b" not in on_a_terminal("ls", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("ls", TERM="dumb")


def test_who_names_only_the_thread_is_shown_what_is_asked_first(home: Served) -> None:
    said = on_a_terminal("approve", "flaky", typed="n\n")
    assert "rm -rf .cache && pytest -x tests/auth" in said
    assert "Nothing was done." in said
    assert home.do(lambda: home.world.threads["flaky-auth"].activities[-1]["kind"]) == "approval.requested"
    said = on_a_terminal("approve", "flaky", typed="y\n")
    assert "Nothing was done." not in said
    assert json.loads(run("ls", "flaky", "--json").stdout)["threads"][0]["status"] != "approval"


def test_a_person_is_asked_before_a_thread_is_deleted(home: Served) -> None:
    assert "Delete “Move settings to the form kit” (home:settings-forms)?" in on_a_terminal(
        "delete", "settings", typed="n\n"
    )
    assert run("show", "settings").returncode == 0
    on_a_terminal("delete", "settings", typed="y\n")
    assert run("show", "settings").returncode == 1


def test_lines_fit_the_terminal(home: Served) -> None:
    lines = on_a_terminal("ls", NO_COLOR="1", COLUMNS="60").replace("\r", "").splitlines()
    assert max(map(len, lines)) == 60


def test_hostile_text_stays_text(home: Served) -> None:
    evil = "\x1b]0;owned\x07\x1b[31m[bold]x[/bold] \u202eabc"
    home.do(lambda: setattr(home.world.threads["settings-forms"], "title", evil))
    for text in (run("ls").stdout, on_a_terminal("show", "settings-forms", NO_COLOR="1")):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[bold]x[/bold]" in text


def test_our_own_mistake_is_a_sentence_and_a_private_log(home: Served, tmp_path: Path) -> None:
    broken = "import cockpit.wiring as w; w.headless = None; from cockpit.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", broken, "ls"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("cockpit: A defect in the cockpit: TypeError.")
    assert "Traceback" not in done.stderr
    log = tmp_path / "state" / "cockpit" / "cockpit.log"
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_help_lists_every_verb_without_importing_them() -> None:
    code = "import sys\nfrom cockpit.cli import main\ntry: main()\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, timeout=30)
    imported = set(done.stdout.splitlines()[-1].split())
    assert not imported & {"asyncio", "httpx", "textual", "sqlite3", "cockpit.wiring"}
    for verb in ("ls", "approve", "dispatch", "doctor", "demo", "snapshot", "Exit codes"):
        assert verb in done.stdout
    assert "Did you mean approve?" in run("aprove").stderr
    assert run("aprove").returncode == 2


@pytest.mark.parametrize("verb", [verb for verbs in VERBS.values() for verb in verbs])
def test_every_verb_explains_itself(verb: str) -> None:
    shown = CliRunner().invoke(cockpit, [verb, "--help"])
    assert shown.exit_code == 0
    assert f"Usage: cockpit {verb}" in shown.stdout


def test_the_screen_needs_a_terminal(home: Served) -> None:
    done = run()
    assert done.returncode == 2
    assert "The screen needs a terminal" in done.stderr


def test_keys_for_an_unknown_action_stop_the_screen(tmp_path: Path) -> None:
    typo = tmp_path / "typo.toml"
    typo.write_text('[keys]\n"thread.aprove" = "b"\n')
    own, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*PROGRAM, "--config", str(typo)], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True,
            timeout=30, env={name: value for name, value in os.environ.items() if name != "COCKPIT_CONFIG"},
        )  # fmt: skip
    finally:
        os.close(own)
        os.close(theirs)
    assert done.returncode == 2
    assert f"{typo}:2: keys.thread.aprove: no such action" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_the_screen_goes_when_it_is_told_to_or_its_terminal_is_gone(home: Served, how: signal.Signals) -> None:
    with own_terminal() as terminal:
        terminal.until(b"Fix flaky auth test")
        if how is signal.SIGHUP:
            terminal.take_away()
        else:
            terminal.program.send_signal(how)
            drawn = b""
            with contextlib.suppress(OSError):
                while piece := os.read(terminal.end, 65536):
                    drawn += piece
            assert b"\x1b[?1049l" in drawn, "the terminal is given back as it was"
        assert terminal.program.wait(15) == 0
    assert json.loads(run("doctor", "--json").stdout)["ok"]


def environment(told: list[str]) -> dict[str, str]:
    (use,) = [each for each in told if each.startswith("Use it: env ")]
    return dict(pair.split("=", 1) for pair in use.removeprefix("Use it: env ").split()[:-1])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_demo_serves_and_leaves_nothing(start: Start, how: signal.Signals, tmp_path: Path) -> None:
    child = start("demo", "--serve-only", "--fixed-clock", "--seed", "3", TMPDIR=str(tmp_path))
    told = [child.line() for _ in range(4)]
    env = environment(told)
    url = told[0].removeprefix("URL: ")
    data = json.loads(run("snapshot", **env).stdout)
    assert data["sources"][0]["health"] == "up"
    assert len(data["threads"]) == 14
    assert run("freeze", "settings-forms", **env).returncode == 0
    assert not (tmp_path / "state").exists(), "the person's own directories stay untouched"
    assert child.end(how) == 0
    assert not list(tmp_path.glob("cockpit-demo-*"))
    assert run("--config", env["COCKPIT_CONFIG"], "ls").returncode == 2, url


def test_a_killed_demo_takes_its_server_along(start: Start, tmp_path: Path) -> None:
    child = start("demo", "--serve-only", TMPDIR=str(tmp_path))
    told = [child.line() for _ in range(4)]
    port = int(told[0].rpartition(":")[2])
    child.end(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
    pytest.fail("the server outlived its demo")


def test_a_demo_with_a_state_directory_remembers(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "kept"
    for expected in (None, "for later"):
        child = start("demo", "--serve-only", "--fixed-clock", "--state", str(state))
        env = environment([child.line() for _ in range(4)])
        threads = {t["id"]: t for t in json.loads(run("snapshot", **env).stdout)["threads"]}
        frozen = threads["demo:settings-forms"]["frozen"]
        assert (frozen["reason"] if frozen else None) == expected
        if expected is None:
            assert run("freeze", "settings-forms", "--reason", "for later", **env).returncode == 0
        assert child.end(signal.SIGTERM) == 0


def test_a_taken_port_is_named(served: Served) -> None:
    done = run("demo", "--serve-only", "--port", str(served.server.port))
    assert done.returncode == 1
    assert "did not start" in done.stderr
    assert "Traceback" not in done.stderr
