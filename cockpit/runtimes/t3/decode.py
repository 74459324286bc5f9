"""From wire rows to projects and threads, pure. It must never keep state nor read anything by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cockpit.model.asks import Ask, AskKind
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.work import Capability, Context, ModelChoice, Project, Thread
from cockpit.runtimes.foreign import Json, count, identity, mapping, rows, text, when
from cockpit.runtimes.t3.asks import latest_plan, requests
from cockpit.runtimes.t3.given import in_short
from cockpit.runtimes.t3.status import evidence, finished_at, plan_ready, standing
from cockpit.runtimes.t3.wire import flag, word

_TITLE = 300
_PATH = 4096

AUTHORITY = 100
"""The server runs its agents itself: nobody else knows their state better."""

READING = frozenset({Capability.CONVERSE, Capability.DIFF})
ACTING = frozenset(
    {
        Capability.SEND,
        Capability.APPROVE,
        Capability.ANSWER,
        Capability.PLAN,
        Capability.INTERRUPT,
        Capability.STOP,
        Capability.MODES,
        Capability.RENAME,
        Capability.ARCHIVE,
        Capability.DELETE,
    }
)


@immutable
class Known:
    """What is known of a row beside the row itself: its open asks, why they could not be read, its newest doing."""

    asks: tuple[Ask, ...] = ()
    note: str = ""
    latest: str = ""
    context: Context | None = None


NOTHING_KNOWN = Known()


def decode_thread(
    row: Json,
    *,
    source: str,
    now: datetime,
    known: Known = NOTHING_KNOWN,
    capabilities: frozenset[Capability] = READING,
    skew: timedelta = timedelta(0),
) -> tuple[Thread, datetime | None] | None:
    """A shell or snapshot row as a thread, and when to judge it again; None if it has no usable id.

    On servers that send no flags the row must have been through `with_flags` first. `now` is in the server's time;
    `skew` is how far that is ahead of ours: what ages are told from is put into our time, evidence is left alone."""
    native = identity(row)
    if native is None:
        return None
    asks = _fitting(row, known.asks)
    stands = standing(row, asks, now=now, note=known.note, latest=known.latest)
    project = identity(row, "projectId")
    busy = stands.status.busy or stands.status.needs_you
    pinned = text(row, "pinnedAt") is not None
    thread = Thread(
        ref=Ref(source, native),
        title=one_line(text(row, "title") or "", _TITLE) or "(untitled)",
        status=stands.status,
        raw_status=stands.raw,
        since=_ours(stands.since, skew),
        detail=stands.detail,
        project=Ref(source, project) if project else None,
        asks=tuple(replace(ask, created_at=_ours(ask.created_at, skew)) for ask in asks) if skew else asks,
        evidence=evidence(row, stands, source),
        capabilities=capabilities,
        sources=(source,),
        authority=AUTHORITY,
        created_at=when(row, "createdAt"),
        finished_at=_ours(finished_at(row), skew),
        branch=_line(row, "branch"),
        worktree=_line(row, "worktreePath"),
        model=decode_model(row.get("modelSelection")),
        runtime_mode=_line(row, "runtimeMode"),
        interaction_mode=_line(row, "interactionMode"),
        context=known.context,
        settled=row.get("settledOverride") == "settled" and not pinned and not busy,
        snoozed_until=when(row, "snoozedUntil"),
        pinned=pinned,
        archived=text(row, "archivedAt") is not None,
    )
    return thread, stands.until


def _ours(at: datetime | None, skew: timedelta) -> datetime | None:
    return at - skew if at is not None and skew else at


def _fitting(row: Json, asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """Those asks that the row's own flags still bear out."""
    if not asks:
        return asks
    open_now = {
        AskKind.APPROVAL: flag(row, "hasPendingApprovals"),
        AskKind.QUESTION: flag(row, "hasPendingUserInput"),
        AskKind.PLAN: plan_ready(row),
    }
    return tuple(ask for ask in asks if open_now.get(ask.kind, False))


def waits(row: Json) -> bool:
    """The row says that something waits whose words only the detail has."""
    return flag(row, "hasPendingApprovals") or flag(row, "hasPendingUserInput") or plan_ready(row)


def in_fleet(row: Json) -> bool:
    return not text(row, "archivedAt") and not text(row, "deletedAt")


def with_flags(row: Json) -> Json:
    """A full-body row of a server without shell flags (facts: T3 ≤ 0.0.28) with the flags that its bodies imply."""
    open_kinds = {request.kind for request in requests(row.get("activities")).values() if request.open}
    plan = latest_plan(row.get("proposedPlans"))
    sent = [text(message, "createdAt") for message in rows(row.get("messages")) if message.get("role") == "user"]
    return {
        **row,
        "hasPendingApprovals": AskKind.APPROVAL in open_kinds,
        "hasPendingUserInput": AskKind.QUESTION in open_kinds,
        "hasActionableProposedPlan": plan is not None and not text(plan, "implementedAt"),
        "latestUserMessageAt": max((at for at in sent if at), default=None),
    }


def decode_project(row: Json, source: str) -> Project | None:
    native = identity(row)
    if native is None:
        return None
    path = one_line(text(row, "workspaceRoot") or "", _PATH)
    title = one_line(text(row, "title") or "", _TITLE)
    return Project(
        ref=Ref(source, native),
        title=title or path.rstrip("/").rpartition("/")[2] or "(untitled)",
        path=path,
        model=decode_model(row.get("defaultModelSelection")),
    )


def decode_model(value: object) -> ModelChoice | None:
    """`{instanceId, model, options?}`, or `{provider, model}` as servers before 0.0.22 wrote it."""
    selection = mapping(value)
    instance = _line(selection, "instanceId") or _line(selection, "provider")
    model = _line(selection, "model")
    if not instance or not model:
        return None
    return ModelChoice(instance, model, tuple(rows(selection.get("options"))))


def latest_doing(detail: Json) -> str:
    """The newest thing that a thread did or said, in one line; empty if its body has none."""
    did, said = "", ""
    newest_at: datetime | None = None
    for item in rows(detail.get("activities")):
        at = when(item, "createdAt")
        if item.get("tone") == "tool" and at and (newest_at is None or at >= newest_at):
            did, newest_at = text(mapping(item.get("payload")), "detail") or text(item, "summary") or "", at
    for message in rows(detail.get("messages")):
        at = when(message, "createdAt")
        if message.get("role") == "assistant" and at and (newest_at is None or at >= newest_at):
            said, newest_at = text(message, "text") or "", at
    return one_line(said.strip() or in_short(did), _TITLE)


def decode_context(activities: object) -> Context | None:
    """The newest context-window report; its limit may come from an earlier one, since not each report repeats it."""
    used: int | None = None
    limit: int | None = None
    for item in rows(activities):
        if item.get("kind") == "context-window.updated":
            payload = mapping(item.get("payload"))
            used = count(payload, "usedTokens") if "usedTokens" in payload else used
            limit = count(payload, "maxTokens") or limit
    return Context(used, limit) if used is not None else None


def place_of(row: Json, projects: Mapping[str, Project]) -> str:
    """Where the thread's commands run: its worktree, else its project's directory, on the server's machine."""
    worktree = _line(row, "worktreePath")
    if worktree:
        return worktree
    project = projects.get(identity(row, "projectId") or "")
    return project.path if project else ""


def capabilities_of(*, operate: bool, settle: bool, snooze: bool) -> frozenset[Capability]:
    """What a token and a server version allow for every thread alike."""
    if not operate:
        return READING
    extra: Sequence[Capability] = [
        *([Capability.SETTLE] if settle else []),
        *([Capability.SNOOZE] if snooze else []),
    ]
    return READING | ACTING | frozenset(extra)


def _line(source: Json, key: str) -> str | None:
    value = text(source, key)
    return word(value, _PATH) if value else None
