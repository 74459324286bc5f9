"""`teams`, `team`, `tasks`: who works together on what. `stop-team` ends one, and asks first with everybody's name."""

import sys
from collections.abc import Iterator
from datetime import datetime

import click

from cockpit.cli.deed import confirm, do
from cockpit.cli.lines import columns, tint
from cockpit.cli.look import banner
from cockpit.cli.start import Misused, Start, code_for, json_option, read_or_fail, strict_option, timeout_option
from cockpit.core import commands as c
from cockpit.core import find
from cockpit.core.session import Session
from cockpit.export.json import SCHEMA, instant, task_json, team_json
from cockpit.model.fleet import Fleet
from cockpit.model.teams import Team
from cockpit.ui.present.ages import age
from cockpit.ui.present.message_rows import spoken
from cockpit.ui.present.numbers import money
from cockpit.ui.present.rows import fact
from cockpit.ui.present.task_rows import blockers, state_of, task_counts
from cockpit.ui.present.team_rows import full, spent, status_of, stop_question, teams_in_order, thread_of

_NEWEST = 20


@click.command()
@strict_option
@timeout_option
@json_option
@click.pass_context
def teams(ctx: click.Context, strict: bool) -> None:
    """List teams of agents, those that need you first."""
    start: Start = ctx.obj
    fleet, now = start.fleet()
    found = teams_in_order(fleet)
    data = {"schema": SCHEMA, "generated_at": instant(now), "teams": [team_json(team) for team in found]}
    rows = [(team.ref.native, team.title, spent(team, fleet), task_counts(team.tasks)) for team in found]
    start.say(data, [*banner(fleet, now), *(columns(rows) or [_none(fleet)])])
    ctx.exit(code_for(fleet, strict=strict))


def _none(fleet: Fleet) -> str:
    """Never `no teams` for a fleet that could not be read."""
    return "No teams." if not code_for(fleet, strict=True) else "Nothing to list: not every source could be read."


@click.command()
@click.argument("team", default="")
@click.option("--all", "whole", is_flag=True, help="All messages rather than the newest.")
@timeout_option
@json_option
@click.pass_obj
def team(start: Start, team: str, whole: bool) -> None:
    """Show a team: its members, its tasks, what they said. TEAM may be left out where there is only one."""

    async def look(session: Session) -> tuple[Team, Fleet, datetime]:
        found = read_or_fail(session, lambda: find.team(session.store.fleet, team), as_json=start.json)
        return found, session.store.fleet, session.clock()

    found, fleet, now = start.run(look)
    start.say({"schema": SCHEMA, "generated_at": instant(now), **team_json(found)}, _page(found, fleet, now, whole))


def _page(team: Team, fleet: Fleet, now: datetime, whole: bool) -> Iterator[str]:
    yield tint(team.title, "bold") + tint(f"  {team.ref}  {spent(team, fleet)}", "dim")
    yield from _members(team, fleet, now)
    if team.tasks:
        yield ""
        yield tint(task_counts(team.tasks), "bold")
        yield from _tasks(team)
    messages = team.messages if whole else team.messages[-_NEWEST:]
    if len(messages) < len(team.messages):
        yield tint(f"\n… {len(team.messages) - len(messages)} older messages: --all", "dim")
    for message in messages:
        yield ""
        role = "bold" if spoken(message) else "dim"
        yield tint(f"{message.sender} → {message.to}, {age(message.at, now)} ago", role)
        yield from (f"  {line}" if spoken(message) else tint(f"  {line}", "dim") for line in message.text.splitlines())


def _members(team: Team, fleet: Fleet, now: datetime) -> list[str]:
    rows, roles = [], []
    for member in team.members:
        thread = thread_of(member, fleet)
        mark = status_of(member, thread)[1]
        model = thread.model.model if thread and thread.model else member.model or ""
        task = f"#{member.task}" if member.task else ""
        cost = money(thread.usage.cost) if thread and thread.usage else ""
        used = full(thread.context) if thread else ""
        since, said = (age(thread.since, now), fact(thread, fleet)) if thread else ("", member.detail)
        rows.append((member.name, f"{mark.glyph} {mark.word}", since, model, member.backend, task, used, cost, said))
        roles.append(mark.role)
    return columns(rows, roles, indent="  ")


def _tasks(team: Team) -> list[str]:
    rows = [(state_of(t).glyph, f"#{t.id}", t.subject, t.owner or "", blockers(t)) for t in team.tasks]
    return columns(rows, indent="  ")


@click.command()
@click.argument("team", default="")
@strict_option
@timeout_option
@json_option
@click.pass_context
def tasks(ctx: click.Context, team: str, strict: bool) -> None:
    """List the tasks of a team, or of all of them."""
    start: Start = ctx.obj

    async def look(session: Session) -> tuple[list[Team], Fleet, datetime]:
        fleet = session.store.fleet
        found = read_or_fail(session, lambda: [find.team(fleet, team)] if team else teams_in_order(fleet))
        return found, fleet, session.clock()

    found, fleet, now = start.run(look)
    told = [{"team": each.ref.native, **task_json(task)} for each in found for task in each.tasks]
    start.say({"schema": SCHEMA, "generated_at": instant(now), "tasks": told}, _board(found, fleet, now))
    ctx.exit(code_for(fleet, strict=strict))


def _board(found: list[Team], fleet: Fleet, now: datetime) -> Iterator[str]:
    yield from banner(fleet, now)
    for team in found:
        yield tint(team.title, "bold") + tint(f"  {task_counts(team.tasks)}", "dim")
        yield from _tasks(team) or [tint("  no task list, which is normal" if not team.has_tasks else "  none", "dim")]
    if not found:
        yield _none(fleet)


@click.command("stop-team")
@click.argument("team")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@timeout_option
@json_option
@click.pass_obj
def stop_team(start: Start, team: str, yes: bool) -> None:
    """Ask every member of a team to shut down, and its lead to end. It asks you first, naming everybody who goes."""

    def choose(session: Session) -> c.Command:
        found = find.team(session.store.fleet, team)
        if not yes:
            question = stop_question(found, session.store.fleet)
            if not sys.stdin.isatty():
                raise Misused(f"{question}\nThat must be confirmed.", fix="Add --yes.", as_json=start.json)
            confirm(question)
        return c.StopTeam(found.ref, confirmed=True)

    do(start, choose)
