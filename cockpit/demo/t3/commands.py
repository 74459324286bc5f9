"""Commands from clients: once and only once, then project and shelf commands (facts: T3 0.0.33 §5, §6).

What an agent does about them is up to the agent; the thread commands are in `thread_commands`.
"""

from typing import Any

from cockpit.demo.t3 import schema, thread_commands
from cockpit.demo.t3.bootstrap import bootstrap
from cockpit.demo.t3.refusals import InvalidCommand, Refused, Rejected
from cockpit.demo.t3.state import Project, Row, Thread
from cockpit.demo.t3.world import Receipt, World


def dispatch(world: World, data: Any, *, over_http: bool) -> int:
    """Carry out the command in `data`, a decoded JSON value; returns the sequence of its last event.

    The same commandId again returns the same sequence and does nothing. Raises BadSchema, InvalidCommand, Refused.
    """
    command = schema.read_command(data, world.version)
    aggregate = str(getattr(command, "threadId", "") or getattr(command, "projectId", ""))
    _check_usable(world, command)
    if isinstance(command, schema.ThreadTurnStart) and command.bootstrap is not None and not over_http:
        bootstrap(world, command)
    receipt = world.receipts.get(command.commandId)
    if receipt is not None:
        return _replay(world, receipt, command.commandId, aggregate)
    try:
        sequence = _apply(world, command)
    except Refused as refusal:
        world.receipts[command.commandId] = Receipt(aggregate, rejected=refusal.message)
        raise
    world.receipts[command.commandId] = Receipt(aggregate, sequence=sequence)
    return sequence


def _replay(world: World, receipt: Receipt, command_id: str, aggregate: str) -> int:
    if receipt.aggregate_id != aggregate and world.version.command_ids_conflict:
        raise Rejected(f"Command '{command_id}' was already used for '{receipt.aggregate_id}'.")
    if receipt.sequence is None:
        raise Rejected(f"Command previously rejected ({command_id}): {receipt.rejected}")
    return receipt.sequence


def _check_usable(world: World, command: schema.Command) -> None:
    match command:
        case schema.ProjectCreate():
            root = _root(command.workspaceRoot)
            if command.createWorkspaceRootIfMissing:
                world.directories.add(root)
            elif not world.directory_exists(root):
                raise InvalidCommand(f"Workspace root does not exist: {root}")
        case schema.ProjectMetaUpdate() if "workspaceRoot" in command.model_fields_set:
            if not world.directory_exists(_root(command.workspaceRoot)):
                raise InvalidCommand(f"Workspace root does not exist: {command.workspaceRoot}")
        case schema.ThreadTurnStart():
            for attachment in command.message.attachments:
                if not attachment.dataUrl.startswith("data:image/") or ";base64," not in attachment.dataUrl:
                    raise InvalidCommand(f"Invalid image attachment payload for '{attachment.name}'.")


def _root(path: str) -> str:
    return path.rstrip("/") or "/"


def _apply(world: World, command: schema.Command) -> int:
    match command:
        case schema.ProjectCreate():
            return _create_project(world, command)
        case schema.ProjectMetaUpdate():
            return _update_project(world, command)
        case schema.ProjectDelete():
            return _delete_project(world, command)
        case schema.ThreadPlain() | schema.ThreadByUser() | schema.ThreadSnooze() | schema.ThreadPin():
            return _shelve(world, command)
        case schema.ThreadPinReorder():
            return _shelve(world, command)
        case _:
            return thread_commands.apply(world, command)


def _project(world: World, command: schema.ProjectMetaUpdate | schema.ProjectDelete) -> Project:
    project = world.project(command.projectId)
    if project is None:
        detail = f"Project '{command.projectId}' does not exist for command '{command.type}'."
        raise Refused(command.type, detail)
    return project


def _create_project(world: World, command: schema.ProjectCreate) -> int:
    if command.projectId in world.projects:
        detail = f"Project '{command.projectId}' already exists and cannot be created twice."
        raise Refused(command.type, detail)
    root = _root(command.workspaceRoot)
    _check_root_free(world, command.type, root, command.projectId)
    at = world.now() if world.version.modern else command.createdAt
    model = command.defaultModelSelection
    project = Project(command.projectId, command.title, root, at, at, default_model=_wire(model))
    world.projects[project.id] = project
    return _project_event(world, project, "project.created", command.commandId)


def _check_root_free(world: World, command: str, root: str, project_id: str) -> None:
    for other in world.projects.values():
        if other.deleted_at is None and other.workspace_root == root and other.id != project_id:
            raise Refused(command, f"Project '{other.id}' already uses workspace root '{root}'.")


def _update_project(world: World, command: schema.ProjectMetaUpdate) -> int:
    project = _project(world, command)
    given = command.model_fields_set
    if "workspaceRoot" in given:
        _check_root_free(world, command.type, _root(command.workspaceRoot), project.id)
        project.workspace_root = _root(command.workspaceRoot)
    if "title" in given:
        project.title = command.title
    if "defaultModelSelection" in given:
        project.default_model = _wire(command.defaultModelSelection)
    if "defaultThreadEnvMode" in given:
        project.default_env_mode = command.defaultThreadEnvMode
    if "faviconPath" in given:
        project.favicon_path = command.faviconPath
    if "scripts" in given:
        project.scripts = [script.model_dump() for script in command.scripts]
    return _project_event(world, project, "project.meta-updated", command.commandId)


def _delete_project(world: World, command: schema.ProjectDelete) -> int:
    project = _project(world, command)
    threads = [t for t in world.threads.values() if t.project_id == project.id and t.deleted_at is None]
    if threads and not command.force:
        detail = f"Project '{project.id}' is not empty and cannot be deleted without force=true."
        raise Refused(command.type, detail)
    for thread in threads:
        thread_commands.delete(world, thread, command.commandId)
    project.deleted_at = world.now()
    return _project_event(world, project, "project.deleted", command.commandId)


def _project_event(world: World, project: Project, event: str, command_id: str) -> int:
    if event != "project.created":
        project.updated_at = world.now()
    payload: Row = {"projectId": project.id, "title": project.title, "workspaceRoot": project.workspace_root}
    return world.emit("project", project.id, event, payload, command_id=command_id)


def _shelve(
    world: World,
    command: schema.ThreadPlain
    | schema.ThreadByUser
    | schema.ThreadSnooze
    | schema.ThreadPin
    | schema.ThreadPinReorder,
) -> int:
    thread = thread_commands.require(world, command.type, command.threadId)
    now = world.now()
    match command:
        case schema.ThreadPlain(type="thread.delete"):
            return thread_commands.delete(world, thread, command.commandId)
        case schema.ThreadPlain(type="thread.archive"):
            if thread.archived_at is not None:
                detail = f"Thread '{thread.id}' is already archived and cannot handle command '{command.type}'."
                raise Refused(command.type, detail)
            thread.archived_at = now
        case schema.ThreadPlain(type="thread.unarchive"):
            if thread.archived_at is None:
                detail = f"Thread '{thread.id}' is not archived for command '{command.type}'."
                raise Refused(command.type, detail)
            thread.archived_at = None
        case schema.ThreadPlain(type="thread.settle"):
            _check_may_settle(world, thread)
            thread.settled_override, thread.settled_at = "settled", now
            thread.snoozed_until = thread.snoozed_at = None
        case schema.ThreadPlain():
            thread.pinned_at = thread.pin_order_key = None
        case schema.ThreadByUser(type="thread.unsettle"):
            thread.settled_override, thread.settled_at = "active", None
        case schema.ThreadByUser():
            thread.snoozed_until = thread.snoozed_at = None
        case schema.ThreadSnooze():
            thread.snoozed_until, thread.snoozed_at = command.snoozedUntil, now
        case schema.ThreadPin():
            thread.pinned_at = now
            thread.pin_order_key = command.orderKey
        case schema.ThreadPinReorder():
            thread.pin_order_key = command.orderKey
    event = {
        "thread.archive": "thread.archived",
        "thread.unarchive": "thread.unarchived",
        "thread.settle": "thread.settled",
        "thread.unsettle": "thread.unsettled",
        "thread.snooze": "thread.snoozed",
        "thread.unsnooze": "thread.unsnoozed",
        "thread.pin": "thread.pinned",
        "thread.unpin": "thread.unpinned",
        "thread.pin.reorder": "thread.pin-reordered",
    }[command.type]
    return world.emit("thread", thread.id, event, {"threadId": thread.id}, command_id=command.commandId)


def _check_may_settle(world: World, thread: Thread) -> None:
    agent = world.agents.get(thread.id)
    active = thread.status in ("starting", "running") or (agent is not None and agent.busy)
    if active or thread.open_approvals or thread.open_questions:
        raise Refused("thread.settle", f"Thread '{thread.id}' is still active and cannot be settled.")


def _wire(model: schema.ModelSelection | None) -> Row | None:
    return None if model is None else thread_commands.model_row(model)
