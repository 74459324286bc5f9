"""Sets single members of a JSON text and leaves every other byte of it as it was: order, spaces, line ends.

It knows nothing of what the members mean."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(strict=False)


class _Member(NamedTuple):
    key: str
    begin: int
    value: int
    end: int


def put(text: str, path: Sequence[str], value: object) -> str:
    """The text with the member at `path` set to `value`, or without it for None; objects on the way are made.

    `text` must be a JSON object; raises ValueError when it, or what stands on the way, is none."""
    unit = _unit(text)
    begin = _after(text, 0)
    if text[begin : begin + 1] != "{":
        raise ValueError("not an object")
    return _put(text, begin, list(path), value, unit, 1)


def _put(text: str, begin: int, path: list[str], value: object, unit: str, depth: int) -> str:
    members, end = _members(text, begin)
    own = next((member for member in reversed(members) if member.key == path[0]), None)
    if len(path) > 1 and own is not None:
        if text[own.value] != "{":
            raise ValueError(f"{path[0]} is not an object")
        return _put(text, own.value, path[1:], value, unit, depth + 1)
    if value is None:
        return text if own is None else _without(text, members, own, begin, end)
    for key in reversed(path[1:]):
        value = {key: value}
    if own is not None:
        return text[: own.value] + _written(value, unit, depth) + text[own.end :]
    line = f"{json.dumps(path[0], ensure_ascii=False)}: {_written(value, unit, depth)}"
    if members:
        last = members[-1].end
        return text[:last] + "," + _break(unit, depth) + line + text[last:]
    return text[: begin + 1] + _break(unit, depth) + line + _break(unit, depth - 1) + text[end - 1 :]


def _without(text: str, members: list[_Member], own: _Member, begin: int, end: int) -> str:
    """Take it out with the comma that goes with it; an object that had only this one closes up."""
    place = members.index(own)
    if len(members) == 1:
        return text[: begin + 1] + text[end - 1 :]
    if place:
        return text[: members[place - 1].end] + text[own.end :]
    return text[: own.begin] + text[members[1].begin :]


def _members(text: str, begin: int) -> tuple[list[_Member], int]:
    """The members of the object that begins there, and where it ends."""
    found: list[_Member] = []
    at = _after(text, begin + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        value = _after(text, _after(text, after) + 1)
        _, end = _DECODER.raw_decode(text, value)
        found.append(_Member(key, at, value, end))
        at = _after(text, end)
        if text[at] == ",":
            at = _after(text, at + 1)
    return found, at + 1


def _after(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _unit(text: str) -> str:
    """One step of indentation, as the text has it; empty when it stands in one line."""
    if "\n" not in text.strip():
        return "  " if text.strip() == "{}" else ""
    for line in text.splitlines()[1:]:
        if line.strip() and line[0] in " \t":
            return line[: len(line) - len(line.lstrip())]
    return "  "


def _written(value: object, unit: str, depth: int) -> str:
    if not unit:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", "\n" + unit * depth)


def _break(unit: str, depth: int) -> str:
    return "\n" + unit * depth if unit else " "
