"""Where a Claude stands and how we know: the process, the session file, the transcript, the team, in that order.

Pure. No word outlives its evidence: a dead process beats every file, and an open turn counts while somebody runs it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cockpit.model.immutable import immutable
from cockpit.model.work import Status
from cockpit.runtimes.claude.activity import Activity, Turn
from cockpit.runtimes.claude.asks import Request, Waiting, waiting
from cockpit.runtimes.claude.calls import Call
from cockpit.runtimes.claude.messages import Letter
from cockpit.runtimes.claude.sessions import Session
from cockpit.runtimes.claude.teams import Mate
from cockpit.runtimes.claude.wire import line

ORDER = ("process", "session file", "permission request", "transcript", "team's config", "idle notification")
"""What beats what, as `explain` prints it."""

SPAWNING = timedelta(seconds=30)
"""A member without a process or a line in a transcript is on its way for this long, and no longer."""

Seen = tuple[str, datetime | None]


@immutable
class Standing:
    """`raw` is the CLI's own word; `seen` the evidence, best first; `until`: then it must be judged again."""

    status: Status
    raw: str = ""
    detail: str = ""
    since: datetime | None = None
    seen: tuple[Seen, ...] = ()
    calls: tuple[Call, ...] = ()
    finished_at: datetime | None = None
    until: datetime | None = None


@immutable
class Signs:
    """All that is known of one Claude. `alive` is None where processes cannot be seen; `busy` names teammates and
    subagents that work for it; `mates` says that it leads some in panes of their own; `asking` are teammates' requests
    that its terminal shows."""

    alive: bool | None = None
    session: Session | None = None
    activity: Activity | None = None
    busy: Sequence[str] = ()
    mates: bool = False
    asking: Sequence[Request] = ()


def judge(signs: Signs) -> Standing:
    """A session with a file in the registry, or one that left a transcript only."""
    session, activity = signs.session, signs.activity
    told = _transcript(activity)
    if session is not None and activity is not None and _left_open(session, activity):
        activity = replace(activity, turn=Turn.INTERRUPTED, pending={})
        signs = replace(signs, activity=activity)
    if session is None:
        return _over(activity, "no session file, no process", told)
    said = session.state + (f": {session.waiting_for}" if session.waiting_for else "")
    file: Seen = (f"session file: {said or 'no status'}", session.state_at)
    if signs.alive is False:
        return _over(activity, f"process {session.pid} is gone; its session file says {said or 'nothing'}", told)
    life = "lives" if signs.alive else "cannot be seen from here"
    seen: tuple[Seen, ...] = (file, (f"process {session.pid} {life}", None), *told)
    match session.state:
        case "waiting":
            return _waits(signs, session, seen)
        case "idle":
            return _rests(signs, session.state, session.state_at, seen)
        case "busy":
            if signs.mates and activity is not None and not activity.turn.open and activity.turn is not Turn.NONE:
                # A lead with mates in panes stays `busy` at its prompt (facts: 2.1.329): its transcript knows better.
                return _rests(signs, session.state, activity.at, seen)
            since = _since(activity, session.state_at)
            return Standing(Status.WORKING, session.state, _doing(activity, signs.busy), since, seen)
        case "":
            return _by_transcript(signs, seen)
    return Standing(Status.UNKNOWN, said, f"session status {said}", session.state_at, seen)


def _left_open(session: Session, activity: Activity) -> bool:
    """Whether the transcript's turn is that of a process before this one, which was killed in it and resumed."""
    return bool(activity.turn.open and session.started_at and activity.at and activity.at < session.started_at)


def _waits(signs: Signs, session: Session, seen: tuple[Seen, ...]) -> Standing:
    own: Sequence[Call] = tuple(signs.activity.pending.values()) if signs.activity else ()
    if signs.asking and not own and session.waiting_for in ("permission prompt", "worker request"):
        names = ", ".join(dict.fromkeys(request.mate for request in signs.asking))
        shown: Seen = (f"{signs.asking[0].why} of {names}", signs.asking[0].call.at)
        detail = f"its terminal shows the request of {names}"
        return Standing(Status.WORKING, session.state, detail, session.state_at, (seen[0], shown, *seen[1:]))
    found: Waiting = waiting(session.waiting_for, own)
    detail = found.detail
    if not own and signs.busy and found.status is Status.APPROVAL:
        detail = f"{session.waiting_for or 'a dialog'}, for {' or '.join(signs.busy)}"
    calls = found.calls if len(found.calls) == 1 else ()
    return Standing(found.status, session.state, detail, session.state_at, seen, calls)


def _rests(signs: Signs, raw: str, at: datetime | None, seen: tuple[Seen, ...]) -> Standing:
    """At its prompt. What works for it in the background still counts as its work."""
    activity = signs.activity
    finished = activity.at if activity and activity.turn is Turn.ENDED else None
    if signs.busy:
        names = ", ".join(signs.busy)
        more: Seen = (f"works for it: {names}", None)
        return Standing(Status.WORKING, raw, f"waits for {names}", at, (*seen, more))
    if activity is not None and activity.turn is Turn.FAILED:
        return Standing(Status.FAILED, raw, activity.error, activity.at, seen)
    detail = "interrupted" if activity is not None and activity.turn is Turn.INTERRUPTED else ""
    return Standing(Status.IDLE, raw, detail, at, seen, finished_at=finished)


def _by_transcript(signs: Signs, seen: tuple[Seen, ...]) -> Standing:
    activity = signs.activity
    if activity is None or activity.turn is Turn.NONE:
        return Standing(Status.IDLE, "", "", activity.first_at if activity else None, seen)
    if activity.turn.open:
        return Standing(Status.WORKING, activity.turn, _doing(activity, signs.busy), activity.since, seen)
    return _rests(signs, activity.turn, activity.at, seen)


def judge_mate(
    signs: Signs, mate: Mate, now: datetime, *, idle: Letter | None = None, written_at: datetime | None = None,
    request: Request | None = None, lead_waits: bool = False, orphan: Request | None = None,
) -> Standing:  # fmt: skip
    """A teammate: it has no session file. `idle` is its newest idle notification, `written_at` when the team's config
    was written, `request` its open permission request, `lead_waits`: the lead's terminal shows a permission prompt;
    `orphan` is an open request to a lead that was killed, which nobody can answer any more (seen on 2.1.329)."""
    activity = signs.activity
    told = _transcript(activity)
    if signs.alive is False:
        return _over(activity, "its process is gone; the team's config keeps it", told)
    life: tuple[Seen, ...] = (("its process lives", None),) if signs.alive else ()
    if request is not None and lead_waits:
        seen: Seen = (request.why, request.call.at)
        calls = (request.call,)
        return Standing(Status.APPROVAL, "waiting", request.call.said, request.call.at, (seen, *life, *told), calls)
    if orphan is not None:
        asked: Seen = (f"{orphan.why}, to a lead that is gone", orphan.call.at)
        detail = f"nobody can answer it since its lead was killed: {orphan.call.said}"
        return Standing(Status.FAILED, "waiting", detail, orphan.call.at, (asked, *life, *told))
    config = _config(mate, written_at)
    if activity is None or activity.turn is Turn.NONE:
        young = mate.joined_at is not None and now - mate.joined_at < SPAWNING
        until = mate.joined_at + SPAWNING if young and mate.joined_at else None
        if young:
            return Standing(Status.STARTING, "", "", mate.joined_at, (*life, *config), until=until)
        status = Status.WORKING if mate.active else Status.IDLE
        seen_at = (*life, *config) or (("a member of the team, nothing else", mate.joined_at),)
        return Standing(status, "", "no transcript found", written_at, seen_at)
    if activity.turn.open:
        quiet = idle if idle is not None and activity.at is not None and idle.at >= activity.at else None
        if quiet is None:
            detail = _doing(activity, ())
            if lead_waits and activity.pending:
                detail = f"{detail} (may wait for the lead's terminal)"
            return Standing(Status.WORKING, activity.turn, detail, activity.since, (*life, *told, *config))
        note: Seen = ("idle notification", quiet.at)
        return Standing(Status.IDLE, "idle", "", quiet.at, (note, *life, *told), finished_at=quiet.at)
    rests = _rests(signs, activity.turn, activity.at, (*told, *life, *config))
    failed = idle is not None and idle.body.get("idleReason") == "failed"
    if failed and idle is not None and activity.at is not None and idle.at >= activity.at - timedelta(seconds=2):
        why = line(idle.body, "failureReason", 300) or rests.detail or "its turn failed"
        return Standing(Status.FAILED, "failed", why, idle.at, (("idle notification: failed", idle.at), *rests.seen))
    return rests


def _over(activity: Activity | None, why: str, told: tuple[Seen, ...]) -> Standing:
    at = activity.last_at if activity else None
    cut = activity is not None and activity.turn.open
    return Standing(Status.ENDED, "", "ended within a turn" if cut else "", at, ((why, None), *told))


def _transcript(activity: Activity | None) -> tuple[Seen, ...]:
    if activity is None or activity.turn is Turn.NONE:
        return ()
    words = {
        Turn.ASKED: "a prompt, no answer yet",
        Turn.ANSWERING: "an answer is on its way",
        Turn.CALLING: f"{len(activity.pending)} tool call{'s' * (len(activity.pending) != 1)} without a result",
        Turn.ENDED: "the turn ended",
        Turn.INTERRUPTED: "interrupted by a person",
        Turn.FAILED: f"API error: {activity.error}",
    }
    return ((f"transcript: {words[activity.turn]}", activity.at),)


def _config(mate: Mate, written_at: datetime | None) -> tuple[Seen, ...]:
    if mate.active is None:
        return ()
    return ((f"team's config: {'active' if mate.active else 'not active'}", written_at),)


def _doing(activity: Activity | None, busy: Sequence[str]) -> str:
    if activity is not None and activity.pending:
        return next(reversed(activity.pending.values())).said
    if busy:
        return f"waits for {', '.join(busy)}"
    return activity.said if activity is not None and activity.turn is Turn.ANSWERING else ""


def _since(activity: Activity | None, state_at: datetime | None) -> datetime | None:
    """When the turn began: the file's time moves with every tool that had to be asked for."""
    if activity is not None and activity.turn.open and activity.since is not None:
        return activity.since
    return state_at
