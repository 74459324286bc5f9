"""`t3 pair|logout|status`: tokens for T3 Code servers. A credential is spent only when its token can be kept."""

import asyncio
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click

from cockpit.cli.lines import tint
from cockpit.cli.start import FAILED, Start, json_option
from cockpit.config import Config, Paths, Secret, T3Config, locate, paths, token_origin, token_provider
from cockpit.config.tokens import StoredToken, can_keep, drop_token, save_token
from cockpit.config.write import add_server
from cockpit.export.json import instant
from cockpit.model.errors import AuthError, CockpitError, ConfigError
from cockpit.runtimes.t3 import pairing


@click.group()
def t3() -> None:
    """Pair with T3 Code servers."""


@t3.command()
@click.argument("url")
@click.option("--token", "credential", help="The pairing credential, if URL does not carry it; otherwise it is asked.")
@click.option("--name", help="The source's name here; otherwise what the configuration says, or one is made.")
@json_option
@click.pass_obj
def pair(start: Start, url: str, credential: str | None, name: str | None) -> None:
    """Exchange a one-time pairing credential for a token and keep it.

    URL is the line that `t3 pair` prints on the server, or the server's address. The server goes into the configuration
    if it is not there.
    """
    base, carried = pairing.split_pair_url(url)
    where, config = paths(), start.loaded.config
    chosen = _name(name, base, config)
    known = next((each for each in config.t3 if each.name == chosen), None)
    if known is not None and known.url != base:
        raise ConfigError(f"The name {chosen} belongs to {known.url}.", fix="Choose another --name.")
    can_keep(where.state_dir, chosen)
    secret = credential or carried or _ask()
    got = asyncio.run(pairing.pair(base, secret, clock=_now))
    save_token(where.state_dir, chosen, StoredToken(Secret(got.token), base, got.expires_at, got.scopes))
    notes = _settle(start, where, chosen, base, known)
    until = f" until {got.expires_at:%Y-%m-%d}" if got.expires_at else ""
    data = {
        "schema": 1,
        "ok": True,
        "name": chosen,
        "url": base,
        "scopes": list(got.scopes),
        "expires_at": instant(got.expires_at),
        "notes": notes,
    }
    scopes = ", ".join(got.scopes) or "what the server chose"
    start.say(data, [f"Paired with {base} as {chosen}: {scopes}{until}.", *notes])


def _ask() -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt("Pairing credential", hide_input=True, err=True)
        return answer
    return sys.stdin.readline()


def _name(asked: str | None, base: str, config: Config) -> str:
    """The name asked for, or the one that the configuration has for this server, or a new one."""
    if asked:
        return asked
    for each in config.t3:
        if each.url == base:
            return each.name
    host = urlsplit(base).hostname or ""
    made = "local" if host in ("localhost", "::1") or host.startswith("127.") else host.partition(".")[0]
    made = re.sub(r"[^A-Za-z0-9_-]", "-", made).strip("-_")[:40] or "t3"
    taken = {"claude", "tmux", *(each.name for each in config.t3), *(each.name for each in config.tmux)}
    numbered = (f"{made}-{number}" for number in range(2, len(taken) + 3))
    return made if made not in taken else next(name for name in numbered if name not in taken)


def _settle(start: Start, where: Paths, name: str, base: str, known: T3Config | None) -> list[str]:
    """See that the new token is used: the server is configured, and has no other token that goes before it."""
    if known is not None:
        origin = token_origin(known, where.state_dir)
        if origin == "pairing":
            return []
        return [f"But the configuration has it use another token ({origin}), so this one rests."]
    file, _ = locate(start.named_config)
    try:
        add_server(file, name, base)
    except ConfigError as error:
        return [f"Add it to the configuration yourself: name {name}, url {base} ({error.message})."]
    return [f"Added it to {file}."]


@t3.command()
@click.argument("name")
@json_option
@click.pass_obj
def logout(start: Start, name: str) -> None:
    """Forget the token that pairing kept for NAME."""
    had = drop_token(paths().state_dir, name)
    if not had:
        raise AuthError(f"No token is kept for {name}.", fix="`cockpit t3 status` lists what there is.")
    text = f"The token of {name} is forgotten here; the server itself honours it until it is revoked there or expires."
    start.say({"schema": 1, "ok": True, "name": name, "text": text}, [text])


@t3.command()
@json_option
@click.pass_context
def status(ctx: click.Context) -> None:
    """Say which token each server gets, what the server thinks of it and when it expires.

    Exit code 1 if one of them is of no use.
    """
    start: Start = ctx.obj
    where = paths()
    servers = start.loaded.config.t3
    checked = asyncio.run(_check_all(servers, where))
    rows = [
        {
            "name": server.name,
            "url": server.url,
            "token": token_origin(server, where.state_dir),
            "valid": isinstance(state, pairing.TokenState) and state.valid,
            "scopes": list(state.scopes) if isinstance(state, pairing.TokenState) else [],
            "expires_at": instant(state.expires_at) if isinstance(state, pairing.TokenState) else None,
            "problem": str(state) if isinstance(state, CockpitError) else None,
        }
        for server, state in zip(servers, checked, strict=True)
    ]
    lines = [line for server, state in zip(servers, checked, strict=True) for line in _status(server, state, where)]
    start.say({"schema": 1, "servers": rows}, lines or ["No T3 server is configured; `cockpit t3 pair URL` adds one."])
    ctx.exit(0 if all(row["valid"] for row in rows) else FAILED)


async def _check_all(servers: tuple[T3Config, ...], where: Paths) -> list[pairing.TokenState | CockpitError]:
    return list(await asyncio.gather(*(_check(server, where) for server in servers)))


async def _check(server: T3Config, where: Paths) -> pairing.TokenState | CockpitError:
    """A failure is an answer here: one server says nothing about the others."""
    try:
        token = await token_provider(server, where.state_dir)()
        if token is None:
            return AuthError(
                "There is no token for it.", fix=f"Run `cockpit t3 pair {server.url} --name {server.name}`."
            )
        return await pairing.check_token(server.url, token)
    except CockpitError as error:
        return error


def _status(server: T3Config, state: pairing.TokenState | CockpitError, where: Paths) -> Iterator[str]:
    origin = token_origin(server, where.state_dir)
    if isinstance(state, CockpitError):
        yield tint(f"✗ {server.name}  {server.url}  token: {origin}", "red")
        yield f"    {state}"
    elif not state.valid:
        yield tint(f"✗ {server.name}  {server.url}  token: {origin}", "red")
        yield f"    The server does not accept it. Run `cockpit t3 pair {server.url} --name {server.name}`."
    else:
        until = f", until {state.expires_at:%Y-%m-%d %H:%M} UTC" if state.expires_at else ""
        yield f"✓ {server.name}  {server.url}  token: {origin}{until}"
        yield tint(f"    {', '.join(state.scopes) or 'the server does not tell its scopes'}", "dim")


def _now() -> datetime:
    return datetime.now(UTC)
