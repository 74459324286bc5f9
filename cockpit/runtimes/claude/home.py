"""The Claude home as it was read: registry, teams, tasks, inboxes and transcripts, each kept up path by path.

It blocks while it reads, so it belongs off the loop; it opens no key, writes nothing and judges nothing."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cockpit.runtimes.claude.files import LastGood, Look, names
from cockpit.runtimes.claude.history import History
from cockpit.runtimes.claude.keeping import Keeping
from cockpit.runtimes.claude.layout import ROOTS, holds, plain
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.messages import decode_inbox
from cockpit.runtimes.claude.metas import decode_meta
from cockpit.runtimes.claude.sessions import Session, decode_session, key_pid, session_pid
from cockpit.runtimes.claude.tasks import decode_task, is_task
from cockpit.runtimes.claude.teams import decode_team
from cockpit.runtimes.claude.usage import Claims

_MOST_LOGS = 1_000
_SLICE = 1 << 20
_NATIVE = re.compile(r"[A-Za-z0-9-]{1,100}")


class Home:
    """`recent`: a transcript of no live session counts for this long after its last line. `changed` holds what was
    touched since it was last cleared: session ids and `team:<name>`; `doubtful` what must be read again soon."""

    def __init__(
        self, root: Path, *, now: Callable[[], datetime], recent: timedelta = timedelta(hours=24),
        monotonic: Callable[[], float] = time.monotonic, keeping: Keeping | None = None,
    ) -> None:  # fmt: skip
        self.root = root
        self.keeping = keeping or Keeping("", None)
        self.claims = Claims()
        self.sessions = LastGood(decode_session, 256 << 10, clock=monotonic)
        self.teams = LastGood(decode_team, 8 << 20, clock=monotonic)
        self.tasks = LastGood(decode_task, 4 << 20, clock=monotonic)
        self.inboxes = LastGood(decode_inbox, 32 << 20, clock=monotonic)
        self.metas = LastGood(decode_meta, 256 << 10, clock=monotonic)
        self.logs: dict[Path, Log] = {}
        self.transcripts: dict[str, Path] = {}
        self.histories: dict[str, History] = {}
        self.key_pids: set[int] = set()
        self.changed: set[str] = set()
        self.doubtful: set[Path] = set()
        self.there = False
        self._now = now
        self._recent = recent

    def scan(self) -> None:
        """Look at everything that is there; what did not change is not read again."""
        self.there = names(self.root) is not None
        for folder in ROOTS:
            self._folder(self.root / folder)
        for good in (self.sessions, self.teams, self.tasks, self.inboxes, self.metas):
            for path in good.paths():
                self._small(path)
        self._prune()

    def look(self, paths: Iterable[Path]) -> None:
        """Something happened at these paths."""
        for path in paths:
            try:
                parts = path.relative_to(self.root).parts
            except ValueError:
                continue
            if not parts or parts[0] not in ROOTS:
                continue
            if path.suffix in (".json", ".jsonl", ".key"):
                self._file(path, parts)
            elif path.suffix != ".lock":
                self._folder(path)
                if parts[0] in ("teams", "tasks"):
                    self._left(path)

    def again(self) -> None:
        """Read what was doubtful once more."""
        paths, self.doubtful = self.doubtful, set()
        for path in sorted(paths):
            self._small(path)

    @property
    def owes(self) -> bool:
        """Whether some transcript's sums are not whole yet."""
        return any(log.backlog for log in self.logs.values())

    def catch_up(self) -> bool:
        """Read one piece of what large transcripts still owe; True while there is more."""
        behind = next((log for log in self.logs.values() if log.backlog), None)
        if behind is None:
            return False
        behind.catch_up(_SLICE)
        if not behind.backlog:
            self._touch_log(behind)
        self._deliver(behind)
        return self.owes

    def log_of(self, session: str) -> Log | None:
        """The transcript of a session, opened when it was not: a live session may have an old one."""
        path = self.transcripts.get(session)
        if path is None:
            return None
        return self.logs.get(path) or self._open(path)

    def transcript_of(self, session: Session | None) -> Path | None:
        """Where the transcript of a session that has none yet will be; None for an id that is no plain name."""
        if session is None or not _NATIVE.fullmatch(session.id) or not session.cwd:
            return None
        return self.root / "projects" / re.sub(r"[^A-Za-z0-9]", "-", session.cwd) / f"{session.id}.jsonl"

    def history(self, team: str) -> History:
        return self.histories.setdefault(team, History())

    def troubles(self) -> list[str]:
        kinds = (self.sessions, self.teams, self.tasks, self.inboxes)
        kept = [f"Messages are not kept: {self.keeping.trouble}"] if self.keeping.trouble else []
        return kept + [why for good in kinds for why in good.troubles()]

    # By kind

    def _folder(self, path: Path) -> None:
        """Look at what a folder holds, as deep as the layout goes."""
        found = names(path)
        if found is None:
            return
        parts = path.relative_to(self.root).parts
        for each in found:
            inner = path / each
            if inner.suffix in (".json", ".jsonl", ".key"):
                self._file(inner, (*parts, each), listed=True)
            elif holds(parts, each):
                self._folder(inner)
        if parts == ("sessions",):
            self.key_pids = {pid for each in found if (pid := key_pid(each)) is not None}

    def _file(self, path: Path, parts: tuple[str, ...], *, listed: bool = False) -> None:
        match parts:
            case ("sessions", each) if session_pid(each) is not None:
                self._small(path, listed=listed)
            case ("sessions", each) if (pid := key_pid(each)) is not None:
                if path.exists():
                    self.key_pids.add(pid)
                else:
                    self.key_pids.discard(pid)
                self.changed.add("keys")
            case ("teams", team, "config.json") if plain(team):
                self._small(path, listed=listed)
            case ("teams", team, "inboxes", _) if plain(team) and path.suffix == ".json":
                self._small(path, listed=listed)
            case ("tasks", team, each) if plain(team) and is_task(each):
                self._small(path, listed=listed)
            case ("projects", _, _) if path.suffix == ".jsonl":
                self.transcripts[path.stem] = path
                self._grow(path, listed=listed)
            case ("projects", _, _, "subagents", each) if each.startswith("agent-"):
                if path.suffix == ".jsonl":
                    self._grow(path, listed=listed)
                else:
                    self._small(path, listed=listed)

    def _small(self, path: Path, *, listed: bool = False) -> None:
        parts = path.relative_to(self.root).parts
        look: Look[Any]
        if parts[0] == "sessions":
            before = self.sessions.value(path)
            seen = self.sessions.look(path, unless_same=listed)
            look = seen
            if seen.changed:
                self.changed |= {each.id for each in (before, seen.value) if each is not None}
        elif parts[-1] == "config.json" and parts[0] == "teams":
            look = self.teams.look(path, unless_same=listed)
        elif parts[0] == "tasks":
            look = self.tasks.look(path, unless_same=listed)
        elif parts[0] == "teams":
            letters = self.inboxes.look(path, unless_same=listed)
            look = letters
            if letters.changed and letters.value and (fresh := self.history(parts[1]).posted(letters.value)):
                self.keeping.take(parts[1], fresh)
                self.changed.add(f"team:{parts[1]}")
        else:
            look = self.metas.look(path, unless_same=listed)
            if look.changed:
                self.changed.add(parts[2])
        if look.changed and parts[0] in ("teams", "tasks") and "inboxes" not in parts:
            self.changed.add(f"team:{parts[1]}")
        if look.again:
            self.doubtful.add(path)

    def _left(self, path: Path) -> None:
        """A folder was moved or removed: what was in it is looked for, and gone only if it is missing twice."""
        for good in (self.teams, self.inboxes, self.tasks):
            for known in good.paths():
                if path in known.parents:
                    self._small(known)

    # Transcripts

    def _grow(self, path: Path, *, listed: bool = False) -> None:
        log = self.logs.get(path)
        if log is None:
            if listed and not self._is_recent(path):
                return
            log = self._open(path)
        else:
            self._read(log)
        if log.gone:
            self.logs.pop(path, None)
            log.tally.forget()
            if self.transcripts.get(path.stem) == path:
                del self.transcripts[path.stem]

    def _open(self, path: Path) -> Log:
        log = self.logs[path] = Log(path, self.claims, sidechain="subagents" in path.parts, brief=self._rests(path))
        self._read(log)
        return log

    def _rests(self, path: Path) -> bool:
        """Whether the transcript is of a session that is registered no more, and of no teammate."""
        native = path.parts[-3] if "subagents" in path.parts else path.stem
        sessions = (self.sessions.value(each) for each in self.sessions.paths())
        teams = (self.teams.value(each) for each in self.teams.paths())
        crowds = any(team is not None and len(team.mates) > 1 for team in teams)
        return not crowds and all(session is None or session.id != native for session in sessions)

    def _read(self, log: Log) -> None:
        if log.sidechain and self.metas.value(meta := log.path.with_suffix(".meta.json")) is None:
            self._small(meta)
        before = (log.activity.last_at, log.activity.at, len(log.letters), log.tally.reported_last)
        while log.grow():
            pass
        if before != (log.activity.last_at, log.activity.at, len(log.letters), log.tally.reported_last) or log.gone:
            self._touch_log(log)
        self._deliver(log)

    def _touch_log(self, log: Log) -> None:
        self.changed.add(log.path.parts[-3] if log.sidechain else log.path.stem)
        if log.activity.team:
            self.changed.add(f"team:{log.activity.team}")

    def _deliver(self, log: Log) -> None:
        """Put a transcript's messages into its team's history, once it is known whose transcript it is."""
        if not log.letters:
            return
        team, reader = self._whose(log)
        if team is None:
            return
        letters, log.letters = log.letters, []
        if self.history(team).delivered(replace(letter, to=reader) for letter in letters):
            self.changed.add(f"team:{team}")

    def _whose(self, log: Log) -> tuple[str | None, str]:
        """(team, member) whose transcript this is."""
        if log.sidechain:
            meta = self.metas.value(log.path.with_suffix(".meta.json"))
            return (meta.team, meta.agent) if meta and meta.mate else (None, "")
        activity = log.activity
        if activity.agent and activity.team:
            return activity.team, activity.agent
        for path in self.teams.paths():
            team = self.teams.value(path)
            if team is not None and team.lead_session == log.path.stem:
                return team.name, team.lead
        return activity.team, "team-lead"

    def deliver_rest(self) -> None:
        """Transcripts are often met before the team that they belong to. What belongs to none by now is of no use."""
        for log in list(self.logs.values()):
            self._deliver(log)
            if log.letters and not log.sidechain:
                log.letters = []

    def _is_recent(self, path: Path) -> bool:
        try:
            written = path.stat().st_mtime
        except OSError:
            return False
        return datetime.fromtimestamp(written, UTC) > self._now() - self._recent

    def _prune(self) -> None:
        """Transcripts that were removed, and the oldest of too many."""
        for path in [path for path in self.logs if not path.exists()]:
            self._grow(path)
        if len(self.logs) > _MOST_LOGS:
            oldest = sorted(self.logs, key=lambda path: str(self.logs[path].activity.last_at))
            for path in oldest[: len(self.logs) - _MOST_LOGS]:
                del self.logs[path]
