"""Conversations from recorded transcripts: calls paired with results, thinking, mates' words, who approved, diffs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from claude_kit import TAPES

from cockpit.model.ids import Ref
from cockpit.model.talk import CallState, Exchange, Message, Notice, Plan, Role, Steps, StepState, ToolCall
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.pages import Page, Reading, Voice, read_page, records
from cockpit.runtimes.claude.transcript import Conversation
from cockpit.runtimes.claude.usage import Claims

AT = "2026-11-21T03:00:0{}.000Z"
LEAD = "2.1.329-tmux/final/projects/-home-dev-demoA/636d9785-84c0-44a0-9814-779c669ccdb6.jsonl"
ERIN = "2.1.329-tmux/final/projects/-home-dev-demoA/a4134465-7039-466f-9f22-20df82433be3.jsonl"
ALICE = "2.1.329-inprocess/final/projects/-home-dev-demoC/11111111-2222-4333-8444-555555555555/subagents/agent-aalice-7447e48fbc173e21.jsonl"  # noqa: E501
OUTSIDE = "2.1.329-outside-tmux/final/projects/-home-dev-demoD/4d24fe4a-3e48-4c46-9015-39ffc047c4e4.jsonl"


def tape(name: str, reader: str = "team-lead") -> list[Any]:
    path = TAPES / name
    talk = Conversation(reader, sidechain="subagents" in path.parts)
    for record in records(path.read_bytes().splitlines()):
        talk.take(record)
    return list(talk.entries())


def of(entries: list[Any], what: type, /, **fields: object) -> list[Any]:
    return [
        each for each in entries
        if isinstance(each, what) and all(getattr(each, name) == value for name, value in fields.items())
    ]  # fmt: skip


def lines(*records: dict[str, Any]) -> list[Any]:
    talk = Conversation("bob")
    for number, record in enumerate(records):
        talk.take({"timestamp": AT.format(number % 10), "uuid": f"u{number}"} | record)
    return list(talk.entries())


def user(content: object, **more: object) -> dict[str, Any]:
    return {"type": "user", "message": {"role": "user", "content": content}} | more


def assistant(*blocks: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "assistant", "message": {"role": "assistant", "content": list(blocks)}} | more


def use(tool: str, native: str = "toolu_1", **given: object) -> dict[str, Any]:
    return {"type": "tool_use", "id": native, "name": tool, "input": given}


def result(content: object = "ok", native: str = "toolu_1", **more: object) -> list[dict[str, Any]]:
    return [{"type": "tool_result", "tool_use_id": native, "content": content} | more]


def test_a_leads_whole_conversation() -> None:
    entries = tape(LEAD)
    assert isinstance(entries[0], Message)
    assert (entries[0].role, entries[0].text) == (Role.USER, "Build the feature [[script:lead-a]]")
    thinking = of(entries, Notice, tone="thinking")
    assert thinking[0].text == "Thinking\nSplit the work in four tasks."
    created = of(entries, ToolCall, tool="TaskCreate")
    assert [call.state for call in created] == [CallState.COMPLETED] * 4
    assert created[0].output == "Task #1 created successfully: Add the parser"
    assert created[0].ended_at > created[0].at
    assert any(
        each.author == "bob" and each.text == "Should the CLI read stdin as well?" for each in of(entries, Message)
    )
    assert any(note.text.startswith("bob idle") for note in of(entries, Notice))
    assert any("interrupted" in note.text for note in of(entries, Notice, tone="error"))
    (asked,) = of(entries, Exchange, kind="question")
    assert asked.outcome not in ("", "decline")
    refused = of(entries, Exchange, kind="approval", outcome="decline")
    assert any("SendMessage" in each.text for each in refused)
    assert not of(entries, ToolCall, state=CallState.RUNNING)
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_mate_with_a_plan_and_a_created_file() -> None:
    entries = tape(ERIN, "erin")
    assert entries[0].author == "team-lead"
    written = of(entries, ToolCall, tool="Write")
    assert written[0].output.startswith("--- /dev/null\n+++ /tmp/noplan.md\n@@ -0,0 +1,4 @@\n+# Plan")
    (plan,) = of(entries, Plan)
    assert plan.markdown.startswith("# Plan")
    assert plan.implemented_at is None, "it was only handed to the lead"
    failed = of(entries, ToolCall, tool="ExitPlanMode")
    assert failed[0].state is CallState.FAILED


def test_who_approved_is_told() -> None:
    approvals = [each for name in (ALICE, OUTSIDE) for each in of(tape(name, "alice"), Exchange, kind="approval")]
    said = [(each.outcome, each.text.rpartition("(")[2]) for each in approvals]
    assert ("accept", "in its terminal)") in said
    assert ("accept", "by a hook)") in said
    assert ("decline", "by a hook)") in said


@pytest.mark.parametrize("path", sorted(TAPES.rglob("*.jsonl")), ids=lambda path: f"{path.parts[-5]}-{path.stem[:14]}")
def test_every_transcript_as_it_grew(path: Path) -> None:
    """However far a transcript is read, what was told of it before stays, or is completed, in the order of time."""
    if path.name == "writes.jsonl":
        return
    talk, known = Conversation("x", sidechain="subagents" in path.parts), set()
    for record in records(path.read_bytes().splitlines()):
        talk.take(record)
        entries = talk.entries()
        assert {entry.id for entry in entries} >= known
        known = {entry.id for entry in entries}
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert known


def test_an_edit_shows_its_diff() -> None:
    patch = [{"oldStart": 3, "oldLines": 2, "newStart": 3, "newLines": 2, "lines": [" a", "-b", "+c"]}]
    (call,) = lines(
        assistant(use("Edit", file_path="/x.py", old_string="b", new_string="c")),
        user(result("updated"), toolUseResult={"filePath": "/x.py", "structuredPatch": patch}),
    )
    assert call.output == "--- /x.py\n+++ /x.py\n@@ -3,2 +3,2 @@\n a\n-b\n+c"
    assert call.detail == "/x.py"


def test_results_by_other_ways() -> None:
    entries = lines(
        assistant(
            {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "I look."}, use("Read", file_path="/a")
        ),
        user(result([{"type": "text", "text": "one"}, {"type": "image"}])),
        assistant(use("Bash", "toolu_2", command="false")),
        user(result("boom", "toolu_2", is_error=True)),
        assistant(use("TodoWrite", "toolu_3", todos=[{"content": "x", "status": "in_progress"}])),
        assistant(use("Bash", "toolu_4", command="sleep 9")),
    )
    note, said, read, failed, steps, running = entries
    assert (note.tone, said.text, read.output) == ("thinking", "I look.", "one\n[image]")
    assert (failed.state, failed.output) == (CallState.FAILED, "boom")
    assert isinstance(steps, Steps)
    assert steps.steps[0].state is StepState.RUNNING
    assert running.state is CallState.RUNNING


def test_nothing_runs_in_what_has_ended() -> None:
    talk = Conversation()
    talk.take(
        {"timestamp": AT.format(1), "uuid": "u"}
        | assistant(use("Bash", command="sleep 9"), use("AskUserQuestion", "q"))
    )
    call, asked = talk.entries(alive=False)
    assert (call.state, asked.outcome) == (CallState.FAILED, "stale")


def test_what_the_cli_says() -> None:
    meta = {"trigger": "auto", "preTokens": 150000, "postTokens": 9000}
    entries = lines(
        {"type": "system", "subtype": "compact_boundary", "compactMetadata": meta},
        user("Summary.", isCompactSummary=True),
        user("hidden", isMeta=True),
        user("[Request interrupted by user]"),
        user("<command-name>/clear</command-name>"),
        assistant({"type": "text", "text": "API Error: 529"}, isApiErrorMessage=True),
        user("a side chain", isSidechain=True),
        {"type": "unheard-of"},
    )  # fmt: skip
    assert [(type(each).__name__, getattr(each, "tone", "")) for each in entries] == [
        ("Notice", "info"), ("Notice", "info"), ("Notice", "error"), ("Notice", "info"), ("Notice", "error"),
    ]  # fmt: skip
    assert entries[0].text == "Compacted (auto): 150,000 → 9,000 tokens"
    assert entries[4].text == "API Error: 529"


def test_hostile_text_is_cleaned() -> None:
    (said, call) = lines(
        user("\x1b]0;x\x07hello\u202e [bold]"),
        assistant(use("Bash", command="echo \u202ehidden \x1b[2J")),
    )
    assert said.text == "hello [bold]"
    assert call.detail == "echo ‹U+202E›hidden ␛[2J"


def test_pages_are_read_from_the_end_and_meet(tmp_path: Path) -> None:
    path = TAPES / LEAD
    log = Log(path, Claims())
    log.grow()
    ref, now = Ref("claude", path.stem), datetime.now(UTC)
    voice = Voice(log, "team-lead", alive=False)
    whole = read_page(ref, voice, now, older=None)
    assert whole.older is None
    assert whole.context is not None
    end = Page(path, end=path.stat().st_size // 2)
    assert path.read_bytes()[: end.end][-1:] == b"\n" or end.end == path.stat().st_size // 2
    reading = Reading(log, "team-lead")
    assert reading.talk(ref, voice, now).entries == whole.entries
    assert not reading.grow()


def test_a_call_begins_with_what_it_is_about() -> None:
    (spawned, updated) = [
        each
        for each in lines(
            assistant(use("Agent", "a", name="bob", description="CLI work", prompt="You are bob.\nTake task 2.")),
            assistant(use("TaskUpdate", "b", taskId="2", status="in_progress", owner="bob")),
        )
        if isinstance(each, ToolCall)
    ]
    assert spawned.detail == "bob: CLI work\nYou are bob.\nTake task 2."
    assert updated.detail == "#2 in progress, for bob"


def test_a_prompt_that_goes_on_from_an_earlier_point_is_marked() -> None:
    entries = lines(
        user("One way"),
        assistant({"type": "text", "text": "Done."}, parentUuid="u0"),
        user("and on", parentUuid="u1"),
        assistant({"type": "text", "text": "Further."}, parentUuid="u2"),
        user("Another way", parentUuid="u1"),
    )
    assert [type(each).__name__ for each in entries] == [
        "Message",
        "Message",
        "Message",
        "Message",
        "Notice",
        "Message",
    ]
    assert "taken back" in entries[4].text


@pytest.mark.parametrize("name", [LEAD, ERIN, ALICE, OUTSIDE])
def test_a_straight_conversation_has_no_such_mark(name: str) -> None:
    assert not [each for each in of(tape(name), Notice) if "taken back" in each.text]
