"""The command line of a worker, as a script for its window that is readable for its owner alone and removes itself.

Through a file, because tmux takes no command longer than 16 kB, and because an argument vector is no place for what a
harness puts into the environment. The script stays as a waiting shell above the program: so it can be paused."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import PurePosixPath

from cockpit.model.errors import Refused
from cockpit.model.immutable import immutable
from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.processes import SHELLS
from cockpit.runtimes.tmux.workers.harness import Harness
from cockpit.runtimes.tmux.workers.machine import Machine, failed

LONGEST_ARGUMENT = 100_000
"""Bytes of a prompt that are given as an argument; Linux takes at most 128 KiB (MAX_ARG_STRLEN)."""

# What windows left that were closed before they ran goes after a day; younger ones may be on their way.
_WRITE = (
    'umask 077; mkdir -p -- "$1" && find "$1"/start-* -prune -mtime +0 -exec rm -rf {} + 2>/dev/null; '
    'made=$(mktemp -d "$1/start-XXXXXX") && { cat >"$made/start.sh" && echo "$made" || { rm -rf "$made"; exit 1; }; }'
)


@immutable
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
    if harness.resume is not None and by_name(harness, worker):
        return _launch(harness, worker, harness.resume, ())
    if harness.latest is not None:
        return _launch(harness, worker, harness.latest, ())
    if harness.resume is not None:
        raise Refused(
            f"Which conversation of {harness.title} is its own was never seen.",
            fix="Start it afresh, or open a terminal there and choose.",
        )
    raise Refused(f"{harness.title} cannot take up a conversation again.", fix="Start it afresh.")


def by_name(harness: Harness, worker: Worker) -> bool:
    """Whether it is brought back without a guess: by its conversation's id, or as a new shell."""
    return harness.resume is not None and (
        bool(worker.session) or all("{session}" not in word for word in harness.resume)
    )


def _launch(harness: Harness, worker: Worker, extra: Sequence[str], prompt: tuple[str, ...]) -> Launch:
    program = harness.found
    if program is None:
        raise Refused(f"{harness.title} cannot be started: {harness.missing}.", fix="Install it, or choose another.")
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
        PurePosixPath(program).name in SHELLS,
    )  # fmt: skip


def _handed_over(harness: Harness, prompt: str) -> tuple[str, ...]:
    if not harness.prompt or len(prompt.encode()) > LONGEST_ARGUMENT:
        return ()
    # A first word with a dash would be taken for an option.
    whole = f" {prompt}" if prompt.startswith("-") else prompt
    return tuple(word.replace("{prompt}", whole) for word in harness.prompt)


async def write(machine: Machine, launch: Launch, directory: str, under: str) -> tuple[str, str]:
    """Make the script in a new directory below `under`: that directory, and the shell command that runs the script.
    Raises Rejected, SourceError."""
    done = await machine.sh(_WRITE, under, data=_script(launch, directory, far=machine.far).encode("utf-8", "replace"))
    if done.code:
        raise failed(f"Writing below {under} {machine.name}", done.complained)
    place = done.said.decode("utf-8", "replace").strip()
    return place, await machine.in_window(f"sh {shlex.quote(f'{place}/start.sh')}")


def _script(launch: Launch, directory: str, *, far: bool) -> str:
    words = shlex.join((launch.program, *launch.arguments, *launch.prompt))
    lines = [
        f"cd {shlex.quote(directory)} || exit 1",
        # Where it was found here, it finds there what it needs itself.
        "" if far else f"export PATH={shlex.quote(os.environ.get('PATH', os.defpath))}",
        # What it showed last, and how it ended, stay to be seen.
        'tmux set-option -p -t "$TMUX_PANE" remain-on-exit on 2>/dev/null',
        *(f"export {name}={shlex.quote(value)}" for name, value in launch.environment.items()),
        'rm -rf "${0%/*}"',
        f"exec {words}" if launch.shell else words,
        "" if launch.shell else "exit $?",  # so that the shell waits, rather than become the program
    ]
    return "".join(f"{line}\n" for line in lines if line)
