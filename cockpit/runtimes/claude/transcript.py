"""A transcript's lines as a conversation: calls with their results, thinking folded, messages by who wrote them.

A line of an unknown type adds nothing and harms nothing; a call is left running only while its session may run it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cockpit.model.talk import CallState, Entry, Exchange, Message, Notice, Plan, Role, Step, Steps, StepState, ToolCall
from cockpit.model.text import one_line
from cockpit.runtimes.claude.activity import INTERRUPTED, prompt_of
from cockpit.runtimes.claude.calls import Call, body, calls_in, told
from cockpit.runtimes.claude.edits import diff_of
from cockpit.runtimes.claude.messages import MARK, letters_in
from cockpit.runtimes.claude.wire import line
from cockpit.runtimes.foreign import Json, bounded, count, identity, mapping, rows, text, when

_TEXT = 200_000
_OUTPUT = 50_000
_LOCAL = ("<command-", "<local-command", "<bash-")
_STEPS = {"pending": StepState.PENDING, "in_progress": StepState.RUNNING, "completed": StepState.DONE}
_QUESTION, _PLAN, _TODO = "AskUserQuestion", "ExitPlanMode", "TodoWrite"


class Conversation:
    """Takes lines in their order and keeps the entries. `reader` is the member's name where it is a teammate's;
    without `letters` what members wrote to each other is left out, as it comes from elsewhere."""

    def __init__(self, reader: str = "", *, sidechain: bool = False, letters: bool = True) -> None:
        self._reader = reader
        self._sidechain = sidechain
        self._with_letters = letters
        self._entries: dict[str, Entry] = {}
        self._calls: dict[str, Call] = {}
        self._hooked: dict[str, str] = {}
        self._count = 0
        self._lines: dict[str, int] = {}
        self._answered = 0

    def entries(self, *, alive: bool = True) -> tuple[Entry, ...]:
        """`alive`: an open call may still end; where nothing runs any more it failed."""
        found = sorted(self._entries.values(), key=lambda entry: entry.at)
        return tuple(found) if alive else tuple(map(_closed, found))

    def settle(self, record: Json) -> None:
        """Take from a later line only the results of calls that are here: those of a page's last calls come behind."""
        at = when(record, "timestamp")
        if at is not None and record.get("type") == "user":
            for block in rows(mapping(record.get("message")).get("content")):
                if block.get("type") == "tool_result":
                    self._result(block, record, at)

    def take(self, record: Json) -> None:
        at = when(record, "timestamp")
        if at is None or (not self._sidechain and record.get("isSidechain") is True):
            return
        self._count += 1
        native = identity(record, "uuid") or f"line-{at.timestamp()}-{self._count}"
        self._lines[native] = self._count
        match record.get("type"):
            case "user":
                self._forked(record, native, at)
                self._user(record, native, at)
            case "assistant":
                self._answered = self._count
                self._assistant(record, native, at)
            case "system":
                self._system(record, native, at)
            case "attachment":
                self._attachment(mapping(record.get("attachment")))

    def _forked(self, record: Json, native: str, at: datetime) -> None:
        """A prompt that goes on from before the last answer took back what is between (seen on 2.1.329: Esc Esc)."""
        content = mapping(record.get("message")).get("content")
        before = self._lines.get(identity(record, "parentUuid") or "")
        is_prompt = record.get("isMeta") is not True and not any(b.get("type") == "tool_result" for b in rows(content))
        if is_prompt and before is not None and before < self._answered:
            self._note(
                f"{native}/fork", "info", "Went back to an earlier point: what came after that was taken back", at
            )

    # What a person, a mate or a tool said

    def _user(self, record: Json, native: str, at: datetime) -> None:
        content = mapping(record.get("message")).get("content")
        results = [block for block in rows(content) if block.get("type") == "tool_result"]
        for block in results:
            self._result(block, record, at)
        said = prompt_of(content)
        pictures = tuple("image" for block in rows(content) if block.get("type") == "image")
        if record.get("isCompactSummary") is True:
            self._note(native, "info", f"Summary of what was compacted\n{bounded(said, _TEXT)}", at)
        elif record.get("isMeta") is True or not (said or pictures):
            return
        elif said.startswith(INTERRUPTED):
            self._note(native, "error", one_line(said.strip("[]")), at)
        elif said.startswith(_LOCAL):
            self._note(native, "info", bounded(said, _TEXT), at)
        elif MARK in said:
            self._letters(said, native, at)
        else:
            self._put(Message(native, Role.USER, bounded(said, _TEXT), at, attachments=pictures))

    def _letters(self, said: str, native: str, at: datetime) -> None:
        for index, letter in enumerate(letters_in(said, self._reader, at) if self._with_letters else ()):
            shown, key = letter.shown(), f"{native}/{index}"
            if letter.kind == "message":
                self._put(Message(key, Role.USER, shown.text, at, author=shown.sender))
            else:
                self._note(key, "info", f"{shown.sender} {shown.text}", at)

    def _result(self, block: Json, record: Json, at: datetime) -> None:
        native = identity(block, "tool_use_id") or ""
        call, entry = self._calls.get(native), self._entries.get(native)
        if call is None or entry is None:
            return
        failed = block.get("is_error") is True
        output = _output(block.get("content"))
        structured = mapping(record.get("toolUseResult"))
        if isinstance(entry, ToolCall):
            state = CallState.FAILED if failed else CallState.COMPLETED
            shown = "" if failed else diff_of(call.tool, call.input, structured)
            self._entries[native] = replace(entry, state=state, ended_at=at, output=shown or output)
        elif isinstance(entry, Exchange):
            self._entries[native] = replace(entry, outcome="decline" if failed else _answers(structured) or "answered")
        elif isinstance(entry, Plan) and not failed and structured.get("awaitingLeaderApproval") is not True:
            self._entries[native] = replace(entry, implemented_at=at)
        self._approved(call, native, record, failed, at)

    def _approved(self, call: Call, native: str, record: Json, failed: bool, at: datetime) -> None:
        """Who let it through or refused it (facts: 2.1.329): a person, a hook, or nobody because a rule allowed it."""
        decision = mapping(record.get("permissionDecision"))
        source, word = text(decision, "source") or "", text(decision, "decision")
        if native in self._hooked:
            source, word = "hook", self._hooked.pop(native)
        denied = line(record, "toolDenialKind", 40)
        if not (source.startswith("user") or source == "hook" or denied == "user-rejected"):
            return
        if isinstance(self._entries.get(native), Exchange | Plan):
            return
        refused = word in ("reject", "deny") or bool(denied) or (failed and word is None)
        lasting = text(decision, "grantScope") not in (None, "once") and not refused
        outcome = "decline" if refused else "accept-for-session" if lasting else "accept"
        by = "by a hook" if source == "hook" else "in its terminal"
        self._put(Exchange(f"{native}/approval", "approval", f"{call.said} ({by})", at, outcome))

    # What the model said

    def _assistant(self, record: Json, native: str, at: datetime) -> None:
        content = mapping(record.get("message")).get("content")
        if record.get("isApiErrorMessage") is True:
            self._note(native, "error", bounded(prompt_of(content), _TEXT) or "API error", at)
            return
        blocks = rows(content) if not isinstance(content, str) else iter([{"type": "text", "text": content}])
        for index, block in enumerate(blocks):
            key = native if index == 0 else f"{native}/{index}"
            said = text(block, "text") if block.get("type") == "text" else None
            thought = text(block, "thinking") if block.get("type") == "thinking" else None
            if said:
                self._put(Message(key, Role.ASSISTANT, bounded(said, _TEXT), at))
            elif thought:
                self._note(key, "thinking", f"Thinking\n{bounded(thought, _TEXT)}", at)
        for call in calls_in(content, at):
            self._call(call)

    def _call(self, call: Call) -> None:
        self._calls[call.id] = call
        if call.tool == _QUESTION:
            self._put(Exchange(call.id, "question", told(call.tool, call.input), call.at))
        elif call.tool == _PLAN and text(call.input, "plan"):
            self._put(Plan(call.id, bounded(text(call.input, "plan") or "", _TEXT), call.at))
        elif call.tool == _TODO:
            steps = tuple(
                Step(line(row, "content", 300), _STEPS.get(text(row, "status") or "", StepState.PENDING))
                for row in rows(call.input.get("todos"))
            )
            self._put(Steps(call.id, steps, call.at))
        else:
            detail = told(call.tool, call.input)
            whole = body(call.tool, call.input) if call.tool == "Bash" else detail
            if call.tool in ("Agent", "Task") and (prompt := text(call.input, "prompt")):
                whole = f"{detail}\n{bounded(prompt, _OUTPUT)}"
            self._put(ToolCall(call.id, call.tool, whole or detail, CallState.RUNNING, call.at))

    # What the CLI said

    def _system(self, record: Json, native: str, at: datetime) -> None:
        match text(record, "subtype"):
            case "compact_boundary":
                self._note(native, "info", _compaction(mapping(record.get("compactMetadata"))), at)
            case "api_error":
                cause = mapping(record.get("error"))
                why = line(cause, "message") or line(mapping(cause.get("error")), "message") or "no reason given"
                self._note(native, "error", f"API error, it tries again: {why}", at)
            case "informational" | "local_command" | "warning":
                said = text(record, "content")
                if said:
                    self._note(native, "info", bounded(said, _TEXT), at)

    def _attachment(self, attachment: Json) -> None:
        if attachment.get("type") == "hook_permission_decision":
            native = identity(attachment, "toolUseID")
            if native is not None:
                self._hooked[native] = line(attachment, "decision", 40)

    def _note(self, native: str, tone: str, said: str, at: datetime) -> None:
        self._put(Notice(native, tone, said, at))

    def _put(self, entry: Entry) -> None:
        self._entries.setdefault(entry.id, entry)


def _closed(entry: Entry) -> Entry:
    if isinstance(entry, ToolCall) and entry.state is CallState.RUNNING:
        return replace(entry, state=CallState.FAILED, output=entry.output or "It ended without a result.")
    if isinstance(entry, Exchange) and not entry.outcome:
        return replace(entry, outcome="stale")
    return entry


def _output(content: object) -> str:
    if isinstance(content, str):
        return bounded(content, _OUTPUT)
    parts: Iterable[str] = (
        text(block, "text") or "" if block.get("type") == "text" else f"[{line(block, 'type', 40)}]"
        for block in rows(content)
    )
    return bounded("\n".join(parts), _OUTPUT)


def _answers(structured: Json) -> str:
    """What a person chose (facts: 2.1.329: `answers` maps the question to the label)."""
    answers = mapping(structured.get("answers"))
    return one_line(", ".join(value for value in answers.values() if isinstance(value, str)), 300)


def _compaction(meta: Json) -> str:
    before, after = count(meta, "preTokens"), count(meta, "postTokens")
    how = line(meta, "trigger", 40)
    tokens = f": {before:,} → {after:,} tokens" if before and after else f": {before:,} tokens" if before else ""
    return f"Compacted{f' ({how})' if how else ''}{tokens}"
