"""The ways in which the server can be broken while it runs, and how each looks from outside."""

import asyncio
import gzip
import json
import time
from typing import Any

import httpx
import pytest
import websockets

from cockpit.demo.t3.faults import Backwards, CutOff, Delay, Drop, Hang, Html, Huge, Status, Truncated
from cockpit.demo.t3.server import KEEP_ALIVE, simulator
from cockpit.demo.t3.steps import Think
from cockpit.demo.t3.world import World

SHELL = "/api/orchestration/shell"


async def test_a_status_and_a_page_in_place_of_the_answer(stage: Any) -> None:
    broken = stage.server.faults.add(Status(502, b"bad gateway", "text/html", {"retry-after": "7"}))
    reply = await stage.http.get(SHELL)
    assert (reply.status_code, reply.content, reply.headers["retry-after"]) == (502, b"bad gateway", "7")
    stage.server.faults.remove(broken)
    stage.server.faults.add(Html())
    reply = await stage.http.get(SHELL)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_a_fault_meets_only_its_path_and_only_so_often(stage: Any) -> None:
    stage.server.faults.add(Status(500, path="/api/orchestration/shell", times=2))
    codes = [(await stage.http.get(SHELL)).status_code for _ in range(3)]
    other = await stage.http.get("/.well-known/t3/environment")
    assert codes == [500, 500, 200]
    assert other.status_code == 200


async def test_json_that_stops_in_the_middle(stage: Any) -> None:
    stage.thread("t")
    stage.server.faults.add(Truncated(keep=40))
    reply = await stage.http.get(SHELL)
    assert (reply.status_code, len(reply.content)) == (200, 40)
    with pytest.raises(json.JSONDecodeError):
        reply.json()


async def test_an_answer_that_is_cut_off(stage: Any) -> None:
    stage.thread("t")
    stage.server.faults.add(CutOff(keep=40))
    with pytest.raises(httpx.RemoteProtocolError):
        await stage.http.get(SHELL)


async def test_a_server_that_says_nothing_until_it_is_released(stage: Any) -> None:
    hang = stage.server.faults.add(Hang())
    waiting = asyncio.create_task(stage.http.get(SHELL))
    with pytest.raises(httpx.ReadTimeout):
        await stage.http.get(SHELL, timeout=0.05)
    assert not waiting.done()
    hang.release()
    assert (await waiting).status_code == 200


async def test_a_connection_dropped_before_and_after_the_work(stage: Any) -> None:
    stage.thread("t")
    command = {"type": "thread.meta.update", "commandId": "once", "threadId": "t", "title": "New name"}
    stage.server.faults.add(Drop(times=1))
    stage.server.faults.add(Drop(after=True, times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        await stage.http.post("/api/orchestration/dispatch", json=command)
    assert stage.world.threads["t"].title == "First thread"
    with pytest.raises(httpx.RemoteProtocolError):
        await stage.http.post("/api/orchestration/dispatch", json=command)
    assert stage.world.threads["t"].title == "New name"
    reply = await stage.http.post("/api/orchestration/dispatch", json=command)
    assert reply.json() == {"sequence": stage.world.sequence}


async def test_a_late_answer(stage: Any) -> None:
    stage.server.faults.add(Delay(0.05))
    began = time.monotonic()
    assert (await stage.http.get(SHELL)).status_code == 200
    assert time.monotonic() - began >= 0.05


async def test_an_endless_answer_is_valid_and_can_be_left(stage: Any) -> None:
    fault = stage.server.faults.add(Huge(size=300_000))
    body = (await stage.http.get(SHELL)).json()
    assert len(body["projects"]) >= 4
    stage.server.faults.remove(fault)
    stage.server.faults.add(Huge())
    async with stage.http.stream("GET", SHELL) as reply:
        async for piece in reply.aiter_bytes():
            assert piece
            break


async def test_a_sequence_that_runs_backwards(stage: Any) -> None:
    stage.thread("t")
    stage.server.faults.add(Backwards(by=1))
    assert (await stage.http.get(SHELL)).json()["snapshotSequence"] == stage.world.sequence - 1


async def test_faults_are_gone_when_they_are_cleared(stage: Any) -> None:
    stage.server.faults.add(Status(500))
    stage.server.faults.refuse_websockets()
    stage.server.faults.clear()
    assert (await stage.http.get(SHELL)).status_code == 200
    async with connect(stage) as connection:
        await connection.send('{"_tag":"Ping"}')
        assert json.loads(await connection.recv()) == {"_tag": "Pong"}


async def test_requests_are_counted(stage: Any) -> None:
    await stage.http.get(SHELL)
    await stage.dispatch("thread.archive", threadId="nope")
    assert list(stage.server.faults.requests) == [f"GET {SHELL}", "POST /api/orchestration/dispatch"]


def connect(stage: Any) -> Any:
    url = stage.server.url.replace("http://", "ws://") + "/ws"
    return websockets.connect(url, additional_headers={"Authorization": f"Bearer {stage.server.token}"})


async def test_sockets_can_be_dropped_refused_and_muted(stage: Any) -> None:
    async with connect(stage) as connection:
        assert stage.server.sockets.count == 1
        stage.server.faults.drop_websockets()
        with pytest.raises(websockets.ConnectionClosedError):
            await connection.recv()
    stage.server.faults.refuse_websockets(503)
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with connect(stage):
            pass
    assert caught.value.response.status_code == 503
    stage.server.faults.clear()
    stage.server.faults.mute_websockets()
    async with connect(stage) as connection:
        await connection.send('{"_tag":"Ping"}')
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.recv(), 0.05)


async def test_a_revoked_token_is_no_good_any_more(stage: Any) -> None:
    token = stage.server.issue("orchestration:read")
    headers = {"authorization": f"Bearer {token}"}
    assert (await stage.http.get(SHELL, headers=headers)).status_code == 200
    stage.server.revoke(token)
    assert (await stage.http.get(SHELL, headers=headers)).status_code == 401


async def test_a_restart_drops_sockets_and_loses_agents_and_keeps_tokens(stage: Any) -> None:
    stage.thread("t")
    stage.turn("t", "go", Think(60))
    async with connect(stage) as connection:
        await stage.server.restart()
        with pytest.raises(websockets.ConnectionClosedError):
            await connection.recv()
    row = (await stage.http.get(SHELL)).json()["threads"][0]
    assert row["session"]["lastError"].startswith("Provider session did not survive a server restart.")
    assert (row["session"]["status"], row["latestTurn"]["state"]) == ("error", "error")


async def test_bodies_are_compressed_for_who_asks(stage: Any) -> None:
    for number in range(10):
        stage.thread(f"t{number}")
    plain = await stage.http.get(SHELL)
    async with stage.http.stream("GET", SHELL, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join([piece async for piece in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 4


async def test_neither_caching_nor_events_are_offered(stage: Any) -> None:
    reply = await stage.http.get(
        SHELL, headers={"if-none-match": "*", "if-modified-since": "Sat, 21 Nov 2026 00:00:00 GMT"}
    )
    assert reply.status_code == 200
    assert not {"etag", "last-modified"} & set(reply.headers)
    events = await stage.http.get("/api/orchestration/events", headers={"accept": "text/event-stream"})
    assert events.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_date_is_the_worlds(stage: Any) -> None:
    assert (await stage.http.get(SHELL)).headers["date"] == "Sat, 21 Nov 2026 02:42:30 GMT"


async def test_idle_connections_are_closed_by_the_server() -> None:
    async with simulator(World(), keep_alive=0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /.well-known/t3/environment HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        await writer.wait_closed()
    assert KEEP_ALIVE == 5


async def test_half_a_surrogate_pair_is_still_json(stage: Any) -> None:
    stage.thread("t")
    stage.world.threads["t"].title = "half \ud83d pair"
    assert (await stage.http.get(SHELL)).json()["threads"][0]["title"] == "half \ud83d pair"


async def test_numbers_that_json_does_not_know_are_refused(stage: Any) -> None:
    for body in (b'{"type": NaN}', b"\xff\xfe", b"[" * 100_000):
        headers = {"content-type": "application/json"}
        reply = await stage.http.post("/api/orchestration/dispatch", content=body, headers=headers)
        assert (reply.status_code, reply.content) == (400, b"")
