"""`doctor`: what was looked at, what was found, what to do about it. It repairs nothing and never prints a token."""

import os
import shutil
import sys
from collections.abc import Iterator

import click

from cockpit.cli import findings
from cockpit.cli.findings import Finding, Verdict, bad, note, well
from cockpit.cli.lines import tint
from cockpit.cli.start import FAILED, Start, json_option, timeout_option
from cockpit.config import T3Config, paths, token_origin
from cockpit.core.ports import CanDiagnose
from cockpit.core.session import Session
from cockpit.model.health import Health, SourceState

_GLYPHS = {Verdict.WELL: ("✓", "green"), Verdict.NOTE: ("·", "dim"), Verdict.BAD: ("✗", "red")}


@click.command()
@timeout_option
@json_option
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check versions, configuration, terminal, sources and ledger; exit code 0 only if all is well."""
    start: Start = ctx.obj
    found = list(_look(start))
    sick = [finding for finding in found if finding.verdict is Verdict.BAD]
    data = {
        "schema": 1,
        "ok": not sick,
        "findings": [
            {
                "area": each.area,
                "name": each.name,
                "verdict": str(each.verdict),
                "text": each.text,
                "fix": each.fix or None,
            }
            for each in found
        ],
    }
    start.say(data, _lines(found, len(sick)))
    ctx.exit(FAILED if sick else 0)


def _look(start: Start) -> Iterator[Finding]:
    where = paths()
    yield from findings.versions()
    config = list(findings.configuration(start.named_config, os.environ))
    yield from config
    size = shutil.get_terminal_size()
    yield from findings.terminal(
        os.environ,
        is_tty=sys.stdout.isatty(),
        size=(size.columns, size.lines),
        encoding=sys.stdout.encoding or "",
    )
    if any(each.verdict is Verdict.BAD for each in config):
        yield note("sources", "all", "not tried, because the configuration cannot be used")
    else:
        yield from start.run(lambda session: _sources(session, start))
    yield from findings.ledger(where)


async def _sources(session: Session, start: Start) -> list[Finding]:
    found: list[Finding] = []
    configured = {t3.name: t3 for t3 in start.loaded.config.t3}
    states = session.store.fleet.sources
    others = any(state.health is not Health.ABSENT for state in states.values())
    for name, state in states.items():
        found += _source(state, configured.get(name), others=others)
        source = session.sources.get(name)
        if isinstance(source, CanDiagnose):
            found += [note("sources", name, f"{what}: {said}") for what, said in await source.diagnose()]
    return found


def _source(state: SourceState, t3: T3Config | None, *, others: bool) -> Iterator[Finding]:
    """`others`: some source is there at all, so that one that is not is no trouble."""
    area, name = "sources", state.name
    at = f" at {t3.url}" if t3 else ""
    for tried in state.tried:
        yield note(area, name, f"looked at {tried}")
    if t3 is not None:
        yield note(area, name, f"token: {token_origin(t3, paths().state_dir)}")
    if state.health in (Health.UP, Health.LATE):
        version = f", version {state.version}" if state.version else ""
        link = f", {state.link}" if state.link else ""
        yield well(area, name, f"{state.kind}{at} is {state.health}{version}{link}")
    elif others and state.health is Health.ABSENT:
        yield note(area, name, f"{state.kind} is absent: {state.reason}", state.fix)
    else:
        fix = state.fix or "See whether it runs, and whether the configuration names it rightly."
        yield bad(area, name, f"{state.kind}{at} is {state.health}: {state.reason or 'no reason given'}", fix)
    for said in state.notes:
        yield note(area, name, said)


def _lines(found: list[Finding], sick: int) -> Iterator[str]:
    area = ""
    for each in found:
        if each.area != area:
            area = each.area
            yield tint(area.upper(), "bold")
        glyph, role = _GLYPHS[each.verdict]
        yield tint(f"  {glyph} {each.name}: {each.text}", role if each.verdict is not Verdict.WELL else "")
        if each.fix:
            yield f"      {each.fix}"
    yield ""
    yield tint("All is well.", "green") if not sick else tint(f"{sick} to mend.", "red")
