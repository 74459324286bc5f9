"""How an agent's steps look in its terminal, as lines with colours. Pure: it prints nothing."""

import json
from collections.abc import Iterable

from cockpit.demo.claude.home import Json
from cockpit.demo.claude.steps import Beat, Call, Prompt, Rest, Say, Send, Think, Who
from cockpit.demo.tmux.looks import wrapped

ACCENT = "38;2;215;119;87"
_DIM, _BOLD, _ITALIC, _OFF = "\x1b[2m", "\x1b[1m", "\x1b[3m", "\x1b[0m"
_GREEN, _RED = "\x1b[38;2;78;186;101m", "\x1b[38;2;255;107;128m"
_COLOURS = {"blue": 34, "green": 32, "yellow": 33, "purple": 35, "orange": 31}
_TELLING = ("command", "file_path", "message", "taskId", "description")


def greeting(who: Who, version: str) -> list[str]:
    place = who.cwd.rsplit("/", 1)[-1]
    named = f" · {who.name}" if who.team else ""
    return [
        f"\x1b[{ACCENT}m ▐▛███▜▌{_OFF}  {_BOLD}Claude Code{_OFF} {_DIM}v{version} · demo{named}{_OFF}",
        f"\x1b[{ACCENT}m▝▜█████▛▘{_OFF} {_DIM}{who.model}{_OFF}",
        f"\x1b[{ACCENT}m  ▘▘ ▝▝{_OFF}   {_DIM}~/{place}{_OFF}",
    ]


def prompt(text: str, room: int) -> list[str]:
    lines = wrapped(text, room - 4)
    return ["", *(f"\x1b[48;5;237m{'❯' if not index else ' '} {line} {_OFF}" for index, line in enumerate(lines))]


def letter(sender: str, colour: str, text: str, room: int) -> list[str]:
    shade = _COLOURS.get(colour, 36)
    said = [f"  {line}" for line in wrapped(text, room - 4)[:6]]
    return ["", f"\x1b[{shade}m●{_OFF} Message from \x1b[{shade}m@{sender}{_OFF}", *said]


def thought(text: str, room: int) -> list[str]:
    return [
        "",
        *(f"{_DIM}{_ITALIC}{'∴' if not i else ' '} {line}{_OFF}" for i, line in enumerate(wrapped(text, room - 4))),
    ]


def said(text: str, room: int) -> list[str]:
    return ["", *(f"{'●' if not index else ' '} {line}" for index, line in enumerate(wrapped(text, room - 4)))]


def called(tool: str, given: Json) -> list[str]:
    return ["", f"{_GREEN}●{_OFF} {_BOLD}{tool}{_OFF}({told(given)})"]


def told(given: Json) -> str:
    """The one word of a call's input that says what it is about."""
    found = next((str(given[key]) for key in _TELLING if key in given), json.dumps(given, ensure_ascii=False))
    return found.split("/importer/")[-1] if "file_path" in given else found


def resulted(call: Call | None, output: str, *, refused: bool = False) -> list[str]:
    shade = _RED if refused or (call and call.failed) else _DIM
    first, *rest = output.split("\n") or [""]
    lines = [f"  {_DIM}⎿{_OFF}  {shade}{first}{_OFF}", *(f"     {shade}{line}{_OFF}" for line in rest[:3])]
    for number, line in enumerate(call.patch if call else (), 1):
        ground = {"+": "\x1b[48;2;16;52;28m", "-": "\x1b[48;2;64;20;26m"}.get(line[0], "")
        lines.append(f"     {_DIM}{number:>3}{_OFF} {ground}{line} {_OFF}")
    return lines


def dialog(tool: str, given: Json, place: int, count: int, sender: str = "") -> tuple[str, ...]:
    """A permission prompt as the CLI shows it; a teammate's stands in its lead's terminal."""
    kind = {"Bash": "Bash command", "Read": "Read file", "Edit": "Edit file", "Write": "Create file"}.get(tool, tool)
    whose = f" · from the {sender} agent" if sender else ""
    which = f"   {_DIM}{place} of {count}{_OFF}" if count > 1 else ""
    return (
        f" {_BOLD}{kind}{_OFF}{whose}{which}", "", f"   {told(given)}",
        f"   {_DIM}{given.get('description', '')}{_OFF}", "", " Do you want to proceed?",
        f" \x1b[{ACCENT}m❯ 1. Yes{_OFF}", "   2. Yes, and don't ask again for this",
        "   3. No", "", f" {_DIM}Esc to cancel · Tab to amend{_OFF}",
    )  # fmt: skip


def doing(call: Call) -> str:
    """What the spinner says while it runs."""
    if call.tool == "Bash":
        return "Testing" if "pytest" in call.input["command"] else "Running"
    return {"Read": "Reading", "Edit": "Editing"}.get(call.tool, "Working")


def history(beats: Iterable[Beat], room: int) -> list[str]:
    """What one of them did before the demo began, by its own beats."""
    lines: list[str] = []
    for beat in beats:
        if beat.at >= 0:
            continue
        match beat.step:
            case Prompt(text, sender):
                lines += letter(sender, "", text, room) if sender else prompt(text, room)
            case Think(text):
                lines += thought(text, room)
            case Say(text) | Rest(text):
                lines += said(text, room)
            case Call() as call:
                lines += [*called(call.tool, call.input), *resulted(call, call.output)]
            case Send(to, text, _):
                lines += called(f"@{to}", {"message": text})
            case _:
                pass
    return lines
