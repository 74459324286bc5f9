"""Commands as T3 takes them: one function per wire command, pure (facts: T3 0.0.33, section 5).

It must never leave out a field that the server demands, even one that it then ignores."""

from collections.abc import Mapping
from datetime import datetime

from cockpit.model.asks import Decision
from cockpit.model.work import ModelChoice
from cockpit.runtimes.foreign import Json, text
from cockpit.runtimes.t3.wire import stamp

DEFAULT_RUNTIME = "approval-required"
DEFAULT_INTERACTION = "default"
_DECISIONS = {
    Decision.ACCEPT: "accept",
    Decision.ACCEPT_FOR_SESSION: "acceptForSession",
    Decision.DECLINE: "decline",
    Decision.CANCEL: "cancel",
}
Body = dict[str, object]


def decision_word(decision: Decision) -> str:
    return _DECISIONS[decision]


def approval_respond(command_id: str, thread: str, request: str, decision: Decision, now: datetime) -> Body:
    return _of(command_id, "thread.approval.respond", thread) | {
        "requestId": request,
        "decision": decision_word(decision),
        "createdAt": stamp(now),
    }


def user_input_respond(
    command_id: str, thread: str, request: str, answers: Mapping[str, object], now: datetime
) -> Body:
    return _of(command_id, "thread.user-input.respond", thread) | {
        "requestId": request,
        "answers": dict(answers),
        "createdAt": stamp(now),
    }


def turn_start(
    command_id: str,
    thread: str,
    message_id: str,
    words: str,
    row: Json,
    now: datetime,
    *,
    interaction: str | None = None,
) -> Body:
    """The modes are demanded and ignored (facts: T3, section 0.2); the thread's own are repeated."""
    return _of(command_id, "thread.turn.start", thread) | {
        "message": {"messageId": message_id, "role": "user", "text": words, "attachments": []},
        "runtimeMode": text(row, "runtimeMode") or DEFAULT_RUNTIME,
        "interactionMode": interaction or text(row, "interactionMode") or DEFAULT_INTERACTION,
        "createdAt": stamp(now),
    }


def thread_create(command_id: str, thread: str, new_thread: Json) -> Body:
    return _of(command_id, "thread.create", thread) | dict(new_thread)


def new_thread(
    project: str, title: str, model: ModelChoice, runtime_mode: str, interaction_mode: str, now: datetime
) -> Body:
    """What both `thread.create` and a bootstrap want to know of a thread; branch and worktree keys must be there."""
    return {
        "projectId": project,
        "title": title,
        "modelSelection": model_selection(model),
        "runtimeMode": runtime_mode,
        "interactionMode": interaction_mode,
        "branch": None,
        "worktreePath": None,
        "createdAt": stamp(now),
    }


def model_selection(model: ModelChoice) -> Body:
    selection: Body = {"instanceId": model.instance, "model": model.model}
    return selection | {"options": [dict(option) for option in model.options]} if model.options else selection


def project_create(command_id: str, project: str, title: str, path: str, now: datetime, *, create_path: bool) -> Body:
    body: Body = {
        "type": "project.create",
        "commandId": command_id,
        "projectId": project,
        "title": title,
        "workspaceRoot": path,
        "createdAt": stamp(now),
    }
    return body | {"createWorkspaceRootIfMissing": True} if create_path else body


def turn_interrupt(command_id: str, thread: str, turn: str | None, now: datetime) -> Body:
    body = _of(command_id, "thread.turn.interrupt", thread) | {"createdAt": stamp(now)}
    return body | {"turnId": turn} if turn else body


def session_stop(command_id: str, thread: str, now: datetime) -> Body:
    return _of(command_id, "thread.session.stop", thread) | {"createdAt": stamp(now)}


def runtime_mode_set(command_id: str, thread: str, mode: str, now: datetime) -> Body:
    return _of(command_id, "thread.runtime-mode.set", thread) | {"runtimeMode": mode, "createdAt": stamp(now)}


def interaction_mode_set(command_id: str, thread: str, mode: str, now: datetime) -> Body:
    return _of(command_id, "thread.interaction-mode.set", thread) | {"interactionMode": mode, "createdAt": stamp(now)}


def rename(command_id: str, thread: str, title: str) -> Body:
    return _of(command_id, "thread.meta.update", thread) | {"title": title}


def snooze(command_id: str, thread: str, until: datetime) -> Body:
    return _of(command_id, "thread.snooze", thread) | {"snoozedUntil": stamp(until)}


def by_user(command_id: str, kind: str, thread: str) -> Body:
    """`thread.unsettle` and `thread.unsnooze` want a reason."""
    return _of(command_id, kind, thread) | {"reason": "user"}


def plain(command_id: str, kind: str, thread: str) -> Body:
    """Archive, unarchive, settle, delete: nothing but the thread."""
    return _of(command_id, kind, thread)


def _of(command_id: str, kind: str, thread: str) -> Body:
    return {"type": kind, "commandId": command_id, "threadId": thread}
