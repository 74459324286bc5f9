"""The command line of a worker, as a script for its window that is readable for its owner alone and removes itself.

Through a file, because tmux takes no command longer than 16 kB, and because an argument vector is no place for what a
harness puts into the environment. The script stays as a waiting shell above the program: so it can be paused."""

import contextlib
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.model.errors import Refused
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.processes import SHELLS
from cockpit.runtimes.tmux.workers.harness import Harness

LONGEST_ARGUMENT = 100_000
"""Bytes of a prompt that are given as an argument; Linux takes at most 128 KiB (MAX_ARG_STRLEN)."""


_STALE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Launch:
    """`arguments` come before the prompt, which is handed over as `prompt` says, or typed in later (empty). A
    `shell` is run in the place of the script: a person types into it, and what it starts are its own jobs."""

    program: str
    arguments: tuple[str, ...]
    prompt: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    shell: bool = False


def first(harness: Harness, worker: Worker, prompt: str) -> Launch:
    """A new conversation on `prompt`. Raises Refused when the program is not there."""
    return _launch(harness, worker, harness.start, _handed_over(harness, prompt))


def again(harness: Harness, worker: Worker) -> Launch:
    """The worker's own conversation: by its id, or as the newest of its directory. Raises Refused when it has none."""
    if harness.resume is not None and (worker.session or not harness.named):
        return _launch(harness, worker, harness.resume, ())
    if harness.latest is not None:
        return _launch(harness, worker, harness.latest, ())
    raise Refused(f"{harness.title} cannot take up a conversation again.", fix="Start it afresh.")


def _launch(harness: Harness, worker: Worker, extra: Sequence[str], prompt: tuple[str, ...]) -> Launch:
    program = harness.found
    if program is None:
        raise Refused(f"{harness.program} is not installed here.", fix="Install it, or choose another harness.")
    choices = harness.chosen(dict(worker.options))
    model = [word.replace("{model}", worker.model) for word in harness.model] if worker.model else []
    return Launch(
        program,
        (
            *(word.replace("{session}", worker.session) for word in extra),
            *harness.arguments, *model, *harness.modes.get(worker.mode, ()),
            *(word for choice in choices for word in choice.arguments),
        ),
        prompt,
        {**harness.environment, **{name: value for choice in choices for name, value in choice.environment.items()}},
        Path(program).name in SHELLS,
    )  # fmt: skip


def _handed_over(harness: Harness, prompt: str) -> tuple[str, ...]:
    if not harness.prompt or len(prompt.encode()) > LONGEST_ARGUMENT:
        return ()
    # A first word with a dash would be taken for an option.
    whole = f" {prompt}" if prompt.startswith("-") else prompt
    return tuple(word.replace("{prompt}", whole) for word in harness.prompt)


def write(launch: Launch, directory: str, under: Path) -> tuple[Path, str]:
    """Make the script in a new directory below `under`, and the shell command that runs it. Raises OSError."""
    under.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(under)
    place = Path(tempfile.mkdtemp(prefix="start-", dir=under))
    script = place / "start.sh"
    lines = [
        f"cd {shlex.quote(directory)} || exit 1",
        # Where it was found here, it finds there what it needs itself.
        f"export PATH={shlex.quote(os.environ.get('PATH', os.defpath))}",
        # What it showed last, and how it ended, stay to be seen.
        'tmux set-option -p -t "$TMUX_PANE" remain-on-exit on 2>/dev/null',
        *(f"export {name}={shlex.quote(value)}" for name, value in launch.environment.items()),
    ]
    words = list(map(shlex.quote, (launch.program, *launch.arguments)))
    for number, word in enumerate(launch.prompt):
        file = place / f"word-{number}"
        _private(file, word)
        # The letter keeps the line ends that $( ) would take away.
        lines.append(f"w{number}=$(cat {shlex.quote(str(file))}; echo x); w{number}=${{w{number}%x}}")
        words.append(f'"$w{number}"')
    lines += [f"rm -rf {shlex.quote(str(place))}", ("exec " if launch.shell else "") + " ".join(words)]
    if not launch.shell:
        lines.append("exit $?")  # so that the shell waits, rather than become the program
    _private(script, "\n".join(lines) + "\n")
    return place, f"exec sh {shlex.quote(str(script))}"


def _tidy(under: Path) -> None:
    """Remove what windows left that were closed before they ran. Younger ones may be on their way."""
    for left in under.glob("start-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _private(file: Path, text: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
