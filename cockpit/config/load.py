"""Reads the configuration and says exactly what is wrong with it. It never writes and never guesses a value."""

import difflib
import json
import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cockpit.config.lines import line_of
from cockpit.config.paths import paths
from cockpit.config.schema import Config
from cockpit.model.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, the file it came from, and whether that file exists (if not, all is default)."""

    config: Config
    path: Path
    exists: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file. `key` is dotted and empty for the file as a whole; `line` counts from 1."""

    path: Path
    line: int | None
    key: str
    what: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.key}: {self.what}" if self.key else f"{place}: {self.what}"


def locate(explicit: Path | None = None, env: Mapping[str, str] = os.environ) -> tuple[Path, bool]:
    """The file to read, and whether somebody named it: `$COCKPIT_CONFIG`, else `explicit`, else the XDG place."""
    named = env.get("COCKPIT_CONFIG", "")
    if named:
        return Path(named).expanduser(), True
    if explicit is not None:
        return explicit.expanduser(), True
    return paths().config_file, False


def load(explicit: Path | None = None, env: Mapping[str, str] = os.environ) -> Loaded:
    """Read the configuration. A file that somebody named must exist. Raises ConfigError."""
    path, named = locate(explicit, env)
    text = read_text(path)
    if text is None:
        if named:
            raise ConfigError(f"There is no configuration file {path}.", fix="Create it, or leave it unnamed.")
        return Loaded(Config(), path, False)
    config, problems = parse(text, path)
    if config is None:
        raise _error(problems)
    return Loaded(config, path, True)


def check(explicit: Path | None = None, env: Mapping[str, str] = os.environ) -> tuple[Problem, ...]:
    """Everything that is wrong with the configuration; empty when `load` would succeed."""
    path, named = locate(explicit, env)
    try:
        text = read_text(path)
    except ConfigError as error:
        return (Problem(path, None, "", error.message, error.fix),)
    if text is None:
        return (Problem(path, None, "", "the file does not exist", "Create it, or leave it unnamed."),) if named else ()
    return parse(text, path)[1]


def check_actions(loaded: Loaded, known: Collection[str]) -> tuple[Problem, ...]:
    """What `[keys]` names that is no action. Asked by who knows the actions."""
    text = (read_text(loaded.path) or "") if loaded.exists else ""
    return tuple(
        Problem(
            loaded.path, line_of(text, ("keys", action)), f"keys.{action}", "no such action", nearest(action, known)
        )
        for action in loaded.config.keys
        if action not in known
    )


def parse(text: str, path: Path) -> tuple[Config | None, tuple[Problem, ...]]:
    """The configuration that `text` describes, or None and what is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax(str(error), text, path),)
    try:
        # Through JSON because strict JSON is what TOML is: lists become tuples and paths, but "1" is not a number.
        return Config.model_validate_json(json.dumps(data, default=_foreign), strict=True), ()
    except ValidationError as error:
        return None, _problems(error, data, text, path)


def _foreign(value: object) -> dict[str, str]:
    """TOML's dates have no place in this file; as tables they are refused like any other wrong type."""
    return {type(value).__name__: str(value)}


def read_text(path: Path) -> str | None:
    """The file's text; None when there is no such file. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text.", fix="Save it as UTF-8.") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be read: {why}.", fix="Make it a file that you can read.") from None


def nearest(word: str, known: Collection[str]) -> str:
    """A sentence that offers the likeliest spelling, or lists what there is."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(sorted(known))}." if known else "Remove it."


def _error(problems: tuple[Problem, ...]) -> ConfigError:
    more = len(problems) - 1
    tail = f" ({more} more; `cockpit config check` lists them)" if more else ""
    return ConfigError(f"{problems[0]}.{tail}", fix=problems[0].fix)


def _syntax(message: str, text: str, path: Path) -> Problem:
    what, _, place = message.partition(" (at ")
    words = place.rstrip(")").replace(",", "").split()
    line = int(words[1]) if words[:1] == ["line"] else text.count("\n") + 1
    return Problem(path, line, "", f"not TOML: {what[:1].lower()}{what[1:]}", "Correct that line.")


def _problems(error: ValidationError, data: Mapping[str, Any], text: str, path: Path) -> tuple[Problem, ...]:
    found: dict[tuple[int | str, ...], Problem] = {}
    # A union reports every branch; the last one is the one with words in it, so later wins.
    for each in error.errors(include_url=False):
        where, spelt = _written(each.get("ctx", {}).get("where", each["loc"]), data)
        line = line_of(text, where) if where else None
        found[where] = Problem(path, line, spelt, *_say(each, where))
    return tuple(sorted(found.values(), key=lambda problem: problem.line or 0))


def _written(loc: tuple[int | str, ...], data: Any) -> tuple[tuple[int | str, ...], str]:
    """How far `loc` can be followed in what was written (the rest names types), and that way in dots: a list entry
    by its name if it has one."""
    where: list[int | str] = []
    spelt: list[str] = []
    for step in loc:
        if isinstance(data, dict) and isinstance(step, str):
            missing = step not in data
            where.append(step)
            spelt.append(step)
            if missing:
                break
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            where.append(step)
            name = data.get("name") if isinstance(data, dict) else None
            spelt.append(name if isinstance(name, str) else str(step))
        else:
            break
    return tuple(where), ".".join(spelt)


_WANTED = {
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list in brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_short": "at least one character",
    "string_pattern_mismatch": "a name of letters, digits, - and _ that begins with a letter or digit",
}


def _say(each: Any, where: tuple[int | str, ...]) -> tuple[str, str]:
    """What is wrong, and its fix, in words of the file rather than of the library."""
    kind, given, limits = each["type"], each["input"], each.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key", nearest(str(where[-1]), known_keys(where[:-1]))
    if kind == "missing":
        return "is missing", f"Add {where[-1]} = …"
    if kind in ("value_error", "name_taken"):
        return str(each["msg"]).removeprefix("Value error, "), "Correct it."
    shown = "a table" if isinstance(given, dict) else f"{given!r:.60}"
    if any(str(step).startswith("token") for step in where):
        shown = "what stands there"
    if where[:1] == ("keys",) and isinstance(given, dict):
        return "is a table, not a key", f'Put the whole action in quotes: "{where[1]}.…" = "…".'
    if kind == "literal_error":
        expected = [word.strip("'") for word in limits["expected"].replace(" or ", ", ").split(", ")]
        if "terminal" in where:
            expected += ["true", "false"]
        return f"{shown} is not one of the values", nearest(str(given), expected)
    wanted = _WANTED.get(kind, str(each["msg"]).removeprefix("Input should be ")).format(**limits)
    return f"{shown} is not {wanted}", f"Write {wanted}."


def known_keys(where: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the table at `where` may have."""
    model: type[BaseModel] = Config
    for step in where:
        if isinstance(step, int):
            continue
        annotation = model.model_fields[step].annotation
        inner = next((a for a in getattr(annotation, "__args__", ()) if isinstance(a, type)), annotation)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return ()
        model = inner
    return tuple(model.model_fields)
