"""One control-mode client: `tmux -C attach` as a process that we talk to in lines, here or over ssh.

It keeps no output of any pane and never blocks the loop. An empty line would detach it (facts: tmux 3.3a)."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from cockpit.model.errors import SourceError
from cockpit.model.text import one_line
from cockpit.runtimes.tmux import failures
from cockpit.runtimes.tmux.address import Address, environment
from cockpit.runtimes.tmux.wire import Event, Exited, Guard, Output, guard, notification

LONGEST_LINE = 1 << 20
LONGEST_REPLY = 16 << 20
_KEPT_WORDS = 4096
_ANSWER_SECONDS = 5.0
_LEAVE_SECONDS = 1.0

Listener = Callable[[Event], None]


@dataclass(slots=True)
class _Waiting:
    """A command on its way, and what came back of it so far."""

    future: "asyncio.Future[list[bytes]]"
    line: str


@dataclass(slots=True)
class _Reply:
    guard: Guard
    lines: list[bytes] = field(default_factory=list)
    size: int = 0


class ControlClient:
    """Commands go out one to a line, replies come back in the same order, and `listener` is told each event at once.

    `ended` is done when the process is gone; its result says why. `server_seconds` is the server's clock at its last
    reply (Unix time). Make one with `attach`."""

    def __init__(self, where: Address, listener: Listener, seconds: float = _ANSWER_SECONDS) -> None:
        self.where = where
        self.ended: asyncio.Future[SourceError] = asyncio.get_running_loop().create_future()
        self.server_seconds = 0
        self._listener = listener
        self._seconds = seconds
        self._transport: asyncio.SubprocessTransport | None = None
        self._input: asyncio.WriteTransport | None = None
        self._attached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting: deque[_Waiting] = deque()
        self._reply: _Reply | None = None
        self._tail = b""
        self._words = b""
        self._reason = ""
        self._why: SourceError | None = None

    @classmethod
    async def attach(
        cls, where: Address, session: str, flags: str, listener: Listener, *, seconds: float = _ANSWER_SECONDS,
    ) -> Self:  # fmt: skip
        """Attach to an existing session (its `$id`) and return when it has answered. `flags` as in attach-session -f.

        Raises NoServer, NoSession, Missing, Hung, AuthError or SourceError."""
        client = cls(where, listener, seconds)
        arguments = where.tmux("-C", "attach-session", "-t", session, "-f", flags)
        try:
            await client._start(arguments)
        except BaseException:
            client._kill()
            if client._transport is not None:
                await asyncio.wait((client.ended,), timeout=_LEAVE_SECONDS)
            raise
        return client

    async def _start(self, arguments: Sequence[str]) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.subprocess_exec(
                lambda: _Pipes(self), *arguments, env=environment(),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError:
            raise (failures.no_ssh() if self.where.host else failures.no_tmux(self.where)) from None
        except OSError as error:
            raise SourceError(f"tmux cannot be started: {error.strerror}.", fix="Check the system's limits.") from error
        patience = self._seconds + (10.0 if self.where.host else 0.0)
        await asyncio.wait((self._attached, self.ended), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            raise self.ended.result()
        if not self._attached.done():
            raise failures.hung(self.where, patience)

    # Commands

    async def ask(self, line: str) -> list[bytes]:
        """Send one command and return the lines of its reply. Raises CommandFailed with tmux's own word, or what ended
        the connection."""
        return await self._answer(self._send(line), line)

    async def ask_all(self, lines: Sequence[str]) -> list[list[bytes]]:
        """Send several commands in one write; nothing comes between them on the server. Raises for the first failure,
        after all were answered."""
        sent = [self._send(line) for line in lines]
        for future in sent:
            future.add_done_callback(_forget)  # of several failures only the first is raised
        if sent:
            await asyncio.wait(sent, timeout=self._seconds)
        return [await self._answer(future, line) for future, line in zip(sent, lines, strict=True)]

    def tell(self, line: str) -> None:
        """Send one command whose reply nobody needs; a failure of it changes nothing."""
        if not self.ended.done():
            self._send(line).add_done_callback(_forget)

    def _send(self, line: str) -> "asyncio.Future[list[bytes]]":
        if not line.strip() or "\n" in line:
            raise ValueError(f"not one command: {line!r}")
        future: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        if self.ended.done() or self._input is None:
            future.set_exception(self._gone())
            return future
        self._waiting.append(_Waiting(future, line))
        self._input.write(line.encode() + b"\n")
        return future

    async def _answer(self, future: "asyncio.Future[list[bytes]]", line: str) -> list[bytes]:
        try:
            # Shielded: a caller that gives up must not unsettle the order of the replies.
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(future)
        except TimeoutError:
            self._fail(failures.hung(self.where, self._seconds))
            raise self._gone() from None

    def _gone(self) -> SourceError:
        if self._why is not None:
            return self._why
        return self.ended.result() if self.ended.done() else failures.ended(self.where, None, "", lived=True)

    async def close(self) -> None:
        """Detach, and be gone when this returns."""
        if self.ended.done():
            return
        try:
            if self._input is not None:
                self._input.close()
            await asyncio.wait((self.ended,), timeout=_LEAVE_SECONDS)
        finally:
            self._kill()
        await asyncio.wait((self.ended,), timeout=_LEAVE_SECONDS)

    def _fail(self, why: SourceError) -> None:
        self._why = self._why or why
        self._kill()

    def _kill(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # What the process says; called by `_Pipes`

    def started(self, transport: asyncio.SubprocessTransport) -> None:
        pipe = transport.get_pipe_transport(0)
        assert isinstance(pipe, asyncio.WriteTransport)
        self._input = pipe

    def complained(self, data: bytes) -> None:
        self._words = (self._words + data)[-_KEPT_WORDS:]

    def received(self, data: bytes) -> None:
        lines = (self._tail + data if self._tail else data).split(b"\n")
        self._tail = lines.pop()
        if len(self._tail) > LONGEST_LINE:
            self._tail = b""
            self._fail(failures.babble(self.where, "a line without an end"))
            return
        printed: dict[str, int] = {}
        for line in lines:
            if self._reply is not None:
                self._in_reply(self._reply, line)
            elif line.startswith((b"%output %", b"%extended-output %")):
                # A flood comes as many lines: one event a pane and a read is enough.
                pane = line.split(b" ", 2)[1].decode("ascii", "replace")
                printed[pane] = printed.get(pane, 0) + len(line)
            elif (found := guard(line)) is not None:
                self._begin(found)
            elif line.startswith(b"%") and (event := notification(line)) is not None:
                if isinstance(event, Exited):
                    self._reason = event.reason
                self._listener(event)
        for pane, size in printed.items():
            self._listener(Output(pane, size))

    def _begin(self, found: Guard) -> None:
        if found.word != "begin":
            self._fail(failures.babble(self.where, "the end of a reply that never began"))
            return
        self._reply = _Reply(found)
        self.server_seconds = found.at

    def _in_reply(self, reply: _Reply, line: bytes) -> None:
        # Only the same time, number and flags end it: what a pane shows may look like any guard.
        if line[:1] == b"%" and (found := guard(line)) and found.key == reply.guard.key and found.word != "begin":
            self._reply = None
            self._end(reply, failed=found.word == "error")
            return
        reply.size += len(line) + 1
        if reply.size > LONGEST_REPLY:
            self._fail(failures.babble(self.where, "a reply without an end"))
            return
        reply.lines.append(line)

    def _end(self, reply: _Reply, *, failed: bool) -> None:
        if not self._attached.done():
            # The reply to attach-session itself; its words are the reason if it failed.
            if failed:
                self._words += b"\n".join(reply.lines)
            else:
                self._attached.set_result(None)
            return
        if not reply.guard.ours:
            return
        if not self._waiting:
            self._fail(failures.babble(self.where, "a reply that nobody asked for"))
            return
        asked = self._waiting.popleft()
        if asked.future.done():
            return
        if failed:
            said = one_line(b" ".join(reply.lines).decode("utf-8", "replace"), 200)
            asked.future.set_exception(failures.CommandFailed(said or "tmux refused the command."))
        else:
            asked.future.set_result(reply.lines)

    def exited(self) -> None:
        if self.ended.done():
            return
        code = self._transport.get_returncode() if self._transport else None
        said = self._words.decode("utf-8", "replace") or self._reason
        lived = self._attached.done()
        why = self._why or failures.ended(self.where, code, said, lived=lived)
        self.ended.set_result(why)
        while self._waiting:
            asked = self._waiting.popleft()
            if not asked.future.done():
                asked.future.set_exception(why)
                asked.future.add_done_callback(_forget)
        self._kill()


class _Pipes(asyncio.SubprocessProtocol):
    """Carries the process's pipes to the client."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._client.started(transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self._client.received(data)
        else:
            self._client.complained(data)

    def process_exited(self) -> None:
        # Somebody it started (an ssh master) may keep the pipes open; what was said is here by then.
        asyncio.get_running_loop().call_later(_LEAVE_SECONDS, self._client.exited)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.exited()


def _forget(future: "asyncio.Future[list[bytes]]") -> None:
    if not future.cancelled():
        future.exception()
