"""From the servers as they are seen now to the facts of one source: rows, projects, health.

It asks nobody; what git and the process table know is handed in as `Backdrop`, which is read off the loop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta

from cockpit.config.pane_rule import PaneRule
from cockpit.model.health import Health, SourceState
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Project, Thread
from cockpit.runtimes.tmux import failures, rows
from cockpit.runtimes.tmux.activity import QUIET
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.agents import Agent, Agents, by_command
from cockpit.runtimes.tmux.panes import Birth, Pane
from cockpit.runtimes.tmux.processes import Life, lives
from cockpit.runtimes.tmux.repository import Checkout, Checkouts
from cockpit.runtimes.tmux.rules import Verdict, judge
from cockpit.runtimes.tmux.server import Server

_MOST_TOLD = 20
STILL = timedelta(seconds=5)
"""How soon what stands still is looked at again: nobody tells when it is killed."""
_WORST = (Health.AUTH, Health.DOWN, Health.LATE)


@immutable
class Backdrop:
    """What this machine knows of the directories and processes of panes."""

    checkouts: Mapping[str, Checkout | None] = field(default_factory=dict)
    lives: Mapping[int, Life] = field(default_factory=dict)
    agents: Mapping[int, Agent] = field(default_factory=dict)


def read_backdrop(known: Checkouts, agents: Agents, servers: Sequence[Server]) -> Backdrop:
    """Blocks on the disk. Only what runs on this machine is looked at."""
    panes = [pane for server in servers if not server.where.host for pane in tuple(server.panes.values())]
    checkouts = known.of(pane.path for pane in panes if pane.path)
    return Backdrop(checkouts, lives(pane.pid for pane in panes), agents.of(panes))


@immutable
class Place:
    """Where a thread's pane is."""

    server: Server
    pane: Pane


@immutable
class Picture:
    """`hidden` names the panes that are no rows, with the reason. `due` is when a row changes by time alone."""

    threads: tuple[Thread, ...]
    projects: tuple[Project, ...]
    places: Mapping[str, Place]
    hidden: tuple[tuple[str, str], ...]
    due: datetime | None


def draw(
    source: str, servers: Mapping[str, Server], backdrop: Backdrop, rules: Sequence[PaneRule], now: datetime,
    *, several: bool, own: tuple[str, str] = ("", ""), paused: frozenset[int] = frozenset(),
) -> Picture:  # fmt: skip
    """`own` is the socket and pane that we run in ourselves; `paused` the first processes (pids) of panes far away
    that stand still."""
    threads: list[Thread] = []
    projects: dict[Ref, Project] = {}
    places: dict[str, Place] = {}
    hidden: list[tuple[str, str]] = []
    due: datetime | None = None
    for label, server, birth, pane in _all(servers):
        far = bool(server.where.host)
        agent = (None if far else backdrop.agents.get(pane.pid)) or by_command(pane)
        life = None if far else backdrop.lives.get(pane.pid)
        verdict = judge(
            pane, rules, own[1] if not far and own[0] == birth.socket else "",
            agent=agent.name if agent else "", prompt=life is None or life.front,
        )  # fmt: skip
        prints = server.activity[pane.id]
        if prints.lately(now) and not pane.dead:
            due = min(due or prints.last + QUIET, prints.last + QUIET)
        if life is not None and life.stopped:
            due = min(due or now + STILL, now + STILL)
        if verdict.hidden:
            hidden.append((rows.title(pane), verdict.reason))
            continue
        ref = Ref(source, native(label if several else "", pane, birth))
        thread = rows.row(
            _seen(server, pane, backdrop, agent, verdict, pane.pid in paused), ref, join(server, pane), now
        )
        threads.append(thread)
        places[ref.native] = Place(server, pane)
        if thread.project is not None:
            projects.setdefault(thread.project, rows.project(thread.project, machine_key(server.where)))
    return Picture(tuple(threads), tuple(projects.values()), places, tuple(hidden), due)


def _all(servers: Mapping[str, Server]) -> Iterator[tuple[str, Server, Birth, Pane]]:
    for label, server in servers.items():
        if (birth := server.sight.birth) is not None:
            for pane in server.panes.values():
                yield label, server, birth, pane


def machine_key(where: Address) -> str:
    """How the keys of places on its machine begin: a place of several sources is one place."""
    return f"{where.host}:" if where.host else rows.HERE


def _seen(
    server: Server, pane: Pane, backdrop: Backdrop, agent: Agent | None, verdict: Verdict, paused: bool
) -> rows.Seen:
    here = not server.where.host
    life = backdrop.lives.get(pane.pid) if here else None
    return rows.Seen(
        pane, server.activity[pane.id],
        checkout=backdrop.checkouts.get(pane.path) if here else None,
        created_at=life.since if life else None,
        agent=agent,
        shown_by=verdict.reason,
        paused=life.stopped if life else paused or None,
        pausable=life is None or life.shell,
        stale=server.sight.health is not Health.UP,
    )  # fmt: skip


def native(label: str, pane: Pane, birth: Birth) -> str:
    """The pane's id in this life of its server: tmux counts from %0 again in the next one, and a freeze that the
    ledger remembers must not fall on a stranger."""
    name = f"{pane.id}@{birth.started:x}"
    return f"{label}/{name}" if label else name


def join(server: Server, pane: Pane) -> str:
    """`pane:<socket's path>/%N`, with the host before the path if it is another machine."""
    birth = server.sight.birth
    socket = birth.socket if birth else server.where.socket
    return f"pane:{f'{server.where.host}:' if server.where.host else ''}{socket}/{pane.id}"


def find(servers: Mapping[str, Server], key: str) -> Place | None:
    """The pane that `join` calls by that key, also one that is no row."""
    name = key.rpartition("/")[2]
    for server in servers.values():
        if (pane := server.panes.get(name)) is not None and join(server, pane) == key:
            return Place(server, pane)
    return None


def state(
    source: str, servers: Mapping[str, Server], hidden: int, *, found: bool, installed: bool = True
) -> SourceState:
    """One health for all: up if any server is, and every trouble by name. `found`: nobody said that one must exist;
    `installed`: there is a tmux to ask."""
    sights = {label: server.sight for label, server in servers.items()}
    notes = [f"{label}: {sight.reason}" for label, sight in sights.items() if sight.health in _WORST and found]
    if hidden:
        notes.append(f"{hidden} {'pane is' if hidden == 1 else 'panes are'} hidden; `cockpit doctor` says why")
    up = [sight for sight in sights.values() if sight.health is Health.UP]
    troubled = [sight for word in _WORST for sight in sights.values() if sight.health is word]
    first = next(iter([*up, *troubled, *sights.values()]), None)
    if first is None and not installed:
        missing = failures.no_tmux(Address())
        return SourceState(source, "tmux", Health.ABSENT, missing.message, missing.fix, notes=tuple(notes))
    if first is None:
        return SourceState(
            source, "tmux", Health.ABSENT, "No tmux server runs here.", "It is watched for; start one with tmux.",
            tried=("the sockets of this user",), notes=tuple(notes),
        )  # fmt: skip
    reason, fix = first.reason, first.fix
    if up and troubled:
        reason, fix = next((note for note in notes), ""), troubled[0].fix
    return SourceState(
        source, "tmux", first.health, reason, fix,
        read_at=max((sight.read_at for sight in sights.values() if sight.read_at), default=None),
        checked_at=max((sight.checked_at for sight in sights.values() if sight.checked_at), default=None),
        since=first.since, version=first.birth.version if first.birth else None,
        link=_link(servers) if up else "", tried=tuple(sights), notes=tuple(notes),
    )  # fmt: skip


def diagnosis(servers: Mapping[str, Server], hidden: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What each server is, and why which panes are no rows."""
    said = []
    for label, server in servers.items():
        birth, count = server.sight.birth, len(server.panes)
        panes = f"tmux {birth.version}, {count} {'pane' if count == 1 else 'panes'}" if birth else server.sight.reason
        said.append((f"server {label}", f"{server.sight.health}: {panes}"))
    said += [("hidden", f"{title}: {reason}") for title, reason in hidden[:_MOST_TOLD]]
    if len(hidden) > _MOST_TOLD:
        said.append(("hidden", f"{len(hidden) - _MOST_TOLD} more"))
    return said


def _link(servers: Mapping[str, Server]) -> str:
    far = any(server.where.host for server in servers.values())
    return "control mode over ssh" if far else "control mode"
