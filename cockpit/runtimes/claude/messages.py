"""What teammates write to each other: inbox files, which are queues, and the same messages in transcripts.

Protocol messages are put into words; what is malformed or encoded twice is prose, and never raises."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable
from cockpit.model.teams import TeamMessage
from cockpit.model.text import one_line
from cockpit.runtimes.claude.wire import flag, line, name, parse
from cockpit.runtimes.foreign import Json, bounded, identity, mapping, rows, text, when

_TEXT = 50_000
_KIND = re.compile(r"[a-z][a-z_]{2,60}")
_TAG = re.compile(r"<teammate-message((?:\s+[a-z_]+=\"[^\"]*\")*)\s*>\n?(.*?)\n?</teammate-message>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-z_]+)=\"([^\"]*)\"")
MARK = "<teammate-message"


@immutable
class Letter:
    """One message as it was found. `kind` is `message` or the protocol's word, `body` the protocol's fields;
    `id` is the CLI's own where it gives one (facts: 2.1.197 and later)."""

    sender: str
    to: str
    text: str
    at: datetime
    kind: str = "message"
    body: Json = field(default_factory=dict)
    id: str = ""
    summary: str = ""
    color: str | None = None
    unverified: bool = False

    @property
    def request(self) -> str | None:
        """The request that it makes or answers: `request_id` for permissions, `requestId` for all others."""
        return identity(self.body, "request_id") or identity(self.body, "requestId")

    def shown(self) -> TeamMessage:
        said = describe(self.kind, self.body) if self.kind != "message" else bounded(self.text, _TEXT)
        sender = f"{self.sender} (unverified)" if self.unverified else self.sender
        return TeamMessage(sender, self.to, said, self.at, self.kind, self.id, self.summary, self.color)


def decode_inbox(value: Any, path: Path) -> tuple[Letter, ...] | None:
    """`path` is <home>/teams/<team>/inboxes/<name>.json. An entry that is none is passed over, the others count."""
    if not isinstance(value, list):
        return None
    to = name({"name": path.stem}, "name") or "?"
    found = []
    for row in rows(value):
        at, sender, said = when(row, "timestamp"), name(row, "from"), row.get("text")
        if at is None or sender is None or not isinstance(said, str):
            continue
        kind, body = protocol(said)
        found.append(
            Letter(
                sender, to, said, at, kind, body, identity(row, "msg_id") or "", line(row, "summary"),
                line(row, "color", 20) or None,
            )
        )  # fmt: skip
    return tuple(found)


def letters_in(content: str, to: str, at: datetime) -> Iterator[Letter]:
    """The teammate messages in a transcript's user line; `at` is when it was taken, which is later than sent."""
    for match in _TAG.finditer(content):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        sender = name(attributes, "teammate_id") or "?"
        kind, body = protocol(match[2], explained=True)
        sent = when(body, "timestamp") or at
        yield Letter(
            sender, to, match[2], sent, kind, body, "", line(attributes, "summary"),
            line(attributes, "color", 20) or None, unverified=attributes.get("verified") == "false",
        )  # fmt: skip


def protocol(said: str, *, explained: bool = False) -> tuple[str, Json]:
    """(kind, fields) of a protocol message; (`message`, nothing) of prose. JSON within JSON is not unwrapped twice.

    `explained`: a transcript may go on in words for the model behind an empty line (facts: 2.1.329, shutdown)."""
    if said.startswith("{") and len(said) <= 1_000_000:
        body = mapping(parse(said.partition("\n\n")[0] if explained else said))
        kind = text(body, "type")
        if kind and _KIND.fullmatch(kind):
            return kind, body
    return "message", mapping(None)


def describe(kind: str, body: Json) -> str:
    """A protocol message in words (facts: the table of 2.1.150 to 2.1.329). An unknown kind says its name."""
    match kind:
        case "task_assignment":
            said = f"assigned task #{line(body, 'taskId', 20)}: {line(body, 'subject')}"
        case "idle_notification":
            said = _idle(body)
        case "permission_request":
            said = f"asks to use {line(body, 'tool_name', 80)}: {line(body, 'description')}"
        case "permission_response":
            good = text(body, "subtype") == "success"
            said = "permission given" if good else f"permission refused: {line(body, 'error')}"
        case "shutdown_request":
            said = f"asked to stop: {line(body, 'reason')}"
        case "shutdown_approved":
            said = "stops, as asked"
        case "shutdown_rejected":
            said = f"does not stop: {line(body, 'reason')}"
        case "plan_approval_request":
            said = f"asks for approval of its plan:\n{bounded(text(body, 'planContent') or '', _TEXT)}"
        case "plan_approval_response":
            agreed = flag(body, "approved") or flag(body, "approve")
            said = f"plan {'approved' if agreed else 'sent back'}: {line(body, 'feedback')}"
        case "teammate_terminated":
            said = line(body, "message", 500)
        case _:
            said = f"{kind.replace('_', ' ')} {line(body, 'message') or line(body, 'reason')}"
    return said.rstrip(": ") or kind.replace("_", " ")


def _idle(body: Json) -> str:
    reason = line(body, "idleReason", 40)
    parts = [f"idle ({reason})" if reason and reason != "available" else "idle"]
    parts += [line(body, "failureReason"), line(body, "summary"), one_line(text(body, "result") or "", 300)]
    return ": ".join(part for part in parts if part)


def requests(letters: Iterable[Letter]) -> dict[str, Letter]:
    """Permission requests that nothing in these letters answers, by the tool call that each is about."""
    waiting: dict[str, tuple[str, Letter]] = {}
    for letter in letters:
        asked = letter.request
        if asked is None:
            continue
        if letter.kind == "permission_request":
            waiting[asked] = (identity(letter.body, "tool_use_id") or asked, letter)
        elif letter.kind == "permission_response":
            waiting.pop(asked, None)
    return dict(waiting.values())
