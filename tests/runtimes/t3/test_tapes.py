"""Every recorded detail and snapshot decodes to what a person who was there would say of it."""

from dataclasses import dataclass
from typing import Any

import pytest
from t3_kit import START, body_of, tape_names

from cockpit.model.asks import AskKind
from cockpit.model.ids import Ref
from cockpit.model.talk import CallState, Changes, Exchange, Message, Notice, Plan, Role, Steps, ToolCall
from cockpit.model.work import Context, Status, Thread
from cockpit.runtimes.t3.asks import asks_of
from cockpit.runtimes.t3.decode import Known, decode_context, decode_thread, latest_doing, with_flags
from cockpit.runtimes.t3.talk import decode_talk

REF = Ref("home", "x")


@dataclass(frozen=True)
class Expected:
    """`entries` are the kinds of entries in order: u user, a assistant, t tool, x exchange, n notice, s steps, p plan,
    c changes."""

    status: Status
    raw: str
    entries: str
    asks: tuple[AskKind, ...] = ()
    detail: str | None = None


DETAILS = {
    "thread-detail-after-revert": Expected(Status.IDLE, "ready", "uann"),
    "thread-detail-after-server-restart-appr": Expected(
        Status.APPROVAL,
        "error",
        "uatx",
        (AskKind.APPROVAL,),
        "Bash: echo restart > /ws/demo/rst.txt (its session is error: the request may be dead)",
    ),
    "thread-detail-after-server-restart-slow": Expected(
        Status.FAILED,
        "error",
        "u",
        (),
        "Provider session did not survive a server restart. Send a new message to continue.",
    ),
    "thread-detail-approval-acceptForSession": Expected(Status.IDLE, "ready", "uatxac"),
    "thread-detail-approval-cancel": Expected(Status.IDLE, "ready", "uatxa"),
    "thread-detail-approval-pending": Expected(
        Status.APPROVAL,
        "running",
        "uauatx",
        (AskKind.APPROVAL,),
        "Bash: touch /ws/demo/made.txt && echo made-it",
    ),
    "thread-detail-approval-resolved": Expected(Status.IDLE, "ready", "uauatxnac"),
    "thread-detail-approval-respond-failed": Expected(Status.APPROVAL, "running", "uauatxn", (AskKind.APPROVAL,)),
    "thread-detail-full-access": Expected(Status.IDLE, "ready", "uata"),
    "thread-detail-interrupt-while-approval-pending": Expected(Status.IDLE, "ready", "uatx"),
    "thread-detail-interrupted": Expected(Status.IDLE, "ready", "uuaa"),
    "thread-detail-interrupted-plain": Expected(Status.IDLE, "ready", "ua"),
    "thread-detail-new": Expected(Status.IDLE, "", ""),
    "thread-detail-plan-ready": Expected(Status.PLAN, "ready", "uatpa", (AskKind.PLAN,), "Demo plan"),
    "thread-detail-provider-not-installed": Expected(Status.FAILED, "error", "un"),
    "thread-detail-running-streaming": Expected(Status.WORKING, "running", "u", (), ""),
    "thread-detail-session-stopped": Expected(Status.ENDED, "stopped", "ua"),
    "thread-detail-simple-turn-done": Expected(
        Status.IDLE, "ready", "ua", (), "Hello from the fake model. You said: Say hello"
    ),
    "thread-detail-stale-approval-after-restart": Expected(Status.IDLE, "ready", "uatxn"),
    "thread-detail-todos": Expected(Status.IDLE, "ready", "uatsa"),
    "thread-detail-turn-error": Expected(Status.IDLE, "ready", "ua", (), "API Error: 400 fake failure requested"),
    "thread-detail-turnLimit-1": Expected(Status.IDLE, "ready", "ua"),
    "thread-detail-turnLimit-1-page2": Expected(Status.IDLE, "ready", "uatxnacn"),
    "thread-detail-unknown-provider-instance": Expected(Status.FAILED, "error", "un"),
    "thread-detail-user-input-pending": Expected(
        Status.QUESTION, "running", "uatx", (AskKind.QUESTION,), "Which colour do you prefer? (and 1 more)"
    ),
    "thread-detail-user-input-resolved": Expected(Status.IDLE, "ready", "uatxa"),
    "v0.0.28-snapshot-approval-pending": Expected(
        Status.APPROVAL, "running", "uauatx", (AskKind.APPROVAL,), "Bash: touch made28.txt && echo ok"
    ),
    "v0.0.28-snapshot-approval-resolved": Expected(Status.IDLE, "ready", "uauatxac"),
    "v0.0.28-snapshot-simple-turn-done": Expected(Status.IDLE, "ready", "ua"),
}

LETTERS = {ToolCall: "t", Exchange: "x", Notice: "n", Steps: "s", Plan: "p", Changes: "c"}


def detail_of(name: str) -> dict[str, Any]:
    body = body_of(name)
    return body["thread"] if "thread" in body else body["threads"][0]


def decoded(detail: dict[str, Any]) -> Thread:
    known = Known(asks_of(detail, REF, "/ws/demo"), latest=latest_doing(detail))
    thread = decode_thread(with_flags(detail), source="home", now=START, known=known)
    assert thread is not None
    return thread[0]


def letter(entry: object) -> str:
    if isinstance(entry, Message):
        return "u" if entry.role is Role.USER else "a"
    return LETTERS[type(entry)]


def test_every_recorded_thread_has_its_expectation() -> None:
    recorded = {
        name
        for name in tape_names()
        if name.startswith(("thread-detail-", "v0.0.28-snapshot-")) and "thread" in str(body_of(name))[:4000]
    }
    assert {name for name in recorded if name != "thread-detail-archived"} == set(DETAILS)


@pytest.mark.parametrize("name", DETAILS)
def test_a_recorded_thread_stands_where_it_stood(name: str) -> None:
    expected = DETAILS[name]
    thread = decoded(detail_of(name))
    assert (thread.status, thread.raw_status) == (expected.status, expected.raw)
    assert tuple(ask.kind for ask in thread.asks) == expected.asks
    if expected.detail is not None:
        assert thread.detail == expected.detail
    assert thread.since is not None
    assert thread.evidence


@pytest.mark.parametrize("name", DETAILS)
def test_a_recorded_conversation_reads_as_it_happened(name: str) -> None:
    body = body_of(name)
    page = body.get("page") if "thread" in body else None
    talk = decode_talk({"thread": detail_of(name), "page": page}, REF, START)
    assert "".join(letter(entry) for entry in talk.entries) == DETAILS[name].entries
    assert len({entry.id for entry in talk.entries}) == len(talk.entries)
    assert (talk.older is not None) == ("turnLimit" in name)


SHELLS = {
    "shell-empty": {},
    "shell-one-thread": {Status.IDLE: 1},
    "shell-simple-turn-done": {Status.IDLE: 1},
    "shell-approval-pending": {Status.APPROVAL: 1},
    "shell-approval-resolved": {Status.IDLE: 1},
    "shell-user-input-pending": {Status.IDLE: 1, Status.QUESTION: 1},
    "shell-plan-ready": {Status.IDLE: 43, Status.ENDED: 1, Status.FAILED: 2, Status.PLAN: 1},
    "shell-full": {Status.IDLE: 25, Status.ENDED: 1, Status.FAILED: 2},
}


@pytest.mark.parametrize("name", SHELLS)
def test_recorded_shell_rows_have_their_statuses(name: str) -> None:
    counts: dict[Status, int] = {}
    for row in body_of(name)["threads"]:
        thread = decode_thread(row, source="home", now=START)
        assert thread is not None
        counts[thread[0].status] = counts.get(thread[0].status, 0) + 1
    assert counts == SHELLS[name]


def test_a_pending_approval_carries_all_that_a_person_must_see() -> None:
    (ask,) = decoded(detail_of("thread-detail-approval-pending")).asks
    assert ask.id == "a8d612c2-974c-4889-a702-cd9fb84c341a"
    assert ask.title == "Claude wants to run a command"
    assert ask.body == "Bash: touch /ws/demo/made.txt && echo made-it"
    assert ask.place == "/ws/demo"
    assert [str(decision) for decision in ask.decisions] == ["accept", "accept-for-session", "decline", "cancel"]
    assert ask.created_at is not None
    assert ask.created_at.isoformat() == "2026-11-21T02:44:28.589000+00:00"


def test_pending_questions_carry_options_and_the_servers_own_ids() -> None:
    (ask,) = decoded(detail_of("thread-detail-user-input-pending")).asks
    first, second = ask.questions
    assert (first.id, first.header, first.multi) == ("Which colour do you prefer?", "Colour", False)
    assert [(option.label, option.description) for option in second.options] == [("Cheese", "Dairy"), ("Basil", "Herb")]
    assert second.multi


def test_a_proposed_plan_is_an_ask_with_the_plan_as_its_body() -> None:
    (ask,) = decoded(detail_of("thread-detail-plan-ready")).asks
    assert ask.id.startswith("plan:thread-plan-d9b0:turn:")
    assert (ask.title, ask.summary) == ("Claude proposes a plan", "Demo plan")
    assert ask.body.startswith("# Demo plan\n\n1. Do this")


def test_evidence_names_the_deciding_fact_first() -> None:
    thread = decoded(detail_of("thread-detail-approval-pending"))
    assert [fact.fact for fact in thread.evidence] == [
        "approval.requested a8d612c2…",
        "session.status running",
        "latestTurn running",
    ]


def test_only_the_first_line_of_a_stack_trace_is_shown() -> None:
    thread = decoded(detail_of("thread-detail-provider-not-installed"))
    assert thread.detail.startswith("ProviderAdapterProcessError: Provider adapter process error (codex)")
    assert "file://" not in thread.detail


def test_a_call_is_one_entry_from_start_to_end() -> None:
    talk = decode_talk({"thread": detail_of("thread-detail-approval-resolved")}, REF, START)
    (call,) = [entry for entry in talk.entries if isinstance(entry, ToolCall)]
    assert (call.tool, call.detail) == ("Bash", "touch /ws/demo/made.txt && echo made-it")
    assert call.state is CallState.COMPLETED
    assert call.ended_at is not None


def test_an_update_listed_after_the_completion_does_not_reopen_the_call() -> None:
    talk = decode_talk({"thread": detail_of("thread-detail-approval-acceptForSession")}, REF, START)
    (call,) = [entry for entry in talk.entries if isinstance(entry, ToolCall)]
    assert call.state is CallState.COMPLETED


def test_calls_without_ids_are_paired_on_old_servers() -> None:
    talk = decode_talk({"thread": detail_of("v0.0.28-snapshot-approval-resolved")}, REF, START)
    (call,) = [entry for entry in talk.entries if isinstance(entry, ToolCall)]
    assert (call.tool, call.detail, call.state) == ("Bash", "touch made28.txt && echo ok", CallState.COMPLETED)


def test_a_call_cut_off_by_a_restart_does_not_run_for_ever() -> None:
    talk = decode_talk({"thread": detail_of("thread-detail-after-server-restart-appr")}, REF, START)
    (call,) = [entry for entry in talk.entries if isinstance(entry, ToolCall)]
    assert call.state is CallState.FAILED


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("thread-detail-approval-resolved", "accept"),
        ("thread-detail-approval-acceptForSession", "acceptForSession"),
        ("thread-detail-approval-cancel", "cancel"),
        ("thread-detail-interrupt-while-approval-pending", "cancel"),
        ("thread-detail-stale-approval-after-restart", "stale"),
        ("thread-detail-approval-pending", ""),
        ("thread-detail-user-input-resolved", "Blue; Cheese, Basil"),
        ("thread-detail-user-input-pending", ""),
    ],
)
def test_an_exchange_says_how_it_ended(name: str, outcome: str) -> None:
    talk = decode_talk({"thread": detail_of(name)}, REF, START)
    (exchange,) = [entry for entry in talk.entries if isinstance(entry, Exchange)]
    assert exchange.outcome == outcome


def test_context_takes_its_limit_from_an_earlier_report_if_need_be() -> None:
    assert decode_context(detail_of("thread-detail-todos")["activities"]) == Context(1200, 200000)
    assert decode_context(detail_of("thread-detail-user-input-pending")["activities"]) == Context(33, None)


def test_changed_files_come_with_the_number_a_diff_is_asked_by() -> None:
    talk = decode_talk({"thread": detail_of("thread-detail-approval-resolved")}, REF, START)
    (changes,) = [entry for entry in talk.entries if isinstance(entry, Changes)]
    assert (changes.count, [file.path for file in changes.files]) == (2, ["made.txt"])


def test_an_archived_thread_is_no_detail() -> None:
    assert body_of("thread-detail-archived")["reason"] == "thread_not_found"
