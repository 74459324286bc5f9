"""Teams with fixed times, for tests and for pictures: one at work, one that keeps no tasks, many, and a hostile one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scenes import NOW, PANE_CAN, before, fleet_of, ledger, source

from cockpit.model import facts as f
from cockpit.model.asks import Ask, AskKind, Decision, SettledAsk
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.teams import Member, Task, Team, TeamMessage
from cockpit.model.usage import Usage
from cockpit.model.work import Capability, Context, Evidence, ModelChoice, Status, Thread, Wall

TEAM = Ref("claude", "session-636d9785")
LEAD = Ref("claude", "636d9785-84c0-44a0-9814-779c669ccdb6")
SCHEMA, API, REVIEWER, WRITER = (
    Ref("claude", f"{name}@{TEAM.native}") for name in ("schema", "api", "reviewer", "writer")
)
MIGRATE = "alembic upgrade head && pytest -q tests/db"
CAN = PANE_CAN | {Capability.APPROVE, Capability.CONVERSE}


def row(ref: Ref, title: str, status: Status, since: datetime, **fields: Any) -> Thread:
    given: dict[str, Any] = {
        "sources": ("claude", "tmux"), "capabilities": CAN, "team": "release", "created_at": since,
        "model": ModelChoice("claude", "claude-sonnet-5"), "evidence": (Evidence("claude", "sessions file", since),),
    }  # fmt: skip
    return Thread(ref, title, status, since=since, **(given | fields))


def migration(now: datetime) -> Ask:
    return Ask(
        "perm-1", SCHEMA, AskKind.APPROVAL, "schema wants to run a command", f"Bash: {MIGRATE}", body=MIGRATE,
        place="~/code/release-tools", created_at=before(now, m=2),
        decisions=(Decision.ACCEPT, Decision.ACCEPT_FOR_SESSION, Decision.DECLINE),
    )  # fmt: skip


def usage(requests: int, cost: float | None, burn: float | None = None, **more: Any) -> Usage:
    return Usage(
        tokens_in=requests * 1_300, tokens_out=requests * 410, cache_read=requests * 28_000,
        cache_write=requests * 1_100, total_tokens=requests * 30_810, cost=cost, requests=requests, burn=burn, **more,
    )  # fmt: skip


def crew(now: datetime = NOW) -> list[Thread]:
    wall = Wall("5-hour limit reached", now + timedelta(minutes=95))
    return [
        row(LEAD, "Release 2.0", Status.WORKING, before(now, s=40), detail="waits for schema",
            model=ModelChoice("claude", "claude-opus-5-5"), backend="anthropic", context=Context(122_000, 200_000),
            usage=usage(32, 1.80, 2.1, own_cost=True), terminal="tmux:%0"),
        row(SCHEMA, "schema", Status.APPROVAL, before(now, m=2), asks=(migration(now),), backend="openrouter",
            context=Context(84_000, 200_000), usage=usage(8, 0.32, 0.4), terminal="tmux:%1"),
        row(API, "api", Status.WORKING, before(now, s=4), detail="Bash: pytest -q tests/api", backend="openrouter",
            context=Context(182_000, 200_000), usage=usage(7, 0.22, 0.2), terminal="tmux:%2"),
        row(REVIEWER, "reviewer", Status.IDLE, before(now, m=9), backend="openrouter", context=Context(21_000),
            usage=usage(3, None), terminal="tmux:%3"),
        row(WRITER, "writer", Status.FAILED, before(now, m=4), detail="", wall=wall, usage=usage(5, 0.11)),
    ]  # fmt: skip


def mates(now: datetime = NOW) -> tuple[Member, ...]:
    def mate(name: str, ref: Ref, color: str, pane: str, minutes: float, **more: Any) -> Member:
        return Member(name, "teammate", "working", "claude-sonnet-5", color, pane, ref, "general-purpose", "tmux",
                      "~/code/release-tools", joined_at=before(now, m=minutes), **more)  # fmt: skip

    return (
        Member("team-lead", "lead", "working", "claude-opus-5-5", None, None, LEAD, backend="in-process",
               joined_at=before(now, m=24)),
        mate("schema", SCHEMA, "blue", "%1", 23, task="2"),
        mate("api", API, "green", "%2", 22.8, task="3"),
        mate("reviewer", REVIEWER, "yellow", "%3", 22.5, plan_mode=True),
        Member("writer", "teammate", "failed", "claude-haiku-5", "purple", None, WRITER, "docs-writer", "in-process",
               joined_at=before(now, m=12)),
    )  # fmt: skip


def board(now: datetime = NOW) -> tuple[Task, ...]:
    return (
        Task("1", "Read the old exporter", "completed", "schema", (), "Where it loses rows.", "", before(now, m=16)),
        Task("2", "Design the schema", "in_progress", "schema", (),
             "Tables for invoices and lines.\n\n- `region` on each line\n- keep the old ids", "Designing the schema",
             before(now, m=14)),
        Task("3", "Write the API", "in_progress", "api", ("2",), "", "Writing the API", before(now, m=6)),
        Task("4", "Document the migration for those who come from 1.x", "pending", "writer", ("2", "3")),
        Task("5", "Review everything", "pending", None, ("3",)),
    )  # fmt: skip


def letters(now: datetime = NOW) -> tuple[TeamMessage, ...]:
    def said(minutes: float, sender: str, to: str, text: str, kind: str = "message") -> TeamMessage:
        return TeamMessage(sender, to, text, before(now, m=minutes), kind)

    return (
        said(22.9, "team-lead", "schema", "You are schema. Design the tables for 2.0, then tell api what they are."),
        said(22.7, "team-lead", "api", "You are api. Write the endpoints once schema is done."),
        said(22, "team-lead", "schema", "assigned task #2: Design the schema", "task_assignment"),
        said(15, "schema", "api", "Invoices keep their ids. Lines get a `region`; it is never null, old rows say EU."),
        said(13, "api", "schema", "Then I need no join for the export. Is `region` indexed?"),
        said(12.5, "schema", "api", "Yes, together with the month."),
        said(9, "reviewer", "team-lead", "idle: nothing to review yet", "idle_notification"),
        said(2, "schema", "team-lead", f"asks to use Bash: {MIGRATE}", "permission_request"),
    )


def release(now: datetime = NOW) -> Team:
    return Team(TEAM, "release", "team-lead", mates(now), board(now), letters(now), created_at=before(now, m=24))


def settled(now: datetime = NOW) -> tuple[SettledAsk, ...]:
    ask = replace(migration(now), id="perm-0", thread=API, summary="Bash: pip install httpx", body="pip install httpx")
    return (SettledAsk(ask, "accept", "dana", before(now, m=17)),)


def facts(now: datetime, threads: list[Thread], *teams: Team) -> list[f.Fact]:
    return [
        f.SourceChanged(source(now, "claude", "claude", version="2.1.329", link="files")),
        f.SourceChanged(source(now, "tmux", "tmux", version="3.3a", link="control mode")),
        f.SourceRead("tmux", (), ()),
        f.SourceRead("claude", (), tuple(threads), teams),
        replace(ledger(now), settled=settled(now)),
    ]


def read(now: datetime, threads: list[Thread], *teams: Team) -> Fleet:
    return fleet_of(now, *facts(now, threads, *teams))


def crew_fleet(now: datetime = NOW) -> Fleet:
    """One team: one member asks, one is broken, two work, one is idle."""
    return read(now, crew(now), release(now))


def taskless_fleet(now: datetime = NOW) -> Fleet:
    """The same without a task list, as newer models have it."""
    bare = tuple(replace(each, task=None) for each in mates(now))
    return read(now, crew(now), replace(release(now), members=bare, tasks=(), has_tasks=False))


def two_teams(now: datetime = NOW) -> Fleet:
    """A quiet team beside the one at work."""
    other = Ref("claude", "docs-crew")
    lead = row(Ref("claude", "docs-lead"), "Docs", Status.IDLE, before(now, h=2), team="docs-crew")
    quiet = Team(
        other, "docs-crew", "team-lead", (Member("team-lead", "lead", "idle", thread=lead.ref),),
        (Task("1", "Draft the guide", "completed", "team-lead"), Task("2", "Proofread", "pending")),
        description="Writes the guide",
    )  # fmt: skip
    return read(now, [*crew(now), lead], release(now), quiet)


def no_team(now: datetime = NOW) -> Fleet:
    return read(now, [])


def hostile_team(now: datetime = NOW) -> Fleet:
    names = ("[bold red]x[/]", "日本語の名前はとても広い", "a" * 120, "عنوان", "e\u0301" * 30)
    members = tuple(Member(name, "teammate", "weird\x1b[2J", "m" * 80, None, None) for name in names)
    tasks = tuple(Task(str(place), f"{name} {name}", "limbo", name, ("1",)) for place, name in enumerate(names))
    said = tuple(
        TeamMessage(name, names[0], f"{name}\n[@click=app.quit]{'界' * 200}[/] \x1b]0;x\x07", before(now, m=place))
        for place, name in enumerate(names)
    )
    return read(now, [], Team(TEAM, "[red]team[/]", names[0], members, tasks, said))


def big_team(count: int = 200, said: int = 1_000, now: datetime = NOW) -> Fleet:
    threads = [
        row(Ref("claude", f"m{place}"), f"m{place}", Status.WORKING if place % 3 else Status.IDLE,
            before(now, m=place), context=Context(place * 900, 200_000), usage=usage(place, place / 100))
        for place in range(count)
    ]  # fmt: skip
    members = tuple(Member(each.title, "teammate", "working", thread=each.ref) for each in threads)
    tasks = tuple(Task(str(place), f"Task number {place}", "pending", f"m{place}") for place in range(count))
    letters = tuple(
        TeamMessage(f"m{place % count}", f"m{(place + 1) % count}", f"Word {place} of many. " * 12,
                    before(now, s=said - place))
        for place in range(said)
    )  # fmt: skip
    return read(now, threads, Team(TEAM, "crowd", "m0", members, tasks, letters))


TEAMS = {
    "crew": crew_fleet,
    "taskless": taskless_fleet,
    "two-teams": two_teams,
    "no-team": no_team,
    "hostile-team": hostile_team,
}
