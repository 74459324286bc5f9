"""A team's config.json, as each version since 2.1.150 writes it. It says who belongs to it, never who lives.

Members that were killed stay in it for ever (facts: all versions), so nothing here is evidence of life."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.files import Unreadable, read_bounded
from cockpit.runtimes.claude.wire import flag, line, millis, name, parse
from cockpit.runtimes.foreign import Json, count, identity, mapping, rows

LEAD = "team-lead"
IN_PROCESS = "in-process"
_PANE = re.compile(r"%\d{1,9}")
_COLOUR = re.compile(r"[a-z]{1,20}")


@immutable
class Mate:
    """One member. `pane` is a pane of a server that no file names; `active` is what the config says of a split-pane
    mate: a turn runs; `role` the agent type, `mode` the permission mode after it changed."""

    name: str
    agent: str
    lead: bool = False
    role: str = ""
    model: str | None = None
    color: str | None = None
    cwd: str = ""
    pane: str | None = None
    backend: str = ""
    plan: bool = False
    active: bool | None = None
    mode: str = ""
    joined_at: datetime | None = None


@immutable
class TeamFile:
    name: str
    mates: tuple[Mate, ...]
    description: str = ""
    lead: str = LEAD
    lead_session: str | None = None
    lead_pid: int | None = None
    lead_start: str | None = None
    created_at: datetime | None = None

    @property
    def chosen(self) -> bool:
        """A person or agent named it, as up to 2.1.170; newer ones are called after their session."""
        return not self.name.startswith("session-")


def decode_team(value: Any, path: Path) -> TeamFile | None:
    """`path` is <home>/teams/<team>/config.json. The folder's name counts: tasks and inboxes are found by it."""
    source = mapping(value)
    if not isinstance(source.get("members"), list):
        return None
    lead_agent = identity(source, "leadAgentId") or ""
    process = mapping(source.get("leadProcess"))
    start = process.get("procStart")
    team = path.parent.name
    seen: dict[str, Mate] = {}
    for row in rows(source.get("members")):
        mate = _mate(row, team, lead_agent)
        if mate is not None:
            seen.setdefault(mate.name, mate)
    mates = tuple(seen.values())
    return TeamFile(
        name=team,
        mates=mates,
        description=line(source, "description", 300),
        lead=next((mate.name for mate in mates if mate.lead), LEAD),
        lead_session=identity(source, "leadSessionId", 100),
        lead_pid=count(process, "pid") or None,
        lead_start=start if isinstance(start, str) else None,
        created_at=millis(source, "createdAt"),
    )


def still_in(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Which of these the team's config still has; nobody when it is gone. A half-written one has all. It blocks."""
    try:
        data, _ = read_bounded(path, 8 << 20)
    except FileNotFoundError:
        return ()
    except Unreadable:
        return tuple(names)
    team = decode_team(parse(data), path)
    present = {mate.name for mate in team.mates} if team else set(names)
    return tuple(name for name in names if name in present)


def _mate(source: Json, team: str, lead_agent: str) -> Mate | None:
    named = name(source, "name")
    if named is None:
        return None
    agent = identity(source, "agentId") or f"{named}@{team}"
    pane = line(source, "tmuxPaneId", 40)
    role = line(source, "agentType", 80)
    lead = agent == lead_agent or role == LEAD or pane == "leader"
    backend = line(source, "backendType", 40) or ("tmux" if _PANE.fullmatch(pane) else "")
    color = line(source, "color", 20)
    return Mate(
        name=named,
        agent=agent,
        lead=lead,
        role=role,
        model=line(source, "model", 100) or None,
        color=color if _COLOUR.fullmatch(color) else None,
        cwd=line(source, "cwd", 4096),
        pane=pane if _PANE.fullmatch(pane) else None,
        backend=backend,
        plan=flag(source, "planModeRequired") or False,
        active=flag(source, "isActive"),
        mode=line(source, "mode", 40),
        joined_at=millis(source, "joinedAt"),
    )
