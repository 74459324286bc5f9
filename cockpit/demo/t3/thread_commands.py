"""What clients may do with a thread: create it, change it, talk to it, answer it (facts: T3 0.0.33 §5, §8).

Changes the thread and tells its agent; projects and shelves are in `commands`.
"""

from cockpit.demo.t3 import record, schema
from cockpit.demo.t3.agent import Agent
from cockpit.demo.t3.hearing import Hearing
from cockpit.demo.t3.refusals import Refused
from cockpit.demo.t3.state import Row, Thread
from cockpit.demo.t3.world import World


def require(world: World, command: str, thread_id: str) -> Thread:
    """The thread, archived or not. Raises Refused when there is none."""
    thread = world.thread(thread_id)
    if thread is None:
        raise Refused(command, f"Thread '{thread_id}' does not exist for command '{command}'.")
    return thread


def model_row(model: schema.ModelSelection) -> Row:
    """A model selection as threads keep it."""
    row: Row = {"instanceId": model.instanceId, "model": model.model}
    if model.options:
        row["options"] = [option.model_dump() for option in model.options]
    return row


def agent_of(world: World, thread: Thread) -> Hearing:
    """The thread's agent, made when it is first needed."""
    if thread.id not in world.agents:
        world.agents[thread.id] = Agent(world, thread)
    return world.agents[thread.id]


def delete(world: World, thread: Thread, command_id: str) -> int:
    """Mark the thread as deleted and let its agent go; its id stays taken for ever."""
    if thread.id in world.agents:
        world.agents.pop(thread.id).lose()
    thread.deleted_at = world.now()
    payload = {"threadId": thread.id, "deletedAt": thread.deleted_at}
    return world.emit("thread", thread.id, "thread.deleted", payload, command_id=command_id)


def create(world: World, command_id: str, thread_id: str, new: schema.NewThread) -> int:
    """Create a thread. Raises Refused when the id was ever used or the project does not exist."""
    if world.project(new.projectId) is None:
        raise Refused("thread.create", f"Project '{new.projectId}' does not exist for command 'thread.create'.")
    if thread_id in world.threads:
        raise Refused("thread.create", f"Thread '{thread_id}' already exists and cannot be created twice.")
    at = world.now() if world.version.modern else new.createdAt
    thread = Thread(
        id=thread_id,
        project_id=new.projectId,
        title=new.title,
        model=model_row(new.modelSelection),
        runtime_mode=new.runtimeMode,
        interaction_mode=new.interactionMode,
        branch=new.branch,
        worktree_path=new.worktreePath,
        created_at=at,
        updated_at=at,
    )
    world.threads[thread_id] = thread
    payload = {"threadId": thread_id, "projectId": new.projectId, "title": new.title}
    return world.emit("thread", thread_id, "thread.created", payload, command_id=command_id)


def apply(world: World, command: schema.Command) -> int:
    """Carry out a command on a thread; returns the sequence of its last event. Raises Refused."""
    if isinstance(command, schema.ThreadCreate):
        return create(world, command.commandId, command.threadId, command)
    if isinstance(command, schema.ThreadTurnStart):
        return _start_turn(world, command)
    thread = require(world, command.type, getattr(command, "threadId", ""))
    agent = agent_of(world, thread)

    def done(event: str) -> int:
        return world.emit("thread", thread.id, event, {"threadId": thread.id}, command_id=command.commandId)

    match command:
        case schema.ThreadMetaUpdate():
            _update_meta(thread, command)
            return done("thread.meta-updated")
        case schema.ThreadRuntimeModeSet():
            thread.runtime_mode = command.runtimeMode
            sequence = done("thread.runtime-mode-set")
            agent.change_mode()
            return sequence
        case schema.ThreadInteractionModeSet():
            thread.interaction_mode = command.interactionMode
            return done("thread.interaction-mode-set")
        case schema.ThreadTurnInterrupt():
            sequence = done("thread.turn-interrupt-requested")
            agent.interrupt()
            return sequence
        case schema.ThreadApprovalRespond():
            sequence = done("thread.approval-response-requested")
            world.later(0.01, lambda: agent.decide(command.requestId, command.decision))
            return sequence
        case schema.ThreadUserInputRespond():
            sequence = done("thread.user-input-response-requested")
            world.later(0.01, lambda: agent.answer(command.requestId, command.answers))
            return sequence
        case schema.ThreadSessionStop():
            sequence = done("thread.session-stop-requested")
            if not command.onlyIfSettled or thread.settled_override == "settled":
                agent.stop()
            return sequence
        case schema.ThreadCheckpointRevert():
            sequence = done("thread.checkpoint-revert-requested")
            _revert(world, thread, command.turnCount)
            return sequence
        case _:
            raise TypeError(f"not a command on a thread: {command.type}")


def _update_meta(thread: Thread, command: schema.ThreadMetaUpdate) -> None:
    given = command.model_fields_set
    if "title" in given:
        thread.title = command.title
    if "regenerateTitle" in given:
        first = next((row["text"] for row in thread.messages if row["role"] == "user"), thread.title)
        thread.title = " ".join(first.split()[:6]) or thread.title
    if "modelSelection" in given:
        thread.model = model_row(command.modelSelection)
    expected = "expectedBranch" not in given or command.expectedBranch == thread.branch
    if "branch" in given and expected:
        thread.branch = command.branch
    if "worktreePath" in given:
        thread.worktree_path = command.worktreePath


def _start_turn(world: World, command: schema.ThreadTurnStart) -> int:
    thread = require(world, command.type, command.threadId)
    plan = _source_plan(world, command)
    if thread.settled_override == "settled":
        thread.settled_override = thread.settled_at = None
    record.say(
        world,
        thread,
        message_id=command.message.messageId,
        role="user",
        text=command.message.text,
        turn_id=None,
        attachments=[
            {"type": "image", "id": world.ids.uuid(f"attachment/{thread.id}")}
            | item.model_dump(include={"name", "mimeType", "sizeBytes"})
            for item in command.message.attachments
        ],
        command_id=command.commandId,
    )
    if not world.version.modern:
        thread.messages[-1]["createdAt"] = thread.messages[-1]["updatedAt"] = command.createdAt
    payload = {"threadId": thread.id, "messageId": command.message.messageId}
    sequence = world.emit("thread", thread.id, "thread.turn-start-requested", payload, command_id=command.commandId)
    model = model_row(command.modelSelection) if "modelSelection" in command.model_fields_set else None
    agent_of(world, thread).start(command.message.text, model=model, plan=plan)
    return sequence


def _source_plan(world: World, command: schema.ThreadTurnStart) -> Row | None:
    if "sourceProposedPlan" not in command.model_fields_set:
        return None
    reference = command.sourceProposedPlan
    source = require(world, command.type, reference.threadId)
    if all(plan["id"] != reference.planId for plan in source.plans):
        detail = f"Proposed plan '{reference.planId}' does not exist on thread '{reference.threadId}'."
        raise Refused(command.type, detail)
    return {"threadId": reference.threadId, "planId": reference.planId}


def _revert(world: World, thread: Thread, count: int) -> None:
    """Drop everything after checkpoint `count`; a count that was never reached is reported as an activity."""
    if count > len(thread.checkpoints):
        detail = {"turnCount": count, "detail": f"Checkpoint turn count {count} exceeds current turn count."}
        record.note(world, thread, "checkpoint.revert.failed", "Checkpoint revert failed", detail, tone="error")
        return
    kept = thread.turns[:count]
    ids = {turn.id for turn in kept}
    cut = thread.turns[count].requested_at if count < len(thread.turns) else "~"
    thread.turns = kept
    thread.checkpoints = thread.checkpoints[:count]
    thread.plans = [plan for plan in thread.plans if plan["turnId"] in ids]
    thread.messages = [
        row for row in thread.messages if row["turnId"] in ids or (row["turnId"] is None and row["createdAt"] < cut)
    ]
    thread.activities = [row for row in thread.activities if row["turnId"] is None or row["turnId"] in ids]
    thread.latest_turn = _turn_row(thread)
    users = [row["createdAt"] for row in thread.messages if row["role"] == "user"]
    thread.latest_user_message_at = users[-1] if users else None
    payload = {"threadId": thread.id, "turnCount": count}
    world.emit("thread", thread.id, "thread.reverted", payload)


def _turn_row(thread: Thread) -> Row | None:
    if not thread.checkpoints:
        return None
    last = thread.checkpoints[-1]
    asked = thread.turns[-1].requested_at
    return {
        "turnId": last["turnId"],
        "state": "completed",
        "requestedAt": asked,
        "startedAt": asked,
        "completedAt": last["completedAt"],
        "assistantMessageId": last["assistantMessageId"],
    }
