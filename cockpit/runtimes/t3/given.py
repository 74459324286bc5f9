"""What a tool was given. T3 shows it as `Tool: text` or as `Tool: {json}`, shortened where it is long.

It leaves nothing out of what a person is to approve; `told` is for one line, `spelled` is the whole."""

import json
import re
from collections.abc import Mapping

from cockpit.model.text import one_line
from cockpit.runtimes.foreign import mapping, text

_NAMED = re.compile(r"([A-Za-z][\w.\-]{0,79}): (.*)", re.DOTALL)
_TELLING = ("command", "file_path", "path", "pattern", "url", "query", "description", "prompt")
"""Of a tool's JSON input, the first of these says in one line what it was given."""
_CUT = re.compile(rf'"(?:{"|".join(_TELLING)})":\s*("(?:[^"\\]|\\.)*")')


def named(detail: str) -> tuple[str, str]:
    """`Bash: ls` → (`Bash`, `ls`); without a name in front the first half is empty."""
    match = _NAMED.fullmatch(detail)
    return (one_line(match[1], 80), match[2]) if match else ("", detail)


def told(given: str) -> str:
    """The one field that tells, also of JSON that the server cut short; anything else as it is."""
    if not given.startswith("{"):
        return given
    whole = _parsed(given)
    if whole is not None:
        return next((value for key in _TELLING if (value := text(whole, key))), given)
    found = _CUT.search(given)
    try:
        value = json.loads(found[1], strict=False) if found else given
    except ValueError:
        return given
    return value if isinstance(value, str) else given


def in_short(detail: str) -> str:
    """`Write: {"file_path":"a.py",…}` → `Write: a.py`."""
    tool, given = named(detail)
    return f"{tool}: {told(given)}" if tool else told(given)


def spelled(detail: str) -> str:
    """The whole of it, JSON with a line for each field; the lines of a field are indented, so that none can pass for a
    field of its own."""
    tool, given = named(detail)
    whole = _parsed(given) if given.startswith("{") else None
    if not whole:
        return detail
    lines = [tool] if tool else []
    for key, value in whole.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        first, *rest = shown.rstrip("\n").split("\n")
        if rest:
            lines += [f"{key}:", *(f"    {line}" for line in (first, *rest))]
        else:
            lines.append(f"{key}: {first}")
    return "\n".join(lines)


def _parsed(given: str) -> Mapping[str, object] | None:
    try:
        return mapping(json.loads(given))
    except (ValueError, RecursionError):
        return None
