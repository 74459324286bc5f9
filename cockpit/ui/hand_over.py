"""Giving the terminal that we run in to another program, and taking it back whole, however that one ends.

It draws nothing, and what runs meanwhile goes on."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from cockpit.core.ports import Attachment
from cockpit.model.text import one_line

if TYPE_CHECKING:
    from textual.app import App


async def hand_over(attachment: Attachment) -> str:
    """Run it on our terminal until it ends; returns what it complained of if it failed. Cancelled, it is ended.

    Raises OSError when it cannot be started."""
    changed = attachment.environment
    environment = {name: value for name, value in {**os.environ, **changed}.items() if value is not None}
    # A file and no pipe: whoever it starts (an ssh master) may keep that open for long.
    with TemporaryFile() as said, _uninterrupted():
        process = await asyncio.create_subprocess_exec(*attachment.argv, env=environment, stderr=said)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
        said.seek(0)
        lines = said.read(65536).decode("utf-8", "replace").strip().splitlines()
    if not code:
        return ""
    if code < 0:
        return f"it was killed by signal {-code}"
    return one_line(lines[-1]) if lines else f"it ended with code {code}"


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl+C is for the other program, also before it has the terminal for itself; it does not inherit this."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class FullScreen:
    """Our terminal, given away for a while: nothing is drawn and no key is read until it is back, whatever happens."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app
        self._task: asyncio.Task[str] | None = None
        self._then: Callable[[], None] | None = None

    @property
    def away(self) -> bool:
        return self._task is not None

    async def show(self, attachment: Attachment) -> str:
        """As `hand_over`. Raises OSError, SuspendNotSupported."""
        cancelled = False
        task = self._task = asyncio.ensure_future(hand_over(attachment))
        try:
            with self._app.batch_update(), self._app.suspend():
                try:
                    await asyncio.wait((task,))
                except asyncio.CancelledError:
                    # The terminal must be ours again before anything else.
                    cancelled = True
                    task.cancel()
                    await asyncio.wait((task,))
        finally:
            task.cancel()
            self._task = None
        if cancelled:
            raise asyncio.CancelledError
        return "" if task.cancelled() else task.result()

    def back(self) -> None:
        """What was shown is cleared up after: now comes what was put off until then."""
        then, self._then = self._then, None
        if then is not None:
            then()

    def end(self, then: Callable[[], None]) -> bool:
        """Take the terminal back, and do `then` once all is cleared up (`back`); False when it is ours."""
        if self._task is None:
            return False
        self._then = then
        self._task.cancel()
        return True
