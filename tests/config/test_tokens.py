"""Where a token comes from, and that it is seen nowhere."""

import asyncio
import os
import pickle
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.config import Secret, T3Config, token_origin, token_provider
from cockpit.config.tokens import StoredToken, drop_token, save_token, stored_token
from cockpit.model.errors import AuthError

URL = "http://127.0.0.1:3773"
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def server(**ways: object) -> T3Config:
    if "token_file" in ways:
        ways["token_file"] = Path(str(ways["token_file"]))
    return T3Config(name="home", url=URL, **ways)  # type: ignore[arg-type]


async def token(t3: T3Config, state: Path, env: dict[str, str] | None = None) -> str | None:
    return await token_provider(t3, state, env=env or {}, now=lambda: NOW)()


def keep(state: Path, url: str = URL, expires_at: datetime = NOW + timedelta(days=30)) -> Path:
    return save_token(state, "home", StoredToken(Secret("kept"), url, expires_at, ("orchestration:read",)))


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_secret_is_not_seen() -> None:
    secret = Secret("hunter2")
    assert {str(secret), repr(secret), f"{secret}", f"{secret:>3}", "-".join([str(secret)])} == {"***"}
    assert "hunter2" not in repr(StoredToken(secret, URL))
    assert secret == Secret("hunter2") != Secret("hunter3")
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


async def test_the_ways_in_their_order(tmp_path: Path) -> None:
    file = private(tmp_path / "t", "from-file\n")
    keep(tmp_path)
    command = (sys.executable, "-c", "print('from-command')")
    every = server(token_env="T", token_file=str(file), token_command=command)
    assert await token(every, tmp_path, {"T": " from-env\n"}) == "from-env"
    assert await token(every, tmp_path) == "from-file"
    assert await token(server(token_env="T", token_command=command), tmp_path) == "from-command"
    assert await token(server(token_env="T"), tmp_path) == "kept"
    assert await token(server(), tmp_path) == "kept"
    assert await token(server(), tmp_path / "other") is None
    assert token_origin(every, tmp_path, {"T": "x"}) == "variable T"
    assert token_origin(server(), tmp_path, {}) == "pairing"
    assert token_origin(server(), tmp_path / "other", {}) == "none"


async def test_an_empty_variable_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match=r"variable T, .* is empty. Set T. Or run `cockpit t3 pair http"):
        await token(server(token_env="T"), tmp_path)
    with pytest.raises(AuthError, match="does not hold a token"):
        await token(server(token_env="T"), tmp_path, {"T": "two\nlines"})


async def test_a_token_file_must_be_private_and_a_file(tmp_path: Path) -> None:
    file = private(tmp_path / "t", "hunter2")
    file.chmod(0o640)
    with pytest.raises(AuthError, match=f"can be read by others. Run `chmod 600 {file}`"):
        await token(server(token_file=str(file)), tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(AuthError, match="not a regular file"):
        await token(server(token_file=str(pipe)), tmp_path)
    with pytest.raises(AuthError, match="cannot be read: no such file"):
        await token(server(token_file=str(tmp_path / "none")), tmp_path)
    with pytest.raises(AuthError, match="holds no token") as caught:
        await token(server(token_file=str(private(file, "hunter2 and words"))), tmp_path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; print('hunter2', file=sys.stderr); sys.exit(3)", "failed with exit code 3"),
        ("print('hunter2 x')", "printed no token"),
        ("import time; time.sleep(60)", "did not finish in 0.3 s"),
    ],
)
async def test_a_failing_command_leaks_nothing(tmp_path: Path, code: str, says: str) -> None:
    provider = token_provider(
        server(token_command=(sys.executable, "-c", code)),
        tmp_path,
        env={},
        command_timeout=0.3 if "sleep" in code else 20,
    )
    with pytest.raises(AuthError, match=says) as caught:
        await provider()
    assert "hunter2" not in str(caught.value)


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="cannot run: no such file"):
        await token(server(token_command=("/no/such/program",)), tmp_path)


async def test_a_command_is_not_run_for_every_request(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    code = f"open({str(log)!r}, 'a').write('x'); print('tok')"
    provider = token_provider(server(token_command=(sys.executable, "-c", code)), tmp_path, env={})
    assert await asyncio.gather(provider(), provider(), provider()) == ["tok"] * 3
    assert log.read_text() == "x"


async def test_a_kept_token_is_private_and_can_be_dropped(tmp_path: Path) -> None:
    path = keep(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    stored = stored_token(tmp_path, "home")
    assert stored == StoredToken(Secret("kept"), URL, NOW + timedelta(days=30), ("orchestration:read",))
    assert drop_token(tmp_path, "home")
    assert not drop_token(tmp_path, "home")
    assert stored_token(tmp_path, "home") is None


async def test_an_expired_token_says_so(tmp_path: Path) -> None:
    keep(tmp_path, expires_at=NOW)
    again = "expired on 2026-11-21 03:00 UTC. Run `cockpit t3 pair http://127.0.0.1:3773 --name home`"
    with pytest.raises(AuthError, match=again.replace(".", "[.]")):
        await token(server(), tmp_path)


async def test_a_token_goes_to_no_other_server(tmp_path: Path) -> None:
    keep(tmp_path, url="http://127.0.0.1:4000")
    with pytest.raises(AuthError, match=r"belongs to http://127.0.0.1:4000, not to"):
        await token(server(), tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"token": 3}', '{"token":"x","url":"u","expires_at":"soon","scopes":[]}']
)
async def test_a_damaged_store_says_so(tmp_path: Path, text: str) -> None:
    private(keep(tmp_path), text)
    with pytest.raises(AuthError, match="not a token that was kept here"):
        await token(server(), tmp_path)


def test_a_name_cannot_leave_the_directory(tmp_path: Path) -> None:
    for name in ("../x", "a/b", "", ".x"):
        with pytest.raises(AuthError, match="cannot name a source"):
            save_token(tmp_path, name, StoredToken(Secret("x"), URL))
