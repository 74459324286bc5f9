"""An agent: the provider session of one thread, which takes the steps of a script and obeys people.

It changes its thread only through `record`, and never decides whether a person's command is allowed.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cockpit.demo.t3 import record
from cockpit.demo.t3.clock import after
from cockpit.demo.t3.failures import CODEX_MISSING, RESTARTED, STALE, unknown_instance
from cockpit.demo.t3.reactions import react
from cockpit.demo.t3.settings import READY_INSTANCE
from cockpit.demo.t3.speech import Speech
from cockpit.demo.t3.state import Row, Thread, Turn
from cockpit.demo.t3.steps import Ask, Context, Crash, Liveness, Propose, Reply, Say, Script, Step, Think, Todo, Use
from cockpit.demo.t3.timeline import Job
from cockpit.demo.t3.tools import ToolCall
from cockpit.demo.t3.world import World

_COLD_START = 2.4
_WARM_START = 0.35
_ADOPTED = 0.12
_REACTION = 0.18
_STOPPING = 2.0
_SMALL_CONTEXT = 1200

_DENIED = ("decline", "cancel")
_ASKING_MODES = {
    "command_execution": {"approval-required", "auto-accept-edits"},
    "file_change": {"approval-required"},
    "dynamic_tool_call": {"approval-required"},
}


@dataclass
class Pending:
    """What the agent waits for: a person's word on `request`, which is about the tool call."""

    request: str
    call: ToolCall
    asks: Use | Ask


class Agent:
    """One thread's agent; `live` while it has a provider process."""

    def __init__(self, world: World, thread: Thread) -> None:
        self.world = world
        self.thread = thread
        self.live = False
        self.turn: Turn | None = None
        self.pending: Pending | None = None
        self._script: Script | None = None
        self._call: ToolCall | None = None
        self._speech: Speech | None = None
        self._allowed: set[str] = set()
        self._queue: deque[str] = deque()
        self._job: Job | None = None
        self._processed = 0
        self._measured = False

    @property
    def busy(self) -> bool:
        """Whether it works on a turn, or is about to."""
        return self._script is not None or self._job is not None

    # what people tell it

    def start(self, text: str, *, model: Row | None = None, plan: Row | None = None) -> None:
        """Take up a message: in a new turn, or once the running one lets it."""
        if self.busy:
            self._queue.append(text)
            return
        thread, world = self.thread, self.world
        instance = str((model or thread.model)["instanceId"])
        if instance != READY_INSTANCE:
            self._job = world.later(_ADOPTED, lambda: self._refuse(instance))
            return
        asked = world.now()
        warm = self.live
        seconds = _WARM_START if warm else _COLD_START

        def starting() -> None:
            record.set_session(world, thread, "starting")
            self._job = world.later(seconds, lambda: self._begin(text, asked, plan))

        if warm:
            starting()
        else:
            self._job = world.later(_ADOPTED, starting)

    def decide(self, request: str, decision: str) -> None:
        """Hear a person's decision on an approval request; one that nobody waits for is reported as stale."""
        pending = self.pending
        if pending is None or pending.request != request or not isinstance(pending.asks, Use):
            self._stale(request, "approval")
            return
        self.pending = None
        if decision == "acceptForSession":
            self._allowed.add(pending.asks.item)
        self._resolve_approval(pending, decision)
        denied = decision in _DENIED
        call = pending.call

        def finish() -> None:
            call.complete(failed=denied or call.use.fails)
            self._call = None
            if not denied and self._script is not None:
                self._script.edits.extend(call.use.edits)
            self._soon(lambda: self._step(decision))

        self._job = self.world.later(0.1 if denied else call.use.seconds, finish)

    def answer(self, request: str, answers: Row) -> None:
        """Hear a person's answers; those to questions that nobody asks any more are reported as stale."""
        pending = self.pending
        if pending is None or pending.request != request or not isinstance(pending.asks, Ask):
            self._stale(request, "user-input")
            return
        self.pending = None
        self._resolve_questions(pending, answers)
        call = pending.call

        def finish() -> None:
            call.complete()
            self._call = None
            self._soon(lambda: self._step(answers))

        self._job = self.world.later(0.1, finish)

    def interrupt(self) -> None:
        """Stop the turn and keep what was said so far; what was sent meanwhile runs as a turn of its own."""
        turn = self.turn
        if turn is not None:
            self.world.later(_REACTION, lambda: self._cut_short() if self.turn is turn else None)

    def change_mode(self) -> None:
        """Restart the provider in the thread's new runtime mode, which ends a running turn unfinished."""
        if self._script is not None:
            self._queue.clear()
            self._cut_short()
        elif self.live:
            record.set_session(self.world, self.thread, "ready")

    def stop(self) -> None:
        """End the turn at once and the session a little later."""
        if self.thread.session is None:
            return
        self._queue.clear()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._script is not None:
            self._cut_short()
        self.live = False
        self._allowed.clear()

        def stopped() -> None:
            if not self.live and not self.busy:
                record.set_session(self.world, self.thread, "stopped")

        self.world.later(_STOPPING, stopped)

    def lose(self) -> None:
        """Be gone without a word, as when the server is restarted; requests stay open and can only go stale."""
        was_busy = self.busy
        if self._job is not None:
            self._job.cancel()
        if self._speech is not None:
            self._speech.drop()
        turn, self.turn = self.turn, None
        self.live = False
        self.pending = self._script = self._call = self._speech = self._job = None
        self._queue.clear()
        if not was_busy or not self.world.version.restart_ends_sessions or self.thread.session is None:
            return
        if turn is not None:
            record.end_turn(self.world, self.thread, turn.id, "error")
        record.set_session(self.world, self.thread, "error", error=RESTARTED)

    # how it works

    def _begin(self, text: str, asked: str, plan: Row | None) -> None:
        world, thread = self.world, self.thread
        turn_id = world.ids.uuid(f"turn/{thread.id}")
        self.live = True
        self.turn = record.begin_turn(world, thread, turn_id, asked, plan=plan)
        if plan is not None:
            source = world.threads[plan["threadId"]]
            record.implement_plan(world, source, plan["planId"], thread)
        record.set_session(world, thread, "running", turn_id=turn_id)
        self._script = self._next_script(text)
        self._step(None)

    def _next_script(self, text: str) -> Script:
        waiting = self.world.scripts.get(self.thread.id)
        return waiting.popleft() if waiting else react(self.thread, text, self.world.seed)

    def _soon(self, action: Callable[[], None]) -> None:
        """Do `action` a millisecond later, so that no two of its marks bear the same time."""
        self._job = self.world.at(after(self.world.clock.now(), 0.001), action)

    def _step(self, reply: Reply) -> None:
        """Take the script's next step, or end the turn when there is none."""
        self._job = None
        script = self._script
        if script is None:
            return
        try:
            step = next(script.steps) if reply is None else script.steps.send(reply)
        except StopIteration:
            self._finish()
            return
        self._take(step, script)

    def _take(self, step: Step, script: Script) -> None:
        world, thread, turn_id = self.world, self.thread, self._turn_id()
        match step:
            case Think():
                self._job = world.later(step.seconds, lambda: self._step(None))
            case Say():
                self._say(step)
            case Use():
                self._use(step, script)
            case Ask():
                self._ask(step)
            case Propose():
                record.propose(world, thread, turn_id, step.markdown)
                self._soon(lambda: self._step(None))
            case Todo():
                record.steps(world, thread, turn_id, step.rows)
                self._soon(lambda: self._step(None))
            case Context():
                self._measure(round(record.MAX_TOKENS * step.percent / 100))
                self._soon(lambda: self._step(None))
            case Liveness():
                record.liveness(world, thread, step.word)
                self._soon(lambda: self._step(None))
            case Crash():
                self._crash(step)

    def _say(self, step: Say) -> None:
        def done() -> None:
            self._speech = None
            self._soon(lambda: self._step(None))

        self._job = None
        self._speech = Speech(self.world, self.thread, self._turn_id(), step, done)

    def _use(self, step: Use, script: Script) -> None:
        self._call = call = ToolCall(self.world, self.thread, self._turn_id(), step)
        call.begin()
        may_ask = self.thread.runtime_mode in _ASKING_MODES[step.item] and step.item not in self._allowed

        def finish() -> None:
            call.complete(failed=step.fails)
            self._call = None
            script.edits.extend(step.edits)
            self._soon(lambda: self._step("accept"))

        def known() -> None:
            call.know()
            if step.asks and may_ask:
                self._soon(lambda: self._request_approval(step, call))
            else:
                self._job = self.world.later(step.seconds, finish)

        self._soon(known)

    def _request_approval(self, step: Use, call: ToolCall) -> None:
        self._job = None
        request = self.world.ids.uuid(f"request/{self.thread.id}")
        self.pending = Pending(request, call, step)
        summary = "File-change approval requested" if step.item == "file_change" else "Command approval requested"
        payload = {"requestId": request, **call.approval, "detail": step.detail}
        self._note("approval.requested", summary, payload, tone="approval")

    def _resolve_approval(self, pending: Pending, decision: str) -> None:
        payload = {"requestId": pending.request, **pending.call.approval, "decision": decision}
        self._note("approval.resolved", "Approval resolved", payload, tone="approval")

    def _ask(self, step: Ask) -> None:
        rows = [question.row for question in step.questions]
        shown = [{k: row[k] for k in ("question", "header", "multiSelect", "options")} for row in rows]
        use = Use("AskUserQuestion", {"questions": shown})
        self._call = call = ToolCall(self.world, self.thread, self._turn_id(), use)
        call.begin()

        def known() -> None:
            call.know()
            self._soon(request)

        def request() -> None:
            self._job = None
            name = self.world.ids.uuid(f"request/{self.thread.id}")
            self.pending = Pending(name, call, step)
            self._note("user-input.requested", "User input requested", {"requestId": name, "questions": rows})

        self._soon(known)

    def _resolve_questions(self, pending: Pending, answers: Row) -> None:
        payload = {"requestId": pending.request, "answers": answers}
        self._note("user-input.resolved", "User input submitted", payload)

    def _finish(self) -> None:
        """End the turn as done; a message that came meanwhile is worked off in the same turn."""
        if self._queue:
            self._script = self._next_script(self._queue.popleft())
            self._step(None)
            return
        self._close("completed")
        record.set_session(self.world, self.thread, "ready")

    def _cut_short(self) -> None:
        """End the turn where it is: keep the words said, withdraw what was asked, fail the tool that runs."""
        if self._script is None:
            return
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._speech is not None:
            self._speech.cut()
            self._speech = None
        pending, self.pending = self.pending, None
        if pending is not None and isinstance(pending.asks, Use):
            self._resolve_approval(pending, "cancel")
        elif pending is not None:
            self._resolve_questions(pending, {})
        if self._call is not None:
            self._call.complete(failed=True)
            self._call = None
        self._close("completed", cut_short=True)
        record.set_session(self.world, self.thread, "ready")
        if self._queue:
            self._run_beside_latest(self._queue.popleft())

    def _run_beside_latest(self, text: str) -> None:
        """Run a message that was sent before an interrupt: a new turn, while the latest one shown stays the old."""
        world, thread = self.world, self.thread
        self.turn = Turn(world.ids.uuid(f"turn/{thread.id}"), world.now())
        thread.turns.append(self.turn)
        record.set_session(world, thread, "running", turn_id=self.turn.id)
        self._script = self._next_script(text)
        self._step(None)

    def _close(self, state: str, *, cut_short: bool = False) -> None:
        turn, script = self.turn, self._script
        if turn is None:
            return
        if not self._measured:
            self._measure(_SMALL_CONTEXT)
        record.checkpoint(self.world, self.thread, turn, script.edits if script else [], cut_short=cut_short)
        record.end_turn(self.world, self.thread, turn.id, state)
        self.turn = self._script = None
        self._measured = False

    def _measure(self, used: int) -> None:
        self._measured = True
        self._processed += used
        record.context(self.world, self.thread, self._turn_id(), used, total=self._processed)

    def _crash(self, step: Crash) -> None:
        turn_id = self._turn_id()
        detail = {"message": step.error.splitlines()[0], "detail": step.error}
        self._note("runtime.error", "Runtime error", detail, tone="error")
        record.end_turn(self.world, self.thread, turn_id, "error")
        self.turn = self._script = self._job = None
        self.live = False
        record.set_session(self.world, self.thread, "error", error=step.error)

    def _refuse(self, instance: str) -> None:
        self._job = None
        known = instance in self.world.settings["providers"]
        error = CODEX_MISSING.format(thread=self.thread.id) if known else unknown_instance(self.thread.id, instance)
        provider = instance if known else None
        record.set_session(self.world, self.thread, "error", error=error, provider=provider)
        self._note("provider.turn.start.failed", "Provider turn start failed", {"detail": error}, tone="error", turn="")

    def _stale(self, request: str, what: str) -> None:
        """Report a response that nobody waits for; it also frees a session that died waiting."""
        word = "approval" if what == "approval" else "user input"
        payload = {"detail": STALE.format(what=what, request=request), "requestId": request}
        kind = f"provider.{what}.respond.failed"
        self._note(kind, f"Provider {word} response failed", payload, tone="error", turn="")
        if self.thread.status == "error" and self.world.version.modern:
            record.set_session(self.world, self.thread, "ready")

    def _note(self, kind: str, summary: str, payload: Row, *, tone: str = "info", turn: str | None = None) -> None:
        turn_id = self._turn_id() if turn is None else turn or None
        record.note(self.world, self.thread, kind, summary, payload, tone=tone, turn_id=turn_id)

    def _turn_id(self) -> str:
        return self.turn.id if self.turn else ""
