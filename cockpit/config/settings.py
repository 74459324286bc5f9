"""The configuration as a form: every field with its title, description, kind and value. It draws and writes nothing."""

from dataclasses import dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cockpit.config.schema import Config


class Kind(StrEnum):
    """What a field takes: true or false, a number, text, one of some words, some of some words, or a list of texts."""

    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field. `key` is what `write` takes; `choices` are the values of CHOICE and CHOICES; `low` and `high` bound
    a NUMBER; `whole` says that it has no fraction; `must` that it cannot be left out."""

    key: str
    title: str
    description: str
    kind: Kind
    value: object
    default: object
    choices: tuple[object, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    must: bool = False


@dataclass(frozen=True, slots=True)
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
    for name, field in Config.model_fields.items():
        value = getattr(config, name)
        title, said = field.title or name, field.description or ""
        if isinstance(value, BaseModel):
            groups.append(SettingGroup(name, title, said, _fields(name, value)))
        elif isinstance(value, tuple):
            for source in value:
                key = f"{name}.{source.name}"
                groups.append(SettingGroup(key, f"{title}: {source.name}", said, _fields(key, source)))
    return tuple(groups)


def _fields(prefix: str, table: BaseModel) -> tuple[Setting, ...]:
    return tuple(
        _setting(f"{prefix}.{name}", field, getattr(table, name)) for name, field in type(table).model_fields.items()
    )


def _setting(key: str, field: FieldInfo, value: object) -> Setting:
    kind, choices = _kind(field.annotation)
    bounds: dict[str, float] = {}
    for rule in field.metadata:
        bounds |= {side: getattr(rule, side) for side in ("ge", "le") if getattr(rule, side, None) is not None}
    return Setting(
        key,
        field.title or key,
        field.description or "",
        kind,
        value,
        None if field.is_required() else field.get_default(call_default_factory=True),
        choices,
        bounds.get("ge"),
        bounds.get("le"),
        field.annotation is int,
        field.is_required(),
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[object, ...]]:
    if annotation is bool:
        return Kind.FLAG, ()
    if annotation in (int, float):
        return Kind.NUMBER, ()
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return Kind.CHOICE, parts
    if get_origin(annotation) is tuple:
        inner, words = _kind(parts[0])
        return (Kind.CHOICES, words) if inner is Kind.CHOICE else (Kind.WORDS, ())
    if bool in parts:
        words = tuple(word for part in parts if get_origin(part) is Literal for word in get_args(part))
        return Kind.CHOICE, (True, False, *words)
    rest = [part for part in parts if part is not NoneType]
    return _kind(rest[0]) if len(rest) == 1 else (Kind.TEXT, ())
