"""Requests that hooks hold on the ledger: over the rows that the files give, and answered by a person's word.

It answers nothing by itself, and calls an answer given only when Claude has gone on by it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.core.commands import Answer, Decide, ImplementPlan, Outcome
from cockpit.core.ports import Clock, HeldAsks
from cockpit.model.asks import Ask, AskKind, Decision
from cockpit.model.errors import LedgerError, Refused, Stale
from cockpit.model.facts import Fact, SourceRead, TeamSeen, ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.teams import Team
from cockpit.model.text import one_line
from cockpit.model.work import Capability, Evidence, Thread
from cockpit.runtimes.claude.giving import Giving
from cockpit.runtimes.claude.held import Held, ask, decode, updates
from cockpit.runtimes.claude.hooked import Hooked
from cockpit.runtimes.claude.processes import Processes

_WAYS = {AskKind.APPROVAL: Capability.APPROVE, AskKind.QUESTION: Capability.ANSWER, AskKind.PLAN: Capability.PLAN}
_UNHELD = "no hook holds it, so answer in {} terminal"
_HOOKLESS = "it has no hooks that bring requests here (`cockpit hooks install`), so answer in {} terminal"
_DECIDED = {
    Decision.ACCEPT: "Approved",
    Decision.ACCEPT_FOR_SESSION: "Approved for the session",
    Decision.DECLINE: "Declined",
    Decision.CANCEL: "Declined, and the turn was interrupted",
}


class Answers:
    """`held` is the ledger's port (None: there is no ledger), `who` the person's name for the record, `root` the Claude
    home. `threads` and `teams` give the rows as the files say them; `lined`, whether our status line runs in a row's
    session."""

    def __init__(
        self, name: str, held: HeldAsks | None, *, who: str, root: Path, clock: Clock, processes: Processes,
        threads: Callable[[], Mapping[Ref, Thread]], teams: Callable[[], Mapping[Ref, Team]],
        lined: Callable[[Thread], bool] = lambda _: False,
    ) -> None:  # fmt: skip
        self._name = name
        self._held = held
        self._giving = Giving(held, who, root, clock, self._lives) if held is not None else None
        self._clock = clock
        self._processes = processes
        self._threads = threads
        self._teams = teams
        self._lined = lined
        self._hooked = Hooked(root)
        self._waiting: dict[str, Held] = {}
        self._sending: dict[str, Held] = {}
        self._by: dict[Ref, tuple[Held, ...]] = {}

    # Seeing

    def look(self) -> None:
        """Read the ledger; what it last said stands while it cannot be read. It blocks briefly."""
        if self._held is None:
            return
        try:
            rows = self._held.waiting(self._clock())
        except LedgerError:
            return
        known = self._waiting
        found = {row.id: known.get(row.id) or decode(row) for row in rows if row.source == self._name}
        self._waiting = {key: held for key, held in found.items() if held is not None and self._lives(held)}

    @property
    def pids(self) -> set[int]:
        """The hooks that wait."""
        return {pid for pid, start in (held.hook for held in self._waiting.values()) if start}

    def _lives(self, held: Held) -> bool:
        """Whether its hook still waits: one that was killed takes nothing back."""
        pid, start = held.hook
        return not (start and self._processes.known) or self._processes.start(pid) == start

    def dressed(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts with what the hooks hold, and the rows again whose requests came or went."""
        before, self._by = self._by, self._owners()
        facts = [self._dress(fact) for fact in facts]
        told = {fact.thread.ref for fact in facts if isinstance(fact, ThreadSeen)}
        if any(isinstance(fact, SourceRead) for fact in facts):
            return facts
        rows = self._threads()
        moved = [ref for ref in {**before, **self._by} if before.get(ref) != self._by.get(ref)]
        facts += [ThreadSeen(self._row(rows[ref])) for ref in moved if ref in rows and ref not in told]
        if moved:
            teams = [team for team in self._teams().values() if any(each.thread in moved for each in team.members)]
            facts += [TeamSeen(self._team(team)) for team in teams]
        return facts

    def _owners(self) -> dict[Ref, tuple[Held, ...]]:
        """Which row each request is about."""
        found: dict[Ref, list[Held]] = {}
        rows = self._threads() if self._waiting or self._sending else {}
        for held in {**self._waiting, **self._sending}.values():
            owner = self._owner(held, rows)
            if owner is not None:
                found.setdefault(owner, []).append(held)
        return {
            ref: tuple(sorted(several, key=lambda held: (held.created_at, held.id))) for ref, several in found.items()
        }

    def _owner(self, held: Held, rows: Mapping[Ref, Thread]) -> Ref | None:
        """A mate's row by its session or by its name in the team that the session leads; else the session's own."""
        if held.agent is not None:
            lead = Ref(self._name, held.session)
            teams = [team for team in self._teams().values() if any(each.thread == lead for each in team.members)]
            names = {f"agent:{held.team}/{held.agent}"} if held.team else set()
            names |= {f"agent:{team.ref.native}/{held.agent}" for team in teams}
            for ref, row in rows.items():
                if row.joins & names and ref != lead:
                    return ref
        key = f"session:{held.session}"
        return next((ref for ref, row in rows.items() if key in row.joins), None)

    def _dress(self, fact: Fact) -> Fact:
        match fact:
            case ThreadSeen(thread):
                return ThreadSeen(self._row(thread))
            case TeamSeen(team):
                return TeamSeen(self._team(team))
            case SourceRead():
                rows, teams = map(self._row, fact.threads), map(self._team, fact.teams)
                return replace(fact, threads=tuple(rows), teams=tuple(teams))
        return fact

    def _row(self, thread: Thread) -> Thread:
        """The row as it is with its hooks: their word goes before every file's."""
        several = self._by.get(thread.ref, ())
        if not several:
            ways = sorted({_WAYS[each.kind] for each in thread.asks if each.kind in _WAYS})
            if not ways:
                return thread
            lead = self._lead_of(thread.ref)
            why = _UNHELD if self._has_hooks(thread, lead) else _HOOKLESS
            why = why.format("its lead's" if lead else "its")
            return replace(thread, cannot=(*thread.cannot, *((way, why) for way in ways)))
        shown = [ask(held, thread.ref, _who(thread, held)) for held in several]
        ids = {held.id for held in several} | {held.call.id for held in several}
        calls = [held.call for held in several]
        rest = [each for each in thread.asks if each.id not in ids and not _same(each, calls)]
        first = several[0]
        seen = [Evidence(self._name, f"hook: {_event(held)} {held.call.tool}", held.created_at) for held in several]
        return replace(
            thread,
            status=first.status,
            raw_status="waiting",
            since=first.created_at,
            detail=first.call.said,
            asks=(*shown, *rest),
            evidence=(*seen, *thread.evidence),
            dialog=thread.dialog or not all(held.standing for held in several),
            capabilities=thread.capabilities
            | {_WAYS[each.kind] for each in shown}
            | {Capability.APPROVE for each in shown if each.decisions},
        )

    def _lead_of(self, ref: Ref) -> Thread | None:
        """In whose terminal a mate's requests come up."""
        for team in self._teams().values():
            if any(each.thread == ref and each.role != "lead" for each in team.members):
                leads = (
                    self._threads().get(each.thread) for each in team.members if each.role == "lead" and each.thread
                )
                return next(filter(None, leads), None)
        return None

    def _has_hooks(self, thread: Thread, lead: Thread | None) -> bool:
        """A mate has those of its lead: it runs within its process, or is started with its `--settings` (measured:
        2.1.329)."""
        lined = self._lined(thread) or (lead is not None and self._lined(lead))
        return lined or any(self._hooked.in_settings(each.place) for each in thread.asks)

    def _team(self, team: Team) -> Team:
        waits = {ref: several[0] for ref, several in self._by.items()}
        members = (
            replace(each, status=str(held.status), detail=held.call.said)
            if each.thread is not None and (held := waits.get(each.thread)) else each
            for each in team.members
        )  # fmt: skip
        return replace(team, members=tuple(members)) if waits else team

    # Answering

    async def decide(self, command: Decide) -> Outcome:
        held = self._found(command.ask)
        allow = command.decision in (Decision.ACCEPT, Decision.ACCEPT_FOR_SESSION)
        answer: dict[str, Any] = {"decision": "allow" if allow else "deny"}
        if allow:
            session = command.decision is Decision.ACCEPT_FOR_SESSION
            given = updates(held, rule=command.rule, session=session)
            if given is None and (command.rule or session):
                raise Refused(
                    "Not done: this request suggests no such rule.", fix="`cockpit asks` lists what it suggests."
                )
            if given:
                answer["updated_permissions"] = given
        else:
            answer["message"] = command.message
            answer["interrupt"] = command.decision is Decision.CANCEL
        await self._give(held, answer, allowed=allow)
        return Outcome(f"{_DECIDED[command.decision]}: {one_line(held.call.said, 80)}", command.thread)

    async def answer(self, command: Answer) -> Outcome:
        held = self._found(command.ask)
        questions = {each.id: each.text for each in ask(held, command.thread, "").questions}
        asked = [each.get("question") for each in held.call.input.get("questions", ()) if isinstance(each, dict)]
        if len(set(asked)) != len(questions) or len(asked) != len(questions):
            raise Refused("Not done: two of its questions are the same, and Claude tells answers apart by those.",
                          fix="Answer in its terminal.")  # fmt: skip
        said = {asked[int(key)]: ", ".join(each) if isinstance(each, tuple) else each
                for key, each in command.answers.items() if key in questions}  # fmt: skip
        await self._give(
            held, {"decision": "allow", "updated_input": {**held.call.input, "answers": said}}, allowed=True
        )
        return Outcome(f"Answered: {one_line('; '.join(map(str, said.values())), 80)}", command.thread)

    async def implement(self, command: ImplementPlan) -> Outcome:
        """As the terminal's own “Yes, manually approve edits”: nothing is widened. The plan is handed back with it, or
        Claude takes no notice (measured on 2.1.329)."""
        held = self._found(command.ask)
        mode = {"type": "setMode", "mode": "default", "destination": "session"}
        answer = {"decision": "allow", "updated_input": dict(held.call.input), "updated_permissions": [mode]}
        await self._give(held, answer, allowed=True)
        return Outcome("The plan is being carried out; edits are asked for one by one.", command.thread)

    def _found(self, ask_id: str) -> Held:
        held = self._waiting.get(ask_id)
        if held is None:
            raise Stale("No hook holds that request any more.", fix="If it still waits, answer in its terminal.")
        return held

    async def _give(self, held: Held, answer: Mapping[str, Any], *, allowed: bool) -> None:
        assert self._giving is not None
        self._sending[held.id] = held
        try:
            await self._giving.give(held, answer, allowed=allowed)
        finally:
            del self._sending[held.id]
            self._waiting.pop(held.id, None)


def _who(thread: Thread, held: Held) -> str:
    own = next((key.rpartition("/")[2] for key in sorted(thread.joins) if key.startswith("agent:")), "Claude")
    return held.agent if held.agent and not held.before and held.agent != own else own


def _event(held: Held) -> str:
    return "PreToolUse" if held.before else "PermissionRequest"


def _same(shown: Ask, calls: Iterable[Any]) -> bool:
    """Whether the file's ask is about a call that a hook holds under a name of its own."""
    return any(shown.title.endswith(f" {call.tool}") and shown.summary in call.said for call in calls)
