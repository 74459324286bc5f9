"""Calls to the person: once per change, never for what they look at, never with bytes from an agent that act."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.core.store import Store
from cockpit.model.asks import Ask, AskKind
from cockpit.model.facts import LedgerRead, SourceChanged, ThreadSeen
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Status, Thread
from cockpit.ui.notify import Call, Caller, calls, terminal_bytes, terminal_form

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ONE = Ref("home", "one")
IDLE = Thread(ONE, "Fix it", Status.IDLE, sources=("home",))
ASK = Ask("r1", ONE, AskKind.APPROVAL, "Claude wants to run a command", "Bash: make")
ASKING = replace(IDLE, status=Status.APPROVAL, asks=(ASK,))
UP = SourceState("home", "t3", Health.UP, read_at=NOW)


def fleet(*threads: Thread, state: SourceState = UP) -> Fleet:
    store = Store(lambda: NOW)
    store.apply(SourceChanged(state))
    store.apply(LedgerRead({}, None, {}, datetime(2026, 1, 1, tzinfo=UTC)))
    for thread in threads:
        store.apply(ThreadSeen(thread))
    return store.fleet


def kinds(before: Fleet, after: Fleet, looking_at: Ref | None = None) -> list[str]:
    return [call.kind for call in calls(before, after, looking_at)]


def test_a_new_ask_calls_once() -> None:
    assert kinds(fleet(IDLE), fleet(ASKING)) == ["needs-you"]
    assert kinds(fleet(ASKING), fleet(ASKING)) == []
    assert calls(fleet(IDLE), fleet(ASKING), None)[0].text == "Bash: make"


def test_a_second_ask_on_the_same_thread_calls_again() -> None:
    assert kinds(fleet(ASKING), fleet(replace(ASKING, asks=(replace(ASK, id="r2"),)))) == ["needs-you"]


def test_what_the_person_looks_at_does_not_call() -> None:
    assert kinds(fleet(IDLE), fleet(ASKING), ONE) == []


def test_opening_the_cockpit_is_no_news_but_a_new_thread_that_asks_is() -> None:
    assert kinds(Fleet(), fleet(ASKING)) == []
    assert kinds(fleet(), fleet(ASKING)) == ["needs-you"]


@pytest.mark.parametrize(
    ("after", "kind"),
    [(replace(IDLE, status=Status.FAILED), "failed"), (replace(IDLE, finished_at=NOW), "done")],
)
def test_failing_and_finishing_call(after: Thread, kind: str) -> None:
    assert kinds(fleet(replace(IDLE, status=Status.WORKING)), fleet(after)) == [kind]


def test_a_source_that_goes_down_calls_once() -> None:
    down = replace(UP, health=Health.DOWN, reason="connection refused")
    assert kinds(fleet(), fleet(state=down)) == ["source-down"]
    assert kinds(fleet(state=down), fleet(state=replace(down, health=Health.AUTH))) == []


@pytest.mark.parametrize(
    ("setting", "environ", "form"),
    [
        (False, {"TERM_PROGRAM": "iTerm.app"}, ""), ("osc777", {}, "osc777"), ("auto", {"TERM": "xterm-256color"}, ""),
        ("auto", {"TERM": "xterm-kitty"}, "osc9"), (True, {"TERM": "foot"}, "osc777"),
    ],
)  # fmt: skip
def test_the_form_is_chosen_by_setting_and_terminal(setting: bool | str, environ: dict[str, str], form: str) -> None:
    assert terminal_form(setting, environ) == form


def test_in_tmux_the_sequence_is_wrapped_to_pass_through() -> None:
    wrapped = terminal_bytes("osc9", Call("done", "done: a", ""), in_tmux=True)
    assert wrapped == "\x1bPtmux;\x1b\x1b]9;done: a\x07\x1b\\"


def test_a_title_cannot_add_a_field() -> None:
    assert terminal_bytes("osc777", Call("done", "a;b", "c;d"), in_tmux=False) == "\x1b]777;notify;a,b;c,d\x07"


async def test_the_persons_command_gets_title_and_text_as_arguments(tmp_path: Path) -> None:
    said, rung = tmp_path / "said", []
    command = ["sh", "-c", 'printf "%s|%s" "$1" "$2" > ' + str(said), "sh"]
    caller = Caller(
        on=["needs-you"], bell=True, terminal="osc9", command=command, write=rung.append,
        ring=lambda: rung.append("bell"), environ={},
    )  # fmt: skip
    told = [Call("needs-you", "approval: $(id)", "Bash: `id`"), Call("done", "done: x", "")]
    assert await caller.tell(told) == ""
    assert said.read_text() == "approval: $(id)|Bash: `id`"
    assert rung == ["bell", "\x1b]9;approval: $(id) · Bash: `id`\x07"]


@pytest.mark.parametrize(("command", "words"), [(["/nonexistent/tool"], "did not start"), (["false"], "code 1")])
async def test_a_command_that_fails_is_told(command: list[str], words: str) -> None:
    caller = Caller(
        on=["done"], bell=False, terminal=False, command=command, write=lambda _: None, ring=lambda: None, environ={}
    )
    assert words in await caller.tell([Call("done", "done: x", "")])
