"""Answering: approve, decline, reply, and the way to the next one that waits.

Nothing here is sent unless the card of that very ask is on the screen."""

from cockpit.core.commands import Decide, ImplementPlan
from cockpit.core.why_not import why_not
from cockpit.model.asks import AskKind, Decision
from cockpit.ui.actions.action import Action, At, Desk, Reason, Run, a_thread, on_screen

_WHERE = frozenset({"fleet", "inbox", "team"})


def _waiting(at: At) -> str | None:
    return None if at.fleet.counts.needs_you else "nobody waits for you"


def _asks_more(at: At) -> str | None:
    return None if at.thread and len(at.thread.asks) > 1 else "it does not ask several things"


def _approvable(at: At) -> str | None:
    match at.ask:
        case None:
            return None if at.thread and at.thread.asks else "nothing waits for you here"
        case ask if ask.kind is AskKind.PLAN:
            return why_not(ImplementPlan(ask.thread, ask.id), at.fleet)
        case ask if ask.kind is AskKind.APPROVAL:
            return why_not(Decide(ask.thread, ask.id, Decision.ACCEPT), at.fleet)
    return None


async def _approve(desk: Desk, at: At) -> None:
    match at.ask:
        case None:
            await desk.on_screen("open_card")
        case ask if ask.kind is AskKind.PLAN:
            await desk.act(ImplementPlan(ask.thread, ask.id))
        case ask if ask.kind is AskKind.APPROVAL:
            await desk.act(Decide(ask.thread, ask.id, Decision.ACCEPT))
        case _:
            await desk.on_screen("reply")


def _decidable(decision: Decision) -> Reason:
    def reason(at: At) -> str | None:
        if at.ask is None:
            return "no approval is on the screen"
        if decision not in at.ask.decisions:
            asked = at.ask.kind is AskKind.APPROVAL
            return "this request does not offer that" if asked else f"a {at.ask.kind} is not declined; reply to it"
        return why_not(Decide(at.ask.thread, at.ask.id, decision), at.fleet)

    return reason


def _decide(decision: Decision) -> Run:
    async def run(desk: Desk, at: At) -> None:
        if at.ask:
            await desk.act(Decide(at.ask.thread, at.ask.id, decision))

    return run


def _says_why(at: At) -> str | None:
    if at.ask is not None and at.ask.decisions and not at.ask.takes_message:
        return "this source passes no message on"
    return _decidable(Decision.DECLINE)(at)


async def _decline_with_message(desk: Desk, at: At) -> None:
    if at.ask and (said := await desk.prompt("Decline, and say", hint="Why, or what to do instead.")):
        await desk.act(Decide(at.ask.thread, at.ask.id, Decision.DECLINE, message=said))


def _has_rules(at: At) -> str | None:
    if at.ask is None:
        return "no approval is on the screen"
    if not at.ask.rules:
        return "this request suggests no rule"
    return why_not(Decide(at.ask.thread, at.ask.id, Decision.ACCEPT, at.ask.rules[0].label), at.fleet)


async def _approve_with_rule(desk: Desk, at: At) -> None:
    if at.ask is None:
        return
    rules = [(rule.label, rule.description) for rule in at.ask.rules]
    if rule := await desk.choose("Approve, and from now on let through", rules):
        await desk.act(Decide(at.ask.thread, at.ask.id, Decision.ACCEPT, rule))


ACTIONS = (
    Action(
        "thread.next", "n", "next", "Go to the next thread that needs you", "Answer",
        on_screen("next_needing"), _waiting, frozenset({"fleet", "team", "panes"}), footer=1,
    ),
    Action(
        "thread.next-ask", "full_stop", "next request", "Another request of the selected thread, where it has several",
        "Answer", on_screen("next_ask"), _asks_more, frozenset({"fleet", "team"}),
    ),
    Action(
        "thread.ask-before", "comma", "request before", "The request before, of the selected thread", "Answer",
        on_screen("ask_before"), _asks_more, frozenset({"fleet", "team"}),
    ),
    Action(
        "thread.approve", "a", "approve", "Approve what the card shows; on a row, open its card first", "Answer",
        _approve, _approvable, _WHERE, footer=2, guarded=True,
    ),
    Action(
        "thread.approve-session", "A", "for session", "Approve this and its like until the session ends", "Answer",
        _decide(Decision.ACCEPT_FOR_SESSION), _decidable(Decision.ACCEPT_FOR_SESSION), _WHERE, guarded=True,
    ),
    Action(
        "thread.decline", "x", "decline", "Decline what the card shows; the agent goes on without it", "Answer",
        _decide(Decision.DECLINE), _decidable(Decision.DECLINE), _WHERE, footer=3, guarded=True,
    ),
    Action(
        "thread.decline-message", "X", "decline, say why", "Decline what the card shows with a message to the agent",
        "Answer", _decline_with_message, _says_why, _WHERE, guarded=True,
    ),
    Action(
        "thread.approve-rule", "w", "with a rule", "Approve this and take up a rule that the agent suggests", "Answer",
        _approve_with_rule, _has_rules, _WHERE, guarded=True,
    ),
    Action(
        "thread.cancel", "", "cancel request", "Cancel the request on the card", "Answer",
        _decide(Decision.CANCEL), _decidable(Decision.CANCEL), _WHERE, guarded=True,
    ),
    Action(
        "thread.reply", "r", "reply", "Answer the question, or write to the agent", "Answer",
        on_screen("reply"), a_thread, _WHERE, footer=4,
    ),
)  # fmt: skip
