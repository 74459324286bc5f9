"""Credentials, tokens and scopes: what a client may have, and what it burns by asking for too much."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:t3:params:oauth:token-type:environment-bootstrap",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
}


async def exchange(stage: Any, credential: str, **more: str) -> httpx.Response:
    return await stage.http.post("/oauth/token", data=EXCHANGE | {"subject_token": credential} | more)


@pytest.mark.parametrize("name", ["oauth-token-exchange", "oauth-token-exchange-readonly"])
async def test_a_credential_becomes_a_token_as_recorded(stage: Any, tape: Any, name: str) -> None:
    recorded = tape(f"{name}.json")
    scopes = () if name == "oauth-token-exchange" else ("orchestration:read",)
    credential = stage.server.pair(*scopes)
    response = await stage.replay(recorded, change=lambda text: text.replace("<REDACTED-PAIRING>", credential))
    stage.compare(recorded, response)
    assert response.json()["scope"] == recorded["response"]["body"]["scope"]


async def test_the_old_server_exchanges_as_recorded(old: Any, tape: Any) -> None:
    recorded = tape("v0.0.28-oauth-token-exchange.json")
    credential = old.server.pair()
    response = await old.replay(recorded, change=lambda text: text.replace("<REDACTED-PAIRING>", credential))
    old.compare(recorded, response)


async def test_a_token_shows_its_session_scopes_and_expiry(stage: Any) -> None:
    token = (await exchange(stage, stage.server.pair(), scope="orchestration:read")).json()["access_token"]
    payload = token.partition(".")[0]
    body = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert body["scopes"] == ["orchestration:read"]
    assert body["exp"] - body["iat"] == 30 * 24 * 3600 * 1000
    assert {"sid", "sub", "method"} <= body.keys()


async def test_a_scope_nobody_knows_does_not_cost_the_credential(stage: Any, tape: Any) -> None:
    recorded = tape("error-oauth-token-invalid-scope.json")
    credential = stage.server.pair()
    response = await stage.replay(recorded, change=lambda text: text.replace("<REDACTED-PAIRING>", credential))
    stage.compare(recorded, response)
    assert (await exchange(stage, credential)).status_code == 200


async def test_a_scope_that_was_not_granted_burns_the_credential(stage: Any, tape: Any) -> None:
    recorded = tape("error-oauth-token-scope-not-granted.json")
    credential = stage.server.pair()
    response = await stage.replay(recorded, change=lambda text: text.replace("<REDACTED-PAIRING>", credential))
    stage.compare(recorded, response)
    again = await exchange(stage, credential)
    assert (again.status_code, again.json()["reason"]) == (401, "invalid_credential")


async def test_a_missing_field_does_not_cost_the_credential(stage: Any) -> None:
    credential = stage.server.pair()
    empty = await stage.http.post("/oauth/token", data={"subject_token": credential})
    assert (empty.status_code, empty.content) == (400, b"")
    assert (await exchange(stage, credential)).status_code == 200


async def test_a_credential_works_once_and_for_five_minutes(stage: Any) -> None:
    used, late = stage.server.pair(), stage.server.pair()
    assert (await exchange(stage, used)).status_code == 200
    assert (await exchange(stage, used)).status_code == 401
    stage.world.advance(301)
    assert (await exchange(stage, late)).status_code == 401
    assert (await exchange(stage, "NEVERMADE222")).status_code == 401


async def test_json_is_not_taken_for_an_exchange(stage: Any) -> None:
    response = await stage.http.post("/oauth/token", json=EXCHANGE)
    assert (response.status_code, response.text) == (415, "Unsupported content-type: application/json")


async def test_the_label_of_the_pairing_wins_over_the_clients(stage: Any) -> None:
    await exchange(stage, stage.server.pair(label="from the server"), client_label="from the client")
    clients = (await stage.http.get("/api/auth/clients")).json()
    assert clients[-1]["client"]["label"] == "from the server"


async def test_clients_are_listed_as_recorded(stage: Any, tape: Any, shape_of: Any) -> None:
    recorded = tape("auth-clients.json")
    stage.server.auth.issue(client={"label": "cockpit", "deviceType": "bot"})
    response = await stage.replay(recorded)
    stage.compare(recorded, response, body=False)
    known = {json.dumps(sorted(row)) for row in recorded["response"]["body"]}
    assert {json.dumps(sorted(row)) for row in response.json()} == known
    assert [row["current"] for row in response.json()] == [True, False]


@pytest.mark.parametrize(
    ("name", "scopes"),
    [
        ("error-clients-insufficient-scope", ("orchestration:read", "orchestration:operate")),
        ("error-dispatch-insufficient-scope", ("orchestration:read",)),
        ("error-pairing-token-insufficient-scope", ("access:read",)),
    ],
)
async def test_a_missing_scope_is_named_as_recorded(stage: Any, tape: Any, name: str, scopes: Any) -> None:
    recorded = tape(f"{name}.json")
    stage.compare(recorded, await stage.replay(recorded, token=stage.server.issue(*scopes)))


async def test_nonsense_is_nonsense_whatever_the_scope(stage: Any) -> None:
    headers = {"authorization": f"Bearer {stage.server.issue('orchestration:read')}"}
    response = await stage.http.post("/api/orchestration/dispatch", json={"type": "thread.bogus"}, headers=headers)
    assert (response.status_code, response.content) == (400, b"")


async def test_a_revoked_token_is_refused_at_once_as_recorded(stage: Any, tape: Any) -> None:
    token = stage.server.issue()
    session = stage.server.auth.session(token).id
    revoke = tape("auth-clients-revoke.json")
    old_id = revoke["request"]["body"]["sessionId"]
    response = await stage.replay(revoke, change=lambda text: text.replace(old_id, session))
    stage.compare(revoke, response)
    refused = tape("error-revoked-token.json")
    stage.compare(refused, await stage.replay(refused, token=token))
    again = await stage.http.post("/api/auth/clients/revoke", json={"sessionId": session})
    assert again.json() == {"revoked": False}


async def test_nobody_revokes_the_session_they_use(stage: Any, tape: Any) -> None:
    recorded = tape("error-revoke-own-session.json")
    own = stage.server.auth.session(stage.server.token).id
    response = await stage.replay(recorded, change=lambda text: text.replace(recorded_id(recorded), own))
    stage.compare(recorded, response)


def recorded_id(recorded: Any) -> str:
    return str(recorded["request"]["body"]["sessionId"])


async def test_without_a_token_the_reason_is_another(stage: Any) -> None:
    for header in ("", "Basic abc", "Bearer"):
        response = await stage.http.get("/api/orchestration/shell", headers={"authorization": header})
        assert (response.status_code, response.json()["reason"]) == (401, "missing_credential")
    query = await stage.http.get(f"/api/orchestration/shell?token={stage.server.token}", headers={"authorization": ""})
    assert query.status_code == 401


async def test_an_expired_token_is_only_told_by_the_probe(stage: Any) -> None:
    token = stage.server.auth.issue(lifetime=timedelta(minutes=1)).token
    headers = {"authorization": f"Bearer {token}"}
    stage.world.advance(61)
    assert (await stage.http.get("/api/orchestration/shell", headers=headers)).status_code == 401
    probe = await stage.http.get("/api/auth/session", headers=headers)
    assert (probe.status_code, probe.json()["authenticated"]) == (200, False)


async def test_the_old_server_refuses_and_greets_as_recorded(old: Any, tape: Any) -> None:
    bad = tape("v0.0.28-error-bad-token.json")
    old.compare(bad, await old.replay(bad, token="no.such"))
    session = tape("v0.0.28-auth-session.json")
    old.compare(session, await old.replay(session, token=old.server.issue()))


async def test_a_pairing_credential_can_be_made_from_afar(stage: Any) -> None:
    made = await stage.http.post("/api/auth/pairing-token", json={"label": "phone", "scopes": ["orchestration:read"]})
    assert made.json().keys() == {"id", "credential", "label", "expiresAt"}
    granted = await exchange(stage, made.json()["credential"])
    assert granted.json()["scope"] == "orchestration:read"


async def test_the_way_in_of_old_servers_is_gone(stage: Any) -> None:
    response = await stage.http.post("/api/auth/bootstrap/bearer", json={"credential": "X"})
    assert (response.status_code, response.content) == (404, b"")
