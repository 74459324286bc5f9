"""Why a command cannot be carried out now, in one sentence; None when it can.

Pure, from the fleet alone. The footer, the palette and the refusal at execution all ask here."""

from cockpit.core import commands as c
from cockpit.model.asks import AskKind, Decision
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Status, Thread

NEEDS: dict[type, Capability] = {
    c.Decide: Capability.APPROVE,
    c.Answer: Capability.ANSWER,
    c.ImplementPlan: Capability.PLAN,
    c.Send: Capability.SEND,
    c.Interrupt: Capability.INTERRUPT,
    c.StopSession: Capability.STOP,
    c.Resume: Capability.RESUME,
    c.Close: Capability.CLOSE,
    c.SetModes: Capability.MODES,
    c.Rename: Capability.RENAME,
    c.Archive: Capability.ARCHIVE,
    c.Settle: Capability.SETTLE,
    c.Unsettle: Capability.SETTLE,
    c.Snooze: Capability.SNOOZE,
    c.Unsnooze: Capability.SNOOZE,
    c.Delete: Capability.DELETE,
}
_CANNOT = {
    Capability.APPROVE: "this source cannot settle approvals; open its own terminal",
    Capability.ANSWER: "this source cannot take answers; open its own terminal",
    Capability.PLAN: "this source has no plans to implement",
    Capability.SEND: "this source cannot take messages",
    Capability.INTERRUPT: "this source cannot be interrupted from here",
    Capability.STOP: "this source has no session to stop",
    Capability.RESUME: "there is nothing to bring back",
    Capability.CLOSE: "only a worker that was started from here can be closed",
    Capability.ATTACH: "it has no terminal",
    Capability.HARD_FREEZE: "only a worker in a terminal can be frozen hard",
    Capability.MODES: "this source has no modes to change",
    Capability.RENAME: "this source keeps its own titles",
    Capability.ARCHIVE: "this source has no archive",
    Capability.SETTLE: "this source cannot settle threads, or its server is too old to",
    Capability.SNOOZE: "this source cannot snooze threads, or its server is too old to",
    Capability.DELETE: "this source deletes nothing from here",
}


def why_not(command: c.Command, fleet: Fleet) -> str | None:
    match command:
        case c.HoldFleet():
            return "the fleet is already on hold" if fleet.hold else _ledger(fleet)
        case c.ReleaseFleet():
            return _ledger(fleet) if fleet.hold else "the fleet is not on hold"
        case c.CreateProject(source=source, path=path):
            return _source(source, fleet) or (None if path.strip() else "a project needs a path")
        case c.Dispatch():
            return _dispatch(command, fleet)
        case c.Unarchive(thread=ref):
            return _source(ref.source, fleet)
        case c.StopTeam(team=ref, confirmed=confirmed):
            if ref not in fleet.teams:
                return f"there is no team {ref}"
            if str(ref) in fleet.sending:
                return "it is being stopped"
            return _source(ref.source, fleet) or (None if confirmed else "stopping a team must be confirmed")
        case c.Look():
            return None
    thread = fleet.thread(command.thread)
    if thread is None:
        return f"{command.thread} is no longer in the fleet"
    if isinstance(command, c.Freeze | c.Thaw):
        return _freeze(command, thread, fleet)
    return cannot(thread, NEEDS[type(command)]) or _sources(thread, fleet) or _thread(command, thread, fleet)


def cannot(thread: Thread, needed: Capability) -> str | None:
    """Why the thread has not got that capability, in its source's words where it has some."""
    return None if thread.can(needed) else thread.reason(needed) or _CANNOT[needed]


def _thread(command: c.ThreadCommand, thread: Thread, fleet: Fleet) -> str | None:
    match command:
        case c.Decide(ask=ask, decision=decision):
            letting = decision in (Decision.ACCEPT, Decision.ACCEPT_FOR_SESSION)
            refused = _ask(ask, AskKind.APPROVAL, thread, fleet)
            if refused and not letting and _declinable_plan(ask, thread):
                return _ask(ask, AskKind.PLAN, thread, fleet)
            return refused or _unoffered(command, thread) or (_frozen(thread) if letting else None)
        case c.Answer(ask=ask):
            return _ask(ask, AskKind.QUESTION, thread, fleet) or _frozen(thread) or _unanswered(command, fleet)
        case c.ImplementPlan(ask=ask):
            return _ask(ask, AskKind.PLAN, thread, fleet) or _frozen(thread) or _held(fleet)
        case c.Send(text=text):
            if not text.strip():
                return "the message is empty"
            if thread.dialog:
                return "Enter would answer the dialog in its terminal; settle that first"
            return _frozen(thread) or (None if thread.status.busy or thread.status.needs_you else _held(fleet))
        case c.Interrupt():
            running = thread.status.busy or thread.status.needs_you or thread.frozen
            return None if running else f"nothing is running: the thread is {thread.status}"
        case c.StopSession():
            return "the session has already ended" if thread.status is Status.ENDED else None
        case c.Resume():
            return _held(fleet) or _frozen(thread)
        case c.Close(confirmed=confirmed):
            return None if confirmed else f"closing “{thread.title}” must be confirmed"
        case c.SetModes(runtime_mode=mode, confirmed=confirmed) if mode and not confirmed:
            busy = thread.status.busy or thread.status.needs_you
            return "changing the runtime mode now ends the running turn; confirm it" if busy else None
        case c.Rename(title=title):
            return None if title.strip() else "the title is empty"
        case c.Settle():
            busy = thread.status.busy or thread.status.needs_you
            return f"it cannot be settled while it is {thread.status}" if busy else None
        case c.Unsettle():
            return None if thread.settled else "it is not settled"
        case c.Unsnooze():
            return None if thread.snoozed_until else "it is not snoozed"
        case c.Delete(confirmed=confirmed):
            return None if confirmed else f"deleting “{thread.title}” must be confirmed"
    return None


def _dispatch(command: c.Dispatch, fleet: Fleet) -> str | None:
    if not command.prompt.strip():
        return "the prompt is empty"
    if command.project is not None and command.project not in fleet.projects:
        return f"there is no project {command.project}"
    if command.project is None and not command.path.strip():
        return "nothing says where it should work"
    if command.count < 1:
        return "there must be at least one"
    state = fleet.sources.get(command.source)
    if state is not None and not state.can_dispatch:
        return f"{command.source} cannot start threads"
    return _source(command.source, fleet) or _held(fleet)


def _freeze(command: c.Freeze | c.Thaw, thread: Thread, fleet: Fleet) -> str | None:
    if isinstance(command, c.Thaw):
        return _ledger(fleet) if thread.frozen else "it is not frozen"
    if thread.frozen:
        return "it is already frozen"
    hard = cannot(thread, Capability.HARD_FREEZE) if command.hard else None
    return hard or _ledger(fleet)


def _ask(ask_id: str, kind: AskKind, thread: Thread, fleet: Fleet) -> str | None:
    ask = next((ask for ask in thread.asks if ask.id == ask_id), None)
    if ask is None:
        return "that request is no longer open"
    if ask.kind is not kind:
        return f"it waits for another kind of answer: {ask.kind}"
    if ask_id in fleet.sending:
        return "an answer is already on its way"
    return None


def _declinable_plan(ask_id: str, thread: Thread) -> bool:
    """A plan is declined like a request where its source can do that."""
    return any(
        ask.id == ask_id and ask.kind is AskKind.PLAN and Decision.DECLINE in ask.decisions for ask in thread.asks
    )


def _unoffered(command: c.Decide, thread: Thread) -> str | None:
    """Why the rule or the message that goes with it cannot."""
    ask = next(ask for ask in thread.asks if ask.id == command.ask)
    if command.rule and command.rule not in (rule.label for rule in ask.rules):
        return "it suggests no such rule"
    return "this source passes no message on" if command.message and not ask.takes_message else None


def _unanswered(command: c.Answer, fleet: Fleet) -> str | None:
    ask = fleet.ask(command.ask)
    missing = [q for q in ask.questions if not command.answers.get(q.id)] if ask else []
    return f"still to answer: {missing[0].header or missing[0].text}" if missing else None


def _sources(thread: Thread, fleet: Fleet) -> str | None:
    """One of those who see the thread must be reachable; which one acts is found when it is carried out."""
    reasons = [_source(name, fleet) for name in dict.fromkeys(ref.source for ref in thread.refs)]
    return None if None in reasons else reasons[0]


def _source(name: str, fleet: Fleet) -> str | None:
    state = fleet.sources.get(name)
    if state is None:
        return f"there is no source {name}"
    if state.answers or state.health is Health.LATE:
        return None
    return f"{name} is {state.health}: {state.reason}" if state.reason else f"{name} is {state.health}"


def _frozen(thread: Thread) -> str | None:
    if thread.frozen is None:
        return None
    reason = f" ({thread.frozen.reason})" if thread.frozen.reason else ""
    return f"it is frozen by {thread.frozen.by}{reason}; thaw it first"


def _held(fleet: Fleet) -> str | None:
    if fleet.hold is None:
        return None
    reason = f" ({fleet.hold.reason})" if fleet.hold.reason else ""
    return f"the fleet is on hold by {fleet.hold.by}{reason}; release it first"


def _ledger(fleet: Fleet) -> str | None:
    return fleet.ledger_trouble or None


def thread_of(command: c.Command) -> Ref | None:
    """The thread that a command is about, if it is about one."""
    return getattr(command, "thread", None)
