"""Pairing: a credential becomes a token with no more scopes than needed, and is not spent in vain."""

import json
import stat
from pathlib import Path

from cli_kit import Cockpit, Served, configure


def test_pair_keeps_the_token_and_adds_the_server(bare: Cockpit, served: Served, tmp_path: Path) -> None:
    link = f"{served.server.url}/pair#token={served.do(served.server.pair)}"
    paired = bare.json("t3", "pair", link, "--name", "home")
    assert paired["name"] == "home"
    assert sorted(paired["scopes"]) == ["orchestration:operate", "orchestration:read"]
    assert paired["expires_at"]
    kept = tmp_path / "state" / "cockpit" / "tokens" / "home.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    token = json.loads(kept.read_text())["token"]
    assert ("home", "up") in {(each["name"], each["health"]) for each in bare.json("ls")["sources"]}
    status = bare.json("t3", "status")["servers"][0]
    assert (status["token"], status["valid"]) == ("pairing", True)
    for output in (bare.run("t3", "status").output, bare.run("doctor").output, bare.run("config", "show").output):
        assert token not in output


def test_a_credential_comes_by_option_or_standard_input(bare: Cockpit, served: Served) -> None:
    bare.run("t3", "pair", served.server.url, "--token", served.do(served.server.pair))
    result = bare.run("t3", "pair", served.server.url, stdin=served.do(served.server.pair) + "\n")
    assert "as local" in result.stdout
    assert len(bare.json("config", "show")["config"]["t3"]) == 1, "the same server is not added twice"


def test_logout_forgets_it(bare: Cockpit, served: Served) -> None:
    bare.run("t3", "pair", served.server.url, "--token", served.do(served.server.pair), "--name", "home")
    assert "forgotten" in bare.run("t3", "logout", "home").stdout
    assert "No token is kept for home" in bare.run("t3", "logout", "home", code=1).stderr
    assert bare.json("t3", "status", code=1)["servers"][0]["token"] == "none"
    assert "cannot name a source" in bare.run("t3", "logout", "../../x", code=1).stderr


def test_no_credential_is_spent_when_its_token_could_not_be_kept(bare: Cockpit, served: Served, tmp_path: Path) -> None:
    credential = served.do(served.server.pair)
    blocked = tmp_path / "state" / "cockpit"
    blocked.parent.mkdir()
    blocked.write_text("in the way")
    assert "nothing was sent" in bare.run("t3", "pair", served.server.url, "--token", credential, code=1).stderr
    blocked.unlink()
    bare.run("t3", "pair", served.server.url, "--token", credential)


def test_no_credential_is_spent_on_a_name_that_is_taken(bare: Cockpit, served: Served, config: Path) -> None:
    configure(config, ("home", "http://127.0.0.1:9", "x"))
    credential = served.do(served.server.pair)
    refused = bare.run("t3", "pair", served.server.url, "--token", credential, "--name", "home", code=2)
    assert "belongs to http://127.0.0.1:9" in refused.stderr
    paired = bare.json("t3", "pair", served.server.url, "--token", credential, "--name", "other")
    assert paired["name"] == "other"


def test_a_used_up_credential_says_so(bare: Cockpit, served: Served) -> None:
    credential = served.do(served.server.pair)
    bare.run("t3", "pair", served.server.url, "--token", credential)
    assert "used up" in bare.run("t3", "pair", served.server.url, "--token", credential, code=1).stderr


def test_a_token_that_rests_is_told(bare: Cockpit, served: Served, config: Path) -> None:
    configure(config, ("home", served.server.url, "wrong"))
    paired = bare.json("t3", "pair", served.server.url, "--token", served.do(served.server.pair))
    assert "another token" in paired["notes"][0]
