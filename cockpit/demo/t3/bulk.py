"""Great numbers, for benchmarks: thousands of threads, thousands of messages.

Written straight into the world's records without events, because nobody lived through them.
"""

from datetime import timedelta

from cockpit.demo.t3 import content
from cockpit.demo.t3.clock import iso
from cockpit.demo.t3.state import Project, Row, Thread, Turn
from cockpit.demo.t3.world import World

_TITLES = (
    "Fix flaky {} test",
    "Paginate the {} API",
    "Rework {} export",
    "Document the {} module",
    "Speed up {} imports",
    "Type the {} client",
    "Remove dead {} flags",
)
_AREAS = ("auth", "billing", "ledger", "search", "upload", "audit", "invoice", "session", "metrics", "queue")
_STATES = ("ready", "ready", "ready", "running", "stopped", "ready", "error", "ready")


def many_threads(world: World, count: int, *, projects: int = 20) -> list[str]:
    """Add that many threads, spread over `projects` projects; returns their ids. Some wait for a person."""
    now = world.clock.now()
    for number in range(projects):
        created = iso(now - timedelta(days=30))
        root = f"/home/dev/code/service-{number:02d}"
        world.directories.add(root)
        name = f"service-{number:02d}"
        world.projects[name] = Project(name, name, root, created, created)
    return [_thread(world, number, f"service-{number % projects:02d}") for number in range(count)]


def _thread(world: World, number: int, project: str) -> str:
    at = iso(world.clock.now() - timedelta(seconds=7 * number))
    thread = _bare(world, f"bulk-{number:05d}", project, _title(number), at)
    status = _STATES[number % len(_STATES)]
    if number % 50 == 3:
        _wait_for_approval(thread, number, at)
    turn_id = f"bulk-turn-{number}"
    running = status == "running"
    thread.latest_turn = {
        "turnId": turn_id,
        "state": "running" if running else "error" if status == "error" else "completed",
        "requestedAt": at,
        "startedAt": at,
        "completedAt": None if running else at,
        "assistantMessageId": None,
    }
    thread.session = {
        "threadId": thread.id,
        "status": status,
        "providerName": "claudeAgent",
        "providerInstanceId": "claudeAgent",
        "runtimeMode": thread.runtime_mode,
        "activeTurnId": turn_id if running else None,
        "lastError": "Provider session did not survive a server restart." if status == "error" else None,
        "updatedAt": at,
    }
    return thread.id


def _wait_for_approval(thread: Thread, number: int, at: str) -> None:
    request = f"bulk-request-{number}"
    thread.open_approvals.add(request)
    thread.activities.append(
        {
            "id": f"bulk-activity-{number}",
            "tone": "approval",
            "kind": "approval.requested",
            "summary": "Command approval requested",
            "payload": {
                "requestId": request,
                "requestKind": "command",
                "requestType": "command_execution_approval",
                "detail": "Bash: alembic upgrade head",
            },
            "turnId": f"bulk-turn-{number}",
            "createdAt": at,
        }
    )


def _title(number: int) -> str:
    words = _TITLES[number % len(_TITLES)].format(_AREAS[number % len(_AREAS)])
    return f"{words} ({number})"


def _bare(world: World, thread_id: str, project: str, title: str, at: str) -> Thread:
    world.sequence += 1
    thread = Thread(
        id=thread_id,
        project_id=project,
        title=title,
        model={"instanceId": "claudeAgent", "model": "claude-sonnet-4-5"},
        runtime_mode="approval-required",
        interaction_mode="default",
        branch=None,
        worktree_path=None,
        created_at=at,
        updated_at=at,
        latest_user_message_at=at,
        sequence=world.sequence,
    )
    world.threads[thread_id] = thread
    world.updated_at = world.now()
    return thread


def long_conversation(world: World, messages: int, *, thread_id: str = "long-conversation") -> str:
    """Add one thread with that many messages, in turns of a question, a tool call and an answer; returns its id."""
    begin = world.clock.now() - timedelta(seconds=30 * messages)
    if "long" not in world.projects:
        world.directories.add("/home/dev/code/long")
        world.projects["long"] = Project("long", "long", "/home/dev/code/long", iso(begin), iso(begin))
    thread = _bare(world, thread_id, "long", "A very long conversation", iso(begin))
    for number in range(messages // 2):
        at = begin + timedelta(seconds=60 * number)
        _exchange(thread, number, iso(at), iso(at + timedelta(seconds=20)), iso(at + timedelta(seconds=30)))
    return thread_id


def _exchange(thread: Thread, number: int, asked: str, used: str, answered: str) -> None:
    job = content.ERRANDS[number % len(content.ERRANDS)]
    turn_id, message_id = f"long-turn-{number}", f"assistant:long-{number}"
    text = (job.insight, job.conclusion, content.LONG_ANSWER, content.PLAN)[number % 4]
    common: Row = {"streaming": False, "createdAt": asked, "updatedAt": asked}
    question = {"id": f"long-{number}", "role": "user", "text": f"{job.opening} ({number})", "attachments": []}
    answer = {"id": message_id, "role": "assistant", "text": text, "turnId": turn_id}
    thread.messages.append(question | {"turnId": None} | common)
    thread.messages.append(answer | common | {"createdAt": answered, "updatedAt": answered})
    call = {"itemType": "command_execution", "toolCallId": f"toolu_{number:020d}", "status": "completed"}
    thread.activities.append(
        {
            "id": f"long-activity-{number}",
            "tone": "tool",
            "kind": "tool.completed",
            "summary": "Command run",
            "payload": call | {"detail": f"Bash: {job.command}", "data": {"command": job.command}},
            "turnId": turn_id,
            "createdAt": used,
        }
    )
    thread.turns.append(Turn(turn_id, asked, number + 1, [job.edit]))
    thread.checkpoints.append(
        {
            "turnId": turn_id,
            "checkpointTurnCount": number + 1,
            "checkpointRef": f"refs/t3/checkpoints/bG9uZw/turn/{number + 1}",
            "status": "ready",
            "files": [
                {
                    "path": job.edit.path,
                    "kind": "modified",
                    "additions": job.edit.additions,
                    "deletions": job.edit.deletions,
                }
            ],
            "assistantMessageId": message_id,
            "completedAt": answered,
        }
    )
    thread.latest_user_message_at = asked
    thread.updated_at = answered
    thread.latest_turn = {
        "turnId": turn_id,
        "state": "completed",
        "requestedAt": asked,
        "startedAt": asked,
        "completedAt": answered,
        "assistantMessageId": message_id,
    }
