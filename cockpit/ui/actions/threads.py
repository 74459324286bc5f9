"""What can be done to the selected thread, beyond answering it.

What destroys asks first and names its target; the rest can be undone."""

from datetime import UTC, datetime, timedelta

from cockpit.core.commands import (
    Archive,
    Close,
    Delete,
    Freeze,
    Interrupt,
    Rename,
    Resume,
    SetModes,
    Settle,
    Snooze,
    StopSession,
    Thaw,
    Unsettle,
    Unsnooze,
)
from cockpit.model.work import Capability, Thread
from cockpit.ui.actions.action import Action, At, Desk, a_thread, on_screen, unless
from cockpit.ui.present.modes import INTERACTION_MODES, runtime_modes
from cockpit.ui.present.worker_words import closing, stopping

_WHERE = frozenset({"fleet"})
_MEMBERS = frozenset({"fleet", "team"})
_TERMINALS = frozenset({"fleet", "panes"})
_SOON = datetime.max.replace(tzinfo=UTC)
_FREEZES = (
    ("interrupt", "Interrupt what runs; it gets no new messages"),
    ("hard", "Hard: pause its processes; thawed, they go on"),
)
_RESUMES = (("own", "In its own conversation"), ("fresh", "Afresh, on the prompt that it began with"))
_SNOOZES = (("1", "1 hour"), ("4", "4 hours"), ("24", "until tomorrow"), ("168", "a week"))


def _freeze_or_thaw(thread: Thread) -> Freeze | Thaw:
    return Thaw(thread.ref) if thread.frozen else Freeze(thread.ref)


async def _freeze(desk: Desk, at: At) -> None:
    if at.thread is None:
        return
    if at.thread.frozen:
        await desk.act(Thaw(at.thread.ref))
        return
    title, hard = f"Freeze “{at.thread.title}”", False
    if at.thread.can(Capability.HARD_FREEZE):
        how = await desk.choose(title, _FREEZES)
        if how is None:
            return
        hard = how == "hard"
    what = "its processes stand still" if hard else "what runs is interrupted"
    reason = await desk.prompt(title, hint=f"why (may stay empty): {what}, nothing is deleted", empty=True)
    if reason is not None:
        await desk.act(Freeze(at.thread.ref, reason, hard))


async def _interrupt(desk: Desk, at: At) -> None:
    if at.thread:
        await desk.act(Interrupt(at.thread.ref))


async def _stop(desk: Desk, at: At) -> None:
    if at.thread and await desk.confirm(stopping(at.thread, at.fleet), "Stop"):
        await desk.act(StopSession(at.thread.ref))


async def _resume(desk: Desk, at: At) -> None:
    if at.thread and (how := await desk.choose(f"Bring back “{at.thread.title}”", _RESUMES)):
        await desk.act(Resume(at.thread.ref, fresh=how == "fresh"))


async def _close(desk: Desk, at: At) -> None:
    if at.thread and await desk.confirm(closing(at.thread), "Close"):
        await desk.act(Close(at.thread.ref, confirmed=True))


async def _rename(desk: Desk, at: At) -> None:
    if at.thread and (title := await desk.prompt("Rename", value=at.thread.title)):
        await desk.act(Rename(at.thread.ref, title))


async def _archive(desk: Desk, at: At) -> None:
    if at.thread and await desk.confirm(f"Archive “{at.thread.title}”? It can be brought back.", "Archive"):
        await desk.act(Archive(at.thread.ref))


async def _settle(desk: Desk, at: At) -> None:
    if at.thread:
        await desk.act(Unsettle(at.thread.ref) if at.thread.settled else Settle(at.thread.ref))


async def _snooze(desk: Desk, at: At) -> None:
    if at.thread is None:
        return
    if at.thread.snoozed_until:
        await desk.act(Unsnooze(at.thread.ref))
    elif hours := await desk.choose(f"Snooze “{at.thread.title}” for", _SNOOZES):
        await desk.act(Snooze(at.thread.ref, desk.clock() + timedelta(hours=int(hours))))


async def _delete(desk: Desk, at: At) -> None:
    if at.thread and await desk.confirm(f"Delete “{at.thread.title}” on {at.thread.ref.source}?", "Delete"):
        await desk.act(Delete(at.thread.ref, confirmed=True))


async def _runtime_mode(desk: Desk, at: At) -> None:
    if at.thread is None:
        return
    modes = runtime_modes(at.fleet.sources[at.thread.ref.source].runtime_modes)
    mode = await desk.choose("Runtime mode", modes, at.thread.runtime_mode or "")
    if mode is None or mode == at.thread.runtime_mode:
        return
    busy = at.thread.status.busy or at.thread.status.needs_you
    question = f"“{at.thread.title}” is {at.thread.status}: the change ends its running turn. Change it?"
    if not busy or await desk.confirm(question, "Change"):
        await desk.act(SetModes(at.thread.ref, runtime_mode=mode, confirmed=True))


async def _interaction_mode(desk: Desk, at: At) -> None:
    if at.thread is None:
        return
    mode = await desk.choose("Interaction mode", INTERACTION_MODES, at.thread.interaction_mode or "")
    if mode and mode != at.thread.interaction_mode:
        await desk.act(SetModes(at.thread.ref, interaction_mode=mode))


ACTIONS = (
    Action(
        "thread.open", "enter", "open", "Read the conversation", "Thread",
        on_screen("open"), a_thread, _WHERE,
    ),
    Action(
        "thread.freeze", "f", "freeze", "Stop it now and keep it as it is; again to thaw", "Thread",
        _freeze, unless(_freeze_or_thaw), _MEMBERS | _TERMINALS, footer=6, once=True,
    ),
    Action(
        "thread.interrupt", "s", "interrupt", "Interrupt the running turn", "Thread",
        _interrupt, unless(lambda t: Interrupt(t.ref)), _MEMBERS | _TERMINALS, footer=7, once=True,
    ),
    Action(
        "thread.explain", "e", "explain", "Why this status: the evidence, and whose word counts", "Thread",
        on_screen("explain"), a_thread, _MEMBERS, footer=8,
    ),
    Action("thread.diff", "D", "diff", "What the thread changed", "Thread", on_screen("diff"), a_thread, _WHERE),
    Action("thread.plan", "P", "plan", "Read the proposed plan in full", "Thread", on_screen("plan"), a_thread, _WHERE),
    Action(
        "thread.stop", "S", "stop session", "End the agent's session; the conversation stays", "Thread",
        _stop, unless(lambda t: StopSession(t.ref)), _TERMINALS, once=True,
    ),
    Action(
        "thread.resume", "b", "bring back", "Start a worker that ended again, in its conversation or afresh", "Thread",
        _resume, unless(lambda t: Resume(t.ref)), _WHERE, once=True,
    ),
    Action(
        "thread.close", "C", "close", "End a worker and remove its worktree; nothing unsaved is removed", "Thread",
        _close, unless(lambda t: Close(t.ref, confirmed=True)), _WHERE, once=True,
    ),
    Action(
        "thread.mode", "m", "runtime mode", "What the agent may do without asking", "Thread",
        _runtime_mode, unless(lambda t: SetModes(t.ref)), _WHERE, once=True,
    ),
    Action(
        "thread.interaction", "M", "plan mode", "Whether the agent proposes a plan first", "Thread",
        _interaction_mode, unless(lambda t: SetModes(t.ref)), _WHERE, once=True,
    ),
    Action(
        "thread.rename", "R", "rename", "Give the thread another title", "Thread",
        _rename, unless(lambda t: Rename(t.ref, t.title)), _WHERE, once=True,
    ),
    Action(
        "thread.settle", "v", "settle", "Mark it settled; again to take that back", "Thread",
        _settle, unless(lambda t: Unsettle(t.ref) if t.settled else Settle(t.ref)), _WHERE, once=True,
    ),
    Action(
        "thread.snooze", "z", "snooze", "Put it aside for a while; again to wake it", "Thread",
        _snooze, unless(lambda t: Unsnooze(t.ref) if t.snoozed_until else Snooze(t.ref, _SOON)), _WHERE, once=True,
    ),
    Action(
        "thread.archive", "y", "archive", "Put it away; it can be brought back", "Thread",
        _archive, unless(lambda t: Archive(t.ref)), _WHERE, once=True,
    ),
    Action(
        "thread.delete", "delete", "delete", "Delete the thread on its server", "Thread",
        _delete, unless(lambda t: Delete(t.ref, confirmed=True)), _WHERE, once=True,
    ),
)  # fmt: skip
