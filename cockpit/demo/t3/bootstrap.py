"""The first half of a bootstrapped turn: make the thread, its worktree, its setup (facts: T3 0.0.33 §5).

Only the socket does this. No folder is made and no command run; the names are those the server would use.
"""

from pathlib import PurePosixPath

from cockpit.demo.t3 import record, schema, thread_commands
from cockpit.demo.t3.refusals import BootstrapFailed, Refused
from cockpit.demo.t3.state import Thread
from cockpit.demo.t3.world import World

BASE = "/home/dev/.t3"


def bootstrap(world: World, command: schema.ThreadTurnStart) -> None:
    """Prepare the thread for its first message.

    Raises BootstrapFailed; a thread made on the way is deleted again, which the error says. Every step has a commandId
    of its own, so that the same bootstrap sent twice fails on a thread that exists.
    """
    plan = command.bootstrap
    created = False
    try:
        if plan.createThread is not None:
            origin = f"server:bootstrap-thread-create:{world.ids.uuid(f'bootstrap/{command.threadId}')}"
            thread_commands.create(world, origin, command.threadId, plan.createThread)
            created = True
        thread = thread_commands.require(world, command.type, command.threadId)
        if plan.prepareWorktree is not None:
            _prepare_worktree(world, thread, plan.prepareWorktree)
        if plan.runSetupScript:
            _run_setup(world, thread)
    except Refused as refusal:
        if created:
            origin = f"server:bootstrap-thread-delete:{world.ids.uuid(f'bootstrap/{command.threadId}')}"
            thread_commands.delete(world, world.threads[command.threadId], origin)
        raise BootstrapFailed(refusal.message, disposition="deleted" if created else None) from refusal


def _prepare_worktree(world: World, thread: Thread, wish: schema.PrepareWorktree) -> None:
    branch = wish.branch or wish.baseBranch
    taken = {other.branch for other in world.threads.values() if other.branch and other.deleted_at is None}
    if not world.directory_exists(wish.projectCwd):
        raise _git(wish.projectCwd, "not a git repository (or any of the parent directories): .git")
    if wish.baseBranch.removeprefix("origin/") not in world.branches | taken:
        raise _git(wish.projectCwd, f"invalid reference: {wish.baseBranch}")
    if branch in taken:
        raise _git(wish.projectCwd, f"a branch named '{branch}' already exists")
    repository = PurePosixPath(wish.projectCwd).name
    thread.branch = branch
    thread.worktree_path = f"{BASE}/worktrees/{repository}/{branch.replace('/', '-')}"
    payload = {"threadId": thread.id, "branch": thread.branch, "worktreePath": thread.worktree_path}
    world.emit("thread", thread.id, "thread.meta-updated", payload)


def _git(folder: str, why: str) -> BootstrapFailed:
    message = f"Git command failed in GitCore.createWorktree: git worktree add ({folder}) - fatal: {why}"
    return BootstrapFailed(message, disposition=None)


def _run_setup(world: World, thread: Thread) -> None:
    project = world.projects[thread.project_id]
    script = next((entry for entry in project.scripts if entry["runOnWorktreeCreate"]), None)
    if script is None or thread.worktree_path is None:
        return
    payload = {"scriptId": script["id"], "scriptName": script["name"], "worktreePath": thread.worktree_path}
    record.note(world, thread, "setup-script.requested", "Starting setup script", payload)
    payload = {**payload, "terminalId": f"setup-{script['id']}"}
    record.note(world, thread, "setup-script.started", "Setup script started", payload)
