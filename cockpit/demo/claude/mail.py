"""What lies in inboxes: messages as they are written, and as they are understood (facts §2)."""

import json
from datetime import datetime

from cockpit.demo.claude.home import Json, iso
from cockpit.demo.claude.steps import Who


def written(sender: Who, text: str, at: datetime, native: str, summary: str = "") -> Json:
    """A message as it lies in an inbox."""
    told: Json = {"from": sender.name, "text": text}
    if summary:
        told["summary"] = summary
    told["timestamp"] = iso(at)
    if sender.colour:
        told["color"] = sender.colour
    return told | {"msgV": 1, "msg_id": native, "type": "message", "read": False}


def protocol(letter: Json) -> Json:
    """The fields of a protocol message; nothing for one that is prose."""
    try:
        told = json.loads(letter["text"])
    except (ValueError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def prose(letter: Json) -> str:
    """What a message says, also where it is one of the protocol's."""
    told = protocol(letter)
    match told.get("type"):
        case "idle_notification":
            return f"idle · {told.get('result', '')}"
        case "task_assignment":
            return f"task #{told.get('taskId')}: {told.get('subject')}"
        case None:
            return str(letter.get("text", ""))
    return str(told["type"]).replace("_", " ")
