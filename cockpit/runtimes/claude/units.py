"""Which files belong together: a team with its lead, mates and subagents, or a session alone.

It only sorts what was read; it judges no status."""

from dataclasses import dataclass, field
from pathlib import Path

from cockpit.runtimes.claude.home import Home
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.sessions import Session
from cockpit.runtimes.claude.teams import TeamFile


@dataclass(slots=True)
class Unit:
    """What is judged at once. `session` is the lead's or the lone one's id, None for a mate whose team is gone;
    `mates` are transcripts by member name, `helpers` those of ordinary subagents."""

    key: str
    session: str | None = None
    registered: list[Session] = field(default_factory=list)
    log: Log | None = None
    team: TeamFile | None = None
    team_path: Path | None = None
    mates: dict[str, Log] = field(default_factory=dict)
    helpers: list[Log] = field(default_factory=list)
    agent: tuple[str, str] | None = None


def units(home: Home) -> dict[str, Unit]:
    """All units by key: `team:<folder>`, a session id, or `agent:<name>@<team>`."""
    found: dict[str, Unit] = {}
    owner: dict[str, Unit] = {}
    teams: dict[str, Unit] = {}
    for path in home.teams.paths():
        team = home.teams.value(path)
        if team is None:
            continue
        unit = Unit(f"team:{team.name}", team.lead_session, team=team, team_path=path)
        found[unit.key] = teams[team.name] = unit
        if team.lead_session is not None:
            owner[team.lead_session] = unit
            unit.log = home.log_of(team.lead_session)
    for path in home.sessions.paths():
        session = home.sessions.value(path)
        if session is not None:
            unit = _alone(session.id, home, found, owner)
            unit.registered.append(session)
    for log in list(home.logs.values()):
        if log.sidechain:
            _place_side(log, home, found, owner, teams)
        else:
            _place(log, home, found, owner, teams)
    return found


def _alone(session: str, home: Home, found: dict[str, Unit], owner: dict[str, Unit]) -> Unit:
    unit = owner.get(session)
    if unit is None:
        unit = owner[session] = found[session] = Unit(session, session)
        unit.log = home.log_of(session)
    return unit


def _place(log: Log, home: Home, found: dict[str, Unit], owner: dict[str, Unit], teams: dict[str, Unit]) -> None:
    session, activity = log.path.stem, log.activity
    if session in owner:
        return
    if activity.agent is None:
        _alone(session, home, found, owner)
        return
    unit = teams.get(activity.team or "")
    if unit is None:
        key = f"agent:{activity.agent}@{activity.team or ''}"
        unit = found.setdefault(key, Unit(key, agent=(activity.agent, activity.team or "")))
    _newest(unit, activity.agent, log)


def _place_side(log: Log, home: Home, found: dict[str, Unit], owner: dict[str, Unit], teams: dict[str, Unit]) -> None:
    parent = log.path.parts[-3]
    meta = home.metas.value(log.path.with_suffix(".meta.json"))
    if meta is not None and meta.mate:
        unit = owner.get(parent) or teams.get(meta.team or "") or _alone(parent, home, found, owner)
        _newest(unit, meta.agent, log)
    else:
        (owner.get(parent) or _alone(parent, home, found, owner)).helpers.append(log)


def _newest(unit: Unit, name: str, log: Log) -> None:
    """A mate that was started again has two transcripts: the newer one tells what it does."""
    known = unit.mates.get(name)
    if known is None or str(known.activity.last_at or "") <= str(log.activity.last_at or ""):
        unit.mates[name] = log
