"""The store of tokens that `cockpit t3 pair` made: one 0600 file each, under the state directory.

It never puts a token into a message and never sends one anywhere."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from cockpit.config.files import NotPrivate, read_private, replace_file
from cockpit.config.secret import Secret
from cockpit.model.errors import AuthError
from cockpit.model.immutable import immutable


@immutable
class StoredToken:
    """What pairing gave: good for `url` alone, until `expires_at` (aware UTC) where the server said so."""

    token: Secret
    url: str
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


def save_token(state_dir: Path, name: str, stored: StoredToken) -> Path:
    """Keep a token for the source `name`. Raises AuthError when it cannot be written."""
    path = token_path(state_dir, name)
    data = {
        "token": stored.token.reveal(),
        "url": stored.url,
        "expires_at": stored.expires_at.astimezone(UTC).isoformat() if stored.expires_at else None,
        "scopes": list(stored.scopes),
    }
    try:
        replace_file(path, json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise AuthError(f"The token cannot be kept in {path}: {said(error)}.", fix="Make it writable.") from None
    return path


def can_keep(state_dir: Path, name: str) -> None:
    """Raises AuthError if a token for `name` could not be kept: found out by writing, before a credential is spent."""
    path = token_path(state_dir, name)
    probe = path.with_suffix(".probe")
    try:
        replace_file(probe, "")
        probe.unlink()
    except OSError as error:
        raise AuthError(
            f"A token could not be kept in {path.parent}: {said(error)}.", fix="Make it writable; nothing was sent."
        ) from None


def stored_token(state_dir: Path, name: str) -> StoredToken | None:
    """The token kept for `name`, expired or not; None if there is none. Raises AuthError when it cannot be used."""
    path = token_path(state_dir, name)
    try:
        data = json.loads(read_private(path))
        expires = data["expires_at"]
        return StoredToken(
            Secret(token_in(data["token"])),
            str(data["url"]),
            datetime.fromisoformat(expires).astimezone(UTC) if expires else None,
            tuple(str(scope) for scope in data["scopes"]),
        )
    except FileNotFoundError:
        return None
    except NotPrivate as error:
        raise AuthError(f"The token kept in {path} {error}.", fix=error.fix) from None
    except OSError as error:
        raise AuthError(f"The token kept in {path} cannot be read: {said(error)}.", fix=f"Remove {path}.") from None
    except (ValueError, KeyError, TypeError):
        raise AuthError(f"{path} is not a token that was kept here.", fix=pair_again(name, "URL")) from None


def drop_token(state_dir: Path, name: str) -> bool:
    """Forget the token kept for `name`; whether there was one. Raises AuthError."""
    path = token_path(state_dir, name)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AuthError(f"{path} cannot be removed: {said(error)}.", fix="Remove it by hand.") from None
    return True


def token_path(state_dir: Path, name: str) -> Path:
    """Where the token of `name` is kept. Raises AuthError for a name that could leave the directory."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise AuthError(f"{name!r} cannot name a source.", fix="Use letters, digits, - and _.")
    return state_dir / "tokens" / f"{name}.json"


def token_in(text: object) -> str:
    """The token that `text` consists of. Raises ValueError if it is none: a header must carry it in one line."""
    if not isinstance(text, str):
        raise ValueError("not text")
    token = text.strip()
    if not re.fullmatch(r"[!-~]{1,16384}", token):
        raise ValueError("not one word of visible characters")
    return token


def pair_again(name: str, url: str) -> str:
    """The sentence that tells how to get a new token."""
    return f"Run `cockpit t3 pair {url} --name {name}`."


def said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
