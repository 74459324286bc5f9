"""A tool call's input in words: one telling line, and the whole of it as a person must see it to judge it.

It must never leave out a part of what would run without saying so."""

import json
from collections.abc import Iterator
from datetime import datetime

from cockpit.model.immutable import immutable
from cockpit.model.text import one_line, reveal
from cockpit.runtimes.claude.wire import line
from cockpit.runtimes.foreign import Json, identity, mapping, rows, text

_TELLING = (
    "command", "file_path", "notebook_path", "path", "pattern", "url", "query", "subject", "prompt", "description",
    "plan", "skill", "taskId", "to", "message",
)  # fmt: skip
"""Of a tool's input, the first of these says in one line what it was given."""
_BODY = 50_000


@immutable
class Call:
    """A tool use that has no result yet, or whose result is elsewhere."""

    id: str
    tool: str
    input: Json
    at: datetime

    @property
    def said(self) -> str:
        return f"{self.tool}: {told(self.tool, self.input)}".rstrip(": ")


def calls_in(content: object, at: datetime) -> Iterator[Call]:
    """The tool uses among an assistant line's blocks."""
    for block in rows(content):
        if block.get("type") == "tool_use":
            native = identity(block, "id")
            if native is not None:
                yield Call(native, line(block, "name", 80) or "Tool", mapping(block.get("input")), at)


def told(tool: str, given: Json) -> str:
    """What the call was given, in a line of at most 300 characters; hidden characters stand in the open."""
    if tool == "AskUserQuestion":
        return one_line("; ".join(line(each, "question") for each in rows(given.get("questions"))), 300)
    if tool == "SendMessage":
        what = text(given, "message") or line(mapping(given.get("message")), "type")
        return one_line(f"→ {line(given, 'to', 80)}: {line(given, 'summary') or what}", 300)
    if tool == "Agent" or tool == "Task":
        who = line(given, "name", 60) or line(given, "subagent_type", 60)
        return one_line(f"{who}: {line(given, 'description') or text(given, 'prompt') or ''}".lstrip(": "), 300)
    if tool == "TaskUpdate":
        owner, status = line(given, "owner", 60), line(given, "status", 40)
        said = ", ".join(part for part in (status.replace("_", " "), f"for {owner}" if owner else "") if part)
        return one_line(f"#{line(given, 'taskId', 20)} {said}", 300).rstrip()
    value = next((found for key in _TELLING if (found := text(given, key))), None)
    if value is None:
        return one_line(reveal(_json(given), limit=2_000), 300) if given else ""
    return one_line(reveal(value, limit=4_000), 300)


def body(tool: str, given: Json) -> str:
    """All that the call was given, hidden characters shown; what is too long ends in so many words."""
    match tool:
        case "Bash":
            parts = [text(given, "command") or ""]
            rest = {key: value for key, value in given.items() if key not in ("command", "description")}
        case "Write":
            parts = [f"{text(given, 'file_path') or ''}\n", text(given, "content") or ""]
            rest = {key: value for key, value in given.items() if key not in ("file_path", "content")}
        case "Edit":
            parts = [f"{text(given, 'file_path') or ''}\n", _edit(given)]
            rest = {key: value for key, value in given.items() if key not in ("file_path", "old_string", "new_string")}
        case _:
            parts, rest = [], dict(given)
    if rest:
        parts.append("\n" * bool(parts) + _json(rest))
    whole = "\n".join(part for part in parts if part) if tool != "Bash" else "".join(parts)
    cut = f"\n… ({len(whole) - _BODY:,} more characters are not shown)" if len(whole) > _BODY else ""
    return reveal(whole, limit=_BODY) + cut


def _edit(given: Json) -> str:
    old = (text(given, "old_string") or "").splitlines()
    new = (text(given, "new_string") or "").splitlines()
    return "\n".join([*(f"-{each}" for each in old), *(f"+{each}" for each in new)])


def _json(value: Json) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=1)
    except (TypeError, ValueError, RecursionError):
        return "(its input cannot be shown)"
