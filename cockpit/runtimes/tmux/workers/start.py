"""Starting workers: their records, worktrees, windows and prompts, in this order, and back again when one step fails.

Nothing that runs is killed or used again; what does the same already is named instead."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cockpit.core import commands as c
from cockpit.core.branch_name import branch_name
from cockpit.model.errors import CockpitError, HalfDone, LedgerError, Refused, Rejected, Stale
from cockpit.model.text import one_line
from cockpit.model.work import ModelChoice
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.repository import checkout, git_directory
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers import launch, submit, worktree
from cockpit.runtimes.tmux.workers.crew import Crew
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.launch import Launch
from cockpit.runtimes.tmux.workers.roster import place_of
from cockpit.runtimes.tmux.workers.submit import Verdict
from cockpit.runtimes.tmux.workers.windows import open_window
from cockpit.runtimes.tmux.workers.worktree import Worktree

MOST = 50
KEPT = 64_000
"""Characters of a prompt that the ledger keeps."""
_TITLE = 60
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker whose terminal runs, and what came of its prompt."""

    worker: Worker
    verdict: Verdict


async def dispatch(crew: Crew, command: c.Dispatch, servers: Servers, now: datetime) -> c.Outcome:
    """Raises Refused before anything is made, Rejected when nothing of it is left, HalfDone with those that run when
    others do not, or when one was not given its prompt."""
    await asyncio.to_thread(crew.learn)
    await servers.look(crew.means.where)
    harness = crew.harness(command.model.instance if command.model else crew.means.config.harness)
    workers = await asyncio.to_thread(_records, crew, command, harness, now)
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
        if (place is None or place.pane.dead) and not crew.roster.on_its_way(worker):
            found.add(worker.id)
    return found


async def put_in_window(crew: Crew, worker: Worker, start: Launch) -> Worker:
    """Run it in a new window and record where that is. Raises CockpitError when no window is left of it."""
    scripts, where = crew.means.scripts, crew.means.where
    try:
        place, command = await asyncio.to_thread(launch.write, start, worker.directory, scripts)
    except OSError as error:
        raise Rejected(
            f"{scripts} cannot be written: {(error.strerror or str(error)).lower()}.",
            fix="Make room, or make it yours.",
        ) from error
    try:
        async with crew.opening:
            window = await open_window(where, worker.window, command)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
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
    verdict = await submit.hand_over(server, worker.pane, harness, worker, "" if start.prompt else prompt)
    with contextlib.suppress(LedgerError, Stale):  # who ended it meanwhile, or cannot be told, knows enough
        worker = await crew.roster.change(worker, starting=False, trouble=verdict.trouble)
    return Begun(worker, verdict)


async def _start(
    crew: Crew, command: c.Dispatch, harness: Harness, worker: Worker, servers: Servers, slots: asyncio.Semaphore
) -> Begun:
    made: Worktree | None = None
    try:
        if command.worktree:
            async with slots:
                made = await _made(crew, command, worker)
            worker = await crew.roster.change(
                worker, directory=str(made.path / _within(worker)), worktree=str(made.path), branch=made.branch,
                base=made.base,
            )  # fmt: skip
        start = launch.first(harness, worker, command.prompt)
        worker = await put_in_window(crew, worker, start)
    except HalfDone:
        raise
    except BaseException:
        if made is not None:
            await asyncio.to_thread(worktree.unmake, made)
        with contextlib.suppress(LedgerError):
            await crew.roster.forget(worker)
        raise
    return await give_prompt(crew, worker, harness, start, command.prompt, servers)


def _within(worker: Worker) -> Path:
    """Where in its repository it was asked to work, if that is below the root."""
    place, project = Path(worker.place), Path(worker.project)
    return place.relative_to(project) if place.is_relative_to(project) else Path()


async def _made(crew: Crew, command: c.Dispatch, worker: Worker) -> Worktree:
    making = asyncio.ensure_future(
        asyncio.to_thread(
            worktree.make, Path(worker.project), worker.branch, command.base_branch.strip(), crew.means.config,
            exact=bool(command.branch.strip()), setup=command.setup,
        )
    )  # fmt: skip
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        # The thread goes on; what it makes is taken back.
        with contextlib.suppress(CockpitError):
            await asyncio.to_thread(worktree.unmake, await making)
        raise


def _records(crew: Crew, command: c.Dispatch, harness: Harness, now: datetime) -> list[Worker]:
    """The records of those to start. Raises Refused for what cannot be; looks at the disk."""
    if command.count > MOST:
        raise Refused(f"{command.count} at once are too many.", fix=f"Start at most {MOST}.")
    place = Path(command.path).expanduser()
    if not place.is_absolute() or not place.is_dir():
        raise Refused(f"There is no directory {one_line(command.path, 200)} here.", fix="Make it, or name another.")
    said = {str(each.get("id", "")): str(each.get("value", "")) for each in (command.model or _NONE).options}
    model, mode, options = harness.completed(
        command.model.model.strip() if command.model else "", command.runtime_mode or "", said
    )
    project = _project(place, needed=command.worktree)
    title = one_line(command.title.strip() or command.prompt.strip().splitlines()[0], _TITLE)
    first = Worker(
        id="", source=crew.roster.source, harness=harness.name, title=title,
        window=branch_name(command.title or command.prompt) or harness.name,
        place=str(place), project=str(project), directory=str(place), prompt=command.prompt[:KEPT],
        digest=hashlib.sha256(command.prompt.encode("utf-8", "replace")).hexdigest(), started_at=now, moved_at=now,
        branch=_branch(command), model=model, mode=mode, options=tuple(sorted(options.items())),
    )  # fmt: skip
    return [_numbered(first, number, command.count, harness) for number in range(1, command.count + 1)]


def _project(place: Path, *, needed: bool) -> Path:
    """The repository that the directory belongs to, or itself. Raises Refused where there must be one."""
    found = git_directory(place)
    if found is None and needed:
        raise Refused(f"{place} is in no git repository, so it can have no worktree.", fix="Start without a worktree.")
    return Path(checkout(*found).repository) if found else place


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
        if troubled:
            which = f"“{troubled[0].worker.title}” was" if len(troubled) == 1 else f"{len(troubled)} were"
            said.append(f"{which} not given its prompt" if len(troubled) == 1 else f"{which} not given their prompt")
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


_NONE = ModelChoice("", "")
