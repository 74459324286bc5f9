"""Starts the story's Claudes in panes of a tmux server: a lead with three teammates in one window, and one alone.

The lead's own part of that, the team's config, is written here, where the panes are known."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cockpit.demo.claude import past, story
from cockpit.demo.claude.home import Json, Team, in_place, millis
from cockpit.demo.claude.steps import Who
from cockpit.demo.tmux.server import Server

_MODULE = "cockpit.demo.claude.agent"
_SIZE = (170, 48)


def start(server: Server, root: Path, work: Path, *, seed: int, speed: float) -> None:
    """`root` is the Claude home, `work` where the repositories are. Raises NoTmux, OSError."""
    began = datetime.now(UTC)
    members, alone = story.team(work / "importer", seed), story.solo(work / "search", seed)
    lead, *mates = members
    team = Team(root, lead.team)
    past.tasks(team)
    past.write(root, (*members, alone), story.beats(work / "importer"), team, began, seed)

    def command(who: Who) -> list[str]:
        told = []
        if who.mate:
            told = ["--agent-id", f"{who.name}@{who.team}", "--agent-name", who.name, "--team-name", who.team,
                    "--agent-color", who.colour, "--parent-session-id", lead.session]  # fmt: skip
        own = {"play": who.name, "home": root, "work": work, "began": began.timestamp(), "seed": seed, "speed": speed}
        words = [word for name, value in own.items() for word in (f"--{name}", str(value))]
        return server.program("claude", _MODULE, *told, *words)

    (team.folder / "inboxes").mkdir(parents=True)
    # As the CLI does: panes that hold their place first, so that nobody draws for a size that changes at once.
    panes = {lead.name: server.session("importer", "team", Path(lead.cwd), ["cat"], size=_SIZE)}
    above = panes[lead.name]
    for index, mate in enumerate(mates):
        above = panes[mate.name] = server.split(above, Path(mate.cwd), ["cat"], below=index > 0)
    server.beside(panes[lead.name], [(panes[mate.name], mate.name, mate.colour) for mate in mates])
    in_place(team.config, _config(lead, mates, panes, began))
    for who in members:
        server.respawn(panes[who.name], command(who))
    server.session("search", "search index", Path(alone.cwd), command(alone), size=(118, 34))


def _config(lead: Who, mates: Iterable[Who], panes: dict[str, str], began: datetime) -> Json:
    """As 2.1.329 writes it (facts §2); the lead puts its own process in."""
    at = millis(began) - 540_000
    members: list[Json] = [
        {"agentId": f"{lead.name}@{lead.team}", "name": lead.name, "agentType": "team-lead", "joinedAt": at,
         "tmuxPaneId": "leader", "cwd": lead.cwd, "subscriptions": [], "backendType": "in-process"}
    ]  # fmt: skip
    for index, mate in enumerate(mates):
        members.append({
            "agentId": f"{mate.name}@{mate.team}", "name": mate.name, "color": mate.colour,
            "joinedAt": at + 30_000 + index * 800, "tmuxPaneId": panes[mate.name], "subscriptions": [],
            "agentType": mate.agent_type, "model": mate.model, "prompt": f"You are {mate.name}.",
            "planModeRequired": False, "cwd": mate.cwd, "backendType": "tmux", "isActive": mate.name != "bob",
        })  # fmt: skip
    return {
        "name": lead.team, "createdAt": at, "leadAgentId": f"{lead.name}@{lead.team}", "leadSessionId": lead.session,
        "members": members,
    }  # fmt: skip
