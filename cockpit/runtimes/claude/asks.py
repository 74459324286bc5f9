"""Open tool calls that wait for a person, as asks: approvals, questions, plans, with all that must be seen.

An ask stands here only when the registry says that somebody is waited for; a call without a result proves nothing."""

from collections.abc import Iterable

from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line, reveal
from cockpit.model.work import Status
from cockpit.runtimes.claude.calls import Call, body, told
from cockpit.runtimes.claude.messages import Letter
from cockpit.runtimes.claude.wire import flag, line
from cockpit.runtimes.foreign import identity, mapping, rows, text

_APPROVALS = frozenset({"permission prompt", "worker request", "sandbox request"})
_QUESTIONS = frozenset({"input needed", "dialog open"})
_QUESTION_TOOL, _PLAN_TOOL = "AskUserQuestion", "ExitPlanMode"


@immutable
class Waiting:
    """What a waiting session waits for. `calls` are those it may be about; with one alone there is no doubt."""

    status: Status
    detail: str
    calls: tuple[Call, ...] = ()


def waiting(waiting_for: str, pending: Iterable[Call]) -> Waiting:
    """`waiting_for` is the registry's word (facts: 2.1.170 to 2.1.329); a word that is not known needs a person too."""
    calls = tuple(pending)
    asked = tuple(call for call in calls if call.tool == _QUESTION_TOOL)
    plans = tuple(call for call in calls if call.tool == _PLAN_TOOL)
    others = tuple(call for call in calls if call.tool not in (_QUESTION_TOOL, _PLAN_TOOL))
    if plans and not others and not asked and waiting_for != "dialog open":
        return Waiting(Status.PLAN, "a plan waits for approval", plans)
    if waiting_for == "input needed":
        return Waiting(Status.QUESTION, _said(asked) or "waits for input in its terminal", asked)
    if waiting_for in _APPROVALS or not waiting_for:
        return Waiting(Status.APPROVAL, _said(others or asked) or waiting_for or "waits for a person", others)
    if waiting_for in _QUESTIONS:
        return Waiting(Status.QUESTION, f"{waiting_for}: look at its terminal")
    return Waiting(Status.QUESTION, f"waits for: {waiting_for}")


def _said(calls: tuple[Call, ...]) -> str:
    if len(calls) > 1:
        return one_line(f"one of {len(calls)} calls: " + " · ".join(call.said for call in calls), 300)
    return calls[0].said if calls else ""


def ask(call: Call, status: Status, thread: Ref, who: str, place: str) -> Ask:
    """The ask of a session that waits for exactly this call."""
    match status:
        case Status.QUESTION:
            questions = tuple(_questions(call))
            said = questions[0].text if questions else call.said
            return Ask(call.id, thread, AskKind.QUESTION, f"{who} asks", one_line(said), place=place,
                       created_at=call.at, questions=questions)  # fmt: skip
        case Status.PLAN:
            plan = reveal(text(call.input, "plan") or "", limit=50_000)
            first = next((each for each in plan.splitlines() if each.strip()), "a plan")
            return Ask(call.id, thread, AskKind.PLAN, f"{who} has a plan", one_line(first.lstrip("# ")), plan,
                       place, call.at)  # fmt: skip
        case _:
            return Ask(call.id, thread, AskKind.APPROVAL, f"{who} wants {call.tool}",
                       one_line(told(call.tool, call.input) or call.tool), body(call.tool, call.input), place,
                       call.at, decisions=(Decision.ACCEPT, Decision.DECLINE))  # fmt: skip


@immutable
class Request:
    """A teammate's call that its lead's terminal asks a person about, and how that is known."""

    mate: str
    call: Call
    why: str


def requested(letter: Letter) -> Request:
    """By the teammate's own request, which lies in its lead's inbox for a moment (facts: 2.1.150 and later)."""
    native = identity(letter.body, "tool_use_id") or letter.request or ""
    tool = line(letter.body, "tool_name", 80) or "Tool"
    call = Call(native, tool, mapping(letter.body.get("input")), letter.at)
    return Request(letter.sender, call, f"permission request {letter.request or ''}".rstrip())


def only(mate: str, call: Call) -> Request:
    """By exclusion, where the request was not seen (or is never written, in one process): nothing else can ask."""
    return Request(mate, call, "the team's only open call, while the lead's terminal asks")


def _questions(call: Call) -> Iterable[Question]:
    for number, row in enumerate(rows(call.input.get("questions"))):
        options = tuple(
            Option(line(each, "label"), line(each, "description", 500)) for each in rows(row.get("options"))
        )
        yield Question(str(number), line(row, "question", 2_000), line(row, "header", 80), options,
                       flag(row, "multiSelect") or False)  # fmt: skip
