"""Reads the configuration and says exactly what is wrong with it. It never writes and never guesses a value."""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from cockpit.config.check import Wrong, check_data
from cockpit.config.lines import line_of
from cockpit.config.paths import paths
from cockpit.config.schema import Config
from cockpit.config.spec import nearest
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable


@immutable
class Loaded:
    """The configuration, the file it came from, and whether that file exists (if not, all is default)."""

    config: Config
    path: Path
    exists: bool


@immutable
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
        raise config_error(problems)
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
    wrong = [action for action in loaded.config.keys if action not in known]
    return located(
        loaded, [Wrong(("keys", each), f"keys.{each}", "no such action", nearest(each, known)) for each in wrong]
    )


def located(loaded: Loaded, wrong: Sequence[Wrong]) -> tuple[Problem, ...]:
    """Mistakes that only who knows what the words mean could find, with their lines."""
    text = (read_text(loaded.path) or "") if loaded.exists else ""
    return tuple(Problem(loaded.path, line_of(text, each.where), each.key, each.what, each.fix) for each in wrong)


def parse(text: str, path: Path) -> tuple[Config | None, tuple[Problem, ...]]:
    """The configuration that `text` describes, or None and what is wrong with it."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax(str(error), text, path),)
    config, wrong = check_data(data)
    problems = [Problem(path, line_of(text, each.where), each.key, each.what, each.fix) for each in wrong]
    return config, tuple(sorted(problems, key=lambda problem: problem.line or 0))


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


def config_error(problems: tuple[Problem, ...]) -> ConfigError:
    """The first of them, and how many more there are."""
    more = len(problems) - 1
    tail = f" ({more} more; `cockpit config check` lists them)" if more else ""
    return ConfigError(f"{problems[0]}.{tail}", fix=problems[0].fix)


def _syntax(message: str, text: str, path: Path) -> Problem:
    what, _, place = message.partition(" (at ")
    words = place.rstrip(")").replace(",", "").split()
    line = int(words[1]) if words[:1] == ["line"] else text.count("\n") + 1
    return Problem(path, line, "", f"not TOML: {what[:1].lower()}{what[1:]}", "Correct that line.")
