"""What waits for a person on a T3 thread, read from its activities and plans (facts: T3 0.0.28 and 0.0.33, section 8).

It must never close a request on anything but the server's own word, and never show one that the server gave up."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line, reveal
from cockpit.runtimes.foreign import Json, bounded, identity, mapping, rows, text, when
from cockpit.runtimes.t3.given import in_short, spelled
from cockpit.runtimes.t3.wire import flag, prose

BODY = 120_000
SUMMARY = 300

_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_STALE_APPROVAL = (
    "stale pending approval request",
    "unknown pending approval request",
    "unknown pending permission request",
)
_STALE_INPUT = ("stale pending user-input request", "unknown pending user-input request")
_KIND_OF_TYPE = {
    "command_execution_approval": "command",
    "exec_command_approval": "command",
    "dynamic_tool_call": "command",
    "file_read_approval": "file-read",
    "file_change_approval": "file-change",
    "apply_patch_approval": "file-change",
}
_WANTS = {"command": "run a command", "file-read": "read a file", "file-change": "edit a file"}
_AGENTS = {
    "claudeAgent": "Claude",
    "codex": "Codex",
    "cursor": "Cursor",
    "grok": "Grok",
    "opencode": "OpenCode",
}
_DECISIONS = (Decision.ACCEPT, Decision.ACCEPT_FOR_SESSION, Decision.DECLINE, Decision.CANCEL)


@immutable
class Request:
    """One approval or question request and what became of it. `ending` is empty while it is open; it holds the
    decision, `answered` or `stale` afterwards. `trouble` is the server's last complaint about a response to it."""

    id: str
    kind: AskKind
    payload: Json
    at: datetime | None
    turn: str | None
    summary: str
    ending: str = ""
    ended_at: datetime | None = None
    answers: Json | None = None
    trouble: str = ""
    complaints: int = 0

    @property
    def open(self) -> bool:
        return not self.ending


def agent_name(provider: str | None) -> str:
    """`claudeAgent` → `Claude`; an unknown provider by its own name."""
    if not provider:
        return "The agent"
    return _AGENTS.get(provider) or one_line(provider, 40)


def in_order(activities: object) -> list[Json]:
    """Activities by `createdAt`; those without a time stay after the one before them. Within a millisecond the server
    keeps no order (T3 0.0.33 listed an update after its completion), so beginnings go first."""
    keyed: list[tuple[datetime, bool, Json]] = []
    last = _DAWN
    for item in rows(activities):
        last = when(item, "createdAt") or last
        begins = isinstance(item.get("kind"), str) and item["kind"].endswith((".requested", ".started"))
        keyed.append((last, not begins, item))
    return [item for _, _, item in sorted(keyed, key=lambda row: row[:2])]


def requests(activities: object) -> dict[str, Request]:
    """All requests that the activities speak of, by request id, oldest first."""
    found: dict[str, Request] = {}
    for item in in_order(activities):
        kind, payload = item.get("kind"), mapping(item.get("payload"))
        request_id = identity(payload, "requestId")
        if request_id is None:
            continue
        if kind in ("approval.requested", "user-input.requested"):
            found[request_id] = Request(
                id=request_id,
                kind=AskKind.APPROVAL if kind == "approval.requested" else AskKind.QUESTION,
                payload=payload,
                at=when(item, "createdAt"),
                turn=text(item, "turnId"),
                summary=text(item, "summary") or "",
            )
        elif request_id in found:
            found[request_id] = _after(found[request_id], item, payload)
    return found


def _after(request: Request, item: Json, payload: Json) -> Request:
    kind, at = item.get("kind"), when(item, "createdAt")
    if kind == "approval.resolved":
        ending = one_line(text(payload, "decision") or "resolved", 40)
        return replace(request, ending=ending, ended_at=at)
    if kind == "user-input.resolved":
        return replace(request, ending="answered", ended_at=at, answers=mapping(payload.get("answers")))
    if kind in ("provider.approval.respond.failed", "provider.user-input.respond.failed"):
        detail = text(payload, "detail") or text(item, "summary") or ""
        complained = replace(request, trouble=one_line(detail, SUMMARY), complaints=request.complaints + 1)
        stale = _STALE_APPROVAL if request.kind is AskKind.APPROVAL else _STALE_INPUT
        if request.open and any(phrase in detail.lower() for phrase in stale):
            return replace(complained, ending="stale", ended_at=at)
        return complained
    return request


def latest_plan(plans: object) -> Json | None:
    """The newest proposed plan by `updatedAt`, implemented or not."""
    newest: Json | None = None
    newest_at: datetime | None = None
    for plan in rows(plans):
        at = when(plan, "updatedAt") or when(plan, "createdAt")
        if identity(plan) and (newest is None or (at is not None and (newest_at is None or at >= newest_at))):
            newest, newest_at = plan, at
    return newest


def asks_of(detail: Json, thread: Ref, place: str) -> tuple[Ask, ...]:
    """All open asks of a thread's detail, approvals and questions oldest first, then the actionable plan."""
    agent = agent_name(text(mapping(detail.get("session")), "providerName"))
    activities = detail.get("activities")
    found: list[Ask] = []
    for request in requests(activities).values():
        if not request.open:
            continue
        if request.kind is AskKind.APPROVAL:
            found.append(_approval(request, thread, place, agent, activities))
        else:
            found.append(_question(request, thread, place, agent))
    plan = latest_plan(detail.get("proposedPlans"))
    if plan is not None and not text(plan, "implementedAt"):
        found.append(_plan(plan, thread, place, agent))
    return tuple(found)


def _approval(request: Request, thread: Ref, place: str, agent: str, activities: object) -> Ask:
    payload = request.payload
    kind = text(payload, "requestKind") or _KIND_OF_TYPE.get(text(payload, "requestType") or "", "")
    raw = one_line(kind or text(payload, "requestType") or "of a kind it did not name", 60)
    wants = _WANTS.get(kind) or f"do something that needs approval ({raw})"
    exact = _whole(text(payload, "detail") or request.summary, request.turn, activities)
    return Ask(
        id=request.id,
        thread=thread,
        kind=AskKind.APPROVAL,
        title=f"{agent} wants to {wants}",
        summary=one_line(reveal(in_short(exact)[: SUMMARY * 8]), SUMMARY) or "It did not say what it wants to do.",
        body=_revealed(spelled(exact)),
        place=place,
        created_at=request.at,
        decisions=_DECISIONS,
    )


def _revealed(exact: str) -> str:
    """What would run, with hidden characters shown: removing one here would be a lie about the command."""
    cut = len(exact) - BODY
    return reveal(exact, limit=BODY) + (f"\n… ({cut:,} more characters are not shown)" if cut > 0 else "")


def _whole(detail: str, turn: str | None, activities: object) -> str:
    """The request's text, completed from the tool call of the same turn where the server shortened it."""
    if not detail.endswith(("...", "…")):
        return detail
    start = detail.rstrip(".…")
    tool = start.partition(": ")[0]
    for item in rows(activities):
        if text(item, "turnId") == turn:
            data = mapping(mapping(item.get("payload")).get("data"))
            command = text(data, "command") or text(mapping(data.get("input")), "command")
            if command and f"{tool}: {command}".startswith(start):
                return f"{tool}: {command}"
    return f"{detail}\n(shortened by the server)"


def _question(request: Request, thread: Ref, place: str, agent: str) -> Ask:
    questions = read_questions(request.payload)
    first = questions[0].text if questions else "It did not say what it asks."
    more = f" (and {len(questions) - 1} more)" if len(questions) > 1 else ""
    return Ask(
        id=request.id,
        thread=thread,
        kind=AskKind.QUESTION,
        title=f"{agent} asks",
        summary=one_line(first, SUMMARY) + more,
        body="\n".join(question.text for question in questions),
        place=place,
        created_at=request.at,
        questions=questions,
    )


def read_questions(payload: Json) -> tuple[Question, ...]:
    """The questions of a request. `id` is the server's own (for Claude the question's text) and goes back untouched."""
    found = []
    for item in rows(payload.get("questions")):
        asked = text(item, "question") or text(item, "header") or ""
        options = tuple(
            Option(one_line(label, SUMMARY), prose(option, "description", 2000))
            for option in rows(item.get("options"))
            if (label := text(option, "label"))
        )
        found.append(
            Question(
                id=text(item, "id") or asked,
                text=bounded(asked, BODY),
                header=one_line(text(item, "header") or "", 80),
                options=options,
                multi=flag(item, "multiSelect"),
            )
        )
    return tuple(found)


def exact_labels(payload: Json) -> dict[str, str]:
    """Option labels as shown → as the server spells them, where cleaning changed one."""
    return {
        shown: label
        for item in rows(payload.get("questions"))
        for option in rows(item.get("options"))
        if (label := text(option, "label")) and (shown := one_line(label, SUMMARY)) != label
    }


def _plan(plan: Json, thread: Ref, place: str, agent: str) -> Ask:
    markdown = prose(plan, "planMarkdown", BODY)
    return Ask(
        id=identity(plan) or "",
        thread=thread,
        kind=AskKind.PLAN,
        title=f"{agent} proposes a plan",
        summary=plan_title(markdown),
        body=markdown,
        place=place,
        created_at=when(plan, "updatedAt") or when(plan, "createdAt"),
    )


def plan_title(markdown: str) -> str:
    """The plan's first line with words in it, without its heading marks."""
    lines = (line.strip().lstrip("#").strip() for line in markdown.splitlines())
    return one_line(next((line for line in lines if line), "A plan without text"), SUMMARY)


def spoken(answers: Mapping[str, object] | None) -> str:
    """Answers as one line: `Blue; Cheese, Basil`."""
    return one_line("; ".join(_value(value) for value in (answers or {}).values()), SUMMARY)


def _value(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return ", ".join(item for item in value if isinstance(item, str))
    return ""
