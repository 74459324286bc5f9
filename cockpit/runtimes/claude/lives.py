"""Who lives now: the processes of sessions and of teammates in panes, and the terminals that they were started in.

It remembers what it found, so that a quiet fleet costs one look at each process and no more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.sessions import Session
from cockpit.runtimes.claude.teams import IN_PROCESS, Mate

_SEARCH_EVERY = timedelta(seconds=10)
_YOUNG = timedelta(seconds=10)
_ASKED = 5
"""A process that has only just begun does not show its arguments yet; one that never does is no teammate."""


class Lives:
    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._sessions: dict[tuple[int, str | None, str], bool | None] = {}
        self._mates: dict[str, tuple[int, str]] = {}
        self._dead: set[str] = set()
        self._terminals: dict[tuple[int, str | None], tuple[str, str] | None] = {}
        self._folders: dict[int, str] = {}
        self._asked: dict[int, int] = {}
        self._searched: datetime | None = None

    @property
    def can_see(self) -> bool:
        """Whether processes can be seen on this machine at all."""
        return self._processes.known

    @property
    def pids(self) -> set[int]:
        """The processes that lived when they were last looked at."""
        sessions = {pid for (pid, _, _), lives in self._sessions.items() if lives}
        return sessions | {pid for pid, _ in self._mates.values()}

    def check(self, sessions: Iterable[Session]) -> set[str]:
        """Look at every process again; returns the session ids and agent ids whose life changed."""
        moved = set()
        present = {_key(session): session for session in sessions}
        for key in self._sessions.keys() - present.keys():
            del self._sessions[key]
        for key, session in present.items():
            now = self._processes.alive(session.pid, session.proc_start, session.domain)
            if self._sessions.get(key, now) is not now:
                moved.add(session.id)
            self._sessions[key] = now
        for agent, (pid, start) in list(self._mates.items()):
            if self._processes.start(pid) != start:
                del self._mates[agent]
                self._dead.add(agent)
                moved.add(agent)
        return moved

    def session(self, session: Session) -> bool | None:
        key = _key(session)
        if key not in self._sessions:
            self._sessions[key] = self._processes.alive(session.pid, session.proc_start, session.domain)
        return self._sessions[key]

    def learn(self, pids: Iterable[int]) -> None:
        """Teammates in panes leave a key named after their pid (facts: 2.1.329); see who those are."""
        present = set(pids)
        for gone in self._asked.keys() - present:
            del self._asked[gone]
        for pid in present:
            asked = self._asked.get(pid, 0)
            if asked < _ASKED:
                agent = self._processes.agent(pid)
                self._asked[pid] = _ASKED if agent else asked + 1
                self._found(agent, pid)

    def search(self, wanted: Iterable[str], now: datetime) -> None:
        """Look through all processes for teammates that no key told of, not too often."""
        if all(agent in self._mates for agent in wanted) or not self._processes.known:
            return
        if self._searched is not None and now - self._searched < _SEARCH_EVERY:
            return
        self._searched = now
        for agent, pid in self._processes.agents().items():
            self._found(agent, pid)

    def _found(self, agent: str | None, pid: int) -> None:
        start = self._processes.start(pid)
        if agent and start:
            self._mates[agent] = (pid, start)
            self._dead.discard(agent)

    def mate(self, mate: Mate, lead: bool | None, here: bool, now: datetime) -> bool | None:
        """Whether a teammate lives. `lead`: whether its lead does; `here`: the lead runs on this machine, so that a
        teammate of which there is no process was killed. One that just joined may not run yet."""
        if mate.backend == IN_PROCESS:
            return lead
        if mate.agent in self._mates:
            return True
        if mate.agent in self._dead:
            return False
        young = mate.joined_at is not None and now - mate.joined_at < _YOUNG
        searched = self._searched is not None and (mate.joined_at is None or self._searched > mate.joined_at)
        return False if here and searched and not young else None

    def runs(self, agent: str) -> bool:
        """Whether there is a process of that teammate, by all that was seen so far."""
        return agent in self._mates

    def terminal(self, session: Session) -> tuple[str, str] | None:
        """(socket, pane) of a session that lives."""
        return self._terminal(session.pid, session.proc_start) if self.session(session) else None

    def mate_terminal(self, mate: Mate, lead: Session | None) -> tuple[str, str] | None:
        """(socket, pane) of a teammate: of its process where that is known, else of its lead's server, else of the
        private server that a lead outside tmux starts (facts: 2.1.329, section 4)."""
        known = self._mates.get(mate.agent)
        if known is not None and (found := self._terminal(*known)):
            return found
        if mate.pane is None:
            return None
        if lead is not None and (own := self._terminal(lead.pid, lead.proc_start)):
            return own[0], mate.pane
        if lead is None or lead.pane is not None or self.session(lead) is not True:
            return None
        pid = lead.pid
        folder = self._folders.setdefault(pid, self._processes.tmux_folder(pid))
        return f"{folder}/claude-swarm-{pid}", mate.pane

    def _terminal(self, pid: int, start: str | None) -> tuple[str, str] | None:
        key = (pid, start)
        if key not in self._terminals:
            self._terminals[key] = self._processes.terminal(pid)
        return self._terminals[key]


def _key(session: Session) -> tuple[int, str | None, str]:
    return session.pid, session.proc_start, session.domain
