"""The things that can happen to a thread, each as one change of its record and one event.

Never decides whether something may happen; `commands` does for people, `agent` for agents.
"""

from base64 import urlsafe_b64encode

from cockpit.demo.t3.state import Edit, Row, Thread, Turn
from cockpit.demo.t3.world import World

MAX_TOKENS = 200_000


def set_session(
    world: World,
    thread: Thread,
    status: str,
    *,
    turn_id: str | None = None,
    error: str | None = None,
    provider: str | None = "claudeAgent",
) -> None:
    """Give the thread's provider session that status; `turn_id` is the turn it works on."""
    thread.session = {
        "threadId": thread.id,
        "status": status,
        "providerName": provider,
        "providerInstanceId": thread.model["instanceId"],
        "runtimeMode": thread.runtime_mode,
        "activeTurnId": turn_id,
        "lastError": error,
        "updatedAt": world.now(),
    }
    payload = {"threadId": thread.id, "session": dict(thread.session)}
    origin = world.provider_command(thread.id, "thread-session-set")
    world.emit("thread", thread.id, "thread.session-set", payload, command_id=origin)


def begin_turn(world: World, thread: Thread, turn_id: str, requested_at: str, *, plan: Row | None = None) -> Turn:
    """Make a new turn the thread's latest; `plan` is the proposed plan it implements."""
    turn = Turn(turn_id, requested_at)
    thread.turns.append(turn)
    thread.latest_turn = {
        "turnId": turn_id,
        "state": "running",
        "requestedAt": requested_at,
        "startedAt": requested_at,
        "completedAt": None,
        "assistantMessageId": None,
    }
    if plan:
        thread.latest_turn["sourceProposedPlan"] = dict(plan)
    return turn


def end_turn(world: World, thread: Thread, turn_id: str, state: str = "completed") -> None:
    """Close the thread's latest turn if it is that one."""
    latest = thread.latest_turn
    if latest and latest["turnId"] == turn_id and latest["completedAt"] is None:
        latest["state"] = state
        latest["completedAt"] = world.now()
    thread.plan_progress = None


def say(
    world: World,
    thread: Thread,
    *,
    message_id: str,
    role: str,
    text: str,
    turn_id: str | None,
    streaming: bool = False,
    attachments: list[Row] | None = None,
    command_id: str | None = None,
) -> None:
    """Add `text` to a message, which begins with it if it is new; `streaming` says whether more will come."""
    now = world.now()
    row = next((message for message in reversed(thread.messages) if message["id"] == message_id), None)
    if row is None:
        row = {"id": message_id, "role": role, "text": ""}
        if role == "user":
            row["attachments"] = attachments or []
        row |= {"turnId": turn_id, "streaming": streaming, "createdAt": now, "updatedAt": now}
        thread.messages.append(row)
    row["text"] += text
    row["streaming"] = streaming
    row["updatedAt"] = now
    if role == "user":
        thread.latest_user_message_at = now
    elif thread.latest_turn and thread.latest_turn["turnId"] == turn_id:
        thread.latest_turn["assistantMessageId"] = message_id
    payload = {"threadId": thread.id, "messageId": message_id} | {k: v for k, v in row.items() if k != "id"}
    payload["text"] = text
    if role == "assistant" and command_id is None:
        command_id = world.provider_command(thread.id, "assistant-delta" if streaming else "assistant-complete")
    world.emit("thread", thread.id, "thread.message-sent", payload, command_id=command_id)


def note(
    world: World,
    thread: Thread,
    kind: str,
    summary: str,
    payload: Row,
    *,
    tone: str = "info",
    turn_id: str | None = None,
) -> None:
    """Add an activity. A modern server drops the rows that it supersedes: older progress of one tool call, older
    readings of the context window in one turn."""
    row: Row = {
        "id": world.ids.uuid(f"activity/{thread.id}"),
        "tone": tone,
        "kind": kind,
        "summary": summary,
        "payload": payload,
        "turnId": turn_id,
        "createdAt": world.now(),
    }
    if world.version.modern:
        thread.activities = [old for old in thread.activities if not _superseded(old, row)]
    thread.activities.append(row)
    _follow_requests(thread, kind, payload)
    origin = world.provider_command(thread.id, "thread-activity-append")
    event = {"threadId": thread.id, "activity": dict(row)}
    world.emit("thread", thread.id, "thread.activity-appended", event, command_id=origin)


def _superseded(old: Row, new: Row) -> bool:
    if new["kind"] == "context-window.updated":
        return bool(old["kind"] == new["kind"] and old["turnId"] == new["turnId"])
    if new["kind"] in ("tool.updated", "tool.completed"):
        call = new["payload"].get("toolCallId")
        return bool(old["kind"] == "tool.updated" and call and old["payload"].get("toolCallId") == call)
    return False


def _follow_requests(thread: Thread, kind: str, payload: Row) -> None:
    """Keep the pending flags: opened by a request, closed by its resolution or by a response that came too late."""
    request = payload.get("requestId")
    if not isinstance(request, str):
        return
    if kind == "approval.requested":
        thread.open_approvals.add(request)
    elif kind == "user-input.requested":
        thread.open_questions.add(request)
    elif kind in ("approval.resolved", "provider.approval.respond.failed"):
        thread.open_approvals.discard(request)
    elif kind in ("user-input.resolved", "provider.user-input.respond.failed"):
        thread.open_questions.discard(request)


def propose(world: World, thread: Thread, turn_id: str, markdown: str) -> None:
    """Put a plan up for the person to decide on."""
    now = world.now()
    plan: Row = {
        "id": f"plan:{thread.id}:turn:{turn_id}",
        "turnId": turn_id,
        "planMarkdown": markdown,
        "implementedAt": None,
        "implementationThreadId": None,
        "createdAt": now,
        "updatedAt": now,
    }
    thread.plans = [old for old in thread.plans if old["id"] != plan["id"]] + [plan]
    _plan_event(world, thread, plan)


def implement_plan(world: World, source: Thread, plan_id: str, thread: Thread) -> None:
    """Stamp the plan as being implemented by `thread`."""
    for plan in source.plans:
        if plan["id"] == plan_id:
            plan["implementedAt"] = plan["updatedAt"] = world.now()
            plan["implementationThreadId"] = thread.id
            _plan_event(world, source, plan)


def _plan_event(world: World, thread: Thread, plan: Row) -> None:
    payload = {"threadId": thread.id, "proposedPlan": dict(plan)}
    world.emit("thread", thread.id, "thread.proposed-plan-upserted", payload)


def liveness(world: World, thread: Thread, word: str | None) -> None:
    """Show that something goes on in the background (`working`, `monitoring`), or nothing any more."""
    thread.background_liveness = word
    world.emit("thread", thread.id, "thread.meta-updated", {"threadId": thread.id})


def steps(world: World, thread: Thread, turn_id: str, plan: list[Row]) -> None:
    """Show how far the agent's own list of steps has come."""
    done = sum(step["status"] == "completed" for step in plan)
    current = next((step["step"] for step in plan if step["status"] == "inProgress"), None)
    if current is not None:
        thread.plan_progress = {"step": current, "completedSteps": done, "totalSteps": len(plan)}
    note(world, thread, "turn.plan.updated", "Plan updated", {"plan": plan}, turn_id=turn_id)


def context(world: World, thread: Thread, turn_id: str, used: int, *, total: int | None = None) -> None:
    """Show how much of the context window is used, in tokens."""
    payload: Row = {"usedTokens": used, "lastUsedTokens": used}
    if total is not None:
        payload["totalProcessedTokens"] = total
    payload |= {"maxTokens": MAX_TOKENS, "compactsAutomatically": True}
    note(world, thread, "context-window.updated", "Context window updated", payload, turn_id=turn_id)


def checkpoint(world: World, thread: Thread, turn: Turn, edits: list[Edit], *, cut_short: bool = False) -> None:
    """Capture the files as the turn left them; a turn cut short is first seen as `missing`, then captured."""
    turn.count = len(thread.checkpoints) + 1
    turn.edits = list(edits)
    reference = urlsafe_b64encode(thread.id.encode()).rstrip(b"=").decode()
    replies = [row["id"] for row in thread.messages if row["turnId"] == turn.id]
    row: Row = {
        "turnId": turn.id,
        "checkpointTurnCount": turn.count,
        "checkpointRef": f"refs/t3/checkpoints/{reference}/turn/{turn.count}",
        "status": "ready",
        "files": [
            {"path": edit.path, "kind": "modified", "additions": edit.additions, "deletions": edit.deletions}
            for edit in edits
        ],
        "assistantMessageId": replies[-1] if replies else None,
        "completedAt": world.now(),
    }
    thread.checkpoints.append(row)
    for status in ("missing", "ready") if cut_short else ("ready",):
        origin = f"server:checkpoint-turn-diff-complete:{world.ids.uuid(f'checkpoint/{thread.id}')}"
        payload = {"threadId": thread.id} | row | {"status": status}
        world.emit("thread", thread.id, "thread.turn-diff-completed", payload, command_id=origin)
        captured = {"turnCount": turn.count, "status": status}
        note(world, thread, "checkpoint.captured", "Checkpoint captured", captured, turn_id=turn.id)
