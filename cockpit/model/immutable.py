"""Immutable values, declared as dataclasses are: a class of annotated fields under `@immutable`.

A start of the program makes two hundred such classes. `dataclass(frozen=True, slots=True)` compiles six methods for
each of them, which was 60 ms and 2 MB of it; here only the constructor is compiled, and what all of them share is
written once. That nobody assigns to a field is for the type checker to keep, which also makes a value three times as
fast to make as one that is frozen while the program runs."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


@overload
def immutable(cls: type[_T], /) -> type[_T]: ...
@overload
def immutable(*, slots: bool = True, eq: bool = True, kw_only: bool = False) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: Any = None, /, *, slots: bool = True, eq: bool = True, kw_only: bool = False) -> Any:
    """Without `slots` for a class that keeps a `cached_property`; without `eq` each value equals itself alone.

    `replace`, `fields` and `asdict` of `dataclasses` work on them, and so does `match`."""
    return _made(cls, slots, eq, kw_only) if cls is not None else lambda cls: _made(cls, slots, eq, kw_only)


def _made(cls: type, slots: bool, eq: bool, kw_only: bool) -> Any:
    # Where there are no words, a dataclass puts a signature together at great length.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made: Any = dataclass(slots=slots, kw_only=kw_only, eq=False, repr=False)(cls)
    made.__repr__ = _repr
    if eq:
        names = [each.name for each in fields(made) if each.compare]
        values = attrgetter(*names) if names else _nothing

        def equal(self: object, other: object) -> Any:
            if other.__class__ is not self.__class__:
                return NotImplemented
            return self is other or values(self) == values(other)

        def hashed(self: object) -> int:
            return hash(values(self))

        made.__eq__, made.__hash__ = equal, hashed
    return made


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _nothing(_: object) -> tuple[()]:
    return ()
