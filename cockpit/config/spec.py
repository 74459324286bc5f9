"""What a setting may hold, and the check of one value. It knows no setting and reads no file.

Done by hand rather than with pydantic: every script call reads the configuration, and that import costs a quarter of
the time such a call may take."""

import math
from collections.abc import Callable, Collection
from dataclasses import MISSING, Field, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable


class Kind(StrEnum):
    """What a field takes: true or false, a number, text, a file, one of some words, some of some words, a list of
    texts."""

    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    FILE = "file"
    CHOICE = "choice"
    CHOICES = "choices"
    WORDS = "words"


@immutable
class Spec:
    """`low` and `high` bound a NUMBER, `whole` says it has no fraction; `check` looks at a TEXT, or at each of WORDS,
    and returns it, or raises ValueError with words that follow the key's name; `secret` keeps what stands there out of
    messages."""

    title: str
    description: str
    kind: Kind = Kind.TEXT
    choices: tuple[object, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    check: Callable[[str], str] | None = None
    secret: bool = False


class Unfit(Exception):
    """A value that its setting cannot hold: what is wrong, and the fix. `path` leads to a part of it."""

    def __init__(self, what: str, fix: str, path: tuple[int, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.path = path


def setting(spec: Spec, default: object = MISSING) -> Any:
    """A field of a configuration table."""
    return field(default=default, metadata={"spec": spec})


def spec_of(entry: "Field[Any]") -> Spec:
    found: Spec = entry.metadata["spec"]
    return found


def fit(spec: Spec, value: object) -> object:
    """`value` as the setting holds it. Raises Unfit."""
    match spec.kind:
        case Kind.FLAG:
            if not isinstance(value, bool):
                raise _unfit(spec, value, "true or false")
            return value
        case Kind.NUMBER:
            return _number(spec, value)
        case Kind.FILE:
            return Path(_text(spec, value)).expanduser()
        case Kind.CHOICE:
            return _choice(spec, value)
        case Kind.CHOICES:
            return tuple(_each(spec, value, _choice))
        case Kind.WORDS:
            return tuple(_each(spec, value, _checked))
    return _checked(spec, value)


def nearest(word: str, known: Collection[str]) -> str:
    """A sentence that offers the likeliest spelling, or lists what there is."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(sorted(known))}." if known else "Remove it."


def filled(text: str) -> str:
    """A check for texts that may not be empty."""
    if not text:
        raise ValueError("is empty")
    return text


def _number(spec: Spec, value: object) -> float:
    wanted = "a whole number" if spec.whole else "a number"
    right = int if spec.whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, right) or not math.isfinite(value):
        raise _unfit(spec, value, wanted)
    if value < spec.low:
        raise _unfit(spec, value, f"at least {spec.low:g}")
    if value > spec.high:
        raise _unfit(spec, value, f"at most {spec.high:g}")
    return value if spec.whole else float(value)


def _text(spec: Spec, value: object) -> str:
    if not isinstance(value, str):
        raise _unfit(spec, value, "text in quotes")
    return value.strip()


def _checked(spec: Spec, value: object) -> str:
    text = _text(spec, value)
    try:
        return spec.check(text) if spec.check else text
    except ValueError as error:
        raise Unfit(str(error), "Correct it.") from None


def _choice(spec: Spec, value: object) -> object:
    for choice in spec.choices:
        # By type as well, since 1 equals true.
        if type(choice) is type(value) and choice == value:
            return choice
    words = [str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in spec.choices]
    raise Unfit(f"{shown(spec, value)} is not one of the values", nearest(str(value), words))


def _each(spec: Spec, value: object, one: Callable[[Spec, object], Any]) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _unfit(spec, value, "a list in brackets")
    made: list[Any] = []
    for place, each in enumerate(value):
        try:
            made.append(one(spec, each))
        except Unfit as error:
            raise Unfit(error.what, error.fix, (place,)) from None
    return made


def _unfit(spec: Spec, value: object, wanted: str) -> Unfit:
    return Unfit(f"{shown(spec, value)} is not {wanted}", f"Write {wanted}.")


def shown(spec: Spec | None, value: object) -> str:
    """The value in a message."""
    if spec is not None and spec.secret:
        return "what stands there"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, str | list):
        return f"{value!r:.60}"
    return str(value).lower() if isinstance(value, bool) else f"{value!s:.60}"
