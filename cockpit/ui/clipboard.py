"""Text to the person's clipboard: by OSC 52 to the terminal, or through the tmux that we run in.

A terminal does not say whether it took it, so neither do we; what was done is told by its route."""

import asyncio
import base64
from collections.abc import Callable, Mapping

from cockpit.ui.present.numbers import plural

LONGEST = 1 << 20
_SECONDS = 3.0


async def copy(text: str, write: Callable[[str], None], environment: Mapping[str, str]) -> tuple[str, str]:
    """Returns what to tell the person, and how severe it is. `write` reaches the terminal."""
    if len(text.encode()) > LONGEST:
        return "Not copied: that is more than 1 MB.", "warning"
    what = plural(len(text.splitlines()), "line", "lines")
    if environment.get("TMUX"):
        setting = await _tmux("show-options", "-sv", "set-clipboard")
        if await _tmux("load-buffer", "-w", "-", data=text.encode()) is None:
            return "Not copied: the tmux around the cockpit did not take it (tmux 3.2 or newer does).", "error"
        if setting == "off":
            return f"{what} in tmux's buffer; its set-clipboard is off, so nothing went to your terminal.", "warning"
        return (
            f"{what} in tmux's buffer, sent on to your terminal by OSC 52 if it may.",
            "information",
        )
    write(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07")
    return f"{what} sent to your terminal by OSC 52; it does not say whether it took it.", "information"


async def _tmux(*arguments: str, data: bytes = b"") -> str | None:
    """What a command to the tmux around us printed; None when it failed."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate(data)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return None if process.returncode else said.decode("utf-8", "replace").strip()
