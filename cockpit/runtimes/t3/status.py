"""A T3 row's status and why: the ladder of T3's own sidebar, with its evidence (facts: T3 0.0.33, section 8).

It must never turn a value that it does not know into one that it knows: that is UNKNOWN, with the raw word."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cockpit.model.asks import Ask, AskKind
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.work import Evidence, Status
from cockpit.runtimes.foreign import Json, count, mapping, text, when
from cockpit.runtimes.t3.wire import flag, word

QUEUED_FOR = timedelta(minutes=2)
"""How long a message that no turn has taken up counts as a start on its way."""

_SESSION_WORDS = frozenset({"idle", "starting", "running", "ready", "interrupted", "stopped", "error"})
_TURN_STATES = frozenset({"running", "interrupted", "completed", "error"})
_LINE = 300

Seen = tuple[str, datetime | None]


@immutable
class Standing:
    """`raw` is the server's own word. `until` is when the status must be judged again although the row stays."""

    status: Status
    raw: str
    detail: str = ""
    since: datetime | None = None
    seen: tuple[Seen, ...] = ()
    until: datetime | None = None


def standing(row: Json, asks: Sequence[Ask], *, now: datetime, note: str = "", latest: str = "") -> Standing:
    """Where a row stands. `asks` are the open ones that could be read and `note` says why some could not; `latest` is
    the newest thing that the thread did, where known; `now` is in the server's time."""
    session, turn = mapping(row.get("session")), mapping(row.get("latestTurn"))
    raw = session_word(row)
    session_at, updated_at = when(session, "updatedAt"), when(row, "updatedAt")
    if flag(row, "hasPendingApprovals"):
        return _waiting(Status.APPROVAL, AskKind.APPROVAL, "approval.requested", row, asks, note)
    if flag(row, "hasPendingUserInput"):
        return _waiting(Status.QUESTION, AskKind.QUESTION, "user-input.requested", row, asks, note)
    if raw == "running":
        since = when(turn, "startedAt") if turn.get("state") == "running" else None
        return Standing(Status.WORKING, raw, progress(row) or latest, since or session_at)
    if raw == "starting":
        return Standing(Status.STARTING, raw, latest, session_at)
    if raw == "error":
        return Standing(Status.FAILED, raw, _failure(session), session_at)
    if raw and raw not in _SESSION_WORDS:
        return Standing(Status.UNKNOWN, raw, f"session status {raw}", session_at)
    if plan_ready(row):
        return _waiting(Status.PLAN, AskKind.PLAN, "proposedPlan", row, asks, note)
    liveness = word(text(row, "backgroundLiveness") or "")
    if liveness:
        doing = f"{liveness} in the background"
        known = liveness in ("working", "monitoring")
        return Standing(
            Status.WORKING if known else Status.UNKNOWN,
            liveness,
            (progress(row) or latest or doing) if known else doing,
            when(turn, "completedAt") or session_at,
            ((f"backgroundLiveness {liveness}", updated_at),),
        )
    return _resting(row, raw, session_at, now, latest)


def _waiting(status: Status, kind: AskKind, word: str, row: Json, asks: Sequence[Ask], note: str) -> Standing:
    mine = [ask for ask in asks if ask.kind is kind]
    raw = session_word(row)
    if mine:
        detail = mine[0].summary
        seen = tuple((f"{word} {ask.id[:8]}…", ask.created_at) for ask in mine)
    else:
        detail = f"details not read: {note}" if note else "details not read yet"
        seen = ((f"{word}, by the row's flag", when(row, "updatedAt")),)
    if kind is not AskKind.PLAN and raw not in ("running", "starting"):
        detail += f" (its session is {raw or 'gone'}: the request may be dead)"
    asked_at = min((ask.created_at for ask in mine if ask.created_at), default=None)
    session_at = when(mapping(row.get("session")), "updatedAt")
    return Standing(status, raw, one_line(detail, _LINE), asked_at or session_at or when(row, "updatedAt"), seen)


def _resting(row: Json, raw: str, session_at: datetime | None, now: datetime, latest: str) -> Standing:
    """No session, or one that waits for a message."""
    turn = mapping(row.get("latestTurn"))
    state = word(text(turn, "state") or "")
    sent_at = when(row, "latestUserMessageAt")
    if sent_at is not None and _queued(turn, sent_at) and abs(now - sent_at) <= QUEUED_FOR:
        seen = (("message not taken up yet", sent_at),)
        return Standing(Status.STARTING, raw, "message sent, no turn yet", sent_at, seen, sent_at + QUEUED_FOR)
    if turn and state not in _TURN_STATES:
        return Standing(Status.UNKNOWN, state, f"turn state {state or 'missing'}", session_at)
    rested_at = when(turn, "completedAt") or session_at or when(row, "createdAt")
    if raw == "stopped":
        return Standing(Status.ENDED, raw, latest or "session stopped; a message starts it again", session_at)
    if not raw and state == "running":
        return Standing(Status.WORKING, raw, latest, when(turn, "startedAt"))
    if not raw and state == "error":
        return Standing(Status.FAILED, raw, "the latest turn ended in an error", rested_at)
    return Standing(Status.IDLE, raw, latest, rested_at)


def evidence(row: Json, stands: Standing, source: str) -> tuple[Evidence, ...]:
    """What the standing rests on, the deciding fact first."""
    session, turn = mapping(row.get("session")), mapping(row.get("latestTurn"))
    seen = [*stands.seen]
    if raw := session_word(row):
        seen.append((f"session.status {raw}", when(session, "updatedAt")))
    if turn:
        at = when(turn, "completedAt") or when(turn, "startedAt") or when(turn, "requestedAt")
        seen.append((f"latestTurn {word(text(turn, 'state') or '?')}", at))
    if not seen:
        seen.append(("no session and no turn yet", when(row, "updatedAt") or when(row, "createdAt")))
    return tuple(Evidence(source, words, at) for words, at in seen)


def session_word(row: Json) -> str:
    status = text(mapping(row.get("session")), "status")
    return word(status) if status else ""


def finished_at(row: Json) -> datetime | None:
    """When the latest turn ended, or None while one runs."""
    if session_word(row) in ("running", "starting"):
        return None
    return when(mapping(row.get("latestTurn")), "completedAt")


def progress(row: Json) -> str:
    """`2/5 Wire the CLI`, or nothing."""
    plan = mapping(row.get("planProgress"))
    done, total = count(plan, "completedSteps"), count(plan, "totalSteps")
    step = one_line(text(plan, "step") or "", _LINE)
    return f"{min((done or 0) + 1, total)}/{total} {step}".strip() if total else step


def plan_ready(row: Json) -> bool:
    """A plan waits: plan mode, an actionable plan, and the latest turn settled."""
    if not flag(row, "hasActionableProposedPlan") or row.get("interactionMode") != "plan":
        return False
    turn = mapping(row.get("latestTurn"))
    return bool(text(turn, "startedAt") and text(turn, "completedAt")) and session_word(row) != "running"


def _queued(turn: Json, sent_at: datetime) -> bool:
    times = (when(turn, key) for key in ("requestedAt", "startedAt", "completedAt"))
    return all(at is None or at < sent_at for at in times)


def _failure(session: Json) -> str:
    lines = (text(session, "lastError") or "").strip().splitlines()
    return one_line(lines[0], _LINE) if lines else "It failed and did not say why."
