"""From a thread's detail to its conversation: entries in the order they happened, each once, keyed by id.

It must never append by position: the server drops superseded activities, so a list is only ever read whole
(facts: T3 0.0.33, section 7)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cockpit.model.asks import AskKind
from cockpit.model.ids import Ref
from cockpit.model.talk import (
    Changes,
    Entry,
    Exchange,
    FileChange,
    Message,
    Notice,
    Plan,
    Role,
    Step,
    Steps,
    StepState,
    Talk,
)
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, bounded, count, identity, mapping, rows, text, when
from cockpit.runtimes.t3.asks import Request, in_order, read_questions, requests, spoken
from cockpit.runtimes.t3.calls import decode_calls
from cockpit.runtimes.t3.decode import decode_context
from cockpit.runtimes.t3.given import in_short, spelled
from cockpit.runtimes.t3.status import session_word
from cockpit.runtimes.t3.wire import flag, prose

TEXT = 200_000
_LINE = 300
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_STEP_STATES = {"pending": StepState.PENDING, "inProgress": StepState.RUNNING, "completed": StepState.DONE}
_ELSEWHERE = frozenset(
    {
        "context-window.updated",
        "checkpoint.captured",
        "approval.requested",
        "approval.resolved",
        "user-input.requested",
        "user-input.resolved",
        "turn.plan.updated",
    }
)
"""Kinds that show up as another entry or as the context figure."""


def decode_talk(body: Json, thread: Ref, read_at: datetime) -> Talk:
    """`GET /threads/{id}`'s body `{thread, page?}` (or `{thread}` cut from a full snapshot) as one page of talk."""
    detail, page = mapping(body.get("thread")), mapping(body.get("page"))
    entries = decode_entries(detail, turns=_turns_of(detail) if page else None)
    older = text(page, "beforeCursor") if flag(page, "hasMore") else None
    context = decode_context(detail.get("activities"))
    return Talk(thread=thread, entries=entries, older=older, context=context, read_at=read_at)


def decode_entries(detail: Json, *, turns: frozenset[str] | None = None) -> tuple[Entry, ...]:
    """All entries of a detail. A page carries the checkpoints of all turns; `turns` keeps those that belong to it."""
    alive = session_word(detail) in ("running", "starting")
    born = when(detail, "createdAt") or _DAWN
    activities = in_order(detail.get("activities"))
    streams: list[Iterable[Entry]] = [
        _messages(detail.get("messages"), born),
        decode_calls(activities, alive=alive, born=born),
        _exchanges(requests(activities).values(), born),
        _steps(activities, born),
        _notices(activities, born),
        _plans(detail.get("proposedPlans"), born),
        _changes(detail.get("checkpoints"), born, turns),
    ]
    return in_time(streams)


def in_time(streams: Sequence[Iterable[Entry]]) -> tuple[Entry, ...]:
    """One list by time in which each stream keeps its own order, even where clocks disagree (facts: T3 0.0.28 takes
    `createdAt` from the client); the last of several entries with one id wins."""
    keyed: dict[str, tuple[datetime, Entry]] = {}
    for stream in streams:
        latest = _DAWN
        for entry in stream:
            latest = max(latest, entry.at)
            keyed.pop(entry.id, None)
            keyed[entry.id] = (latest, entry)
    return tuple(entry for _, entry in sorted(keyed.values(), key=lambda pair: pair[0]))


def decode_message(item: Json, born: datetime) -> Message | None:
    """A message of the read model, or of a `thread.message-sent` event (where the id is `messageId`)."""
    native = identity(item) or identity(item, "messageId")
    if native is None:
        return None
    role = _ROLES.get(text(item, "role") or "", Role.SYSTEM)
    return Message(
        id=native,
        role=role,
        text=prose(item, "text", TEXT),
        at=when(item, "createdAt") or when(item, "updatedAt") or born,
        turn=text(item, "turnId"),
        streaming=flag(item, "streaming"),
        attachments=tuple(
            one_line(text(attached, "name") or text(attached, "id") or "attachment", _LINE)
            for attached in rows(item.get("attachments"))
        ),
        author="" if role is not Role.SYSTEM else one_line(text(item, "role") or "", 40),
    )


def _messages(value: object, born: datetime) -> Iterable[Entry]:
    for item in rows(value):
        message = decode_message(item, born)
        if message is not None:
            yield message


def _exchanges(found: Iterable[Request], born: datetime) -> Iterable[Entry]:
    for request in found:
        if request.kind is AskKind.APPROVAL:
            detail = text(request.payload, "detail") or request.summary
            whole = spelled(detail)
            asked = detail if whole == detail else f"{in_short(detail)}\n{whole}"
        else:
            asked = "\n".join(question.text for question in read_questions(request.payload)) or request.summary
        outcome = request.ending
        if outcome == "answered":
            outcome = spoken(request.answers) or outcome
        yield Exchange(
            id=request.id,
            kind=request.kind.value,
            text=bounded(asked, TEXT),
            at=request.at or born,
            outcome=outcome,
            turn=request.turn,
        )


def _steps(activities: Iterable[Json], born: datetime) -> Iterable[Entry]:
    """The to-do list, one entry per turn in its latest state."""
    newest: dict[str, Entry] = {}
    for item in activities:
        if item.get("kind") != "turn.plan.updated":
            continue
        turn = text(item, "turnId")
        steps = tuple(_step(step) for step in rows(mapping(item.get("payload")).get("plan")))
        key = f"steps:{turn}"
        newest.pop(key, None)
        newest[key] = Steps(id=key, steps=steps, at=when(item, "createdAt") or born, turn=turn)
    return newest.values()


def _step(item: Json) -> Step:
    state = _STEP_STATES.get(text(item, "status") or "", StepState.PENDING)
    return Step(prose(item, "step", 2000), state)


def _notices(activities: Iterable[Json], born: datetime) -> Iterable[Entry]:
    """Errors, warnings, background tasks and every kind that we do not know, by its summary."""
    for item in activities:
        kind, native = text(item, "kind") or "", identity(item)
        if native is None or kind in _ELSEWHERE or kind.startswith("tool."):
            continue
        payload = mapping(item.get("payload"))
        task = identity(payload, "taskId") if kind.startswith("task.") else None
        yield Notice(
            id=f"task:{task}" if task else native,
            tone=one_line(text(item, "tone") or "info", 40),
            text=bounded(_notice_text(item, payload, kind), TEXT),
            at=when(item, "createdAt") or born,
            turn=text(item, "turnId"),
        )


def _notice_text(item: Json, payload: Json, kind: str) -> str:
    summary = text(item, "summary") or kind or "something without a name"
    said = next((said for key in ("detail", "message", "error", "reason") if (said := text(payload, key))), "")
    return f"{summary}: {said}" if said and said not in summary else summary


def _plans(value: object, born: datetime) -> Iterable[Entry]:
    for plan in rows(value):
        native = identity(plan)
        if native is not None:
            yield Plan(
                id=native,
                markdown=prose(plan, "planMarkdown", TEXT),
                at=when(plan, "createdAt") or born,
                implemented_at=when(plan, "implementedAt"),
                turn=text(plan, "turnId"),
            )


def _changes(value: object, born: datetime, turns: frozenset[str] | None) -> Iterable[Entry]:
    for point in rows(value):
        turn, number = text(point, "turnId"), count(point, "checkpointTurnCount")
        files = tuple(_file(item) for item in rows(point.get("files")))
        if number is None or not files or (turns is not None and turn not in turns):
            continue
        yield Changes(
            id=f"changes:{turn or number}", files=files, count=number, at=when(point, "completedAt") or born, turn=turn
        )


def _file(item: Json) -> FileChange:
    return FileChange(
        path=one_line(text(item, "path") or "?", 4096),
        kind=one_line(text(item, "kind") or "", 40),
        additions=count(item, "additions") or 0,
        deletions=count(item, "deletions") or 0,
    )


def _turns_of(detail: Json) -> frozenset[str]:
    streams = (rows(detail.get("messages")), rows(detail.get("activities")))
    return frozenset(turn for stream in streams for item in stream if (turn := text(item, "turnId")))
