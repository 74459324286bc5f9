"""What became of a call that was answered: by its result in the transcript, and by whether its dialog is gone.

It reads a file's end each time and keeps nothing; whoever waits asks again."""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cockpit.runtimes.claude.wire import line, millis, parse
from cockpit.runtimes.foreign import mapping, rows

_END = 2 << 20


class Verdict(StrEnum):
    """`open`: no result yet · by the hook · by a person at the terminal · somehow: the version does not say."""

    OPEN = "open"
    HOOK = "hook"
    PERSON = "person"
    SOMEHOW = "somehow"


def verdict(root: Path, transcript: Path | None, call: str) -> Verdict:
    """By the result's `permissionDecision` (facts: 2.1.329). A path outside of the Claude home is not opened."""
    if transcript is None:
        return Verdict.OPEN
    try:
        if not transcript.resolve().is_relative_to(root.resolve()):
            return Verdict.OPEN
        with transcript.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _END))
            data = file.read(_END)
    except (OSError, RuntimeError):
        return Verdict.OPEN
    for raw in reversed(data.splitlines()):
        if b'"tool_result"' not in raw or call.encode() not in raw:
            continue
        record = mapping(parse(raw))
        blocks = rows(mapping(record.get("message")).get("content"))
        if any(block.get("tool_use_id") == call for block in blocks):
            return _by(line(mapping(record.get("permissionDecision")), "source"))
    return Verdict.OPEN


def _by(source: str) -> Verdict:
    if source == "hook":
        return Verdict.HOOK
    return Verdict.PERSON if source.startswith("user") else Verdict.SOMEHOW


def dialog_changed(root: Path, pid: int, since: datetime) -> bool:
    """Whether the session's file says that it waits no longer, or for something else than at `since`."""
    try:
        told = mapping(parse((root / "sessions" / f"{pid:d}.json").read_bytes()))
    except OSError:
        return False
    at = millis(told, "statusUpdatedAt")
    if not told:
        return False
    return told.get("status") != "waiting" or (at is not None and at > since)
