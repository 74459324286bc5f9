"""Why the server refused, told from its state read again: over HTTP a refusal says nothing (facts: T3, section 0.3).

Pure; it must never claim a reason that the state does not show."""

from cockpit.runtimes.foreign import Json, identity, mapping, text
from cockpit.runtimes.t3.asks import latest_plan
from cockpit.runtimes.t3.reader import Reading
from cockpit.runtimes.t3.status import session_word
from cockpit.runtimes.t3.wire import flag


def explain(command: Json, after: Reading, detail: Json | None = None) -> tuple[str, str] | None:
    """(reason, what to do) or None. `after` was read since the refusal; `detail` is the body where it helps."""
    kind = text(command, "type") or ""
    if kind.startswith("project.create"):
        return _project_create(command, after)
    thread = identity(command, "threadId") or ""
    row = next((row for row in after.threads if identity(row) == thread), None)
    if kind == "thread.create":
        return _thread_create(command, after, row)
    if kind == "thread.unarchive":
        return ("The thread is not archived.", "Nothing is to be done.") if row is not None else None
    if row is None:
        gone = "It is archived or deleted, or was never there."
        return ("The thread is not in the fleet any more.", f"{gone} Unarchive it first if it is archived.")
    if kind == "thread.settle":
        return _settle(row)
    if kind == "thread.turn.start" and "sourceProposedPlan" in command and detail is not None:
        wanted = identity(mapping(command.get("sourceProposedPlan")), "planId")
        plan = latest_plan(detail.get("proposedPlans"))
        if plan is None or identity(plan) != wanted:
            return ("The server does not know that plan any more.", "Ask for a new plan.")
    return None


def _project_create(command: Json, after: Reading) -> tuple[str, str] | None:
    root = (text(command, "workspaceRoot") or "").rstrip("/")
    for project in after.projects:
        if (text(project, "workspaceRoot") or "").rstrip("/") == root:
            return (f"“{text(project, 'title') or 'Another project'}” already has that directory.", "Use that project.")
    return None


def _thread_create(command: Json, after: Reading, row: Json | None) -> tuple[str, str] | None:
    if row is not None:
        return ("A thread with that id is already there.", "Look at it before you start another.")
    wanted = identity(command, "projectId")
    if all(identity(project) != wanted for project in after.projects):
        return ("The project is not there any more.", "Choose another one.")
    return None


def _settle(row: Json) -> tuple[str, str] | None:
    word = session_word(row)
    if word in ("running", "starting"):
        return ("It works: a thread settles only when it rests.", "Interrupt it, or wait until it is done.")
    if flag(row, "hasPendingApprovals") or flag(row, "hasPendingUserInput"):
        return ("Something in it waits for an answer.", "Answer it first, or stop its session.")
    return ("A message to it was not taken up yet.", "Wait a moment and try again.")
