"""Orders to a worker that was started from here: a message, an interrupt, stop, bring back, close.

Stop and close end what the command names; close removes a worktree only when nothing in it would be lost."""

import asyncio
import contextlib
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from cockpit.core import commands as c
from cockpit.model.errors import CockpitError, HalfDone, LedgerError, Refused, Rejected, SourceError, Stale
from cockpit.model.workers import Ending, Worker
from cockpit.runtimes.tmux import sending
from cockpit.runtimes.tmux.picture import Place
from cockpit.runtimes.tmux.servers import Servers
from cockpit.runtimes.tmux.workers import launch, submit, worktree
from cockpit.runtimes.tmux.workers.crew import Crew
from cockpit.runtimes.tmux.workers.harness import KEYS
from cockpit.runtimes.tmux.workers.start import KEPT, give_prompt, put_in_window


async def send(crew: Crew, worker: Worker, place: Place, text: str) -> c.Outcome:
    """Type a message in and see it taken; refused while a dialog is on the screen, which Enter would answer."""
    harness = crew.harnesses.get(worker.harness)
    if harness is not None and (asked := await submit.asks(place.server, place.pane.id, harness)):
        raise Refused(f"“{worker.title}” asks {asked}, and Enter would answer that.", fix="Open it and answer first.")
    said = await sending.deliver(place.server, place.pane.id, text)
    if worker.trouble:
        await crew.roster.change(worker, trouble="")
    return c.Outcome(said, crew.ref(worker.id))


async def interrupt(crew: Crew, worker: Worker, place: Place) -> c.Outcome:
    harness = crew.harnesses.get(worker.harness)
    if harness is None:
        return c.Outcome(await sending.interrupt(place.server, place.pane.id), crew.ref(worker.id))
    said = await sending.interrupt(
        place.server, place.pane.id, *KEYS[harness.interrupt], works=harness.works, again=harness.again
    )
    return c.Outcome(said, crew.ref(worker.id))


async def stop(crew: Crew, worker: Worker, place: Place, servers: Servers) -> c.Outcome:
    """Close its terminal."""
    harness = crew.harnesses.get(worker.harness)
    session = await crew.named(worker, servers)
    _, there = await _end_worker(crew, worker, place, session=session)
    ran = harness.title if harness else "what ran"
    closed = f"Its window {worker.window} ({place.pane.id}) is closed, with {ran} in it."
    said = closed if there else "Its window had just gone."
    return c.Outcome(f"Stopped “{worker.title}”. {said}", crew.ref(worker.id), ("Bring it back to undo this.",))


async def close(crew: Crew, worker: Worker, place: Place | None) -> c.Outcome:
    """End it and remove its worktree; its branch stays. Raises Refused while work in it is not committed or pushed."""
    machine = crew.machine
    path = worker.worktree if worker.worktree and await machine.is_directory(worker.worktree) else ""
    if path:
        _nobody_else(crew, worker, path)
        if left := await worktree.unsaved(machine, path, worker.branch, worker.base):
            raise Refused(
                f"“{worker.title}” was not closed: in {path} {left}.",
                fix="Commit and push it, or take it away by hand, and close it then.",
            )
    if place is not None:
        worker, _ = await _end_worker(crew, worker, place)
    if path:
        try:
            # It may have written until its end.
            if left := await worktree.unsaved(machine, path, worker.branch, worker.base):
                raise Rejected(f"In {path} {left}.", fix="Commit and push it, and close it then.")
            await worktree.remove(machine, worker.project, path)
        except (Rejected, SourceError) as error:
            raise HalfDone(
                f"“{worker.title}” was ended, but its worktree stays: {error.message}", fix=error.fix,
                threads=(crew.ref(worker.id),),
            ) from error  # fmt: skip
    await crew.roster.change(worker, ending=Ending.CLOSED, starting=False)
    notes: tuple[str, ...] = ()
    if path:
        notes = (
            f"Its branch {worker.branch} stays; git -C {worker.project} worktree add {path} {worker.branch} brings the "
            "files back.",
        )
    return c.Outcome(f"Closed “{worker.title}”{f' and removed {path}' if path else ''}.", notes=notes)


async def resume(
    crew: Crew, command: c.Resume, worker: Worker, place: Place | None, servers: Servers, now: datetime
) -> c.Outcome:
    """Start it again where it was: in its own conversation, or on its prompt in a new one if it is to be `fresh`.

    Of several who try at once one does it, and the others get Stale."""
    if place is not None and not place.pane.dead:
        raise Refused(f"“{worker.title}” still runs.", fix="Stop it first.")
    if crew.roster.on_its_way(worker) and not worker.pane:
        raise Stale(f"“{worker.title}” is being started just now.", fix="Wait a moment.")
    if not await crew.machine.is_directory(worker.directory):
        back = f"git -C {worker.project} worktree add {worker.worktree} {worker.branch}" if worker.branch else ""
        raise Refused(f"{worker.directory} is gone.", fix=f"Run {back}, then bring it back." if back else "Make it.")
    await asyncio.to_thread(crew.learn)
    await crew.look_around()
    harness = crew.harness(worker.harness)
    prompt = ""
    if command.fresh:
        if len(worker.prompt) >= KEPT:
            raise Refused("Its prompt was too long to be kept.", fix="Start a new worker on it.")
        prompt = worker.prompt
        fresh = replace(worker, session=str(uuid.uuid4()) if harness.named else "", started_at=now)
        start = launch.first(harness, fresh, prompt)
    else:
        if not launch.by_name(harness, worker):
            _only_one_here(crew, worker)
        fresh, start = worker, launch.again(harness, worker)
    claimed = await crew.roster.claim(fresh)
    try:
        running = await put_in_window(crew, claimed, start)
    except HalfDone:
        raise
    except BaseException:
        with contextlib.suppress(LedgerError, Stale):
            await crew.roster.change(claimed, ending=worker.ending, pane=worker.pane, starting=False)
        raise
    left = ""
    if place is not None:  # where it ended, nothing runs any more
        try:
            await _end(place)
        except CockpitError as error:
            left = f"Its old terminal is still there: {error.message}"
    if prompt:
        verdict = (await give_prompt(crew, running, harness, start, prompt, servers)).verdict
    else:
        verdict = await submit.settle(servers.at(crew.means.where), running.pane, harness)
        with contextlib.suppress(LedgerError, Stale):
            await crew.roster.change(running, starting=False)
    ref = crew.ref(worker.id)
    if verdict.trouble:
        raise HalfDone(f"“{worker.title}” was started again: {verdict.trouble}", threads=(ref,))
    said = f"Brought “{worker.title}” back in {worker.directory}."
    again = "" if harness.resume != () else "It is a new shell; its command was not run again."
    if prompt:
        said, again = f"Started “{worker.title}” afresh in {worker.directory}.", ""
    return c.Outcome(said, ref, tuple(note for note in (verdict.note, again, left) if note))


async def _end_worker(crew: Crew, worker: Worker, place: Place, **changes: Any) -> tuple[Worker, bool]:
    """End its terminal; the changed record, and whether the terminal was still there. Recorded first, so that it never
    looks as if nobody had wanted it, and no longer when it could not be done."""
    stopped = await crew.roster.change(worker, **changes, ending=Ending.STOPPED, starting=False, trouble="")
    try:
        return stopped, await _end(place)
    except CockpitError:
        await crew.roster.change(stopped, ending=worker.ending)
        raise


async def _end(place: Place) -> bool:
    """False when it had just gone."""
    try:
        await sending.end(place.server, place.pane)
    except Stale:
        return False
    return True


def _nobody_else(crew: Crew, worker: Worker, path: str) -> None:
    for other in crew.roster.workers.values():
        if other.id != worker.id and other.ending is None and PurePosixPath(other.directory).is_relative_to(path):
            raise Refused(f"“{other.title}” works in {path} as well.", fix="Close that one first.")


def _only_one_here(crew: Crew, worker: Worker) -> None:
    """The newest conversation of a directory is a worker's own only while no other one worked there after it."""
    for other in crew.roster.workers.values():
        same = (other.harness, other.directory) == (worker.harness, worker.directory)
        if same and other.id != worker.id and other.started_at >= worker.started_at:
            raise Refused(
                f"“{other.title}” worked in the same directory, and which conversation is whose cannot be told.",
                fix="Start it afresh, or open a terminal there and choose.",
            )
