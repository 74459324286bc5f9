"""`ls` and `projects`: what there is, in columns. They change nothing, not even what counts as looked at."""

from datetime import datetime

import click

from cockpit.cli.lines import columns, short_ids, tint
from cockpit.cli.start import Start, code_for, json_option, strict_option, timeout_option
from cockpit.export.json import fleet_json, project_json
from cockpit.model.fleet import GROUP_OF, Fleet
from cockpit.model.health import Health
from cockpit.model.work import Thread
from cockpit.ui.present.ages import age
from cockpit.ui.present.doing import told
from cockpit.ui.present.filter import on_shelf, parse
from cockpit.ui.present.glyphs import HEALTH, mark
from cockpit.ui.present.walls import beside_wall


@click.command()
@click.argument("words", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Also what is settled or snoozed.")
@strict_option
@timeout_option
@json_option
@click.pass_context
def ls(ctx: click.Context, words: tuple[str, ...], everything: bool, strict: bool) -> None:
    """List threads, those that need you first.

    WORDS filter as on the screen: plain words, needs:me, status:working, project:NAME, is:stale …
    """
    start: Start = ctx.obj
    wanted = parse(" ".join(words))
    if wanted.problems:
        raise click.UsageError(wanted.problems[0])

    fleet, now = start.fleet()
    rows = [fleet.threads[ref] for ref in fleet.order if wanted.keeps(fleet.threads[ref], fleet, now)]
    shelf = 0
    if not (everything or wanted.shelved):
        seen = [row for row in rows if not on_shelf(row, now)]
        shelf, rows = len(rows) - len(seen), seen
    data = fleet_json(fleet, now)
    kept = {str(row.ref) for row in rows}
    data["threads"] = [row for row in data["threads"] if row["id"] in kept]
    start.say(data, [*banner(fleet, now), *_rows(rows, fleet, now), *_foot(rows, shelf, fleet, bool(wanted))])
    ctx.exit(code_for(fleet, strict=strict))


def banner(fleet: Fleet, now: datetime) -> list[str]:
    """Everything that limits what the list can tell: a hold, sources that cannot be read, a sick ledger."""
    lines = []
    if fleet.hold:
        why = f": {fleet.hold.reason}" if fleet.hold.reason else ""
        lines.append(tint(f"HOLD by {fleet.hold.by}, {age(fleet.hold.at, now)}{why}", "amber"))
    there = any(state.health in (Health.UP, Health.LATE) for state in fleet.sources.values())
    for state in fleet.sources.values():
        if state.health is Health.UP or (there and state.health is Health.ABSENT):
            continue
        glyph, word, role = HEALTH[state.health]
        read = f", read {age(state.read_at, now)} ago" if state.read_at else ""
        said = " ".join(part for part in (state.reason, state.fix) if part)
        lines.append(tint(f"{glyph} {state.name} is {word}{read}: {said}", role))
        lines += [f"    looked at {tried}" for tried in state.tried if state.health is Health.ABSENT]
    if fleet.ledger_trouble:
        lines.append(tint(f"✗ {fleet.ledger_trouble}", "red"))
    return lines


def _rows(rows: list[Thread], fleet: Fleet, now: datetime) -> list[str]:
    ids = short_ids(list(fleet.threads))
    lines: list[str] = []
    group = None
    marks = [mark(row) for row in rows]
    cells = [
        (
            f"{each.glyph} {each.word}",
            age(row.since, now),
            ids[row.ref],
            _project(row, fleet),
            row.title,
            _fact(row, fleet, now),
        )
        for row, each in zip(rows, marks, strict=True)
    ]
    table = columns(cells, [each.role for each in marks], indent="  ")
    for row, line in zip(rows, table, strict=True):
        if GROUP_OF[row.status] is not group:
            group = GROUP_OF[row.status]
            lines.append(tint(str(group), "bold"))
        lines.append(line)
    return lines


def _project(row: Thread, fleet: Fleet) -> str:
    project = fleet.projects.get(row.project) if row.project else None
    return project.title if project else ""


def _fact(row: Thread, fleet: Fleet, now: datetime) -> str:
    """The one fact that matters now: what is asked, otherwise what the source says of it."""
    frozen = f"frozen by {row.frozen.by}{': ' + row.frozen.reason if row.frozen.reason else ''}" if row.frozen else ""
    said = beside_wall(row, row.asks[0].summary if row.asks else told(row, fleet), now)
    return " · ".join(part for part in (frozen, "" if row.frozen and said == row.frozen.reason else said) if part)


def _foot(rows: list[Thread], shelf: int, fleet: Fleet, filtered: bool) -> list[str]:
    """Never `no threads` for a fleet that could not be read."""
    lines = []
    if not rows and code_for(fleet, strict=True):
        lines.append("Nothing to list: not every source could be read.")
    elif not rows:
        lines.append("No thread matches." if filtered else "No threads.")
    if shelf:
        lines.append(tint(f"{shelf} settled or snoozed (--all shows them)", "dim"))
    return lines


@click.command()
@strict_option
@timeout_option
@json_option
@click.pass_context
def projects(ctx: click.Context, strict: bool) -> None:
    """List projects: where threads work and new ones can be started."""
    start: Start = ctx.obj

    fleet, now = start.fleet()
    ids = short_ids(list(fleet.projects))
    rows = [(ids[project.ref], project.title, project.path) for project in fleet.projects.values()]
    data = {"schema": 1, "projects": [project_json(project) for project in fleet.projects.values()]}
    start.say(data, [*banner(fleet, now), *(columns(rows) or ["No projects."])])
    ctx.exit(code_for(fleet, strict=strict))
