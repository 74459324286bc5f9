"""When to call the person, and how: once per change, never about what they look at.

`calls` is pure; `Caller` writes to the terminal or starts the person's own command, and waits for neither."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.work import Status

_BAD = (Health.DOWN, Health.AUTH)


@immutable
class Call:
    """Something to tell: `kind` is a word of `[notify] on`."""

    kind: str
    title: str
    text: str


def calls(before: Fleet, after: Fleet, looking_at: Ref | None) -> list[Call]:
    """What changed between two fleets that a person would want to be called for. A thread that is seen for the first
    time calls only once its source had been read before: opening the cockpit is no news."""
    if before.threads is after.threads and before.sources is after.sources:
        return []
    told: list[Call] = []
    for ref, thread in after.threads.items():
        old = before.threads.get(ref)
        if thread is old or ref == looking_at or (old is None and not _was_read(before, ref.source)):
            continue
        known = {ask.id for ask in old.asks} if old else set()
        fresh = [ask for ask in thread.asks if ask.id not in known]
        if fresh and thread.status.needs_you:
            told.append(Call("needs-you", f"{thread.status}: {thread.title}", fresh[0].summary))
        elif old is not None and thread.status is not old.status:
            if thread.status is Status.FAILED:
                told.append(Call("failed", f"failed: {thread.title}", thread.detail))
            elif thread.status is Status.DONE:
                told.append(Call("done", f"done: {thread.title}", thread.detail))
    for name, state in after.sources.items():
        was = before.sources.get(name)
        if state.health in _BAD and was is not None and was.health not in _BAD:
            told.append(Call("source-down", f"{name} is {state.health}", state.reason))
    return told


def _was_read(fleet: Fleet, source: str) -> bool:
    state = fleet.sources.get(source)
    return state is not None and state.read_at is not None


def terminal_form(setting: bool | str, environ: Mapping[str, str]) -> str:
    """`osc9`, `osc777` or nothing, for `[notify] terminal` and the environment. Unknown terminals get nothing:
    a sequence that is not understood could end up as text."""
    if setting is False:
        return ""
    if setting in ("osc9", "osc777"):
        return str(setting)
    program, term = environ.get("TERM_PROGRAM", ""), environ.get("TERM", "")
    if program in ("iTerm.app", "WezTerm", "ghostty") or "kitty" in term or "ghostty" in term:
        return "osc9"
    if term.startswith(("rxvt", "foot")):
        return "osc777"
    return ""


def terminal_bytes(form: str, call: Call, in_tmux: bool) -> str:
    """The escape sequence for one call; inside tmux wrapped so that it passes through (`allow-passthrough on`)."""
    title, text = one_line(call.title, 80), one_line(call.text, 160)
    if form == "osc9":
        sequence = f"\x1b]9;{title}{' · ' if text else ''}{text}\x07"
    else:
        sequence = f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x07"
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\" if in_tmux else sequence


class Caller:
    """`write` puts bytes on the terminal; `ring` rings its bell."""

    def __init__(
        self, *, on: Sequence[str], bell: bool, terminal: bool | str, command: Sequence[str],
        write: Callable[[str], None], ring: Callable[[], None], environ: Mapping[str, str] = os.environ,
    ) -> None:  # fmt: skip
        self._on = frozenset(on)
        self._bell = bell
        self._form = terminal_form(terminal, environ)
        self._in_tmux = bool(environ.get("TMUX"))
        self._command = tuple(command)
        self._write = write
        self._ring = ring

    async def tell(self, told: Sequence[Call]) -> str:
        """Call for those that the person wants; one bell for all. Returns what went wrong, or nothing."""
        wanted = [call for call in told if call.kind in self._on]
        if not wanted:
            return ""
        if self._bell:
            self._ring()
        if self._form:
            for call in wanted:
                self._write(terminal_bytes(self._form, call, self._in_tmux))
        problems = [await self._run(call) for call in wanted] if self._command else []
        return next((problem for problem in problems if problem), "")

    async def _run(self, call: Call) -> str:
        quiet = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, call.title, call.text, stdin=quiet, stdout=quiet, stderr=quiet
            )
        except OSError as error:
            return f"The notify command did not start: {error.strerror or error}. Check [notify] command."
        try:
            code = await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
            return "The notify command took longer than 10 s and was ended. Check [notify] command."
        return f"The notify command ended with code {code}. Check [notify] command." if code else ""
