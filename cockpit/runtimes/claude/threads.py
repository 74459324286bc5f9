"""One Claude as a thread of the fleet: what it is, what it cost, and what it can be told.

It judges no status and reads no file."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from pathlib import PurePosixPath

from cockpit.model.ids import Ref
from cockpit.model.usage import Usage
from cockpit.model.work import Capability, Evidence, ModelChoice, Project, Status, Thread
from cockpit.runtimes.claude import asks
from cockpit.runtimes.claude.activity import Activity
from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.status import Standing
from cockpit.runtimes.claude.steer import unreachable
from cockpit.runtimes.claude.usage import Prices, Tally

AUTHORITY = 5
"""Above a pane's word: the CLI's own files say more than its screen."""

Repository = Callable[[str], tuple[str, str | None]]
"""The repository that a directory belongs to, and its linked worktree if it is in one."""


def alone(path: str) -> tuple[str, str | None]:
    """A directory that belongs to nothing."""
    return path, None


class Inner(Enum):
    """How a Claude is told something: by its own terminal, as a teammate with one, as one within its lead's process."""

    LEAD = "lead"
    MATE = "mate"
    SAME = "same"


class Threads:
    """Makes threads for the source called `name`.

    `typing`: something types into panes for us; `reached` is which panes it had in sight when last asked, by key."""

    def __init__(self, name: str, prices: Prices, repository: Repository) -> None:
        self._name = name
        self._prices = prices
        self._repository = repository
        self.typing = False
        self.reached: dict[str, bool] = {}

    def make(
        self, ref: Ref, title: str, standing: Standing, activity: Activity, cwd: str, logs: Iterable[Log],
        joins: set[str], team: str | None, who: str, told: bool, created_at: datetime | None, now: datetime,
        model: str | None = None, inner: Inner = Inner.LEAD,
    ) -> Thread:  # fmt: skip
        """`who` asks where something is asked; `told`: there is a transcript to read; `team` is its title, `model` what
        was asked for where no answer says it; `inner` says how it can be told something."""
        can, cannot = self._steered(standing.status, joins, inner)
        open_asks = tuple(asks.ask(call, standing.status, ref, who, cwd) for call in standing.calls)
        known = activity.model or model
        place, worktree = self._repository(cwd) if cwd else ("", None)
        return Thread(
            ref=ref,
            title=title,
            status=standing.status,
            raw_status=standing.raw,
            since=standing.since,
            detail=standing.detail,
            project=Ref(self._name, place) if place else None,
            asks=open_asks,
            evidence=tuple(Evidence(self._name, fact, at) for fact, at in standing.seen),
            capabilities=can | {Capability.CONVERSE} if told else can,
            cannot=cannot,
            sources=(self._name,),
            created_at=created_at or activity.first_at,
            finished_at=standing.finished_at,
            branch=activity.branch if activity.branch != "HEAD" else None,
            worktree=worktree,
            model=ModelChoice("claude", known) if known else None,
            runtime_mode=activity.mode or None,
            context=activity.fullness,
            usage=total(logs, self._prices, now),
            wall=activity.wall if activity.wall and (activity.wall.resets_at or now) >= now else None,
            team=team,
            joins=frozenset(joins),
            authority=AUTHORITY,
            dialog=inner is Inner.LEAD and standing.raw == "waiting",
        )

    def _steered(
        self, status: Status, joins: set[str], inner: Inner
    ) -> tuple[frozenset[Capability], tuple[tuple[Capability, str], ...]]:
        """What can be told it, and why not the rest (see `steer`)."""
        pane = next((key for key in joins if key.startswith("pane:")), None)
        why = unreachable(pane, pane is not None and self.typing and self.reached.get(pane, True))
        reasons = {Capability.SEND: why, Capability.INTERRUPT: why}
        if inner is not Inner.LEAD:
            reasons[Capability.SEND] = ""
        if inner is Inner.SAME:
            reasons[Capability.INTERRUPT] = "it runs in its lead's process; interrupt the lead"
        if status is Status.ENDED:
            reasons = dict.fromkeys(reasons, "it has ended")
        can = frozenset(word for word, reason in reasons.items() if not reason)
        return can, tuple((word, reason) for word, reason in reasons.items() if reason)

    def projects(self, threads: Iterable[Thread]) -> tuple[Project, ...]:
        refs = dict.fromkeys(thread.project for thread in threads if thread.project)
        return tuple(
            Project(ref, PurePosixPath(ref.native).name or ref.native, ref.native, key=f"here:{ref.native}")
            for ref in refs
        )


def pane_key(socket: str, pane: str) -> str:
    """The key by which tmux knows the pane: the socket's full path and the pane's id."""
    return f"pane:{socket}/{pane}"


def total(logs: Iterable[Log], prices: Prices, now: datetime) -> Usage | None:
    """The usage of several transcripts as one; None when none of them made a request, or while sums are not whole."""
    logs = list(logs)
    if any(log.backlog for log in logs):
        return None
    tallies = [log.tally for log in logs if log.tally.totals]
    if len(tallies) < 2:
        return tallies[0].usage(prices, now) if tallies else None
    return Tally.joined(tallies).usage(prices, now)
