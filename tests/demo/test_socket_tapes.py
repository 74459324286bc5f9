"""The WebSocket: the recorded frames are sent again, and what comes back must have the recorded form."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets

from cockpit.demo.t3.steps import Say, Think

DEMO = "thread-demo-0001"
HELLO = Say("Hello from the fake model.", 1)


class Line:
    """One open WebSocket that speaks the protocol badly on purpose: it acknowledges only when told."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, frame: Any) -> None:
        await self.connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def receive(self) -> Any:
        return json.loads(await asyncio.wait_for(self.connection.recv(), 5))

    async def ack(self, request: Any) -> None:
        await self.send({"_tag": "Ack", "requestId": request})

    async def call(self, tag: str, payload: Any, request: Any = "1") -> Any:
        await self.send({"_tag": "Request", "id": request, "tag": tag, "payload": payload, "headers": []})
        return await self.receive()

    async def silent(self) -> bool:
        """Whether nothing comes before the answers to two pings, for which the server has to turn twice."""
        frames = [await self._ping(), await self._ping()]
        return frames == [{"_tag": "Pong"}, {"_tag": "Pong"}]

    async def _ping(self) -> Any:
        await self.send({"_tag": "Ping"})
        return await self.receive()

    async def values(self, request: Any) -> list[Any]:
        """All that a stream has to say by now, acknowledging chunk after chunk."""
        found: list[Any] = []
        while True:
            await self.ack(request)
            chunks = []
            for _ in range(2):
                frame = await self._ping()
                while frame["_tag"] != "Pong":
                    chunks.append(frame)
                    frame = await self.receive()
            if not chunks:
                return found
            found += [value for chunk in chunks for value in chunk["values"]]


@asynccontextmanager
async def line(stage: Any, query: str = "", token: str | None = "") -> AsyncIterator[Line]:
    url = stage.server.url.replace("http://", "ws://") + "/ws" + query
    headers = {} if token is None else {"Authorization": f"Bearer {token or stage.server.token}"}
    async with websockets.connect(url, additional_headers=headers, max_size=None) as connection:
        yield Line(connection)


def form(shape_of: Any, frame: Any) -> Any:
    """A frame without what differs from run to run."""
    frame = json.loads(json.dumps(frame))
    for cause in frame.get("exit", {}).get("cause", []):
        cause.pop("fiberId", None)
    return shape_of(frame)


def project(stage: Any) -> None:
    stage.project()


def two_turns(stage: Any) -> None:
    from cockpit.demo.t3.state import Edit
    from cockpit.demo.t3.steps import Use

    stage.thread(DEMO)
    stage.turn(DEMO, "Say hello", HELLO)
    use = Use("Bash", {"command": "touch made.txt"}, 0.1, edits=(Edit("made.txt", ""),))
    stage.turn(DEMO, "touch", use, Say("done", 0.1))


def searchable(stage: Any) -> None:
    two_turns(stage)
    stage.thread("thread-slow-0001")
    stage.turn("thread-slow-0001", "second message", HELLO)


def nothing(stage: Any) -> None:
    """An empty server."""


CALLS: dict[str, Callable[[Any], None]] = {
    "ws-archived-shell": nothing,
    "ws-dispatch-bootstrap-createThread": project,
    "ws-error-dispatch-invalid-command": nothing,
    "ws-error-dispatch-unknown-thread": nothing,
    "ws-getFullThreadDiff": two_turns,
    "ws-getTurnDiff": two_turns,
    "ws-searchThreads": searchable,
    "ws-server-getSettings": nothing,
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_recorded_call_gets_the_recorded_answer(stage: Any, tape: Any, shape_of: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    CALLS[name](stage)
    async with line(stage) as ours:
        answer = await ours.call(recorded["request"]["tag"], recorded["request"]["payload"])
    assert answer["requestId"] == "1"
    assert shape_of(answer["exit"]) == shape_of(recorded["exit"])
    if "error" in name or "Diff" in name:
        assert answer["exit"] == recorded["exit"]


async def test_the_configuration_has_the_recorded_form(stage: Any, tape: Any) -> None:
    recorded = tape("ws-server-getConfig.json")
    async with line(stage) as ours:
        config = (await ours.call("server.getConfig", {}))["exit"]["value"]
    expected = recorded["exit"]["value"]
    assert list(config) == list(expected)
    assert config["environment"].keys() == expected["environment"].keys()
    theirs = {provider["instanceId"]: provider for provider in expected["providers"]}
    for provider in config["providers"]:
        known = theirs[provider["instanceId"]]
        assert list(provider) == list(known)
        assert {key: provider[key] for key in ("status", "enabled", "installed")} == {
            key: known[key] for key in ("status", "enabled", "installed")
        }
    keys = {key for provider in theirs.values() for model in provider["models"] for key in model}
    assert all(set(model) <= keys for provider in config["providers"] for model in provider["models"])


async def test_the_recorded_shell_session_plays_again(stage: Any, tape: Any, shape_of: Any) -> None:
    """Frame for frame. Our world has other sequences: `afterSequence` is set to leave one row changed."""
    for thread in ("thread-ask-0001", DEMO, "thread-slow-0001"):
        stage.thread(thread)
        stage.turn(thread, "Say hello", HELLO)
    before = stage.world.sequence
    stage.do("thread.turn.interrupt", threadId="thread-slow-0001")
    async with line(stage) as ours:
        for entry in tape("ws-shell-session.json")["frames"]:
            frame = entry["frame"]
            if entry["dir"] == "send":
                if "afterSequence" in frame.get("payload", {}):
                    frame["payload"]["afterSequence"] = before
                await ours.send(frame)
            else:
                assert form(shape_of, await ours.receive()) == form(shape_of, frame)


async def test_the_recorded_thread_session_has_the_same_kinds_of_events(stage: Any, tape: Any, shape_of: Any) -> None:
    stage.thread(DEMO)
    stage.turn(DEMO, "Say hello", HELLO)
    expected = _events(entry["frame"] for entry in tape("ws-thread-session.json")["frames"])
    payload = {"threadId": DEMO, "afterSequence": stage.world.sequence, "requestCompletionMarker": True}
    async with line(stage) as ours:
        first = await ours.call("orchestration.subscribeThread", payload, "9")
        assert first["values"] == [{"kind": "synchronized"}]
        stage.turn(DEMO, "live subscription test", HELLO)
        events = _events([{"values": await ours.values("9")}])
    assert events.keys() == expected.keys()
    for kind, rows in expected.items():
        wanted = {json.dumps(shape_of(row), sort_keys=True) for row in rows if "outputTokens" not in str(row)}
        missing = wanted - {json.dumps(shape_of(row), sort_keys=True) for row in events[kind]}
        assert not missing
    said = events["thread.message-sent"][1:]
    assert [(row["payload"]["text"], row["payload"]["streaming"]) for row in said] == [(HELLO.text, True), ("", False)]


def _events(frames: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for frame in frames:
        for value in frame.get("values", []):
            if value["kind"] == "event":
                found.setdefault(value["event"]["type"], []).append(value["event"])
    return found


async def test_streamed_text_comes_in_pieces_that_add_up(stage: Any, tape: Any, shape_of: Any) -> None:
    recorded = tape("ws-thread-streaming-deltas.json")["frames"][0]["values"][0]
    text = " ".join(f"word{number}" for number in range(40))
    stage.thread(DEMO)
    async with line(stage) as ours:
        answer = await ours.call("server.updateSettings", {"patch": {"enableLegacyTokenStreaming": True}})
        assert answer["exit"]["value"]["enableLegacyTokenStreaming"] is True
        await ours.call("orchestration.subscribeThread", {"threadId": DEMO}, "2")
        stage.turn(DEMO, "slow", Say(text, 6), seconds=0)
        pieces: list[str] = []
        shown: list[str] = []
        for _ in range(30):
            stage.world.advance(0.5)
            values = await ours.values("2")
            sent = [v for v in values if v["event"]["type"] == "thread.message-sent"]
            replies = [value for value in sent if value["event"]["payload"]["role"] == "assistant"]
            pieces += [value["event"]["payload"]["text"] for value in replies]
            if replies and not shown:
                assert shape_of(replies[0]) == shape_of(recorded)
                shown = [row["text"] for row in stage.world.threads[DEMO].messages]
    assert "".join(pieces) == text
    assert len(pieces) > 10
    assert 0 < len(shown[-1]) < len(text)


async def test_without_streaming_there_is_no_message_until_it_is_whole(stage: Any) -> None:
    stage.thread(DEMO)
    stage.turn(DEMO, "slow", Say("one two three", 20), seconds=15)
    assert [row["role"] for row in stage.world.threads[DEMO].messages] == ["user"]
    stage.world.advance(10)
    assert [row["text"] for row in stage.world.threads[DEMO].messages[1:]] == ["one two three"]


async def test_a_stream_stops_until_its_chunk_is_acknowledged(stage: Any) -> None:
    stage.thread(DEMO)
    async with line(stage) as ours:
        first = await ours.call("orchestration.subscribeShell", {}, 1)
        assert first["values"][0]["kind"] == "snapshot"
        stage.do("thread.meta.update", threadId=DEMO, title="Renamed")
        stage.do("project.meta.update", projectId="proj-demo-0001", title="Renamed too")
        assert await ours.silent()
        await ours.ack(1)
        values = (await ours.receive())["values"]
    assert [value["kind"] for value in values] == ["thread-upserted", "project-upserted"]
    assert values[0]["thread"]["title"] == "Renamed"
    assert values[0]["sequence"] < values[1]["sequence"] == stage.world.sequence


async def test_what_goes_away_is_removed_from_the_shell(stage: Any) -> None:
    stage.thread("a")
    stage.thread("b")
    async with line(stage) as ours:
        await ours.call("orchestration.subscribeShell", {})
        await ours.ack("1")
        for act in (
            lambda: stage.do("thread.archive", threadId="a"),
            lambda: stage.do("thread.unarchive", threadId="a"),
            lambda: stage.do("project.delete", projectId="proj-demo-0001", force=True),
        ):
            act()
            kinds = [value["kind"] for value in (await ours.receive())["values"]]
            await ours.ack("1")
            if act is not None and kinds[-1] == "project-removed":
                break
            assert kinds in (["thread-removed"], ["thread-upserted"])
    assert kinds == ["thread-removed", "thread-removed", "project-removed"]


@pytest.mark.parametrize("after", [0, -1, 10**9])
async def test_a_sequence_that_cannot_be_resumed_gets_a_snapshot(stage: Any, after: int) -> None:
    stage.thread(DEMO)
    for number in range(1100 if after == 0 else 1):
        stage.do("thread.meta.update", threadId=DEMO, title=f"Title {number}")
    async with line(stage) as ours:
        answer = await ours.call("orchestration.subscribeShell", {"afterSequence": after})
    if after == -1:
        assert answer["exit"]["cause"][0]["_tag"] == "Die"
    else:
        assert answer["values"][0]["kind"] == "snapshot"


async def test_searching_wants_two_letters(stage: Any) -> None:
    async with line(stage) as ours:
        for payload in ({"query": "x"}, {"query": "xy", "limit": 51}, {}):
            answer = await ours.call("orchestration.searchThreads", payload)
            assert answer["exit"]["cause"][0]["_tag"] == "Die"


async def test_the_archive_lists_what_the_shell_does_not(stage: Any) -> None:
    stage.thread("kept")
    stage.thread("put-away")
    stage.do("thread.archive", threadId="put-away")
    async with line(stage) as ours:
        archive = (await ours.call("orchestration.getArchivedShellSnapshot", {}))["exit"]["value"]
    assert [row["id"] for row in archive["threads"]] == ["put-away"]
    assert [row["id"] for row in archive["projects"]] == ["proj-demo-0001"]


async def test_an_upgrade_without_a_good_token_is_refused_in_json(stage: Any) -> None:
    url = stage.server.url.replace("http://", "ws://") + "/ws"
    for query, headers, reason in (
        ("", {}, "missing_credential"),
        ("", {"Authorization": "Bearer no.such"}, "invalid_credential"),
        ("?wsTicket=nope", {}, "invalid_credential"),
        (f"?token={stage.server.token}", {}, "missing_credential"),
    ):
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with websockets.connect(url + query, additional_headers=headers):
                pass
        assert caught.value.response.status_code == 401
        assert json.loads(caught.value.response.body)["reason"] == reason


async def test_a_ticket_opens_the_socket_more_than_once_and_not_for_ever(stage: Any) -> None:
    ticket = (await stage.http.post("/api/auth/websocket-ticket")).json()["ticket"]
    for _ in range(2):
        async with line(stage, f"?wsTicket={ticket}", token=None) as ours:
            assert await ours.silent()
    stage.world.advance(301)
    with pytest.raises(websockets.InvalidStatus):
        async with line(stage, f"?wsTicket={ticket}", token=None):
            pass


async def test_a_reader_may_watch_and_not_dispatch(stage: Any) -> None:
    stage.thread(DEMO)
    command = {"type": "thread.archive", "commandId": "c", "threadId": DEMO}
    async with line(stage, token=stage.server.issue("orchestration:read")) as ours:
        answer = await ours.call("orchestration.dispatchCommand", command)
        assert answer["exit"]["cause"][0]["_tag"] == "Fail"
        assert (await ours.call("orchestration.subscribeShell", {}, 2))["values"][0]["kind"] == "snapshot"
    assert stage.world.threads[DEMO].archived_at is None


async def test_frames_that_make_no_sense_do_not_end_the_connection(stage: Any) -> None:
    async with line(stage) as ours:
        await ours.send("{not json")
        assert (await ours.receive())["_tag"] == "Defect"
        await ours.send({"_tag": "Request", "id": "1", "tag": "server.probe", "payload": {}})
        assert (await ours.receive())["_tag"] == "Defect"
        await ours.send([{"_tag": "Ping"}, {"_tag": "Whatever"}, 7, {"_tag": "Ping"}])
        assert [await ours.receive(), await ours.receive()] == [{"_tag": "Pong"}, {"_tag": "Pong"}]


def bootstrap(thread: str, **worktree: Any) -> dict[str, Any]:
    create = {
        "projectId": "proj-demo-0001",
        "title": "New",
        "modelSelection": {"instanceId": "claudeAgent", "model": "claude-sonnet-4-5"},
        "runtimeMode": "full-access",
        "interactionMode": "default",
        "branch": None,
        "worktreePath": None,
        "createdAt": "2026-11-21T02:42:30.000Z",
    }
    plan: dict[str, Any] = {"createThread": create, "runSetupScript": True}
    if worktree:
        plan["prepareWorktree"] = {"projectCwd": "/ws/demo", "baseBranch": "main"} | worktree
    return {
        "type": "thread.turn.start",
        "commandId": f"boot-{thread}",
        "threadId": thread,
        "message": {"messageId": f"m-{thread}", "role": "user", "text": "hello", "attachments": []},
        "runtimeMode": "approval-required",
        "interactionMode": "default",
        "createdAt": "2026-11-21T02:42:30.000Z",
        "bootstrap": plan,
    }


async def test_a_bootstrap_makes_thread_worktree_and_setup(stage: Any) -> None:
    stage.project()
    script = {"id": "s", "name": "Set up", "command": "make", "icon": "configure", "runOnWorktreeCreate": True}
    stage.do("project.meta.update", projectId="proj-demo-0001", scripts=[script])
    async with line(stage) as ours:
        answer = await ours.call("orchestration.dispatchCommand", bootstrap("t", branch="t3code/demo-wt"))
    assert answer["exit"] == {"_tag": "Success", "value": {"sequence": stage.world.sequence}}
    row = stage.row("t")
    assert row["branch"] == "t3code/demo-wt"
    assert row["worktreePath"] == "/home/dev/.t3/worktrees/demo/t3code-demo-wt"
    assert row["runtimeMode"] == "full-access"
    kinds = [activity["kind"] for activity in stage.world.threads["t"].activities]
    assert kinds == ["setup-script.requested", "setup-script.started"]


@pytest.mark.parametrize(
    ("worktree", "words"),
    [
        ({"baseBranch": "no-such"}, "invalid reference: no-such"),
        ({"branch": "taken"}, "a branch named 'taken' already exists"),
        ({"projectCwd": "/ws/nowhere"}, "not a git repository"),
    ],
)
async def test_a_bootstrap_that_fails_deletes_its_thread_and_says_so(stage: Any, worktree: Any, words: str) -> None:
    stage.thread("other", branch="taken")
    async with line(stage) as ours:
        answer = await ours.call("orchestration.dispatchCommand", bootstrap("t", **worktree))
        error = answer["exit"]["cause"][0]["error"]
        assert error["_tag"] == "OrchestrationDispatchCommandError"
        assert words in error["message"]
        assert error["bootstrapThreadDisposition"] == "deleted"
        assert stage.world.visible("t") is None
        again = await ours.call("orchestration.dispatchCommand", bootstrap("t"))
        assert "already exists and cannot be created twice" in again["exit"]["cause"][0]["error"]["message"]
        assert "bootstrapThreadDisposition" not in again["exit"]["cause"][0]["error"]


async def test_the_old_server_has_a_socket_without_the_new_methods(old: Any) -> None:
    old.thread(DEMO)
    async with line(old) as ours:
        for method in ("server.probe", "orchestration.searchThreads"):
            answer = await ours.call(method, {"query": "hello"})
            assert answer["exit"]["cause"][0]["defect"] == f"Unknown request tag: {method}"
        first = await ours.call("orchestration.subscribeShell", {"requestCompletionMarker": True}, 2)
        assert first["values"][0]["kind"] == "snapshot"
        await ours.ack(2)
        assert await ours.silent()


async def test_an_agent_at_work_reaches_the_shell_without_being_asked(stage: Any) -> None:
    stage.thread(DEMO)
    async with line(stage) as ours:
        await ours.call("orchestration.subscribeShell", {})
        stage.turn(DEMO, "go", Think(5), Say("done", 1), seconds=0)
        seen: list[str] = []
        for _ in range(20):
            stage.world.advance(0.5)
            for value in await ours.values("1"):
                session = value["thread"]["session"]
                seen += [session["status"]] if session and [session["status"]] != seen[-1:] else []
    assert seen == ["starting", "running", "ready"]
