"""Turns what the TOML file says into the configuration, or into everything that is wrong with it. It reads no file."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, cast

from cockpit.config.schema import TABLES, Config, PriceConfig, Table
from cockpit.config.spec import Kind, Spec, Unfit, filled, fit, nearest, shown, spec_of
from cockpit.model.immutable import immutable

_WORD = Spec("Word", "", check=filled)
_DOLLARS = Spec("Price", "", Kind.NUMBER, low=0, high=1e6)

Where = tuple[int | str, ...]


@immutable
class Wrong:
    """One mistake: `where` leads to it through the file's tables and lists, `key` says that way in dots."""

    where: Where
    key: str
    what: str
    fix: str


class _Reader:
    """Collects every mistake rather than stopping at the first."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.wrong: list[Wrong] = []

    def read(self) -> Config:
        known = {*TABLES, "harness", "keys", "prices"}
        made: dict[str, Any] = {}
        for name, value in self.data.items():
            if name not in known:
                self.mistake((name,), "unknown key", nearest(name, known))
            elif name == "keys":
                made[name] = self.keys(value)
            elif name == "harness":
                made[name] = self.harness(value)
            elif name == "prices":
                made[name] = self.prices(value)
            elif TABLES[name].many:
                made[name] = self.many(name, value)
            else:
                made[name] = self.table((name,), TABLES[name].table, value)
        self.names()
        return Config(**made) if not self.wrong else Config()

    def many(self, name: str, value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self.mistake((name,), f"{shown(None, value)} is not a list in brackets", f"Write [[{name}]].")
            return ()
        return tuple(self.table((name, place), TABLES[name].table, each) for place, each in enumerate(value))

    def table(self, where: Where, table: Table, value: object) -> Any:
        if not isinstance(value, dict):
            self.mistake(where, f"{shown(None, value)} is not a table", f"Write [{where[0]}].")
            return None
        known = {entry.name: entry for entry in fields(table)}
        made: dict[str, Any] = {}
        for key, each in value.items():
            if key not in known:
                self.mistake((*where, key), "unknown key", nearest(key, known))
                continue
            try:
                made[key] = fit(spec_of(known[key]), each)
            except Unfit as error:
                self.mistake((*where, key, *error.path), error.what, error.fix)
        for key, entry in known.items():
            if entry.default is MISSING and key not in value:
                self.mistake((*where, key), "is missing", f"Add {key} = …")
        return None if self.wrong else table(**made)

    def keys(self, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            self.mistake(("keys",), f"{shown(None, value)} is not a table", "Write [keys].")
            return {}
        for action, keys in value.items():
            if isinstance(keys, dict):
                fix = f'Put the whole action in quotes: "{action}.…" = "…".'
                self.mistake(("keys", action), "is a table, not a key", fix)
                continue
            try:
                fit(Spec("", ""), keys)
            except Unfit as error:
                self.mistake(("keys", action), error.what, error.fix)
        return dict(value)

    def harness(self, value: object) -> dict[str, dict[str, str]]:
        """Its words are checked where harnesses are known: `Harness.wrong`."""
        if not isinstance(value, dict):
            self.mistake(("harness",), f"{shown(None, value)} is not a table", "Write [harness.claude].")
            return {}
        for name, said in value.items():
            if not isinstance(said, dict):
                self.mistake(("harness", name), f"{shown(None, said)} is not a table", f"Write [harness.{name}].")
                continue
            for key, each in said.items():
                try:
                    fit(_WORD, each)
                except Unfit as error:
                    self.mistake(("harness", name, key), error.what, error.fix)
        return {name: dict(said) for name, said in value.items() if isinstance(said, dict)}

    def prices(self, value: object) -> dict[str, PriceConfig]:
        if not isinstance(value, dict):
            self.mistake(("prices",), f"{shown(None, value)} is not a table", "Write [prices].")
            return {}
        made = {}
        for model, each in value.items():
            fix = 'Write "model" = [input, output, cache read, cache write], in dollars per million tokens.'
            if not isinstance(each, list) or len(each) != len(fields(PriceConfig)):
                self.mistake(("prices", model), f"{shown(None, each)} is not four numbers", fix)
                continue
            try:
                made[model] = PriceConfig(*(cast(float, fit(_DOLLARS, number)) for number in each))
            except Unfit as error:
                self.mistake(("prices", model), error.what, fix)
        return made

    def names(self) -> None:
        """Every source has a name of its own."""
        seen: set[str] = set()
        for table in (name for name, spec in TABLES.items() if spec.many):
            entries = self.data.get(table)
            for place, entry in enumerate(entries if isinstance(entries, list) else ()):
                name = entry.get("name") if isinstance(entry, dict) else None
                if isinstance(name, str):
                    if name.strip() in seen:
                        self.mistake(
                            (table, place, "name"), f"{name.strip()} names another source as well", "Correct it."
                        )
                    seen.add(name.strip())

    def mistake(self, where: Where, what: str, fix: str) -> None:
        self.wrong.append(Wrong(where, self.spelt(where), what, fix))

    def spelt(self, where: Where) -> str:
        """The way in dots: an entry of a list by its name if it has one."""
        words: list[str] = []
        data: Any = self.data
        for step in where:
            data = data[step] if isinstance(step, int) or (isinstance(data, dict) and step in data) else None
            name = data.get("name") if isinstance(step, int) and isinstance(data, dict) else None
            words.append(name if isinstance(name, str) else str(step))
        return ".".join(words)


def check_data(data: Mapping[str, Any]) -> tuple[Config | None, tuple[Wrong, ...]]:
    """The configuration, or None and every mistake."""
    reader = _Reader(data)
    config = reader.read()
    return (None, tuple(reader.wrong)) if reader.wrong else (config, ())
