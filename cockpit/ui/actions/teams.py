"""What can be done to a team, and the ways to its screens. Stopping one names everybody who goes, and asks.

A team's members are threads: what is done to one of them stands with the threads."""

from cockpit.core.commands import Send, StopTeam
from cockpit.core.why_not import why_not
from cockpit.ui.actions.action import Action, At, Desk, on_screen
from cockpit.ui.present.team_rows import stop_question, team_of, threads_of

_TEAM = frozenset({"team"})
_BOTH = frozenset({"team", "tasks"})


async def _team(desk: Desk, at: At) -> None:
    """The same key leaves it again."""
    if at.screen == "team":
        desk.goto("fleet", at.thread.ref if at.thread else None)
    else:
        desk.goto("team", at.thread.ref if at.thread and team_of(at.thread.ref, at.fleet) else None)


async def _tasks(desk: Desk, at: At) -> None:
    desk.goto("tasks", at.thread.ref if at.thread and team_of(at.thread.ref, at.fleet) else None)


def _a_team(at: At) -> str | None:
    return None if at.team else "no team is shown"


def _several(at: At) -> str | None:
    return None if len(at.fleet.teams) > 1 else "there are not several teams"


def _with_panes(at: At) -> str | None:
    if at.team is None:
        return "no team is shown"
    able = any(thread.terminal for thread in threads_of(at.team, at.fleet))
    return None if able else "none of its members has a terminal that is in sight"


async def _panes(desk: Desk, at: At) -> None:
    if at.team:
        desk.pin(tuple(thread.ref for thread in threads_of(at.team, at.fleet) if thread.terminal))
        desk.goto("panes")


def _stoppable(at: At) -> str | None:
    return why_not(StopTeam(at.team.ref, confirmed=True), at.fleet) if at.team else "no team is shown"


async def _stop(desk: Desk, at: At) -> None:
    if at.team and await desk.confirm(stop_question(at.team, at.fleet), "Stop"):
        desk.tell(f"The team “{at.team.title}” is asked to shut down; that takes as long as its members take.")
        await desk.act(StopTeam(at.team.ref, confirmed=True))


def _writable(at: At) -> str | None:
    return why_not(Send(at.thread.ref, "…"), at.fleet) if at.thread else "no member with a thread is selected"


async def _write(desk: Desk, at: At) -> None:
    if at.thread and (text := await desk.prompt(f"Message to {at.thread.title}", hint="Enter sends it")):
        await desk.act(Send(at.thread.ref, text))


ACTIONS = (
    Action(
        "team.message", "", "message", "Send the selected member a message; so does reply", "Team",
        _write, _writable, _TEAM, once=True,
    ),
    Action(
        "team.panes", "V", "view panes", "Show the terminals of this team's members side by side", "Team",
        _panes, _with_panes, _TEAM, footer=6,
    ),
    Action(
        "team.timeline", "t", "timeline", "All that happened in the team, by time; again to go back", "Team",
        on_screen("timeline"), _a_team, _TEAM, footer=6,
    ),
    Action(
        "team.narrow", "l", "between", "Show what two members, or one, said", "Team",
        on_screen("narrow"), _a_team, _TEAM, footer=8,
    ),
    Action(
        "team.plain", "L", "words only", "Leave out what is protocol and not words; again to show it", "Team",
        on_screen("plain"), _a_team, _TEAM,
    ),
    Action(
        "team.pick", "T", "teams", "Go to another team", "Team",
        on_screen("pick"), _several, _BOTH, footer=8,
    ),
    Action(
        "team.stop", "K", "stop team", "Ask every member to shut down, and end the lead", "Team",
        _stop, _stoppable, _BOTH, footer=6, once=True,
    ),
    Action("go.team", "f5,ctrl+t", "team", "Members, tasks and messages of a team", "Screens", _team),
    Action("go.tasks", "f6", "tasks", "The board of tasks, of one team or all", "Screens", _tasks),
)  # fmt: skip
