"""Tool activities folded into calls: start, updates and end of one use are one entry (facts: T3 0.0.33, section 7).

It must never leave a call running in a session that does not run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cockpit.model.talk import CallState, ToolCall
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, bounded, identity, mapping, text, when
from cockpit.runtimes.t3.given import named, told

_TEXT = 50_000
_KINDS = {"command_execution": "Command", "file_change": "File change", "dynamic_tool_call": "Tool"}
_STATES = {
    "inProgress": CallState.RUNNING,
    "completed": CallState.COMPLETED,
    "failed": CallState.FAILED,
    "declined": CallState.FAILED,
}


@dataclass(slots=True)
class _Draft:
    id: str
    at: datetime
    turn: str | None
    tool: str = ""
    detail: str = ""
    state: CallState = CallState.RUNNING
    ended_at: datetime | None = None
    output: str = ""


def decode_calls(activities: Iterable[Json], *, alive: bool, born: datetime) -> Iterable[ToolCall]:
    """Calls in the order in which they started. `alive`: the session runs, so that an open call may still end."""
    drafts: dict[str, _Draft] = {}
    open_without_id: dict[tuple[str | None, str], str] = {}
    for item in activities:
        kind, native = text(item, "kind") or "", identity(item)
        if not kind.startswith("tool.") or native is None:
            continue
        key = _key(item, kind, native, open_without_id)
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = _Draft(id=key, at=when(item, "createdAt") or born, turn=text(item, "turnId"))
        _fold(draft, item, kind)
    for draft in drafts.values():
        if draft.state is CallState.RUNNING and not alive:
            draft.state = CallState.FAILED
            draft.output = draft.output or "It ended without a result."
    return [
        ToolCall(d.id, d.tool or "Tool", d.detail, d.state, d.at, d.ended_at, d.output, d.turn) for d in drafts.values()
    ]


def _key(item: Json, kind: str, native: str, open_without_id: dict[tuple[str | None, str], str]) -> str:
    """The call's id; where the server sends none (facts: T3 0.0.28), the last open call of that turn and type."""
    payload = mapping(item.get("payload"))
    call = identity(payload, "toolCallId")
    if call is not None:
        return call
    place = (text(item, "turnId"), text(payload, "itemType") or "")
    key = native if kind == "tool.started" else open_without_id.get(place, native)
    if kind in ("tool.completed", "tool.denied"):
        open_without_id.pop(place, None)
    else:
        open_without_id[place] = key
    return key


def _fold(draft: _Draft, item: Json, kind: str) -> None:
    payload = mapping(item.get("payload"))
    data = mapping(payload.get("data"))
    tool, detail = _named(text(payload, "detail") or "", payload, data)
    draft.tool = tool or draft.tool or one_line(text(item, "summary") or "", 80)
    if detail and detail != "{}":
        draft.detail = bounded(detail, _TEXT)
    state = _STATES.get(text(payload, "status") or "")
    if kind == "tool.denied":
        state = CallState.FAILED
    elif kind == "tool.completed" and state in (None, CallState.RUNNING):
        state = CallState.COMPLETED
    if draft.ended_at is None or state is not CallState.RUNNING:
        draft.state = state or draft.state
    if kind in ("tool.completed", "tool.denied"):
        draft.ended_at = when(item, "createdAt")
    output = next((out for key in ("output", "result", "stdout", "error") if (out := text(data, key))), "")
    if kind == "tool.denied" and not output:
        output = text(payload, "reason") or "denied"
    if output:
        draft.output = bounded(output, _TEXT)


def _named(detail: str, payload: Json, data: Json) -> tuple[str, str]:
    """The tool and what it was given; a shortened command is told by the whole."""
    tool, given = named(detail)
    command = text(data, "command") or text(mapping(data.get("input")), "command")
    tool = tool or text(data, "toolName") or _KINDS.get(text(payload, "itemType") or "", "")
    return one_line(tool, 80), command or told(given)
