"""What we add to Claude Code's settings and how it is known again, as JSON texts. It reads and writes no file.

The person's own hooks stand beside ours; their own status line runs inside ours."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cockpit.config.paths import HOOK_PROGRAM
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.hooks.splice import put

PROGRAM = HOOK_PROGRAM
WAIT_SECONDS, HOLD_SECONDS = 3600, 60
_MARK = re.compile(rf"/{re.escape(PROGRAM)}'?(\s|$)")
_LINE_END = "; fi; "
_GRACE = 30
"""Claude gives a hook this many seconds more than the hook gives itself."""
_TOOLS = "Bash|Edit|MultiEdit|NotebookEdit|Write|WebFetch|WebSearch|mcp__.*"
_EVENTS = ("PermissionRequest", "PreToolUse")

Json = Mapping[str, Any]


@immutable
class Ours:
    """`program` is the hook program's place, `python` what runs it; `wait` and `hold` are seconds (see the program).
    Either file may go away: then the commands do and say nothing."""

    program: Path
    python: str
    wait: int = WAIT_SECONDS
    hold: int = HOLD_SECONDS

    def hooks(self) -> dict[str, Json]:
        """A group for each event, as settings hold them."""
        program, python = shlex.quote(str(self.program)), shlex.quote(self.python)
        command = (
            f"[ ! -r {program} ] || [ ! -x {python} ] || exec {python} -I -S {program} ask {self.wait} {self.hold}"
        )
        asking = {"type": "command", "command": command, "timeout": max(self.wait, self.hold) + _GRACE}
        return {
            "PermissionRequest": {"hooks": [asking]},
            "PreToolUse": {"matcher": _TOOLS, "hooks": [asking | {"timeout": self.hold + _GRACE}]},
        }

    def status_line(self, own: Json | None) -> Json:
        """A status line that keeps Claude's numbers and then is `own`, or shows nothing."""
        program, python = shlex.quote(str(self.program)), shlex.quote(self.python)
        theirs = str(own["command"]) if own else ""
        run = f"if [ -r {program} ] && [ -x {python} ]; then exec {python} -I -S {program} line"
        command = f"{run} {shlex.quote(theirs)}{_LINE_END}{theirs}" if theirs else f"{run}; fi"
        return dict(own or {}) | {"type": "command", "command": command}


def with_ours(text: str | None, ours: Ours, *, status_line: bool) -> str:
    """The settings with ours in them, once. Raises ConfigError when they are no JSON object that we understand."""
    text = without_ours(text) if text is not None else "{}\n"
    told = parsed(text)
    for event, group in ours.hooks().items():
        text = put(text, ("hooks", event), [*_groups(told, event), group])
    own = told.get("statusLine")
    if status_line and (own is None or (isinstance(own, dict) and isinstance(own.get("command"), str))):
        text = put(text, ("statusLine",), ours.status_line(own))
    return text


def without_ours(text: str) -> str:
    """The settings without what is ours. Raises ConfigError as `with_ours`."""
    told = parsed(text)
    for event in told.get("hooks") or {}:
        groups = _groups(told, event)
        kept = [rest for group in groups if (rest := _without_ours(group)) is not None]
        if kept != groups:
            text = put(text, ("hooks", event), kept or None)
    if told.get("hooks") and not parsed(text)["hooks"]:
        text = put(text, ("hooks",), None)
    line = told.get("statusLine")
    if _is_our_line(line):
        own = own_line(told)
        text = put(text, ("statusLine",), own)
    return text


def found_in(text: str) -> tuple[str, ...]:
    """What of ours the settings have: events, and `statusLine`. Raises ConfigError."""
    told = parsed(text)
    events = [event for event in _EVENTS if any(_without_ours(group) != group for group in _groups(told, event))]
    return (*events, "statusLine") if _is_our_line(told.get("statusLine")) else tuple(events)


def own_line(told: Json) -> Json | None:
    """The person's own status line, also where it runs inside ours; None when there is none."""
    line = told.get("statusLine")
    if not isinstance(line, dict) or not isinstance(line.get("command"), str):
        return None
    if not _is_our_line(line):
        return line
    theirs = line["command"].partition(_LINE_END)[2]
    return dict(line) | {"command": theirs} if theirs else None


def parsed(text: str) -> dict[str, Any]:
    """Raises ConfigError for anything but an object whose hooks we understand; comments are no JSON."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"They are no JSON ({error}), so they are left alone.", fix="Put them right by hand."
        ) from error
    hooks = told.get("hooks") if isinstance(told, dict) else None
    if (
        not isinstance(told, dict)
        or not isinstance(hooks, dict | None)
        or not all(isinstance(groups, list) for groups in (hooks or {}).values())
    ):
        raise ConfigError("They are no settings as Claude Code writes them.", fix="Put them right by hand.")
    return told


def _groups(told: Json, event: str) -> list[Any]:
    return list((told.get("hooks") or {}).get(event) or [])


def _without_ours(group: Any) -> Any:
    """A group of hooks without ours; None when nothing of it is left."""
    hooks = group.get("hooks") if isinstance(group, dict) else None
    if not isinstance(hooks, list):
        return group
    kept = [hook for hook in hooks if not (isinstance(hook, dict) and _MARK.search(str(hook.get("command"))))]
    if len(kept) == len(hooks):
        return group
    return {**group, "hooks": kept} if kept else None


def _is_our_line(line: Any) -> bool:
    return isinstance(line, dict) and bool(_MARK.search(str(line.get("command"))))
