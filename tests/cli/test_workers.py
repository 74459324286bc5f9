"""What scripts can do with workers in terminals, over a source that notes what reaches it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_kit import Cockpit

from cockpit import wiring
from cockpit.core import commands as c
from cockpit.core.ports import Emit
from cockpit.model.errors import CockpitError, HalfDone, Rejected
from cockpit.model.facts import SourceChanged, SourceRead
from cockpit.model.health import Health, Offer, Setting, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, ModelChoice, Status, Thread

NOW = datetime.now(UTC)
OFFERS = (
    Offer("claude", "Claude Code", ("opus",),
          settings=(Setting("team", "Agent team", (("off", "No"), ("tmux", "Panes"))),)),
    Offer("codex", "Codex", ready=False, note="codex is not installed here"),
)  # fmt: skip
ALIVE = frozenset({Capability.STOP, Capability.CLOSE, Capability.HARD_FREEZE, Capability.INTERRUPT})
GONE = frozenset({Capability.RESUME, Capability.CLOSE})


def worker(native: str, title: str, status: Status, can: frozenset[Capability], **more: Any) -> Thread:
    return Thread(
        Ref("tmux", native), title, status, since=NOW, capabilities=can, harness="claude", sources=("tmux",), **more
    )


THREADS = (
    worker("w1", "checkout", Status.WORKING, ALIVE, terminal="tmux:w1", branch="checkout", worktree="/srv/web-checkout",
           detail="claude · profiling", joins=frozenset({"pane:/tmp/s/%3"})),
    worker("w2", "links", Status.ENDED, GONE, lost=True, detail="Its terminal is gone."),
    worker("w3", "fonts", Status.ENDED, GONE, lost=True),
    worker("w4", "typos", Status.ENDED, GONE, raw_status="stopped"),
)  # fmt: skip


class Workers:
    """In place of tmux."""

    name, kind = "tmux", "tmux"

    def __init__(self) -> None:
        self.sent: list[c.Command] = []
        self.answers: Callable[[c.Command], c.Outcome | CockpitError] = lambda _: c.Outcome("Done.")
        self.paused: list[Ref] = []

    async def read(self, emit: Emit) -> None:
        state = SourceState(
            "tmux", "tmux", Health.UP, read_at=NOW, can_dispatch=True, machine="here:", bulk=True, worktrees=True,
            offers=OFFERS,
        )  # fmt: skip
        emit(SourceChanged(state))
        emit(SourceRead("tmux", (), THREADS))

    async def run(self, emit: Emit) -> None: ...
    def nudge(self) -> None: ...
    def quiet(self, away: bool) -> None: ...
    async def close(self) -> None: ...

    async def _take(self, command: c.Command, intent: str) -> c.Outcome:
        self.sent.append(command)
        answer = self.answers(command)
        if isinstance(answer, CockpitError):
            raise answer
        return answer

    dispatch = create_project = manage = _take

    async def pause(self, thread: Ref) -> c.Outcome:
        self.paused.append(thread)
        return c.Outcome("Paused 3 processes.")

    async def unpause(self, thread: Ref) -> c.Outcome:
        return c.Outcome("Continued.")


@pytest.fixture
def tmux(monkeypatch: pytest.MonkeyPatch) -> Workers:
    made = Workers()
    monkeypatch.setattr(wiring, "sources", lambda *_: {"tmux": made})
    return made


def test_a_directory_and_a_prompt_start_a_worker(
    bare: Cockpit, tmux: Workers, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    long = "line\n" * 20_000
    bare.run("dispatch", "-", "-p", "./site", stdin=long)
    bare.run("dispatch", "x", "--harness", "claude", "--model", "opus", "--set", "team=tmux", "-w", "--base", "main",
             "--branch", "b", "--setup", "--count", "12", "--title", "T")  # fmt: skip
    first, second = tmux.sent
    assert first == c.Dispatch("tmux", None, long, path=str(tmp_path / "site"))
    assert second == c.Dispatch(
        "tmux", None, "x", title="T", model=ModelChoice("claude", "opus", ({"id": "team", "value": "tmux"},)),
        worktree=True, base_branch="main", branch="b", setup=True, count=12, path=str(tmp_path),
    )  # fmt: skip


def test_every_worker_that_was_started_is_named(bare: Cockpit, tmux: Workers) -> None:
    made = (Ref("tmux", "a1"), Ref("tmux", "a2"))
    tmux.answers = lambda _: c.Outcome("Started 2 workers.", made[0], ("look at them",), made)
    said = bare.run("dispatch", "x", "--count", "2").stdout
    assert said == "Started 2 workers.\n  tmux:a1\n  tmux:a2\nNote: look at them\n"
    assert bare.json("dispatch", "x", "--count", "2")["threads"] == ["tmux:a1", "tmux:a2"]


def test_when_only_some_start_they_are_named_beside_the_reason(bare: Cockpit, tmux: Workers) -> None:
    tmux.answers = lambda _: HalfDone("1 of 2 started: no space left.", fix="Free some.", threads=(Ref("tmux", "a1"),))
    refused = bare.run("dispatch", "x", "--count", "2", "--json", code=1)
    assert json.loads(refused.stdout)["error"]["threads"] == ["tmux:a1"]
    assert "1 of 2 started: no space left. Free some.\n  tmux:a1" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--harness", "codex"), "Codex is not ready: codex is not installed here"),
        (("--set", "team=x"), "team cannot be x. It can be: off, tmux."),
        (("--plan",), "Name a mode of its own with --runtime."),
    ],
)
def test_what_cannot_be_started_is_not_sent(
    bare: Cockpit, tmux: Workers, arguments: tuple[str, ...], reason: str
) -> None:
    assert reason in bare.run("dispatch", "x", *arguments, code=1).stderr
    assert tmux.sent == []


def test_a_terminal_is_closed_only_when_that_was_confirmed(bare: Cockpit, tmux: Workers) -> None:
    assert "Stopping “checkout” (tmux:w1) must be confirmed. Add --yes." in bare.run("stop", "w1", code=2).stderr
    assert "must be confirmed" in bare.run("close", "w1", code=2).stderr
    assert tmux.sent == []
    bare.run("stop", "w1", "--yes")
    bare.run("close", "w1", "--yes")
    assert tmux.sent == [c.StopSession(THREADS[0].ref), c.Close(THREADS[0].ref, confirmed=True)]
    assert "there is nothing to bring back" in bare.run("resume", "w1", code=1).stderr


def test_resume_takes_up_the_conversation_or_begins_afresh(bare: Cockpit, tmux: Workers) -> None:
    bare.run("resume", "w2")
    bare.run("resume", "links", "--fresh")
    assert tmux.sent == [c.Resume(THREADS[1].ref), c.Resume(THREADS[1].ref, fresh=True)]


def test_restore_lists_and_asks_and_leaves_alone_who_was_stopped_on_purpose(bare: Cockpit, tmux: Workers) -> None:
    refused = bare.run("restore", code=2)
    assert "links" in refused.stderr
    assert "typos" not in refused.stderr
    assert "Bringing back 2 workers must be confirmed" in refused.stderr
    assert tmux.sent == []
    bare.run("restore", "--yes")
    assert [getattr(command, "thread", None) for command in tmux.sent] == [THREADS[1].ref, THREADS[2].ref]
    tmux.sent.clear()
    bare.run("restore", "--all", "--yes")
    assert len(tmux.sent) == 3


def test_restore_tells_who_did_not_come_back(bare: Cockpit, tmux: Workers) -> None:
    def answer(command: c.Command) -> c.Outcome | CockpitError:
        ref = command.thread  # type: ignore[union-attr]
        return Rejected("Its directory is gone.") if ref.native == "w3" else c.Outcome("Back.", ref)

    tmux.answers = answer
    refused = bare.run("restore", "--yes", "--json", code=1)
    error = json.loads(refused.stdout)["error"]
    assert error["message"] == "1 of 2 came back. Not: “fonts”: Its directory is gone."
    assert error["threads"] == ["tmux:w2"]


def test_a_hard_freeze_pauses_and_is_shown_so(bare: Cockpit, tmux: Workers) -> None:
    assert "Paused 3 processes." in bare.run("freeze", "w1", "--hard", "--reason", "odd").stdout
    assert tmux.paused == [THREADS[0].ref]
    assert bare.thread("w1")["frozen"]["hard"]
    assert "frozen hard by" in bare.run("explain", "w1").stdout
