"""The configuration as a form: every field with its title, description, kind and value. It draws and writes nothing."""

from dataclasses import MISSING, fields
from typing import Any

from cockpit.config.schema import TABLES, Config
from cockpit.config.spec import Kind, Spec, spec_of
from cockpit.model.immutable import immutable

__all__ = ["TABLES", "Kind", "Setting", "SettingGroup", "settings"]


@immutable
class Setting:
    """One field. `key` is what `write` takes; `spec` says what it may hold; `must` that it cannot be left out."""

    key: str
    spec: Spec
    value: object
    default: object
    must: bool

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def description(self) -> str:
        return self.spec.description

    @property
    def kind(self) -> Kind:
        """A file's name is typed as text."""
        return Kind.TEXT if self.spec.kind is Kind.FILE else self.spec.kind

    @property
    def whole(self) -> bool:
        return self.spec.whole

    @property
    def choices(self) -> tuple[object, ...]:
        return self.spec.choices


@immutable
class SettingGroup:
    """The fields of one table, in the order of the file's manual."""

    key: str
    title: str
    description: str
    settings: tuple[Setting, ...]


def settings(config: Config) -> tuple[SettingGroup, ...]:
    """The whole configuration: one group for each table and for each configured source. `[keys]` is not among them:
    its fields are the actions, which the screen knows."""
    groups = []
    for name, table in TABLES.items():
        if not table.many:
            groups.append(SettingGroup(name, table.title, table.description, _fields(name, getattr(config, name))))
            continue
        for source in getattr(config, name):
            key = f"{name}.{source.name}"
            groups.append(SettingGroup(key, f"{table.title}: {source.name}", table.description, _fields(key, source)))
    return tuple(groups)


def _fields(prefix: str, table: Any) -> tuple[Setting, ...]:
    return tuple(
        Setting(
            f"{prefix}.{entry.name}",
            spec_of(entry),
            getattr(table, entry.name),
            None if entry.default is MISSING else entry.default,
            entry.default is MISSING,
        )
        for entry in fields(table)
    )
