"""From files to facts: reads what changed, draws the units that it touched, and tells what is another now.

It blocks, so it runs off the loop and only once at a time."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cockpit.core.ports import Post
from cockpit.model.errors import NotFound, Refused
from cockpit.model.facts import Fact, ProjectGone, ProjectSeen, SourceRead, TeamGone, TeamSeen, ThreadGone, ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.teams import Team
from cockpit.model.work import Project, Status, Thread
from cockpit.runtimes.claude.follow import Subject
from cockpit.runtimes.claude.home import Home
from cockpit.runtimes.claude.keeping import Keeping
from cockpit.runtimes.claude.lives import Lives
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.pages import Voice
from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.rows import Drawer, Drawn
from cockpit.runtimes.claude.steer import Target
from cockpit.runtimes.claude.teams import IN_PROCESS
from cockpit.runtimes.claude.threads import Repository, alone
from cockpit.runtimes.claude.timeline import Chorus
from cockpit.runtimes.claude.units import Unit, units
from cockpit.runtimes.claude.usage import Prices


class Reader:
    """`read_at` is when the home was last read whole or in part; `until` when something must be judged again."""

    def __init__(
        self, name: str, root: Path, *, now: Callable[[], datetime], prices: Prices, processes: Processes,
        recent: timedelta, monotonic: Callable[[], float] = time.monotonic, repository: Repository = alone,
        post: Post | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.home = Home(root, now=now, recent=recent, monotonic=monotonic, keeping=Keeping(name, post))
        self.lives = Lives(processes)
        self.logs: dict[Ref, Log] = {}
        self.threads: dict[Ref, Thread] = {}
        self.teams: dict[Ref, Team] = {}
        self.projects: dict[Ref, Project] = {}
        self._now = now
        self._drawer = Drawer(name, self.home, self.lives, prices, recent, repository)
        self._drawn: dict[str, tuple[Unit, Drawn]] = {}

    @property
    def until(self) -> datetime | None:
        return min((drawn.until for _, drawn in self._drawn.values() if drawn.until), default=None)

    @property
    def wants(self) -> bool:
        """Whether there is something to read or to judge again, though nothing was touched."""
        home, due = self.home, self.until
        return bool(home.changed or home.owes or home.doubtful) or (due is not None and due <= self._now())

    @property
    def version(self) -> str | None:
        """The newest CLI among the registered sessions."""
        sessions = (self.home.sessions.value(path) for path in self.home.sessions.paths())
        known = [session.version for session in sessions if session and session.version]
        return max(known, key=_numbers, default=None)

    def trouble(self) -> str:
        """Why the home cannot be read; empty when it can."""
        root = self.home.root
        if root.is_dir() and not os.access(root, os.R_OK | os.X_OK):
            return f"{root} cannot be read: permission denied."
        if root.exists() and not root.is_dir():
            return f"{root} is no directory."
        return ""

    def whole(self) -> SourceRead:
        """Read everything and tell all of it."""
        self.home.scan()
        self.home.deliver_rest()
        self._redraw(everything=True)
        return SourceRead(
            self.name, tuple(self.projects.values()), tuple(self.threads.values()), tuple(self.teams.values())
        )

    def rescan(self) -> list[Fact]:
        self.home.scan()
        return self._news()

    def look(self, paths: Iterable[Path]) -> list[Fact]:
        self.home.look(paths)
        return self._news()

    def again(self) -> list[Fact]:
        self.home.again()
        return self._news()

    def catch_up(self) -> list[Fact]:
        self.home.catch_up()
        return self._news()

    def check(self) -> list[Fact]:
        """Look whether the processes still live, and judge again what was to be judged by now."""
        sessions = [self.home.sessions.value(path) for path in self.home.sessions.paths()]
        self.home.changed |= self.lives.check(session for session in sessions if session is not None)
        return self._news()

    def _news(self) -> list[Fact]:
        self.home.deliver_rest()
        due = self.until
        if not self.home.changed and (due is None or due > self._now()):
            return []
        return self._redraw()

    def _redraw(self, *, everything: bool = False) -> list[Fact]:
        now, changed = self._now(), self.home.changed
        self.home.changed = set()
        self.lives.learn(self.home.key_pids)
        fresh = units(self.home)
        self._bring(fresh)
        drawn: dict[str, tuple[Unit, Drawn]] = {}
        for key, unit in fresh.items():
            known = self._drawn.get(key)
            if everything or known is None or _touched(known[0], unit, known[1], changed, now):
                drawn[key] = (unit, self._drawer.draw(unit, now))
            else:
                drawn[key] = known
        self._drawn = drawn
        return self._tell()

    def _bring(self, fresh: Mapping[str, Unit]) -> None:
        """What the ledger kept of teams that are seen for the first time."""
        keeping = self.home.keeping
        keeping.keep()
        for key, unit in fresh.items():
            team = unit.team
            if team is not None and len(team.mates) > 1:
                since = team.created_at if team.chosen else None
                if keeping.bring(team.name, self.home.history(team.name), since):
                    self._drawn.pop(key, None)

    def _tell(self) -> list[Fact]:
        parts = [drawn for _, drawn in self._drawn.values()]
        threads = {thread.ref: thread for drawn in parts for thread in drawn.threads}
        teams = {drawn.team.ref: drawn.team for drawn in parts if drawn.team is not None}
        projects = {project.ref: project for drawn in parts for project in drawn.projects}
        self.logs = {ref: log for drawn in parts for ref, log in drawn.logs}
        facts: list[Fact] = []
        facts += [ProjectSeen(project) for ref, project in projects.items() if self.projects.get(ref) != project]
        facts += [ThreadSeen(thread) for ref, thread in threads.items() if self.threads.get(ref) != thread]
        facts += [TeamSeen(team) for ref, team in teams.items() if self.teams.get(ref) != team]
        facts += [ThreadGone(ref) for ref in self.threads if ref not in threads]
        facts += [TeamGone(ref) for ref in self.teams if ref not in teams]
        facts += [ProjectGone(ref) for ref in self.projects if ref not in projects]
        self.threads, self.teams, self.projects = threads, teams, projects
        return facts

    def reach(self, reaches: Callable[[str], bool] | None) -> None:
        """Ask which of the rows' panes can be typed into. What changed is drawn with the next news."""
        threads = self._drawer.threads
        threads.typing = reaches is not None
        panes = {key: unit.key for unit, drawn in self._drawn.values() for row in drawn.threads
                 for key in row.joins if key.startswith("pane:")}  # fmt: skip
        now = {pane: reaches(pane) for pane in panes} if reaches else {}
        self.home.changed |= {panes[pane] for pane, seen in now.items() if threads.reached.get(pane, True) is not seen}
        threads.reached = now

    def target(self, ref: Ref) -> Target:
        """How a row that lives is told something. Raises NotFound, or Refused when it has ended."""
        row = self.threads.get(ref)
        unit = next((unit for unit, drawn in self._drawn.values() if row in drawn.threads), None)
        if row is None or unit is None:
            raise NotFound(f"{ref} is no Claude that can be seen.", fix="List the fleet again.")
        if row.status is Status.ENDED:
            raise Refused(f"Not done: {row.title} has ended.")
        pane = next((key for key in row.joins if key.startswith("pane:")), None)
        if unit.session == ref.native:
            registry = next((path for path in self.home.sessions.paths() if self._is(path, ref.native)), None)
            if registry is None:
                raise Refused(f"Not done: {row.title} has no session file, so nobody can tell what it waits for.")
            path = unit.log.path if unit.log else self.home.transcript_of(self.home.sessions.value(registry))
            return Target(ref, row.title, registry, path, pane=pane)
        mates = unit.team.mates if unit.team else ()
        mate = next((mate for mate in mates if unit.team and f"{mate.name}@{unit.team.name}" == ref.native), None)
        if mate is None or unit.team is None or unit.team_path is None:
            raise Refused(f"Not done: {row.title} is in no team any more.")
        log = unit.mates.get(mate.name)
        return Target(
            ref, row.title, None, log.path if log else None, log.sidechain if log else False,
            inbox=unit.team_path.parent / "inboxes" / f"{mate.name}.json", pane=pane,
            lead=unit.team.lead if mate.backend == IN_PROCESS else None,
        )  # fmt: skip

    def _is(self, path: Path, session: str) -> bool:
        found = self.home.sessions.value(path)
        return found is not None and found.id == session and self.lives.session(found) is not False

    def crew(self, team: Ref) -> tuple[Ref, Path, tuple[str, ...]] | None:
        """(the lead's thread, the team's config, the teammates that live) of a team whose lead is known."""
        found = self.teams.get(team)
        lead = next((member.thread for member in found.members if member.role == "lead"), None) if found else None
        path = next((path for path in self.home.teams.paths() if path.parent.name == team.native), None)
        if found is None or lead is None or path is None:
            return None
        names = (member.name for member in found.members if member.role != "lead" and member.status != Status.ENDED)
        return lead, path, tuple(names)

    def talks(self, ref: Ref) -> Subject | None:
        """What there is to read of a thread, or of a team's timeline."""
        team = self.teams.get(ref)
        if team is not None:
            members = ((member.name, member.thread and self.talks(member.thread)) for member in team.members)
            voices = tuple((name, voice) for name, voice in members if isinstance(voice, Voice))
            return Chorus(voices, team.messages)
        log, row = self.logs.get(ref), self.threads.get(ref)
        if log is None or row is None:
            return None
        reader = next((key.rpartition("/")[2] for key in sorted(row.joins) if key.startswith("agent:")), "")
        return Voice(log, reader, row.status is not Status.ENDED)


def _touched(old: Unit, new: Unit, drawn: Drawn, changed: set[str], now: datetime) -> bool:
    """Whether what was drawn of a unit may be wrong now."""
    if drawn.until is not None and drawn.until <= now:
        return True
    if old != new or new.key in changed or new.session in changed:
        return True
    if "keys" in changed and new.team is not None:
        return True
    agents = {mate.agent for mate in new.team.mates} if new.team else set()
    agents |= {f"{name}@{new.team.name}" for name in new.mates} if new.team else set()
    return bool(changed & agents) or bool(changed & {log.path.stem for log in new.mates.values()})


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:4] if part.isdecimal())
