"""What a client gets to read: the world's records as the JSON of each endpoint (facts: T3 0.0.33 and 0.0.28).

Reads only; nothing here changes the world.
"""

import base64
import binascii
import json
from typing import Any

from cockpit.demo.t3.state import Project, Row, Thread, Turn
from cockpit.demo.t3.world import World

_NEWEST_ACTIVITIES = 500
_MOST_TURNS = 150


class BadCursor(ValueError):
    """A `beforeCursor` that this server never gave out."""


def project_row(world: World, project: Project, *, listed: bool) -> Row:
    """A project; the modern snapshot does not name its repository, and only a snapshot says if it was deleted."""
    row: Row = {"id": project.id, "title": project.title, "workspaceRoot": project.workspace_root}
    if listed or not world.version.modern:
        row["repositoryIdentity"] = None
    row["defaultModelSelection"] = project.default_model
    if world.version.modern:
        row |= {"defaultThreadEnvMode": project.default_env_mode, "faviconPath": project.favicon_path}
    row |= {"scripts": project.scripts, "createdAt": project.created_at, "updatedAt": project.updated_at}
    if not listed:
        row["deletedAt"] = project.deleted_at
    return row


def _common(world: World, thread: Thread) -> Row:
    row: Row = {
        "id": thread.id,
        "projectId": thread.project_id,
        "title": thread.title,
        "modelSelection": thread.model,
        "runtimeMode": thread.runtime_mode,
        "interactionMode": thread.interaction_mode,
        "branch": thread.branch,
        "worktreePath": thread.worktree_path,
        "latestTurn": dict(thread.latest_turn) if thread.latest_turn else None,
        "createdAt": thread.created_at,
        "updatedAt": thread.updated_at,
        "archivedAt": thread.archived_at,
    }
    if world.version.modern:
        row |= {
            "settledOverride": thread.settled_override,
            "settledAt": thread.settled_at,
            "snoozedUntil": thread.snoozed_until,
            "snoozedAt": thread.snoozed_at,
            "pinnedAt": thread.pinned_at,
            "pinOrderKey": thread.pin_order_key,
            "titleRegeneration": None,
        }
    return row


def shell_row(world: World, thread: Thread) -> Row:
    """A thread as the shell lists it, with the flags that say whether it waits for a person."""
    return _common(world, thread) | {
        "session": thread.session,
        "latestUserMessageAt": thread.latest_user_message_at,
        "hasPendingApprovals": bool(thread.open_approvals),
        "hasPendingUserInput": bool(thread.open_questions),
        "hasActionableProposedPlan": thread.actionable_plan,
        "backgroundLiveness": thread.background_liveness,
        "planProgress": thread.plan_progress,
    }


def _body(world: World, thread: Thread, messages: list[Row], activities: list[Row]) -> Row:
    return _common(world, thread) | {
        "deletedAt": thread.deleted_at,
        "messages": messages,
        "proposedPlans": thread.plans,
        "activities": activities,
        "checkpoints": thread.checkpoints,
        "session": thread.session,
    }


def shell(world: World, *, archived: bool = False) -> Row:
    """Projects and the threads that are neither deleted nor archived; or the archived ones with their projects."""
    threads = [
        thread
        for thread in world.threads.values()
        if thread.deleted_at is None and (thread.archived_at is not None) == archived
    ]
    owners = {thread.project_id for thread in threads}
    return {
        "snapshotSequence": world.sequence,
        "projects": [
            project_row(world, project, listed=True)
            for project in world.projects.values()
            if project.deleted_at is None and (not archived or project.id in owners)
        ],
        "threads": [shell_row(world, thread) for thread in threads],
        "updatedAt": world.updated_at,
    }


def snapshot(world: World) -> Row:
    """The read model: archived and deleted rows too; on a modern server without bodies."""
    bare = world.version.modern
    threads = []
    for thread in world.threads.values():
        messages, activities = ([], []) if bare else (_ordered(thread.messages), _ordered(thread.activities))
        row = _body(world, thread, messages, activities)
        if bare:
            row["checkpoints"] = []
        threads.append(row)
    return {
        "snapshotSequence": world.sequence,
        "projects": [project_row(world, project, listed=False) for project in world.projects.values()],
        "threads": threads,
        "updatedAt": world.updated_at,
    }


def detail(world: World, thread: Thread) -> Row:
    """One thread with its whole body; of the activities the newest 500."""
    activities = _ordered(thread.activities)[-_NEWEST_ACTIVITIES:]
    return {
        "snapshotSequence": world.sequence,
        "thread": _body(world, thread, _ordered(thread.messages), activities),
    }


def page(world: World, thread: Thread, limit: int, cursor: str | None) -> Row:
    """One thread with the messages and activities of `limit` turns, the newest or those before `cursor`.

    Raises BadCursor.
    """
    starts = _starts(thread)
    end = len(starts) if cursor is None else _open_cursor(cursor, len(starts))
    begin = max(0, end - min(limit, _MOST_TURNS))
    since = starts[begin] if begin > 0 else ""
    until = starts[end] if end < len(starts) else "~"

    def inside(rows: list[Row]) -> list[Row]:
        return [row for row in _ordered(rows) if since <= row["createdAt"] < until]

    return {
        "snapshotSequence": world.sequence,
        "thread": _body(world, thread, inside(thread.messages), inside(thread.activities)[-_NEWEST_ACTIVITIES:]),
        "page": {
            "beforeCursor": _cursor(begin) if begin > 0 else None,
            "hasMore": begin > 0,
            "snapshotSequence": world.sequence,
            "threadSequence": thread.sequence,
        },
    }


def _starts(thread: Thread) -> list[str]:
    """When each raw turn of the thread began: with the person's message."""
    return [row["createdAt"] for row in _ordered(thread.messages) if row["role"] == "user"]


def _cursor(turn: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"v": 1, "turn": turn}).encode()).rstrip(b"=").decode()


def _open_cursor(cursor: str, turns: int) -> int:
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        turn = data["turn"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(turn, int) or not 0 <= turn <= turns:
        raise BadCursor(cursor)
    return turn


def _ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (str(row["createdAt"]), str(row["id"]) if "kind" in row else ""))


def search(world: World, query: str, limit: int) -> Row:
    """For each readable thread the first message that contains `query`, whatever its case."""
    matches: list[Row] = []
    for thread in world.threads.values():
        if world.visible(thread.id) is None:
            continue
        for message in thread.messages:
            if query.casefold() in message["text"].casefold():
                matches.append(_match(thread, message, query))
                break
    return {"matches": matches[:limit]}


def _match(thread: Thread, message: Row, query: str) -> Row:
    text = " ".join(str(message["text"]).split())
    found = max(0, text.casefold().find(query.casefold()))
    start = max(0, found - 60)
    return {
        "threadId": thread.id,
        "projectId": thread.project_id,
        "source": message["role"],
        "snippet": ("…" if start else "") + text[start : found + 120],
        "messageCreatedAt": message["createdAt"],
    }


def diff(thread: Thread, first: int, last: int) -> str:
    """The unified diff of what the turns after checkpoint `first`, up to `last`, changed."""
    parts: list[str] = []
    for turn in thread.turns:
        if turn.count is not None and first < turn.count <= last:
            parts += [_file_diff(turn, number) for number in range(len(turn.edits))]
    return "".join(parts)


def _file_diff(turn: Turn, number: int) -> str:
    edit = turn.edits[number]
    head = f"diff --git a/{edit.path} b/{edit.path}\n"
    if not edit.hunks:
        return head + "new file mode 100644\nindex 0000000..e69de29\n"
    new = edit.hunks.startswith("@@ -0,0")
    mode = "new file mode 100644\nindex 0000000..5f2c1aa\n" if new else "index 41c80b2..5f2c1aa 100644\n"
    source = "/dev/null" if new else f"a/{edit.path}"
    return f"{head}{mode}--- {source}\n+++ b/{edit.path}\n{edit.hunks.rstrip()}\n"


def to_json(value: Any) -> bytes:
    """`value` as the server writes JSON: no spaces, letters as they are, half a surrogate pair escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
