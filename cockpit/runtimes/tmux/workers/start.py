"""Starting workers: their records, worktrees, windows and prompts, in this order, and back again when one step fails.

Nothing that runs is killed or used again; what does the same already is named instead."""

import asyncio
import contextlib
import hashlib
import posixpath
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from cockpit.core import commands as c
from cockpit.core.branch_name import branch_name
from cockpit.model.errors import CockpitError, HalfDone, LedgerError, Refused, Stale
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.work import ModelChoice
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers import launch, submit, worktree
from cockpit.runtimes.tmux.workers.crew import Crew
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.launch import Launch
from cockpit.runtimes.tmux.workers.machine import Machine, failed
from cockpit.runtimes.tmux.workers.roster import place_of, unreadable
from cockpit.runtimes.tmux.workers.submit import Verdict
from cockpit.runtimes.tmux.workers.windows import open_window
from cockpit.runtimes.tmux.workers.worktree import Worktree

MOST = 50
KEPT = 64_000
"""Characters of a prompt that the ledger keeps."""
_TITLE = 60
# Where it really is; then the root of its checkout, or for a linked worktree the git directory that it shares.
_SURVEY = (
    'cd -- "$1" 2>/dev/null || exit; pwd -P; export LC_ALL=C; top=$(git rev-parse --show-toplevel) || exit; '
    'own=$(cd "$(git rev-parse --git-dir)" && pwd -P); shared=$(cd "$(git rev-parse --git-common-dir)" && pwd -P); '
    'if [ "$own" = "$shared" ]; then printf "%s" "$top"; else printf "%s" "$shared"; fi'
)
_AT_ONCE = 4


@immutable
class Begun:
    """A worker whose terminal runs, and what came of its prompt. `given`: it was among its arguments."""

    worker: Worker
    verdict: Verdict
    given: bool


async def dispatch(crew: Crew, command: c.Dispatch, servers: Servers, now: datetime) -> c.Outcome:
    """Raises Refused before anything is made, Rejected when nothing of it is left, HalfDone with those that run when
    others do not, or when no turn of one began; SourceError."""
    await asyncio.to_thread(crew.learn)
    await crew.look(servers)
    await crew.look_around()
    harness = crew.harness(command.model.instance if command.model else crew.means.config.harness)
    workers = await _records(crew, command, harness, now)
    launch.first(harness, workers[0], command.prompt)  # refuses before anything is recorded
    if (same := await crew.roster.begin(workers, gone(crew, servers))) is not None:
        raise Refused(
            f"“{same.title}” was started on just this and still runs, in the window {same.window}.",
            fix="Send it a message, stop it first, or change the prompt.",
        )
    slots = asyncio.Semaphore(_AT_ONCE)
    done = await asyncio.gather(
        *(_start(crew, command, harness, worker, servers, slots) for worker in workers), return_exceptions=True
    )
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, CockpitError):
            raise each
    await servers.look(crew.means.where)
    begun = [each for each in done if isinstance(each, Begun)]
    return _outcome(crew, harness, begun, [each for each in done if isinstance(each, CockpitError)])


def gone(crew: Crew, servers: Servers) -> set[str]:
    """Those whose terminal is certainly not there, or shows a program that has ended."""
    found = set()
    for worker in crew.roster.workers.values():
        place = place_of(worker, servers.known)
        seen = place.pane.dead if place is not None else not unreadable(worker, servers.known)
        if seen and not crew.roster.on_its_way(worker):
            found.add(worker.id)
    return found


async def put_in_window(crew: Crew, worker: Worker, start: Launch) -> Worker:
    """Run it in a new window and record where that is. Raises CockpitError when no window is left of it."""
    machine = crew.machine
    place, command = await launch.write(machine, start, worker.directory, await machine.whole(crew.means.scripts))
    try:
        async with crew.opening:
            window = await open_window(machine, worker.window, command, posixpath.basename(place))
    except BaseException:
        with contextlib.suppress(CockpitError):
            await machine.remove(place)
        raise
    try:
        return await crew.roster.change(worker, socket=window.socket, birth=window.birth, pane=window.pane)
    except (LedgerError, Stale) as error:
        raise HalfDone(
            f"“{worker.title}” runs in the window {worker.window} and could not be recorded: {error.message}",
            fix="It can be watched there, but it is not brought back when its terminal ends.",
        ) from error


async def give_prompt(
    crew: Crew, worker: Worker, harness: Harness, start: Launch, prompt: str, servers: Servers
) -> Begun:
    """See its turn begin, and record what came of it."""
    server = servers.at(crew.means.where)
    verdict = await submit.hand_over(crew.machine, server, worker.pane, harness, worker, "" if start.prompt else prompt)
    with contextlib.suppress(LedgerError, Stale):  # who ended it meanwhile, or cannot be told, knows enough
        session = await crew.named(worker, servers, patient=not verdict.trouble)
        worker = await crew.roster.change(worker, starting=False, trouble=verdict.trouble, session=session)
    return Begun(worker, verdict, given=bool(start.prompt))


async def _start(
    crew: Crew, command: c.Dispatch, harness: Harness, worker: Worker, servers: Servers, slots: asyncio.Semaphore
) -> Begun:
    made: Worktree | None = None
    try:
        if command.worktree:
            async with slots:
                made = await _made(crew, command, worker)
            worker = await crew.roster.change(
                worker, directory=_within(worker, made.path), worktree=made.path, branch=made.branch,
                base=made.base,
            )  # fmt: skip
        start = launch.first(harness, worker, command.prompt)
        worker = await put_in_window(crew, worker, start)
    except HalfDone:
        raise
    except BaseException as error:
        with contextlib.suppress(LedgerError):
            await crew.roster.forget(worker)
        if made is not None:
            await worktree.take_back(crew.machine, made, error)
        raise
    return await give_prompt(crew, worker, harness, start, command.prompt, servers)


def _within(worker: Worker, tree: str) -> str:
    """The same place in its worktree as was asked for in its repository, which may be below the root."""
    place, project = PurePosixPath(worker.place), PurePosixPath(worker.project)
    return str(tree / place.relative_to(project)) if place.is_relative_to(project) else tree


async def _made(crew: Crew, command: c.Dispatch, worker: Worker) -> Worktree:
    making = asyncio.ensure_future(
        worktree.make(
            crew.machine, worker.project, worker.branch, command.base_branch.strip(), crew.means.config, crew.adding,
            exact=bool(command.branch.strip()), setup=command.setup,
        )
    )  # fmt: skip
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        # What is being made is waited for, and taken back.
        with contextlib.suppress(CockpitError):
            await worktree.unmake(crew.machine, await making)
        raise


async def _records(crew: Crew, command: c.Dispatch, harness: Harness, now: datetime) -> list[Worker]:
    """The records of those to start. Raises Refused for what cannot be, SourceError."""
    if command.count > MOST:
        raise Refused(f"{command.count} at once are too many.", fix=f"Start at most {MOST}.")
    place, project = await _place(crew.machine, command.path, needed=command.worktree)
    said = {str(each.get("id", "")): str(each.get("value", "")) for each in (command.model or _NONE).options}
    model, mode, options = harness.completed(
        command.model.model.strip() if command.model else "", command.runtime_mode or "", said
    )
    title = one_line(command.title.strip() or command.prompt.strip().splitlines()[0], _TITLE)
    first = Worker(
        id="", source=crew.roster.source, harness=harness.name, title=title,
        window=branch_name(command.title or command.prompt) or harness.name,
        place=place, project=project, directory=place, host=crew.means.where.host, prompt=command.prompt[:KEPT],
        digest=hashlib.sha256(command.prompt.encode("utf-8", "replace")).hexdigest(), started_at=now, moved_at=now,
        branch=_branch(command), model=model, mode=mode, options=tuple(sorted(options.items())),
    )  # fmt: skip
    return [_numbered(first, number, command.count, harness) for number in range(1, command.count + 1)]


async def _place(machine: Machine, path: str, *, needed: bool) -> tuple[str, str]:
    """The directory as it is really called, and the repository that it belongs to: the main one of a linked worktree;
    outside of any, itself. Raises Refused where there must be one, SourceError."""
    done = await machine.sh(_SURVEY, await machine.whole(path))
    place, _, project = done.said.decode("utf-8", "surrogateescape").rstrip("\n").partition("\n")
    if not place:
        raise Refused(f"There is no directory {one_line(path, 200)} {machine.name}.", fix="Make it, or name another.")
    if not project and needed:
        complaint = done.complained.lower()
        if "not found" in complaint:
            raise Refused(f"git is not installed {machine.name}.", fix="Install it, or start without a worktree.")
        if "not a git repository" in complaint or "work tree" in complaint:
            what = f"{place} is in no git repository, so it can have no worktree."
            raise Refused(what, fix="Start without a worktree.")
        raise failed("git rev-parse", done.complained)
    return place, (posixpath.dirname(project) if posixpath.basename(project) == ".git" else project) or place


def _numbered(worker: Worker, number: int, count: int, harness: Harness) -> Worker:
    fresh = replace(worker, id=f"worker-{secrets.token_hex(4)}", session=str(uuid.uuid4()) if harness.named else "")
    if count == 1:
        return fresh
    branch = f"{worker.branch}-{number}" if worker.branch else ""
    return replace(fresh, title=f"{number}/{count} {worker.title}", window=f"{worker.window}-{number}", branch=branch)


def _branch(command: c.Dispatch) -> str:
    """The branch that is wanted; empty without a worktree."""
    named = command.branch.strip() or branch_name(command.title or command.prompt) or "worker"
    return named if command.worktree else ""


def _outcome(crew: Crew, harness: Harness, begun: Sequence[Begun], failures: Sequence[CockpitError]) -> c.Outcome:
    refs = tuple(crew.ref(each.worker.id) for each in begun)
    if failures and not begun:
        raise failures[0]
    troubled = [each for each in begun if each.verdict.trouble]
    if failures or troubled:
        said = [f"{len(begun)} of {len(begun) + len(failures)} started with {harness.title}"]
        if failures:
            said.append(f"another was not: {failures[0].message.removesuffix('.')}")
        for group, one, more in (
            ([each for each in troubled if not each.given], "was not given its prompt", "were not given their prompt"),
            ([each for each in troubled if each.given], f"has its {_UNSEEN}", f"have their {_UNSEEN}"),
        ):
            if group:
                said.append(f"“{group[0].worker.title}” {one}" if len(group) == 1 else f"{len(group)} {more}")
        fix = troubled[0].verdict.trouble if troubled else failures[0].fix
        raise HalfDone(f"{'; '.join(said)}.", fix=fix, threads=refs)
    first = begun[0].worker
    if len(begun) == 1:
        where = f" on the branch {first.branch}" if first.branch else ""
        said_so = f"Started “{first.title}” with {harness.title} in {first.directory}{where}."
    else:
        said_so = f"Started {len(begun)} workers with {harness.title}, “{first.title}” and on."
    notes = tuple(dict.fromkeys(each.verdict.note for each in begun if each.verdict.note))
    return c.Outcome(said_so, refs[0], notes, refs)


_UNSEEN = "prompt, and no turn was seen to begin"
_NONE = ModelChoice("", "")
