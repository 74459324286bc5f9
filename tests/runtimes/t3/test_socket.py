"""The socket against peers that misbehave: what is asked is answered, or said to be lost, and nothing hangs."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from t3_kit import SOON, Facts, Stage, eventually
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from cockpit.model.errors import AuthError, SourceError
from cockpit.runtimes.t3.failures import Lost
from cockpit.runtimes.t3.http import Address
from cockpit.runtimes.t3.socket import Refusal, Socket

Peer = Callable[[ServerConnection], Awaitable[None]]


@contextlib.asynccontextmanager
async def socket_to(peer: Peer, **more: Any) -> AsyncIterator[Socket]:
    """A connected socket whose other end is `peer`."""

    async def handle(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await peer(connection)

    async def headers() -> dict[str, str]:
        return {"Authorization": "Bearer secret-token"}

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        socket = Socket(Address(f"http://127.0.0.1:{port}"), headers, **({"timeout": SOON} | more))
        await socket.connect()
        try:
            yield socket
        finally:
            await socket.close()


async def heard(connection: ServerConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await connection.recv())
    return frame


def exit_of(request: Any, value: Any) -> str:
    return json.dumps({"_tag": "Exit", "requestId": request, "exit": {"_tag": "Success", "value": value}})


async def test_calls_are_told_apart_by_their_ids() -> None:
    async def peer(connection: ServerConnection) -> None:
        first, second = await heard(connection), await heard(connection)
        await connection.send(f"[{exit_of(second['id'], 'two')}, {exit_of(first['id'], 'one')}]")
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        assert await asyncio.gather(socket.call("a", {}), socket.call("b", {})) == ["one", "two"]


async def test_each_chunk_is_acknowledged_and_the_end_is_told() -> None:
    acks: list[str] = []

    async def peer(connection: ServerConnection) -> None:
        request = (await heard(connection))["id"]
        for number in range(3):
            await connection.send(json.dumps({"_tag": "Chunk", "requestId": request, "values": [{"n": number}]}))
            acks.append((await heard(connection))["_tag"])
        await connection.send(exit_of(request, None))
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        assert [item["n"] async for item in socket.stream("s", {})] == [0, 1, 2]
    assert acks == ["Ack", "Ack", "Ack"]


async def test_a_subscription_that_is_left_is_ended() -> None:
    said: list[str] = []

    async def peer(connection: ServerConnection) -> None:
        request = (await heard(connection))["id"]
        await connection.send(json.dumps({"_tag": "Chunk", "requestId": request, "values": [{}, {}]}))
        said.append((await heard(connection))["_tag"])
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        async with contextlib.aclosing(socket.stream("s", {})) as items:
            async for _ in items:
                break
        await eventually(lambda: said == ["Interrupt"])


async def test_a_ping_is_answered() -> None:
    said: list[str] = []

    async def peer(connection: ServerConnection) -> None:
        await connection.send('{"_tag": "Ping"}')
        said.append((await heard(connection))["_tag"])
        await connection.wait_closed()

    async with socket_to(peer):
        await eventually(lambda: said == ["Pong"])


@pytest.mark.parametrize("frame", ["not json", "[" * 5000, b"\xff\xfe", '"text"', "null", "7", "{}", '[[], 1, "x"]'])
async def test_a_frame_that_is_none_hangs_nobody_up_for_ever(frame: str | bytes) -> None:
    async def peer(connection: ServerConnection) -> None:
        request = (await heard(connection))["id"]
        await connection.send(frame)
        await connection.send(exit_of(request, "fine"))
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        with contextlib.suppress(Lost):
            assert await socket.call("a", {}) == "fine"


async def test_a_connection_that_goes_is_told_to_all_that_wait() -> None:
    async def peer(connection: ServerConnection) -> None:
        await heard(connection)
        await heard(connection)
        connection.transport.abort()

    async with socket_to(peer) as socket:
        results = await asyncio.gather(socket.call("a", {}), socket.call("b", {}), return_exceptions=True)
        assert [type(result) for result in results] == [Lost, Lost]
        assert not socket.up
        with pytest.raises(Lost):
            await socket.call("c", {})


async def test_a_call_without_an_answer_is_given_up() -> None:
    async def peer(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        with pytest.raises(Lost, match=r"did not answer within 0\.05 s"):
            await socket.call("a", {}, seconds=0.05)
        assert socket.up


async def test_a_peer_that_says_nothing_any_more_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.runtimes.t3.socket._PONG_SECONDS", 0.05)

    async def peer(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with socket_to(peer, ping_seconds=0.02) as socket, asyncio.timeout(SOON):
        await socket.lost.wait()


@pytest.mark.parametrize(
    ("cause", "error", "words"),
    [
        (
            [{"_tag": "Fail", "error": {"message": "Orchestration command invariant failed (x): Nope."}}],
            Refusal,
            "Nope",
        ),
        ([{"_tag": "Fail", "error": {"requiredScope": "orchestration:operate"}}], AuthError, "orchestration:operate"),
        ([{"_tag": "Die", "defect": "Unknown request tag: x"}], Refusal, "Unknown request tag"),
        ([{"_tag": "Interrupt"}], Refusal, "interrupted"),
        ({"_tag": "Fail", "error": {"_tag": "SomethingError"}}, Refusal, "SomethingError"),
        (None, Refusal, "interrupted"),
    ],
)
async def test_a_failure_is_told_in_the_servers_words(cause: Any, error: type[Exception], words: str) -> None:
    async def peer(connection: ServerConnection) -> None:
        request = (await heard(connection))["id"]
        failure = {"_tag": "Exit", "requestId": request, "exit": {"_tag": "Failure", "cause": cause}}
        await connection.send(json.dumps(failure))
        await connection.wait_closed()

    async with socket_to(peer) as socket:
        with pytest.raises(error, match=words):
            await socket.call("a", {})


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    seen: list[str] = []

    async def headers() -> dict[str, str]:
        return {"Authorization": "Bearer secret-token"}

    def redirect(connection: ServerConnection, request: Any) -> Any:
        seen.append(request.path)
        response = connection.respond(HTTPStatus.FOUND, "")
        response.headers["Location"] = "/elsewhere"
        return response

    async def never(connection: ServerConnection) -> None:
        raise AssertionError("nobody gets here")

    async with serve(never, "127.0.0.1", 0, process_request=redirect) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        socket = Socket(Address(f"http://127.0.0.1:{port}"), headers, timeout=SOON)
        with pytest.raises(SourceError, match=r"redirects elsewhere \(302\)"):
            await socket.connect()
    assert seen == ["/ws"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=st.lists(
        st.dictionaries(
            st.sampled_from(["kind", "sequence", "thread", "threadId", "project", "projectId", "snapshot"]),
            st.sampled_from(["thread-upserted", "thread-removed", "project-upserted", "project-removed", "snapshot",
                             "synchronized", "later-invention", 3, -1, None, {}, [], {"id": "t9"}, {"id": "\x1b"},
                             {"id": "t9", "archivedAt": "x"}, {"snapshotSequence": 1, "threads": [], "projects": []},
                             "t1", "p1"]),
        ),
        max_size=6,
    )
)  # fmt: skip
async def test_whatever_a_subscription_brings_is_taken_or_polled_for(items: list[dict[str, Any]]) -> None:
    async with Stage() as stage:
        facts = Facts()
        stage.thread()
        source = stage.source()
        await source.read(facts)
        for item in items:
            await source._live._take(item)
        await source.read(facts)
        assert "t1" in facts.threads or source._feed.rows.raw("t1") is None
