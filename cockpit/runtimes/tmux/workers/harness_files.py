"""Harnesses from their TOML files: the shipped ones and a person's own, which win by name.

A broken file stops nothing: it is left out, and its problem names the file and the key. The manual of the keys is the
table below."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.config.check import Wrong
from cockpit.config.load import read_text
from cockpit.config.shipped import toml_files
from cockpit.config.spec import nearest
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.tmux.workers.harness import KEYS, MODE, MODEL, Choice, Conversation, Harness, Knob

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SETTING = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_PLACE = re.compile(r"\{(\w*)\}")


@immutable
class Harnesses:
    """What could be loaded, by name, and one sentence for each file that could not."""

    known: Mapping[str, Harness]
    problems: tuple[str, ...] = ()


def load_harnesses(own: Path | None = None) -> Harnesses:
    known: dict[str, Harness] = {}
    problems: list[str] = []
    for file in toml_files("harnesses", own):
        try:
            harness = read_harness(file)
        except ConfigError as error:
            problems.append(f"{error} This harness is left out.")
        else:
            known[harness.name] = harness
    return Harnesses(known, tuple(problems))


def with_defaults(loaded: Harnesses, defaults: Mapping[str, Mapping[str, str]]) -> tuple[Harnesses, list[Wrong]]:
    """The harnesses as the person's configuration has them, and what cannot be so."""
    wrong: list[Wrong] = []
    for name, said in defaults.items():
        if (harness := loaded.known.get(name)) is None:
            wrong.append(Wrong(("harness", name), f"harness.{name}", "no such harness", nearest(name, loaded.known)))
        else:
            wrong += filter(None, (harness.wrong(key, value) for key, value in said.items()))
    known = {name: replace(harness, defaults=defaults.get(name, {})) for name, harness in loaded.known.items()}
    return Harnesses(known, loaded.problems), wrong


def read_harness(file: Path) -> Harness:
    """One harness, named after its file. Raises ConfigError that names the file and the key."""
    if not _NAME.fullmatch(file.stem):
        raise ConfigError(f"{file}: its name is not small letters, digits, - and _.", fix="Rename it.")
    try:
        content = tomllib.loads(read_text(file) or "")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {one_line(str(error))}.") from None
    for key in content:
        if key not in _READERS:
            raise ConfigError(f"{file}: {one_line(key, 40)} is no key of a harness.", fix=nearest(key, _READERS))
    made: dict[str, Any] = {"name": file.stem}
    for key, value in content.items():
        try:
            made["latest" if key == "continue" else key] = _READERS[key](value)
        except ValueError as error:
            raise ConfigError(f"{file}: {key} {error}.", fix="Correct it.") from None
    for key in ("title", "program"):
        if key not in made:
            raise ConfigError(f"{file}: {key} is missing.", fix=f'Add {key} = "…".')
    harness = Harness(**made)
    needs = harness.resume and any("{session}" in word for word in harness.resume)
    if needs and not (harness.named or harness.conversation):
        raise ConfigError(
            f"{file}: resume needs a session id that neither start nor conversation gives.", fix="Use continue instead."
        )
    return harness


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("is not text in quotes")
    return value


def _title(value: object) -> str:
    return one_line(_text(value), 40)


def _words(*places: str) -> Callable[[object], tuple[str, ...]]:
    """A list of arguments in which only those places stand."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError("is not a list in brackets")
        words = tuple(map(_text, value))
        for word in words:
            for found in _PLACE.findall(word):
                if found not in places:
                    allowed = ", ".join(f"{{{place}}}" for place in places) or "none"
                    raise ValueError(f"has the place {{{found}}}; here there can be: {allowed}")
        return words

    return read


def _pattern(value: object) -> re.Pattern[str]:
    try:
        return re.compile(_text(value))
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from None


def _conversation(value: object) -> Conversation:
    row = _with(_table(value), "file", "database", "query", optional=3)
    if ("file" in row) == ("database" in row) or ("database" in row) != ("query" in row):
        raise ValueError("is neither a file nor a database with a query")
    file = _pattern(row["file"]) if "file" in row else None
    if file is not None and "session" not in file.groupindex:
        raise ValueError("has a file without the group (?P<session>…)")
    return Conversation(file, _words()(row.get("database", [])), _text(row["query"]) if "query" in row else "")


def _key(value: object) -> str:
    if value not in KEYS:
        raise ValueError(f"is not one of: {', '.join(KEYS)}")
    return str(value)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 600:
        raise ValueError("is not a number of seconds from 1 to 600")
    return float(value)


def _environment(value: object) -> dict[str, str]:
    table = _table(value)
    for name in table:
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"has {one_line(name, 40)!r}, which is no variable's name")
    return {name: _text(each) for name, each in table.items()}


def _modes(value: object) -> dict[str, tuple[str, ...]]:
    return {one_line(name, 40): _words()(each) for name, each in _table(value).items()}


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("is not a table")
    return value


def _settings(value: object) -> tuple[Knob, ...]:
    return tuple(
        Knob(_id(each["id"]), _title(each["title"]), _rows(each["choices"], "choices", _choice))
        for each in _rows(value, "settings", lambda row: _with(row, "id", "title", "choices"))
    )


def _id(value: object) -> str:
    name = one_line(_text(value), 40)
    if not _SETTING.fullmatch(name) or name in (MODEL, MODE):
        raise ValueError(f"has the id {name!r}; use letters, digits, - and _, and neither {MODEL} nor {MODE}")
    return name


def _choice(row: dict[str, Any]) -> Choice:
    row = _with(row, "value", "label", "arguments", "environment", optional=2)
    return Choice(
        _text(row["value"]), _title(row["label"]),
        _words()(row.get("arguments", [])), _environment(row.get("environment", {})),
    )  # fmt: skip


def _rows(value: object, name: str, read: Callable[[dict[str, Any]], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"is not one [[{name}]] or more")
    return tuple(read(_table(row)) for row in value)


def _with(row: dict[str, Any], *keys: str, optional: int = 0) -> dict[str, Any]:
    for key in row:
        if key not in keys:
            raise ValueError(f"has {one_line(key, 40)!r}, which is not one of: {', '.join(keys)}")
    for key in keys[: len(keys) - optional]:
        if key not in row:
            raise ValueError(f"lacks {key}")
    return row


_READERS: Mapping[str, Callable[[object], Any]] = {
    "title": _title,
    "program": _text,  # a name to look for on PATH, a path, or $SHELL
    "arguments": _words(),  # always given
    "start": _words("session"),  # of a new conversation
    "prompt": _words("prompt"),  # hands the prompt over; without it the prompt is typed in
    "resume": _words("session"),  # takes up its conversation by id; [] starts anew in the same place
    "continue": _words(),  # takes up the newest conversation of the directory
    "ready": _pattern,  # on the screen when it waits for a prompt; lines end without blanks
    "dialog": _pattern,  # on the screen while it asks something; the line with (?P<asked>…), or the first, says what
    "dialog_title": _pattern,  # its terminal's title then
    "working": _pattern,  # on the screen while a turn runs
    "working_title": _pattern,  # its terminal's title then
    "begun": _words("session", "short", "directory"),  # globs of files that a turn leaves; short: 8 letters of session
    "begun_text": _pattern,  # what stands in such a file then
    "conversation": _conversation,  # where it shows the id that it chose itself, once a turn began
    "interrupt": _key,
    "again": _pattern,  # on the screen when that key is wanted once more
    "join": _text,  # session:{session}, where another source knows the conversation
    "seconds": _seconds,  # how long a turn may take to begin
    "models": _words(),
    "model": _words("model"),
    "environment": _environment,
    "modes": _modes,
    "settings": _settings,
}
