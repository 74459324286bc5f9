"""A permission request that a hook of ours holds, decoded, and as the ask that a person sees.

It decides nothing; what the request suggests to let through is offered only where it can be told in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.asks import Ask, AskKind, Decision, HeldAsk, Option
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line, reveal
from cockpit.model.work import Status
from cockpit.runtimes.claude import asks
from cockpit.runtimes.claude.calls import Call
from cockpit.runtimes.claude.wire import flag, line, name
from cockpit.runtimes.foreign import Json, identity, mapping, rows, text

STATUS = {AskKind.APPROVAL: Status.APPROVAL, AskKind.QUESTION: Status.QUESTION, AskKind.PLAN: Status.PLAN}
_KINDS = {"AskUserQuestion": Status.QUESTION, "ExitPlanMode": Status.PLAN}
_WHERE = {
    "session": "until this session ends",
    "localSettings": "in this project, for you",
    "projectSettings": "in this project, for everybody",
    "userSettings": "in all your projects",
}
_MODES = {"acceptEdits": "all edits of files, and common file commands"}


@immutable
class Held:
    """`before`: the hook stands before the call of a split-pane mate (`PreToolUse`); `standing`: the call waits for the
    hook, and no dialog is open meanwhile. `agent` is the mate's or the subagent type's name; `hook` is the hook's pid
    and start time, `cli` the pid of the CLI, `transcript` where the call's result will stand. `rules` are the
    suggestions as they came, by number."""

    id: str
    session: str
    call: Call
    created_at: datetime
    expires_at: datetime
    before: bool = False
    standing: bool = False
    agent: str | None = None
    team: str | None = None
    place: str = ""
    edited: bool = False
    hook: tuple[int, str] = (0, "")
    cli: int = 0
    transcript: Path | None = None
    rules: tuple[Json, ...] = ()

    @property
    def status(self) -> Status:
        return _KINDS.get(self.call.tool, Status.APPROVAL)


def decode(ask: HeldAsk) -> Held | None:
    """None for what is no request of ours. The payload came from outside: nothing in it is trusted."""
    told = mapping(ask.payload)
    session, event = identity(told, "session_id", 100), text(told, "hook_event_name")
    given = told.get("tool_input")
    if session is None or event not in ("PermissionRequest", "PreToolUse") or not isinstance(given, dict):
        return None
    tool = line(told, "tool_name", 80) or "Tool"
    hook = told.get("hook")
    pid, start = hook if isinstance(hook, list) and len(hook) == 2 else (0, "")
    path = text(told, "transcript")
    return Held(
        id=ask.id,
        session=session,
        call=Call(identity(told, "tool_use_id") or ask.id, tool, given, ask.created_at),
        created_at=ask.created_at,
        expires_at=ask.expires_at,
        before=event == "PreToolUse",
        standing=flag(told, "held") or False,
        agent=name(told, "mate") or (name(told, "agent_type") if told.get("agent_id") else None),
        team=name(told, "team"),
        place=line(told, "cwd", 4096),
        edited=flag(told, "edited") or False,
        hook=(pid, start) if isinstance(pid, int) and isinstance(start, str) else (0, ""),
        cli=_pid(told),
        transcript=Path(path) if path and "\0" not in path else None,
        rules=tuple(rule for rule in rows(told.get("permission_suggestions")) if _said(rule)),
    )


def ask(held: Held, thread: Ref, who: str) -> Ask:
    """What the person sees, with all that can be answered."""
    found = asks.ask(held.call, held.status, thread, who, held.place)
    more: dict[str, Any] = {"id": held.id, "expires_at": held.expires_at, "note": _note(held)}
    match found.kind:
        case AskKind.APPROVAL:
            more["takes_message"] = True
            more["decisions"] = tuple(_decisions(held))
            more["rules"] = tuple(Option(str(number), _said(rule)) for number, rule in enumerate(held.rules, 1))
        case AskKind.PLAN:
            more |= {"takes_message": True, "decisions": (Decision.ACCEPT, Decision.DECLINE)}
    return replace(found, **more)


def updates(held: Held, *, rule: str = "", session: bool = False) -> list[Json] | None:
    """The suggestion of that number as it came, or all of them until the session ends; None when there is none."""
    if rule:
        place = int(rule) - 1 if rule.isdecimal() and len(rule) < 4 else -1
        return [held.rules[place]] if 0 <= place < len(held.rules) else None
    return [{**each, "destination": "session"} for each in held.rules] if session and held.rules else None


def _decisions(held: Held) -> Iterator[Decision]:
    yield Decision.ACCEPT
    if held.rules:
        yield Decision.ACCEPT_FOR_SESSION
    yield Decision.DECLINE
    if not held.before:
        yield Decision.CANCEL


def _note(held: Held) -> str:
    notes = []
    if held.edited:
        notes.append("Another hook has changed what the model asked for; this is what would run.")
    if held.before:
        notes.append("Asked before Claude looks at its own rules. Unanswered, they decide as ever.")
    elif held.standing:
        notes.append("Unanswered, Claude asks in the lead's terminal.")
    return " ".join(notes)


def _said(rule: Json) -> str:
    """A suggestion in words; empty for one that we do not understand, which is not offered."""
    where = _WHERE.get(text(rule, "destination") or "")
    if where is None:
        return ""
    match text(rule, "type"):
        case "addRules" if rule.get("behavior") == "allow":
            several = [_rule(each) for each in rows(rule.get("rules"))]
            return one_line(f"{', '.join(several)} {where}", 400) if several and all(several) else ""
        case "setMode" if (mode := _MODES.get(text(rule, "mode") or "")) is not None:
            return f"{mode}, {where}"
        case "addDirectories":
            listed = rule.get("directories")
            folders = (
                [reveal(each, limit=300) for each in listed if isinstance(each, str)]
                if isinstance(listed, list)
                else []
            )
            return one_line(f"work in {', '.join(folders)} {where}", 400) if folders else ""
    return ""


def _rule(rule: Json) -> str:
    tool, content = line(rule, "toolName", 80), text(rule, "ruleContent")
    if not tool:
        return ""
    return f"{tool}({reveal(content, limit=300)})" if content else f"every {tool}"


def _pid(told: Json) -> int:
    said = text(told, "cli") or ""
    return int(said) if re.fullmatch("[0-9]{1,10}", said) else 0
