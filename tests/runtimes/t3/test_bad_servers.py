"""Each way in which a server can be wrong gets its own clear word, and costs nothing that was read before."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from t3_kit import APPROVAL, SOON, Facts, Stage, TestClock, body_of, make_source

from cockpit.demo.t3 import faults
from cockpit.model.errors import AuthError, SourceError
from cockpit.model.facts import SourceRead
from cockpit.model.health import Health
from cockpit.model.work import Status
from cockpit.runtimes.t3.http import Address, Http

SHELL, THREADS = "/api/orchestration/shell", "/api/orchestration/threads"


def scope_body(scope: str) -> bytes:
    return json.dumps({"_tag": "EnvironmentScopeRequiredError", "requiredScope": scope}).encode()


@pytest.mark.parametrize(
    ("fault", "health", "words"),
    [
        (faults.Status(404), Health.DOWN, "does not have that path"),
        (faults.Status(500, b"oops"), Health.DOWN, "failed (500)"),
        (faults.Status(503, b"{}", "application/json"), Health.DOWN, "failed (503)"),
        (faults.Status(302, headers={"location": "http://evil.test/"}), Health.DOWN, "redirects elsewhere (302)"),
        (faults.Status(401), Health.AUTH, "does not accept the token"),
        (faults.Status(403, scope_body("orchestration:read"), "application/json"), Health.AUTH, "orchestration:read"),
        (faults.Html(), Health.DOWN, "a web page instead of data"),
        (faults.Truncated(keep=60), Health.DOWN, "cut short"),
        (faults.Status(200, b"[1, 2]", "application/json"), Health.DOWN, "it is no object"),
        (faults.Status(200, b'{"hello": 1}', "application/json"), Health.DOWN, "no T3 fleet"),
        (faults.Status(200, b"\xff\xfe\x00", "application/json"), Health.DOWN, "cannot be read"),
        (faults.CutOff(keep=60), Health.DOWN, "closed the connection"),
        (faults.Drop(), Health.DOWN, "closed the connection"),
    ],
)
async def test_a_wrong_answer_has_its_own_word(
    stage: Stage, facts: Facts, fault: faults.Fault, health: Health, words: str
) -> None:
    fault.path = "/api/orchestration"
    stage.server.faults.add(fault)
    await stage.source().read(facts)
    assert facts.state.health is health
    assert words in facts.state.reason
    assert facts.state.fix
    assert not facts.count(SourceRead)


async def test_an_unknown_token_and_none_at_all_are_told_apart(stage: Stage, facts: Facts) -> None:
    await stage.source(token="x" * 20).read(facts)
    assert facts.state.health is Health.AUTH
    assert "wrong, expired or revoked" in facts.state.reason
    await stage.source(token=None).read(facts)
    assert "wants a token" in facts.state.reason
    assert "cockpit t3 pair" in facts.state.fix


async def test_a_token_that_cannot_be_had_is_told_as_it_was_said(stage: Stage, facts: Facts) -> None:
    async def provide() -> str | None:
        raise AuthError("The token file is gone.", fix="Pair again.")

    await stage.source(token=None).read(facts)
    await make_source(stage.server.url, None, provider=provide).read(facts)
    assert (facts.state.health, facts.state.reason, facts.state.fix) == (
        Health.AUTH,
        "The token file is gone.",
        "Pair again.",
    )


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "naïve", "\x00"])
async def test_a_token_that_is_none_is_not_sent_and_not_shown(stage: Stage, facts: Facts, token: str) -> None:
    await stage.source(token=token).read(facts)
    assert facts.state.health is Health.AUTH
    assert token not in str(facts.states)


async def test_a_token_that_may_only_read_reads_and_says_so(stage: Stage, facts: Facts) -> None:
    stage.thread()
    await stage.source(token=stage.server.issue("orchestration:read")).read(facts)
    assert facts.state.health is Health.UP
    assert not facts.state.can_dispatch
    assert any("orchestration:operate" in note for note in facts.state.notes)
    assert {str(word) for word in facts.threads["t1"].capabilities} == {"converse", "diff"}


@pytest.mark.parametrize("url", ["", "not a url", "ftp://host", "http://", "http://host:99999", "http://[::1"])
async def test_an_address_that_is_none(facts: Facts, url: str) -> None:
    await make_source(url, "token").read(facts)
    assert facts.state.health is Health.DOWN
    assert "is not the address of a server" in facts.state.reason


async def test_a_closed_port(stage: Stage, facts: Facts) -> None:
    source = stage.source()
    await stage.server.stop()
    await source.read(facts)
    assert facts.state.health is Health.DOWN
    assert facts.state.reason == f"Nothing listens at {stage.server.url}."


async def test_a_host_that_has_no_address(facts: Facts) -> None:
    source = make_source("http://nowhere.invalid:3773", "token")
    await source.read(facts)
    await source.close()
    assert facts.state.health is Health.DOWN
    assert "cannot be resolved" in facts.state.reason or "No connection" in facts.state.reason


async def test_a_server_that_takes_the_request_and_never_answers(stage: Stage, facts: Facts) -> None:
    stage.server.faults.add(faults.Hang(path=SHELL))
    await stage.source(timeout=0.1).read(facts)
    assert facts.state.health is Health.DOWN
    assert "did not answer within 0.1 s" in facts.state.reason


async def test_two_hundred_megabytes_are_not_read(stage: Stage, facts: Facts) -> None:
    stage.server.faults.add(faults.Status(200, b"{}", "application/json", headers={"content-length": str(200 * 2**20)}))
    await stage.source().read(facts)
    assert facts.state.health is Health.DOWN
    assert "more than 64 MB; the rest was not read" in facts.state.reason


async def test_a_body_without_an_end_is_given_up_on(stage: Stage) -> None:
    async def provide() -> str | None:
        return stage.server.token

    stage.server.faults.add(faults.Huge(path=SHELL, size=8 * 2**20))
    http = Http(Address(stage.server.url), provide, limit=2**20)
    with pytest.raises(SourceError, match="more than 1 MB; the rest was not read"):
        await http.get(SHELL)
    await http.close()


# servers that are none


@contextlib.asynccontextmanager
async def listening(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncIterator[int]:
    """A bare TCP server on loopback; yields its port."""

    conversations: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await answer(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations)


async def say_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP ready\r\n\r\n")
    await reader.read()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.transport.abort()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    body = b"\x1f\x8b\x08\x00 this is no gzip"
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body)
    await reader.read()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (say_hello, "does not speak HTTP"),
        (reset, "closed the connection"),
        (drip, "did not answer within 0.2 s"),
        (bomb, "its compression is damaged"),
    ],
)
async def test_what_is_no_web_server(facts: Facts, answer: Any, words: str) -> None:
    async with listening(answer) as port:
        source = make_source(f"http://127.0.0.1:{port}", "token", timeout=0.2 if answer is drip else SOON)
        await source.read(facts)
        await source.close()
    assert facts.state.health is Health.DOWN
    assert words in facts.state.reason


async def test_https_where_there_is_no_tls(stage: Stage, facts: Facts) -> None:
    source = make_source(stage.server.url.replace("http://", "https://"), "token")
    await source.read(facts)
    await source.close()
    assert facts.state.health is Health.DOWN
    assert "does not speak TLS" in facts.state.reason
    assert facts.state.fix == "Write http:// instead of https://."


async def test_a_certificate_that_nobody_vouches_for(facts: Facts, self_signed: ssl.SSLContext) -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0, ssl=self_signed)
    port = server.sockets[0].getsockname()[1]
    source = make_source(f"https://localhost:{port}", "token")
    await source.read(facts)
    await source.close()
    server.close()
    assert facts.state.health is Health.DOWN
    assert "is not trusted" in facts.state.reason


# what was read stays


async def test_the_last_good_state_is_kept_late_and_then_down(stage: Stage, facts: Facts) -> None:
    stage.thread()
    clock = TestClock()
    source = stage.source(clock=clock, poll_seconds=2.0)
    await source.read(facts)
    stage.server.faults.add(faults.Status(500))
    for seconds, health in ((2, Health.UP), (2, Health.LATE), (30, Health.LATE), (30, Health.DOWN)):
        clock.move(seconds)
        await source.read(facts)
        assert facts.state.health is health
    assert "failed (500)" in facts.state.reason
    assert facts.count(SourceRead) == 1
    assert set(facts.threads) == {"t1"}
    stage.server.faults.clear()
    await source.read(facts)
    assert (facts.state.health, facts.state.reason) == (Health.UP, "")


async def test_a_revoked_token_is_auth_at_once_and_the_threads_stay(stage: Stage, facts: Facts) -> None:
    stage.thread()
    token = stage.server.issue()
    source = stage.source(token=token)
    await source.read(facts)
    stage.server.revoke(token)
    await source.read(facts)
    assert facts.state.health is Health.AUTH
    assert set(facts.threads) == {"t1"}


async def test_a_renewed_token_is_asked_for_after_a_401(stage: Stage, facts: Facts) -> None:
    tokens = iter([stage.server.issue(), stage.server.issue()])
    first = next(tokens)
    now = [first]

    async def provide() -> str | None:
        return now[0]

    source = make_source(stage.server.url, None, provider=provide)
    await source.read(facts)
    stage.server.revoke(first)
    now[0] = next(tokens)
    await source.read(facts)
    await source.close()
    assert facts.state.health is Health.UP


async def test_an_answer_that_drops_once_is_asked_for_again(stage: Stage, facts: Facts) -> None:
    stage.server.faults.add(faults.Drop(path=SHELL, times=1))
    await stage.source().read(facts)
    assert facts.state.health is Health.UP
    assert stage.server.faults.requests.count(f"GET {SHELL}") == 2


async def test_an_ask_whose_words_cannot_be_read_is_still_shown(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "go", *APPROVAL)
    fault = stage.server.faults.add(faults.Status(500, path=THREADS))
    source = stage.source()
    await source.read(facts)
    thread = facts.threads["t1"]
    assert (thread.status, thread.asks) == (Status.APPROVAL, ())
    assert thread.detail.startswith("details not read: ")
    assert "failed (500)" in thread.detail
    stage.server.faults.remove(fault)
    stage.do("thread.meta.update", threadId="t1", title="Another title")
    await source.read(facts)
    assert [ask.summary for ask in facts.threads["t1"].asks] == ["Bash: touch made.txt"]


async def test_a_history_that_goes_back_is_read_again_and_said(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "hello", seconds=60)
    source = stage.source()
    await source.read(facts)
    stage.server.faults.add(faults.Backwards(path=SHELL, by=3))
    await source.read(facts)
    assert facts.state.health is Health.UP
    assert any("went back from" in note for note in facts.state.notes)
    assert facts.count(SourceRead) == 2


async def test_a_clock_that_is_off_is_said_and_ages_are_corrected(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.turn("t1", "hello", seconds=60)
    body = json.dumps(await shell(stage)).encode()
    date = "Sat, 21 Nov 2026 03:11:00 GMT"
    stage.server.faults.add(faults.Status(200, body, "application/json", headers={"date": date}, path=SHELL))
    await stage.source(clock=TestClock()).read(facts)
    assert any("11 min ahead" in note for note in facts.state.notes)
    finished = facts.threads["t1"].finished_at
    assert finished is not None
    at = stage.world.threads["t1"].latest_turn["completedAt"]
    assert (finished.minute, finished.hour) != (int(at[14:16]), int(at[11:13]))


async def shell(stage: Stage) -> Any:
    import httpx

    async with httpx.AsyncClient() as client:
        headers = {"authorization": f"Bearer {stage.server.token}"}
        return (await client.get(stage.server.url + SHELL, headers=headers)).json()


async def test_rows_without_a_usable_id_are_counted_not_hidden(stage: Stage, facts: Facts) -> None:
    body = body_of("shell-full")
    body["threads"][0]["id"] = "evil\x1b[2J"
    body["threads"].append(None)
    stage.server.faults.add(faults.Status(200, json.dumps(body).encode(), "application/json", path=SHELL))
    await stage.source().read(facts)
    assert len(facts.threads) == len(body["threads"]) - 2
    assert any(note.startswith("2 of its rows") for note in facts.state.notes)


async def test_a_proxy_between_a_new_server_and_us_is_suspected(stage: Stage, facts: Facts) -> None:
    stage.server.faults.add(faults.Html(path=SHELL))
    await stage.source().read(facts)
    assert facts.state.health is Health.DOWN
    assert "says it is 0.0.33" in facts.state.reason


async def test_one_hanging_server_delays_nobody(stage: Stage) -> None:
    stage.server.faults.add(faults.Hang(path=SHELL))
    async with Stage() as other:
        other.thread()
        stuck, fine = Facts(), Facts()
        hanging = asyncio.create_task(stage.source().read(stuck))
        async with asyncio.timeout(SOON):
            await other.source().read(fine)
        assert fine.state.health is Health.UP
        assert not hanging.done()
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_a_server_that_does_not_tell_its_version_is_read_all_the_same(stage: Stage, facts: Facts) -> None:
    stage.thread()
    stage.server.faults.add(faults.Hang(path="/.well-known"))
    await stage.source().read(facts)
    assert facts.state.health is Health.UP
    assert facts.state.version is None
    assert set(facts.threads) == {"t1"}


async def test_a_token_is_nowhere_to_be_seen(stage: Stage, facts: Facts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    stage.thread()
    source = stage.source()
    async with stage.running(source, facts):
        await facts.until(lambda: facts.states and facts.state.link == "socket")
    token = stage.server.token
    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    assert ours
    assert not any(token in record.getMessage() for record in ours)
    assert token not in repr((source, vars(source), facts.all))
    assert token not in repr(vars((await source._connector.get()).http))
