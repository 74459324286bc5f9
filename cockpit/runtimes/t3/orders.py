"""What a person orders for a thread that exists: answers, messages, interrupts, modes, shelves.

It must never report an answer as given before the server's own record shows it."""

from collections.abc import Callable, Mapping

from cockpit.core import commands as c
from cockpit.core.commands import Outcome
from cockpit.core.ports import Clock
from cockpit.model.asks import AskKind, Decision
from cockpit.model.errors import CockpitError, HalfDone, NotFound, Refused, SourceError, Stale, Unconfirmed
from cockpit.model.ids import Ref
from cockpit.runtimes.foreign import Json, identity, mapping, rows, text
from cockpit.runtimes.t3 import bodies
from cockpit.runtimes.t3.asks import exact_labels, latest_plan, read_questions, spoken
from cockpit.runtimes.t3.confirm import WAYS_OUT, Patience, became, confirmed, open_request
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.failures import Missing
from cockpit.runtimes.t3.sender import send
from cockpit.runtimes.t3.status import session_word

_DECIDED = {
    Decision.ACCEPT: "Accepted",
    Decision.ACCEPT_FOR_SESSION: "Accepted for the session",
    Decision.DECLINE: "Declined",
    Decision.CANCEL: "Cancelled",
}
_RUNS = ("running", "starting")


class Orders:
    """`new_id` makes ids of messages; a command's own id is its intent, and `intent-2`, `intent-3` for later steps."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], patience: Patience) -> None:
        self._clock = clock
        self._new_id = new_id
        self._patience = patience

    async def decide(self, to: Connection, command: c.Decide, intent: str) -> Outcome:
        thread = command.thread.native
        request, _ = await open_request(to.reader, thread, command.ask, AskKind.APPROVAL)
        word = bodies.decision_word(command.decision)
        body = bodies.approval_respond(intent, thread, request.id, command.decision, self._clock())
        taken = await _taken(to, body)
        await confirmed(to.reader, thread, request, lambda now: now.ending == word, self._patience, taken=taken)
        note = (
            ("The turn goes on; interrupt it to stop it.",)
            if command.decision in (Decision.DECLINE, Decision.CANCEL)
            else ()
        )
        return Outcome(f"{_DECIDED[command.decision]}.", command.thread, note)

    async def answer(self, to: Connection, command: c.Answer, intent: str) -> Outcome:
        thread = command.thread.native
        request, _ = await open_request(to.reader, thread, command.ask, AskKind.QUESTION)
        answers = _exact(command.answers, request.payload)
        taken = await _taken(to, bodies.user_input_respond(intent, thread, request.id, answers, self._clock()))
        wanted = _plain(answers)
        await confirmed(
            to.reader,
            thread,
            request,
            lambda now: now.ending == "answered" and (now.answers is None or _plain(now.answers) == wanted),
            self._patience,
            taken=taken,
        )
        return Outcome(f"Answered: {spoken(answers)}.", command.thread)

    async def implement(self, to: Connection, command: c.ImplementPlan, intent: str) -> Outcome:
        """Default mode first, then the turn (facts: T3, section 8); the server's stamp on the plan confirms it."""
        thread = command.thread.native
        detail = await self._detail(to, command.thread)
        plan = next((plan for plan in rows(detail.get("proposedPlans")) if identity(plan) == command.ask), None)
        if plan is None:
            raise Stale("The server does not know that plan any more.", fix="Ask for a new plan.")
        if text(plan, "implementedAt"):
            raise Stale("That plan is being implemented already.", fix="Nothing is to be done.")
        newest = latest_plan(detail.get("proposedPlans"))
        if newest is not None and identity(newest) != command.ask:
            raise Stale("There is a newer plan.", fix="Read the newer one.")
        await send(to, bodies.interaction_mode_set(intent, thread, "default", self._clock()))
        words = f"PLEASE IMPLEMENT THIS PLAN:\n{text(plan, 'planMarkdown') or ''}".rstrip()
        turn = bodies.turn_start(
            f"{intent}-2", thread, self._new_id(), words, detail, self._clock(), interaction="default"
        ) | {"sourceProposedPlan": {"threadId": thread, "planId": command.ask}}
        try:
            await send(to, turn)
        except CockpitError as error:
            raise HalfDone(
                f"The thread left plan mode, but the plan was not sent: {error.message}",
                fix="Read the plan again and implement it once more.",
            ) from error

        def stamped(detail: Json) -> bool:
            return any(
                identity(plan) == command.ask and text(plan, "implementedAt")
                for plan in rows(detail.get("proposedPlans"))
            )

        await became(to.reader, thread, stamped, self._patience, "did not mark the plan as taken up")
        return Outcome("The plan is being implemented.", command.thread)

    async def send(self, to: Connection, command: c.Send, intent: str) -> Outcome:
        """Read first: a message to an archived thread would be taken and stay there unseen (facts: T3, section 5)."""
        thread = command.thread.native
        row = await self._detail(to, command.thread)
        message = self._new_id()
        try:
            await send(to, bodies.turn_start(intent, thread, message, command.text, row, self._clock()))
        except Unconfirmed:
            if not await self._arrived(to, command.thread, message):
                raise
        if session_word(row) in _RUNS:
            return Outcome("Sent; it is taken up after what runs now.", command.thread)
        return Outcome("Sent.", command.thread)

    async def manage(self, to: Connection, command: c.ThreadCommand, intent: str) -> Outcome:
        thread, ref = command.thread.native, command.thread
        match command:
            case c.Interrupt():
                return await self._interrupt(to, ref, intent)
            case c.StopSession():
                return await self._stop(to, ref, intent)
            case c.SetModes():
                return await self._modes(to, command, intent)
            case c.Rename(title=title):
                await send(to, bodies.rename(intent, thread, title))
                return Outcome(f"Renamed to “{title}”.", ref)
            case c.Archive():
                await send(to, bodies.plain(intent, "thread.archive", thread))
                return Outcome("Archived.", ref)
            case c.Unarchive():
                await send(to, bodies.plain(intent, "thread.unarchive", thread))
                return Outcome("Back from the archive.", ref)
            case c.Settle():
                await send(to, bodies.plain(intent, "thread.settle", thread))
                return Outcome("Settled.", ref)
            case c.Unsettle():
                await send(to, bodies.by_user(intent, "thread.unsettle", thread))
                return Outcome("No longer settled.", ref)
            case c.Snooze(until=until):
                await send(to, bodies.snooze(intent, thread, until))
                return Outcome(f"Snoozed until {until:%Y-%m-%d %H:%M} UTC.", ref)
            case c.Unsnooze():
                await send(to, bodies.by_user(intent, "thread.unsnooze", thread))
                return Outcome("No longer snoozed.", ref)
            case c.Delete(confirmed=sure):
                if not sure:
                    raise Refused("Deleting a thread must be confirmed.", fix="Confirm it by its name.")
                await send(to, bodies.plain(intent, "thread.delete", thread))
                return Outcome("Deleted.", ref)
            case _:
                raise Refused("T3 has no such command.", fix="Use the key that is meant for it.")

    async def _interrupt(self, to: Connection, ref: Ref, intent: str) -> Outcome:
        detail = await self._detail(to, ref)
        if session_word(detail) not in _RUNS:
            return Outcome("Nothing was running.", ref)
        turn = text(mapping(detail.get("session")), "activeTurnId")
        await send(to, bodies.turn_interrupt(intent, ref.native, turn, self._clock()))

        def rests(detail: Json) -> bool:
            now = mapping(detail.get("session"))
            return session_word(detail) not in _RUNS or text(now, "activeTurnId") not in (turn, None)

        await became(to.reader, ref.native, rests, self._patience, "the turn did not end")
        return Outcome("Interrupted.", ref)

    async def _stop(self, to: Connection, ref: Ref, intent: str) -> Outcome:
        if session_word(await self._detail(to, ref)) in ("", "stopped"):
            return Outcome("It had no session any more.", ref)
        await send(to, bodies.session_stop(intent, ref.native, self._clock()))
        await became(
            to.reader,
            ref.native,
            lambda detail: session_word(detail) in ("", "stopped"),
            self._patience,
            "the session did not end",
        )
        return Outcome("The session is stopped; a message starts it again.", ref)

    async def _modes(self, to: Connection, command: c.SetModes, intent: str) -> Outcome:
        thread, done = command.thread.native, []
        if (
            command.runtime_mode
            and not command.confirmed
            and session_word(await self._detail(to, command.thread)) in _RUNS
        ):
            raise Refused("Changing the runtime mode now ends the running turn.", fix="Confirm it, or wait.")
        if command.interaction_mode:
            await send(to, bodies.interaction_mode_set(intent, thread, command.interaction_mode, self._clock()))
            done.append(f"interaction mode {command.interaction_mode}")
        if command.runtime_mode:
            step = f"{intent}-2" if done else intent
            try:
                await send(to, bodies.runtime_mode_set(step, thread, command.runtime_mode, self._clock()))
            except CockpitError as error:
                if not done:
                    raise
                raise HalfDone(f"Set {done[0]}, but not the runtime mode: {error.message}", fix=error.fix) from error
            done.append(f"runtime mode {command.runtime_mode}")
        return Outcome(f"Set {' and '.join(done)}." if done else "Nothing to change.", command.thread)

    async def _arrived(self, to: Connection, ref: Ref, message: str) -> bool:
        try:
            detail = await self._detail(to, ref)
        except SourceError:
            return False
        return any(identity(said) == message for said in rows(detail.get("messages")))

    async def _detail(self, to: Connection, ref: Ref) -> Json:
        try:
            return mapping((await to.reader.detail(ref.native, turns=1)).get("thread"))
        except Missing as gone:
            raise NotFound(
                "The thread is archived or deleted.", fix="Unarchive it first, or choose another one."
            ) from gone


async def _taken(to: Connection, body: Json) -> bool:
    """Send an answer; whether the server said that it took it. If not, the record tells whether it arrived."""
    try:
        await send(to, body)
    except Unconfirmed:
        return False
    return True


def _exact(answers: Mapping[str, str | tuple[str, ...]], payload: Json) -> dict[str, object]:
    """Answers as the server wants them: its own spelling of labels, a list for a question with several."""
    labels = exact_labels(payload)
    multi = {question.id: question.multi for question in read_questions(payload)}
    unknown = [question for question in answers if question not in multi]
    if unknown:
        raise Refused("That request has no such question.", fix=f"Read the request again. {WAYS_OUT}")
    exact: dict[str, object] = {}
    for question, given in answers.items():
        chosen = [labels.get(word, word) for word in ((given,) if isinstance(given, str) else given)]
        exact[question] = chosen if multi[question] else ", ".join(chosen)
    return exact


def _plain(answers: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """For comparison: the server trims strings."""
    return {
        question: tuple(str(word).strip() for word in (given if isinstance(given, list | tuple) else [given]))
        for question, given in answers.items()
    }
