"""Workers as rows of the fleet: what the ledger knows of a pane's worker, and rows for those whose terminal is gone.

Pure. A worker keeps its own name over all its terminals, so that what a person said of it stays with it; each of them
has the name of its pane, so that whoever shows it sees that it is another one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cockpit.model.ids import Ref
from cockpit.model.work import Capability, Evidence, ModelChoice, Status, Thread
from cockpit.model.workers import Ending, Worker
from cockpit.runtimes.tmux import rows
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.picture import Picture, Place, machine_key
from cockpit.runtimes.tmux.processes import SHELLS
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.roster import STARTING, place_of, unreadable, unseen

_NOTHING: Mapping[str, str] = {}
_SETTLED = timedelta(seconds=2)
"""What a pane prints so soon after the verdict on its prompt belongs to what was judged."""

_FAR_WORDS = "it runs on another machine, whose hooks and files do not reach here; open its terminal"
"""For what another source would see of it here."""
_FAR = tuple((each, _FAR_WORDS) for each in (Capability.APPROVE, Capability.ANSWER, Capability.CONVERSE))


def with_workers(
    picture: Picture, source: str, workers: Mapping[str, Worker], harnesses: Mapping[str, Harness],
    servers: Mapping[str, Server], where: Address, now: datetime, asked: Mapping[str, str] = _NOTHING,
) -> Picture:  # fmt: skip
    """The picture with its workers under their own names, and with those that have no terminal now. They are started
    on the server `where`; `asked` has, by worker, what stands on the screen of one that fell silent and asks."""
    at = {_spot(place): native for native, place in picture.places.items()}
    threads = {thread.ref.native: thread for thread in picture.threads}
    places = dict(picture.places)
    due = picture.due
    for worker in workers.values():
        harness = harnesses.get(worker.harness)
        place = place_of(worker, servers)
        native = at.pop(_spot(place), None) if place else None  # two servers born in one second look the same
        if place is not None and native is not None:
            thread = threads.pop(native)
            threads[worker.id] = _alive(thread, place, source, worker, harness, now, asked.get(worker.id, ""))
            places[worker.id] = place
        elif place is None:
            thread = _without_terminal(source, worker, harness, servers, now)
            threads[worker.id] = thread
        if worker.starting and (end := worker.moved_at + STARTING) > now:
            due = min(due or end, end)
    known = {project.ref: project for project in picture.projects}
    wanted = dict.fromkeys(thread.project for thread in threads.values() if thread.project is not None)
    projects = tuple(known.get(ref) or rows.project(ref, machine_key(where)) for ref in wanted)
    return Picture(tuple(threads.values()), projects, places, picture.hidden, due)


def _spot(place: Place) -> tuple[int, str]:
    return id(place.server), place.pane.id


def _alive(
    thread: Thread, place: Place, source: str, worker: Worker, harness: Harness | None, now: datetime, asked: str
) -> Thread:
    dead = place.pane.dead
    if harness is not None and place.pane.command in SHELLS and harness.program != "$SHELL":
        # The script that started it waits in front of it.
        told = tuple(fact for fact in thread.evidence if not fact.fact.startswith("in front: "))
        thread = replace(thread, detail=thread.detail.replace(place.pane.command, harness.title, 1), evidence=told)
    able = thread.capabilities | {Capability.CLOSE} | ({Capability.RESUME} if dead else frozenset())
    known = replace(
        _known(thread, worker, harness), ref=Ref(source, worker.id),
        capabilities=able, lost=dead and thread.status is Status.FAILED and worker.ending is None,
    )  # fmt: skip
    if dead:  # which has no directory any more
        known = replace(known, project=Ref(source, worker.project))
    if worker.host:  # where nobody reads git's files
        known = replace(known, project=Ref(source, worker.project), cannot=_FAR if known.joins - thread.joins else ())
    if worker.starting and not dead and now - worker.moved_at < STARTING:
        return _so(known, Status.STARTING, "starting", worker.moved_at, "its prompt is on its way")
    quiet = dead or place.server.activity[place.pane.id].last <= worker.moved_at + _SETTLED
    asks = "" if harness is None or dead or thread.paused else asked or harness.asks(place.pane.title, "")
    if worker.trouble and quiet and not asks:
        so = _so(known, Status.FAILED, "not submitted", worker.moved_at, f"not submitted: {worker.trouble}")
        return replace(so, detail=f"Not submitted. {worker.trouble}")
    if harness is None or dead or thread.paused:
        return known
    since = place.server.activity[place.pane.id].since
    if asks:
        so = _so(known, Status.QUESTION, "asks", since, f"its terminal asks: {asks}")
        trouble = worker.trouble if quiet else ""
        return replace(so, detail=trouble or f"It asks {asks}. Open it and answer.", dialog=True)
    if harness.works(place.pane.title, ""):
        return _so(known, Status.WORKING, "working", since, "the title of its terminal says that a turn runs")
    return known


def _without_terminal(
    source: str, worker: Worker, harness: Harness | None, servers: Mapping[str, Server], now: datetime
) -> Thread:
    ref = Ref(source, worker.id)
    blank = Thread(
        ref, worker.title, Status.ENDED, project=Ref(source, worker.project), sources=(source,),
        capabilities=frozenset({Capability.RESUME, Capability.CLOSE}), authority=rows.AUTHORITY,
        branch=worker.branch or None,
    )  # fmt: skip
    known = _known(blank, worker, harness)
    if worker.starting and not worker.pane and now - worker.moved_at < STARTING:
        so = _so(known, Status.STARTING, "starting", worker.moved_at, "it is being started")
        return replace(so, capabilities=frozenset())
    if unreadable(worker, servers):
        so = _so(known, Status.UNKNOWN, "unread", None, "its tmux server cannot be read")
        return replace(so, capabilities=frozenset(), stale=True)
    if worker.ending is Ending.STOPPED:
        so = _so(known, Status.ENDED, "stopped", worker.moved_at, "a person stopped it")
        return replace(so, detail="Stopped; it can be brought back.")
    if unseen(worker, servers):
        so = _so(known, Status.STARTING, "starting", worker.moved_at, "its terminal was made just now")
        return replace(so, capabilities=frozenset())
    so = _so(known, Status.ENDED, "gone", None, "its terminal is gone, and nobody here ended it")
    return replace(so, detail="Its terminal is gone; it can be brought back.", lost=True)


def _known(thread: Thread, worker: Worker, harness: Harness | None) -> Thread:
    """What the ledger knows beside its status."""
    choice = ModelChoice(worker.harness, worker.model) if worker.model else thread.model
    return replace(
        thread, title=worker.title, harness=worker.harness, created_at=worker.started_at, model=choice,
        worktree=thread.worktree or worker.worktree or None, branch=thread.branch or worker.branch or None,
        runtime_mode=worker.mode or None, joins=thread.joins | (harness.joins(worker) if harness else frozenset()),
    )  # fmt: skip


def _so(thread: Thread, status: Status, raw: str, since: datetime | None, fact: str) -> Thread:
    evidence = (Evidence(thread.ref.source, fact, since), *thread.evidence)
    return replace(thread, status=status, raw_status=raw, since=since, evidence=evidence)
