"""What a pane is as a row of the fleet: its title, its status with the evidence for it, its project.

Pure. A terminal alone knows little: whether something was printed lately, what runs in front, whether it is dead. The
row says just that, and its authority is below everybody else's who sees the same worker."""

from datetime import datetime
from pathlib import PurePosixPath

from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Capability, Evidence, Project, Status, Thread
from cockpit.runtimes.tmux.activity import Prints
from cockpit.runtimes.tmux.agents import Agent
from cockpit.runtimes.tmux.panes import Pane
from cockpit.runtimes.tmux.processes import SHELLS
from cockpit.runtimes.tmux.repository import Checkout

AUTHORITY = -1
HERE = "here:"
_WHEEL = "".join(map(chr, range(0x2800, 0x2900))) + " "
_ALIVE = frozenset({Capability.SEND, Capability.INTERRUPT, Capability.STOP, Capability.ATTACH})
_DEAD = frozenset({Capability.STOP, Capability.ATTACH})
_UNPAUSABLE = "its program is the first process of its pane, and tmux continues that one at once"


@immutable
class Seen:
    """All that a row is made of. `paused`: its processes stand still, None where that cannot be seen; `stale`: its
    server cannot be read now."""

    pane: Pane
    prints: Prints
    checkout: Checkout | None = None
    created_at: datetime | None = None
    agent: Agent | None = None
    shown_by: str = ""
    paused: bool | None = None
    pausable: bool = False
    stale: bool = False


def row(seen: Seen, ref: Ref, join: str, now: datetime) -> Thread:
    """`join` is the key by which other sources know the pane."""
    pane = seen.pane
    agent = seen.agent.name if seen.agent else ""
    status, raw, since, facts = _status(seen, now)
    if seen.agent is not None:
        process = f" (process {seen.agent.pid})" if seen.agent.pid else ""
        facts += ((f"{seen.agent.name} runs in it{process}", None),)
    if seen.shown_by:
        facts += ((f"shown: {seen.shown_by}", None),)
    checkout = seen.checkout
    return Thread(
        ref, title(pane, agent), status, raw, since, detail(pane, agent),
        project=project_ref(ref.source, pane, checkout),
        evidence=tuple(Evidence(ref.source, fact, at) for fact, at in facts),
        capabilities=_DEAD if pane.dead else _ALIVE | {Capability.HARD_FREEZE} if seen.pausable else _ALIVE,
        cannot=() if pane.dead or seen.pausable else ((Capability.HARD_FREEZE, _UNPAUSABLE),),
        sources=(ref.source,), stale=seen.stale, created_at=seen.created_at,
        branch=checkout.branch if checkout else None, worktree=checkout.worktree if checkout else None,
        terminal=str(ref), joins=frozenset({join}), authority=AUTHORITY,
        harness=agent or None, paused=seen.paused,
    )  # fmt: skip


def _status(seen: Seen, now: datetime) -> tuple[Status, str, datetime, tuple[tuple[str, datetime | None], ...]]:
    pane, prints = seen.pane, seen.prints
    if pane.dead:
        how = _ending(pane)
        failed = pane.signal or pane.exit_code  # tmux loses the code now and then; that is no failure
        return Status.FAILED if failed else Status.ENDED, f"dead, {how}", prints.last, ((f"pane dead, {how}", None),)
    front = f"in front: {pane.command or 'nothing known'}"
    whose = "" if prints.exactly else " (something in its window)"
    if seen.paused:
        return Status.IDLE, "paused", prints.last, (("its processes are paused (SIGSTOP)", None), (front, None))
    if prints.lately(now):
        return Status.WORKING, "printing", prints.since, ((f"prints{whose}", prints.since), (front, None))
    at_prompt = "; a shell waits" if pane.command in SHELLS else ""
    return Status.IDLE, "quiet", prints.last, ((f"printed last{whose}", prints.last), (front + at_prompt, None))


def _ending(pane: Pane) -> str:
    if pane.signal:
        return f"killed by signal {pane.signal}"
    return "exit code unknown" if pane.exit_code is None else f"exit code {pane.exit_code}"


def title(pane: Pane, agent: str = "") -> str:
    """What a person called it: the window's name; the program's own title; else the agent, the session or what runs
    there, and where."""
    if pane.named and not pane.split:
        return pane.window_name
    if own := _still(pane.title):
        return own
    if agent:
        return f"{agent} {pane.place}"
    if pane.session_name and not pane.session_name.isdigit():
        return f"{pane.session_name} {pane.place}"
    return f"{pane.command or 'pane'} {pane.place}"


def detail(pane: Pane, agent: str = "") -> str:
    """What runs, and what it says of itself where the title does not."""
    own = _still(pane.title)
    if own == title(pane, agent):
        own = ""
    return " · ".join(part for part in (agent or pane.command, own) if part)


def _still(title: str) -> str:
    """Without the wheel that some turn in front of it while they work: a row stands still."""
    return title.lstrip(_WHEEL)


def project_ref(source: str, pane: Pane, checkout: Checkout | None) -> Ref | None:
    path = checkout.repository if checkout else pane.path
    return Ref(source, path) if path else None


def project(ref: Ref, machine: str = HERE) -> Project:
    """`machine` is how the keys of its places begin."""
    return Project(ref, PurePosixPath(ref.native).name or ref.native, ref.native, key=machine + ref.native)
