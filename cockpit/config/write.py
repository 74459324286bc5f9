"""Changes single settings in the file and keeps its comments and order. It never leaves one that cannot be loaded."""

from collections.abc import Mapping, MutableMapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from cockpit.config.files import replace_file
from cockpit.config.load import parse, read_text
from cockpit.config.schema import TABLES, Config
from cockpit.config.spec import nearest
from cockpit.model.errors import ConfigError

_FREE = {"keys": 2, "harness": 3}
"""Tables whose keys are not in the model, and how many words lead to one."""


def write(path: Path, changes: Mapping[str, object]) -> Config:
    """Set dotted keys (`ui.theme`, `t3.home.url`, `harness.claude.team`, `keys.thread.approve`); None takes a key
    out, back to its default.

    The new text is validated before the file is replaced, by a rename, with mode 0600. Returns what it now says.
    Raises ConfigError and leaves the file as it was."""
    document = _document(path)
    for dotted, value in changes.items():
        _set(document, dotted, value)
    return _replace(path, document.as_string())


def add_server(path: Path, name: str, url: str) -> Config:
    """Append a `[[t3]]` table. Raises ConfigError, also when the name is taken."""
    document = _document(path)
    servers = document.get("t3")
    if not isinstance(servers, tomlkit.items.AoT):
        if servers is not None:
            raise ConfigError(f"{path}: t3 is not written as [[t3]] tables.", fix="Add the server by hand.")
        servers = tomlkit.aot()
        document.append("t3", servers)
    table = tomlkit.table()
    table.update({"name": name, "url": url})
    servers.append(table)
    return _replace(path, document.as_string())


def remove_server(path: Path, name: str) -> Config:
    """Take the `[[t3]]` table of that name out, with the comments inside it. Raises ConfigError."""
    document = _document(path)
    servers = document.get("t3", [])
    place = next((place for place, each in enumerate(servers) if each.get("name") == name), None)
    if place is None:
        raise ConfigError(f"t3.{name}: no such source.", fix="Nothing had to be removed.")
    del servers[place]
    if not servers:
        del document["t3"]
    return _replace(path, document.as_string())


def _document(path: Path) -> tomlkit.TOMLDocument:
    text = read_text(path) or ""
    config, problems = parse(text, path)
    if config is None:
        raise ConfigError(f"{problems[0]}; nothing was changed.", fix=problems[0].fix)
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(f"{path} cannot be edited in place ({error}).", fix="Edit it by hand.") from None


def _set(document: tomlkit.TOMLDocument, dotted: str, value: object) -> None:
    """Walk to the table that holds the key, making tables on the way, and set or remove it there."""
    first, _, rest = dotted.partition(".")
    steps = [first, rest] if first == "keys" and rest else dotted.split(".")
    table: Any = document
    for place, step in enumerate(steps[:-1]):
        if isinstance(table, list):
            table = _entry(table, step, steps[: place + 1])
            continue
        if step not in table:
            _check_key(steps[: place + 1])
            if value is None:
                return
            # No header of its own for what holds only tables.
            table[step] = tomlkit.table(is_super_table=steps[: place + 1] == ["harness"])
        table = table[step]
    _check_key(steps)
    if not isinstance(table, MutableMapping):
        raise ConfigError(f"{'.'.join(steps[:-1])} is not a table.", fix="Name a key in a table, such as ui.theme.")
    if value is None:
        table.pop(steps[-1], None)
    else:
        table[steps[-1]] = _plain(value)


def _entry(entries: list[Any], name: str, way: list[str]) -> Any:
    names = [str(entry.get("name", "")) for entry in entries if isinstance(entry, Mapping)]
    if name in names:
        return entries[names.index(name)]
    raise ConfigError(f"{'.'.join(way)}: no such source.", fix=nearest(name, names))


def _check_key(steps: list[str]) -> None:
    """Refuse a key that the file may not have before a table is made for it."""
    table = TABLES.get(steps[0])
    if len(steps) <= _FREE.get(steps[0], 0) or (table is not None and len(steps) == 1):
        return
    known = [*TABLES, *_FREE] if table is None else [entry.name for entry in fields(table.table)]
    length = 3 if table is not None and table.many else 2
    if table is None or steps[-1] not in known or len(steps) != length:
        raise ConfigError(f"{'.'.join(steps)}: there is no such setting.", fix=nearest(steps[-1], known))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def _replace(path: Path, text: str) -> Config:
    config, problems = parse(text, path)
    if config is None:
        problem = problems[0]
        raise ConfigError(f"{problem.key}: {problem.what}; nothing was changed.", fix=problem.fix)
    try:
        replace_file(path, text)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be written: {why}.", fix="Make its directory writable.") from None
    return config
