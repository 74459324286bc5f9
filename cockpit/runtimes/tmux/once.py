"""One program run to its end beside the control client: the first look at a server, a paste's bytes, ssh errands.

Nothing here is run in a loop or for each pane."""

import asyncio
import contextlib
from collections.abc import Sequence
from functools import lru_cache

from cockpit.model.errors import SourceError
from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux import failures
from cockpit.runtimes.tmux.address import Address, environment

_SECONDS = 5.0
_FAR_SECONDS = 15.0
_GRACE_SECONDS = 0.5
_MOST = 16 << 20
_ERRANDS = 6
"""At once to one far machine: sshd takes ten sessions on a link, of which some stand, and drops who asks for more."""
_SSH_FAILED = 255


@immutable
class Done:
    code: int
    said: bytes
    complained: str


async def run(where: Address, command: Sequence[str], *, data: bytes = b"", seconds: float | None = None) -> Done:
    """Run `command` (an argument vector, ssh and all) with `data` as its input. Raises Missing, Hung, AuthError or
    SourceError when it could not be run or reached, or did not end; how it ended is for the caller to judge."""
    async with _turn(asyncio.get_running_loop(), where) if where.host else contextlib.nullcontext():
        done = await _run(where, command, data, seconds)
    if where.host and done.code == _SSH_FAILED:
        raise failures.ended(where, done.code, done.complained, lived=False)
    return done


@lru_cache(64)
def _turn(loop: asyncio.AbstractEventLoop, where: Address) -> asyncio.Semaphore:
    return asyncio.Semaphore(_ERRANDS)


async def _run(where: Address, command: Sequence[str], data: bytes, seconds: float | None) -> Done:
    patience = seconds or (_FAR_SECONDS if where.host else _SECONDS)
    loop = asyncio.get_running_loop()
    pipe = asyncio.subprocess.PIPE
    try:
        transport, heard = await loop.subprocess_exec(
            _Heard, *command, env=environment(), start_new_session=True, stdin=pipe, stdout=pipe, stderr=pipe
        )
    except FileNotFoundError:
        raise (failures.no_ssh() if where.host else failures.no_tmux(where)) from None
    except OSError as error:
        raise SourceError(f"{command[0]} cannot be started: {error.strerror}.", fix="Check the limits.") from error
    try:
        given = transport.get_pipe_transport(0)
        if isinstance(given, asyncio.WriteTransport):
            given.write(data)
            given.close()
        async with asyncio.timeout(patience):
            await asyncio.shield(heard.ended)
        return Done(transport.get_returncode() or 0, bytes(heard.said), heard.complained.decode("utf-8", "replace"))
    except TimeoutError:
        raise failures.hung(where, patience) from None
    finally:
        # Kills what still runs, and lets go of pipes that somebody else keeps open.
        transport.close()
        await asyncio.wait((heard.ended,), timeout=_GRACE_SECONDS)


class _Heard(asyncio.SubprocessProtocol):
    """What a process says until it ends. Whoever it started may keep its pipes open: a tmux client hands them to its
    server, an ssh to its master. They are not waited for."""

    def __init__(self) -> None:
        self.said = bytearray()
        self.complained = bytearray()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        kept = self.said if fd == 1 else self.complained
        kept += data[: max(_MOST - len(kept), 0)]

    def process_exited(self) -> None:
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def tmux(where: Address, *arguments: str, data: bytes = b"") -> bytes:
    """Run a tmux command there and return what it printed. Raises what `failures.ended` makes of its complaint."""
    done = await run(where, where.tmux(*arguments), data=data)
    if done.code:
        raise failures.ended(where, done.code, done.complained, lived=False)
    return done.said
