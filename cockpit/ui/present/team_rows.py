"""Teams as rows: the list of them, the members of one with what each does and costs, and how to get a team.

Who needs a person comes first; below that the order stays, so that it can be learned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cockpit.model.fleet import GROUP_OF, Fleet, Group
from cockpit.model.ids import Ref
from cockpit.model.teams import Member, Team
from cockpit.model.work import Context, Status, Thread
from cockpit.ui.present.ages import age, changes_in
from cockpit.ui.present.cells import cells, wrap
from cockpit.ui.present.doing import told
from cockpit.ui.present.empty import unread
from cockpit.ui.present.glyphs import STATUS, Mark, mark
from cockpit.ui.present.lines import BLANK, Line, Span, dim, line
from cockpit.ui.present.numbers import money, percent, plural, tokens
from cockpit.ui.present.rows import Row, TextRow, beside_status, fact
from cockpit.ui.present.task_rows import blockers, task_counts
from cockpit.ui.present.walls import beside_wall, wall_changes_in

_LOUD = frozenset({Group.NEEDS_YOU, Group.BROKEN, Group.UNCLEAR})
_STATE = 17
"""Cells of a member's state and age, and the gap before them."""


def thread_of(member: Member, fleet: Fleet) -> Thread | None:
    """The member's row of the fleet, which knows more of it than its team does."""
    return fleet.thread(member.thread) if member.thread else None


def threads_of(team: Team, fleet: Fleet) -> list[Thread]:
    return [thread for member in team.members if (thread := thread_of(member, fleet))]


def needs(thread: Thread | None) -> bool:
    return thread is not None and thread.status.needs_you


def next_waiting(fleet: Fleet, team: Team | None, order: Sequence[str], here: object) -> str | Ref | None:
    """The next of the team's members that waits, going round in that `order` of names; else the ref of another team in
    which somebody does."""
    if team is not None:
        waiting = [name for name in order if any(m.name == name and needs(thread_of(m, fleet)) for m in team.members)]
        if waiting and waiting != [here]:
            return waiting[(waiting.index(str(here)) + 1) % len(waiting) if here in waiting else 0]
    others = (each for each in fleet.teams.values() if team is None or each.ref != team.ref)
    return next((other.ref for other in others if any(map(needs, threads_of(other, fleet)))), None)


def team_of(thread: Ref, fleet: Fleet) -> Team | None:
    """The team that the thread is a member of."""
    row = fleet.thread(thread)
    names = row.refs if row else (thread,)
    return next((team for team in fleet.teams.values() if any(m.thread in names for m in team.members)), None)


def member_of(thread: Thread, team: Team) -> Member | None:
    return next((member for member in team.members if member.thread in thread.refs), None)


def status_of(member: Member, thread: Thread | None) -> tuple[Status, Mark]:
    """The row's own status, or else the word that the team has for the member."""
    if thread is not None:
        return thread.status, mark(thread)
    try:
        status = Status(member.status)
    except ValueError:
        return Status.UNKNOWN, STATUS[Status.UNKNOWN]._replace(word=member.status or "unknown")
    return status, STATUS[status]


# Members


@dataclass(slots=True)
class MemberRow:
    """One member: its state; what it does or asks; on what it runs, how full it is and what it cost. `below`: the
    means have a line of their own, for want of room beside the name."""

    member: Member
    thread: Thread | None
    doing: str
    means: str
    below: bool
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> str:
        return self.member.name

    @property
    def height(self) -> int:
        return 1 + bool(self._second) + bool(self._third)

    @property
    def _second(self) -> bool:
        walled = self.thread is not None and self.thread.wall
        return bool(self.doing or walled or (self._figures and not self.below))

    @property
    def _third(self) -> bool:
        return self.below and bool(self.means or self._figures)

    @property
    def _figures(self) -> tuple[Span, ...]:
        thread = self.thread
        if thread is None or not (thread.context or thread.usage):
            return ()
        cost = money(thread.usage.cost) if thread.usage else ""
        return (Span(f" {full(thread.context):>5} {cost:>7}", "dim"),)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        thread = self.thread
        status, (glyph, word, role) = status_of(self.member, thread)
        loud = GROUP_OF[status] in _LOUD
        marks = beside_status(thread) if thread else ()
        aged = age(thread.since, now) if thread else ""
        beside = () if self.below or not self.means else (Span(f"  {self.means}", "dim"),)
        lines = [
            Line(
                (Span(f"{glyph} ", role, loud), Span(self.member.name, bold=loud)),
                (*marks, Span(word, role), Span(f" {aged:>4}", "dim")),
                beside,
            )
        ]
        if self._second:
            said = Span(f"  {beside_wall(thread, self.doing, now)}", "text" if loud else "dim")
            lines.append(Line((said,), () if self.below else self._figures))
        if self._third:
            lines.append(Line((Span(f"  {self.means}", "dim"),), self._figures))
        return tuple(lines)

    def changes_in(self, now: datetime) -> float | None:
        if self.thread is None:
            return None
        times = (changes_in(self.thread.since, now), wall_changes_in(self.thread, now))
        return min((time for time in times if time is not None), default=None)


def member_rows(team: Team, fleet: Fleet, width: int) -> list[Row]:
    """The members for a list of `width` cells: who needs a person, who is broken, then the others as they joined."""
    found = [(member, thread_of(member, fleet)) for member in team.members]
    rank = {Group.NEEDS_YOU: 0, Group.BROKEN: 1}
    found.sort(key=lambda each: (rank.get(GROUP_OF[status_of(*each)[0]], 2), each[0].role != "lead"))
    rows: list[Row] = []
    for member, thread in found:
        means = _means(member, thread)
        marks = sum(cells(span.text) for span in beside_status(thread)) if thread else 0
        beside = cells(member.name) + 2 + (cells(means) + 2 if means else 0) + marks + _STATE <= width
        rows.append(MemberRow(member, thread, _doing(member, thread, team, fleet), means, not beside))
    return rows or [TextRow("none", (dim("Nobody is in this team any more"),))]


def _means(member: Member, thread: Thread | None) -> str:
    """`planner · opus-4-5 · openrouter · tmux`: what it is and on what it runs, as far as that was told."""
    told = thread.model.model if thread and thread.model else member.model or ""
    lead = "lead" if member.role == "lead" and "lead" not in member.name else ""
    kind = "" if member.agent_type in ("", "general-purpose", member.name) else member.agent_type
    place = "" if member.role == "lead" else member.backend
    parts = [lead, kind, told.removeprefix("claude-"), thread.backend if thread else "", place]
    parts.append("plans first" if member.plan_mode else "")
    return " · ".join(part for part in parts if part)


def _doing(member: Member, thread: Thread | None, team: Team, fleet: Fleet) -> str:
    """What is asked; otherwise its task, and what it says of itself."""
    if thread and (thread.asks or str(thread.ref) in fleet.sending):
        return fact(thread, fleet)
    task = next((each for each in team.tasks if each.id == member.task), None)
    parts = [
        f"#{task.id} {task.active_form or task.subject}" if task else "",
        blockers(task) if task else "",
        told(thread, fleet) if thread else member.detail,
    ]
    return " · ".join(part for part in parts if part)


def full(context: Context | None) -> str:
    """How full the context window is: `61 %`, or the tokens in it where nobody told its size."""
    if context is None:
        return ""
    return percent(context.percent) if context.limit else tokens(context.used)


def heading(team: Team, fleet: Fleet) -> str:
    """Its name, or that it is on its way out, for as long as that takes."""
    return f"Stopping {team.title}…" if stops(team, fleet) else f"Team {team.title}"


def stops(team: Team, fleet: Fleet) -> bool:
    return str(team.ref) in fleet.sending


def spent(team: Team, fleet: Fleet) -> str:
    """`4 members · 47 requests · $2.34`: what is known of all of them together."""
    used = [thread.usage for thread in threads_of(team, fleet) if thread.usage]
    requests = [each.requests for each in used if each.requests is not None]
    costs = [each.cost for each in used if each.cost is not None]
    parts = [plural(len(team.members), "member")]
    parts += [plural(sum(requests), "request")] if requests else []
    parts += [money(sum(costs))] if costs else []
    return " · ".join(parts)


def stop_question(team: Team, fleet: Fleet) -> str:
    """Names everybody who goes, and what each of them does now."""
    named = [f"{each.name} ({status_of(each, thread_of(each, fleet))[1].word})" for each in team.members]
    mates = [words for words, each in zip(named, team.members, strict=True) if each.role != "lead"]
    leads = [words for words, each in zip(named, team.members, strict=True) if each.role == "lead"]
    said = [f"asked to shut down: {', '.join(mates)}"] if mates else []
    said += [f"ended: {', '.join(leads)}"] if leads else []
    return f"Stop the team “{team.title}”?\n" + "\n".join(said)


# The list of teams


@dataclass(slots=True)
class TeamRow:
    """One team: the state of its most urgent member, how many it has, how far its tasks are."""

    team: Team
    first: Thread | None
    below: str
    selectable: ClassVar[bool] = True
    height: ClassVar[int] = 2

    @property
    def id(self) -> Ref:
        return self.team.ref

    def lines(self, now: datetime) -> tuple[Line, ...]:
        glyph, word, role = mark(self.first) if self.first else STATUS[Status.ENDED]
        loud = self.first is not None and GROUP_OF[self.first.status] in _LOUD
        aged = age(self.first.since, now) if self.first else ""
        extra = (Span(f"  {self.team.description}", "dim"),) if self.team.description else ()
        right = (Span(word, role), Span(f" {aged:>4}", "dim"))
        first = Line((Span(f"{glyph} ", role, loud), Span(self.team.title, bold=True)), right, extra)
        return first, dim(f"  {self.below}")

    def changes_in(self, now: datetime) -> float | None:
        return changes_in(self.first.since, now) if self.first else None


def teams_in_order(fleet: Fleet) -> list[Team]:
    """By their most urgent member, as the fleet's own list is; what has no row any more comes last."""
    return [team for _, team in _ranked(fleet)]


def _ranked(fleet: Fleet) -> list[tuple[Thread | None, Team]]:
    """Each team with its most urgent member."""
    place = {ref: rank for rank, ref in enumerate(fleet.order)}
    last = len(place)
    found = []
    for team in fleet.teams.values():
        first = min(threads_of(team, fleet), key=lambda thread: place.get(thread.ref, last), default=None)
        urgency = (place.get(first.ref, last) if first else last, team.title.casefold(), team.ref)
        found.append((urgency, first, team))
    return [(first, team) for _, first, team in sorted(found, key=lambda each: each[0])]


def team_rows(fleet: Fleet, now: datetime, width: int, keys: Mapping[str, str]) -> list[Row]:
    """All teams, and what could not be read; without any, how to start one. `keys` are key names by action."""
    rows: list[Row] = [_team_row(team, first, fleet) for first, team in _ranked(fleet)]
    if not rows:
        rows.append(TextRow("none", tuple(_no_team(fleet, width, keys))))
    rows += [TextRow(("unread", place), (BLANK, *said)) for place, said in enumerate(unread(fleet, now, width))]
    return rows


def _team_row(team: Team, first: Thread | None, fleet: Fleet) -> TeamRow:
    needing = sum(thread.status.needs_you for thread in threads_of(team, fleet))
    below = ["being stopped" if stops(team, fleet) else "", f"{needing} need you" if needing > 1 else ""]
    below += [spent(team, fleet), task_counts(team.tasks)]
    return TeamRow(team, first, " · ".join(part for part in below if part))


def _no_team(fleet: Fleet, width: int, keys: Mapping[str, str]) -> Iterator[Line]:
    if not fleet.sources:
        yield line("Reading…")
        return
    yield line(Span("No agent team here", bold=True))
    yield BLANK
    dispatch, settings = keys.get("fleet.dispatch", "d"), keys.get("go.settings", "F9")
    said = (
        (0, "Claude Code makes a team when its lead is asked for teammates. To start one:"),
        (0, ""),
        (2, f"· press {dispatch} and start a thread on the Claude harness as a team lead,"),
        (2, "· or start it yourself with CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS=1;"),
        (2, "· ask for the team in its prompt: “make a team of two: one writes, one reviews”."),
        (0, ""),
        (0, f"Teams are seen through Claude Code's own files, unless [claude] is switched off ({settings})."),
    )
    for indent, words in said:
        first, *rest = wrap(words, max(width - indent - 2, 10))
        yield dim(" " * indent + first)
        yield from (dim(" " * (indent + 2 * bool(indent)) + part) for part in rest)
