"""The prompt's way into a worker, watched until a turn is seen to begin, or said not to have.

It types a prompt once, never into a dialog, and never presses a second Enter."""

import asyncio

from cockpit.model.errors import CockpitError, Stale
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux import sending
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.server import Server
from cockpit.runtimes.tmux.workers import conversation
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.machine import Machine

_LOOK_SECONDS = 0.3
_FAR_SECONDS = 1.0
"""Between two looks at files far away, each of which is an errand."""
# Without IFS a pattern with blanks stays one; at most a megabyte of each.
_READ = 'IFS=; for glob; do for file in $glob; do [ -f "$file" ] && head -c 1048576 -- "$file"; done; done; true'


@immutable
class Verdict:
    """`trouble` says why no turn began and what to do, empty when one did; `note` what could not be seen."""

    trouble: str = ""
    note: str = ""


@immutable
class _Sight:
    front: sending.Front
    text: str

    @property
    def last(self) -> str:
        told = (line.strip() for line in self.text.splitlines())
        lines = [line for line in told if line and not line.startswith("Pane is dead")]
        return one_line(lines[-1], 120) if lines else "it said nothing"


async def hand_over(
    machine: Machine, server: Server, pane: str, harness: Harness, worker: Worker, prompt: str
) -> Verdict:
    """See a turn begin; with `prompt` (else it was an argument) type that in first, when the program is ready."""
    try:
        async with server.linked() as client, sending.prints(server, pane) as printed, _limit(harness.seconds):
            if not prompt:
                return await _begun(machine, client, pane, harness, worker, printed)
            if trouble := await _ready(client, pane, harness, printed):
                return Verdict(trouble)
        await sending.deliver(server, pane, prompt)
    except TimeoutError:
        what = "It was not ready for its prompt" if prompt else "No turn was seen to begin"
        then = "; send it the prompt then" if prompt else ""
        return Verdict(f"{what} within {harness.seconds:g} s. Open it and look{then}.")
    except Stale:
        return Verdict("Its terminal was closed before it began. Start it afresh.")
    except CockpitError as error:
        return Verdict(str(error))
    return Verdict()


async def settle(server: Server, pane: str, harness: Harness) -> Verdict:
    """See that a program that was brought back stays, without a prompt for it."""
    try:
        async with server.linked() as client, sending.prints(server, pane) as printed, _limit(harness.seconds):
            return Verdict(await _ready(client, pane, harness, printed, asking=True))
    except TimeoutError:
        return Verdict(note=f"It showed nothing within {harness.seconds:g} s.")
    except Stale:
        return Verdict("Its terminal was closed before it began. Start it afresh.")
    except CockpitError as error:
        return Verdict(str(error))


async def asks(server: Server, pane: str, harness: Harness) -> str:
    """What it asks on its screen, where a text and Enter would be the answer; empty when nothing. Raises Stale,
    SourceError."""
    async with server.linked() as client:
        return _asks(harness, await _look(client, pane))


async def _begun(
    machine: Machine, client: ControlClient, pane: str, harness: Harness, worker: Worker, printed: sending.Wait
) -> Verdict:
    before, asked_before, looked_at = "", "", float("-inf")
    clock = asyncio.get_running_loop().time
    while True:
        sight = await _look(client, pane)
        if sight.front.dead:
            return Verdict(_ended(sight))
        if harness.works(sight.front.title, sight.text):
            return Verdict()
        if clock() - looked_at >= (_FAR_SECONDS if machine.far else 0.0):
            looked_at = clock()
            if await _signed(machine, harness, worker, sight.front.pid):
                return Verdict()
        # One may work behind its question: its files get a moment to say so.
        if (asked := _asks(harness, sight)) and asked == asked_before:
            return Verdict(f"It asks {asked} before it begins on its prompt. Open it and answer.")
        if not harness.tells and sight.text.strip() and sight.text == before:
            return Verdict(note="Nothing tells whether its turn began; look at it.")
        before, asked_before = sight.text, asked
        await printed(_LOOK_SECONDS)


async def _ready(
    client: ControlClient, pane: str, harness: Harness, printed: sending.Wait, *, asking: bool = False
) -> str:
    """Wait until it waits for a prompt; returns the trouble when it will not. `asking` it may be."""
    before = ""
    while True:
        sight = await _look(client, pane)
        if sight.front.dead:
            return _ended(sight)
        if asked := _asks(harness, sight):
            return (
                ""
                if asking
                else f"It asks {asked} first, and has no prompt yet. Open it and answer; then send the prompt."
            )
        if harness.ready is not None and not asking:
            if harness.ready.search(sight.text):
                return ""
        elif sight.text.strip() and sight.text == before:
            return ""
        before = sight.text
        await printed(_LOOK_SECONDS)


def _ended(sight: _Sight) -> str:
    return f"It ended at once: {sight.last.removesuffix('.')}. Put that right, and start it afresh."


def _asks(harness: Harness, sight: _Sight) -> str:
    return harness.asks(sight.front.title, sight.text)


async def _look(client: ControlClient, pane: str) -> _Sight:
    front, screen = await sending.look(client, pane)
    return _Sight(front, sending.plain(screen))


async def _signed(machine: Machine, harness: Harness, worker: Worker, pid: int) -> bool:
    """Whether one of its files shows that a turn began."""
    if not machine.far:
        ids = await asyncio.to_thread(conversation.found, harness, worker, pid)
        if ids:
            return True
    if not (globs := harness.signs(worker, await machine.environment())):
        return False
    text = (await machine.sh(_READ, *globs)).said.decode("utf-8", "replace")
    return bool(text) and (harness.begun_text is None or harness.begun_text.search(text) is not None)


def _limit(seconds: float) -> asyncio.Timeout:
    return asyncio.timeout(seconds)
