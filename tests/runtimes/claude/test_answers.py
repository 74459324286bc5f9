"""The source with hooks: one ask for one call, answered on the ledger, and believed only when Claude went on."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from claude_kit import SOLO, TEAM, Facts, Fake, House
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.paths import HOOK_PROGRAM
from cockpit.core import commands as c
from cockpit.model.asks import AskKind, Decision, HeldAsk
from cockpit.model.errors import Refused, Stale, Unconfirmed
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status
from cockpit.runtimes.claude import giving
from cockpit.runtimes.claude.held import ask, decode, updates
from cockpit.runtimes.claude.hooked import Hooked
from cockpit.runtimes.claude.source import ClaudeSource
from cockpit.storage.ledger import SqliteLedger

THREAD = Ref("claude", SOLO)
RULE = {
    "type": "addRules", "behavior": "allow", "destination": "localSettings",
    "rules": [{"toolName": "Bash", "ruleContent": "make *"}],
}  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


class Hook:
    """A Claude that waits at its dialog, the hook beside it, and what each does when an answer comes."""

    def __init__(self, root: Path) -> None:
        self.house = House(root / "home")
        self.ledger = SqliteLedger(root / "ledger.db", now)
        self.processes = Fake()
        self.source = ClaudeSource(
            "claude", self.house.root, clock=now, processes=self.processes, held=self.ledger.asks, who="ada",
            lines=root / "lines",
        )  # fmt: skip

    def busy(self, command: str = "make") -> None:
        self.house.line("user", "Build it")
        self.house.line(
            "assistant", [{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": command}}]
        )
        self.house.session("waiting", "permission prompt")

    def holds(self, id: str = "toolu_1", **more: object) -> None:
        told = {
            "hook_event_name": "PermissionRequest", "session_id": SOLO, "tool_name": "Bash", "cwd": "/home/dev/demo",
            "tool_input": {"command": "make"}, "tool_use_id": id, "held": False, "hook": [4242, "1"],
            "cli": str(self.house.pid), "transcript": str(self.house.transcript), "permission_suggestions": [RULE],
        }  # fmt: skip
        self.ledger.asks.add(HeldAsk(id, "claude", SOLO, told | more, now(), now() + timedelta(minutes=5)))
        self.source.ledger_moved()

    def result(self, source: str) -> None:
        block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "done"}
        self.house.line("user", [block], permissionDecision={"source": source})

    async def answered(self, then: Callable[[], object]) -> dict[str, Any]:
        """Wait for the answer as the hook does, pass it on, and let Claude do `then`."""
        async with asyncio.timeout(10):
            while (held := self.ledger.asks.get("toolu_1")) is None or held.answer is None:
                await asyncio.sleep(0.01)
        self.ledger.asks.taken("toolu_1", now())
        then()
        return dict(held.answer)

    async def decide(
        self, decision: Decision, then: Callable[[], object], **more: str
    ) -> tuple[dict[str, Any], c.Outcome]:
        task = asyncio.create_task(self.answered(then))
        outcome = await self.source.decide(c.Decide(THREAD, "toolu_1", decision, **more), "intent")
        return await task, outcome


@pytest.fixture
async def hook(tmp_path: Path) -> AsyncIterator[Hook]:
    hook = Hook(tmp_path)
    yield hook
    await hook.source.close()
    hook.ledger.close()


async def test_the_hooks_request_and_the_transcripts_call_are_one_ask(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    row = facts.threads[SOLO]
    (only,) = row.asks
    assert (only.id, only.kind, only.summary, row.status) == ("toolu_1", AskKind.APPROVAL, "make", Status.APPROVAL)
    assert only.decisions == (Decision.ACCEPT, Decision.ACCEPT_FOR_SESSION, Decision.DECLINE, Decision.CANCEL)
    assert [(rule.label, rule.description) for rule in only.rules] == [("1", "Bash(make *) in this project, for you")]
    assert only.takes_message
    assert only.expires_at is not None
    assert row.can(Capability.APPROVE)
    assert row.evidence[0].fact == "hook: PermissionRequest Bash"


async def test_without_a_hook_it_says_why_and_what_to_do(hook: Hook, facts: Facts) -> None:
    hook.busy()
    await hook.source.read(facts)
    row = facts.threads[SOLO]
    assert row.asks
    assert row.dialog
    assert not row.can(Capability.APPROVE)
    why = "it has no hooks that bring requests here (`cockpit hooks install`), so answer in its terminal"
    assert row.reason(Capability.APPROVE) == why


OURS = json.dumps(
    {"hooks": {"PermissionRequest": [{"hooks": [{"type": "command", "command": f"python3 /x/{HOOK_PROGRAM} ask"}]}]}}
)


@pytest.mark.parametrize("file", ["home/settings.json", f"lines/{SOLO}.json"])
async def test_who_has_hooks_is_not_told_to_install_them(file: str, hook: Hook, facts: Facts, tmp_path: Path) -> None:
    hook.busy()
    (tmp_path / "lines").mkdir()
    (tmp_path / file).write_text(OURS)
    await hook.source.read(facts)
    assert facts.threads[SOLO].reason(Capability.APPROVE) == "no hook holds it, so answer in its terminal"


@pytest.mark.parametrize("name", ["settings.json", "settings.local.json"])
def test_hooks_of_a_project_are_its_sessions(name: str, tmp_path: Path) -> None:
    here = tmp_path / "web" / ".claude" / name
    here.parent.mkdir(parents=True)
    hooked = Hooked(tmp_path / "home")
    assert not hooked.in_settings(str(tmp_path / "web"))
    here.write_text("{")
    assert not hooked.in_settings(str(tmp_path / "web"))
    here.write_text(OURS)
    assert hooked.in_settings(str(tmp_path / "web"))
    assert not hooked.in_settings(str(tmp_path))


def test_a_pipe_in_the_place_of_settings_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    os.mkfifo(tmp_path / ".claude" / "settings.json")
    assert not Hooked(tmp_path / "home").in_settings(str(tmp_path))


async def test_without_a_hook_a_mates_request_is_in_its_leads_terminal(
    hook: Hook, facts: Facts, tmp_path: Path
) -> None:
    hook.house.line("user", "Form a team")
    hook.house.session("waiting", "permission prompt")
    hook.house.team("alice", "bob")
    house = House(hook.house.root)
    house.transcript = house.transcript.with_name(f"{'2' * 8}-mate.jsonl")
    call = {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {"command": "make"}}
    house.line("assistant", [call], teamName=TEAM, agentName="alice", sessionId="2" * 8 + "-mate")
    await hook.source.read(facts)
    row = facts.threads[f"alice@{TEAM}"]
    assert row.asks
    assert "in its lead's terminal" in row.reason(Capability.APPROVE)
    assert "it has no hooks" in row.reason(Capability.APPROVE)
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / f"{SOLO}.json").write_text(OURS)
    await hook.source.read(facts)
    reason = facts.threads[f"alice@{TEAM}"].reason(Capability.APPROVE)
    assert reason == "no hook holds it, so answer in its lead's terminal", "a lead hands its hooks on"


async def test_a_request_shows_at_once_and_goes_with_its_hook(hook: Hook, facts: Facts) -> None:
    hook.house.line("user", "Build it")
    hook.house.session("busy")
    running = asyncio.create_task(hook.source.run(facts))
    await facts.until(lambda: SOLO in facts.threads, "the row")
    hook.holds()
    await facts.until(lambda: facts.threads[SOLO].status is Status.APPROVAL, "the request")
    assert facts.threads[SOLO].dialog
    hook.ledger.asks.withdraw("toolu_1", now())
    hook.source.ledger_moved()
    await facts.until(lambda: facts.threads[SOLO].status is Status.WORKING, "its end")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_approval_counts_when_the_dialog_is_gone(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    answer, outcome = await hook.decide(Decision.ACCEPT, lambda: hook.house.session("busy"))
    assert answer == {"decision": "allow"}
    assert outcome.text == "Approved: Bash: make"
    held = hook.ledger.asks.get("toolu_1")
    assert held is not None
    assert held.answered_by == "ada"


async def test_a_decline_carries_its_message_and_a_cancel_interrupts(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    answer, outcome = await hook.decide(Decision.DECLINE, lambda: hook.result("hook"), message="use the other one")
    assert answer == {"decision": "deny", "message": "use the other one", "interrupt": False}
    assert outcome.text.startswith("Declined")


async def test_rules_go_as_they_came_and_for_a_session_they_end_with_it(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    with pytest.raises(Refused, match="no such rule"):
        await hook.source.decide(c.Decide(THREAD, "toolu_1", Decision.ACCEPT, rule="2"), "intent")
    answer, _ = await hook.decide(Decision.ACCEPT_FOR_SESSION, lambda: hook.result("hook"))
    assert answer["updated_permissions"] == [RULE | {"destination": "session"}]
    held = decode(hook.ledger.asks.get("toolu_1"))  # type: ignore[arg-type]
    assert held is not None
    assert updates(held, rule="1") == [RULE]


async def test_who_was_first_at_the_terminal_wins(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    with pytest.raises(Stale, match="in its terminal first"):
        await hook.decide(Decision.ACCEPT, lambda: hook.result("user_temporary"))


async def test_what_is_taken_back_or_answered_is_stale(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    hook.ledger.asks.answer("toolu_1", {"decision": "deny"}, "bob", now())
    with pytest.raises(Stale, match="by bob"):
        await hook.source.decide(c.Decide(THREAD, "toolu_1", Decision.ACCEPT), "intent")
    with pytest.raises(Stale):
        await hook.source.decide(c.Decide(THREAD, "toolu_2", Decision.ACCEPT), "intent")


async def test_an_answer_that_nobody_takes_is_not_called_given(
    hook: Hook, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "_TAKEN_SECONDS", 0.2)
    monkeypatch.setattr(giving, "_CONFIRM_SECONDS", 0.2)
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    with pytest.raises(Unconfirmed, match="not taken"):
        await hook.source.decide(c.Decide(THREAD, "toolu_1", Decision.ACCEPT), "intent")
    hook.processes.dead.add(4242)
    hook.holds("toolu_2", hook=[4243, "1"])
    await hook.source.read(facts)
    hook.processes.dead.add(4243)
    with pytest.raises(Stale, match="hook has ended"):
        await hook.source.decide(c.Decide(THREAD, "toolu_2", Decision.ACCEPT), "intent")


async def test_a_hook_that_ends_as_it_takes_the_answer_has_taken_it(
    hook: Hook, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may do both between two looks of ours: at the ledger, and at the process."""
    hook.busy()
    hook.holds(held=True)
    await hook.source.read(facts)
    get = hook.ledger.asks.get

    def get_before_it_is_taken(ask_id: str) -> HeldAsk | None:
        found = get(ask_id)
        if found is not None and found.answer is not None and found.taken_at is None:
            hook.ledger.asks.taken(ask_id, now())
            hook.processes.dead.add(4242)
        return found

    monkeypatch.setattr(hook.ledger.asks, "get", get_before_it_is_taken)
    outcome = await hook.source.decide(c.Decide(THREAD, "toolu_1", Decision.ACCEPT), "intent")
    assert outcome.text.startswith("Approved")


async def test_a_taken_answer_that_claude_does_not_go_on_by_is_unconfirmed(
    hook: Hook, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "_CONFIRM_SECONDS", 0.2)
    hook.busy()
    hook.holds()
    await hook.source.read(facts)
    with pytest.raises(Unconfirmed, match="not gone on"):
        await hook.decide(Decision.ACCEPT, lambda: None)


async def test_a_request_whose_hook_was_killed_is_not_shown(hook: Hook, facts: Facts) -> None:
    hook.busy()
    hook.holds()
    hook.processes.dead.add(4242)
    await hook.source.read(facts)
    assert not facts.threads[SOLO].can(Capability.APPROVE)


async def test_a_mates_request_is_the_mates(hook: Hook, facts: Facts) -> None:
    hook.house.line("user", "Form a team")
    hook.house.session("busy")
    hook.house.team("alice", "bob")
    hook.holds(agent_id="aalice-1", agent_type="alice", held=True)
    await hook.source.read(facts)
    assert facts.threads[f"alice@{TEAM}"].status is Status.APPROVAL
    assert facts.threads[f"alice@{TEAM}"].asks[0].title == "alice wants Bash"
    assert not facts.threads[SOLO].asks
    assert not any(row.dialog for row in facts.threads.values())
    (member,) = [each for each in facts.teams[TEAM].members if each.name == "alice"]
    assert member.status == "approval"


async def test_a_subagents_request_is_its_sessions(hook: Hook, facts: Facts) -> None:
    hook.house.line("user", "Look around")
    hook.house.session("busy")
    hook.holds(agent_id="a1", agent_type="Explore", held=True)
    await hook.source.read(facts)
    assert facts.threads[SOLO].asks[0].title == "Explore wants Bash"
    answer, _ = await hook.decide(Decision.ACCEPT, lambda: None)
    assert answer == {"decision": "allow"}


async def test_questions_are_answered_by_their_words(hook: Hook, facts: Facts) -> None:
    questions = [
        {"question": "Which?", "header": "Which", "options": [{"label": "A"}, {"label": "B"}], "multiSelect": False},
        {"question": "What?", "header": "What", "options": [{"label": "C"}, {"label": "D"}], "multiSelect": True},
    ]
    hook.house.line("user", "Ask me")
    hook.house.session("waiting", "input needed")
    hook.holds(tool_name="AskUserQuestion", tool_input={"questions": questions})
    await hook.source.read(facts)
    row = facts.threads[SOLO]
    assert (row.status, row.can(Capability.ANSWER)) == (Status.QUESTION, True)
    task = asyncio.create_task(hook.answered(lambda: hook.house.session("busy")))
    await hook.source.answer(c.Answer(THREAD, "toolu_1", {"0": "A", "1": ("C", "D")}), "intent")
    answer = await task
    assert answer["updated_input"] == {"questions": questions, "answers": {"Which?": "A", "What?": "C, D"}}


async def test_a_plan_is_implemented_with_edits_asked_for_and_sent_back_with_words(hook: Hook, facts: Facts) -> None:
    plan = {"plan": "# Plan\n1. Do it", "planFilePath": "/p.md"}
    hook.house.line("user", "Plan it")
    hook.house.session("waiting", "permission prompt")
    hook.holds(tool_name="ExitPlanMode", tool_input=plan, permission_suggestions=[])
    await hook.source.read(facts)
    (only,) = facts.threads[SOLO].asks
    assert (only.kind, only.decisions) == (AskKind.PLAN, (Decision.ACCEPT, Decision.DECLINE))
    task = asyncio.create_task(hook.answered(lambda: hook.house.session("busy")))
    await hook.source.implement(c.ImplementPlan(THREAD, "toolu_1"), "intent")
    answer = await task
    assert answer["updated_input"] == plan
    assert answer["updated_permissions"] == [{"type": "setMode", "mode": "default", "destination": "session"}]


def test_a_rule_that_we_cannot_put_into_words_is_not_offered() -> None:
    odd = [
        RULE | {"behavior": "deny"}, RULE | {"destination": "elsewhere"}, RULE | {"rules": [{}]}, {"type": "setMode"},
        {"type": "setMode", "mode": "bypassPermissions", "destination": "session"}, "x", None,
    ]  # fmt: skip
    held = decode(_held({"permission_suggestions": odd}))
    assert held is not None
    assert held.rules == ()
    assert ask(held, THREAD, "Claude").decisions == (Decision.ACCEPT, Decision.DECLINE, Decision.CANCEL)


def _held(more: dict[str, Any]) -> HeldAsk:
    told = {
        "hook_event_name": "PermissionRequest",
        "session_id": SOLO,
        "tool_name": "Bash",
        "tool_input": {"command": "x"},
    }
    return HeldAsk("h", "claude", SOLO, told | more, now(), now())


_KEYS = st.sampled_from(
    ["hook_event_name", "session_id", "tool_name", "tool_input", "tool_use_id", "permission_suggestions", "agent_id",
     "agent_type", "mate", "team", "hook", "cli", "transcript", "held", "edited", "cwd", "rules", "questions", "plan",
     "type", "destination", "behavior", "directories", "toolName"]
)  # fmt: skip
_WORDS = ["PermissionRequest", "PreToolUse", "Bash", "AskUserQuestion", "ExitPlanMode", "addRules", "session"]
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(_WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@given(st.dictionaries(_KEYS, _VALUES, max_size=12))
def test_any_payload_becomes_a_clean_ask_or_none(payload: dict[str, Any]) -> None:
    held = decode(_held(payload))
    if held is not None:
        shown = ask(held, THREAD, "Claude")
        rules = "".join(rule.description for rule in shown.rules)
        assert "\x1b" not in shown.body + shown.summary + shown.title + rules
        assert shown.summary == " ".join(shown.summary.split())


def test_no_path_outside_of_the_home_is_opened(tmp_path: Path) -> None:
    from cockpit.runtimes.claude.verdict import Verdict, verdict

    secret = tmp_path / "secret.jsonl"
    block = {"type": "tool_result", "tool_use_id": "toolu_1"}
    secret.write_text(json.dumps({"message": {"content": [block]}, "permissionDecision": {"source": "hook"}}) + "\n")
    assert verdict(tmp_path, secret, "toolu_1") is Verdict.HOOK
    assert verdict(tmp_path / "home", secret, "toolu_1") is Verdict.OPEN
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "home").mkdir()
    assert verdict(tmp_path / "home", tmp_path / "home" / ".." / "secret.jsonl", "toolu_1") is Verdict.OPEN
