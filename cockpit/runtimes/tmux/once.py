"""One program run to its end beside the control client: the first look at a server, a paste's bytes, ssh errands.

Nothing here is run in a loop or for each pane."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.errors import SourceError
from cockpit.runtimes.tmux import failures
from cockpit.runtimes.tmux.address import Address, environment

_SECONDS = 5.0
_FAR_SECONDS = 15.0
_MOST = 16 << 20


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    said: bytes
    complained: str


async def run(where: Address, command: Sequence[str], *, data: bytes = b"", seconds: float | None = None) -> Done:
    """Run `command` (an argument vector, ssh and all) with `data` as its input. Raises Missing, Hung or SourceError
    when it could not be run or did not end; how it ended is for the caller to judge."""
    patience = seconds or (_FAR_SECONDS if where.host else _SECONDS)
    try:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment(), start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError:
        raise (failures.no_ssh() if where.host else failures.no_tmux(where)) from None
    except OSError as error:
        raise SourceError(f"{command[0]} cannot be started: {error.strerror}.", fix="Check the limits.") from error
    try:
        async with asyncio.timeout(patience):
            said, complained = await process.communicate(data)
    except TimeoutError:
        raise failures.hung(where, patience) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Done(process.returncode or 0, said[:_MOST], complained.decode("utf-8", "replace")[-4096:])


async def tmux(where: Address, *arguments: str, data: bytes = b"") -> bytes:
    """Run a tmux command there and return what it printed. Raises what `failures.ended` makes of its complaint."""
    done = await run(where, where.tmux(*arguments), data=data)
    if done.code:
        raise failures.ended(where, done.code, done.complained, lived=False)
    return done.said
