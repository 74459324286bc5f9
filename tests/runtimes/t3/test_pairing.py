"""Pairing takes exactly what is needed, burns nothing by greed, and tells every refusal apart."""

from datetime import UTC, datetime, timedelta

import pytest
from t3_kit import START, Facts, Stage, TestClock, make_source

from cockpit.demo.t3 import faults
from cockpit.model.errors import AuthError, SourceError, Unconfirmed
from cockpit.model.health import Health
from cockpit.runtimes.t3.pairing import check_token, pair, split_pair_url

NEEDED = ("orchestration:read", "orchestration:operate")
TOKEN = "/oauth/token"


@pytest.mark.parametrize("version", ["0.0.28", "0.0.33"])
async def test_a_standard_credential_gives_a_token_with_the_two_scopes(version: str, facts: Facts) -> None:
    async with Stage(version=version) as stage:
        paired = await pair(f"{stage.server.url}/pair#token={stage.server.pair()}", clock=TestClock())
        assert paired.url == stage.server.url
        assert paired.scopes == NEEDED
        assert paired.expires_at is not None
        assert timedelta(days=29) < paired.expires_at - START <= timedelta(days=30)
        source = make_source(paired.url, paired.token, clock=stage.world.clock.now)
        await source.read(facts)
        await source.close()
    assert facts.state.health is Health.UP


async def test_an_administrative_credential_gives_no_more(stage: Stage) -> None:
    code = stage.server.pair(*NEEDED, "access:read", "access:write", "terminal:operate")
    assert (await pair(stage.server.url, code, clock=TestClock())).scopes == NEEDED


async def test_a_narrow_credential_is_asked_for_what_it_has_when_told(stage: Stage) -> None:
    code = stage.server.pair("orchestration:read")
    paired = await pair(stage.server.url, code, clock=TestClock(), scopes=("orchestration:read",))
    assert paired.scopes == ("orchestration:read",)


async def test_a_narrow_credential_that_was_asked_for_more_is_told_plainly(stage: Stage) -> None:
    with pytest.raises(AuthError, match="minted for less than reading and operating"):
        await pair(stage.server.url, stage.server.pair("orchestration:read"), clock=TestClock())


async def test_a_used_credential_is_known_as_one(stage: Stage) -> None:
    code = stage.server.pair()
    await pair(stage.server.url, code, clock=TestClock())
    with pytest.raises(AuthError, match="used up, expired or mistyped") as error:
        await pair(stage.server.url, code, clock=TestClock())
    assert "t3 pair" in error.value.fix
    assert code not in str(error.value)


async def test_a_credential_is_not_sent_to_what_is_no_t3_server(stage: Stage) -> None:
    stage.server.faults.add(faults.Html())
    with pytest.raises(SourceError, match="no T3 server; the credential was not sent"):
        await pair(stage.server.url, stage.server.pair(), clock=TestClock())
    assert f"POST {TOKEN}" not in stage.server.faults.requests


async def test_a_lost_answer_is_not_tried_again(stage: Stage) -> None:
    stage.server.faults.add(faults.Drop(path=TOKEN, after=True))
    with pytest.raises(Unconfirmed, match="no answer came"):
        await pair(stage.server.url, stage.server.pair(), clock=TestClock())
    assert stage.server.faults.requests.count(f"POST {TOKEN}") == 1


async def test_servers_before_scopes_are_paired_their_way(stage: Stage) -> None:
    legacy = b'{"authenticated": true, "sessionToken": "abc.def", "expiresAt": "2026-12-21T03:00:00.000Z"}'
    stage.server.faults.add(faults.Status(404, path=TOKEN))
    stage.server.faults.add(faults.Status(200, legacy, "application/json", path="/api/auth/bootstrap/bearer"))
    paired = await pair(stage.server.url, "XXXXXXXXXXXX", clock=TestClock())
    assert (paired.token, paired.scopes) == ("abc.def", ())
    assert paired.expires_at == datetime(2026, 12, 21, 3, tzinfo=UTC)


async def test_a_token_does_not_print(stage: Stage) -> None:
    paired = await pair(stage.server.url, stage.server.pair(), clock=TestClock())
    assert paired.token not in repr(paired)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h:3773/pair#token=ABC", ("http://h:3773", "ABC")),
        ("http://h:3773/pair/#token=ABC", ("http://h:3773", "ABC")),
        ("https://h/t3/pair?token=ABC", ("https://h/t3", "ABC")),
        ("http://h:3773", ("http://h:3773", None)),
        ("http://h:3773/", ("http://h:3773", None)),
        ("http://user:secret@h:3773/", ("http://h:3773", None)),
    ],
)
def test_a_pairing_address_is_taken_apart(url: str, expected: tuple[str, str | None]) -> None:
    assert split_pair_url(url) == expected


async def test_without_a_credential_nothing_is_asked(stage: Stage) -> None:
    with pytest.raises(AuthError, match="no pairing credential"):
        await pair(stage.server.url, clock=TestClock())
    with pytest.raises(SourceError, match="not the address of a server"):
        await pair("nonsense#token=SECRET", clock=TestClock())
    assert not stage.server.faults.requests


async def test_a_token_is_checked_for_what_it_is_good_for(stage: Stage) -> None:
    state = await check_token(stage.server.url, stage.server.issue(*NEEDED))
    assert state.valid
    assert set(state.scopes) == set(NEEDED)
    assert state.expires_at is not None
    assert not (await check_token(stage.server.url, "x" * 30)).valid
