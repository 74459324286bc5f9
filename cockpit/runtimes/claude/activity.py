"""What a transcript's newest lines say: whether a turn runs, what it waits for, how the last one ended.

It is fed line by line and never looks back; what it says is true of the moment of its last line, not of now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cockpit.model.text import one_line
from cockpit.model.work import Context, Wall
from cockpit.runtimes.claude.calls import Call, calls_in
from cockpit.runtimes.claude.prices import window
from cockpit.runtimes.claude.usage import Spent, spent
from cockpit.runtimes.claude.walls import wall
from cockpit.runtimes.claude.wire import line, name
from cockpit.runtimes.foreign import Json, identity, mapping, rows, text, when

INTERRUPTED = "[Request interrupted by user"
_ENDINGS = frozenset({"end_turn", "stop_sequence", "max_tokens", "refusal", "model_context_window_exceeded"})
_LOCAL = ("<command-", "<local-command", "<bash-", "Caveat: The messages below")
_TEAM_TAG = ("<teammate-message", "Another Claude session sent")
SYNTHETIC = "<synthetic>"


class Turn(StrEnum):
    """The state of the newest turn by the transcript alone."""

    NONE = ""
    ASKED = "asked"
    ANSWERING = "answering"
    CALLING = "calling"
    ENDED = "ended"
    INTERRUPTED = "interrupted"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        return self in (Turn.ASKED, Turn.ANSWERING, Turn.CALLING)


@dataclass(slots=True)
class Activity:
    """`at` is when the newest line that bears on the turn was written, `since` when the turn began; `pending` are tool
    calls without a result. `team` and `agent` are of a teammate's own transcript."""

    turn: Turn = Turn.NONE
    at: datetime | None = None
    since: datetime | None = None
    pending: dict[str, Call] = field(default_factory=dict)
    error: str = ""
    wall: Wall | None = None
    said: str = ""
    model: str = ""
    context: Spent | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    given_title: str = ""
    prompt: str = ""
    cwd: str = ""
    branch: str = ""
    version: str = ""
    mode: str = ""
    session: str = ""
    team: str | None = None
    agent: str | None = None
    _message: str = ""

    @property
    def title(self) -> str:
        return self.given_title or self.prompt

    @property
    def fullness(self) -> Context | None:
        """How full the context window is, by the newest answer."""
        used = self.context.context if self.context else None
        return Context(used, window(self.model, used)) if used is not None else None

    def take(self, record: Json, *, sidechain: bool = False) -> None:
        """`sidechain`: the file is a subagent's own, where every line is marked as a side chain."""
        kind = record.get("type")
        at = when(record, "timestamp")
        if at is not None:
            self.first_at = self.first_at or at
            self.last_at = at
        match kind:
            case "user" | "assistant" | "system" | "attachment":
                self._place(record)
                if not sidechain and record.get("isSidechain") is True:
                    return
                if at is None:
                    return
                if kind == "user":
                    self._user(record, at)
                elif kind == "assistant":
                    self._assistant(record, at)
                elif kind == "system":
                    self._system(record, at)
            case "ai-title" | "custom-title":
                self.given_title = line(record, "aiTitle", 120) or line(record, "customTitle", 120) or self.given_title
            case "permission-mode":
                self.mode = line(record, "permissionMode", 40) or self.mode

    def _place(self, record: Json) -> None:
        self.cwd = line(record, "cwd", 4096) or self.cwd
        self.branch = line(record, "gitBranch", 200) or self.branch
        self.version = line(record, "version", 40) or self.version
        self.session = identity(record, "sessionId", 100) or self.session
        self.team = name(record, "teamName") or self.team
        self.agent = name(record, "agentName") or self.agent

    def _user(self, record: Json, at: datetime) -> None:
        if record.get("isMeta") is True or record.get("isCompactSummary") is True:
            return
        content = mapping(record.get("message")).get("content")
        results = [block for block in rows(content) if block.get("type") == "tool_result"]
        if results:
            for block in results:
                self.pending.pop(identity(block, "tool_use_id") or "", None)
            self._move(Turn.CALLING if self.pending else Turn.ANSWERING, at)
            return
        said = prompt_of(content)
        if said.startswith(INTERRUPTED):
            self.pending.clear()
            self._move(Turn.INTERRUPTED, at)
        elif said and not said.startswith(_LOCAL):
            if not self.prompt and not said.startswith(_TEAM_TAG):
                self.prompt = one_line(said, 120)
            self.pending.clear()
            self.since = at
            self._move(Turn.ASKED, at)

    def _assistant(self, record: Json, at: datetime) -> None:
        message = mapping(record.get("message"))
        content = message.get("content")
        if record.get("isApiErrorMessage") is True:
            self.pending.clear()
            self.error = one_line(prompt_of(content), 300) or "API error"
            self._move(Turn.FAILED, at)
            self.wall = wall(self.error, at)
            return
        model = line(message, "model", 100)
        if model and model != SYNTHETIC:
            self.model = model
            self.context = spent(mapping(message.get("usage"))) or self.context
        self.said = one_line(prompt_of(content), 300) or self.said
        for call in calls_in(content, at):
            self.pending[call.id] = call
        if self.pending:
            self._move(Turn.CALLING, at)
        else:
            self._move(Turn.ENDED if text(message, "stop_reason") in _ENDINGS else Turn.ANSWERING, at)

    def _system(self, record: Json, at: datetime) -> None:
        subtype = text(record, "subtype")
        if subtype == "turn_duration" and self.turn.open:
            self.pending.clear()
            self._move(Turn.ENDED, at)
        elif subtype == "compact_boundary":
            self.context = None

    def _move(self, turn: Turn, at: datetime) -> None:
        if turn.open and not self.turn.open:
            self.since = at
        self.turn, self.at = turn, at
        self.wall = None
        if turn is not Turn.FAILED:
            self.error = ""


def prompt_of(content: object) -> str:
    """The text of a message's content, which is a string or blocks."""
    if isinstance(content, str):
        return content
    return "\n".join(found for block in rows(content) if block.get("type") == "text" and (found := text(block, "text")))


def usage_line(record: Json) -> tuple[str, str, Spent, datetime] | None:
    """(message id, model, tokens, time) of an assistant line; None for lines that no request made."""
    message: Mapping[str, object] = mapping(record.get("message"))
    model, used = line(message, "model", 100), spent(mapping(message.get("usage")))
    native = identity(message, "id") or identity(record, "requestId") or identity(record, "uuid")
    at = when(record, "timestamp")
    if used is None or native is None or at is None or not model or model == SYNTHETIC:
        return None
    return native, model, used, at
