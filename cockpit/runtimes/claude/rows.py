"""Units as the fleet sees them: threads with their evidence, joins and costs, teams with members, tasks and messages.

It reads no file and asks no process; what it says is what the unit holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.teams import Member, Team
from cockpit.model.work import Project, Status, Thread
from cockpit.runtimes.claude import asks, tasks
from cockpit.runtimes.claude.activity import Activity
from cockpit.runtimes.claude.home import Home
from cockpit.runtimes.claude.lives import Lives
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.sessions import Session
from cockpit.runtimes.claude.status import Signs, Standing, judge, judge_mate
from cockpit.runtimes.claude.teams import IN_PROCESS, LEAD, Mate, TeamFile
from cockpit.runtimes.claude.threads import Inner, Repository, Threads, pane_key
from cockpit.runtimes.claude.units import Unit
from cockpit.runtimes.claude.usage import Prices

HELPER_SILENCE = timedelta(minutes=10)
"""A subagent that has written nothing for so long does not count as working: a killed one leaves its turn open."""


_BURN_EVERY = timedelta(minutes=1)
_WHOSE = timedelta(milliseconds=500)


@immutable
class Drawn:
    """What a unit comes to. `until`: then it must be drawn again although nothing was written."""

    threads: tuple[Thread, ...] = ()
    team: Team | None = None
    projects: tuple[Project, ...] = ()
    logs: tuple[tuple[Ref, Log], ...] = ()
    until: datetime | None = None


class Drawer:
    """Draws units for the source called `name`. What ended longer than `recent` ago is left out."""

    def __init__(
        self, name: str, home: Home, lives: Lives, prices: Prices, recent: timedelta, repository: Repository
    ) -> None:
        self._name = name
        self._home = home
        self._lives = lives
        self._recent = recent
        self.threads = Threads(name, prices, repository)

    def draw(self, unit: Unit, now: datetime) -> Drawn:
        if unit.agent is not None:
            return self._departed(unit, now)
        session = self._registered(unit)
        alive = self._lives.session(session) if session is not None else None
        team = unit.team if unit.team is not None and self._is_team(unit) else None
        title = _team_title(unit.team, unit.log) if team else None
        mates = self._mates(unit, team, session, alive, now, title) if team else []
        helpers = self._helpers(unit, now) if alive is not False and session is not None else []
        signs = Signs(
            alive,
            session,
            unit.log.activity if unit.log else None,
            busy=[thread.title for thread, _, _ in mates if thread.status.busy] + helpers,
            mates=any(mate.pane for _, mate, _ in mates),
            asking=[request for thread, _, request in mates if request and thread.status is Status.APPROVAL],
        )
        standing = judge(signs)
        whose = None
        if mates and standing.status is Status.APPROVAL and not standing.calls and session and session.state_at:
            # The lead's file is written a moment before the mate's line that tells whose request it is (2.1.329).
            whose = session.state_at + _WHOSE
            if now < whose:
                standing = replace(standing, status=Status.WORKING, detail="a request has just come up")
        lead = self._session_row(unit, session, standing, title, team, now) if unit.session else None
        threads = tuple(thread for thread in (lead, *(thread for thread, _, _ in mates)) if thread is not None)
        if self._is_past(threads, now):
            return Drawn()
        logs = [(lead.ref, unit.log)] if lead and unit.log else []
        logs += [(thread.ref, unit.mates[mate.name]) for thread, mate, _ in mates if mate.name in unit.mates]
        shown = self._team(unit, team, title, lead, mates) if team and title else None
        again = ([now + HELPER_SILENCE] if helpers else []) + ([whose] if whose else [])
        again += [mate.joined_at + timedelta(seconds=31) for _, mate, _ in mates if mate.joined_at]
        again += [thread.wall.resets_at for thread in threads if thread.wall and thread.wall.resets_at]
        again += [now + _BURN_EVERY for thread in threads if thread.usage and thread.usage.burn]
        until = min((at for at in again if at > now), default=None)
        return Drawn(threads, shown, self.threads.projects(threads), tuple(logs), until)

    # Sessions

    def _registered(self, unit: Unit) -> Session | None:
        """The entry that counts: of a live process, else the newest."""
        order = sorted(unit.registered, key=lambda each: (self._lives.session(each) is True, str(each.state_at)))
        return order[-1] if order else None

    def _session_row(
        self,
        unit: Unit,
        session: Session | None,
        standing: Standing,
        title: str | None,
        team: TeamFile | None,
        now: datetime,
    ) -> Thread | None:
        if unit.session is None or (session is None and (unit.log is None or not unit.log.activity.session)):
            # A teammate's transcript does not say at first whose it is: nobody spoke in it yet.
            return None
        ref = Ref(self._name, unit.session)
        activity = unit.log.activity if unit.log else Activity()
        cwd = (session.cwd if session else "") or activity.cwd
        named = activity.title or (session.name if session else "") or unit.session[:8]
        joins = {f"session:{unit.session}"}
        if session is not None and (place := self._lives.terminal(session)):
            joins.add(pane_key(*place))
        if team is not None:
            joins.add(f"agent:{team.name}/{team.lead}")
        logs = [log for log in (unit.log, *unit.helpers) if log is not None]
        who = team.lead if team else "Claude"
        return self.threads.make(ref, named, standing, activity, cwd, logs, joins, title, who, bool(unit.log),
                            session.started_at if session else activity.first_at, now)  # fmt: skip

    def _helpers(self, unit: Unit, now: datetime) -> list[str]:
        """Subagents that work in the background, by what they were asked."""
        found = []
        for log in unit.helpers:
            meta = self._home.metas.value(log.path.with_suffix(".meta.json"))
            at = log.activity.last_at
            if log.activity.turn.open and not (meta and meta.finished) and at and now - at < HELPER_SILENCE:
                found.append(meta.agent if meta else "a subagent")
        return found

    # Teams

    def _is_team(self, unit: Unit) -> bool:
        """Every interactive session has a team of its own since 2.1.178: a lone lead without tasks is none."""
        team = unit.team
        if team is None:
            return False
        return len(team.mates) > 1 or bool(self._task_files(team.name)) or bool(self._orphans(unit, team))

    def _orphans(self, unit: Unit, team: TeamFile) -> list[Mate]:
        """Teammates that run on though the config forgot them: a lead that is resumed after it was killed writes
        itself alone into it (facts: 2.1.329)."""
        members = {mate.name for mate in team.mates}
        names = (name for name in unit.mates if name not in members and self._lives.runs(f"{name}@{team.name}"))
        return [Mate(name, f"{name}@{team.name}", role="left behind", backend="tmux") for name in names]

    def _task_files(self, team: str) -> list[tuple[tasks.TaskFile, datetime | None]]:
        folder, files = self._home.root / "tasks" / team, self._home.tasks
        return [(task, files.written(path)) for path in files.paths() if path.parent == folder and (task := files.value(path))]  # noqa: E501  # fmt: skip

    def _mates(
        self, unit: Unit, team: TeamFile | None, session: Session | None, alive: bool | None, now: datetime,
        title: str | None,
    ) -> list[tuple[Thread, Mate, asks.Request | None]]:  # fmt: skip
        if team is None or unit.team_path is None:
            return []
        others = [mate for mate in team.mates if not mate.lead] + self._orphans(unit, team)
        here = self._is_here(team, session, alive)
        if here:
            self._lives.search([mate.agent for mate in others if mate.pane], now)
        waits = bool(session and alive is not False and session.state == "waiting"
                     and session.waiting_for in ("permission prompt", "worker request"))  # fmt: skip
        idle = self._home.history(team.name).latest("idle_notification")
        requests = self._requests(unit, team, others) if waits else {}
        orphans = self._orphaned(unit, team, session, alive)
        written = self._home.teams.written(unit.team_path)
        drawn = []
        for mate in others:
            log = unit.mates.get(mate.name)
            signs = Signs(self._lives.mate(mate, alive, here, now), activity=log.activity if log else None)
            request = requests.get(mate.name)
            standing = judge_mate(signs, mate, now, idle=idle.get(mate.name), written_at=written, request=request,
                                  lead_waits=waits, orphan=orphans.get(mate.name))  # fmt: skip
            drawn.append((self._mate_row(unit, team, mate, session, standing, log, title, now), mate, request))
        return drawn

    def _requests(self, unit: Unit, team: TeamFile, mates: list[Mate]) -> dict[str, asks.Request]:
        """What the prompt in the lead's terminal may be about, by mate. A request whose call has its result is over."""
        logs = {mate.name: log for mate in mates if (log := unit.mates.get(mate.name))}
        found = {}
        for native, letter in self._home.history(team.name).requests().items():
            log = logs.get(letter.sender)
            if log is None or native in log.activity.pending:
                found[letter.sender] = asks.requested(letter)
        if found or (unit.log and unit.log.activity.pending):
            return found
        calls = [(name, call) for name, log in logs.items() for call in log.activity.pending.values()]
        helping = any(log.activity.pending for log in unit.helpers)
        return {calls[0][0]: asks.only(*calls[0])} if len(calls) == 1 and not helping else {}

    def _orphaned(
        self, unit: Unit, team: TeamFile, session: Session | None, alive: bool | None
    ) -> dict[str, asks.Request]:
        """Requests of mates in panes that were made to a lead's process which is gone; a resumed one knows nothing of
        them."""
        began = session.started_at if session is not None and alive is not False else None
        found = {}
        for native, letter in self._home.history(team.name).requests().items():
            log = unit.mates.get(letter.sender)
            open_now = log is not None and not log.sidechain and native in log.activity.pending
            if open_now and (alive is False or (began is not None and letter.at < began)):
                found[letter.sender] = asks.requested(letter)
        return found

    def _is_here(self, team: TeamFile, session: Session | None, alive: bool | None) -> bool:
        """Whether the lead's process is one of this machine's, alive or killed, so that its mates' would be too."""
        return alive is not None if session is not None else team.lead_pid is not None and self._lives.can_see

    def _mate_row(
        self, unit: Unit, team: TeamFile, mate: Mate, lead: Session | None, standing: Standing, log: Log | None,
        title: str | None, now: datetime,
    ) -> Thread:  # fmt: skip
        ref = Ref(self._name, f"{mate.name}@{team.name}")
        activity = log.activity if log else Activity()
        joins = {f"agent:{team.name}/{mate.name}"}
        if log is not None and not log.sidechain:
            joins.add(f"session:{log.path.stem}")
        if standing.status is not Status.ENDED and (place := self._lives.mate_terminal(mate, lead)):
            joins.add(pane_key(*place))
        inner = Inner.SAME if mate.backend == IN_PROCESS else Inner.MATE
        return self.threads.make(
            ref, mate.name, standing, activity, activity.cwd or mate.cwd, [log] if log else [], joins, title, mate.name,
            log is not None, mate.joined_at, now, mate.model, inner,
        )  # fmt: skip

    def _departed(self, unit: Unit, now: datetime) -> Drawn:
        """A teammate whose team is gone: only its transcript is left."""
        assert unit.agent is not None
        name, team = unit.agent
        log = unit.mates[name]
        seen = (("no such team any more", None), (f"transcript: last line ({log.activity.turn or 'no turn'})", log.activity.last_at))  # noqa: E501  # fmt: skip
        standing = Standing(Status.ENDED, "", "", log.activity.last_at, seen)
        joins = {f"agent:{team}/{name}", f"session:{log.path.stem}"}
        ref = Ref(self._name, f"{name}@{team}")
        thread = self.threads.make(
            ref, name, standing, log.activity, log.activity.cwd, [log], joins, team or None, name, True,
            log.activity.first_at, now,
        )  # fmt: skip
        if self._is_past((thread,), now):
            return Drawn()
        return Drawn((thread,), None, self.threads.projects((thread,)), ((ref, log),))

    def _team(
        self, unit: Unit, team: TeamFile, title: str, lead: Thread | None,
        mates: list[tuple[Thread, Mate, asks.Request | None]],
    ) -> Team:  # fmt: skip
        files = self._task_files(team.name)
        board = tasks.board(files)
        rows = {mate.name: thread for thread, mate, _ in mates}
        members = []
        for mate in (*team.mates, *self._orphans(unit, team)):
            thread = lead if mate.lead else rows.get(mate.name)
            doing = tasks.current(board, mate.name)
            members.append(
                Member(
                    name=mate.name,
                    role="lead" if mate.lead else "teammate",
                    status=str(thread.status) if thread else Status.ENDED,
                    model=thread.model.model if thread and thread.model else mate.model,
                    color=mate.color,
                    pane=mate.pane,
                    thread=thread.ref if thread else None,
                    agent_type=mate.role if mate.role != LEAD else "",
                    backend=mate.backend,
                    cwd=mate.cwd,
                    plan_mode=mate.plan,
                    mode=mate.mode,
                    task=doing.id if doing else None,
                    detail=thread.detail if thread else "",
                    joined_at=mate.joined_at,
                )
            )
        messages = self._home.history(team.name).shown()
        return Team(
            Ref(self._name, team.name), title, team.lead, tuple(members), board, messages, team.description,
            team.created_at, has_tasks=bool(files),
        )  # fmt: skip

    def _is_past(self, threads: Iterable[Thread], now: datetime) -> bool:
        """Whether all of it ended, and long ago."""
        return all(
            thread.status is Status.ENDED and now - (thread.since or thread.created_at or now) >= self._recent
            for thread in threads
        )


def _team_title(team: TeamFile | None, log: Log | None) -> str | None:
    """The chosen name; a team that is called after its session goes by its directory."""
    if team is None:
        return None
    if team.chosen:
        return team.name
    lead = next((mate for mate in team.mates if mate.lead), None)
    cwd = lead.cwd if lead else log.activity.cwd if log else ""
    place = PurePosixPath(cwd).name
    return f"{place} {team.name.removeprefix('session-')[:4]}" if place else team.name
