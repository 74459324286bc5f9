"""Each recorded turn is lived through again, and must leave the recorded marks: states, messages, activities."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cockpit.demo.t3.state import Edit
from cockpit.demo.t3.steps import Ask, Propose, Question, Say, Think, Todo, Use

HELLO = Say("Hello from the fake model. You said: Say hello", 1)
RUNNING = Say("I will run a command now.", 1)
WRITING = Say("I will write a file.", 1)
SLOW = Say(" ".join(f"word{number}" for number in range(400)), 60)
QUESTIONS = (
    Question("Colour", "Which colour do you prefer?", (("Red", "Warm"), ("Blue", "Cool"))),
    Question("Toppings", "Which toppings?", (("Cheese", "Dairy"), ("Basil", "Herb")), many=True),
)
PLAN = "# Demo plan\n\n1. Do this\n2. Do that"

Act = Callable[[Any, str], None]


def bash(command: str, *, made: str = "") -> Use:
    given = {"command": command, "description": "Run requested command"}
    return Use("Bash", given, 0.1, asks=True, edits=(Edit(made, ""),) if made else ())


def hello(stage: Any, thread: str) -> None:
    stage.turn(thread, "Say hello", HELLO)


def approval(stage: Any, thread: str) -> None:
    hello(stage, thread)
    command = "touch /ws/demo/made.txt && echo made-it"
    done = Say("Tool finished. It returned: made-it", 0.1)
    stage.turn(thread, f"RUNBASH {command}", RUNNING, bash(command, made="made.txt"), done)


def decide(word: str) -> Act:
    def act(stage: Any, thread: str) -> None:
        command = f"touch /ws/demo/{word}.txt"
        text = "User cancelled tool execution." if word == "cancel" else "(Bash completed with no output)"
        done = Say(f"Tool finished. It returned: {text}", 0.1)
        stage.turn(thread, f"RUNBASH {command}", RUNNING, bash(command, made=f"{word}.txt"), done)
        respond(stage, thread, word)

    return act


def respond(stage: Any, thread: str, decision: str, request: str | None = None) -> None:
    stage.do(
        "thread.approval.respond",
        threadId=thread,
        requestId=request or stage.request(thread),
        decision=decision,
    )
    stage.world.advance(10)


def unknown_request(stage: Any, thread: str) -> None:
    approval(stage, thread)
    respond(stage, thread, "accept", "nope")


def approved(stage: Any, thread: str) -> None:
    unknown_request(stage, thread)
    respond(stage, thread, "accept")


def interrupted_approval(stage: Any, thread: str) -> None:
    given = {"file_path": "/ws/demo/hello.txt", "content": "hello from fake\n"}
    stage.turn(thread, "WRITEFILE", WRITING, Use("Write", given, asks=True))
    interrupt(stage, thread)


def interrupt(stage: Any, thread: str) -> None:
    stage.do("thread.turn.interrupt", threadId=thread)
    stage.world.advance(5)


def slow(stage: Any, thread: str) -> None:
    stage.turn(thread, "SLOW please", SLOW, seconds=6)


def interrupted(stage: Any, thread: str) -> None:
    slow(stage, thread)
    interrupt(stage, thread)


def interrupted_with_another_message(stage: Any, thread: str) -> None:
    slow(stage, thread)
    reply = "Hello from the fake model. You said: [Request interrupted by user]\n\nsecond message while running"
    stage.turn(thread, "second message while running", Say(reply, 0.1), seconds=1)
    interrupt(stage, thread)


def stopped(stage: Any, thread: str) -> None:
    slow(stage, thread)
    stage.do("thread.session.stop", threadId=thread)
    stage.world.advance(5)


def ask(stage: Any, thread: str) -> None:
    returned = 'Tool finished. It returned: Your questions have been answered: "Which colour do you prefer?"="Blue"'
    stage.turn(thread, "ASKME please", Say("I have a question.", 1), Ask(QUESTIONS), Say(returned, 0.1))


def answered(stage: Any, thread: str) -> None:
    ask(stage, thread)
    answers = {"Which colour do you prefer?": "Blue", "Which toppings?": ["Cheese", "Basil"]}
    request = stage.request(thread, "user-input.requested")
    stage.do("thread.user-input.respond", threadId=thread, requestId=request, answers=answers)
    stage.world.advance(10)


def plan(stage: Any, thread: str) -> None:
    use = Use("ExitPlanMode", {"plan": f"{PLAN}\n"}, 0.1, fails=True)
    stage.turn(thread, "MAKEPLAN please", Say("Here is my plan.", 1), Propose(PLAN), use, Say("Tool finished.", 0.1))


def todos(stage: Any, thread: str) -> None:
    todo = {"content": "Step one", "status": "in_progress", "activeForm": "Doing step one"}
    use = Use("TodoWrite", {"todos": [todo]}, 0.1, fails=True)
    stage.turn(thread, "TODOS please", Say("Tracking.", 1), Todo(("Step one", "Step two")), use, Say("Done.", 0.1))


def api_error(stage: Any, thread: str) -> None:
    stage.turn(thread, "FAILME now", Say("API Error: 400 fake failure requested", 0.1))


def hi(stage: Any, thread: str) -> None:
    stage.turn(thread, "hi")


def full_access(stage: Any, thread: str) -> None:
    stage.turn(thread, "RUNBASH echo full", RUNNING, bash("echo full"), Say("Tool finished. It returned: full", 0.1))


def restarted_approval(stage: Any, thread: str) -> None:
    command = "echo restart > /ws/demo/rst.txt"
    stage.turn(thread, f"RUNBASH {command}", RUNNING, bash(command))
    stage.world.restart()


def restarted_slow(stage: Any, thread: str) -> None:
    stage.turn(thread, "SLOW one", Think(60), Say("late"))
    stage.world.restart()


def stale(stage: Any, thread: str) -> None:
    restarted_approval(stage, thread)
    respond(stage, thread, "accept")


TURNS: dict[str, Act] = {
    "thread-detail-simple-turn-done": hello,
    "thread-detail-approval-pending": approval,
    "thread-detail-approval-respond-failed": unknown_request,
    "thread-detail-approval-resolved": approved,
    "thread-detail-approval-cancel": decide("cancel"),
    "thread-detail-approval-acceptForSession": decide("acceptForSession"),
    "thread-detail-full-access": full_access,
    "thread-detail-running-streaming": slow,
    "thread-detail-interrupt-while-approval-pending": interrupted_approval,
    "thread-detail-interrupted-plain": interrupted,
    "thread-detail-interrupted": interrupted_with_another_message,
    "thread-detail-session-stopped": stopped,
    "thread-detail-user-input-pending": ask,
    "thread-detail-user-input-resolved": answered,
    "thread-detail-plan-ready": plan,
    "thread-detail-todos": todos,
    "thread-detail-turn-error": api_error,
    "thread-detail-unknown-provider-instance": hi,
    "thread-detail-provider-not-installed": hi,
    "thread-detail-after-server-restart-appr": restarted_approval,
    "thread-detail-after-server-restart-slow": restarted_slow,
    "thread-detail-stale-approval-after-restart": stale,
}

# Readings of the context window and progress of tool calls come and go with the timing of the real provider, and one
# tape was taken before its checkpoint was there.
_PASSING = {"context-window.updated", "tool.updated", "checkpoint.captured"}


def marks(shape_of: Any, thread: dict[str, Any], kinds: set[str] | None = None) -> list[str]:
    """The activities of a thread, each as its kind, words and payload keys."""
    return sorted(
        json.dumps(
            shape_of({key: row[key] for key in ("kind", "tone", "summary", "payload", "turnId")}), sort_keys=True
        )
        for row in thread["activities"]
        if (row["kind"] not in _PASSING if kinds is None else row["kind"] in kinds)
    )


@pytest.mark.parametrize("name", TURNS)
async def test_a_turn_leaves_the_recorded_marks(stage: Any, tape: Any, shape_of: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    expected = recorded["response"]["body"]["thread"]
    stage.thread(
        expected["id"],
        title=expected["title"],
        runtimeMode=expected["runtimeMode"],
        interactionMode=expected["interactionMode"],
        modelSelection=expected["modelSelection"],
    )
    TURNS[name](stage, expected["id"])
    response = await stage.replay(recorded)
    stage.compare(recorded, response, body=False)
    thread = response.json()["thread"]

    assert list(thread) == list(expected)
    assert shape_of(thread["latestTurn"]) == shape_of(expected["latestTurn"])
    assert shape_of(thread["session"]) == shape_of(expected["session"])
    assert marks(shape_of, thread) == marks(shape_of, expected)
    said = [(row["role"], list(row), row["streaming"]) for row in thread["messages"]]
    assert said == [(row["role"], list(row), row["streaming"]) for row in expected["messages"]]
    assert shape_of(thread["proposedPlans"]) == shape_of(expected["proposedPlans"])
    if name != "thread-detail-full-access":
        captured = {"checkpoint.captured"}
        assert marks(shape_of, thread, captured) == marks(shape_of, expected, captured)
        assert [list(row) for row in thread["checkpoints"]] == [list(row) for row in expected["checkpoints"]]
        assert shape_of([row["files"] for row in thread["checkpoints"]]) == shape_of(
            [row["files"] for row in expected["checkpoints"]]
        )


@pytest.mark.parametrize("name", ["thread-detail-unknown-provider-instance", "thread-detail-provider-not-installed"])
async def test_a_provider_that_is_not_there_is_told_in_the_same_words(stage: Any, tape: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    expected = recorded["response"]["body"]["thread"]
    stage.thread(expected["id"], modelSelection=expected["modelSelection"])
    stage.turn(expected["id"], "hi")
    thread = (await stage.replay(recorded)).json()["thread"]
    error, words = thread["session"]["lastError"], expected["session"]["lastError"]
    assert error.splitlines()[0] == words.splitlines()[0]
    assert ("\n" in error) == ("\n" in words)


async def test_what_is_asked_is_worded_as_recorded(stage: Any, tape: Any) -> None:
    for name, act, kinds in (
        ("thread-detail-approval-pending", approval, ("approval.requested", "tool.updated", "tool.started")),
        ("thread-detail-user-input-pending", ask, ("user-input.requested", "tool.updated", "tool.started")),
        ("thread-detail-interrupt-while-approval-pending", interrupted_approval, ("approval.requested",)),
    ):
        expected = tape(f"{name}.json")["response"]["body"]["thread"]
        thread = f"{expected['id']}-{name}"
        stage.thread(thread)
        act(stage, thread)
        rows = (await stage.http.get(f"/api/orchestration/threads/{thread}")).json()["thread"]["activities"]
        for kind in kinds:
            ours = [_without_ids(row["payload"]) for row in rows if row["kind"] == kind]
            assert ours == [_without_ids(row["payload"]) for row in expected["activities"] if row["kind"] == kind]


def _without_ids(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in ("requestId", "toolCallId")}


def three_turns(stage: Any, thread: str) -> None:
    approved(stage, thread)
    respond(stage, thread, "accept", stage.request(thread))
    stage.turn(thread, "live subscription test", Say("Hello again", 1))


@pytest.mark.parametrize("name", ["thread-detail-turnLimit-1", "thread-detail-turnLimit-1-page2"])
async def test_a_page_holds_what_the_recorded_page_holds(stage: Any, tape: Any, shape_of: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    expected = recorded["response"]["body"]
    stage.thread(expected["thread"]["id"])
    three_turns(stage, expected["thread"]["id"])
    first = await stage.http.get(f"/api/orchestration/threads/{expected['thread']['id']}?turnLimit=1")
    cursor = first.json()["page"]["beforeCursor"]
    response = await stage.replay(recorded, change=lambda text: text.replace("<REDACTED>", cursor))
    stage.compare(recorded, response, body=False)
    page = response.json()
    assert shape_of(page["page"]) == shape_of(expected["page"])
    assert page["page"]["hasMore"] is True
    assert [row["role"] for row in page["thread"]["messages"]] == [
        row["role"] for row in expected["thread"]["messages"]
    ]
    assert marks(shape_of, page["thread"]) == marks(shape_of, expected["thread"])
    assert len(page["thread"]["checkpoints"]) == len(expected["thread"]["checkpoints"])


async def test_pages_together_are_the_whole_thread(stage: Any) -> None:
    stage.thread("t")
    three_turns(stage, "t")
    whole = (await stage.http.get("/api/orchestration/threads/t")).json()["thread"]
    seen: list[str] = []
    query = "turnLimit=1"
    while True:
        page = (await stage.http.get(f"/api/orchestration/threads/t?{query}")).json()
        seen = [row["id"] for row in page["thread"]["messages"] + page["thread"]["activities"]] + seen
        if not page["page"]["hasMore"]:
            break
        query = f"turnLimit=1&beforeCursor={page['page']['beforeCursor']}"
    assert page["page"]["beforeCursor"] is None
    assert sorted(seen) == sorted(row["id"] for row in whole["messages"] + whole["activities"])


async def test_a_revert_leaves_what_the_recorded_one_left(stage: Any, tape: Any, shape_of: Any) -> None:
    recorded = tape("thread-detail-after-revert.json")
    expected = recorded["response"]["body"]["thread"]
    stage.thread(expected["id"])
    three_turns(stage, expected["id"])
    stage.do("thread.checkpoint.revert", threadId=expected["id"], turnCount=1)
    thread = (await stage.replay(recorded)).json()["thread"]
    assert marks(shape_of, thread) == marks(shape_of, expected)
    assert [row["text"] for row in thread["messages"]] == [row["text"] for row in expected["messages"]]
    assert thread["latestTurn"]["turnId"] == thread["checkpoints"][-1]["turnId"]
    assert len(thread["checkpoints"]) == 1


SHELLS: dict[str, Act] = {
    "shell-simple-turn-done": hello,
    "shell-approval-pending": approval,
    "shell-approval-resolved": approved,
    "shell-user-input-pending": ask,
}


@pytest.mark.parametrize("name", SHELLS)
async def test_the_shell_shows_the_recorded_row(stage: Any, tape: Any, shape_of: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    expected = recorded["response"]["body"]
    thread = expected["threads"][-1]["id"]
    stage.thread(thread)
    SHELLS[name](stage, thread)
    response = await stage.replay(recorded)
    stage.compare(recorded, response, body=False)
    assert shape_of(response.json()["threads"][-1]) == shape_of(expected["threads"][-1])
    assert list(response.json()) == list(expected)
    flags = [key for key, value in expected["threads"][-1].items() if value is True]
    assert [key for key, value in response.json()["threads"][-1].items() if value is True] == flags


async def test_a_plan_that_waits_is_flagged_in_the_shell(stage: Any, tape: Any, shape_of: Any) -> None:
    expected = tape("shell-plan-ready.json")["response"]["body"]["threads"]
    row = next(thread for thread in expected if thread["hasActionableProposedPlan"])
    stage.thread(row["id"], interactionMode="plan")
    plan(stage, row["id"])
    shell = (await stage.http.get("/api/orchestration/shell")).json()
    assert shape_of(shell["threads"][0]) == shape_of(row)
    assert shell["threads"][0]["hasActionableProposedPlan"] is True


@pytest.mark.parametrize("name", ["snapshot-simple-turn-done", "snapshot-approval-pending"])
async def test_the_new_snapshot_has_no_bodies(stage: Any, tape: Any, shape_of: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    stage.thread("thread-demo-0001")
    (hello if "simple" in name else approval)(stage, "thread-demo-0001")
    stage.compare(recorded, await stage.replay(recorded))


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("v0.0.28-snapshot-simple-turn-done", hello),
        ("v0.0.28-snapshot-approval-pending", approval),
        ("v0.0.28-snapshot-approval-resolved", lambda stage, thread: old_approved(stage, thread)),
    ],
)
async def test_the_old_snapshot_has_the_recorded_bodies(
    old: Any, tape: Any, shape_of: Any, name: str, act: Act
) -> None:
    recorded = tape(f"{name}.json")
    expected = recorded["response"]["body"]
    old.project("p1", "/ws/demo28")
    old.thread("t1", projectId="p1")
    act(old, "t1")
    response = await old.replay(recorded)
    old.compare(recorded, response, body=False)
    body, row = response.json(), expected["threads"][0]
    thread = body["threads"][0]
    assert shape_of(body["projects"]) == shape_of(expected["projects"])
    assert list(thread) == list(row)
    assert marks(shape_of, thread) == marks(shape_of, row)
    assert marks(shape_of, thread, {"tool.updated"}) == marks(shape_of, row, {"tool.updated"})
    assert shape_of(thread["messages"]) == shape_of(row["messages"])
    assert shape_of(thread["checkpoints"]) == shape_of(row["checkpoints"])
    assert shape_of(thread["session"]) == shape_of(row["session"])


def old_approved(stage: Any, thread: str) -> None:
    approval(stage, thread)
    respond(stage, thread, "accept")
